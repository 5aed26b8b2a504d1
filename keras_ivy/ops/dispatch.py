"""How a function of the package meets its arguments: containers, symbolic tensors, tables.

A function under Ivy's name does three things beyond the kernel it names: it maps over the leaves
of a Container, it accepts the symbolic tensors of Keras's functional API, and it carries Ivy's
argument names. All three are here, so that the functions themselves stay one line each.
"""

import difflib
import functools
import sys
from collections.abc import Callable
from typing import Any, Protocol, TypeVar, overload

import keras
import tensorflow as tf

from keras_ivy.container import Container, container_map
from keras_ivy.ops.kinds import complex_operands, is_complex, kind_of, numbers
from keras_ivy.ops.tensors import is_symbolic
from keras_ivy.registration import register
from keras_ivy.typing import Array, ArrayLike, Axis
from keras_ivy.utils.exceptions import IvyValueError
from keras_ivy.utils.plain_arguments import Place, check_plain, places_of
from keras_ivy.utils.refusals import RAW, refusal

__all__ = ["FunctionCall", "binary", "ivy_function", "reduction", "unary"]

#: A function, whose signature it keeps to a checker.
Function = TypeVar("Function", bound=Callable)


class Unary(Protocol):
    """A function of one array."""

    def __call__(self, x: ArrayLike) -> Array:
        """Return an array of the shape of `x`."""


class Binary(Protocol):
    """A function of two arrays that broadcast."""

    def __call__(self, x1: ArrayLike, x2: ArrayLike) -> Array:
        """Return an array of the broadcast shape."""


class Reduction(Protocol):
    """A function that reduces axes of an array."""

    def __call__(self, x: ArrayLike, axis: Axis = None, keepdims: bool = False) -> Array:
        """Return an array without the reduced axes."""


#: Every function that `FunctionCall` can name, by name.
_FUNCTIONS: dict[str, Callable] = {}


@register()
class FunctionCall(keras.Operation):
    """A node of a functional Keras model that calls a function of this package.

    Args:
        function: The function's name, such as `"interpolate"`.
        name: Name of the node; by default the function's.

    Raises:
        ValueError: If there is no such function.
    """

    def __init__(self, function: str, name: str | None = None):
        if named_function(function) is None:
            raise unknown_function(function)
        super().__init__(name=name)
        self.function = function

    def call(self, *args: object, **kwargs: object) -> Array:
        """Call the function."""
        return _FUNCTIONS[self.function](*args, **kwargs)

    def get_config(self) -> dict[str, str]:
        """Return the constructor's arguments."""
        return {"function": self.function, "name": self.name}


@overload
def ivy_function(fn: Function, *, symbolic: bool = False) -> Function: ...


@overload
def ivy_function(fn: None = None, *, symbolic: bool = False) -> Callable[[Function], Function]: ...


def ivy_function(fn: Callable | None = None, *, symbolic: bool = False) -> Callable:
    """Make a function map over containers.

    AutoGraph does not convert it, which takes longer than to trace it and changes nothing: branches
    are on shapes and types, or on plain arguments. Of these a switch may be a tensor of a
    `tf.function`; then it is converted, in whatever function the call stands.

    Args:
        fn: The function; without it, a decorator is returned.
        symbolic: If True, the function speaks TensorFlow, and a call with symbolic tensors of
            Keras becomes a `FunctionCall` node. Functions that only call `keras.ops` need not
            ask for this: Keras records those calls by itself.

    Returns:
        A function of the same signature.
    """
    if fn is None:
        return functools.partial(ivy_function, symbolic=symbolic)

    places = places_of(fn)

    @tf.autograph.experimental.do_not_convert
    @functools.wraps(fn)
    def function(*args: Any, **kwargs: Any) -> Any:
        for arg in args:
            if isinstance(arg, Container):
                return container_map(function, *args, **kwargs)
            if isinstance(arg, list | tuple) and any(isinstance(x, Container) for x in arg):
                return _map_lists(function, args, kwargs)
        for arg in kwargs.values():
            if isinstance(arg, Container):
                return container_map(function, *args, **kwargs)
        if symbolic and (is_symbolic(args) or is_symbolic(tuple(kwargs.values()))):
            return FunctionCall(fn.__name__)(*args, **kwargs)
        if places:
            check_plain(fn.__name__, places, args, kwargs)
        traced = places and not tf.executing_eagerly() and _has_tensor(places, args, kwargs)
        run = tf.autograph.to_graph(fn) if traced else fn
        try:
            return run(*args, **kwargs)
        except RAW as error:
            told = refusal(fn, args, kwargs, error)
            if told is error:
                raise
            raise told from error

    _FUNCTIONS[fn.__name__] = function
    return function


def _has_tensor(places: list[Place], args: tuple, kwargs: dict[str, Any]) -> bool:
    """Whether a plain argument is a tensor, so that branches on it must be nodes of a graph."""
    return any(
        tf.is_tensor(args[place] if place < len(args) else kwargs.get(name))
        for name, place, *_ in places
    )


def named_function(name: str) -> Callable | None:
    """Return the function of the package that has a name, or None."""
    return _FUNCTIONS.get(name) if isinstance(name, str) else None


def unknown_function(name: object) -> IvyValueError:
    """Return the error for a name that no function has, with the nearest ones that are there."""
    hint = ""
    if isinstance(name, str):
        inside = sorted((known for known in _FUNCTIONS if known in name), key=len, reverse=True)
        near = [*difflib.get_close_matches(name, _FUNCTIONS, cutoff=0.5), *inside[:3]]
        near = near or difflib.get_close_matches(name, _FUNCTIONS, cutoff=0.0)
        hint = f" Did you mean {' or '.join(map(repr, dict.fromkeys(near)))}?"
    return IvyValueError(f"keras_ivy has no such function.{hint} Received: function={name!r}")


def _map_lists(function: Callable, args: tuple, kwargs: dict[str, Any]) -> Container:
    """Call a function leaf by leaf of the containers that lists among its arguments hold."""
    flat: list = []
    widths = []
    for arg in args:
        spread = isinstance(arg, list | tuple) and any(isinstance(x, Container) for x in arg)
        widths.append(len(arg) if spread else None)
        flat.extend(arg if spread else [arg])

    def call(*leaves: Any) -> Any:
        left = iter(leaves)
        lists = (next(left) if n is None else [next(left) for _ in range(n)] for n in widths)
        return function(*lists, **kwargs)

    return container_map(call, *flat)


def _finish(fn: Function, name: str, doc: str) -> Function:
    """Name and document a function that a table made."""
    fn.__name__ = fn.__qualname__ = name
    fn.__doc__ = doc
    fn.__module__ = sys._getframe(2).f_globals["__name__"]
    return ivy_function(fn)


def _example(name: str, given: str, result: str) -> str:
    return (
        f"    Example:\n\n    >>> keras_ivy.to_list(keras_ivy.{name}({given}))\n    {result}\n    "
    )


def unary(
    name: str,
    kernel: Callable,
    summary: str,
    given: str,
    result: str,
    types: str = "BIfc",
    of_complex: Callable | None = None,
    of_bool: Callable | None = None,
) -> Unary:
    """Make a function of one array from a kernel of `keras.ops`.

    Args:
        name: Ivy's name of the function.
        kernel: A function of one array.
        summary: What it computes, as a phrase.
        given: An argument, as Python source, for the docstring's example.
        result: What the example prints.
        types: The kinds of numbers it takes; see `kinds`.
        of_complex: A kernel of its own for complex numbers, as Keras's compute in complex64.
        of_bool: One for truth values.
    """

    def function(x: ArrayLike) -> Array:
        x = numbers(name, types, x=x)
        if of_bool is not None and kind_of(x) == "b":
            return of_bool(x)
        return (of_complex if of_complex is not None and is_complex(x) else kernel)(x)

    doc = (
        f"Return {summary}.\n\n"
        "    Args:\n        x: An array, or a Container of arrays, of any shape.\n\n"
        f"    Returns:\n        An array of the shape of `x`.\n\n{_example(name, given, result)}"
    )
    return _finish(function, name, doc)


def binary(
    name: str,
    kernel: Callable,
    summary: str,
    given: str,
    result: str,
    types: str = "ifc",
    of_complex: Callable | None = None,
    of_bool: Callable | None = None,
) -> Binary:
    """Make a function of two arrays that broadcast; the arguments are those of `unary`."""

    def function(x1: ArrayLike, x2: ArrayLike) -> Array:
        x1, x2 = numbers(name, types, x1=x1, x2=x2)
        if of_bool is not None and kind_of(x1) == kind_of(x2) == "b":
            return of_bool(x1, x2)
        if of_complex is not None and (is_complex(x1) or is_complex(x2)):
            return of_complex(*complex_operands((x1, x2)))
        return kernel(x1, x2)

    doc = (
        f"Return {summary}.\n\n"
        "    Args:\n"
        "        x1: An array, a number, or a Container of arrays.\n"
        "        x2: Another, of a shape that broadcasts with the first.\n\n"
        "    Returns:\n        An array of the broadcast shape.\n\n"
        f"{_example(name, given, result)}"
    )
    return _finish(function, name, doc)


def reduction(
    name: str,
    kernel: Callable,
    summary: str,
    given: str,
    result: str,
    types: str = "bifc",
    of_complex: Callable | None = None,
) -> Reduction:
    """Make a function that reduces axes of an array; the arguments are those of `unary`."""

    def function(x: ArrayLike, axis: Axis = None, keepdims: bool = False) -> Array:
        x = numbers(name, types, x=x)
        chosen = of_complex if of_complex is not None and is_complex(x) else kernel
        return chosen(x, axis=axis, keepdims=keepdims)

    doc = (
        f"Return {summary}, over some or all axes.\n\n"
        "    Args:\n"
        "        x: An array, or a Container of arrays.\n"
        "        axis: The axis or axes to reduce; all of them by default.\n"
        "        keepdims: If True, reduced axes stay, with size 1.\n\n"
        "    Returns:\n        An array without the reduced axes.\n\n"
        f"{_example(name, given, result)}"
    )
    return _finish(function, name, doc)
