"""What `repr(optimizer)` tells, and that it tells it at every moment."""

import keras
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy.optimizers import LAMB, LARS, SGD, Adam, AdamW, LossScaleOptimizer, Rule

CLASSES = (SGD, Adam, AdamW, LARS, LAMB)
S = keras.optimizers.schedules


@pytest.mark.parametrize(
    ("cls", "variant"), [(cls, variant) for cls in CLASSES for variant in cls.variants]
)
def test_what_a_variant_chooses_is_not_shown(cls, variant):
    text = repr(cls(0.5, variant=variant))
    assert text == f"{cls.__name__}(learning_rate=0.5, variant={variant!r})"


def test_settings_that_are_not_usual_are_shown():
    optimizer = LAMB(0.1, variant="paper", beta_1=0.8, clipnorm=1.0, use_ema=True, lazy_slots=True)
    assert repr(optimizer) == (
        "LAMB(learning_rate=0.1, variant='paper', beta_1=0.8, lazy_slots=True, clipnorm=1.0, "
        "use_ema=True)"
    )
    assert "max_trust_ratio=3.0" in repr(LAMB(max_trust_ratio=3.0))
    assert "trust_coefficient=0.5" in repr(LARS(trust_coefficient=0.5))


def test_it_says_that_it_is_built():
    optimizer = SGD(0.5)
    assert "built" not in repr(optimizer)
    optimizer.build([keras.Variable([1.0])])
    assert repr(optimizer) == "SGD(learning_rate=0.5, variant='ivy', built=True)"
    assert repr(LossScaleOptimizer(SGD(0.5))) == (
        "LossScaleOptimizer(SGD(learning_rate=0.5, variant='ivy'))"
    )


def test_schedules_are_shown():
    class Own(S.LearningRateSchedule):
        def __call__(self, step):
            return 0.1

    assert "learning_rate=<Own>" in repr(SGD(Own()))
    warm = "WarmupPolynomial(peak=1.0, warmup=10, total=100)"
    assert repr(ivy.WarmupPolynomial(1.0, 10, 100)) == warm
    assert warm in repr(SGD(ivy.WarmupPolynomial(1.0, 10, 100)))
    long = S.PiecewiseConstantDecay(list(range(10_000)), [0.1] * 10_001)
    assert len(repr(SGD(long))) < 300


def test_many_rules_are_cut():
    text = repr(SGD(rules=[Rule(f"a{i}", decay=False) for i in range(1000)]))
    assert "... and 992 more" in text
    assert len(text) < 1000


def test_it_prints_at_every_moment():
    seen = []

    class Own(Adam):
        def __init__(self, **kwargs):
            seen.append(repr(self))
            super().__init__(**kwargs)
            seen.append(repr(self))

        def build(self, variables):
            seen.append(repr(self))
            super().build(variables)

    optimizer = Own(learning_rate=0.5)
    w = keras.Variable([1.0])

    @tf.function
    def step():
        seen.append(repr(optimizer))
        optimizer.apply([tf.ones(1)], [w])
        seen.append(repr(optimizer))

    step()
    assert seen[0] == "Own(...)"
    assert seen[1] == "Own(learning_rate=0.5, variant='ivy')"
    assert all(text.startswith("Own(") for text in seen)
    assert len(seen) >= 5
    bare = LossScaleOptimizer.__new__(LossScaleOptimizer)
    assert repr(bare) == "LossScaleOptimizer(...)"
