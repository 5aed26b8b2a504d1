"""Two replicas are measured as they train, in a program of their own."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture(scope="module")
def told():
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(
        [sys.executable, "-m", "tests.diagnostics.monitored_replicas"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_training_on_replicas_is_the_same(told):
    assert told["same"]
    assert told["steps"] == [[1, 3, 5], [1, 2, 3, 4, 5, 6]]


def test_gradient_is_the_sum_over_replicas(told):
    # Of gradient descent a step is the whole gradient times the rate; each replica has its dropout.
    for name, norm, update in told["updates"]:
        assert update == pytest.approx(0.1 * norm, rel=1e-4, abs=1e-9), name


def test_values_are_those_of_the_first_replica(told):
    # A normalisation puts out the deviation 1 for the part of the batch that it was given.
    assert told["norm"] == pytest.approx([1.0] * 6, abs=0.15)
    assert [name for name, _ in told["means"]] == ["hidden", "norm", "head"]
    assert dict(told["means"])["norm"] == pytest.approx(0.0, abs=1e-5)
