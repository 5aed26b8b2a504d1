"""All 420 snippets recorded from real Ivy, executed against our Container.

Where real Ivy crashes or is wrong, `container_deviations` lists the case with the reason and with
what must happen here instead.
"""

import builtins
import copy
import os
import pickle
import tempfile

import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy.container import Container
from keras_ivy.utils import exceptions
from tests.container.deviations import DEVIATIONS
from tests.golden.load import load

META, RECORDED = load("containers")
CASES = {case["name"]: case for case in RECORDED}


def namespace():
    """What the recorded prelude defines, with tensors for Ivy's arrays."""

    def array(x, dtype="float32"):
        return tf.constant(np.asarray(x), dtype=dtype)

    scope = {
        "ivy": ivy,
        "np": np,
        "copy": copy,
        "pickle": pickle,
        "tempfile": tempfile,
        "os": os,
        "C": Container,
        "A": array,
    }
    definitions = [
        line for line in META["prelude"].splitlines() if line.startswith(("x0", "mk", "cfg"))
    ]
    exec("\n".join(definitions), scope)
    return scope


def run(code, scope=None):
    scope = scope or namespace()
    exec(code, scope)
    return scope["r"]


def rename(text):
    """Put our class names into a recorded print, and move the lines aligned to the name."""
    text = text.replace("ivy.data_classes.array.array.Array", "tf.Tensor")
    lines, shift = [], 0
    for line in text.split("\n"):
        if "ivy.array(" in line:
            shift = len("ivy.array(") - len("tensor(")
            line = line.replace("ivy.array(", "tensor(")
        elif line.lstrip().startswith("["):
            line = line[shift:]
        lines.append(line)
    return "\n".join(lines)


def assert_matches(expected, actual, where="r"):
    """Compare a result with a recorded one, node by node, types included."""
    if not isinstance(expected, dict):
        if isinstance(expected, list):
            assert type(actual) is list, f"{where} is {type(actual)}"
            assert len(actual) == len(expected), where
            for i, (e, a) in enumerate(zip(expected, actual, strict=True)):
                assert_matches(e, a, f"{where}[{i}]")
        elif isinstance(expected, str):
            assert actual == rename(expected), where
        elif isinstance(expected, float):
            assert type(actual) is float, where
            assert actual == pytest.approx(expected, rel=1e-12), where
        else:
            assert type(actual) is type(expected), f"{where} is {actual!r}"
            assert actual == expected, where
    elif "container" in expected:
        assert isinstance(actual, Container), f"{where} is {type(actual)}"
        assert_same_items(expected["container"], actual, where)
    elif "dict" in expected:
        assert type(actual) is dict, f"{where} is {type(actual)}"
        assert_same_items(expected["dict"], actual, where)
    elif "tuple" in expected:
        assert type(actual) is tuple, f"{where} is {type(actual)}"
        assert_matches(expected["tuple"], list(actual), where)
    elif "shape" in expected:
        assert tuple(actual) == tuple(expected["shape"]), where
    else:
        kind = np.ndarray if expected["kind"] == "numpy" else tf.Tensor
        assert isinstance(actual, kind), f"{where} is {type(actual)}"
        assert tf.as_dtype(actual.dtype).name == expected["dtype"], where
        values = np.asarray(expected["array"], dtype="float64")
        assert tuple(actual.shape) == values.shape, where
        scale = np.max(np.abs(values), initial=0.0)
        bound = 1e-6 if expected["dtype"] == "float32" else 1e-10
        np.testing.assert_allclose(np.asarray(actual), values, rtol=0, atol=bound * scale)


def assert_same_items(expected, actual, where):
    assert sorted(actual) == sorted(expected), where
    for key, item in expected.items():
        assert_matches(item, actual[key], f"{where}[{key!r}]")


def record(value):
    """Turn a result into the form of the recordings."""
    if isinstance(value, Container):
        return {"container": {key: record(item) for key, item in value.items()}}
    if isinstance(value, dict):
        return {"dict": {key: record(item) for key, item in value.items()}}
    if isinstance(value, tuple):
        return {"tuple": [record(item) for item in value]}
    if isinstance(value, list):
        return [record(item) for item in value]
    if isinstance(value, tf.TensorShape):
        return {"shape": list(value)}
    if isinstance(value, tf.Tensor):
        array = np.asarray(value)
        return {"array": array.tolist(), "dtype": array.dtype.name, "kind": "ivy"}
    return value


def error_classes(case):
    """The classes that Ivy's error belongs to: Python's own, and Ivy's under our names."""
    generic = ("Exception", "LookupError", "OpError", "InvalidArgumentError")
    names = [name for name in case["error"]["mro"] if name not in generic]
    found = [getattr(exceptions, name, None) or getattr(builtins, name) for name in names]
    return found or [exceptions.IvyException]


def assert_as_recorded(case):
    if case["error"] is None:
        assert_matches(case["result"], run(case["code"]))
        return
    kinds = error_classes(case)
    with pytest.raises(kinds[0]) as caught:
        run(case["code"])
    for kind in kinds:
        assert isinstance(caught.value, kind)
    printed = case["error"]["message"].partition("\n\n")[2]
    assert rename(printed) in str(caught.value)


# One snippet reads a file without closing it.
@pytest.mark.filterwarnings("ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", [name for name in CASES if name not in DEVIATIONS])
def test_container_does_as_ivy(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert_as_recorded(CASES[name])


@pytest.mark.parametrize("name", DEVIATIONS)
def test_container_deviates_with_reason(name):
    _, instead = DEVIATIONS[name]
    code = CASES[name]["code"]
    if isinstance(instead, str):
        assert_matches(record(run(instead)), run(code))
    else:
        with pytest.raises(instead, match="Received: "):
            run(code)


@pytest.mark.parametrize("name", DEVIATIONS)
def test_container_deviation_is_one(name):
    case, (_, instead) = CASES[name], DEVIATIONS[name]
    if case["error"] is not None:
        # Ivy raises: a deviation gives a result, or an error of another class.
        kinds = error_classes(case)
        assert isinstance(instead, str) or not all(issubclass(instead, kind) for kind in kinds)
    elif isinstance(instead, str):
        result = run(case["code"])
        with pytest.raises(AssertionError):
            assert_matches(case["result"], result)
    else:
        assert issubclass(instead, exceptions.IvyException)  # and Ivy gives a result


def test_golden_has_all_cases():
    assert len(CASES) == 420
