"""What a graph tells of its tensors, against NumPy in float64."""

import math

import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.diagnostics.measuring.signals import (
    gradient_from,
    gradients_numbers,
    signal_from,
    signal_numbers,
)
from keras_ivy.diagnostics.monitoring.taps import size_counts, value_counts

COMPILED = pytest.mark.parametrize("jit_compile", [False, True])
EDGES = (-3.0, -2.0, -1.0, 0.0, 1.0)


def run(function, jit_compile):
    return tf.function(function, jit_compile=jit_compile, autograph=False)()


def draw(size, scale, dtype="float32"):
    values = np.random.default_rng(0).standard_normal(size) * scale
    return tf.constant(values, dtype)


@COMPILED
@pytest.mark.parametrize("size", [8, 10_000])
@pytest.mark.parametrize("scale", [1e-30, 1e-15, 1e-3, 1.0, 1e15, 1e30])
def test_norms_of_any_size(size, scale, jit_compile):
    # A tensor of middling size beside it, which alone would be summed in float32.
    tensors = [draw(size, scale), draw(5000, 1.0), draw(3, scale)]
    rows = run(lambda: gradients_numbers(tensors), jit_compile).numpy().tolist()
    for row, x in zip(rows, tensors, strict=True):
        found = gradient_from(row)
        norm = np.linalg.norm(x.numpy().astype("float64"))
        assert found.norm == pytest.approx(norm, rel=1e-5)
        assert found.rms == pytest.approx(norm / math.sqrt(len(x)), rel=1e-5)
        assert found.finite
        assert found.seen


@pytest.mark.parametrize("size", [8, 10_000])
@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_norms_of_float64_beyond_its_squares(size, scale):
    x = draw(size, scale, "float64")
    (row,) = gradients_numbers([x]).numpy().tolist()
    assert gradient_from(row).norm / scale == pytest.approx(np.linalg.norm(x.numpy() / scale))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
def test_norms_of_other_dtypes(dtype):
    x = draw(9000, 100.0, dtype)  # in float16 the squares would overflow
    (row,) = gradients_numbers([x]).numpy().tolist()
    assert gradient_from(row).norm == pytest.approx(np.linalg.norm(x.numpy().astype("float64")))


@COMPILED
@pytest.mark.parametrize("size", [8, 10_000])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_not_finite(value, size, jit_compile):
    x = draw(size, 1.0).numpy()
    x[size // 2] = value
    rows = run(lambda: gradients_numbers([x, draw(size, 1.0)]), jit_compile).numpy().tolist()
    broken, whole = (gradient_from(row) for row in rows)
    assert not broken.finite
    assert math.isnan(broken.norm)
    assert whole.finite


@pytest.mark.parametrize("size", [0, 8, 10_000])
def test_zeros_and_tensors_without_values_have_no_norm(size):
    (row,) = gradients_numbers([tf.zeros([size])]).numpy().tolist()
    found = gradient_from(row)
    assert (found.norm, found.rms, found.finite, found.seen) == (0.0, 0.0, True, True)


def test_no_tensors_have_no_rows():
    assert gradients_numbers([]).shape == (0, 3)


@COMPILED
@pytest.mark.parametrize("shift", [0.0, 100.0])
@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
def test_statistics_of_values_of_any_size(scale, shift, jit_compile):
    x = tf.concat([(draw(5000, 1.0) + shift) * scale, tf.zeros([100])], 0)
    row = run(lambda: signal_numbers(x), jit_compile).numpy().tolist()
    found, values = signal_from(row), x.numpy().astype("float64")
    assert found.mean == pytest.approx(values.mean(), rel=1e-4)
    assert found.std == pytest.approx(values.std(), rel=1e-4)
    assert found.rms == pytest.approx(np.sqrt(np.mean(values**2)), rel=1e-4)
    assert (found.min, found.max) == (values.min(), values.max())
    assert found.zeros == pytest.approx(100 / 5100, rel=1e-4)
    assert found.finite


@COMPILED
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_statistics_of_what_is_no_number(value, jit_compile):
    x = draw(1000, 1.0).numpy()
    x[::7] = value
    found = signal_from(run(lambda: signal_numbers(tf.constant(x)), jit_compile).numpy().tolist())
    assert not found.finite
    assert math.isnan(found.rms)


def test_an_output_without_values_has_no_statistics():
    signal = signal_from(signal_numbers(tf.zeros([0, 3])).numpy().tolist())
    assert (signal.mean, signal.std, signal.rms, signal.zeros, signal.finite) == (0, 0, 0, 0, True)


@COMPILED
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_values_are_counted(dtype, jit_compile):
    x = np.concatenate([draw(999, 2.0).numpy(), [np.nan, np.inf, -np.inf]]).astype(dtype)
    counts = run(lambda: value_counts(tf.constant(x), EDGES), jit_compile).numpy()
    numbers = np.clip(x[~np.isnan(x)].astype("float64"), EDGES[0], EDGES[-1] - 1e-9)
    assert counts.tolist() == np.histogram(numbers, EDGES)[0].tolist()


@COMPILED
@pytest.mark.parametrize("scale", [1.0, 32768.0])
@pytest.mark.parametrize(
    ("dtype", "least"), [("float16", 1e-4), ("float32", 1e-37), ("float64", 1e-300)]
)
def test_sizes_are_counted_and_zeros_are_not(dtype, least, scale, jit_compile):
    x = np.concatenate(
        [10.0 ** np.linspace(-5, 2, 300) * 1.01, [0.0, -0.0, least, -least, np.nan, np.inf]]
    )
    x = x.astype(dtype)
    arrays = (x, x[:7], np.tile(x, 20))  # the last is large
    tensors = [tf.constant(each) for each in arrays]
    rows = run(lambda: size_counts(tensors, tf.constant(scale), EDGES), jit_compile).numpy()
    for counts, each in zip(rows, arrays, strict=True):
        numbers = np.abs(each[(each != 0) & ~np.isnan(each)].astype("float64")) / scale
        numbers = np.clip(np.log10(numbers), EDGES[0], EDGES[-1] - 1e-9)
        assert counts.tolist() == np.histogram(numbers, EDGES)[0].tolist()
    assert rows[0].sum() == len(x) - 3  # two zeros and a NaN


def test_sizes_of_several_dtypes_are_counted_together():
    x = [tf.constant([0.05], "float64"), tf.constant([0.5, 5.0]), tf.constant([0.5], "float16")]
    assert size_counts(x, tf.constant(1.0), EDGES).numpy().tolist() == [
        [0, 1, 0, 0],
        [0, 0, 1, 1],
        [0, 0, 1, 0],
    ]
