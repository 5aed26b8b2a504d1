"""Loading a file into a Container that has leaves already: all that fits, or nothing."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from keras_ivy import tree
from keras_ivy.adapters.keras import stateless
from keras_ivy.container.files.stored import StoredFile
from keras_ivy.tree.arrays import dtype_name, is_array, is_variable
from keras_ivy.tree.core import Tree
from keras_ivy.tree.keys import SEPARATORS, suggestion
from keras_ivy.utils.exceptions import IvyFileError, IvyKeyError, IvyValueError

__all__ = ["load_hdf5", "load_values"]


class _Spec(NamedTuple):
    shape: tuple[int, ...]
    dtype: str


def load_hdf5(into: Tree, stored: StoredFile, strict: bool, path: str) -> Tree:
    """Load an open file, reading no more than what is loaded; see `Container.load`."""
    names: dict[str, str] = {}
    for name in stored.leaves:
        key = "/".join(SEPARATORS.split(name))
        if key in names:
            raise IvyFileError(
                f"Two keys of the file are one key of a Container: {names[key]!r} and {name!r}. "
                f"Received: path={path!r}"
            )
        names[key] = name
    specs = {k: _Spec(x.shape, x.dtype) for k, x in _by_key(stored.leaves, names).items()}
    shared = _checked(into, specs, strict, path)
    found = stored.read(only=[names[key] for key in shared])
    return _taken(into, {key: found[names[key]] for key in shared}, path)


def load_values(into: Tree, found: Mapping[str, object], strict: bool, path: str) -> Tree:
    """Load values that were read; see `Container.load`."""
    values = tree.flatten(found)
    specs = {key: _Spec(_shape(x), _dtype(x)) for key, x in values.items()}
    shared = _checked(into, specs, strict, path)
    return _taken(into, {key: values[key] for key in shared}, path)


def _by_key(leaves: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {key: leaves[name] for key, name in names.items()}


def _shape(value: Any) -> tuple[int, ...]:
    return tuple(getattr(value, "shape", ()))


def _dtype(value: Any) -> str:
    """Return the dtype of a value, or of what a variable would make of it."""
    if is_array(value) or isinstance(value, np.generic):
        return dtype_name(value)
    kinds = {bool: "bool", int: "int64", float: "float64", complex: "complex128", str: "string"}
    return kinds.get(type(value), "none")


def _checked(into: Any, specs: Mapping[str, _Spec], strict: bool, path: str) -> list[str]:
    """Return the shared keys, after checking that what the file has under them fits."""
    have, got = set(tree.paths(into)), set(specs)
    if strict and have != got:
        missing, extra = sorted(have - got), sorted(got - have)
        said = [f"{missing[0]!r} is not in the file"] if missing else []
        said += [f"the file has {extra[0]!r}"] if extra else []
        hint = suggestion(extra[0], have) if extra else suggestion(missing[0], got)
        raise IvyKeyError(
            f"The keys differ: {' and '.join(said)}. {hint} `strict=False` loads the "
            f"{len(have & got)} shared ones. Received: path={path!r}"
        )
    shared = sorted(have & got)
    for key in shared:
        leaf, spec = into[key], specs[key]
        if not is_array(leaf):
            continue
        if _shape(leaf) != spec.shape:
            raise IvyValueError(
                f"{key!r} has shape {_shape(leaf)}, and {spec.shape} in the file. "
                f"Received: path={path!r}"
            )
        if not _may_become(spec.dtype, _own_dtype(leaf)):
            raise IvyValueError(
                f"{key!r} is of dtype {_own_dtype(leaf)}, and {spec.dtype} in the file, which is "
                f"not converted. Received: path={path!r}"
            )
    return shared


def _own_dtype(leaf: Any) -> str:
    # Where it is read in another precision, a Keras variable says that one.
    return stateless.stored_dtype(leaf) if isinstance(leaf, keras.Variable) else dtype_name(leaf)


def _may_become(found: str, wanted: str) -> bool:
    """Whether values of one dtype may be loaded as another: no fraction and no part is lost."""
    if found == wanted:
        return True
    low, high = _rank(found), _rank(wanted)
    return low is not None and high is not None and low <= high


def _rank(dtype: str) -> int | None:
    if dtype in ("none", "string"):
        return None
    kind = tf.as_dtype(dtype)
    if kind.is_bool:
        return 0
    if kind.is_integer:
        return 1
    if kind.is_floating:
        return 2
    return 3 if kind.is_complex else None


def _taken(into: Any, values: Mapping[str, Any], path: str) -> Any:
    """Assign the values, once all of them have been converted."""
    pairs = [(key, into[key], value) for key, value in values.items()]
    new = {
        key: _converted(key, leaf, value, path) if is_variable(leaf) else value
        for key, leaf, value in pairs
    }
    for key, leaf, _ in pairs:
        if is_variable(leaf):
            leaf.assign(new[key])
        else:
            into[key] = new[key]
    return into


def _converted(key: str, variable: Any, value: Any, path: str) -> tf.Tensor:
    """Return a value in the dtype of a variable, or raise if that changes what it is."""
    value = tf.convert_to_tensor(value)
    wanted = tf.as_dtype(_own_dtype(variable))
    if value.dtype == wanted:
        return value
    new = tf.cast(value, wanted)
    whole = wanted.is_integer or wanted.is_bool
    kept = (
        _all(tf.cast(new, value.dtype) == value) if whole else _all(_finite(new) | ~_finite(value))
    )
    if not kept:
        raise IvyValueError(
            f"{key!r} has values of dtype {value.dtype.name} in the file that {wanted.name} cannot "
            f"hold. Received: path={path!r}"
        )
    return new


def _finite(x: tf.Tensor) -> tf.Tensor:
    if x.dtype.is_complex:
        return tf.math.is_finite(tf.math.real(x)) & tf.math.is_finite(tf.math.imag(x))
    return tf.math.is_finite(x) if x.dtype.is_floating else tf.ones_like(x, tf.bool)


def _all(x: tf.Tensor) -> bool:
    return bool(tf.reduce_all(x))
