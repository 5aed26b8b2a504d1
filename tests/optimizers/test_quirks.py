"""What Ivy's variants do otherwise than one expects is said once, when the optimizer is built."""

import warnings

import keras
import pytest
import tensorflow as tf

from keras_ivy.optimizers import LAMB, LARS, SGD, Adam, AdamW, Rule


def variable():
    return keras.Variable(tf.ones(10), name="w")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: LARS(0.1, weight_decay=1e-4), "LARS .* divides every step by .* blow up"),
        (lambda: LAMB(0.1, weight_decay=0.1), "LAMB .* the rate, alone, as in Ivy"),
        (lambda: LARS(0.1, rules=[Rule("w", decay=0.1)]), "LARS .* divides every step"),
        (lambda: LARS(0.1, weight_decay=-0.1), "LARS .* ignores this weight decay"),
        (lambda: LAMB(0.1, weight_decay=-0.1), "LAMB .* ignores this weight decay"),
        (lambda: LAMB(0.1, weight_decay=0.1, rules=[Rule("w", adapt=False)]), "LAMB .* ignores"),
    ],
)
def test_decay_that_decays_nothing_is_said_once(make, said):
    optimizer, w = make(), variable()
    with pytest.warns(
        UserWarning, match=f'{said}.*variant="paper".*Received: weight_decay='
    ) as got:
        optimizer.build([w])
    assert len(got) == 1
    optimizer.apply([tf.fill([10], 0.1)], [w])
    explanation = optimizer.explain([w])
    assert [row.decay for row in explanation] == [0.0]
    assert len(explanation.notes) == 1
    assert explanation.notes[0] in str(explanation)


@pytest.mark.parametrize("cls", [SGD, Adam, AdamW, LARS, LAMB])
def test_no_other_variant_warns(cls):
    for variant in set(cls.variants) - ({"ivy"} if cls in (LARS, LAMB) else set()):
        optimizer = cls(0.1, variant=variant, weight_decay=0.1)
        optimizer.build([variable()])
        explanation = optimizer.explain([variable()])
        assert [row.decay for row in explanation] == [0.1]
        in_the_gradient = (cls, variant) == (AdamW, "ivy")
        assert len(explanation.notes) == in_the_gradient
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cls(0.1).build([variable()])


def test_decay_in_the_gradient_is_noted_where_there_is_some():
    """With a constant gradient Ivy's AdamW moves by the rate alone, however large the decay."""
    moved = []
    for decay in (0.0, 0.5):
        optimizer, w = AdamW(0.1, weight_decay=decay), variable()
        notes = optimizer.explain([w]).notes
        assert len(notes) == (decay > 0)
        assert all("gradient" in note and 'variant="paper"' in note for note in notes)
        optimizer.apply([tf.ones(10)], [w])
        moved.append(float(w[0]))
    assert moved[0] == pytest.approx(moved[1], rel=1e-5)
    free = AdamW(0.1, weight_decay=0.5, rules=[Rule("w", decay=False)])
    assert not free.explain([variable()]).notes


def test_repr_shows_class_variant_rate_and_rules():
    assert repr(Adam(0.25)) == "Adam(learning_rate=0.25, variant='ivy')"
    optimizer = LAMB(0.1, variant="paper", weight_decay=0.5, rules="bias_norm")
    assert repr(optimizer) == (
        "LAMB(learning_rate=0.1, variant='paper', weight_decay=0.5, rules=[preset 'bias_norm'])"
    )
    schedule = keras.optimizers.schedules.CosineDecay(0.1, 10)
    shown = "CosineDecay(initial_learning_rate=0.1, decay_steps=10)"
    assert repr(SGD(schedule)) == f"SGD(learning_rate={shown}, variant='ivy')"
    optimizer.lr = 0.2
    assert "learning_rate=0.2," in repr(optimizer)
    assert "learning_rate=<f>" in repr(Adam(f))
    assert "LAMB" in repr(tf.function(lambda: tf.constant(repr(optimizer)))().numpy())


def f():
    return 0.5
