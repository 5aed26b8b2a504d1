"""The public class, put together."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import tensorflow as tf

from keras_ivy.adapters import op_dispatch
from keras_ivy.container.algebra import Algebra, dispatch
from keras_ivy.container.base import Base
from keras_ivy.container.checkpoint import Tracked
from keras_ivy.container.compare import Compare
from keras_ivy.container.disk import Disk
from keras_ivy.container.edit import Edit
from keras_ivy.container.flat import Flat
from keras_ivy.container.mapping import Mapped, container_map
from keras_ivy.container.methods import Methods
from keras_ivy.container.node import Node, compose
from keras_ivy.container.printing import Printed
from keras_ivy.container.query import Query
from keras_ivy.container.registration import register_with_jax, register_with_optree
from keras_ivy.container.rekey import Rekey
from keras_ivy.container.shapes import Shapes
from keras_ivy.container.structure import Structure

__all__ = ["Container"]


if TYPE_CHECKING:
    # What `compose` does, in the words that type checkers and editors understand.
    class _Whole(
        Algebra,
        Base,
        Tracked,
        Structure,
        Mapped,
        Shapes,
        Query,
        Edit,
        Rekey,
        Flat,
        Compare,
        Printed,
        Disk,
        Methods,
        Node,
    ): ...
else:
    _Whole = Node


@compose(
    Algebra,
    Base,
    Tracked,
    Structure,
    Mapped,
    Shapes,
    Query,
    Edit,
    Rekey,
    Flat,
    Compare,
    Printed,
    Disk,
    Methods,
)
class Container(_Whole):
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

    __hash__ = None

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        register_with_optree(cls)
        register_with_jax(cls)


Node._root = Container
register_with_optree(Container)
register_with_jax(Container)


class _Operand(Container):
    """A Container on its way through a function of Keras, such as `keras.Variable.__add__`.

    Keras looks at the shapes of what it converted before it calls TensorFlow. A scalar is what
    calculates with everything, as a Container does.
    """

    shape = tf.TensorShape([])


def _convert(op: Callable, *args: Any, **kwargs: Any) -> _Operand:
    return _Operand(container_map(op, *args, **kwargs))


op_dispatch.install(Container, dispatch, _convert)
