"""What XLA is handed: no tensors of float64, which TPUs do not have, and norms that are right."""

import functools
import re

import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.optimizers import LAMB, LossScaleOptimizer, WarmupPolynomial
from keras_ivy.optimizers.formulas import norms
from keras_ivy.optimizers.keras_side import packs
from keras_ivy.optimizers.keras_side.gradients import norm_of_all
from tests.optimizers.cases import CASES, variable_at

#: A tensor on its own, and one whose norm is taken in steps.
SHAPES = [(4, 3), (norms.LONG // 128 + 1, 128)]

#: So many tensors of one shape are a pack where these tests want one.
FEW = 4

#: The same, and a pack.
PACK = [*[(3,)] * FEW, *SHAPES]

#: Tensors of float64 in the program that XLA is handed; scalars are no tensors here.
DOUBLES = re.compile(r"f64\[[0-9<][^\]]*\]")

EVERYTHING = {
    "global_clipnorm": 1.0,
    "gradient_accumulation_steps": 2,
    "use_ema": True,
    "ema_overwrite_frequency": 3,
    "skip_nonfinite": True,
}


def program(optimizer, dtype, shapes=SHAPES, sparse=False):
    """The text of a compiled step, before XLA optimises it."""
    rng = np.random.default_rng(0)
    vs = [variable_at(f"l{i}/w", rng.normal(size=s), dtype) for i, s in enumerate(shapes)]
    grads = [tf.constant(rng.normal(size=s), dtype) for s in shapes]
    optimizer.build(vs)

    def apply():
        given = list(grads)
        if sparse:
            given[-1] = tf.IndexedSlices(grads[-1][:2], tf.constant([3, 3]), grads[-1].shape)
        optimizer.apply(given, vs)

    function = tf.function(apply, jit_compile=True, autograph=False)
    return function.experimental_get_compiler_ir()(stage="hlo")


@pytest.mark.parametrize(
    ("dtype", "options"), [("float32", {}), ("bfloat16", {"clipnorm": 1.0, "use_ema": True})]
)
@pytest.mark.parametrize("name", CASES)
def test_no_tensor_is_of_float64(name, dtype, options):
    text = program(CASES[name].make(WarmupPolynomial(0.1, 2, 10), **options), dtype)
    assert "f32[" in text
    assert DOUBLES.findall(text) == []


@pytest.mark.parametrize("name", ["adam-ivy", "lamb-paper", "lars_paper"])
def test_no_tensor_is_of_float64_in_packs_and_sums(name, monkeypatch):
    monkeypatch.setattr(packs, "FEW", FEW)
    text = program(CASES[name].make(**EVERYTHING), "float32", PACK)
    assert DOUBLES.findall(text) == []


@pytest.mark.parametrize(
    "make",
    [
        lambda: LossScaleOptimizer(CASES["lamb-paper"].make(global_clipnorm=1.0)),
        lambda: CASES["lars_paper"].make(loss_scale_factor=8.0, clipvalue=1.0),
        lambda: CASES["lamb-paper"].make(slot_dtype="bfloat16", rules="bias_norm"),
        lambda: CASES["lamb-ivy"].make(lazy_slots=True, clipnorm=1.0),
        lambda: CASES["sgd-momentum"].make(global_clipnorm=1.0),
    ],
    ids=["loss scale", "scale factor", "bfloat16 slots", "lazy slots", "sparse and clipped"],
)
def test_no_tensor_is_of_float64_with_other_options(make):
    assert DOUBLES.findall(program(make(), "float32", sparse=True)) == []


def test_float64_is_seen_where_it_is():
    assert DOUBLES.findall(program(LAMB(0.1), "float64"))


@functools.cache
def by_xla(fn):
    """A function that XLA compiles once for all inputs of one shape."""
    return tf.function(fn, autograph=False, jit_compile=True)


def compiled(fn, *xs):
    return by_xla(fn)(*map(tf.constant, xs)).numpy()


def length(x):
    return np.linalg.norm(np.asarray(x, "float64").ravel())


@pytest.mark.parametrize(
    "size",
    [
        norms.LONG - 1,
        norms.LONG,
        3 * norms.LONG + norms.TERMS - 1,
        norms.TERMS * norms.LONG,
        norms.TERMS * (norms.LONG + norms.LINES - 1) + norms.TERMS - 1,
    ],
)
@pytest.mark.parametrize("scale", [1.0, 1e30, 1e-30, 0.0])
def test_compiled_norm_takes_every_element_once(size, scale):
    x = (scale * np.random.default_rng(0).normal(size=size)).astype("float32")
    found = compiled(norms.compiled_norm, x)
    np.testing.assert_allclose(found, length(x), rtol=1e-6)


@pytest.mark.parametrize("value", [0.1, 3.0])
def test_compiled_norm_of_equal_elements_loses_no_digits(value):
    """Rounding errors of equal terms all point one way: what a first step of Adam is made of."""
    x = np.full(2**22 + 2**20 + 1, value, "float32")
    np.testing.assert_allclose(compiled(norms.compiled_norm, x), length(x), rtol=1e-6)


@pytest.mark.parametrize(
    "parts",
    [(1e30, 1.0), (1e30, 1e-30), (1e-30, 0.0), (1e-20, 1e-25), (1.0, 1e-30)],
)
def test_compiled_norm_of_mixed_sizes(parts):
    x = np.resize(np.array(parts, "float32"), 2 * norms.LONG)
    np.testing.assert_allclose(compiled(norms.compiled_norm, x), length(x), rtol=1e-6)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_compiled_norms_show_what_is_not_finite(bad):
    x = np.ones([2, 2 * norms.LONG], "float32")
    x[0, 7] = bad
    want = np.nan if np.isnan(bad) else np.inf
    np.testing.assert_equal(compiled(norms.compiled_norm, x), want)
    found = compiled(norms.compiled_row_norm, x)
    assert found.shape == (2, 1)
    np.testing.assert_equal(found[0, 0], want)
    np.testing.assert_allclose(found[1, 0], length(x[1]), rtol=1e-6)


@pytest.mark.parametrize("shape", [(), (3,), (4, 5), (norms.LONG // 64, 65)])
def test_compiled_rows_have_each_a_range_of_its_own(shape):
    x = np.random.default_rng(0).normal(size=(6, *shape))
    scales = np.array([1.0, 1e30, 1e-30, 0.0, 1e18, 1e-18])
    x = (x * scales.reshape(6, *[1] * len(shape))).astype("float32")
    found = compiled(norms.compiled_row_norm, x)
    assert found.shape == (6, *[1] * len(shape))
    np.testing.assert_allclose(found.ravel(), [length(row) for row in x], rtol=1e-6)


def norm_of_both(x, y):
    return norm_of_all([x, y])


@pytest.mark.parametrize("scale", [1.0, 1e30])
def test_compiled_norm_of_all_is_that_of_the_parts(scale):
    rng = np.random.default_rng(0)
    x, y = (scale * rng.normal(size=n) for n in (5, norms.TERMS * norms.LONG + 3))
    x, y = x.astype("float32"), y.astype("float32")
    found = compiled(norm_of_both, x, y)
    np.testing.assert_allclose(found, length(np.concatenate([x, y])), rtol=1e-6)
