"""What the tests of Muon share: the iteration as published, runs, and a bound for differences."""

import numpy as np
import tensorflow as tf

from tests.optimizers.cases import variable_at

QUINTIC = (3.4445, -4.7750, 2.0315)


def orthogonal(x, epsilon=1e-8, steps=5, coefficients=(QUINTIC,)):
    """The iteration as published, on one matrix."""
    a, b, c = zip(*(list(coefficients) + [coefficients[-1]] * steps)[:steps], strict=True)
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    x = x / (np.linalg.norm(x) + epsilon)
    for i in range(steps):
        gram = x @ x.T
        x = a[i] * x + (b[i] * gram + c[i] * gram @ gram) @ x
    return x.T if tall else x


SHAPES = {
    "a/kernel": (6, 4), "wide/kernel": (3, 9), "square/kernel": (5, 5), "tall/kernel": (11, 3),
    "a/bias": (4,), "scale": (), "conv/kernel": (2, 2, 3, 2),
}  # fmt: skip


def draws(seed, shapes):
    rng = np.random.default_rng(seed)
    return {path: rng.normal(size=shape) for path, shape in shapes.items()}


def ours(optimizer, steps=6, wrap=lambda fn: fn, dtype="float64"):
    """Weights after steps on Keras's side."""
    vs = [variable_at(path, w, dtype) for path, w in draws(0, SHAPES).items()]
    optimizer.build(vs)
    apply = wrap(lambda *grads: optimizer.apply(list(grads), vs))
    for t in range(steps):
        apply(*(tf.constant(g, dtype) for g in draws(t + 1, SHAPES).values()))
    return {path: v.numpy() for path, v in zip(SHAPES, vs, strict=True)}


def assert_near(got, want, bound):
    assert set(got) == set(want)
    for path in got:
        error = np.max(np.abs(got[path] - want[path])) / np.max(np.abs(want[path]))
        assert error <= bound, f"{path}: off by {error:.1e}"
