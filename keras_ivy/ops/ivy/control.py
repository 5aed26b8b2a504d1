"""Branches and loops as functions, under Ivy's names: of Python where it can be, else a graph's.

With values that are known they are Python's; on tensors of a `tf.function` they become nodes of
the graph.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import tensorflow as tf

from keras_ivy.utils.checks import received
from keras_ivy.utils.exceptions import IvyTypeError

__all__ = ["cmp_is", "cmp_isnot", "for_loop", "if_else", "while_loop"]


Result = TypeVar("Result")


def _check(owner: str, **functions: object) -> None:
    for name, fn in functions.items():
        if not callable(fn):
            raise IvyTypeError(f"{owner}: `{name}` must be a function. {received(name, fn)}")


def _is_traced(value: object) -> bool:
    return tf.is_tensor(value) and not hasattr(value, "numpy")


def _given(owner: str, values: object) -> None:
    if not isinstance(values, Mapping | Sequence) or isinstance(values, str):
        raise IvyTypeError(f"{owner}: `vars` is a dict or a list. {received('vars', values)}")


def if_else(
    cond: Callable[..., object],
    body_fn: Callable[..., Result],
    orelse_fn: Callable[..., Result],
    vars: Mapping[str, object],
) -> Result:
    """Return what one of two functions returns.

    Args:
        cond: A function of the variables that returns whether it is the first.
        body_fn: The first.
        orelse_fn: The second.
        vars: The variables by name.

    Example:

    >>> if_else(lambda x: x > 0, lambda x: x, lambda x: -x, {"x": -3})
    3
    """
    _check("if_else", cond=cond, body_fn=body_fn, orelse_fn=orelse_fn)
    if not isinstance(vars, Mapping):
        raise IvyTypeError(f"if_else: `vars` is a dict. {received('vars', vars)}")
    chosen = cond(**vars)
    if _is_traced(chosen):
        return tf.cond(chosen, lambda: body_fn(**vars), lambda: orelse_fn(**vars))
    return body_fn(**vars) if chosen else orelse_fn(**vars)


def while_loop(
    test_fn: Callable[..., object],
    body_fn: Callable[..., object],
    vars: Mapping[str, object] | Sequence[object],
) -> tuple:
    """Call a function on its own results as long as a condition holds.

    Args:
        test_fn: A function of the variables that returns whether to go on.
        body_fn: A function of the variables that returns their next values.
        vars: Their first values, in a list, or a dict whose order is that of the arguments.

    Returns:
        A tuple of the last values.

    Example:

    >>> while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, 2 * x), [0, 1])
    (3, 8)
    """
    _check("while_loop", test_fn=test_fn, body_fn=body_fn)
    _given("while_loop", vars)
    values = tuple(vars.values()) if isinstance(vars, Mapping) else tuple(vars)
    while True:
        more = test_fn(*values)
        if _is_traced(more):
            return tuple(tf.while_loop(test_fn, lambda *xs: _tuple(body_fn(*xs)), values))
        if not more:
            return values
        values = _tuple(body_fn(*values))


def _tuple(result: Any) -> tuple:
    return tuple(result) if isinstance(result, list | tuple) else (result,)


def for_loop(
    iterable: Iterable[object],
    body_fn: Callable[..., object],
    vars: Mapping[str, object] | Sequence[object],
) -> tuple:
    """Call a function for every item, each time with what it returned before.

    Args:
        iterable: The items.
        body_fn: A function of an item and the tuple of variables that returns their next values.
        vars: Their first values, in a list or a dict.

    Returns:
        A tuple of the last values.

    Example:

    >>> for_loop(range(4), lambda k, xs: (xs[0] + k,), [0])
    (6,)
    """
    _check("for_loop", body_fn=body_fn)
    _given("for_loop", vars)
    values = tuple(vars.values()) if isinstance(vars, Mapping) else tuple(vars)
    for item in iterable:
        values = _tuple(body_fn(item, values))
    return values


def cmp_is(left: object, right: object) -> bool:
    """Return whether two are one object.

    Example:

    >>> cmp_is(None, None)
    True
    """
    return left is right


def cmp_isnot(left: object, right: object) -> bool:
    """Return whether two are not one object.

    Example:

    >>> cmp_isnot(None, 0)
    True
    """
    return left is not right
