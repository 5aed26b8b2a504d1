"""AutoGraph raises our exceptions as they are, through an attribute that it doesn't document.

And it converts our functions, or passes over them, without a word.
"""

import inspect
import logging

import keras
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy.ops import dispatch
from keras_ivy.utils import exceptions

KINDS = [
    kind
    for kind in vars(exceptions).values()
    if isinstance(kind, type) and issubclass(kind, exceptions.IvyException)
]


@pytest.mark.parametrize("kind", KINDS)
def test_autograph_passes_our_exceptions_through(kind):
    @tf.function
    def fail(x):
        if x > 0:
            raise kind("a sentence")
        return x

    with pytest.raises(kind, match="a sentence") as caught:
        fail(tf.constant(1))
    assert type(caught.value) is kind, (
        "AutoGraph no longer honours `ag_pass_through`: inside a tf.function, `except ValueError` "
        "misses our errors"
    )


class Own(ivy.Adam):
    """A class of a program's, for whose sake all of a step is converted."""


TRACED = {
    "step": lambda x, adam=Own(0.1): adam.step({"w": x}, {"w": x}).w,  # noqa: B008
    "norm": lambda x, norm=ivy.GroupNorm(2, 2): norm(x),  # noqa: B008
    "initializer": lambda x: ivy.KaimingNormal(seed=0)((2, 2)) + x,
}


@pytest.mark.parametrize("name", TRACED)
def test_nothing_is_said_of_what_autograph_cannot_convert(name, caplog):
    @tf.function
    def traced(x):
        return TRACED[name](x)

    with caplog.at_level(logging.WARNING, "tensorflow"):
        traced(tf.ones((2, 2)))
    said = [record.getMessage() for record in caplog.records]
    assert [text for text in said if "could not transform" in text] == []


@pytest.mark.parametrize("switch", ["known", "traced"])
def test_a_function_is_converted_for_the_sake_of_a_traced_switch_alone(switch, monkeypatch):
    monkeypatch.setattr(dispatch, "_FUNCTIONS", {})
    files = []

    @dispatch.ivy_function
    def negative(x, really: bool = True):
        files.append(inspect.currentframe().f_code.co_filename)
        if really:
            return -x
        return x

    @tf.function
    def run(x, flag):
        return negative(x, really=flag if switch == "traced" else True)

    assert run(tf.constant(2.0), tf.constant(True)).numpy() == -2
    assert (files == [__file__]) == (switch == "known"), files


class Warm(keras.optimizers.schedules.LearningRateSchedule):
    """A schedule that AutoGraph alone can trace."""

    def __call__(self, step):
        if step < 1:
            return 0.5
        return 0.25


COSINE = keras.optimizers.schedules.CosineDecay(1.0, decay_steps=9)


@pytest.mark.parametrize(
    ("optimizer", "converted"),
    [
        (ivy.Adam(0.1), False),
        (ivy.Adam(COSINE, weight_decay=keras.Variable(0.1)), False),
        (ivy.Adam(Warm()), True),
        (ivy.Adam(0.1, beta_1=lambda: 0.9), True),
        (Own(0.1), True),
    ],
    ids=["plain", "Keras's schedule", "schedule", "setting", "subclass"],
)
def test_a_step_is_converted_for_the_sake_of_a_programs_code_alone(optimizer, converted):
    files = []

    def step(x):
        files.append(inspect.currentframe().f_code.co_filename)
        return x

    tf.function(lambda x: optimizer._stepper.unconverted(step)(x))(tf.constant(1.0))
    assert (files == [__file__]) != converted, files


def test_a_schedule_may_branch_on_the_step():
    sgd = ivy.SGD(Warm())
    run = tf.function(lambda w: sgd.step({"w": w}, {"w": tf.constant(2.0)}).w)
    assert [float(run(tf.constant(3.0))) for _ in range(2)] == [2.0, 2.5]
