"""Functions of functions under Ivy's names: caching, chunks of inputs, keywords by signature."""

import functools
import inspect
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.container import Container
from keras_ivy.ops.ivy.devices import default_device
from keras_ivy.ops.tensors import to_tensor
from keras_ivy.typing import Array, ArrayLike
from keras_ivy.utils.checks import choice, finite, flag, received, whole
from keras_ivy.utils.devices import device_scope
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

__all__ = [
    "arg_info",
    "arg_names",
    "cache_fn",
    "match_kwargs",
    "num_cpu_cores",
    "set_split_factor",
    "split_factor",
    "split_func_call",
]

Result = TypeVar("Result")

#: The factors that `set_split_factor` has set, by device.
_factors: dict[str, float] = {}


class _Anew(Exception):
    """An argument that changes without telling, or has no value yet."""


def _function(owner: str, fn: object, argument: str = "func") -> None:
    if not callable(fn):
        raise IvyTypeError(f"{owner}: `{argument}` must be a function. {received(argument, fn)}")


def _key(x: Any) -> object:
    """Return what tells arguments apart: arrays by their numbers, all else as Python does."""
    if isinstance(x, keras.KerasTensor) or (tf.is_tensor(x) and not hasattr(x, "numpy")):
        raise _Anew  # numbers that are not known yet
    if isinstance(x, tf.Tensor | tf.Variable | keras.Variable | np.ndarray):
        values = np.asarray(x)
        return "array", values.dtype.name, values.shape, values.tobytes()
    if isinstance(x, Mapping):
        return type(x), tuple((key, _key(value)) for key, value in x.items())
    if isinstance(x, list | tuple):
        return type(x), tuple(map(_key, x))
    try:
        hash(x)
    except TypeError as error:
        raise _Anew from error
    return type(x), x  # 1, 1.0 and True are equal, and not the same


def cache_fn(func: Callable[..., Result]) -> Callable[..., Result]:
    """Return the function with its results kept, for the next call with equal arguments.

    Arrays and variables are told apart by their numbers and data types. A call with something that
    cannot be compared, such as a set or a tensor of a `tf.function`, is computed anew.

    Args:
        func: A function whose result depends on its arguments alone.

    Note:
        Ivy compares arguments as they print, where large arrays look alike.

    Example:

    >>> count = []
    >>> add = cache_fn(lambda x, y: count.append(1) or x + y)
    >>> add(3, 5), add(3, 5), add(5, 3), len(count)
    (8, 8, 8, 2)
    """
    _function("cache_fn", func)
    kept: dict[object, Result] = {}

    @functools.wraps(func)
    def cached_fn(*args: Any, **kwargs: Any) -> Result:
        try:
            key = tuple(map(_key, args)), tuple((k, _key(kwargs[k])) for k in sorted(kwargs))
        except _Anew:
            return func(*args, **kwargs)
        if key not in kept:
            kept[key] = func(*args, **kwargs)
        return kept[key]

    return cached_fn


def arg_names(receiver: Callable) -> list[str]:
    """Return the names of the arguments of a function, or of the constructor of a class.

    Example:

    >>> arg_names(lambda x, y=1: x)
    ['x', 'y']
    """
    return list(_signature("arg_names", receiver).parameters)


def arg_info(
    fn: Callable, *, name: str | None = None, idx: int | None = None
) -> dict[str, int | inspect.Parameter]:
    """Return the place and the parameter of one argument of a function.

    Args:
        fn: A function.
        name: The name of the argument; or
        idx: its place.

    Raises:
        ValueError: If there is no such argument, or it is named by both or none.

    Example:

    >>> arg_info(lambda x, y=1: x, name="y")
    {'idx': 1, 'param': <Parameter "y=1">}
    """
    parameters = _signature("arg_info", fn, "fn").parameters
    if idx is not None:
        whole("idx", idx, 0, owner="arg_info")
    if (name is None) == (idx is None):
        raise IvyValueError(f"arg_info: give `name` or `idx`. Received: name={name!r}, idx={idx!r}")
    for place, (found, parameter) in enumerate(parameters.items()):
        if found == name or place == idx:
            return {"idx": place, "param": parameter}
    raise IvyValueError(
        f"arg_info: the function has the arguments {list(parameters)}. "
        f"Received: name={name!r}, idx={idx!r}"
    )


def _signature(owner: str, fn: object, argument: str = "receiver") -> inspect.Signature:
    _function(owner, fn, argument)
    try:
        return inspect.signature(fn)  # type: ignore[arg-type]  # it is callable
    except ValueError as error:
        raise IvyValueError(
            f"{owner}: Python knows no signature of it. {received(argument, fn)}"
        ) from error


def match_kwargs(
    kwargs: dict[str, object], *receivers: Callable, allow_duplicates: bool = False
) -> dict[str, object] | list[dict[str, object]]:
    """Return the keyword arguments that functions or classes take, in a dict for each.

    Args:
        kwargs: Keyword arguments by name. Those that one takes are removed, unless
            `allow_duplicates`.
        *receivers: Functions or classes.
        allow_duplicates: Whether several may get the same argument; else the first gets it.

    Returns:
        A dict for one receiver, a list of dicts for several.

    Example:

    >>> match_kwargs({"x": 1, "rate": 2}, lambda x: x, lambda rate, x: x)
    [{'x': 1}, {'rate': 2}]
    """
    flag("allow_duplicates", allow_duplicates, "match_kwargs")
    if not isinstance(kwargs, dict):
        raise IvyTypeError(f"match_kwargs: `kwargs` is a dict. {received('kwargs', kwargs)}")
    names = [set(arg_names(receiver)) for receiver in receivers]
    out = []
    for known in names:
        found = {name: value for name, value in kwargs.items() if name in known}
        out.append(found)
        if not allow_duplicates:
            for name in found:
                del kwargs[name]
    return out[0] if len(out) == 1 else out


def num_cpu_cores(*, logical: bool = True) -> int:
    """Return the number of cores that the process may use.

    Args:
        logical: True; how many of the cores are physical, the operating system does not tell all.

    Raises:
        ValueError: If physical cores are asked for.

    Example:

    >>> num_cpu_cores() >= 1
    True
    """
    if not flag("logical", logical, "num_cpu_cores"):
        raise IvyValueError(
            "num_cpu_cores: logical cores alone are counted; `psutil.cpu_count(logical=False)` "
            "counts physical ones. Received: logical=False"
        )
    return os.cpu_count() or 1


def split_factor(device: str | None = None, /) -> float:
    """Return which part of the largest chunk `split_func_call` takes on a device; 0 by default.

    Example:

    >>> split_factor("cpu")
    0.0
    """
    return _factors.get(default_device(device), 0.0)


def set_split_factor(factor: float, /, *, device: str | None = None) -> None:
    """Set which part of the largest chunk `split_func_call` takes on a device.

    Args:
        factor: A number of at least 0: 0 takes one entry at a time, 1 all at once.
        device: The device; the default one if none is given.

    Raises:
        ValueError: If the factor is negative.

    Example:

    >>> set_split_factor(0.5)
    >>> split_factor()
    0.5
    >>> set_split_factor(0.0)
    """
    factor = finite("factor", factor, "set_split_factor")
    if factor < 0:
        raise IvyValueError(f"set_split_factor: `factor` is at least 0. Received: factor={factor}")
    _factors[default_device(device)] = factor


def split_func_call(
    func: Callable[..., Result],
    inputs: Sequence[ArrayLike],
    mode: str,
    /,
    *,
    max_chunk_size: int | None = None,
    chunk_size: int | None = None,
    input_axes: int | Sequence[int] = 0,
    output_axes: int | Sequence[int] | None = None,
    stop_gradients: bool = False,
    device: str | None = None,
) -> Result:
    """Call a function on chunks of its inputs, one after the other, which takes less memory.

    Args:
        func: A function of arrays, or Containers of arrays.
        inputs: Its arguments, of one size along their axes.
        mode: `"concat"` joins what the calls return, `"sum"` adds it, `"mean"` takes the mean, in
            which a shorter last chunk counts for less.
        max_chunk_size: The size that `split_factor` is a part of; by default that of the inputs.
        chunk_size: The size of a chunk; by default what `split_factor` makes of the largest one.
        input_axes: The axis that is split, or one for each input.
        output_axes: The axis that is joined, or one for each output; by default that of the first
            input.
        stop_gradients: If True, no gradients flow through the results.
        device: Where the function runs.

    Returns:
        What `func` returns.

    Raises:
        ValueError: If the inputs differ in size, or the mode is another.

    Note:
        Ivy's mean divides by the number of chunks, which may be no whole number.

    Example:

    >>> split_func_call(lambda x: 2 * x, [tf.constant([1, 2, 3])], "concat", chunk_size=2).numpy()
    array([2, 4, 6], dtype=int32)

    Reference: Ivy's `functional/ivy/device.py`.
    """
    owner = "split_func_call"
    _function(owner, func)
    choice("mode", mode, ("concat", "sum", "mean"), owner)
    flag("stop_gradients", stop_gradients, owner)
    if not isinstance(inputs, list | tuple) or not inputs:
        raise IvyTypeError(
            f"{owner}: `inputs` is a list of arguments. {received('inputs', inputs)}"
        )
    arguments = [x if isinstance(x, Container) else to_tensor(x) for x in inputs]
    axes = _axes(owner, "input_axes", input_axes, len(arguments))
    sizes = [_size(x, axis) for x, axis in zip(arguments, axes, strict=True)]
    if len(set(sizes)) != 1 or sizes[0] is None:
        raise IvyValueError(
            f"{owner}: inputs have one, known size along their axes. "
            f"Received: inputs of sizes {sizes}, {input_axes=}"
        )
    size: int = sizes[0]
    if chunk_size is None:
        most = size if max_chunk_size is None else whole("max_chunk_size", max_chunk_size, 1)
        chunk_size = 1 + round((most - 1) * split_factor(device))
    chunk_size = whole("chunk_size", chunk_size, 1, owner=owner)
    widths = [min(chunk_size, size - start) for start in range(0, size, chunk_size)] or [size]
    chunks = [_split(x, widths, axis) for x, axis in zip(arguments, axes, strict=True)]
    with device_scope(device):
        results: list[Any] = [func(*parts) for parts in zip(*chunks, strict=True)]
        several = isinstance(results[0], tuple)
        rows = results if several else [(result,) for result in results]
        joined = _axes(
            owner, "output_axes", axes[0] if output_axes is None else output_axes, len(rows[0])
        )
        weights = {"sum": [1.0] * len(widths), "mean": [n / max(size, 1) for n in widths]}.get(mode)
        out: Any = tuple(
            _joined(column, axis, weights)
            for column, axis in zip(zip(*rows, strict=True), joined, strict=True)
        )
        if stop_gradients:
            out = keras.tree.map_structure(tf.stop_gradient, out)
    return out if several else out[0]


def _axes(owner: str, name: str, axes: int | Sequence[int], count: int) -> list[int]:
    given = list(axes) if isinstance(axes, list | tuple) else [axes] * count
    if len(given) != count:
        raise IvyValueError(
            f"{owner}: `{name}` is one axis, or one for each of {count}. {received(name, axes)}"
        )
    return [whole(name, axis, owner=owner) for axis in given]


def _leaves(x: Any) -> list[Array]:
    return list(x.flatten().values()) if isinstance(x, Container) else [x]


def _size(x: Any, axis: int) -> int | None:
    found = set()
    for leaf in _leaves(x):
        if not -len(leaf.shape) <= axis < len(leaf.shape):
            raise IvyValueError(
                f"split_func_call: an input of shape {tuple(leaf.shape)} has no such axis. "
                f"Received: input_axes={axis}"
            )
        found.add(leaf.shape[axis])
    return found.pop() if len(found) == 1 else None


def _split(x: Any, widths: list[int], axis: int) -> list[Any]:
    if isinstance(x, Container):
        return list(x.split_conts(widths, axis=axis))
    return list(tf.split(x, widths, axis=axis))


def _joined(parts: Sequence[Any], axis: int, weights: list[float] | None) -> Any:
    def join(*leaves: Any) -> Any:
        arrays = [to_tensor(leaf) for leaf in leaves]
        if weights is None:
            rank = len(arrays[0].shape)
            if not -rank <= axis < rank:
                raise IvyValueError(
                    f"split_func_call: an output of shape {tuple(arrays[0].shape)} has no such "
                    f"axis. Received: output_axes={axis}"
                )
            return tf.concat(arrays, axis)
        if weights == [1.0] * len(arrays):
            return tf.add_n(arrays)
        return tf.add_n([tf.cast(w, a.dtype) * a for w, a in zip(weights, arrays, strict=True)])

    return keras.tree.map_structure(join, *parts)
