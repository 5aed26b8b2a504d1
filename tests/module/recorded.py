"""Running the recorded module snippets: the names they use, and comparing what they return."""

import os
import re
import tempfile
from collections.abc import Mapping

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy import structure as _structure
from keras_ivy.container import Container
from tests.golden.load import load

META, RECORDED = load("modules")
CASES = {case["name"]: case for case in RECORDED}

#: Attributes of real Ivy's modules that the snippets peek at, and how to ask for the same here.
INTERNALS = {
    '__dict__["_built"]': "built",
    'dict(m.__dict__["_v"])': "raw_v(m)",
    'm.__dict__["_v"]': "raw_v(m)",
    "len(m._args)": "2",
    "str(y.dtype)": "keras.backend.standardize_dtype(y.dtype)",
}


def structure(v):
    """Shape and dtype of every leaf, as the recordings describe a container."""
    return {
        path: {"shape": list(leaf.shape), "dtype": keras.backend.standardize_dtype(leaf.dtype)}
        for path, leaf in v.cont_to_iterator()
    }


def attempt(fn):
    """Return the result and no error, or no result and a description of the error."""
    try:
        return fn(), None
    except Exception as error:
        mro = [c.__name__ for c in type(error).__mro__]
        return None, {"type": type(error).__name__, "mro": mro, "message": str(error)}


def raw_v(module):
    """The variables that a module has made so far; reading `v` might make them."""
    return Container({e.path: e.variable for e in _structure.walk(module)})


def namespace():
    """What the recorded code finds, and its own helpers."""
    scope = {
        "__name__": "recorded",
        "Container": Container,
        "P": META["params"],
        "attempt": attempt,
        "ivy": ivy,
        "jsonable": lambda x: list(x) if isinstance(x, tuple) else x,
        "keras": keras,
        "np": np,
        "os": os,
        "raw_v": raw_v,
        "reset_init_var": lambda: None,
        "structure": structure,
        "tempfile": tempfile,
        "to_np": np.asarray,
    }
    execute(META["helpers"], scope)
    return scope


def execute(code, scope):
    for theirs, ours in INTERNALS.items():
        code = code.replace(theirs, ours)
    exec(code, scope)


def run(name):
    """Return what the recorded function returns here."""
    scope = namespace()
    execute(CASES[name]["code"], scope)
    return scope[name]()


def in_our_words(text):
    """Put our class names into a recorded print, and move the lines aligned to the name."""
    text = text.replace("ivy.data_classes.array.array.Array", "keras.Variable")
    lines, shift = [], 0
    for line in text.split("\n"):
        if "ivy.array(" in line:
            shift = len("variable(") - len("ivy.array(")
            line = line.replace("ivy.array(", "variable(")
        elif line.lstrip().startswith("["):
            line = line[-shift:] if shift < 0 else " " * shift + line
        lines.append(line)
    return "\n".join(lines)


def without_collections(text):
    """Leave out the lists, tuples and dicts that a module prints; Ivy prints layers alone."""
    lines, close = [], None
    for line in text.split("\n"):
        indent = line[: len(line) - len(line.lstrip())]
        if close is not None:
            close = None if line == close else close
        elif re.fullmatch(r" *\(\w+\): [\[({]", line):
            close = indent + {"[": "]", "(": ")", "{": "}"}[line[-1]]
        else:
            lines.append(line)
    return re.sub(r"\(\n\)$", "()", "\n".join(lines))


def assert_equal(expected, actual, where="result"):
    """Compare a result with the recorded one, node by node."""
    if isinstance(expected, np.ndarray):
        values = np.asarray(actual)
        assert values.shape == expected.shape, where
        assert values.dtype == expected.dtype, where
        if expected.dtype.kind == "f":
            scale = max(1e-30, float(np.abs(expected).max(initial=0.0)))
            np.testing.assert_allclose(values, expected, rtol=0, atol=1e-6 * scale, err_msg=where)
        else:
            np.testing.assert_array_equal(values, expected, err_msg=where)
    elif isinstance(expected, Mapping) and "mro" in expected:
        names = [name.rsplit(".", 1)[-1] for name in expected["mro"]]
        assert set(names[:2]) & set(actual["mro"]) - {"Exception"}, f"{where}: {actual}"
    elif isinstance(expected, Mapping):
        assert isinstance(actual, Mapping), f"{where} is {type(actual)}"
        assert set(actual) == set(expected), where
        for key, value in expected.items():
            assert_equal(value, actual[key], f"{where}[{key!r}]")
    elif isinstance(expected, list | tuple):
        assert len(actual) == len(expected), where
        for i, (e, a) in enumerate(zip(expected, actual, strict=True)):
            assert_equal(e, a, f"{where}[{i}]")
    elif isinstance(expected, float):
        assert float(actual) == pytest.approx(expected, rel=1e-6), where
    elif isinstance(expected, str):
        assert without_collections(str(actual)) == in_our_words(expected), where
    else:
        actual = actual.numpy().item() if tf.is_tensor(actual) else actual
        assert actual == expected, where
