"""Checks of the arguments that layers and functions share, with errors that name everything.

Each takes `owner`, the name of the layer or function, for the error.
"""

import operator
from collections.abc import Sequence
from typing import Literal, SupportsIndex, TypeGuard, TypeVar, cast, overload

from keras_ivy.typing import Array
from keras_ivy.utils.checks import (
    LARGEST_COUNT,
    finite,
    is_number,
    one_of,
    received,
    summary,
    whole,
)
from keras_ivy.utils.checks import flag as checked_flag
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError, nearest

__all__ = [
    "axis",
    "choice",
    "counts",
    "data_format",
    "flag",
    "floating",
    "input_rank",
    "layout",
    "number",
    "padding",
    "positive",
    "probability",
    "size_of_axis",
]

Value = TypeVar("Value")

#: No window or stride is larger: kernels of TensorFlow crash on sizes near 2**30.
LARGEST_WINDOW = 2**20
#: No dilation, and no stride of a transposed convolution, which multiply sizes.
LARGEST_FACTOR = 2**16

#: The names of the layouts with the channels last and second, by the number of spatial axes.
_LAYOUTS = {1: ("NWC", "NCW"), 2: ("NHWC", "NCHW"), 3: ("NDHWC", "NCDHW")}


def layout(rank: int, last: bool = True) -> str:
    """Return Ivy's and TensorFlow's name of the layout of `rank` spatial axes.

    Example:

    >>> layout(2), layout(3, last=False)
    ('NHWC', 'NCDHW')
    """
    return _LAYOUTS[rank][0 if last else 1]


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


@overload
def positive(
    owner: str, argument: str, value: object, optional: Literal[False] = ..., most: int = ...
) -> int: ...
@overload
def positive(
    owner: str, argument: str, value: object, optional: Literal[True], most: int = ...
) -> int | None: ...
def positive(
    owner: str, argument: str, value: object, optional: bool = False, most: int = LARGEST_COUNT
) -> int | None:
    """Return a whole number from 1 to `most`, or None where that is allowed.

    Raises:
        TypeError: If it is no whole number.
        ValueError: If it is smaller or larger.

    Example:

    >>> positive("Linear", "output_channels", 4)
    4
    """
    if value is None and optional:
        return None
    count = index_of(value)
    if count is None:
        raise IvyTypeError(
            f"{owner}: `{argument}` is a whole number{' or None' if optional else ''}. "
            f"{received(argument, value)} of type {type(value).__name__}"
        )
    if count < 1:
        raise IvyValueError(f"{owner}: `{argument}` is at least 1. Received: {argument}={count}")
    if count > most:
        raise IvyValueError(
            f"{owner}: `{argument}` is at most {most}. Received: {argument}={count}"
        )
    return count


def index_of(value: object) -> int | None:
    """Return a whole number, also out of a scalar array, or None."""
    if isinstance(value, bool | type):
        return None
    try:
        return operator.index(cast("SupportsIndex", value))
    except (TypeError, ValueError):  # Keras's symbolic tensors raise the latter
        return None


def counts(
    owner: str, argument: str, value: object, rank: int, most: int = LARGEST_WINDOW
) -> tuple[int, ...]:
    """Return one number from 1 to `most` for each spatial axis, from a number or a sequence.

    Raises:
        TypeError: If they are no whole numbers.
        ValueError: If one is out of range, or they are too few or too many.

    Example:

    >>> counts("Conv2D", "strides", 2, rank=2)
    (2, 2)
    """
    if not isinstance(value, Sequence) or isinstance(value, str):
        return (positive(owner, argument, value, most=most),) * rank
    values = tuple(value) * rank if len(value) == 1 else tuple(value)
    if len(values) != rank:
        raise IvyValueError(
            f"{owner}: `{argument}` is one whole number or {rank} of them, one for each spatial "
            f"axis. {received(argument, value)}"
        )
    return tuple(positive(owner, argument, v, most=most) for v in values)


def padding(owner: str, value: object, rank: int) -> str | list[tuple[int, int]]:
    """Return `"SAME"`, `"VALID"`, or the widths before and after each spatial axis.

    Args:
        owner: Name for the error.
        value: A name in any case; a width for all sides; a width for each axis; or a pair of
            widths for each axis.
        rank: The number of spatial axes.

    Raises:
        ValueError: If the name is unknown, a width is negative, or there are too few or too many.

    Example:

    >>> padding("Conv2D", 1, rank=2), padding("Conv2D", "same", rank=2)
    ([(1, 1), (1, 1)], 'SAME')
    """
    if isinstance(value, str):
        if value.upper() not in ("SAME", "VALID"):
            raise IvyValueError(
                f'{owner}: `padding` is "SAME", "VALID", a width, or a pair of widths for each '
                f"spatial axis. {nearest(value.upper(), ['SAME', 'VALID'])} "
                f"Received: padding={value!r}"
            )
        return value.upper()
    widths = [value] * rank if _is_whole(value) else value
    if isinstance(widths, Sequence) and len(widths) == rank:
        pairs = [(w, w) if _is_whole(w) else w for w in widths]
        if all(
            isinstance(p, Sequence)
            and len(p) == 2
            and all(_is_whole(w) and 0 <= w <= LARGEST_WINDOW for w in p)
            for p in pairs
        ):
            return [tuple(p) for p in pairs]
    raise IvyValueError(
        f'{owner}: `padding` is "SAME", "VALID", a width of at least 0, or a pair of such widths '
        f"for each of the {rank} spatial axes. {received('padding', value)}"
    )


def data_format(owner: str, value: object, rank: int) -> str:
    """Return Ivy's name of a data format; Keras's names are understood.

    Raises:
        ValueError: If it is unknown.

    Example:

    >>> data_format("Conv2D", "channels_first", rank=2)
    'NCHW'
    """
    last, first = _LAYOUTS[rank]
    known = {last: last, first: first, "channels_last": last, "channels_first": first}
    if not isinstance(value, str) or value not in known:
        raise IvyValueError(
            f"{owner}: unknown data format. {nearest(summary(value), known, 4)} "
            f"{received('data_format', value)}"
        )
    return known[value]


def choice(owner: str, argument: str, value: Value, known: Sequence[object]) -> Value:
    """Return the value if it is one of those known.

    Raises:
        ValueError: If it is not.
    """
    if not one_of(value, known):
        raise IvyValueError(
            f"{owner}: `{argument}` must be one of {list(known)}. {received(argument, value)}"
        )
    return value


def number(owner: str, argument: str, value: object) -> float:
    """Return a finite real number.

    Raises:
        TypeError: If it is something else.
        ValueError: If it is NaN, infinite or beyond all meaning.

    Example:

    >>> number("LayerNorm", "eps", 1e-5)
    1e-05
    """
    if not is_number(value):
        raise IvyTypeError(
            f"{owner}: `{argument}` is a number. "
            f"{received(argument, value)} of type {type(value).__name__}"
        )
    return finite(argument, value, owner)


def flag(owner: str, argument: str, value: object) -> bool:
    """Return a switch, if it is a bool.

    Raises:
        TypeError: If it is anything else.
    """
    return checked_flag(argument, value, owner)


def axis(owner: str, argument: str, value: object) -> int:
    """Return the number of an axis, counted from either end.

    Raises:
        TypeError: If it is no whole number.
        ValueError: If no array has as many axes.

    Example:

    >>> axis("Softmax", "axis", -1)
    -1
    """
    return whole(argument, value, -254, 254, owner)


def probability(owner: str, argument: str, value: object) -> float:
    """Return a number from 0 up to but without 1.

    Raises:
        ValueError: If it lies outside.

    Example:

    >>> probability("Dropout", "prob", 0.5)
    0.5
    """
    if not is_number(value) or not 0 <= value < 1:
        raise IvyValueError(
            f"{owner}: `{argument}` is a probability in [0, 1). {received(argument, value)}"
        )
    return value


def input_rank(owner: str, argument: str, x: Array, ranks: Sequence[int], layout: str) -> None:
    """Check the number of axes of an input.

    Args:
        owner: Name for the error.
        argument: Name of the input.
        x: The input.
        ranks: The numbers of axes that are allowed.
        layout: How the axes read, such as `"(batch, width, channels)"`.

    Raises:
        ValueError: If there are more or fewer axes.
    """
    rank = len(x.shape)
    if rank not in ranks:
        allowed = " or ".join(str(r) for r in sorted(ranks))
        raise IvyValueError(
            f"{owner}: `{argument}` has {allowed} axes, {layout}. "
            f"Received: {argument} of shape {tuple(x.shape)} with {rank} axes"
        )


def size_of_axis(
    owner: str, argument: str, x: Array, axis: int, size: int | None, why: str
) -> None:
    """Check the size of an axis of an input, where both are known.

    Raises:
        ValueError: If it differs.
    """
    have = x.shape[axis]
    if have is not None and size is not None and have != size:
        raise IvyValueError(
            f"{owner}: axis {axis} of `{argument}` has size {size}, {why}. "
            f"Received: {argument} of shape {tuple(x.shape)}, where it is {have}"
        )


def floating(owner: str, argument: str, x: Array) -> None:
    """Check that an input holds real floating point numbers.

    Raises:
        TypeError: If it does not.
    """
    name = getattr(x.dtype, "name", x.dtype)
    if "float" not in name:
        raise IvyTypeError(
            f"{owner}: `{argument}` holds floating point numbers; convert it with "
            f"`astype({argument}, 'float32')`. Received: {argument} of dtype {name}"
        )
