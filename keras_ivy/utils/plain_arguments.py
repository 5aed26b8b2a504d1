"""Plain arguments of functions: what can be said of them before any array is looked at.

A switch, a count, a tolerance means the same in every function that has one, so each is told by
its name (switches by their annotation), once, when the function is made. Arrays and symbolic
tensors are left to the kernels.
"""

import inspect
import math
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from keras_ivy.utils import checks
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

__all__ = ["Check", "Place", "check_plain", "places_of"]

#: Of the function, of the argument, and what was given.
Check = Callable[[str, str, object], object]
#: The name of an argument, its place, its check, and whether None may stand there.
Place = tuple[str, int, Check, bool]


def _axis(owner: str, name: str, value: Any) -> None:
    """Refuse what is no number of an axis, and no list of them.

    Kernels of TensorFlow end the process on numbers of 64 bits there.
    """
    if type(value) is int and -255 < value < 255:
        return
    if isinstance(value, list | tuple):
        for one in value:
            if isinstance(one, list | tuple) and name != "axes":
                raise IvyTypeError(
                    f"{owner}: `{name}` must be a number or a list. {checks.received(name, value)}"
                )
            _axis(owner, name, one)
    elif not _is_array(value):
        checks.axis(name, value, owner)


def _is_array(value: Any) -> bool:
    """Whether something is an array of numbers, which the kernel looks at."""
    dtype = getattr(value, "dtype", None)
    return dtype is not None and getattr(dtype, "name", dtype) not in ("string", "object", "str")


def _switch(owner: str, name: str, value: Any) -> None:
    if value is not True and value is not False:
        checks.flag(name, value, owner)


def _whole(owner: str, name: str, value: Any) -> None:
    checks.whole(name, value, owner=owner)


def _number(owner: str, name: str, value: Any) -> None:
    checks.finite(name, value, owner, sys.float_info.max)


def _size(owner: str, name: str, value: Any) -> None:
    _least(owner, name, checks.finite(name, value, owner))


def _tolerance(owner: str, name: str, value: Any) -> None:
    _number(owner, name, value)
    _least(owner, name, value)


def _norm(owner: str, name: str, value: Any) -> None:
    """The order of a norm, or a bound of one: infinity means something, NaN does not."""
    if isinstance(value, str):
        return  # matrices have norms with names; the kernel knows them
    if not checks.is_number(value):
        raise IvyTypeError(f"{owner}: `{name}` must be a number. {checks.received(name, value)}")
    if not checks.is_whole(value) and math.isnan(value):
        raise IvyValueError(f"{owner}: `{name}` must not be NaN. {checks.received(name, value)}")


def _bound(owner: str, name: str, value: Any) -> None:
    _norm(owner, name, value)
    _least(owner, name, value)


def _share(owner: str, name: str, value: Any) -> None:
    if not checks.is_number(value) or not 0 <= value <= 1:
        raise IvyValueError(f"{owner}: `{name}` must lie in [0, 1]. {checks.received(name, value)}")


def _least(owner: str, name: str, value: Any) -> None:
    if isinstance(value, str) or value < 0:
        raise IvyValueError(f"{owner}: `{name}` must be at least 0. {checks.received(name, value)}")


def _ordered(owner: str, name: str, value: Any) -> None:
    """Refuse collections that have no order, and text: none holds arrays or sizes one by one."""
    if isinstance(value, bool | str | bytes | set | frozenset | Mapping):
        raise IvyTypeError(
            f"{owner}: `{name}` must be a list or a number. {checks.received(name, value)}"
        )


def _dtype(owner: str, name: str, value: Any) -> None:
    named = not isinstance(value, str) or value
    if not named or isinstance(value, int | float | list | dict | tuple | set | np.ndarray):
        raise IvyValueError(
            f"{owner}: `{name}` must be a data type, such as 'float32'. "
            f"{checks.received(name, value)}"
        )


#: The check of each name; where a name means something else in one function, that goes before it.
_CHECKS: dict[str, Check | None] = {
    **dict.fromkeys(
        (
            "axis", "axis0", "axis1", "axis2", "axes", "batch_dims", "start_dim", "end_dim",
            "source", "destination", "dim",
        ),
        _axis,
    ),
    **dict.fromkeys(
        (
            "k", "n", "decimals", "num", "depth", "num_bands", "num_groups", "num_heads",
            "num_samples", "population_size", "n_rows", "n_cols", "batch_size",
        ),
        _whole,
    ),
    **dict.fromkeys(("alpha", "beta", "lambd", "threshold", "correction", "new_std"), _number),
    **dict.fromkeys(("eps", "epsilon", "delta", "min_base", "min_denominator"), _size),
    **dict.fromkeys(("atol", "rtol"), _tolerance),
    **dict.fromkeys(("ord", "p"), _norm),
    **dict.fromkeys(("max_norm",), _bound),
    **dict.fromkeys(("momentum", "dropout", "dropout_p", "probs"), _share),
    **dict.fromkeys(
        ("arrays", "xs", "pad_width", "indices_or_sections", "num_or_size_splits", "repeats"),
        _ordered,
    ),
    "noise_shape": _ordered,
    "dtype": _dtype,
    "diagonal.offset": _whole, "trace.offset": _whole,
    "random_uniform.low": _number, "random_uniform.high": _number,
    "random_normal.mean": _number, "random_normal.std": _size,
    "multinomial.probs": _ordered,
}  # fmt: skip


#: Arguments that may be one number or one for each value that is drawn.
_OF_VALUES = ("probs", "mean", "std", "low", "high")
#: Checks of what may be an array too.
_OF_NUMBERS = (
    _whole, _number, _size, _tolerance, _norm, _bound, _share, _ordered, _dtype,
)  # fmt: skip


def places_of(fn: Callable, more: Mapping[str, Check] | None = None) -> list[Place]:
    """Return the plain arguments of a function, with their checks.

    Args:
        fn: The function.
        more: Checks of further names, which go before.

    Example:

    >>> def roll(x, axis=None, wrap: bool = True):
    ...     return x
    >>> [(name, place, optional) for name, place, _, optional in places_of(roll)]
    [('axis', 1, True), ('wrap', 2, False)]
    """
    checks_of = {**_CHECKS, **(more or {})}
    found: list[Place] = []
    for place, parameter in enumerate(inspect.signature(fn).parameters.values()):
        name, annotation = parameter.name, parameter.annotation
        own = f"{fn.__name__}.{name}"
        check = checks_of.get(own, checks_of.get(name))
        if isinstance(parameter.default, bool) or annotation in (bool, bool | None):
            check = _switch
        if check is None or parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        optional = check in (_axis, _dtype) or parameter.default is None
        optional = optional or "None" in str(annotation)
        by_name = parameter.kind is parameter.KEYWORD_ONLY
        found.append((name, sys.maxsize if by_name else place, check, optional))
    return found


def check_plain(owner: str, places: list[Place], args: tuple, kwargs: Mapping[str, Any]) -> None:
    """Refuse arguments that cannot mean anything, before the function begins.

    Raises:
        IvyTypeError: If one is of a wrong type, such as a string for a switch.
        IvyValueError: If one is out of range, such as NaN for a tolerance.
    """
    for name, place, check, optional in places:
        if place < len(args):
            value = args[place]
        elif name in kwargs:
            value = kwargs[name]
        else:
            continue
        if value is None and optional:
            continue
        if isinstance(value, np.generic):
            value = value.item()
        elif check is _switch:
            if hasattr(value, "dtype") and len(value.shape) == 0:
                continue  # one truth value, perhaps of a trace
        elif (name in _OF_VALUES and isinstance(value, list | tuple)) or (
            check in _OF_NUMBERS and _is_array(value)
        ):
            continue
        check(owner, name, value)
