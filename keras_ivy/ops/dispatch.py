"""How a function of the package meets its arguments: containers, symbolic tensors, tables.

A function under Ivy's name does three things beyond the kernel it names: it maps over the leaves
of a Container, it accepts the symbolic tensors of Keras's functional API, and it carries Ivy's
argument names. All three are here, so that the functions themselves stay one line each.
"""

import difflib
import functools
import sys
from collections.abc import Callable
from typing import Any

import keras

from keras_ivy.container import Container, container_map
from keras_ivy.registration import register
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["FunctionCall", "binary", "ivy_function", "reduction", "tensor", "unary"]

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

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function."""
        return _FUNCTIONS[self.function](*args, **kwargs)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"function": self.function, "name": self.name}


def ivy_function(fn: Callable | None = None, *, symbolic: bool = False) -> Callable:
    """Make a function map over containers.

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

    @functools.wraps(fn)
    def function(*args: Any, **kwargs: Any) -> Any:
        for arg in args:
            if isinstance(arg, Container):
                return container_map(function, *args, **kwargs)
        for arg in kwargs.values():
            if isinstance(arg, Container):
                return container_map(function, *args, **kwargs)
        if symbolic and _any_symbolic(args, kwargs):
            return FunctionCall(fn.__name__)(*args, **kwargs)
        return fn(*args, **kwargs)

    _FUNCTIONS[fn.__name__] = function
    return function


def named_function(name: str) -> Callable | None:
    """Return the function of the package that has a name, or None."""
    return _FUNCTIONS.get(name) if isinstance(name, str) else None


def unknown_function(name: Any) -> IvyValueError:
    """Return the error for a name that no function has, with the nearest ones that are there."""
    hint = ""
    if isinstance(name, str):
        inside = sorted((known for known in _FUNCTIONS if known in name), key=len, reverse=True)
        near = [*difflib.get_close_matches(name, _FUNCTIONS, cutoff=0.5), *inside[:3]]
        near = near or difflib.get_close_matches(name, _FUNCTIONS, cutoff=0.0)
        hint = f" Did you mean {' or '.join(map(repr, dict.fromkeys(near)))}?"
    return IvyValueError(f"keras_ivy has no such function.{hint} Received: function={name!r}")


def tensor(x: Any) -> Any:
    """Return nested lists and tuples as a tensor, and everything else as it is.

    Some kernels of Keras take lists and some do not; through this, all of ours do.
    """
    return keras.ops.convert_to_tensor(x) if isinstance(x, list | tuple) else x


def _any_symbolic(args: tuple, kwargs: dict) -> bool:
    for arg in (*args, *kwargs.values()):
        if isinstance(arg, keras.KerasTensor):
            return True
        if isinstance(arg, list | tuple) and any(isinstance(x, keras.KerasTensor) for x in arg):
            return True
    return False


def _finish(fn: Callable, name: str, doc: str) -> Callable:
    """Name and document a function that a table made."""
    fn.__name__ = fn.__qualname__ = name
    fn.__doc__ = doc
    fn.__module__ = sys._getframe(2).f_globals["__name__"]
    return ivy_function(fn)


def _example(name: str, given: str, result: str) -> str:
    return (
        f"    Example:\n\n    >>> keras_ivy.to_list(keras_ivy.{name}({given}))\n    {result}\n    "
    )


def unary(name: str, kernel: Callable, summary: str, given: str, result: str) -> Callable:
    """Make a function of one array from a kernel of `keras.ops`.

    Args:
        name: Ivy's name of the function.
        kernel: A function of one array.
        summary: What it computes, as a phrase.
        given: An argument, as Python source, for the docstring's example.
        result: What the example prints.
    """

    def function(x: Any) -> Any:
        return kernel(tensor(x))

    doc = (
        f"Return {summary}.\n\n"
        "    Args:\n        x: An array, or a Container of arrays, of any shape.\n\n"
        f"    Returns:\n        An array of the shape of `x`.\n\n{_example(name, given, result)}"
    )
    return _finish(function, name, doc)


def binary(name: str, kernel: Callable, summary: str, given: str, result: str) -> Callable:
    """Make a function of two arrays that broadcast; the arguments are those of `unary`."""

    def function(x1: Any, x2: Any) -> Any:
        return kernel(tensor(x1), tensor(x2))

    doc = (
        f"Return {summary}.\n\n"
        "    Args:\n"
        "        x1: An array, a number, or a Container of arrays.\n"
        "        x2: Another, of a shape that broadcasts with the first.\n\n"
        "    Returns:\n        An array of the broadcast shape.\n\n"
        f"{_example(name, given, result)}"
    )
    return _finish(function, name, doc)


def reduction(name: str, kernel: Callable, summary: str, given: str, result: str) -> Callable:
    """Make a function that reduces axes of an array; the arguments are those of `unary`."""

    def function(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return kernel(tensor(x), axis=axis, keepdims=keepdims)

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
