"""The class that all the code of this folder knows containers by, and how the parts join it."""

from collections.abc import Callable
from typing import ClassVar

from keras_ivy.adapters.tracking import Trackable
from keras_ivy.container.config import DEFAULT, Config

__all__ = ["Node", "compose"]


#: What Python itself puts into a class.
_NOT_COPIED = {"__annotations__", "__dict__", "__firstlineno__", "__static_attributes__"}
_NOT_COPIED |= {"__weakref__"}


class Node(Trackable, dict):
    """A dict that TensorFlow tracks; the base class of `Container` and of nothing else."""

    #: The public class, of which all nested containers and all results are.
    _root: ClassVar[type]
    _config: Config = DEFAULT


def compose(*parts: type) -> Callable[[type], type]:
    """Return a decorator that gives a class the methods of the parts.

    Inheriting from them would do the same, at a price: TensorFlow looks through every base class
    of every dict passed to a `tf.function`, on every call. With a dozen base classes a call with
    a hundred variables took half as long again.

    Args:
        *parts: Classes without state and without `super()`; earlier ones win.
    """

    def decorator(cls: type) -> type:
        for part in parts:
            for name, value in vars(part).items():
                if name not in vars(cls) and name not in _NOT_COPIED:
                    setattr(cls, name, value)
        return cls

    return decorator
