"""The class itself, still without methods, and how the parts of this folder give it theirs."""

from keras_ivy.adapters.tracking import Trackable
from keras_ivy.container.config import DEFAULT, Config

__all__ = ["Container", "Node", "compose"]


#: What Python itself puts into a class.
_NOT_COPIED = {"__annotations__", "__dict__", "__firstlineno__", "__static_attributes__"}
_NOT_COPIED |= {"__weakref__"}


class Container(Trackable, dict):
    """A dict of dicts with string keys, sorted; leaves are anything, usually variables.

    Args:
        dict_in: A mapping, or `(key, value)` pairs. Nested mappings become containers, a key such
            as `"a/b"` or `"a.b"` becomes a nested one.
        **kwargs: More keys; or the options of `Config`, such as `print_limit=100`.

    Raises:
        TypeError: If a key is no string.
        ValueError: If a key is empty.

    Example:

    >>> from keras_ivy import Container
    >>> v = Container(b={"w": 2.0, "b": 1.0}, a=3.0)
    >>> v.b.w == v["b/w"] == v["b.w"] == 2.0
    True
    >>> v - v * 0.5
    {
        a: 1.5,
        b: {
            b: 0.5,
            w: 1.0
        }
    }

    Reference: Ivy's `data_classes/container/base.py`.
    """

    # Where it is found, whatever file it stands in: pickles say so.
    __module__ = "keras_ivy.container"
    __hash__ = None
    _config: Config = DEFAULT


#: The name by which the parts know the class: its methods are theirs.
Node = Container


def compose(cls: type, *parts: type) -> type:
    """Give a class the methods of the parts, and return it.

    Inheriting from them would do the same, at a price: TensorFlow looks through every base class
    of every dict passed to a `tf.function`, on every call. With a dozen base classes a call with
    a hundred variables took half as long again.

    Args:
        cls: The class; its own methods stay.
        *parts: Classes without state and without `super()`; earlier ones win.
    """
    for part in parts:
        for name, value in vars(part).items():
            if name not in vars(cls) and name not in _NOT_COPIED:
                setattr(cls, name, value)
    return cls
