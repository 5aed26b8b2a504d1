"""The public class, put together and made known to other libraries."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import tensorflow as tf

from keras_ivy.adapters import op_dispatch
from keras_ivy.container.access import Access
from keras_ivy.container.algebra import Algebra, dispatch
from keras_ivy.container.base import Base
from keras_ivy.container.checkpoint import Tracked
from keras_ivy.container.compare import Compare
from keras_ivy.container.edit import Edit
from keras_ivy.container.files.disk import Disk
from keras_ivy.container.flat import Flat
from keras_ivy.container.guard import guard
from keras_ivy.container.mapping import Mapped, container_map
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
    class Container(  # noqa: D101
        Algebra,
        Access,
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
        Node,
    ): ...
else:
    Container = compose(
        Node,
        Algebra,
        Access,
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
    )

guard(Container)
register_with_optree(Container)
register_with_jax(Container)


class _Operand(Container):
    """A Container on its way through a function of Keras, such as `keras.Variable.__add__`.

    Keras looks at the shapes of what it converted before it calls TensorFlow. A scalar is what
    calculates with everything, as a Container does.
    """

    shape = tf.TensorShape([])

    def _empty(self) -> Container:
        return self._new(self._config)


def _convert(op: Callable, *args: Any, **kwargs: Any) -> _Operand:
    return _Operand(container_map(op, *args, **kwargs))


op_dispatch.install(Container, dispatch, _convert)
