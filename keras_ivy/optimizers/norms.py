"""Norms that neither overflow nor lose their gradient at zero."""

from typing import Any

from keras import ops

Tensor = Any


def root(x: Tensor) -> Tensor:
    """`sqrt(max(x, 0))`, with derivative zero (not infinite) where `x <= 0`.

    Example:

    >>> [float(root(x)) for x in (4.0, 0.0, -1.0)]
    [2.0, 0.0, 0.0]
    """
    x = ops.convert_to_tensor(x)
    positive = x > 0.0
    return ops.where(
        positive, ops.sqrt(ops.where(positive, x, ops.ones_like(x))), ops.zeros_like(x)
    )


def norm(x: Tensor, axis: tuple[int, ...] | None = None) -> Tensor:
    """Euclidean norm, `max|x| * |x / max|x||`: exact scaling keeps squares inside the range.

    Args:
        x: Tensor of any shape, empty ones included.
        axis: Axes to reduce, kept as axes of size one; `None` for all, giving a scalar.

    Returns:
        The norm, of the type of `x`; NaN and infinity pass through.

    Example:

    >>> float(norm(ops.array([3e30, 4e30], "float32"))) > 4.9e30
    True
    """
    keep = axis is not None
    largest = ops.stop_gradient(ops.max(ops.abs(x), axis=axis, keepdims=keep, initial=0.0))
    usable = (largest > 0.0) & ops.isfinite(largest)
    scale = ops.where(usable, largest, ops.ones_like(largest))
    scaled = x / scale
    return scale * root(ops.sum(scaled * scaled, axis=axis, keepdims=keep))


def row_norm(x: Tensor) -> Tensor:
    """Norm of every entry of a stack, shaped to broadcast against the stack."""
    return norm(x, axis=tuple(range(1, len(x.shape)))) if len(x.shape) > 1 else ops.abs(x)
