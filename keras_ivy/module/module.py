"""`Module`: the class that Ivy programs derive their layers and networks from."""

import types
from collections.abc import Mapping
from typing import Any, Self

import keras

from keras_ivy.adapters.keras import collections
from keras_ivy.adapters.keras import modules as keras_modules
from keras_ivy.container import Container
from keras_ivy.module.building import build_on, build_or_not, is_built
from keras_ivy.module.calling.calling import Calling
from keras_ivy.module.calling.frames import train, trains
from keras_ivy.module.calling.inputs import Inputs, is_shapes
from keras_ivy.module.calling.running import call_through, named_parameters
from keras_ivy.module.configs.registry import register_class
from keras_ivy.module.meta import ModuleMeta
from keras_ivy.module.options import Options, policy_of, positional_device_and_v
from keras_ivy.module.printing import as_html, printed
from keras_ivy.module.record import Captured, Event, Record, advance, record_of
from keras_ivy.module.relatives import Relatives
from keras_ivy.module.saving import Saving
from keras_ivy.module.variables.buffers import (
    add_parameter,
    buffers_of,
    checked_buffers,
    set_buffer,
)
from keras_ivy.module.variables.devices import device_of_variables, move
from keras_ivy.module.variables.making import initial_values
from keras_ivy.module.variables.tracking import structure_now
from keras_ivy.module.variables.view import assign_variables, shown
from keras_ivy.structure import give_parts
from keras_ivy.typing import ArrayLike, DTypeLike
from keras_ivy.utils.checks import flag, received, text
from keras_ivy.utils.devices import chosen_device
from keras_ivy.utils.exceptions import IvyTypeError

__all__ = ["Module"]


class Module(Calling, Saving, Relatives, metaclass=ModuleMeta):
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

    >>> import tensorflow as tf
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

    #: Keys of `_create_variables` that training does not change, such as running statistics.
    non_trainable_keys: tuple[str, ...] = ()

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        method = cls.__dict__.get("call") or cls.__dict__.get("_forward")
        if method is not None:
            cls.call = call_through(method)
            cls._ivy_named = named_parameters(method)
        register_class(cls)

    def __new__(cls, *args: object, **kwargs: object) -> Self:
        """Set up the Keras model, so that attributes may be assigned before `__init__`."""
        module = super().__new__(cls)
        keras_modules.use_class_build(module)
        name = kwargs.get("name")
        keras.Model.__init__(module, name=name if isinstance(name, str) else None)
        collections.keep_collections(module)
        module._allow_non_tensor_positional_args = True  # keys, sizes and the like, as in Ivy
        captured = Captured(args, kwargs)
        give_parts(module, Record(captured=captured, start_values=initial_values))
        return module

    def __init__(
        self,
        *args: object,
        device: str | None = None,
        v: Mapping[str, object] | None = None,
        buffers: Mapping[str, object] | None = None,
        build_mode: str = "on_init",
        store_vars: bool = True,
        with_partial_v: bool = False,
        training: bool = True,
        dtype: DTypeLike | keras.DTypePolicy = None,
        dev: str | None = None,
        name: str | None = None,
        trainable: bool = True,
        **kwargs: object,
    ):
        if not _has_own_build(self) and (args or kwargs):
            device, v = positional_device_and_v(type(self).__name__, args, kwargs, device, v)
            args = ()
        if v is not None and not isinstance(v, Mapping):
            raise IvyTypeError(
                "`v` is a Container or a nested dict. "
                f"{received('v', v)} of type {type(v).__name__}"
            )
        record = self._ivy_record
        record.options = Options(
            args=args,
            kwargs=kwargs,
            v=v,
            build_mode=build_mode,
            store_vars=store_vars,
            with_partial_v=with_partial_v,
            device=chosen_device(device, dev),
            dtype=dtype,
        )
        record.training = flag("training", training)
        if dtype is not None:
            self.dtype_policy = policy_of(dtype)
        if name is not None:
            self.name = text("name", name)
        if not flag("trainable", trainable):
            self.trainable = False
        for key, value in checked_buffers(buffers).items():
            self.register_buffer(key, value)
        advance(record, Event.INITIALIZED)

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

    def _create_variables(
        self, device: str | None = None, dtype: str | None = None
    ) -> Mapping[str, object]:
        """Return the initial values of the module's own variables, by name; to override.

        Overriding methods may take `device` or `dev`, and `dtype`, or neither.

        Returns:
            A dict, which may be nested, of arrays or tensors.
        """
        return {}

    # -- construction -------------------------------------------------------------------------

    @property
    def built(self) -> bool:
        """Whether all variables are there: the module's own, and those of the layers inside.

        Layers that the last call did not reach do not count, as in Keras.
        """
        return is_built(self)

    @built.setter
    def built(self, value: bool) -> None:
        record = record_of(self)
        if record is not None:  # else Keras is setting up
            record.built = value

    @property
    def build_mode(self) -> str:
        """When the variables are made: `"on_init"`, `"explicit"` or `"on_call"`."""
        return self._ivy_record.options.build_mode

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
        if shapes is not None and is_shapes(shapes):
            build_on(self, Inputs.of_shapes(shapes, self._ivy_input_dtype()))
        else:
            build_or_not(self, args, kwargs, waits=_has_own_build(self))
        initial = self._ivy_record.initial
        return self.v if initial is None else initial.merge(self.v)

    # -- variables ----------------------------------------------------------------------------

    @property
    def v(self) -> Container:
        """The variables, as a Container in which they can be read and set.

        It holds those that training changes, and the running statistics of Ivy's layers, which
        optimizers leave alone. Assigning a Container to it assigns all variables in place, after
        their structure, shapes and dtypes have been checked.
        """
        return shown(self, waits=_has_own_build(self))

    @v.setter
    def v(self, values: Mapping[str, object]) -> None:
        assign_variables(self, values, partial=self._ivy_record.options.with_partial_v)

    # Keras asks a layer for its variables in many places; each time it is told of late ones first.

    @property
    def variables(self) -> list[keras.Variable]:
        """All variables, seed states included."""
        structure_now(self)
        return super().variables

    @property
    def weights(self) -> list[keras.Variable]:
        """All variables but seed states."""
        structure_now(self)
        return super().weights

    def register_parameter(self, name: str, value: ArrayLike) -> None:
        """Add a variable to those of the module.

        Args:
            name: The key in `v`; no attribute may have it.
            value: The initial value, an array or tensor.
        """
        add_parameter(self, name, value)

    @property
    def buffers(self) -> Container:
        """The buffers of the module and of those inside, as a Container."""
        return buffers_of(self)

    def register_buffer(self, name: str, value: object) -> None:
        """Keep an array with the module that is saved and not trained.

        Args:
            name: The key in `buffers`.
            value: An array or tensor; anything else is kept as it is, None as an attribute.
        """
        set_buffer(self, name, value)

    @property
    def state_dict(self) -> dict[str, Any]:
        """The variables and the buffers, as a dict of Containers and arrays."""
        return dict(self.v.merge(self.buffers)) if self.buffers else dict(self.v)

    @property
    def module_dict(self) -> Mapping[str, keras.layers.Layer]:
        """The sub-layers that are attributes, by the name of the attribute."""
        # No dict: Keras would save the layers under this name.
        return types.MappingProxyType(
            {
                name: value
                for name, value in vars(self).items()
                if isinstance(value, keras.layers.Layer) and not name.startswith("__")
            }
        )

    @property
    def device(self) -> str:
        """The device of the variables, as Ivy writes it: `"cpu"`, `"gpu:0"`."""
        return device_of_variables(self)

    @device.setter
    def device(self, device: str) -> None:
        move(self, device)

    def to_device(self, device: str) -> Self:
        """Move the variables to a device; those made later are made there.

        Args:
            device: Such as `"cpu"`, `"gpu:0"` or TensorFlow's `"/CPU:0"`.

        Returns:
            The module.

        Raises:
            ValueError: If there is no such device.
        """
        move(self, device)
        return self

    # -- training or not ----------------------------------------------------------------------

    @property
    def training(self) -> bool:
        """Whether the module trains: in this call, or, outside of one, in calls that don't say."""
        return trains(self)

    @training.setter
    def training(self, value: bool) -> None:
        self._ivy_record.training = bool(value)

    def train(self, mode: bool = True) -> Self:
        """Let calls that do not say so train, here and in all modules inside.

        Args:
            mode: Whether they train.

        Returns:
            The module.
        """
        train(self, mode)
        return self

    def eval(self) -> Self:
        """Let calls that do not say so not train, here and in all modules inside."""
        return self.train(False)

    # -- printing -----------------------------------------------------------------------------

    def _extra_repr(self) -> str:
        """Return what stands in the parentheses, such as `"in_features=3"`; to override."""
        return ""

    def __repr__(self) -> str:
        return printed(self)

    def _repr_html_(self) -> str:
        return as_html(self)


def _has_own_build(module: Module) -> bool:
    """Whether the class has a `_build`, to which arguments go, and inputs of the first call."""
    return type(module)._build is not Module._build
