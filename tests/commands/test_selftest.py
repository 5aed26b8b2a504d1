"""`python -m keras_ivy selftest`: exit codes, words, and that its numbers are those of Ivy."""

import json
import pathlib
import time

import numpy as np
import pytest

import keras_ivy as ivy
from keras_ivy.commands import main, selftest
from tests.golden.load import load

RECORDED = json.loads(pathlib.Path(selftest.__file__).with_name("recorded.json").read_text())


def test_a_sound_installation_ends_with_0(capsys):
    start = time.perf_counter()
    assert main(["selftest"]) == 0
    assert time.perf_counter() - start < 30
    out, err = capsys.readouterr()
    assert "FAILED" not in out + err
    assert f"keras_ivy {ivy.__version__}" in out
    assert f"All {len(selftest.CHECKS)} checks passed" in out


@pytest.mark.parametrize("name", list(selftest.CHECKS))
def test_a_failing_check_ends_with_1_and_says_which(name, capsys, monkeypatch):
    def broken():
        raise AttributeError("module has no attribute 'x'")

    monkeypatch.setattr(selftest, "CHECKS", {"first": lambda: "well", name: broken})
    assert main(["selftest"]) == 1
    err = capsys.readouterr().err
    assert f"FAILED  {name}: AttributeError: module has no attribute" in err
    assert "1 of 2 checks failed" in err


def test_wrong_numbers_are_noticed(monkeypatch):
    monkeypatch.setattr(ivy.optimizers.Adam, "step", lambda self, v, grads: v)
    with pytest.raises(ValueError, match=r"Adam\.step gives .* expected"):
        selftest.recorded_optimizers()
    monkeypatch.setattr(ivy.initializers.Siren, "limit", lambda self, i, o: 1.0)
    with pytest.raises(ValueError, match="Siren gives 1"):
        selftest.recorded_initializers()


def test_unknown_arguments_end_with_2(capsys):
    assert main(["selftest", "--fast"]) == 2
    assert main(["selftest", "--help"]) == 0


def test_shipped_values_are_those_of_the_recordings():
    meta, cases = load("optimizers")
    by_id = {case.get("id"): case for case in cases}
    problem = meta["problems"]["mixed"]
    np.testing.assert_array_equal(RECORDED["start"], problem["p0"]["dense/b"])
    np.testing.assert_array_equal(RECORDED["gradients"], problem["g"]["dense/b"][:3])
    for name, case in RECORDED["optimizers"].items():
        recorded = by_id[case["case"]]
        assert (recorded["optimizer"], recorded["kwargs"]) == (name, case["arguments"])
        np.testing.assert_array_equal(case["after"], recorded["p"]["dense/b"][2])
    _, cases = load("initializers")
    for case in (*RECORDED["limits"], *RECORDED["deviations"]):
        assert any(case.items() <= each.items() for each in cases if each.get("cls") == case["cls"])
