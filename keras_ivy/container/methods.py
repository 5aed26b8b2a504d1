"""Elementwise maths, reductions and the like as methods, all from one table.

`TABLE` maps the name of a method to the function that is called for every leaf. Those of
`keras.ops` are named here; those of the package itself are added by the rank that has them, with
`add_methods`, so that a formula stands in one place and `ivy.gelu(container)` and
`container.gelu()` are one. Names that layers usually have as attributes (`linear`, `conv2d`,
`dropout`, `embedding`) are left out: an attribute that is a method hides a key.
"""

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import tensorflow as tf
from keras import ops

from keras_ivy.container.container import Container
from keras_ivy.container.guard import guarded
from keras_ivy.container.spellings import find_methods
from keras_ivy.tree.arrays import is_array, is_variable
from keras_ivy.tree.maps import call_leafwise
from keras_ivy.tree.select import filtered
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

__all__ = ["TABLE", "add_functions", "add_methods", "container_map"]

#: Names under which Keras has the same function with the same arguments.
_SAME = """
    amax amin bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift
    bitwise_xor cholesky clip cross cumprod cumsum diag diagonal dot expand_dims isclose
    log_softmax max min pad prod repeat reshape softmax swapaxes take tanh tensordot trace trunc
    where
"""

#: Method name -> function of a leaf.
TABLE: dict[str, Callable[..., Any]] = {}


def container_map(fn: Callable[..., object], *args: object, **kwargs: object) -> Any:
    """Call a function leaf by leaf if any argument is a Container, else once.

    Args:
        fn: A function of leaves.
        *args: Its arguments. Containers among them have the same keys and are walked together;
            everything else is passed to every call.
        **kwargs: Its keyword arguments, treated alike.

    Returns:
        A Container of the results, or the result where there is no Container.

    Raises:
        ValueError: If the containers differ in their keys.

    Example:

    >>> from keras_ivy import Container
    >>> from keras_ivy.container import container_map
    >>> container_map(max, Container(a=1, b={"c": 5}), 3)
    {
        a: 3,
        b: {
            c: 5
        }
    }
    """
    return call_leafwise(lambda _, *xs, **named: fn(*xs, **named), args, kwargs, Container)


_PRUNED = object()


def _method(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def method(
        self: Any,
        *args: Any,
        key_chains: Iterable[str] | str | None = None,
        to_apply: bool = True,
        prune_unapplied: bool = False,
        out: Any = None,
        **kwargs: Any,
    ) -> Any:
        chosen = [key_chains] if isinstance(key_chains, str) else key_chains

        def call(path: str, leaf: Any, *rest: Any, **named: Any) -> Any:
            if chosen is not None and (path in chosen) != to_apply:
                return _PRUNED if prune_unapplied else leaf
            return _apply(name, function, path, leaf, *rest, **named)

        others = [Container(a) if type(a) is dict else a for a in args]
        result = call_leafwise(call, (self, *others), kwargs, Container)
        if prune_unapplied:
            result = filtered(result, lambda _, leaf: leaf is not _PRUNED)
        return result if out is None else _write(result, out)

    source = getattr(function, "__name__", name)
    package = "keras.ops" if getattr(ops, source, None) is function else "keras_ivy"
    method.__name__ = name
    method.__qualname__ = f"Container.{name}"
    method.__doc__ = (
        f"Return the Container of `{package}.{source}` of every leaf.\n\n"
        "Args:\n"
        "    *args: Further arguments; containers among them are walked together with this one.\n"
        "    key_chains: The exact paths to apply the function to; None for all.\n"
        "    to_apply: If False, the function is applied to all paths but these.\n"
        "    prune_unapplied: If True, the other leaves are left out rather than kept.\n"
        "    out: A Container of the same keys to write the result into.\n"
        "    **kwargs: Further keyword arguments.\n"
    )
    return method


def _apply(name: str, function: Callable[..., Any], path: str, *args: Any, **kwargs: Any) -> Any:
    """Call the function, with an error that names the method and the leaf it failed on."""
    try:
        return function(*args, **kwargs)
    except (TypeError, ValueError, tf.errors.InvalidArgumentError) as error:
        leaf = args[0]
        kind = IvyTypeError if isinstance(error, TypeError) else IvyValueError
        what = f"shape {tuple(leaf.shape)}" if is_array(leaf) else f"type {type(leaf).__name__}"
        raise kind(f"`{name}` failed on {path!r} of {what}: {error}") from error


def _write(result: Any, out: Any) -> Any:
    """Write a result into another Container: variables are assigned, other leaves replaced."""
    for path, value in result.flatten().items():
        if is_variable(out.get(path)):
            out[path].assign(value)
        else:
            out[path] = value
    return out


def add_methods(functions: Mapping[str, Callable[..., object]]) -> None:
    """Give Container methods that call functions leaf by leaf.

    Args:
        functions: Name of a method -> function of a leaf and further arguments.
    """
    for name, function in functions.items():
        TABLE[name] = function
        setattr(Container, name, guarded(_method(name, function)))


def add_functions(find: Callable[[str], Callable[..., object] | None]) -> None:
    """Let functions be methods that are no attribute of Container; see `spellings.py`.

    Args:
        find: Returns the function of a name, which maps over containers, or None.
    """

    @functools.cache
    def both(name: str) -> tuple[Callable[..., object], Callable[..., object]] | None:
        function = find(name)
        return None if function is None else (function, guarded(_method(name, function)))

    find_methods(both)


add_methods(
    {name: getattr(ops, name) for name in _SAME.split()}
    | {
        "numpy": ops.convert_to_numpy,
        "reduce_max": ops.max,
        "reduce_mean": ops.mean,
        "reduce_min": ops.min,
        "reduce_prod": ops.prod,
        "reduce_sum": ops.sum,
        "to_numpy": ops.convert_to_numpy,
    }
)
