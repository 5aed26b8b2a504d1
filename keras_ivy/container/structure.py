"""Flat and nested forms, and new containers out of parts of others."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_ivy import tree
from keras_ivy.container.arrays import array_value, dtype_name, is_array, is_variable
from keras_ivy.container.keys import suggestion
from keras_ivy.container.node import Node
from keras_ivy.utils.exceptions import IvyKeyError, IvyTypeError, IvyValueError

__all__ = ["Structure"]

Pattern = str | re.Pattern | Callable[[str, Any], bool]


class Structure:
    """Selecting, splitting, merging; the flat form; summaries."""

    def flatten(self) -> dict[str, Any]:
        """Return a plain dict from the path of every leaf to the leaf, in sorted order.

        Example:

        >>> from keras_ivy import Container
        >>> Container(b={"d": 3, "c": 2}, a=1).flatten()
        {'a': 1, 'b/c': 2, 'b/d': 3}
        """
        return tree.flatten(self)

    @classmethod
    def unflatten(cls, flat: Mapping[str, Any]) -> Any:
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
        return Node(flat)

    def select(self, patterns: Pattern | Iterable[Pattern]) -> Any:
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
        several = isinstance(patterns, Iterable) and not isinstance(patterns, str)
        matchers = [_matcher(p, self) for p in (patterns if several else [patterns])]
        return self._filtered(lambda path, leaf: any(m(path, leaf) for m in matchers))

    def split(self, *patterns: Pattern | Iterable[Pattern]) -> tuple:
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
        owner: dict[str, int] = {}
        for i, pattern in enumerate(patterns):
            for path in tree.paths(self.select(pattern)):
                owner.setdefault(path, i)
        return tuple(
            self._filtered(lambda path, _, i=i: owner.get(path, len(patterns)) == i)
            for i in range(len(patterns) + 1)
        )

    def merge(*containers: Mapping) -> Any:
        """Return a Container with the keys of all containers; later ones win.

        Args:
            *containers: Containers or dicts, as `a.merge(b)` or `Container.merge(a, b)`.

        Example:

        >>> from keras_ivy import Container
        >>> Container(a=1, b={"c": 2}).merge({"b": {"d": 3}, "a": 4}).flatten()
        {'a': 4, 'b/c': 2, 'b/d': 3}
        """
        root = Node
        parts = [c if isinstance(c, Node) else root(c) for c in containers]
        if not parts:
            return root()
        out = parts[0]._copy_branches()
        for part in parts[1:]:
            for key, value in part.items():
                held = dict.get(out, key)
                if isinstance(value, Node):
                    value = held.merge(value) if isinstance(held, Node) else value.cont_copy()
                out[key] = value
        return out

    def cont_combine(*containers: Mapping) -> Any:
        """Return a Container with the keys of all containers; later ones win. See `merge`."""
        return containers[0] if len(containers) == 1 else Structure.merge(*containers)

    def set(self, path: str, value: Any) -> Any:
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
        return self.cont_set_at_key_chain(path, value)

    def assign(self, values: Mapping) -> Any:
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
        values = values if isinstance(values, Node) else Node(values)
        tree.check_same_structure(self, values)
        pairs = [(p, leaf, values[p]) for p, leaf in tree.items(self)]
        for path, leaf, value in pairs:
            have, got = tuple(getattr(leaf, "shape", ())), np.shape(value)
            if is_variable(leaf) and have != tuple(got):
                raise IvyValueError(
                    f"Cannot assign to {path!r} of shape {have}. Received: shape={tuple(got)}"
                )
        for path, leaf, value in pairs:
            if is_variable(leaf):
                leaf.assign(value)
            else:
                self[path] = value
        return self

    def norm(self, ord: float = 2) -> Any:
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
        if ord not in (1, 2, np.inf):
            raise IvyValueError(f"`ord` is 1, 2 or infinity. Received: ord={ord!r}")
        leaves = tree.flatten(self)
        for path, leaf in leaves.items():
            if not is_array(leaf) and not isinstance(leaf, int | float | np.number):
                raise IvyTypeError(
                    f"{path!r} is no number. Received: {leaf!r} of type {type(leaf).__name__}"
                )
        if not leaves:
            return tf.zeros((), keras.config.floatx())
        dtype = self.dtype if self._arrays() else keras.config.floatx()
        dtype = dtype if tf.as_dtype(dtype).is_floating else keras.config.floatx()
        # Squares of half-precision numbers overflow early.
        wide = dtype if dtype == "float64" else "float32"
        sizes = [tf.abs(tf.cast(tf.convert_to_tensor(x), wide)) for x in leaves.values()]
        if ord == np.inf:
            total = tf.reduce_max([tf.reduce_max(x) for x in sizes])
        elif ord == 1:
            total = tf.add_n([tf.reduce_sum(x) for x in sizes])
        else:
            squares = tf.add_n([tf.reduce_sum(tf.square(x)) for x in sizes])
            zero = tf.equal(squares, 0)
            total = tf.where(zero, squares, tf.sqrt(tf.where(zero, tf.ones_like(squares), squares)))
        return tf.cast(total, dtype)

    def describe(self) -> "Table":
        """Return a table of the leaves: path, shape, dtype, number of elements, mean and deviation.

        Example:

        >>> import tensorflow as tf
        >>> from keras_ivy import Container
        >>> Container(b={"w": tf.constant([[1.0, 3.0]])}, name="net").describe()
        path  shape   dtype    elements  mean  stddev
        b/w   (1, 2)  float32         2     2       1
        name          str
        1 array, 2 elements, 8 bytes
        """
        return Table(self)


class Table(str):
    """Text that prints as it is; `rows` holds the cells."""

    __slots__ = ("rows",)

    def __new__(cls, container: Mapping) -> "Table":
        """Lay out the table of a container."""
        header = ("path", "shape", "dtype", "elements", "mean", "stddev")
        rows, elements, bytes_ = [], 0, 0
        for path, leaf in tree.items(container):
            if not is_array(leaf):
                rows.append((path, "", type(leaf).__name__, "", "", ""))
                continue
            known = None not in leaf.shape
            size = int(np.prod(leaf.shape)) if known else None
            elements += size or 0
            bytes_ += (size or 0) * tf.as_dtype(leaf.dtype).size
            numbers = array_value(leaf)
            stats = ("", "")
            if numbers is not None and numbers.size and numbers.dtype.kind in "biufV":
                wide = numbers.astype("float64")
                stats = (f"{wide.mean():.4g}", f"{wide.std():.4g}")
            count = "" if size is None else str(size)
            rows.append((path, str(tuple(leaf.shape)), dtype_name(leaf), count, *stats))
        widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
        lines = []
        for row in [header, *rows]:
            left = [cell.ljust(width) for cell, width in zip(row[:3], widths[:3], strict=True)]
            right = [cell.rjust(width) for cell, width in zip(row[3:], widths[3:], strict=True)]
            lines.append("  ".join([*left, *right]).rstrip())
        arrays = sum(is_array(leaf) for leaf in tree.leaves(container))
        plural = "" if arrays == 1 else "s"
        lines.append(f"{arrays} array{plural}, {elements} elements, {bytes_} bytes")
        table = super().__new__(cls, "\n".join(lines))
        table.rows = rows
        return table

    def __repr__(self) -> str:
        return str.__str__(self)


def _matcher(pattern: Pattern, container: Mapping) -> Callable[[str, Any], bool]:
    """Return the predicate of a pattern, after checking that it matches something."""
    if isinstance(pattern, str | re.Pattern):
        text = pattern if isinstance(pattern, str) else pattern.pattern
        flags = 0 if isinstance(pattern, str) else pattern.flags
        try:
            found = re.compile(rf"(?:^|/)(?:{text})(?:/|$)", flags)
        except re.error as error:
            raise IvyValueError(
                f"A pattern is a regular expression ({error}); any key is `[^/]+`, any keys are "
                f"`.*`. Received: pattern={text!r}"
            ) from error
        paths = tree.paths(container)
        if not any(found.search(path) for path in paths):
            hint = suggestion(text, {*paths, *(key for path in paths for key in path.split("/"))})
            raise IvyKeyError(f"No path matches. {hint} Received: pattern={text!r}")
        return lambda path, _: found.search(path) is not None
    if callable(pattern):
        return pattern
    raise IvyTypeError(
        "A pattern is a string, a regular expression or a function of a path and a leaf. "
        f"Received: pattern={pattern!r} of type {type(pattern).__name__}"
    )
