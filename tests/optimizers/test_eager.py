"""Eager updates of a few large tensors are traced, with the same numbers and nothing to be seen."""

import logging

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.adapters.tensorflow import tape as tf_tape
from keras_ivy.optimizers.formulas import eager
from tests.optimizers.cases import CASES

#: Rows of Ivy's variants say that their weight decay decays nothing; see `test_quirks`.

LARGE = (1024, 1024)
NAMES = ["adam-ivy", "lamb-paper", "lars-paper", "sgd-ivy"]


def train(name, shapes, steps=3):
    """Weights after steps with gradients that depend on them."""
    optimizer = CASES[name].make(0.1)
    rng = np.random.default_rng(0)
    ws = [keras.Variable(rng.normal(size=shape).astype("float32")) for shape in shapes]
    for _ in range(steps):
        optimizer.apply([tf.sin(3.0 * w.value) for w in ws], ws)
    return [w.numpy() for w in ws]


@pytest.fixture
def calls(monkeypatch):
    """How many tensors went through each traced call."""
    made = []
    trace = eager.trace

    def note(update, constants, tensors):
        made.append(len(tensors[1]))
        return trace(update, constants, tensors)

    monkeypatch.setattr(eager, "trace", note)
    monkeypatch.setattr(eager, "TRACES", {})
    return made


@pytest.mark.parametrize("name", NAMES)
def test_eager_updates_are_those_of_untraced_ones(name, calls, monkeypatch):
    found = train(name, [LARGE])
    assert calls == [1]
    monkeypatch.setattr(eager, "FEW", 0)
    for x, y in zip(found, train(name, [LARGE]), strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-6, atol=1e-6)
    assert calls == [1]


@pytest.mark.parametrize(
    "shapes", [[LARGE] * (eager.FEW + 1), [(1023, 1024)]], ids=["many", "small"]
)
def test_what_is_not_worth_tracing_is_not_traced(shapes, calls):
    train("adam-ivy", shapes, steps=1)
    assert calls == []


def test_traces_are_limited_and_made_again(calls, monkeypatch):
    monkeypatch.setattr(eager, "KEPT", 2)
    shapes = [(1024 + i, 1024) for i in range(3)]
    for shape in [*shapes, shapes[0], shapes[0]]:
        train("lars-ivy", [shape], steps=2)
    assert len(calls) == 4
    assert len(eager.TRACES) == 2


@pytest.mark.parametrize("name", NAMES)
def test_a_tape_around_an_update_sees_none_of_it(name, calls):
    expected = train(name, [LARGE])[0]
    calls.clear()
    optimizer = CASES[name].make(0.1)
    w = keras.Variable(np.random.default_rng(0).normal(size=LARGE).astype("float32"))
    with tf.GradientTape() as tape:
        for _ in range(3):
            optimizer.apply([tf.sin(3.0 * w.value)], [w])
        loss = tf.reduce_sum(tf.square(w.value))
        assert tf_tape.is_recording()
    assert calls == []
    np.testing.assert_allclose(w, expected, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(tape.gradient(loss, w.value), 2.0 * w.numpy(), rtol=1e-6)


def test_nothing_warns_of_tracing(calls, caplog):
    with caplog.at_level(logging.WARNING, "tensorflow"):
        for i in range(8):
            train("adam-ivy", [(1024 + i, 1024)], steps=1)
    assert len(calls) == 8
    assert not caplog.records
