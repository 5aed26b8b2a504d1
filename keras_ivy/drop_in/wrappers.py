"""The decorators of Ivy's `func_wrapper`, for functions that programs wrap as Ivy wraps its own.

Most of them have nothing to do: they unpack Ivy's arrays before a backend's function and pack what
it returns, or keep track of views, and arrays here are TensorFlow's throughout. One maps over
containers, and does so here.
"""

import contextlib
import functools
from collections.abc import Callable
from typing import Any, TypeVar

from keras_ivy.container import Container, container_map

__all__ = [
    "handle_array_function",
    "handle_array_like_without_promotion",
    "handle_exceptions",
    "handle_nestable",
    "handle_view",
    "handle_view_indexing",
    "inputs_to_ivy_arrays",
    "inputs_to_native_arrays",
    "inputs_to_native_shapes",
    "outputs_to_ivy_arrays",
    "outputs_to_ivy_shapes",
    "to_ivy_arrays_and_back",
    "to_native_arrays_and_back",
    "to_native_shapes_and_back",
    "with_supported_device_and_dtypes",
    "with_supported_devices",
    "with_supported_dtypes",
    "with_unsupported_device_and_dtypes",
    "with_unsupported_devices",
    "with_unsupported_dtypes",
]

Function = TypeVar("Function", bound=Callable)


def _unchanged(fn: Function) -> Function:
    """Return the function as it is: there is one class of arrays, and of shapes.

    Example:

    >>> _unchanged(abs) is abs
    True
    """
    return fn


def handle_nestable(fn: Callable) -> Callable:
    """Make a function map over the leaves of containers among its arguments.

    Example:

    >>> double = handle_nestable(lambda x: 2 * x)
    >>> dict(double(Container(a=1, b=2))), double(3)
    ({'a': 2, 'b': 4}, 6)
    """

    @functools.wraps(fn)
    def function(*args: Any, **kwargs: Any) -> Any:
        if any(isinstance(x, Container) for x in (*args, *kwargs.values())):
            return container_map(fn, *args, **kwargs)
        return fn(*args, **kwargs)

    return function


class _Limits(contextlib.ContextDecorator):
    """A decorator, or a context, that changes nothing: TensorFlow says which types it cannot take.

    Args:
        types: The types or devices of a function, by version of the backend.
        versions: The versions of the backends.

    Example:

    >>> with _Limits({"2.15.0 and below": ("float16",)}, "tensorflow"):
    ...     _Limits({}, "tensorflow")(abs) is abs
    True
    """

    def __init__(self, types: object, versions: object = None):
        pass

    def __enter__(self) -> "_Limits":
        return self

    def __exit__(self, *exception: object) -> None:
        return None

    def __call__(self, fn: Function) -> Function:
        """Return the function as it is."""
        return fn


handle_array_like_without_promotion = handle_exceptions = _unchanged
handle_array_function = handle_view = handle_view_indexing = _unchanged
inputs_to_ivy_arrays = inputs_to_native_arrays = outputs_to_ivy_arrays = _unchanged
to_ivy_arrays_and_back = to_native_arrays_and_back = _unchanged
inputs_to_native_shapes = outputs_to_ivy_shapes = to_native_shapes_and_back = _unchanged
with_supported_device_and_dtypes = with_supported_devices = _Limits
with_supported_dtypes = with_unsupported_device_and_dtypes = _Limits
with_unsupported_devices = with_unsupported_dtypes = _Limits
