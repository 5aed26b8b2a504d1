"""Arguments of the wrong kind are refused where they are given, and configs hold plain values."""

import json
import math

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy.optimizers import LAMB, LARS, SGD, Adam, Rule


@pytest.mark.parametrize(
    "name",
    ["lazy_slots", "skip_nonfinite", "stop_gradients", "trace_on_next_step", "inplace", "use_ema"],
)
@pytest.mark.parametrize("value", ["no", 1, 0.0])
def test_switches_must_be_bools(name, value):
    with pytest.raises(TypeError, match=f"`{name}` must be .*Received: {name}={value!r}"):
        Adam(0.1, **{name: value})
    assert getattr(Adam(0.1, **{name: np.True_}), name) is True


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SGD(0.1, momentum=0.9, nesterov="no"), "Received: nesterov='no'"),
        (lambda: LARS(0.1, lr_in_momentum=1), "Received: lr_in_momentum=1"),
        (lambda: Rule("b", adapt="no"), "Received: adapt='no'"),
        (lambda: Rule("b", required=None), "Received: required=None"),
        (lambda: Adam(0.1, device=0), "Received: device=0"),
    ],
)
def test_arguments_of_another_type_are_refused(make, message):
    with pytest.raises(TypeError, match=message):
        make()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Rule("b", ndim_max="1"), "Received: ndim_max='1'"),
        (lambda: Rule("b", ndim_max=-1), "Received: ndim_max=-1"),
        (lambda: Rule("b", ndim_max=1.5), "whole number.*ndim_max=1.5"),
        (lambda: Rule("b", decay=float("nan")), "Received: decay=nan"),
        (lambda: Rule("b", lr_multiplier=float("inf")), "Received: lr_multiplier=inf"),
        (lambda: Rule("b", lr_multiplier=True), "Received: lr_multiplier=True"),
        (lambda: SGD(keras.Variable([0.1, 0.2])), "scalar floating variable"),
        (lambda: SGD(tf.Variable(1)), "scalar floating variable"),
        (lambda: SGD(np.array("fast")), "finite number"),
    ],
)
def test_values_out_of_range_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_unknown_keyword_names_arguments_alone():
    with pytest.raises(ValueError, match="Known names: ") as caught:
        Adam(0.1, zzz=1)
    assert "ivy_arguments" not in str(caught.value)
    assert "beta_1" in str(caught.value)


@pytest.mark.parametrize("wrap", [lambda fn: fn, tf.function], ids=["eager", "function"])
@pytest.mark.parametrize("rate", [float("nan"), float("inf"), "fast", [0.1, 0.2], None, True])
def test_rate_can_be_set_to_a_number_only(rate, wrap):
    optimizer = SGD(0.25)

    @wrap
    def change():
        optimizer.learning_rate = rate

    with pytest.raises(ValueError, match=r"can be set to a finite number.*Received: learning_rate"):
        change()
    assert float(optimizer.learning_rate) == 0.25


def test_rate_can_be_set_to_a_tensor_of_a_trace():
    optimizer = SGD(0.25)

    @tf.function
    def change(rate):
        optimizer.learning_rate = rate / 2.0

    change(tf.constant(1.0))
    assert float(optimizer.learning_rate) == 0.5


@pytest.mark.parametrize(
    "make",
    [
        lambda: LAMB(
            np.float32(0.5),
            beta_1=np.float32(0.5),
            epsilon=np.float32(0.5),
            max_trust_ratio=np.float32(2),
            min_trust_ratio=np.int64(1),
            weight_decay=np.float32(0.5),
            clipnorm=np.float32(1),
            loss_scale_factor=np.float32(2),
        ),
        lambda: LARS(
            np.array(0.5),
            momentum=np.float32(0.5),
            nesterov=np.True_,
            trust_coefficient=np.float32(0.5),
            lr_in_momentum=np.True_,
            gradient_accumulation_steps=np.int64(2),
        ),
        lambda: Adam(use_ema=np.True_, ema_momentum=np.float32(0.5), ema_overwrite_frequency=3.0),
        lambda: Adam(
            slot_dtype=tf.bfloat16,
            rules=[
                Rule("b", decay=np.float32(0.5), ndim_max=np.int64(1), lr_multiplier=np.int8(2))
            ],
        ),
    ],
)
def test_config_of_numpy_values_is_plain(make):
    optimizer = make()
    config = optimizer.get_config()
    again = type(optimizer).from_config(json.loads(json.dumps(config)))
    assert again.get_config() == config
    for name in ("gradient_accumulation_steps", "ema_overwrite_frequency"):
        assert config[name] is None or type(config[name]) is int


def functional_updates():
    """Name -> the update of two weights by a rate."""
    w, g, zeros = tf.ones(2), tf.constant([1.0, 3.0]), tf.zeros(2)
    return {
        "optimizer_update": lambda lr: ivy.optimizer_update(w, g, lr),
        "gradient_descent_update": lambda lr: ivy.gradient_descent_update(w, g, lr),
        "lars_update": lambda lr: ivy.lars_update(w, g, lr),
        "adam_update": lambda lr: ivy.adam_update(w, g, lr, zeros, zeros, 1)[0],
        "lamb_update": lambda lr: ivy.lamb_update(w, g, lr, zeros, zeros, 1)[0],
    }


@pytest.mark.parametrize("name", functional_updates())
def test_rates_of_functional_updates_are_finite_numbers(name):
    update = functional_updates()[name]
    for bad in (math.nan, math.inf):
        with pytest.raises(ValueError, match=f"{name}: `lr` must be finite. Received: lr={bad}"):
            update(bad)
    for bad in (True, "0.1", None):
        with pytest.raises(TypeError, match=f"{name}: `lr` must be .*Received: lr={bad!r}"):
            update(bad)
    assert np.isfinite(update(tf.constant(0.1))).all()


@pytest.mark.parametrize("name", functional_updates())
def test_rates_by_the_entry_are_those_of_plain_descent(name):
    update, rates = functional_updates()[name], tf.constant([0.1, 0.2])
    if name in ("optimizer_update", "gradient_descent_update"):
        np.testing.assert_allclose(update(rates), [1 - 0.1 * 1.0, 1 - 0.2 * 3.0], rtol=1e-6)
    else:
        with pytest.raises(TypeError, match=f"{name}: `lr` must be one number"):
            update(rates)
