"""What Ivy's layers share: drawing weights, late input sizes, dtypes, conversion from Keras."""

import inspect
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeGuard, TypeVar, Unpack, cast

import keras
import tensorflow as tf
from keras import ops

from keras_ivy.initializers import GlorotUniform, Initializer, Zeros, get, kernel_fans
from keras_ivy.initializers.fans.options import Fan
from keras_ivy.layers.options import AllOptions, BuildOptions, PlacedOptions
from keras_ivy.module import Module
from keras_ivy.module.record import record_of
from keras_ivy.ops import checks
from keras_ivy.ops.tensors import to_tensor
from keras_ivy.typing import Array, ArrayLike, DTypeLike, InitializerLike
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError, nearest

__all__ = ["FANS", "GLOROT", "ZEROS", "IvyLayer", "StatelessLayer"]

#: What `fans` may be: Ivy's fans leave out the size of a convolution's window, true ones don't.
FANS = ("ivy", "true")

#: Ivy's default initializers; they hold no state, so all layers share them.
GLOROT, ZEROS = GlorotUniform(), Zeros()


#: The arguments that every module has.
_ARGUMENTS = inspect.signature(Module.__init__).parameters


#: What a layer takes by name, the moment of its building included.
Late = TypeVar("Late", bound=BuildOptions)


class IvyLayer(Module):
    """A layer of Ivy's: a Module whose `_forward` is one of Ivy's functions.

    Args:
        device: Where variables are made, such as `"cpu"` or `"gpu:0"`.
        v: Values for the variables, instead of those drawn.
        dtype: The data type, or a dtype policy of Keras's such as `"mixed_float16"`.
        **kwargs: Further arguments of `Module`, such as `name` and `trainable`.
    """

    #: The Keras layers that `from_keras` takes.
    keras_classes: tuple[type[keras.layers.Layer], ...] = ()

    def __init__(self, **kwargs: Unpack[AllOptions]):
        unknown = [name for name in kwargs if name not in _ARGUMENTS]
        # A layer derived from one of these may take more, for a `_build` of its own.
        if unknown and type(self)._build.__module__.startswith("keras_ivy."):
            own = inspect.signature(type(self)).parameters
            names = [n for n in (*own, *_ARGUMENTS) if n not in ("self", "args", "kwargs")]
            raise IvyTypeError(
                f"{type(self).__name__}: unknown argument. {nearest(unknown[0], names)} "
                f"Received: {unknown[0]}={dict(kwargs)[unknown[0]]!r}"
            )
        super().__init__(**kwargs)

    if not TYPE_CHECKING:  # a checker would take every name for an attribute

        def __getattr__(self, name: str) -> Any:
            """Return `v.w` as `kernel`: `keras.layers.SpectralNormalization` asks for it so."""
            if name == "kernel" and "w" in (record_of(self).created or {}):
                return record_of(self).created["w"]
            return super().__getattr__(name)

    def _late(self, size: object, kwargs: Late) -> Late:
        """Put off the variables to the first call if a size is to come from its input."""
        if size is None and "build_mode" not in kwargs:
            kwargs["build_mode"] = "on_call"
        return kwargs

    def _size_of_input(self, args: tuple, axis: int) -> int:
        """Return the size of an axis of the first input, given as an array or as a shape."""
        shape = tuple(getattr(args[0], "shape", args[0])) if args else ()
        if not shape or shape[axis] is None:
            raise IvyValueError(
                f"{type(self).__name__}: the input size was left out, so axis {axis} of the first "
                f"input must be known. Received: input of shape {shape}"
            )
        return int(shape[axis])

    def _draw(
        self,
        initializer: InitializerLike,
        shape: Sequence[int | None],
        device: str | None,
        dtype: str | None,
        fan_out: Fan | None = None,
        fan_in: Fan | None = None,
        **kernel: Any,
    ) -> Any:
        """Draw the first values of a variable.

        Args:
            initializer: An initializer, its name, or a function of `(shape, dtype)`.
            shape: The shape of the variable.
            device: Where to make it.
            dtype: Its data type.
            fan_out: Ivy's number of outputs.
            fan_in: Ivy's number of inputs.
            **kernel: What the kernel is, for true fans; see `kernel_fans`.
        """
        sizes = cast("Sequence[int]", shape)  # when variables are made, all sizes are known
        if kernel and self._fans == "true":
            like = kernel.pop("like", sizes)
            fan_in, fan_out = kernel_fans(tuple(like), **kernel)
        make = initializer if _is_ivy(initializer) else get(initializer)
        return make.create_variables(
            tuple(sizes), device, fan_out=fan_out, fan_in=fan_in, dtype=dtype
        )

    def _value(self, name: str) -> Array:
        """Return a variable of this layer as a tensor of the compute dtype."""
        return to_tensor(self.v[name], self.compute_dtype)

    def _floats(self, argument: str, x: ArrayLike) -> Array:
        """Return an input as a tensor of the compute dtype, after checking that it is of floats.

        Keras casts inputs too, but not where `call` is called directly.
        """
        x = _tensor(type(self).__name__, argument, x)
        checks.floating(type(self).__name__, argument, x)
        return tf.cast(x, self.compute_dtype)

    @classmethod
    def _check_keras_layer(cls, layer: keras.layers.Layer) -> None:
        """Check that a Keras layer is of the kind that `from_keras` takes, and built."""
        if not isinstance(layer, cls.keras_classes):
            names = " or ".join(f"keras.layers.{c.__name__}" for c in cls.keras_classes)
            takes = f"takes {names}" if names else "takes nothing: no Keras layer is equal to one"
            raise IvyTypeError(
                f"{cls.__name__}.from_keras {takes}. "
                f"Received: layer={layer!r} of type {type(layer).__name__}"
            )
        if not layer.built and not issubclass(cls, StatelessLayer):
            raise IvyValueError(
                f"{cls.__name__}.from_keras takes a built layer, since an unbuilt one has no "
                f"weights; call it, or its `build`, first. Received: layer={layer!r}"
            )
        for option, value in layer.get_config().items():
            if option.endswith(("_regularizer", "_constraint")) and value is not None:
                cls._refuse(layer, option, value)

    @classmethod
    def _refuse(cls, layer: keras.layers.Layer, what: str, value: object) -> None:
        raise IvyValueError(
            f"{cls.__name__} has no {what}, so no layer of it is equal to this one. "
            f"Received: {layer!r} with {what} {value!r}"
        )

    @classmethod
    def _shared_of(cls, layer: keras.layers.Layer) -> dict[str, Any]:
        """Return the arguments that all layers have, for one that equals a Keras layer."""
        return {"name": layer.name, "trainable": layer.trainable, "dtype": layer.dtype_policy}

    def _shared(self) -> dict[str, Any]:
        """Return the arguments that all Keras layers have, for one that equals this layer."""
        policy = self.dtype_policy
        # Some of Keras's layers cannot be saved if they were given a policy, but its name.
        dtype = policy.name if type(policy) is keras.DTypePolicy else policy
        return {"name": self.name, "trainable": self.trainable, "dtype": dtype}

    def _finish_keras(
        self, layer: keras.layers.Layer, weights: Sequence[Array]
    ) -> keras.layers.Layer:
        """Give a new, built Keras layer the weights that equal this layer's."""
        layer.set_weights([ops.convert_to_numpy(w) for w in weights])
        return layer

    def _ready(self) -> None:
        """Check that the variables are there."""
        if not self.built:
            raise IvyValueError(
                f"{type(self).__name__}.to_keras needs the variables, which this layer makes at "
                f"its first call, since its input size was left out. Received: {self!r}"
            )


def _is_ivy(initializer: InitializerLike) -> TypeGuard[Initializer]:
    return isinstance(initializer, Initializer) or (
        hasattr(initializer, "create_variables") and not isinstance(initializer, type)
    )


def _tensor(owner: str, argument: str, x: ArrayLike) -> Array:
    if x is None:
        raise IvyTypeError(f"{owner}: `{argument}` is an array. Received: {argument}=None")
    return to_tensor(x)


def activation_of(layer: keras.layers.Layer) -> str:
    """Return the name of a Keras layer's activation."""
    return keras.activations.serialize(layer.activation)


class StatelessLayer(IvyLayer):
    """A layer without variables, which keeps the data type of floating point inputs.

    As in Ivy, a float64 array stays float64 under the default policy. An explicit `dtype`, or a
    mixed policy, is what inputs are cast to, as in Keras.

    Args:
        dtype: None to keep the input's type, else a data type or a policy.
        **kwargs: Further arguments of `Module`.
    """

    supports_masking = True

    def __init__(
        self, *, dtype: DTypeLike | keras.DTypePolicy = None, **kwargs: Unpack[PlacedOptions]
    ):
        self._casts = dtype is not None
        super().__init__(dtype=dtype, **kwargs)
        self.autocast = False

    @classmethod
    def _shared_of(cls, layer: keras.layers.Layer) -> dict[str, Any]:
        shared = super()._shared_of(layer)
        if layer.dtype_policy == keras.config.dtype_policy():
            del shared["dtype"]  # it was not asked for: other types of floats may stay
        return shared

    def _input(self, x: ArrayLike) -> Array:
        """Return an input as a tensor, of the layer's type if it has one of its own."""
        x = _tensor(type(self).__name__, "inputs", x)
        mixed = self.compute_dtype != self.variable_dtype
        if (self._casts or mixed) and x.dtype.is_floating:
            return tf.cast(x, self.compute_dtype)
        return x

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments; the data type only where inputs are cast to it."""
        config = super().get_config()
        if not self._casts and self.compute_dtype == self.variable_dtype:
            config.pop("dtype", None)
        return config
