"""The public class: what a Container calculates, selects, tells and saves."""

import operator
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Self

import keras
import tensorflow as tf

from keras_ivy import tree
from keras_ivy.adapters.tensorflow import op_dispatch
from keras_ivy.container import printing
from keras_ivy.container.algebra import (
    binary,
    dispatch,
    divided,
    inverted,
    logical,
    rounded,
    transform,
)
from keras_ivy.container.base import Base
from keras_ivy.container.files import disk
from keras_ivy.container.guard import guard, some
from keras_ivy.container.ivy_names import IvyNames
from keras_ivy.container.table import Table
from keras_ivy.tree import compare, reduce, select, shapes
from keras_ivy.tree.maps import call_leafwise
from keras_ivy.tree.select import Pattern

__all__ = ["Container"]

Trees = Sequence[Mapping[str, object]]


@guard
class Container(IvyNames):
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

    # -- arithmetic ---------------------------------------------------------------------------

    # The other operand is a Container or a dict of the same keys, a scalar or an array, on either
    # side. Leaves that are lists or tuples are combined item by item. Unlike dtypes that TensorFlow
    # refuses are promoted as NumPy promotes them.
    __add__, __radd__ = binary("+", operator.add), binary("+", operator.add, True)
    __sub__, __rsub__ = binary("-", operator.sub), binary("-", operator.sub, True)
    __mul__, __rmul__ = binary("*", operator.mul), binary("*", operator.mul, True)
    __truediv__ = binary("/", operator.truediv)
    __rtruediv__ = binary("/", operator.truediv, True)
    __floordiv__ = binary("//", operator.floordiv)
    __rfloordiv__ = binary("//", operator.floordiv, True)
    __mod__, __rmod__ = binary("%", operator.mod), binary("%", operator.mod, True)
    __divmod__, __rdivmod__ = binary("divmod", divided), binary("divmod", divided, True)
    __pow__, __rpow__ = binary("**", operator.pow), binary("**", operator.pow, True)
    __matmul__ = binary("@", operator.matmul)
    __rmatmul__ = binary("@", operator.matmul, True)
    __lshift__ = binary("<<", operator.lshift)
    __rlshift__ = binary("<<", operator.lshift, True)
    __rshift__ = binary(">>", operator.rshift)
    __rrshift__ = binary(">>", operator.rshift, True)
    __xor__, __rxor__ = binary("^", operator.xor), binary("^", operator.xor, True)
    __eq__, __ne__ = binary("==", operator.eq), binary("!=", operator.ne)  # type: ignore[assignment]
    __lt__, __le__ = binary("<", operator.lt), binary("<=", operator.le)
    __gt__, __ge__ = binary(">", operator.gt), binary(">=", operator.ge)

    __and__ = logical("&", operator.and_, lambda x, y: x and y)
    __rand__ = logical("&", operator.and_, lambda x, y: x and y, True)
    __or__ = logical("|", operator.or_, lambda x, y: x or y)  # type: ignore[assignment]
    __ror__ = logical("|", operator.or_, lambda x, y: x or y, True)  # type: ignore[assignment]
    # dict would update in place.
    __ior__ = __or__

    def __neg__(self) -> "Container":
        return transform(operator.neg, self, "-")

    def __pos__(self) -> Self:
        return self

    def __abs__(self) -> "Container":
        return transform(abs, self, "abs")

    def __invert__(self) -> "Container":
        return transform(inverted, self, "~")

    def __round__(self, ndigits: int | None = None) -> "Container":
        return transform(rounded(ndigits), self, "round")

    # -- functions of the leaves --------------------------------------------------------------

    def map(self, fn: Callable[..., object], *rest: Mapping[str, object]) -> Self:
        """Return the Container of `fn(leaf, *leaves of the rest)`.

        Args:
            fn: A function of as many leaves as there are containers.
            *rest: More containers or dicts of the same keys.

        Raises:
            ValueError: If the containers differ in their keys.

        Example:

        >>> from keras_ivy import Container
        >>> Container(a=1, b={"c": 2}).map(lambda x, y: x + y, {"a": 10, "b": {"c": 20}})
        {
            a: 11,
            b: {
                c: 22
            }
        }
        """
        return tree.map(fn, self, *rest)

    def map_with_path(self, fn: Callable[..., object], *rest: Mapping[str, object]) -> Self:
        """Return the Container of `fn(path, leaf, *leaves of the rest)`.

        Args:
            fn: A function of a path, such as `"b/c"`, and of the leaves.
            *rest: More containers or dicts of the same keys.

        Raises:
            ValueError: If the containers differ in their keys.

        Example:

        >>> from keras_ivy import Container
        >>> Container(a=1, b={"c": 2}).map_with_path(lambda path, x: x if path == "a" else 0)
        {
            a: 1,
            b: {
                c: 0
            }
        }
        """
        return tree.map_with_path(fn, self, *rest)

    def norm(self, ord: float = 2) -> tf.Tensor:
        """Return the norm of all numbers in all leaves, as of one long vector.

        `norm = (sum_i |x_i|^ord)^(1/ord)` over every element of every leaf. The gradient at zero
        is zero. Leaf by leaf, use `vector_norm`.

        Args:
            ord: 1, 2 or infinity.

        Returns:
            A scalar tensor of the dtype of the leaves, floating.

        Raises:
            ValueError: If `ord` is another number.
            TypeError: If a leaf is no number or array of numbers.

        Example:

        >>> import tensorflow as tf
        >>> from keras_ivy import Container
        >>> float(Container(a=tf.constant([3.0]), b={"c": tf.constant(4.0)}).norm())
        5.0
        """
        return reduce.norm(self, ord)

    def assign(self, values: Mapping[str, object]) -> Self:
        """Assign to every leaf: variables in place, other leaves replaced.

        Args:
            values: A Container or dict of the same keys; arrays of the same shapes.

        Returns:
            This Container.

        Raises:
            ValueError: If keys or shapes differ; nothing is assigned then.

        Example:

        >>> import keras
        >>> from keras_ivy import Container
        >>> v = Container(w=keras.Variable([1.0, 2.0]))
        >>> v.assign(v * 10).w.numpy()
        array([10., 20.], dtype=float32)
        """
        return reduce.assign(self, values if isinstance(values, Base) else self._plain(values))

    # -- parts and wholes -------------------------------------------------------------------

    def flatten(self) -> dict[str, Any]:
        """Return a plain dict from the path of every leaf to the leaf, in sorted order.

        Example:

        >>> from keras_ivy import Container
        >>> Container(b={"d": 3, "c": 2}, a=1).flatten()
        {'a': 1, 'b/c': 2, 'b/d': 3}
        """
        return tree.flatten(self)

    @classmethod
    def fromkeys(  # type: ignore[override]  # the keys of a dict may be anything
        cls, keys: Iterable[str], value: object = None
    ) -> "Container":
        """Return a Container with the given keys, all with one value."""
        return Container((key, value) for key in keys)

    @classmethod
    def unflatten(cls, flat: Mapping[str, object]) -> "Container":
        """Return the Container of which `flat` is the flattened form.

        Example:

        >>> from keras_ivy import Container
        >>> Container.unflatten({"b/c": 2, "a": 1})
        {
            a: 1,
            b: {
                c: 2
            }
        }
        """
        return Container(flat)

    def select(self, patterns: Pattern | Iterable[Pattern]) -> Self:
        r"""Return a Container of the leaves that one of the patterns matches.

        Args:
            patterns: One or several. A string or compiled regular expression matches a leaf if it
                matches a run of whole keys of its path: `"w"`, `"encoder"`, `"encoder/.*/w"`,
                `r"layer_\d+"`. A function `(path, leaf)` says itself.

        Returns:
            The leaves under their paths, without empty containers.

        Raises:
            KeyError: If a string or regular expression matches no path.

        Example:

        >>> from keras_ivy import Container
        >>> v = Container(enc={"w": 1, "b": 2}, dec={"w": 3})
        >>> v.select("w").flatten()
        {'dec/w': 3, 'enc/w': 1}
        >>> v.select(["dec", "b"]).flatten()
        {'dec/w': 3, 'enc/b': 2}
        """
        return select.select(self, patterns)

    def split(self, *patterns: Pattern | Iterable[Pattern]) -> tuple[Self, ...]:
        """Return one Container for each pattern, and one of the remaining leaves.

        Every leaf goes to the first pattern that matches it. `merge` puts the parts together.

        Args:
            *patterns: As in `select`; a list of patterns makes one part.

        Raises:
            KeyError: If a string or regular expression matches no path.

        Example:

        >>> from keras_ivy import Container
        >>> head, rest = Container(body={"w": 1}, head={"w": 2}).split("head")
        >>> head.flatten(), rest.flatten()
        ({'head/w': 2}, {'body/w': 1})
        """
        return select.split(self, *patterns)

    def merge(*containers: Mapping[str, object]) -> "Container":
        """Return a Container with the keys of all containers; later ones win.

        Args:
            *containers: Containers or dicts, as `a.merge(b)` or `Container.merge(a, b)`.

        Example:

        >>> from keras_ivy import Container
        >>> Container(a=1, b={"c": 2}).merge({"b": {"d": 3}, "a": 4}).flatten()
        {'a': 4, 'b/c': 2, 'b/d': 3}
        """
        return Base._merged(*containers)

    def set(self, path: str, value: object) -> Self:
        """Return a Container with another value at a path, which need not exist.

        This Container stays as it is; `container[path] = value` changes it.

        Args:
            path: A key chain, such as `"b/c"`.
            value: The value.

        Raises:
            KeyError: If the path leads through a leaf.

        Example:

        >>> from keras_ivy import Container
        >>> Container(a=1, b={"c": 2}).set("b/c", 5).flatten()
        {'a': 1, 'b/c': 5}
        """
        return self.cont_set_at_key_chain(self._own_key(path), value)

    def diff(
        *containers: Mapping[str, object],
        mode: str = "all",
        diff_keys: str | Sequence[str] = "diff",
        detect_key_diffs: bool = True,
        detect_value_diffs: bool = True,
        detect_shape_diffs: bool = True,
    ) -> "Container":
        """Return a Container that shows where containers differ.

        Where all agree it holds the common value; where they differ it holds a container with
        `diff_0`, `diff_1`, ... for the values, `"diff_0, 2"` where some of them agree.

        Args:
            *containers: The containers, as `Container.diff(a, b)` or `a.diff(b)`.
            mode: `"all"`, `"same_only"` or `"diff_only"`.
            diff_keys: The word in front of the number, or a list with one name for each container.
            detect_key_diffs: Whether a missing key is a difference.
            detect_value_diffs: Whether different values are a difference.
            detect_shape_diffs: Whether different shapes of arrays are a difference.

        Raises:
            ValueError: If `mode` or the number of `diff_keys` is wrong.

        Example:

        >>> from keras_ivy import Container
        >>> Container.diff(Container(lr=0.1, size=8), Container(lr=0.1, size=16, seed=1))
        {
            lr: 0.1,
            seed: {
                diff_1: 1
            },
            size: {
                diff_0: 8,
                diff_1: 16
            }
        }
        """
        trees: list[Any] = [c if isinstance(c, Base) else Container(c) for c in containers]
        found = compare.difference(
            trees, mode, diff_keys, detect_key_diffs, detect_value_diffs, detect_shape_diffs
        )
        return trees[0] if len(trees) == 1 else trees[0]._made(found)

    cont_diff = diff

    # -- arrays -----------------------------------------------------------------------------

    @property
    def dtype(self) -> str:
        """The dtype to which all arrays promote, as Keras writes it.

        Example:

        >>> import tensorflow as tf
        >>> from keras_ivy import Container
        >>> Container(a=tf.constant(1.0), b=tf.constant(1.0, "float64")).dtype
        'float64'
        """
        return shapes.promoted_dtype(self)

    def stack(self: "Container | Trees", containers: Trees = (), axis: int = 0) -> "Container":
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
        return shapes.joined(keras.ops.stack, _all(self, containers), axis)

    def concat(self: "Container | Trees", containers: Trees = (), axis: int = 0) -> "Container":
        """Return the Container of the leaves of several containers, joined along an axis.

        Args:
            containers: More containers, as `a.concat([b], axis=0)`; or all of them, as
                `Container.concat([a, b])`.
            axis: The axis.

        Raises:
            ValueError: If the containers differ in their keys.
        """
        return shapes.joined(keras.ops.concatenate, _all(self, containers), axis)

    def unstack(self, axis: int = 0, keepdims: bool = False) -> list[Self]:
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
        return shapes.unstack(self, axis, keepdims)

    def split_conts(
        self, num_or_size_splits: int | Sequence[int] | None = None, axis: int = 0
    ) -> list[Self]:
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
        return shapes.split_arrays(self, num_or_size_splits, axis)

    # -- print and files --------------------------------------------------------------------

    def __repr__(self) -> str:
        return printing.text(self, self._config)

    __str__ = __repr__

    def describe(self) -> Table:
        """Return a table of the leaves: path, shape, dtype, size, mean and standard deviation.

        Example:

        >>> import tensorflow as tf
        >>> from keras_ivy import Container
        >>> Container(b={"w": tf.constant([[1.0, 3.0]])}, name="net").describe()
        path  shape   dtype    elements  mean  stddev
        b/w   (1, 2)  float32         2     2       1
        name          str
        1 array, 2 elements, 8 bytes
        """
        return self._table()

    def save(self, path: str | os.PathLike, format: str | None = None) -> None:
        """Save to a file, replacing it.

        Variables are saved as their values. HDF5 files have Ivy's layout and load in Ivy.

        Args:
            path: The file. Its folder must exist.
            format: `"h5"`, `"pickle"` or `"json"`. By default the suffix decides: `.h5` or
                `.hdf5`, `.pkl` or `.pickle`, `.json`; without any of these, HDF5.

        Raises:
            ValueError: If the format is unknown.
            TypeError: If the format cannot hold one of the leaves.

        Example:

        >>> import tensorflow as tf
        >>> from keras_ivy import Container
        >>> import tempfile
        >>> path = tempfile.mkdtemp() + "/weights.h5"
        >>> Container(w=tf.constant([1.0, 2.0]), step=3).save(path)
        >>> Container.load(path)
        {
            step: 3,
            w: tensor([1., 2.])
        }
        """
        disk.write(self, path, format)

    @disk.on_class_or_instance
    def load(
        self: "Container | None",
        path: str | os.PathLike,
        strict: bool = True,
        allow_pickle: bool = False,
        format: str | None = None,
    ) -> "Container":
        """Load a file: `Container.load(path)` a new one, `container.load(path)` into this one.

        Warning:
            A pickle is a program: reading one can do anything that you can. Those of real Ivy,
            which need not be installed, are read too. HDF5 and JSON files are data; what is
            promised about files of strangers stands in `SECURITY.md`.

        Args:
            path: The file.
            strict: On an instance, whether the file must have exactly its keys; if False, keys
                that both have are loaded. On the class, whether leaves of an unknown kind are an
                error; if False, they are left out.
            allow_pickle: Whether to read a pickle where the suffix alone says that it is one. A
                `format="pickle"` says so too.
            format: As in `save`.

        Returns:
            The new Container; or this one, its variables assigned and other leaves replaced. An
            empty one takes all the file has.

        Raises:
            IvyFileError: If the file is damaged or asks for what files may not, or is a pickle
                that was not allowed.
            KeyError: If `strict` and the keys differ.
            ValueError: If a shape differs, or the dtype of a leaf cannot take the values: whole
                numbers take no fractions, and real ones no imaginary parts. Whatever is raised,
                nothing is loaded then.

        Example:

        >>> import keras
        >>> import tensorflow as tf
        >>> from keras_ivy import Container
        >>> import tempfile
        >>> path = tempfile.mkdtemp() + "/weights.h5"
        >>> Container(w=tf.constant([1.0, 2.0])).save(path)
        >>> v = Container(w=keras.Variable([0.0, 0.0]))
        >>> v.load(path).w.numpy()
        array([1., 2.], dtype=float32)
        """
        into = self if self is not None and len(self) else None
        found = disk.read(Container, path, strict, allow_pickle, format, into)
        return found if self is None or into is not None else self._become(found)


def _all(one: object, more: Sequence[object]) -> list[Any]:
    """Return containers that are given as one and more, or as a list."""
    return [one, *more] if isinstance(one, Base) else [*some("", one), *more]


Base._plain = Container


class _Operand(Container):
    """A Container on its way through a function of Keras, such as `keras.Variable.__add__`.

    Keras looks at the shapes of what it converted before it calls TensorFlow. A scalar is what
    calculates with everything, as a Container does.
    """

    shape = tf.TensorShape([])

    def _empty(self) -> Any:
        return self._new(self._config)


def _convert(op: Callable[..., Any], *args: Any, **kwargs: Any) -> _Operand:
    return _Operand(call_leafwise(lambda _, *xs, **k: op(*xs, **k), args, kwargs, Base))


op_dispatch.install(Container, dispatch, _convert)
