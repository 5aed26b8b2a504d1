"""`WarmupPolynomial` against its closed form and Keras's own; `scale_lr` by the recipes."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.optimizers import LAMB, LARS, SGD, WarmupPolynomial, scale_lr


def closed_form(t, peak, warmup, total, power, end, start):
    """The schedule in Python's float64, one branch a phase."""
    if t < warmup:
        return start + (peak - start) * t / warmup
    if t >= total:
        return end
    return end + (peak - end) * ((total - t) / (total - warmup)) ** power


FORMS = [
    (8.0, 4, 12, 2, 1e-4, 0.0),
    (31.2, 25 * 20, 90 * 20, 2, 1e-4, 0.0),
    (0.005, 3125, 15625, 1, 0.0, 0.0),
    (0.3, 0, 10, 0.5, 0.1, 0.0),
    (1.0, 7, 8, 3, 2.0, 0.25),
]


@pytest.mark.parametrize("form", FORMS)
def test_schedule_equals_its_closed_form(form):
    schedule = WarmupPolynomial(*form)
    _, warmup, total, *_ = form
    steps = {
        0,
        1,
        warmup // 2,
        max(warmup - 1, 0),
        warmup,
        warmup + 1,
        total - 1,
        total,
        10 * total,
    }
    for t in sorted(steps):
        want = closed_form(t, *form)
        assert float(schedule.in_float64(t)) == pytest.approx(want, rel=1e-14, abs=1e-18), t
        assert schedule(t) == tf.cast(schedule.in_float64(t), tf.float32)


@pytest.mark.parametrize("form", FORMS[:3])
def test_schedule_decays_as_keras(form):
    peak, warmup, total, power, end, start = form
    keras_own = keras.optimizers.schedules.PolynomialDecay(peak, total - warmup, end, power)
    schedule = WarmupPolynomial(peak, warmup, total, power, end, start)
    for t in (0, 1, (total - warmup) // 3, total - warmup, total):
        assert float(schedule(warmup + t)) == pytest.approx(float(keras_own(t)), rel=1e-4)


def test_schedule_counts_beyond_float32():
    schedule = WarmupPolynomial(1.0, 0, 2**26, power=1, end=0.0)
    step = tf.constant(2**25 + 1, tf.int64)
    exact = schedule.in_float64
    assert float(exact(step)) == 0.5 - 2.0**-26
    assert tf.function(exact, jit_compile=True)(step) == exact(step)


def test_schedule_is_saved_within_an_optimizer(tmp_path):
    schedule = WarmupPolynomial(np.float32(2.0), np.int64(3), np.int64(9), power=1, end=0.5)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(LARS(schedule, variant="paper"), "mse")
    model.save(tmp_path / "m.keras")
    loaded = keras.saving.load_model(tmp_path / "m.keras").optimizer._learning_rate
    assert isinstance(loaded, WarmupPolynomial)
    assert loaded.get_config() == schedule.get_config()
    again = keras.optimizers.schedules.deserialize(keras.optimizers.schedules.serialize(schedule))
    assert again.get_config() == schedule.get_config()


@pytest.mark.parametrize("make", [SGD, keras.optimizers.SGD])
def test_schedule_drives_optimizers(make):
    form = (0.5, 2, 6, 2, 0.0, 0.0)
    w = keras.Variable([10.0])
    optimizer = make(WarmupPolynomial(*form))
    seen = []
    for _ in range(8):
        before = float(w[0])
        optimizer.apply([tf.constant([1.0])], [w])
        seen.append(before - float(w[0]))
    want = [closed_form(t, *form) for t in range(8)]
    np.testing.assert_allclose(seen, want, atol=2e-6)


def test_schedule_can_count_updates():
    form = (0.5, 2, 6, 2, 0.0, 0.0)
    w = keras.Variable([10.0])
    optimizer = SGD(
        WarmupPolynomial(*form), gradient_accumulation_steps=2, schedule_counts="updates"
    )
    for _ in range(6):
        optimizer.apply([tf.constant([1.0])], [w])
    want = 10.0 - sum(closed_form(t, *form) for t in range(3))
    assert float(w[0]) == pytest.approx(want, abs=1e-5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"peak": 0.0}, r"`peak` must be in \(0.0, inf\)\. Received: peak=0.0"),
        ({"warmup": 10}, r"`warmup` must be in \[0, 10\)\. Received: warmup=10"),
        ({"warmup": -1}, r"Received: warmup=-1"),
        ({"total": 0}, r"`total` must be in \(0, inf\)\. Received: total=0"),
        ({"power": 0}, r"Received: power=0"),
        ({"end": -1e-4}, r"Received: end=-0.0001"),
        ({"start": float("nan")}, r"Received: start=nan"),
        ({"peak": "high"}, r"Received: peak='high'"),
    ],
)
def test_schedule_refuses_values_out_of_range(change, message):
    with pytest.raises(ValueError, match=message):
        WarmupPolynomial(**{"peak": 1.0, "warmup": 2, "total": 10, **change})


#: Batch size of LAMB's record on BERT -> rate, share of warm-up (arXiv:1904.00962, table 4).
LAMB_ON_BERT = {
    512: (5 / (2**3.0 * 1e3), 1 / 320),
    1024: (5 / (2**2.5 * 1e3), 1 / 160),
    2048: (5 / (2**2.0 * 1e3), 1 / 80),
    4096: (5 / (2**1.5 * 1e3), 1 / 40),
    8192: (5 / (2**1.0 * 1e3), 1 / 20),
    16384: (5 / (2**0.5 * 1e3), 1 / 10),
    32768: (5 / (2**0.0 * 1e3), 1 / 5),
}


@pytest.mark.parametrize("batch", LAMB_ON_BERT)
def test_scale_lr_gives_the_rates_of_lamb_on_bert(batch):
    rate, share = LAMB_ON_BERT[batch]
    base_rate, base_share = LAMB_ON_BERT[512]
    assert scale_lr(base_rate, batch, 512) == pytest.approx(rate, rel=1e-12)
    assert scale_lr(base_share, batch, 512, rule="linear") == pytest.approx(share, rel=1e-12)


def test_scale_lr_returns_a_float_that_optimizers_take():
    rate = scale_lr(np.float32(0.5), np.int64(64), 16)
    assert type(rate) is float
    assert rate == 1.0
    assert float(LAMB(rate).learning_rate) == 1.0
    assert scale_lr(0.3, 32, 32) == scale_lr(0.3, 32, 32, rule="linear") == 0.3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.1, 0, 16), r"`batch` must be in \(0, inf\)\. Received: batch=0"),
        ((0.1, 16, -1), "Received: base_batch=-1"),
        ((-0.1, 16, 16), "Received: base_lr=-0.1"),
        ((0.1, 16, 16, "squareroot"), "Unknown rule. .*Received: rule='squareroot'"),
        ((0.1, 16, 16, None), "Unknown rule. .*Received: rule=None"),
    ],
)
def test_scale_lr_refuses_bad_values(arguments, message):
    with pytest.raises(ValueError, match=message):
        scale_lr(*arguments)
