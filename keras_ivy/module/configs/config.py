"""Configs without writing `get_config`: the arguments of the constructor, captured and encoded.

Every subclass of `Module` is registered with Keras when it is defined, under the name of the class
alone, so that a file is opened by any program that defines the class, wherever it does. Where two
classes have one name, the config tells which is meant.
"""

import contextlib
import inspect
from collections.abc import Iterator, Mapping
from typing import Any

import keras

from keras_ivy.module.calling.inputs import Inputs
from keras_ivy.module.configs.encoding import decode, encode
from keras_ivy.module.configs.registry import hints_of, meant, origin_of
from keras_ivy.module.variables.ties import tie_shared, ties_of
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

__all__ = ["Configured"]

#: Under which key a config tells where its class is defined.
_ORIGIN = "ivy_class"
#: Under which key a config tells which variables are shared between layers; see `ties_of`.
_TIES = "ivy_ties"

#: Arguments that a config does not carry: the values of the variables, and the machine.
_LEFT_OUT = ("v", "buffers", "device", "dev")
_BASE = ("name", "trainable", "dtype")


class Configured:
    """The part of `Module` that describes it, and makes another from the description."""

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor, encoded, from which `from_config` builds.

        An override calls it and adds what it has; arguments that cannot be encoded are then left
        to the override.

        Raises:
            TypeError: If an argument cannot be encoded; the sentence names it.
        """
        bound, given = self._ivy_bound()
        config = super().get_config()
        config = {key: config[key] for key in _BASE if key in config}
        own = type(self).__module__.split(".")[0] == "keras_ivy"
        if not own and type(self).from_config.__func__ is Configured.from_config.__func__:
            config[_ORIGIN] = origin_of(type(self))
        if type(self).from_config.__func__ is Configured.from_config.__func__:
            ties = ties_of(self)
            if ties:
                config[_TIES] = ties
        overridden = type(self).get_config is not Configured.get_config
        for key, value in bound.items():
            if key in _LEFT_OUT or key in _BASE:
                continue
            try:
                config[key] = encode(value)
            except (AttributeError, TypeError, ValueError) as error:
                if overridden or key not in given:
                    # The override adds it, or it is a default that `from_config` finds in place.
                    continue
                raise IvyTypeError(
                    f"The config of {type(self).__name__} cannot hold the argument {key!r}. "
                    "Give its class `get_config` and `from_config` and register it with "
                    "`@keras.saving.register_keras_serializable()`, or override `get_config` and "
                    f"`from_config` of {type(self).__name__}. "
                    f"Received: {key}={value!r} of type {type(value).__name__}"
                ) from error
        return config

    def _ivy_bound(self) -> tuple[dict[str, Any], set[str]]:
        """Return the constructor's arguments by name, and the names of those that were given."""
        captured = self._ivy_arguments
        bound = inspect.signature(type(self).__init__).bind(self, *captured.args, **captured.kwargs)
        given = set(bound.arguments)
        bound.apply_defaults()
        parameters = list(inspect.signature(type(self).__init__).parameters.values())[1:]
        values: dict[str, Any] = {}
        for parameter in parameters:
            value = bound.arguments[parameter.name]
            if parameter.kind is parameter.VAR_KEYWORD:
                values |= value
                given |= set(value)
            elif parameter.kind is parameter.VAR_POSITIONAL:
                if value:
                    values[parameter.name] = list(value)
            else:
                values[parameter.name] = value
        return values, given

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Any = None) -> Any:
        """Return a module built from a config.

        Args:
            config: What `get_config` returned.
            custom_objects: Classes by name, as Keras's functions take them.
        """
        if not isinstance(config, Mapping):
            raise IvyTypeError(
                f"The config of {cls.__name__} is a dict. "
                f"Received: {config!r} of type {type(config).__name__}"
            )
        config = dict(config)
        cls = meant(cls, config.pop(_ORIGIN, None))
        ties = _checked_ties(config.pop(_TIES, ()))
        policy = config.get("dtype")
        if isinstance(policy, dict):
            policy = keras.dtype_policies.deserialize(policy)
        base = {key: config.pop(key) for key in _BASE if key in config}
        hints = hints_of(cls)
        parameters = inspect.signature(cls.__init__).parameters
        rest = [p.name for p in parameters.values() if p.kind is p.VAR_KEYWORD]
        anything = bool(rest)
        hint = hints.get(rest[0]) if rest else None
        arguments = {
            key: decode(value, hints.get(key, hint), custom_objects)
            for key, value in config.items()
        }
        for key in ("name", "trainable"):
            if key in base and (anything or key in parameters):
                arguments[key] = base[key]
        if "dtype" in parameters or anything:
            arguments["dtype"] = policy
        positional: list[Any] = []
        for name, parameter in list(parameters.items())[1:]:
            if parameter.kind is parameter.VAR_POSITIONAL:
                extra = arguments.pop(name, [])
                if extra:
                    ahead = [p for p in list(parameters)[1:] if p in arguments and p != name]
                    before = ahead[: list(parameters)[1:].index(name)]
                    positional = [arguments.pop(p) for p in before] + list(extra)
            elif parameter.kind is parameter.POSITIONAL_ONLY and name in arguments:
                positional.append(arguments.pop(name))
        with _policy_scope(policy):
            module = cls(*positional, **arguments)
        module.name = base.get("name", module.name)
        if not base.get("trainable", True):
            module.trainable = False
        if ties:
            vars(module)["_ivy_ties"] = ties
            tie_shared(module)
        return module

    def get_build_config(self) -> dict[str, Any] | None:
        """Return the shapes of the first inputs, on which layers inside are built again."""
        inputs = vars(self).get("_ivy_inputs")
        plain = None if inputs is None else inputs.config()
        return None if plain is None else {"ivy_inputs": plain}

    def build_from_config(self, config: Mapping[str, Any]) -> None:
        """Build the layers inside as `get_build_config` tells."""
        if not config:
            return
        if "ivy_inputs" not in config:
            super().build_from_config(config)
            return
        try:
            inputs = Inputs.from_config(config["ivy_inputs"])
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise IvyValueError(
                f"The inputs in the build config of {type(self).__name__} are damaged: {error!r}. "
                f"Received: ivy_inputs={config['ivy_inputs']!r}"
            ) from error
        if not self._ivy_made:
            on_call = self._ivy_options.build_mode == "on_call"
            self._ivy_build(*((inputs.args, inputs.kwargs) if on_call else ((), {})))
        if self._ivy_unbuilt():
            self._ivy_run_symbolically(inputs)
        self._ivy_record_inputs(inputs)


def _checked_ties(ties: Any) -> Any:
    """Return the pairs of paths that a config ties, or raise if they are none."""
    pairs = isinstance(ties, list | tuple) and all(isinstance(x, list | tuple) for x in ties)
    if not pairs or not all(len(x) == 2 and all(isinstance(p, str) for p in x) for x in ties):
        raise IvyValueError(f"The config is damaged. Received: {_TIES}={ties!r}")
    return ties


@contextlib.contextmanager
def _policy_scope(policy: Any) -> Iterator[None]:
    """Make a policy the default, as it was for a module that was told none when it was made."""
    before = keras.config.dtype_policy()
    if policy is None:
        yield
        return
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
