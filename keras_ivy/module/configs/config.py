"""Configs without writing `get_config`: the arguments of the constructor, captured and encoded.

Every subclass of `Module` is registered with Keras when it is defined, under the name of the class
alone, so that a file is opened by any program that defines the class, wherever it does. Where two
classes have one name, the config tells which is meant.
"""

import contextlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import keras

from keras_ivy.module.building import build_for_shapes
from keras_ivy.module.calling.inputs import Inputs
from keras_ivy.module.configs.encoding import decode, encode
from keras_ivy.module.configs.registry import constructor_of, hints_of, meant, origin_of
from keras_ivy.module.record import own_record
from keras_ivy.module.variables.ties import tie_shared, ties_of
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

if TYPE_CHECKING:
    from keras_ivy.module.module import Module

__all__ = ["arguments_config", "build_config", "build_from_config", "module_from_config"]

#: Under which key a config tells where its class is defined.
_ORIGIN = "ivy_class"
#: Under which key a config tells which variables are shared between layers; see `ties_of`.
_TIES = "ivy_ties"

#: Arguments that a config does not carry: the values of the variables, and the machine.
_LEFT_OUT = ("v", "buffers", "device", "dev")
_BASE = ("name", "trainable", "dtype")


def arguments_config(
    module: "Module", keras_config: Mapping[str, object], rebuilt: bool, overridden: bool
) -> dict[str, object]:
    """Return the arguments of a module's constructor, encoded.

    Args:
        module: The module.
        keras_config: What Keras's own `get_config` returned.
        rebuilt: Whether `module_from_config` will read the config.
        overridden: Whether the class has a `get_config` of its own, which calls this one.
    """
    cls = type(module)
    bound, given = _bound(module)
    config = {key: keras_config[key] for key in _BASE if key in keras_config}
    if rebuilt:
        if cls.__module__.split(".")[0] != "keras_ivy":
            config[_ORIGIN] = origin_of(cls)
        ties = ties_of(module)
        if ties:
            config[_TIES] = ties
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
                f"The config of {cls.__name__} cannot hold the argument {key!r}. "
                "Give its class `get_config` and `from_config` and register it with "
                "`@keras.saving.register_keras_serializable()`, or override `get_config` and "
                f"`from_config` of {cls.__name__}. "
                f"Received: {key}={value!r} of type {type(value).__name__}"
            ) from error
    return config


def _bound(module: "Module") -> tuple[dict[str, Any], set[str]]:
    """Return the constructor's arguments by name, and the names of those that were given."""
    captured = own_record(module).captured
    signature = inspect.signature(constructor_of(type(module)))
    bound = signature.bind(module, *captured.args, **captured.kwargs)
    given = set(bound.arguments)
    bound.apply_defaults()
    values: dict[str, Any] = {}
    for parameter in list(signature.parameters.values())[1:]:
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


def module_from_config(
    cls: type["Module"],
    config: Mapping[str, object],
    custom_objects: Mapping[str, object] | None = None,
) -> "Module":
    """Return a module of a class, or of another of its name that the config means."""
    if not isinstance(config, Mapping):
        raise IvyTypeError(
            f"The config of {cls.__name__} is a dict. "
            f"Received: {config!r} of type {type(config).__name__}"
        )
    left: dict[str, Any] = dict(config)
    cls = meant(cls, left.pop(_ORIGIN, None))
    ties = _checked_ties(left.pop(_TIES, ()))
    policy = left.get("dtype")
    if isinstance(policy, dict):
        policy = keras.dtype_policies.deserialize(policy)
    base = {key: left.pop(key) for key in _BASE if key in left}
    hints = hints_of(cls)
    parameters = inspect.signature(constructor_of(cls)).parameters
    rest = [p.name for p in parameters.values() if p.kind is p.VAR_KEYWORD]
    anything = bool(rest)
    hint = hints.get(rest[0]) if rest else None
    arguments: dict[str, Any] = {
        key: decode(value, hints.get(key, hint), custom_objects) for key, value in left.items()
    }
    for key in ("name", "trainable"):
        if key in base and (anything or key in parameters):
            arguments[key] = base[key]
    if "dtype" in parameters or anything:
        arguments["dtype"] = policy
    positional = _positional(list(parameters.values())[1:], arguments)
    with _policy_scope(policy):
        module = cls(*positional, **arguments)
    module.name = base.get("name", module.name)
    if not base.get("trainable", True):
        module.trainable = False
    if ties:
        own_record(module).ties = ties
        tie_shared(module)
    return module


def _positional(parameters: list[inspect.Parameter], arguments: dict[str, Any]) -> list[Any]:
    """Take those arguments out that can be given by position alone, and return them."""
    names = [parameter.name for parameter in parameters]
    positional: list[Any] = []
    for index, parameter in enumerate(parameters):
        name = parameter.name
        if parameter.kind is parameter.VAR_POSITIONAL:
            extra = arguments.pop(name, [])
            if extra:
                ahead = [p for p in names if p in arguments and p != name]
                positional = [arguments.pop(p) for p in ahead[:index]] + list(extra)
        elif parameter.kind is parameter.POSITIONAL_ONLY and name in arguments:
            positional.append(arguments.pop(name))
    return positional


def build_config(module: "Module") -> dict[str, object] | None:
    """Return the shapes of the first inputs, or None if there were none that a config can hold."""
    inputs = own_record(module).inputs
    plain = None if inputs is None else inputs.config()
    return None if plain is None else {"ivy_inputs": plain}


def build_from_config(
    module: "Module", keras_build: Callable[..., None], config: Mapping[str, Any]
) -> None:
    """Build the layers inside as `build_config` says; other configs are for Keras's method."""
    if not config:
        return
    if "ivy_inputs" not in config:
        keras_build(config)
        return
    try:
        inputs = Inputs.from_config(config["ivy_inputs"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise IvyValueError(
            f"The inputs in the build config of {type(module).__name__} are damaged: {error!r}. "
            f"Received: ivy_inputs={config['ivy_inputs']!r}"
        ) from error
    build_for_shapes(module, inputs)


def _checked_ties(ties: Any) -> tuple[tuple[str, str], ...]:
    """Return the pairs of paths that a config ties, or raise if they are none."""
    pairs = isinstance(ties, list | tuple) and all(isinstance(x, list | tuple) for x in ties)
    if not pairs or not all(len(x) == 2 and all(isinstance(p, str) for p in x) for x in ties):
        raise IvyValueError(f"The config is damaged. Received: {_TIES}={ties!r}")
    return tuple((other, path) for other, path in ties)


@contextlib.contextmanager
def _policy_scope(policy: Any) -> Iterator[None]:
    """Make a policy the default, as it was for a module that was given none when it was made."""
    before = keras.config.dtype_policy()
    if policy is None:
        yield
        return
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
