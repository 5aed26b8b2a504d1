"""The examples that `.ci/run` does not run do what they print."""

import importlib.util
import pathlib
import re

import pytest

FOLDER = pathlib.Path(__file__).parents[2] / "examples"


def load(name):
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    return example


@pytest.mark.slow
def test_ivy_resnet_learns_serves_and_goes_on(capsys):
    load("ivy_resnet").main()
    printed = capsys.readouterr().out
    assert "first keys: blocks/v0/" in printed
    after_fit, after_loop = map(float, re.findall(r"accuracy after .*: (0\.\d+|1\.0+)", printed))
    assert after_fit > 0.9
    assert after_loop > 0.9
    assert float(re.search(r"second network differ by (\S+)", printed)[1]) < 1e-4
