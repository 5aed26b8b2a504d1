"""Gradients and variables that are not what they should be, and arguments out of range."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.optimizers import LAMB, LARS, SGD, Adam, Rule
from tests.optimizers.cases import CASES, gradients, variables

every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def arrays(values):
    return [v.numpy().copy() for v in values]


@every_case
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nonfinite_gradient_can_be_skipped(case, bad):
    vs = variables("float64")
    optimizer = case.make(skip_nonfinite=True)
    grads = [tf.constant(g) for g in gradients(0)]
    optimizer.apply(grads, vs)
    before, state = arrays(vs), arrays(optimizer.variables[1:])
    optimizer.apply([grads[0], grads[1] * bad, grads[2]], vs)
    for a, b in zip(arrays(vs), before, strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(arrays(optimizer.variables[1:]), state, strict=True):
        np.testing.assert_array_equal(a, b)
    optimizer.apply(grads, vs)
    assert all(np.isfinite(a).all() for a in arrays(vs))
    assert np.abs(vs[0].numpy() - before[0]).max() > 1e-6


@every_case
def test_nonfinite_gradient_spoils_what_it_touches(case):
    vs = variables("float64")
    grads = [tf.constant(g) for g in gradients(0)]
    case.make(global_clipnorm=None, clipvalue=1e9).apply([grads[0] * np.nan, *grads[1:]], vs)
    assert np.isnan(vs[0].numpy()).any()
    assert all(np.isfinite(v.numpy()).all() for v in vs[1:])


@every_case
@pytest.mark.filterwarnings("ignore:.*will never move")
def test_zero_norms_stay_finite(case):
    optimizer = case.make()
    zero_weight, zero_gradient, both = (
        keras.Variable(x) for x in ([0.0] * 2, [1.0] * 2, [0.0] * 2)
    )
    vs = [zero_weight, zero_gradient, both]
    ones, zeros = tf.ones(2), tf.zeros(2)
    for _ in range(3):
        optimizer.apply([ones, zeros, zeros], vs)
    assert all(np.isfinite(v.numpy()).all() for v in (*vs, *optimizer.variables))
    np.testing.assert_array_equal(both.numpy(), [0.0, 0.0])
    frozen = case.cls in (LARS, LAMB) and optimizer.variant == "ivy"
    assert (np.abs(zero_weight.numpy()).max() == 0) == frozen


@every_case
def test_empty_variable_is_left_alone(case):
    empty, w = keras.Variable(np.zeros((0, 3))), keras.Variable([1.0, 2.0])
    optimizer = case.make()
    optimizer.build([empty, w])
    apply = tf.function(lambda: optimizer.apply([tf.zeros((0, 3)), tf.ones(2)], [empty, w]))
    apply()
    optimizer.apply([tf.zeros((0, 3)), tf.ones(2)])
    assert empty.shape == (0, 3)
    assert np.isfinite(w.numpy()).all()
    assert np.abs(w.numpy() - [1.0, 2.0]).max() > 1e-6


@every_case
def test_integer_variable_is_refused(case):
    w = keras.Variable([1, 2], dtype="int32", name="counts")
    optimizer = case.make()
    with pytest.raises(TypeError, match=r"counts.*Received: dtype=int32"):
        optimizer.apply([tf.constant([1, 1])], [w])
    assert not optimizer.built
    np.testing.assert_array_equal(w.numpy(), [1, 2])


@every_case
def test_unknown_variable_is_refused(case):
    vs = variables()
    optimizer = case.make()
    optimizer.build(vs[:2])
    before = arrays([*vs, *optimizer.variables])
    with pytest.raises(ValueError, match="Unknown variable"):
        optimizer.apply([tf.constant(g, "float32") for g in gradients(0)], vs)
    for a, b in zip(arrays([*vs, *optimizer.variables]), before, strict=True):
        np.testing.assert_array_equal(a, b)


@every_case
def test_unknown_variant_and_keyword_are_refused(case):
    with pytest.raises(ValueError, match=r"Unknown variant of .*Received: variant='papper'"):
        case.cls(0.1, variant="papper")
    with pytest.raises(ValueError, match=r"has no argument 'clip_norm'.*clipnorm"):
        case.make(clip_norm=1.0)


@pytest.mark.parametrize("cls", [Adam, LAMB])
@pytest.mark.parametrize(
    ("name", "value"),
    [("beta_1", 1.0), ("beta_1", -0.1), ("beta_2", 1.5), ("beta_2", None), ("epsilon", -1e-9)],
)
def test_moments_out_of_range_are_refused(cls, name, value):
    with pytest.raises(ValueError, match=rf"`{name}` must be in .*Received: {name}={value}"):
        cls(0.1, **{name: value})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SGD(0.1, momentum=1.0), r"`momentum` must be in \[0.0, 1.0\)"),
        (lambda: SGD(0.1, nesterov=True), "Received: nesterov=True, momentum=0.0"),
        (lambda: LARS(0.1, trust_coefficient=0.0), "Received: trust_coefficient=0.0"),
        (lambda: LARS(0.1, max_trust_ratio=-1.0), "Received: max_trust_ratio=-1.0"),
        (lambda: LAMB(0.1, min_trust_ratio=3.0, max_trust_ratio=2.0), "must not exceed"),
        (lambda: SGD("fast"), "Received: learning_rate='fast'"),
        (lambda: SGD(True), "Received: learning_rate=True"),
        (lambda: SGD([0.1, 0.2]), r"Received: learning_rate=\[0.1, 0.2\]"),
        (lambda: SGD(0.1, slot_dtype="float8"), "Received: slot_dtype='float8'"),
        (lambda: SGD(0.1, schedule_counts="epochs"), "Received: schedule_counts='epochs'"),
        (lambda: Adam(0.1, weight_decay="much"), "Received: weight_decay='much'"),
        (lambda: Adam(0.1, rules="bias_nrom"), "bias_norm.*Received: rules='bias_nrom'"),
        (lambda: Rule("(", decay=False), r"Received: match='\('"),
        (lambda: Rule("b", lr_multiplier=-1), "Received: lr_multiplier=-1"),
        (lambda: SGD(0.1, clipnorm=1.0, clipvalue=1.0), "Only one of `clipnorm`"),
    ],
)
def test_arguments_out_of_range_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_rule_that_matches_nothing_is_refused():
    vs = variables()
    optimizer = LAMB(0.1, rules=[Rule("bias"), Rule("embeddings", decay=False)])
    with pytest.raises(ValueError, match=r"A rule matches no variable.*embeddings"):
        optimizer.build(vs)
    assert not optimizer.built
