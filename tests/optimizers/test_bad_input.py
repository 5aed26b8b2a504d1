"""Gradients and variables that are not what they should be, and arguments out of range."""

import functools

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


REFUSED = {
    "shape": (lambda gs, vs: ([gs[0], gs[1], tf.ones(7)], vs), r"norm/gamma.*\(5,\).*\(7,\)"),
    "shape that broadcasts": (lambda gs, vs: ([gs[0], gs[1], tf.ones(1)], vs), r"shape=\(1,\)"),
    "scalar": (lambda gs, vs: ([gs[0], gs[1], tf.ones(())], vs), r"shape=\(\)"),
    "rows of another shape": (
        lambda gs, vs: (
            [tf.IndexedSlices(tf.ones((1, 2)), tf.constant([0]), tf.constant([4, 2])), *gs[1:]],
            vs,
        ),
        r"gradient of .*kernel.*shape=\((4, )?2,?\)",
    ),
    "too few": (lambda gs, vs: (gs[:2], vs), "2 gradients for 3 variables"),
    "too many": (lambda gs, vs: ([*gs, gs[0]], vs), "4 gradients for 3 variables"),
    "too few for what it was built for": (lambda gs, vs: (gs[:2], None), "2 gradients for 3"),
    "twice": (lambda gs, vs: (gs[:1] * 2, vs[:1] * 2), "more than once.*kernel"),
    "complex": (lambda gs, vs: ([tf.cast(g, "complex64") for g in gs], vs), "dtype=complex64"),
    "none at all": (lambda gs, vs: ([None] * 3, vs), "No gradients provided"),
}


@functools.cache
def after_a_step(name, **options):
    """An optimizer, its variables and the gradients of its step: no refusal changes them."""
    vs, optimizer = variables(), CASES[name].make(**options)
    grads = [tf.constant(g, "float32") for g in gradients(0)]
    optimizer.apply(grads, vs)
    return optimizer, vs, grads


@pytest.mark.parametrize("wrap", [lambda fn: fn, tf.function], ids=["eager", "function"])
@pytest.mark.parametrize("options", [{}, {"gradient_accumulation_steps": 2, "lazy_slots": True}])
@pytest.mark.parametrize("what", REFUSED)
@pytest.mark.parametrize("name", ["adam-ivy", "lamb-paper"])
def test_gradients_that_do_not_fit_change_nothing(name, what, options, wrap):
    optimizer, vs, grads = after_a_step(name, **options)
    before = arrays([*vs, *optimizer.variables])
    change, message = REFUSED[what]
    with pytest.raises((ValueError, TypeError), match=message):
        wrap(lambda: optimizer.apply(*change(grads, vs)))()
    for a, b in zip(arrays([*vs, *optimizer.variables]), before, strict=True):
        np.testing.assert_array_equal(a, b)


# TensorFlow leaves negative rows out when it makes a gradient dense.
@pytest.mark.parametrize(("lazy", "index"), [(True, -1), (True, 4), (False, 4)])
def test_rows_out_of_range_change_nothing(lazy, index):
    vs = variables()
    optimizer = Adam(0.1, lazy_slots=lazy)
    optimizer.build(vs)
    before = arrays([*vs, *optimizer.variables])
    slices = tf.IndexedSlices(tf.ones((2, 3)), tf.constant([1, index]), tf.constant([4, 3]))
    grads = [slices, *(tf.constant(g, "float32") for g in gradients(0)[1:])]
    with pytest.raises((ValueError, tf.errors.InvalidArgumentError), match=r"lacks|out of range"):
        optimizer.apply(grads, vs)
    for a, b in zip(arrays([*vs, *optimizer.variables]), before, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda ws: ws[:-1], r"has 8 variables: .*Received: 7 weights"),
        (lambda ws: [*ws[:-1], np.zeros(9)], r"gamma_vw.*shape \(5,\).*shape=\(9,\)"),
        (lambda ws: [np.zeros(2), *ws[1:]], r"iteration.*shape=\(2,\)"),
    ],
)
def test_weights_that_do_not_fit_change_nothing(change, message):
    vs = variables()
    optimizer = Adam(0.1)
    optimizer.apply([tf.constant(g, "float32") for g in gradients(0)], vs)
    before = arrays(optimizer.variables)
    with pytest.raises(ValueError, match=message):
        optimizer.set_weights(change([np.ones(v.shape) for v in optimizer.variables]))
    for a, b in zip(arrays(optimizer.variables), before, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("count", [-1, 1.5, float("nan")])
@pytest.mark.parametrize("built", [True, False])
def test_state_with_an_impossible_count_changes_nothing(count, built):
    optimizer, w = Adam(0.1), keras.Variable([1.0], name="w")
    if built:
        optimizer.apply([tf.constant([1.0])], [w])
    else:
        optimizer.step({"w": tf.ones(1)}, {"w": tf.ones(1)})
    state = optimizer.state
    with pytest.raises(ValueError, match=f"whole number.*count={count}"):
        optimizer.set_state({**state, "mw": {"w": tf.zeros(1)}, "count": count})
    assert int(optimizer.state.count) == 1
    assert optimizer.state.mw.w.numpy() == state.mw.w.numpy() != 0.0


def test_step_on_other_shapes_changes_nothing():
    optimizer = Adam(0.1)
    optimizer.step({"w": tf.ones(2)}, {"w": tf.ones(2)})
    with pytest.raises(ValueError, match=r"'w' had shape \(2,\).*shape=\(5,\)"):
        optimizer.step({"w": tf.ones(5)}, {"w": tf.ones(5)})
    assert int(optimizer.state.count) == 1


def test_callable_rate_cannot_be_set_to_a_number():
    with pytest.raises(TypeError, match=r"is a callable.*learning_rate=0.5"):
        SGD(lambda: 0.1).learning_rate = 0.5


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
        (lambda: SGD(float("nan")), "finite number.*Received: learning_rate=nan"),
        (lambda: SGD([0.1, 0.2]), r"Received: learning_rate=\[0.1, 0.2\]"),
        (lambda: SGD(0.1, slot_dtype="float8"), "Received: slot_dtype='float8'"),
        (lambda: SGD(0.1, schedule_counts="epochs"), "Received: schedule_counts='epochs'"),
        (lambda: Adam(0.1, weight_decay="much"), "Received: weight_decay='much'"),
        (lambda: Adam(0.1, rules="bias_nrom"), "bias_norm.*Received: rules='bias_nrom'"),
        (lambda: Rule("(", decay=False), r"Received: match='\('"),
        (lambda: Rule("b", lr_multiplier=-1), "Received: lr_multiplier=-1"),
        (lambda: SGD(0.1, clipnorm=1.0, clipvalue=1.0), "Only one of `clipnorm`"),
        (lambda: SGD(0.1, clipnorm=-1.0), "Received: clipnorm=-1.0"),
        (lambda: SGD(0.1, clipvalue=0.0), "Received: clipvalue=0.0"),
        (lambda: SGD(0.1, global_clipnorm=float("nan")), "Received: global_clipnorm=nan"),
        (lambda: SGD(0.1, loss_scale_factor=0.0), "Received: loss_scale_factor=0.0"),
        (lambda: SGD(0.1, use_ema=True, ema_momentum=2.0), "Received: ema_momentum=2.0"),
        (lambda: SGD(0.1, use_ema=True, ema_overwrite_frequency=0), "ema_overwrite_frequency=0"),
        (lambda: SGD(0.1, gradient_accumulation_steps=1), "gradient_accumulation_steps=1"),
        (lambda: SGD(0.1, gradient_accumulation_steps=0), "gradient_accumulation_steps=0"),
        (lambda: SGD(0.1, gradient_accumulation_steps=2.5), "gradient_accumulation_steps=2.5"),
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
