"""Kernels side by side: outputs that are alike, and kernels that are."""

from collections.abc import Iterable, Sequence

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.initializers.model.targets import Target

__all__ = ["alike_share", "duplicates", "symmetric_share"]

#: So many inputs are compared first: almost always they tell all outputs apart.
_FIRST = 32


def symmetric_share(target: Target, gradient: tf.Tensor | None) -> float:
    """Return the share of a kernel's outputs that have a twin, in values and in gradient.

    Args:
        target: The kernel.
        gradient: The loss's gradient by it; None counts as zero.
    """
    columns = _columns(target, keras.ops.convert_to_numpy(target.variable.value))
    groups = _groups(columns)
    if groups is None:
        return 0.0
    if gradient is not None:
        learned = _columns(target, keras.ops.convert_to_numpy(gradient))
        size = float(np.abs(learned).max()) if learned.size else 0.0
        if size > 0.0 and np.isfinite(size):
            # Sums that are taken in another order differ in their last digits.
            learned = np.round(learned / size, 5) + 0.0
            again = _groups(np.concatenate([groups[:, None].astype("float32"), learned], axis=1))
            if again is None:
                return 0.0
            groups = again
    counts = np.bincount(groups)
    return float((counts[groups] > 1).mean())


def alike_share(columns: np.ndarray) -> float:
    """Return the share of rows that have a twin.

    Example:

    >>> alike_share(np.array([[1.0, 2.0], [1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
    0.5
    """
    groups = _groups(columns)
    return 0.0 if groups is None else float((np.bincount(groups)[groups] > 1).mean())


def _groups(columns: np.ndarray) -> np.ndarray | None:
    """Number the rows so that equal ones have one number; None if no two are equal."""
    if len(columns) < 2 or columns.shape[1] == 0:
        return None
    step = max(1, columns.shape[1] // _FIRST)
    _, groups = np.unique(columns[:, ::step], axis=0, return_inverse=True)
    groups = groups.ravel()
    if groups.max() + 1 == len(columns):
        return None
    if step > 1:
        twins = np.bincount(groups)[groups] > 1
        _, inner = np.unique(columns[twins], axis=0, return_inverse=True)
        groups[twins] = len(columns) + inner.ravel()
        _, groups = np.unique(groups, return_inverse=True)
    return groups if groups.max() + 1 < len(columns) else None


def _columns(target: Target, values: np.ndarray) -> np.ndarray:
    """The weights of each output in a row."""
    geometry = target.geometry
    values = np.asarray(values, "float32")
    if not geometry.split:
        return values.reshape(-1, values.shape[-1]).T
    outputs = (*geometry.blocks, *geometry.outputs)
    inputs = (*geometry.window, *geometry.inputs)
    spread = values.reshape(geometry.split).transpose((*outputs, *inputs))
    return spread.reshape(int(np.prod([geometry.split[a] for a in outputs])), -1)


def duplicates(kernels: Iterable[Target]) -> list[list[Target]]:
    """Return groups of kernels that are equal value for value, and have more than two values.

    Kernels of zeros, ones or identities are equal by design, not by a seed.
    """
    shapes: dict[tuple, list[Target]] = {}
    for target in kernels:
        values = tf.reshape(tf.convert_to_tensor(target.variable.value), [-1])
        # The first values tell almost all kernels apart, and are few to compare.
        head = tf.cast(values[:64], tf.float32).numpy()
        if len(np.unique(head)) > 2:
            shapes.setdefault((target.shape, head.tobytes()), []).append(target)
    return [
        group
        for candidates in shapes.values()
        if len(candidates) > 1
        for group in _equal(candidates)
        if len(group) > 1
    ]


def _equal(candidates: Sequence[Target]) -> list[list[Target]]:
    groups: list[tuple[np.ndarray, list[Target]]] = []
    for target in candidates:
        values = np.asarray(keras.ops.convert_to_numpy(target.variable.value))
        for known, group in groups:
            if np.array_equal(known, values):
                group.append(target)
                break
        else:
            groups.append((values, [target]))
    return [group for _, group in groups]
