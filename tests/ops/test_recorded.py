"""Functions that programs of Ivy's call, against what real Ivy returned."""

import json
import pathlib

import numpy as np
import pytest

import keras_ivy as ivy

GOLDEN = pathlib.Path(__file__).parents[1] / "golden"
INPUTS = json.loads((GOLDEN / "functions.json").read_text(encoding="utf-8"))
CASES = {
    case["code"]: case["result"]
    for case in json.loads((GOLDEN / "program_functions.json").read_text(encoding="utf-8"))["cases"]
}

_NONE = "Ivy returns None"
_IN_PLACE = "Ivy changes the nest and returns None; here it is returned too"
#: What differs from Ivy on purpose: the beginning of the call, and why.
DEVIATIONS = {
    "ivy.nanmedian(": _NONE,
    "ivy.quantile(": _NONE,
    "ivy.insert_into_nest_at_index(": _IN_PLACE,
    "ivy.prune_nest_at_": _IN_PLACE,
    "ivy.cummax(x,axis=1,reverse=True": "Ivy's places are partly those in the reversed array",
    "ivy.scatter_flat(": "Ivy's sum keeps the last of the updates of one place",
    "ivy.scatter_nd(ivy.array([[0],[2],[0]]),ivy.array([1.0,2.0,3.0]),(4,),reduction='min')": (
        "Ivy counts the zeros among the updates"
    ),
}


def flat(result):
    """The arrays and texts of a recorded result, in order."""
    if isinstance(result, list):
        return [x for part in result for x in flat(part)]
    if "dict" in result:
        return [x for part in result["dict"].values() for x in flat(part)]
    if "text" in result:
        return [result["text"]]
    values = np.array([float(v) for v in result["values"]])
    if result["kind"] == "c":
        values = values.reshape(-1, 2)[:, 0] + 1j * values.reshape(-1, 2)[:, 1]
    return [values.reshape(result["shape"])]


def parts(value):
    """The arrays and texts of a result, in order."""
    if isinstance(value, list | tuple):
        return [x for part in value for x in parts(part)]
    if isinstance(value, dict):
        return [x for part in value.values() for x in parts(part)]
    return [value if isinstance(value, str) else np.asarray(value)]


def same(got, want):
    if isinstance(got, str) or isinstance(want, str):
        return got is want or (isinstance(got, str) and got == want)
    return got.shape == want.shape and np.allclose(got, want, rtol=2e-5, atol=2e-6, equal_nan=True)


@pytest.mark.parametrize("code", CASES)
def test_a_call_gives_what_ivy_gave(code):
    names = {
        "ivy": ivy,
        "x": ivy.reshape(ivy.array(INPUTS["x"]), (2, 3, 4)),
        "m": ivy.reshape(ivy.array(INPUTS["m"]), (2, 3)),
    }
    with ivy.set_array_mode(True):
        got, want = parts(eval(code, names)), flat(CASES[code])
    agree = len(got) == len(want) and all(map(same, got, want))
    why = next((why for start, why in DEVIATIONS.items() if code.startswith(start)), None)
    if why is None:
        assert agree, (got, want)
    else:
        assert not agree, f"no longer so: {why}"


def test_deviations_are_of_recorded_calls():
    assert all(any(code.startswith(start) for code in CASES) for start in DEVIATIONS)
