"""The papers' variants against optax in float64, on tensors of every rank."""

import functools

import jax
import keras
import numpy as np
import optax
import pytest
import tensorflow as tf

from keras_ivy.optimizers import LAMB, LARS, SGD, Adam, AdamW, LAMBPaper, LARSPaper, Rule

SHAPES = {"a/kernel": (4, 3), "a/bias": (3,), "c/kernel": (2, 2, 3, 2), "n/gamma": (5,), "s": ()}
STEPS = 12


def decays(path):
    """The mask of the masked cases."""
    return not path.endswith(("bias", "gamma"))


MASK = {path: decays(path) for path in SHAPES}
NO_DECAY = [Rule("bias|gamma", decay=False)]
NO_BOTH = [Rule("bias|gamma", decay=False, adapt=False)]


def masked_lamb(rate, decay):
    """LAMB whose masked tensors neither decay nor adapt, as optax chains it."""
    return optax.chain(
        optax.scale_by_adam(eps=1e-6),
        optax.add_decayed_weights(decay, MASK),
        optax.masked(optax.scale_by_trust_ratio(), MASK),
        optax.scale_by_learning_rate(rate),
    )


def polynomial(t):
    """A rate that changes in every step."""
    return 0.1 * (1.0 - t / 20.0) ** 2


class Polynomial(keras.optimizers.schedules.LearningRateSchedule):
    """The same rate for Keras, in float64."""

    def __call__(self, step):
        return 0.1 * (1.0 - tf.cast(step, tf.float64) / 20.0) ** 2

    def get_config(self):
        return {}


LARS_ARGUMENTS = {"momentum": 0.9, "trust_coefficient": 0.02}
OPTAX_LARS = {"momentum": 0.9, "trust_coefficient": 0.02}

CASES = {
    "sgd": (lambda: SGD(0.1), lambda: optax.sgd(0.1)),
    "sgd momentum": (lambda: SGD(0.1, 0.9), lambda: optax.sgd(0.1, 0.9)),
    "sgd nesterov": (lambda: SGD(0.1, 0.9, True), lambda: optax.sgd(0.1, 0.9, nesterov=True)),
    "adam": (
        lambda: Adam(0.1, 0.8, 0.95, 1e-3, variant="paper"),
        lambda: optax.adam(0.1, 0.8, 0.95, 1e-3),
    ),
    "adamw": (
        lambda: AdamW(0.1, weight_decay=0.05, variant="paper", epsilon=1e-8),
        lambda: optax.adamw(0.1, weight_decay=0.05),
    ),
    "adamw mask": (
        lambda: AdamW(0.1, weight_decay=0.05, variant="paper", epsilon=1e-8, rules=NO_DECAY),
        lambda: optax.adamw(0.1, weight_decay=0.05, mask=MASK),
    ),
    "lamb": (lambda: LAMBPaper(0.1), lambda: optax.lamb(0.1)),
    "lamb decay": (
        lambda: LAMBPaper(0.1, weight_decay=0.05),
        lambda: optax.lamb(0.1, weight_decay=0.05),
    ),
    "lamb decay mask": (
        lambda: LAMBPaper(0.1, weight_decay=0.05, rules=NO_DECAY),
        lambda: optax.lamb(0.1, weight_decay=0.05, mask=MASK),
    ),
    "lamb decay adaptation mask": (
        lambda: LAMBPaper(0.1, weight_decay=0.05, rules=NO_BOTH),
        lambda: masked_lamb(0.1, 0.05),
    ),
    "lamb schedule": (
        lambda: LAMB(Polynomial(), epsilon=1e-6, weight_decay=0.01, variant="paper"),
        lambda: optax.lamb(polynomial, weight_decay=0.01),
    ),
    "lars": (lambda: LARSPaper(0.1, **LARS_ARGUMENTS), lambda: optax.lars(0.1, **OPTAX_LARS)),
    "lars nesterov": (
        lambda: LARSPaper(0.1, nesterov=True, **LARS_ARGUMENTS),
        lambda: optax.lars(0.1, nesterov=True, **OPTAX_LARS),
    ),
    "lars no momentum": (
        lambda: LARSPaper(0.1, momentum=0.0),
        lambda: optax.lars(0.1, momentum=0.0),
    ),
    "lars adaptation mask": (
        lambda: LARSPaper(0.1, rules=NO_BOTH, **LARS_ARGUMENTS),
        lambda: optax.lars(0.1, trust_ratio_mask=MASK, **OPTAX_LARS),
    ),
    "lars schedule": (
        lambda: LARSPaper(Polynomial(), **LARS_ARGUMENTS),
        lambda: optax.lars(polynomial, **OPTAX_LARS),
    ),
    "simclr decay": (
        lambda: LARS(0.1, weight_decay=0.05, variant="simclr", **LARS_ARGUMENTS),
        lambda: optax.lars(0.1, weight_decay=0.05, **OPTAX_LARS),
    ),
    "simclr decay masks": (
        lambda: LARS(0.1, weight_decay=0.05, variant="simclr", rules=NO_BOTH, **LARS_ARGUMENTS),
        lambda: optax.lars(0.1, 0.05, weight_decay_mask=MASK, trust_ratio_mask=MASK, **OPTAX_LARS),
    ),
}


def problem():
    """Weights (one tensor of zeros) and gradients (one tensor of zeros in one step)."""
    rng = np.random.default_rng(7)
    weights = {k: np.asarray(rng.normal(size=s)) for k, s in SHAPES.items()}
    weights["a/bias"] = np.zeros(3)
    grads = [{k: np.asarray(rng.normal(size=s)) for k, s in SHAPES.items()} for _ in range(STEPS)]
    grads[3]["c/kernel"] = np.zeros_like(grads[3]["c/kernel"])
    return weights, grads


@functools.cache
def oracle(case):
    """The weights after the last step, by optax."""
    transformation = CASES[case][1]()
    weights, grads = problem()
    with jax.enable_x64(True):
        state = transformation.init(weights)
        for g in grads:
            updates, state = transformation.update(g, state, weights)
            weights = optax.apply_updates(weights, updates)
        return {k: np.asarray(w) for k, w in weights.items()}


def start():
    """The variables of the problem."""
    variables = []
    for path, w in problem()[0].items():
        layer, _, leaf = path.rpartition("/")
        with keras.name_scope(layer or "top"):
            variables.append(keras.Variable(w, dtype="float64", name=leaf))
    return variables


@functools.cache
def ours(compiled):
    """The weights of every case after the last step, by Keras's side.

    All optimizers make their steps in one function, each on variables of its own: XLA takes half
    of the time for it that it takes for a function of each.
    """
    made = {case: (make(), start()) for case, (make, _) in CASES.items()}
    for optimizer, variables in made.values():
        optimizer.build(variables)

    def apply(grads):
        for optimizer, variables in made.values():
            optimizer.apply(grads, variables)

    apply = tf.function(apply, autograph=False, jit_compile=compiled)
    for grads in problem()[1]:
        apply([tf.constant(g) for g in grads.values()])
    return {case: [v.numpy() for v in variables] for case, (_, variables) in made.items()}


@pytest.mark.parametrize("compiled", [False, True], ids=["function", "xla"])
@pytest.mark.parametrize("case", CASES)
def test_optimizer_equals_optax(case, compiled):
    want = oracle(case)
    for path, got in zip(SHAPES, ours(compiled)[case], strict=True):
        np.testing.assert_allclose(got, want[path], rtol=1e-12, atol=1e-12, err_msg=path)
