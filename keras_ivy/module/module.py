"""`Module`: the class that Ivy programs derive their layers and networks from."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.adapters import collections, keras_modules
from keras_ivy.container import Container
from keras_ivy.functional.values import assign
from keras_ivy.module.attributes import Attributes, Own
from keras_ivy.module.building import Building, Options
from keras_ivy.module.calling.calling import Calling
from keras_ivy.module.calling.frames import frames
from keras_ivy.module.calling.inputs import Inputs, is_shapes
from keras_ivy.module.calling.shapes import Asked
from keras_ivy.module.configs.config import Configured
from keras_ivy.module.configs.registry import register_class
from keras_ivy.module.files.exporting import Exported
from keras_ivy.module.files.seeds import Seeded
from keras_ivy.module.meta import Cache, Captured, ModuleMeta, call_through, named_parameters
from keras_ivy.module.printing import Printed
from keras_ivy.module.saving import Saved
from keras_ivy.module.state import State
from keras_ivy.module.variables.view import live_view
from keras_ivy.structure import Entry, Structure, structure_of
from keras_ivy.utils.checks import flag, received, text
from keras_ivy.utils.devices import chosen_device
from keras_ivy.utils.exceptions import IvyRuntimeError, IvyTypeError

__all__ = ["Module"]


class Module(
    Calling,
    Building,
    State,
    Saved,
    Seeded,
    Exported,
    Configured,
    Printed,
    Asked,
    Attributes,
    keras.Model,
    metaclass=ModuleMeta,
):
    """A `keras.Model` that is written as an Ivy module and used as both.

    A subclass assigns sub-modules and settings as attributes, calls `ivy.Module.__init__(self)`
    (or `super().__init__()`) last or first, and defines `_forward`; `_create_variables` returns
    the variables of its own, if it has any. All variables, those of stock Keras layers included,
    are found by attribute: in `v` they stand under the name of the attribute without one leading
    underscore, `v0, v1, ...` in lists and tuples, the key in dicts.

    Args:
        *args: Passed to `_build`. Where that is not overridden, a device and `v` may be given by
            position, as Ivy's document does: `ivy.Module.__init__(self, dev, v)`.
        device: Where variables are made, such as `"cpu"` or `"gpu:0"`. Defaults to TensorFlow's
            choice.
        v: Values for the variables: a Container or nested dict of the structure of `module.v`.
        buffers: Named arrays that are saved with the module and not trained.
        build_mode: When the variables are made: `"on_init"` (default) by the constructor,
            `"explicit"` by `build()`, by reading `v` or by the first call, `"on_call"` by the
            first call, whose inputs go to `_build` and whose dtype is taken over.
        store_vars: If False, the variables are not kept: `build()` returns them, and every call
            takes `v=`.
        with_partial_v: Whether `v` may leave variables out, here and in calls.
        training: Whether calls train that do not say so. Defaults to True, as in Ivy.
        dtype: The dtype or `keras.DTypePolicy` of the module. Defaults to Keras's policy.
        dev: The same as `device`.
        name: The name of the model.
        trainable: Whether training changes the variables.
        **kwargs: Passed to `_build`.

    Raises:
        ValueError: If `v` does not have the structure, the shapes and the dtypes of the variables,
            or an option is unknown.
        TypeError: If an argument is unknown.

    Example:

    >>> class Scale(Module):
    ...     def __init__(self, size):
    ...         self._size = size
    ...         Module.__init__(self)
    ...
    ...     def _create_variables(self, device, dtype):
    ...         return {"w": tf.fill([self._size], 2.0)}
    ...
    ...     def _forward(self, x):
    ...         return x * self.v.w
    >>> scale = Scale(2)
    >>> scale(tf.constant([1.0, 10.0])).numpy()
    array([ 2., 20.], dtype=float32)
    >>> scale(tf.constant([1.0, 10.0]), v={"w": tf.constant([0.0, 1.0])}).numpy()
    array([ 0., 10.], dtype=float32)
    >>> scale.v = scale.v + 1.0
    >>> scale.trainable_variables[0].numpy()
    array([3., 3.], dtype=float32)

    Reference: Ivy's `stateful/module.py`.
    """

    call = call_through(Calling._forward)
    _ivy_named = named_parameters(Calling._forward)

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        method = cls.__dict__.get("call") or cls.__dict__.get("_forward")
        if method is not None:
            cls.call = call_through(method)
            cls._ivy_named = named_parameters(method)
        register_class(cls)

    def __new__(cls, *args: Any, **kwargs: Any) -> "Module":
        """Set up the Keras model, so that attributes may be assigned before `__init__`."""
        module = super().__new__(cls)
        keras_modules.use_class_build(module)
        name = kwargs.get("name")
        keras.Model.__init__(module, name=name if isinstance(name, str) else None)
        collections.keep_collections(module)
        module._allow_non_tensor_positional_args = True
        vars(module).update(
            _ivy_arguments=Captured(args, kwargs),
            _ivy_buffers={},
            _ivy_cache=Cache(),
            _ivy_finished=False,
            _ivy_built=False,
            _ivy_made=False,
            _ivy_options=Options(),
            _ivy_own=Own(),
            _ivy_started=False,
            _ivy_structure=None,
            _ivy_training=True,
        )
        return module

    def __init__(
        self,
        *args: Any,
        device: str | None = None,
        v: Mapping | None = None,
        buffers: Mapping | None = None,
        build_mode: str = "on_init",
        store_vars: bool = True,
        with_partial_v: bool = False,
        training: bool = True,
        dtype: Any = None,
        dev: str | None = None,
        name: str | None = None,
        trainable: bool = True,
        **kwargs: Any,
    ):
        default_build = type(self)._build is Building._build
        if default_build and (args or kwargs):
            device, v = _positional_device_and_v(self, args, kwargs, device, v)
            args = ()
        if v is not None and not isinstance(v, Mapping):
            raise IvyTypeError(
                "`v` is a Container or a nested dict. "
                f"{received('v', v)} of type {type(v).__name__}"
            )
        vars(self)["_ivy_options"] = Options(
            args=args,
            kwargs=kwargs,
            v=v,
            build_mode=build_mode,
            store_vars=store_vars,
            with_partial_v=with_partial_v,
            device=chosen_device(device, dev),
            dtype=dtype,
        )
        vars(self)["_ivy_training"] = flag("training", training)
        if dtype is not None:
            self.dtype_policy = _policy(dtype)
        if name is not None:
            self.name = text("name", name)
        if not flag("trainable", trainable):
            self.trainable = False
        if not isinstance(buffers, Mapping | None):
            raise IvyTypeError(
                "`buffers` is a Container or a dict of arrays by name. "
                f"{received('buffers', buffers)}"
            )
        for key, value in (buffers or {}).items():
            self.register_buffer(key, value)
        vars(self)["_ivy_started"] = True

    def _ivy_finish(self) -> None:
        """Finish the construction; the metaclass calls this when the whole constructor has run."""
        if not self._ivy_started:
            raise IvyRuntimeError(
                f"{type(self).__name__}.__init__ never called `ivy.Module.__init__(self)`. Call "
                "it as the last or the first statement of the constructor. "
                f"Received: a {type(self).__name__} that is not initialized"
            )
        self._ivy_sync()
        vars(self)["_ivy_finished"] = True
        if self._ivy_options.build_mode == "on_init" and not self._ivy_made:
            self._ivy_build(self._ivy_options.args, self._ivy_options.kwargs)

    def _ivy_set_options(self, **changes: Any) -> None:
        vars(self)["_ivy_options"] = dataclasses.replace(self._ivy_options, **changes)

    def build(self, *args: Any, **kwargs: Any) -> Container:
        """Make the variables, as Ivy's `build`, or for an input shape, as Keras's.

        Args:
            *args: Passed to `_build` in place of the constructor's arguments; or one shape, such
                as `(None, 3)`, or a list or dict of shapes, on which the layers inside are built
                too.
            **kwargs: Passed to `_build`.

        Returns:
            The Container of the variables.

        Example:

        >>> class Net(Module):
        ...     def __init__(self):
        ...         self.dense = keras.layers.Dense(2)
        ...         Module.__init__(self)
        ...
        ...     def _forward(self, x):
        ...         return self.dense(x)
        >>> {path: tuple(w.shape) for path, w in Net().build((None, 3)).flatten().items()}
        {'dense/bias': (2,), 'dense/kernel': (3, 2)}
        """
        shapes = args[0] if len(args) == 1 and not kwargs else None
        if shapes is None or not is_shapes(shapes):
            given = bool(args or kwargs)
            options = self._ivy_options
            waits = options.build_mode == "on_call" and type(self)._build is not Building._build
            if given or not (self._ivy_made or waits):  # what waits for a call, waits here too
                self._ivy_build(args if given else options.args, kwargs or options.kwargs)
            return self._ivy_built_variables()
        self._ivy_build_on(Inputs.of_shapes(shapes, self._ivy_input_dtype()))
        return self._ivy_built_variables()

    def _ivy_built_variables(self) -> Container:
        initial = vars(self).get("_ivy_initial")
        return self.v if initial is None else initial.merge(self.v)

    # -- v ------------------------------------------------------------------------------------

    @property
    def v(self) -> Container:
        """The variables, as a Container in which they can be read and set.

        It holds those that training changes, and the running statistics of Ivy's layers, which
        optimizers leave alone. Assigning a Container to it assigns all variables in place, after
        their structure, shapes and dtypes have been checked.
        """
        if not self._ivy_made and self._ivy_started and not vars(self).get("_ivy_building"):
            default_build = type(self)._build is Building._build
            if self._ivy_options.build_mode != "on_call" or default_build:
                self._ivy_build(self._ivy_options.args, self._ivy_options.kwargs)
        state = vars(self)
        structure = self._ivy_structure_now()
        unstored = bool(state.get("_ivy_unstored"))
        in_call = unstored and any(frame.has_v for frame in frames.stack)
        entries = [] if unstored and not in_call else self._ivy_entries(structure, in_call)
        if not frames.stack:
            return live_view(self, entries)
        # In a call it is asked for often, and every time for a leaf.
        cache = state["_ivy_cache"]
        shown = [id(entry.variable) for entry in entries]
        if cache.view is None or cache.view[:2] != (structure, shown):
            cache.view = (structure, shown, live_view(self, entries))
        return cache.view[2]

    @v.setter
    def v(self, values: Mapping) -> None:
        self._ivy_assign(values, partial=self._ivy_options.with_partial_v)

    def _ivy_assign(self, values: Mapping, partial: bool) -> None:
        if not self._ivy_made:
            self.v  # noqa: B018 - reading builds, where the mode allows it
        structure = self._ivy_structure_now()
        assign(self._ivy_pair(values, self._ivy_entries(structure), structure, partial))

    def _ivy_structure_now(self) -> Structure:
        """Return the structure as it is now; what Keras did not notice, it is told."""
        kept = vars(self).get("_ivy_structure")
        if kept is not None and kept.is_current():
            return kept
        self._ivy_sync()
        for layer in structure_of(self).layers.values():
            if isinstance(layer, Module):
                layer._ivy_sync()
        return structure_of(self)

    def _ivy_entries(self, structure: Structure, unstored: bool = False) -> list[Entry]:
        """Return the entries of the variables that `v` shows."""
        cache = vars(self)["_ivy_cache"]
        if cache.listed is None or cache.listed[0] is not structure:
            listed = [(entry, _is_created(entry)) for entry in structure.entries]
            cache.listed = (structure, listed)
        listed = cache.listed[1]
        entries = [entry for entry, created in listed if created or entry.variable.trainable]
        return _with_unstored(self, structure, entries) if unstored else entries

    # Keras asks a layer for its variables in many places; each time it is told of late ones first.

    @property
    def variables(self) -> list[keras.Variable]:
        """All variables, seed states included."""
        self._ivy_structure_now()
        return super().variables

    @property
    def weights(self) -> list[keras.Variable]:
        """All variables but seed states."""
        self._ivy_structure_now()
        return super().weights


def _is_created(entry: Entry) -> bool:
    """Whether a variable is one of those that `_create_variables` gave to its module."""
    here = vars(entry.layer).get("_ivy_created") or {}
    for key in entry.name.split("/"):
        here = here.get(key) if isinstance(here, Mapping) else None
    return here is entry.variable


def _with_unstored(module: Module, structure: Structure, entries: list[Entry]) -> list[Entry]:
    """Return the entries with those of the variables that modules do not store."""
    entries = list(entries)
    for path, layer in [("", module), *structure.layers.items()]:
        hidden = vars(layer).get("_ivy_unstored") or {}
        for name, variable in Container(hidden).flatten().items():
            entries.append(Entry(f"{path}/{name}" if path else name, layer, name, variable))
    return sorted(entries, key=lambda entry: entry.path.split("/"))


def _positional_device_and_v(
    module: Module, args: tuple, kwargs: Mapping, device: Any, v: Any
) -> tuple[Any, Any]:
    """Return device and `v` of a call `Module.__init__(self, dev, v)`."""
    fits = not kwargs and len(args) <= 2 and (len(args) < 2 or isinstance(args[1], Mapping | None))
    if not fits or not isinstance(args[0], str | None) or (device, v) != (None, None):
        raise IvyTypeError(
            f"{type(module).__name__} has no `_build` that these arguments could go to; by "
            "position `Module.__init__` takes a device and `v`. "
            f"Received: args={args!r}, kwargs={dict(kwargs)!r}"
        )
    return args[0], args[1] if len(args) > 1 else None


def _policy(dtype: Any) -> Any:
    if isinstance(dtype, str | keras.DTypePolicy | dict):
        return dtype
    if isinstance(dtype, tf.DType | type | np.dtype):
        return keras.backend.standardize_dtype(tf.as_dtype(dtype))
    raise IvyTypeError(
        f"`dtype` is a data type or the policy of Keras's. {received('dtype', dtype)}"
    )
