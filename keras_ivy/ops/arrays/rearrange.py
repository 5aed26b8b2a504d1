"""Rearranging by names of axes: `einops_rearrange(x, "b (h w) c -> b c h w", h=4)` and its kin.

`keras_ivy.tree.patterns` tells what a pattern says.
"""

import tensorflow as tf

from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.kinds import numbers
from keras_ivy.ops.tensors import to_tensor
from keras_ivy.tree.patterns import rearranged
from keras_ivy.typing import Array, ArrayLike
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["einops_rearrange", "einops_reduce", "einops_repeat"]

_KERNELS = {
    "mean": tf.reduce_mean,
    "sum": tf.reduce_sum,
    "max": tf.reduce_max,
    "min": tf.reduce_min,
    "prod": tf.reduce_prod,
}


@ivy_function(symbolic=True)
def einops_rearrange(x: ArrayLike, pattern: str, **axes_lengths: int) -> Array:
    """Return the array with its axes permuted, joined and split as a pattern says.

    Args:
        x: An array, or a Container of arrays.
        pattern: Such as `"b (h w) c -> b c h w"`.
        **axes_lengths: Sizes of the names that do not follow from the array.

    Raises:
        ValueError: If the pattern cannot be read or does not fit the array.

    Example:

    >>> einops_rearrange([[1, 2, 3, 4]], "a (b c) -> c (a b)", b=2).numpy().tolist()
    [[1, 3], [2, 4]]
    """
    return rearranged(to_tensor(x), pattern, axes_lengths)


@ivy_function(symbolic=True)
def einops_reduce(x: ArrayLike, pattern: str, reduction: str, **axes_lengths: int) -> Array:
    """Return the array reduced over the axes that the right side leaves out.

    Args:
        x: An array, or a Container of arrays.
        pattern: Such as `"b h w c -> b c"`.
        reduction: `"mean"`, `"sum"`, `"max"`, `"min"` or `"prod"`.
        **axes_lengths: Sizes of the names that do not follow from the array.

    Raises:
        ValueError: If the pattern cannot be read or does not fit, or the reduction is another.

    Example:

    >>> einops_reduce([[1.0, 3.0], [5.0, 7.0]], "a b -> a", "mean").numpy().tolist()
    [2.0, 6.0]
    """
    if reduction not in _KERNELS:
        raise IvyValueError(
            f"`reduction` is one of {sorted(_KERNELS)}. Received: reduction={reduction!r}"
        )
    x = numbers("einops_reduce", "if" if reduction in ("max", "min") else "ifc", x=x)
    return rearranged(to_tensor(x), pattern, axes_lengths, _KERNELS[reduction])


@ivy_function(symbolic=True)
def einops_repeat(x: ArrayLike, pattern: str, **axes_lengths: int) -> Array:
    """Return the array repeated along the axes that only the right side names.

    Args:
        x: An array, or a Container of arrays.
        pattern: Such as `"h w -> b h w"`.
        **axes_lengths: Sizes of the new names, and of those that do not follow from the array.

    Raises:
        ValueError: If the pattern cannot be read or does not fit the array.

    Example:

    >>> einops_repeat([1, 2], "a -> a b", b=2).numpy().tolist()
    [[1, 1], [2, 2]]
    """
    return rearranged(to_tensor(x), pattern, axes_lengths, may_repeat=True)
