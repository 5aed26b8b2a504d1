"""Values for the variables of a layer: pairing a Container with them, after checking it."""

from collections.abc import Iterable, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_ivy import tree
from keras_ivy.adapters.keras import stateless
from keras_ivy.container import Container
from keras_ivy.structure import Entry, Structure
from keras_ivy.typing import ArrayLike
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError, nearest

__all__ = ["as_tensor", "assign", "pair"]

#: How many paths an error lists before it says how many more there are.
_LISTED = 4


def pair(
    structure: Structure,
    entries: list[Entry],
    v: Mapping[str, object],
    *,
    owner: str,
    optional: Iterable[Entry] = (),
    partial: bool = False,
) -> list[tuple[keras.Variable, tf.Tensor | tf.Variable]]:
    """Pair the variables with the values given for them, or raise and change nothing.

    Args:
        structure: The structure that the entries are of; it knows their other paths.
        entries: The variables that a value is expected for.
        v: The values, as a Container or nested dict, under any path to each variable.
        owner: How to call the layer in errors.
        optional: Variables that a value may be given for too.
        partial: If True, no value has to be there.

    Returns:
        `(variable, value)` for every value that is not the variable itself.

    Raises:
        TypeError: If `v` is no mapping, or a value is no array.
        ValueError: If a value is missing, unknown, given twice, or of a wrong shape or dtype.
    """
    if not isinstance(v, Mapping):
        raise IvyTypeError(
            f"The variables of {owner} are given as a Container or a nested dict. "
            f"Received: v={v!r} of type {type(v).__name__}"
        )
    # A plain dict may have keys that a Container refuses, or writes as strings.
    given = tree.flatten(v if isinstance(v, Container) else Container(v))
    known = {entry.path: entry.variable for entry in entries}
    allowed = known | {entry.path: entry.variable for entry in optional}
    pairs: list[tuple[keras.Variable, Any]] = []
    seen: dict[str, Any] = {}
    unknown: list[str] = []
    for path, value in given.items():
        listed = path if path in allowed else structure.resolve(path.replace(".", "/"))
        variable = allowed.get(listed)
        if variable is None:
            unknown.append(path)
        elif listed in seen:
            _check_same(path, listed, seen[listed], value)
        else:
            seen[listed] = value
            if value is not variable:
                pairs.append((variable, as_tensor(value, variable, path)))
    missing = [] if partial else [path for path in known if path not in seen]
    if unknown or missing:
        raise _wrong_paths(owner, unknown, missing, list(allowed), len(given))
    return pairs


def as_tensor(value: ArrayLike, variable: keras.Variable, path: str) -> tf.Tensor | tf.Variable:
    """Return a value as a tensor that the variable can take, or raise.

    Python numbers and lists are converted, and NumPy's arrays cast as `set_weights` does, but where
    a part would be lost: imaginary parts, and fractions. Tensors have to have the right dtype.
    """
    dtype = stateless.stored_dtype(variable)
    if isinstance(value, keras.Variable):
        found, shape = stateless.stored_dtype(value), value.shape
        value = keras.ops.cast(value.value, dtype) if found == dtype else value
    elif isinstance(value, tf.Tensor | tf.Variable):
        found, shape = value.dtype.name, value.shape
    elif hasattr(value, "__array__"):
        found, shape = keras.backend.standardize_dtype(value.dtype), tuple(value.shape)
        if found != dtype and _casts(found, dtype):
            found = dtype
        value = tf.cast(value, dtype) if found == dtype else value
    else:
        found = dtype
        value = _from_python(value, dtype, path)
        shape = value.shape
    if shape != variable.shape:
        raise IvyValueError(
            f"The value for {path!r} does not fit: expected shape {tuple(variable.shape)}. "
            f"Received: shape={tuple(shape)}"
        )
    if found != dtype:
        raise IvyValueError(
            f"The value for {path!r} does not fit: expected dtype {dtype!r}; "
            f"`keras.ops.cast(value, {dtype!r})` converts it. Received: dtype={found!r}"
        )
    return value


def _casts(found: str, dtype: str) -> bool:
    """Whether an array of a dtype is cast to another: nothing but digits may be lost."""
    kinds = [tf.as_dtype(name) for name in (found, dtype)]
    if kinds[0].is_complex:
        return kinds[1].is_complex
    if kinds[0].is_floating:
        return kinds[1].is_floating or kinds[1].is_complex
    return kinds[1].is_floating or kinds[1].is_complex or (kinds[1].is_integer and found != "bool")


def _from_python(value: Any, dtype: str, path: str) -> tf.Tensor:
    try:
        array = np.asarray(value)
    except ValueError:  # nested lists of different lengths
        array = np.asarray(None)
    if array.dtype.kind not in "bifc":
        raise IvyTypeError(
            f"The value for {path!r} is no array, tensor or number. "
            f"Received: {value!r} of type {type(value).__name__}"
        )
    return tf.constant(array.astype(dtype))


def assign(pairs: Iterable[tuple[keras.Variable, tf.Tensor | tf.Variable]]) -> None:
    """Assign values that `pair` has checked."""
    for variable, value in pairs:
        variable.assign(value)


def _check_same(path: str, listed: str, first: Any, second: Any) -> None:
    if first is not second and not (
        _is_concrete(first)
        and _is_concrete(second)
        and np.array_equal(np.asarray(first), np.asarray(second))
    ):
        raise IvyValueError(
            f"{path!r} and {listed!r} are one variable, and two values were given for it. "
            f"Leave one of them out. Received: v with both paths"
        )


def _is_concrete(value: Any) -> bool:
    return not tf.is_tensor(value) or hasattr(value, "numpy")


def _wrong_paths(
    owner: str, unknown: list[str], missing: list[str], allowed: list[str], count: int
) -> IvyValueError:
    said = [f"no value for {_list(missing)}"] if missing else []
    said += [f"no variable at {_list(unknown)}"] if unknown else []
    hint = nearest(unknown[0], allowed) if unknown and len(allowed) < 500 else ""
    return IvyValueError(
        f"v does not have the structure of the variables of {owner}: {'; '.join(said)}. "
        f"{f'{hint} ' if 0 < len(hint) < 300 else ''}"
        f"Received: {count} values for {len(allowed)} variables"
    )


def _list(paths: list[str]) -> str:
    shown = ", ".join(map(repr, paths[:_LISTED]))
    return shown if len(paths) <= _LISTED else f"{shown} and {len(paths) - _LISTED} more"
