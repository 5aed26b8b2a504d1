"""Shapes, dtypes and devices of the leaves, and operations on all of them along one axis."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_ivy import tree
from keras_ivy.container.arrays import dtype_name, is_array
from keras_ivy.container.node import Node
from keras_ivy.utils.checks import received
from keras_ivy.utils.devices import device_of, device_scope
from keras_ivy.utils.exceptions import (
    IvyAttributeError,
    IvyException,
    IvyTypeError,
    IvyValueError,
)

__all__ = ["Shapes"]


class Shapes:
    """What the arrays of a Container have in common; stacking, splitting, joining."""

    def _arrays(self) -> list:
        return [leaf for leaf in tree.leaves(self) if is_array(leaf)]

    @property
    def dtype(self) -> str:
        """The dtype to which all arrays promote, as Keras writes it.

        Example:

        >>> import tensorflow as tf
        >>> from keras_ivy import Container
        >>> Container(a=tf.constant(1.0), b=tf.constant(1.0, "float64")).dtype
        'float64'
        """
        arrays = self._arrays()
        if not arrays:
            raise IvyAttributeError("A container without arrays has no dtype.")
        names = {dtype_name(x) for x in arrays}
        if len(names) == 1:
            return names.pop()
        return tf.as_dtype(np.result_type(*(tf.as_dtype(n).as_numpy_dtype for n in names))).name

    @property
    def cont_dtype(self) -> str | None:
        """The dtype of all arrays, or None where they differ or there are none."""
        names = {dtype_name(x) for x in self._arrays()}
        return names.pop() if len(names) == 1 else None

    @property
    def cont_dev(self) -> str | None:
        """The device of all arrays, such as `"cpu"` or `"gpu:0"`, or None where they differ."""
        names = {device_of(x) for x in self._arrays()}
        return names.pop() if len(names) == 1 else None

    @property
    def cont_shape(self) -> list[int | None]:
        """The sizes that all arrays share, axis by axis; None where they differ.

        Example:

        >>> import tensorflow as tf
        >>> from keras_ivy import Container
        >>> Container(a=tf.ones((2, 3)), b=tf.ones((2, 4))).cont_shape
        [2, None]
        """
        shapes = [tuple(x.shape) for x in self._arrays()]
        if not shapes:
            return [0]
        return [s[0] if len(set(s)) == 1 else None for s in zip(*shapes, strict=False)]

    @property
    def cont_shapes(self) -> Any:
        """The Container of the shapes of the arrays; None for other leaves."""
        return self.map(lambda x: tuple(x.shape) if is_array(x) else None)

    def cont_reshape_like(
        self, target_dict: Mapping, leading_shape: Sequence[int] | None = None
    ) -> Any:
        """Return the Container of the leaves, reshaped.

        Args:
            target_dict: The shape of every leaf, under the same keys.
            leading_shape: Sizes of axes in front of every shape.
        """
        lead = tuple(leading_shape or ())
        return self.map(lambda x, s: keras.ops.reshape(x, lead + tuple(s)), Node(target_dict))

    def stack(self: Any, containers: Sequence[Any] = (), axis: int = 0) -> Any:
        """Return the Container of the leaves of several containers, stacked on a new axis.

        Args:
            containers: More containers, as `a.stack([b], axis=0)`; or all of them, as
                `Container.stack([a, b])`.
            axis: Where the new axis goes.

        Raises:
            ValueError: If the containers differ in their keys.

        Example:

        >>> import tensorflow as tf
        >>> from keras_ivy import Container
        >>> Container.stack([Container(a=tf.ones(2)), Container(a=tf.zeros(2))])
        {
            a: tensor([[1., 1.],
                       [0., 0.]])
        }
        """
        return _joined(keras.ops.stack, self, containers, axis)

    def concat(self: Any, containers: Sequence[Any] = (), axis: int = 0) -> Any:
        """Return the Container of the leaves of several containers, joined along an axis.

        Args:
            containers: More containers, as `a.concat([b], axis=0)`; or all of them, as
                `Container.concat([a, b])`.
            axis: The axis.

        Raises:
            ValueError: If the containers differ in their keys.
        """
        return _joined(keras.ops.concatenate, self, containers, axis)

    def unstack(self, axis: int = 0, keepdims: bool = False) -> list:
        """Return a list of containers, one for every index of an axis; the inverse of `stack`.

        Args:
            axis: The axis, of the same size in all leaves.
            keepdims: Whether the axis stays, with size one.

        Raises:
            ValueError: If the leaves differ in the size of the axis.

        Example:

        >>> import tensorflow as tf
        >>> from keras_ivy import Container
        >>> Container(a=tf.constant([1.0, 2.0])).unstack()
        [{
            a: tensor(1.)
        }, {
            a: tensor(2.)
        }]
        """
        size = self._size_of(axis)
        if keepdims:
            return self.split_conts(size, axis)
        parts = self.map(lambda x: keras.ops.unstack(x, axis=axis))
        return [parts.map(lambda xs, i=i: xs[i]) for i in range(size)]

    def cont_unstack_conts(
        self, axis: int, keepdims: bool = False, dim_size: int | None = None
    ) -> list:
        """Return a list of containers, one for every index of an axis.

        Args:
            axis: The axis.
            keepdims: Whether the axis stays, with size one.
            dim_size: The size that the axis must have.

        Raises:
            ValueError: If the axis is of another size.
        """
        if dim_size is not None and dim_size != self._size_of(axis):
            raise IvyValueError(
                f"Axis {axis} has size {self._size_of(axis)}. Received: dim_size={dim_size}"
            )
        return self.unstack(axis, keepdims)

    def split_conts(
        self, num_or_size_splits: int | Sequence[int] | None = None, axis: int = 0
    ) -> list:
        """Return a list of containers, the leaves split along an axis.

        Args:
            num_or_size_splits: The number of equal parts, or the size of each; one part for each
                entry by default.
            axis: The axis.

        Example:

        >>> import numpy as np
        >>> from keras_ivy import Container
        >>> len(Container(a=np.zeros((3, 2))).split_conts())
        3
        """
        size = self._size_of(axis)
        num_or_size_splits = size if num_or_size_splits is None else num_or_size_splits
        if isinstance(num_or_size_splits, int):
            if size % num_or_size_splits:
                raise IvyValueError(
                    f"Axis {axis} of size {size} has no equal parts. "
                    f"Received: num_or_size_splits={num_or_size_splits}"
                )
            count, where = num_or_size_splits, num_or_size_splits
        else:
            if sum(num_or_size_splits) != size:
                raise IvyValueError(
                    f"The parts of axis {axis} must add up to {size}. "
                    f"Received: num_or_size_splits={list(num_or_size_splits)}"
                )
            count = len(num_or_size_splits)
            where = np.cumsum(num_or_size_splits)[:-1].tolist()
        parts = self.map(lambda x: keras.ops.split(x, where, axis=axis))
        return [parts.map(lambda xs, i=i: xs[i]) for i in range(count)]

    def _size_of(self, axis: int) -> int:
        """Return the size of an axis, which all leaves must share."""
        sizes = {}
        for path, leaf in tree.items(self):
            if not is_array(leaf) or not -len(leaf.shape) <= axis < len(leaf.shape):
                raise IvyValueError(f"{path!r} has no axis {axis}. Received: {leaf!r}")
            sizes[path] = leaf.shape[axis]
        if len(set(sizes.values())) != 1:
            raise IvyValueError(
                f"The leaves must share the size of axis {axis}. Received: sizes={sizes}"
            )
        return next(iter(sizes.values()))

    @staticmethod
    def cont_reduce(containers: Sequence[Any], reduction: Callable[[list], Any]) -> Any:
        """Return the Container of `reduction([leaf of each container])`.

        Args:
            containers: Containers of the same keys.
            reduction: A function of a list of leaves, such as `sum`.

        Raises:
            ValueError: If the containers differ in their keys, or the reduction fails.

        Example:

        >>> from keras_ivy import Container
        >>> Container.cont_reduce([Container(a=1), Container(a=2)], sum)
        {
            a: 3
        }
        """

        def call(path: str, *xs: Any) -> Any:
            try:
                return reduction(list(xs))
            except (TypeError, ValueError) as error:
                if isinstance(error, IvyException):
                    raise
                raise IvyValueError(f"Cannot reduce {path!r}: {error} Received: {xs!r}") from error

        first, *rest = containers
        return first.map_with_path(call, *rest)

    @staticmethod
    def cont_list_join(containers: Sequence[Any]) -> Any:
        """Return the Container of the lists of several containers, joined."""
        first, *rest = _some("cont_list_join", containers)
        return first.map(lambda *lists: [x for items in lists for x in items], *rest)

    @staticmethod
    def cont_list_stack(containers: Sequence[Any], dim: int = 0) -> Any:
        """Return the Container of lists of the leaves of several containers.

        Args:
            containers: Containers of the same keys.
            dim: The level of the list, 0: lists of leaves have no other.
        """
        if dim != 0:
            raise IvyValueError(f"Leaves can be listed along `dim` 0 alone. Received: dim={dim}")
        first, *rest = _some("cont_list_stack", containers)
        return first.map(lambda *xs: list(xs), *rest)

    @staticmethod
    def cont_unify(cont: Any, device: str, mode: str, axis: int = 0) -> Any:
        """Return one array out of all the leaves.

        Args:
            cont: The Container.
            device: The device of the result, as `"cpu"` or `"gpu:0"`.
            mode: `"concat"`, `"sum"` or `"mean"`.
            axis: The axis along which leaves are joined.

        Raises:
            ValueError: If the mode is unknown.
        """
        modes = {
            "concat": lambda xs: keras.ops.concatenate(xs, axis=axis),
            "sum": lambda xs: keras.ops.sum(keras.ops.stack(xs), axis=0),
            "mean": lambda xs: keras.ops.mean(keras.ops.stack(xs), axis=0),
        }
        if mode not in modes:
            raise IvyValueError(f"`mode` is one of {sorted(modes)}. Received: mode={mode!r}")
        with device_scope(device):
            return modes[mode](tree.leaves(cont))


def _joined(op: Callable, one: Any, more: Sequence[Any], axis: int) -> Any:
    """Apply an operation on lists of arrays to containers, given as one and more or as a list."""
    if not isinstance(one, Node):
        one, *more = [*_some("", one), *more]
    first, *rest = one, *more
    return first.map(lambda *xs: op(xs, axis=axis), *rest)


def _some(owner: str, containers: Any) -> list:
    """Return a list of containers, one at least."""
    name = f"{owner}: " if owner else ""
    if not isinstance(containers, list | tuple):
        raise IvyTypeError(
            f"{name}`containers` must be a list of containers. {received('containers', containers)}"
        )
    if not containers:
        raise IvyValueError(
            f"{name}`containers` must hold one container at least. Received: containers=[]"
        )
    for i, one in enumerate(containers):
        if not isinstance(one, Node | Mapping if i else Node):
            raise IvyTypeError(
                f"{name}`containers` must hold containers. Received: {one!r} among them"
            )
    return list(containers)
