"""Ivy's data classes, where its programs look for them."""

from keras_ivy.adapters.array_classes import CLASSES
from keras_ivy.arrays.attributes import unbound
from keras_ivy.container import Container
from keras_ivy.ops import NativeArray
from keras_ivy.ops.tensors import to_tensor
from keras_ivy.typing import Array as Tensor
from keras_ivy.typing import ArrayLike
from keras_ivy.utils.checks import summary
from keras_ivy.utils.exceptions import IvyTypeError

__all__ = ["Array", "Container", "ContainerBase", "NativeArray"]

#: The base of Ivy's containers: what they do beyond holding stands in the same class here.
ContainerBase = Container


class _Arrays(type):
    """The type of `Array`, whose instances are those of other classes."""

    def __instancecheck__(cls, x: object) -> bool:
        return isinstance(x, CLASSES)

    def __subclasscheck__(cls, other: type) -> bool:
        return issubclass(other, CLASSES) or other is cls

    def __call__(cls, data: ArrayLike) -> Tensor:
        """Return a tensor of what can be one."""
        return to_tensor(data)

    def __getattr__(cls, name: str) -> object:
        if name.startswith("_"):
            raise AttributeError(name)
        return unbound(name)


class Array(metaclass=_Arrays):
    """Ivy's arrays: tensors of TensorFlow's, variables among them, and symbolic ones of Keras's.

    `isinstance(x, ivy.Array)` asks for any of these, `ivy.Array(x)` makes a tensor, and
    `ivy.Array.mean(x)` calls a method.

    Args:
        data: What becomes a tensor.

    Example:

    >>> x = Array([1.0, 3.0])
    >>> isinstance(x, Array), Array.mean(x).numpy().item(), isinstance([1.0], Array)
    (True, 2.0, False)
    """

    def __setstate__(self, state: object) -> None:
        """Refuse to be what a pickle of real Ivy makes: it begins with an object of this class.

        Raises:
            TypeError: Always, with the way to read such a pickle.
        """
        raise IvyTypeError(
            "The pickle holds arrays of real Ivy, which cannot become tensors one by one; read it "
            "by `keras_ivy.Container.load(path, allow_pickle=True)`, if you trust its author. "
            f"Received: {summary(state)}"
        )
