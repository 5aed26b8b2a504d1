"""How and when a module makes its variables."""

import contextlib
import dataclasses
import inspect
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.adapters import keras_layers, keras_modules, stateless
from keras_ivy.container import Container
from keras_ivy.functional.values import pair
from keras_ivy.module.calling.frames import frames
from keras_ivy.module.calling.inputs import Inputs
from keras_ivy.module.variables.ties import remember_sources, tie_shared
from keras_ivy.structure import Entry, Structure, mark_of
from keras_ivy.utils import checks
from keras_ivy.utils.devices import device_scope
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

__all__ = ["BUILD_MODES", "Building", "Options"]

BUILD_MODES = ("on_init", "explicit", "on_call")


@dataclasses.dataclass(frozen=True)
class Options:
    """What the constructor of `Module` was told; no tuple, since Keras looks into tuples."""

    args: tuple = ()
    kwargs: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    v: Mapping | None = None
    build_mode: str = "on_init"
    store_vars: bool = True
    with_partial_v: bool = False
    device: str | None = None
    dtype: Any = None

    def __post_init__(self):
        check_build_mode(self.build_mode)
        checks.flag("store_vars", self.store_vars)
        checks.flag("with_partial_v", self.with_partial_v)


class Building:
    """The part of `Module` that makes variables."""

    #: Keys of `_create_variables` that training does not change, such as running statistics.
    non_trainable_keys: tuple[str, ...] = ()

    def _build(self, *args: Any, **kwargs: Any) -> bool | None:
        """Make sub-modules that depend on more than the constructor's arguments; to override.

        Args:
            *args: The positional arguments of `Module.__init__` or of `build`, or the inputs of
                the first call where `build_mode="on_call"`.
            **kwargs: The keyword arguments, treated alike.

        Returns:
            False if the module is not to count as built yet.
        """
        return True

    def _create_variables(self, device: str | None = None, dtype: str | None = None) -> Mapping:
        """Return the initial values of the module's own variables, by name; to override.

        Overriding methods may take `device` or `dev`, and `dtype`, or neither.

        Returns:
            A dict, which may be nested, of arrays or tensors.
        """
        return {}

    @property
    def built(self) -> bool:
        """Whether all variables are there: the module's own, and those of the layers inside.

        Layers that the last call did not reach do not count, as in Keras.
        """
        state = vars(self)
        if not state.get("_ivy_built"):
            return False
        if any(frame.module is self for frame in frames.stack):
            return True  # what is missing, this call makes
        return state.get("_ivy_settled") == mark_of(self) or not self._ivy_unbuilt()

    @built.setter
    def built(self, value: bool) -> None:
        vars(self)["_ivy_built"] = value

    def _ivy_settle(self) -> None:
        """Remember that what the module has now was run, and so was built as far as it is used."""
        vars(self)["_ivy_settled"] = mark_of(self)

    def _ivy_unbuilt(self) -> list[str]:
        """Return the paths of the layers inside that have not made their variables yet."""
        return [
            path
            for path, layer in self._ivy_structure_now().layers.items()
            if (
                not vars(layer).get("_ivy_built")
                if isinstance(layer, Building)
                else keras_layers.makes_variables_later(layer)
            )
        ]

    def _ivy_check_complete(self, what: str) -> None:
        """Raise if some layer has not made its variables yet, which only a call can tell."""
        if not self._ivy_made:
            self.v  # noqa: B018 - reading builds, where the mode allows it
        if self.built:
            return
        unbuilt = self._ivy_unbuilt() if self._ivy_made else ["the module itself"]
        raise IvyValueError(
            f"{type(self).__name__} {self.name!r} does not have all its variables yet, so {what} "
            "would leave some out. Call it once on an input, or `build` it for an input shape, "
            f"first. Received: layers that are not built: {', '.join(unbuilt)}"
        )

    def _ivy_build(self, args: tuple, kwargs: Mapping[str, Any]) -> None:
        """Run `_build`, make the own variables, and give them the values of `v=`."""
        state = vars(self)
        if state.get("_ivy_building"):
            return
        state["_ivy_building"] = True
        try:
            # Lifted out of a function that is being traced: variables outlive it.
            with tf.init_scope(), device_scope(self._ivy_options.device):
                built = self._build(*args, **kwargs)
                if "_ivy_created" not in state:
                    self._ivy_make(self._ivy_initial_values())
            self._ivy_sync()
            with tf.init_scope():
                self._ivy_load_given()
        finally:
            state["_ivy_building"] = False
        state["_ivy_made"] = built is not False
        self.built = state["_ivy_made"]
        if not state["_ivy_training"]:
            self.train(False)  # sub-modules made just now follow

    def _ivy_build_on(self, inputs: Inputs) -> None:
        """Build for symbolic inputs, and so the layers inside."""
        if not self._ivy_made:
            on_call = self._ivy_options.build_mode == "on_call"
            if on_call:
                self._ivy_build(inputs.args, inputs.kwargs)
            else:
                self._ivy_build(self._ivy_options.args, self._ivy_options.kwargs)
        self._ivy_run_symbolically(inputs)
        self._ivy_record_inputs(inputs)
        if self._ivy_options.v is not None:
            self._ivy_load_given()

    def _ivy_initial_values(self) -> Mapping:
        """Call `_create_variables` with the arguments that it has."""
        method = self._create_variables
        options = self._ivy_options
        dtype = self.variable_dtype
        parameters = inspect.signature(method).parameters
        anything = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
        offered = {"device": options.device, "dev": options.device, "dtype": dtype}
        given = {k: x for k, x in offered.items() if k in parameters}
        if anything:
            given |= {"device": options.device, "dtype": dtype}
        free = [
            p
            for p in parameters.values()
            if p.name not in given
            and p.default is p.empty
            and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        ]
        values = method(*[options.device] * bool(free), **given)
        if values is None:
            return {}
        if not isinstance(values, Mapping):
            raise IvyTypeError(
                f"`{type(self).__name__}._create_variables` returns a dict of arrays. "
                f"Received: {values!r} of type {type(values).__name__}"
            )
        if "dtype" in given:
            return values
        # A method that does not ask for the dtype cannot know it.
        return Container(values).map(lambda x: _cast_float(x, dtype))

    def _ivy_make(self, values: Mapping) -> None:
        """Make a variable of every value; of an array that is there twice, one."""
        state = vars(self)
        flat = Container(values).flatten()
        stored = self._ivy_options.store_vars
        made: dict[int, keras.Variable] = {}
        variables: dict[str, keras.Variable] = {}
        for path, value in flat.items():
            if id(value) not in made:
                made[id(value)] = self._ivy_variable(path, value)
                if stored:
                    keras_modules.track_variable(self, made[id(value)])
                    keras_modules.track_for_checkpoints(self, made[id(value)], f"v.{path}")
            variables[path] = made[id(value)]
        nested = _nested(variables)
        if stored:
            state["_ivy_created"] = nested
            state["_ivy_unstored"] = {}
        else:
            state["_ivy_created"] = {}
            state["_ivy_unstored"] = nested
            state["_ivy_initial"] = Container.unflatten(flat)
            for variable in made.values():
                stateless.release(variable)
        self._ivy_changed()

    def _ivy_variable(self, path: str, value: Any) -> keras.Variable:
        if isinstance(value, keras.Variable):
            return value
        if isinstance(value, tf.Variable):
            value = tf.convert_to_tensor(value)
        if (
            value is None
            or (not tf.is_tensor(value) and np.asarray(value).dtype.kind not in "bifc")
            or (tf.is_tensor(value) and value.dtype in (tf.string, tf.variant, tf.resource))
        ):
            raise IvyTypeError(
                f"`_create_variables` of {type(self).__name__} gives no array for {path!r}; leave "
                f"the key out if there is no such variable. "
                f"Received: {value!r} of type {type(value).__name__}"
            )
        tensor = tf.convert_to_tensor(value)
        trainable = path not in self.non_trainable_keys and (
            tensor.dtype.is_floating or tensor.dtype.is_complex
        )
        *parents, name = path.split("/")
        with contextlib.ExitStack() as scopes:
            scopes.enter_context(keras_modules.name_scope(self))
            for parent in parents:
                scopes.enter_context(keras.name_scope(parent))
            return keras.Variable(
                # A function, since inside a scope the value has to wait.
                lambda shape, dtype: tf.cast(tensor, dtype),
                shape=tuple(tensor.shape),
                dtype=tensor.dtype.name,
                trainable=trainable,
                autocast=trainable,
                name=name,
            )

    def _ivy_load_given(self) -> None:
        """Give the variables the values of `v=`, once all of them are there."""
        options = self._ivy_options
        if options.v is None:
            tie_shared(self)
            return
        structure = self._ivy_structure_now()
        entries = self._ivy_entries(structure)
        if self._ivy_unbuilt() and _has_unknown(options.v, structure):
            return  # for the layers that are built by the first call
        with contextlib.ExitStack() as undo:
            undo.callback(self._ivy_unmake)
            pairs = self._ivy_pair(options.v, entries, structure, partial=options.with_partial_v)
            undo.pop_all()
        for variable, value in pairs:
            stateless.set_initial_value(variable, value)
        remember_sources(self, options.v, structure)
        self._ivy_set_options(v=None)
        tie_shared(self)

    def _ivy_unmake(self) -> None:
        """Take the own variables away again."""
        state = vars(self)
        for variable in _variables_in(state.pop("_ivy_created", {})):
            keras_modules.untrack(self, variable)
        for key in ("_ivy_unstored", "_ivy_initial"):
            state.pop(key, None)
        self._ivy_changed()

    def _ivy_pair(
        self, v: Mapping, entries: list[Entry], structure: Structure, partial: bool
    ) -> list[tuple[keras.Variable, Any]]:
        if isinstance(v, Mapping) and _has_unknown(v, structure):
            unbuilt = self._ivy_unbuilt()
            if unbuilt and vars(self).get("_ivy_settled") != mark_of(self):
                self._ivy_check_complete("these values")
        shown = {id(entry.variable) for entry in entries}
        others = [entry for entry in structure.entries if id(entry.variable) not in shown]
        return pair(
            structure,
            entries,
            v,
            owner=f"{type(self).__name__} {self.name!r}",
            optional=others,
            partial=partial,
        )

    def _ivy_take_dtype(self, inputs: Any) -> None:
        """Take over the dtype of the first input of floats, for `build_mode="on_call"`."""
        if self._ivy_options.dtype is not None or self.compute_dtype != self.variable_dtype:
            return
        for x in keras.tree.flatten(inputs):
            if isinstance(x, tf.Tensor | keras.KerasTensor):
                dtype = keras.backend.standardize_dtype(x.dtype)
                if keras.backend.is_float_dtype(dtype):
                    if dtype != self.variable_dtype:
                        self.dtype_policy = dtype
                    return


def _cast_float(value: Any, dtype: str) -> Any:
    if not tf.is_tensor(value) or not value.dtype.is_floating or value.dtype.name == dtype:
        return value
    return tf.cast(value, dtype)


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for path, value in flat.items():
        *parents, last = path.split("/")
        branch = out
        for key in parents:
            branch = branch.setdefault(key, {})
        branch[last] = value
    return out


def _variables_in(nest: Any) -> list[keras.Variable]:
    if not isinstance(nest, Mapping):
        return [nest]
    return [variable for value in nest.values() for variable in _variables_in(value)]


def _has_unknown(v: Mapping, structure: Structure) -> bool:
    known = {entry.path for entry in structure.entries}
    return any(structure.resolve(path) not in known for path in Container(v).flatten())


def check_build_mode(mode: str) -> str:
    """Return the build mode, or raise if there is no such one."""
    return checks.choice("build_mode", mode, BUILD_MODES)
