"""Defaults of every function are Ivy's: calls that leave them out, against recordings of Ivy."""

import json
import pathlib

import numpy as np
import pytest

import keras_ivy as ivy

GOLDEN = json.loads(
    (pathlib.Path(__file__).parents[1] / "golden" / "functions.json").read_text(encoding="utf-8")
)
CASES = {case["code"]: case["result"] for case in GOLDEN["cases"]}

#: What differs from Ivy on purpose, and why.
DEVIATIONS = {
    "ivy.vecdot(x,x)": "Ivy's TensorFlow backend contracts like `tensordot`",
    "ivy.multi_head_attention(x,num_heads=2)": "Ivy mixes the entries of a batch",
}


def flat(result):
    """The arrays of a recorded result, in order."""
    if isinstance(result, list):
        return [x for part in result for x in flat(part)]
    values = np.array(result["values"], float)
    if result["kind"] == "c":
        values = values.reshape(-1, 2)[:, 0] + 1j * values.reshape(-1, 2)[:, 1]
    return [values.reshape(result["shape"])]


def parts(value):
    if isinstance(value, list | tuple):
        return [x for part in value for x in parts(part)]
    return [np.asarray(value)]


@pytest.mark.parametrize("code", CASES)
def test_a_call_with_defaults_gives_what_ivy_gives(code):
    names = {
        "ivy": ivy,
        "x": ivy.reshape(ivy.array(GOLDEN["x"]), (2, 3, 4)),
        "m": ivy.reshape(ivy.array(GOLDEN["m"]), (2, 3)),
    }
    got, want = parts(eval(code, names)), flat(CASES[code])
    if code in DEVIATIONS:
        differ = [
            a.shape != b.shape or not np.allclose(a, b) for a, b in zip(got, want, strict=True)
        ]
        assert any(differ), f"no longer so: {DEVIATIONS[code]}"
        return
    assert [a.shape for a in got] == [b.shape for b in want]
    for a, b in zip(got, want, strict=True):
        scale = max(1.0, np.max(np.abs(b[np.isfinite(b)]), initial=0))
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-6 * scale)
