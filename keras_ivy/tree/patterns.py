"""Patterns that name axes, such as `b (h w) c -> b c h w`: reading and applying them.

A pattern names the axes of the input and of the output, separated by `->`; names in parentheses
are one axis, made of several; `1` is an axis of size 1, and `...` stands for any axes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import tensorflow as tf

from keras_ivy.typing import Array
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["rearranged"]

_TOKEN = re.compile(r"\(|\)|\.\.\.|[A-Za-z_]\w*|\d+")


def _fail(pattern: str, why: str) -> IvyValueError:
    return IvyValueError(f"{why} Received: pattern={pattern!r}")


def _parse_side(side: str, pattern: str) -> list[list[str]]:
    """Split one side of a pattern into axes, each a list of names; a bare `...` is `["..."]`."""
    tokens = _TOKEN.findall(side)
    if "".join(tokens) != re.sub(r"\s+", "", side):
        raise _fail(pattern, "A pattern holds names, numbers, parentheses and `...`.")
    axes: list[list[str]] = []
    group: list[str] | None = None
    for token in tokens:
        if token == "(":
            if group is not None:
                raise _fail(pattern, "Parentheses do not nest.")
            group = []
        elif token == ")":
            if group is None:
                raise _fail(pattern, "A parenthesis closes that did not open.")
            axes.append(["", *group] if group == ["..."] else group)
            group = None
        elif group is not None:
            group.append(token)
        else:
            axes.append([token])
    if group is not None:
        raise _fail(pattern, "A parenthesis does not close.")
    return axes


def _parse(pattern: str, rank: int) -> tuple[list[list[str]], list[list[str]]]:
    """Return the axes of both sides, with `...` replaced by names of their own."""
    sides = pattern.split("->")
    if len(sides) != 2:
        raise _fail(pattern, "A pattern has two sides, separated by `->`.")
    left, right = (_parse_side(side, pattern) for side in sides)
    extra = rank - sum(axis != ["..."] for axis in left)
    if ["..."] not in left and extra:
        raise _fail(pattern, f"The input has {rank} axes and the left side names {len(left)}.")
    if extra < 0:
        raise _fail(pattern, f"The input has only {rank} axes.")
    dots = [f"...{i}" for i in range(extra)]

    def spread(axes: list[list[str]]) -> list[list[str]]:
        out = []
        for axis in axes:
            if axis == ["..."]:
                out += [[name] for name in dots]
            else:
                out.append([n for name in axis for n in (dots if name == "..." else [name]) if n])
        return out

    left, right = spread(left), spread(right)
    if any(n.isdigit() and n != "1" for axis in left for n in axis):
        raise _fail(pattern, "The left side names its axes; the only number there is 1.")
    for side in (left, right):
        names = [n for axis in side for n in axis if not n.isdigit()]
        if len(set(names)) != len(names):
            raise _fail(pattern, "A name stands twice on one side.")
    return left, right


def _unpack(x: Array, left: list[list[str]], sizes: Mapping[str, int], pattern: str) -> tuple:
    """Give every name of the left side its own axis; return the array and the names' sizes."""
    known: dict[str, Any] = dict(sizes)
    shape, names = [], []
    full = tf.shape(x)
    for i, axis in enumerate(left):
        static = x.shape[i]
        here = static if static is not None else full[i]
        numbers = [int(n) if n.isdigit() else known.get(n) for n in axis]
        unknown = [n for n, size in zip(axis, numbers, strict=True) if size is None]
        product = 1
        for size in numbers:
            product = product if size is None else product * size
        if len(unknown) > 1:
            raise _fail(pattern, f"The sizes of all but one of {unknown} must be given.")
        fits = static is None or (static % product == 0 if unknown else static == product)
        if not fits:
            raise _fail(
                pattern,
                f"Axis {i} of size {static} does not match {' * '.join(axis) or '1'} with {sizes}.",
            )
        for name, size in zip(axis, numbers, strict=True):
            known[name] = size if size is not None else (here // product if product != 1 else here)
        names += axis
        shape += [known[n] for n in axis]
    return tf.reshape(x, shape), names, known


def _pack(x: Array, right: list[list[str]], known: dict[str, Any]) -> Array:
    """Join the axes of a group of the right side."""
    shape = []
    for axis in right:
        size = 1
        for name in axis:
            size = size * (int(name) if name.isdigit() else known[name])
        shape.append(size)
    return tf.reshape(x, shape)


def rearranged(
    x: Array,
    pattern: str,
    sizes: Mapping[str, int],
    reduction: Callable[..., Array] | None = None,
    may_repeat: bool = False,
) -> Array:
    """Return a tensor with its axes permuted, joined, split, reduced or repeated.

    Args:
        x: The tensor.
        pattern: Such as `"b (h w) c -> b c h w"`.
        sizes: Sizes of the names that do not follow from the tensor.
        reduction: A function of a tensor and an `axis`, over what the right side leaves out.
        may_repeat: Whether names may stand on the right side only.

    Raises:
        ValueError: If the pattern cannot be read or does not fit the tensor.

    Example:

    >>> rearranged(tf.constant([1, 2]), "a -> 1 a 1", {}).shape.as_list()
    [1, 2, 1]
    """
    left, right = _parse(pattern, len(x.shape))
    wanted = [n for axis in right for n in axis]
    given = {n for axis in left for n in axis}
    strange = sorted(set(sizes) - given - set(wanted))
    if strange:
        raise _fail(pattern, f"The pattern does not name {strange}.")
    x, names, known = _unpack(x, left, sizes, pattern)
    lost = [i for i, n in enumerate(names) if n not in wanted and n != "1"]
    if lost and reduction is None:
        raise _fail(pattern, f"{[names[i] for i in lost]} is missing on the right side.")
    ones = [i for i, n in enumerate(names) if n == "1"]
    if lost and reduction is not None:
        x = reduction(x, axis=lost)
        names = [n for i, n in enumerate(names) if i not in lost]
        ones = [i for i, n in enumerate(names) if n == "1"]
    if ones:
        x = tf.squeeze(x, ones)
        names = [n for n in names if n != "1"]
    kept = [n for n in wanted if n in names]
    x = tf.transpose(x, [names.index(n) for n in kept])
    fresh = [n for n in wanted if n not in names and n != "1"]
    if fresh:
        missing = [n for n in fresh if not n.isdigit() and n not in known]
        if not may_repeat or missing:
            raise _fail(
                pattern, f"{missing or fresh} stands on the right side only, without a size."
            )
        x = _repeat(x, [n for n in wanted if n != "1"], fresh, known)
    return _pack(x, right, known)


def _repeat(x: Array, wanted: list[str], fresh: list[str], known: dict[str, Any]) -> Array:
    """Insert new axes, along which the array repeats."""
    shape, axis = tf.shape(x), 0
    target: list[Any] = []
    for name in wanted:
        if name in fresh:
            x = tf.expand_dims(x, len(target))
            target.append(int(name) if name.isdigit() else known[name])
        else:
            target.append(shape[axis])
            axis += 1
    return tf.broadcast_to(x, target)
