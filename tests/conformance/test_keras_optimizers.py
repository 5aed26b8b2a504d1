"""What `keras_ivy.adapters.keras.optimizers` reads of Keras's optimizers."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.adapters.keras import optimizers as adapter


def built(cls, **kwargs):
    """An optimizer after one step, and its variables."""
    with keras.name_scope("layer"):
        variables = [keras.Variable([1.0, 2.0], name="w"), keras.Variable([3.0], name="b")]
    optimizer = cls(0.5, **kwargs)
    if optimizer.weight_decay:
        optimizer.exclude_from_weight_decay(var_list=variables[1:], var_names=["b$", "gamma"])
    optimizer.apply([tf.ones_like(v) for v in variables], variables)
    return optimizer, variables


@pytest.mark.parametrize("cls", adapter.SLOTS)
def test_slots_are_one_variable_for_each_trained_one(cls):
    kwargs = {"momentum": 0.9} if cls is keras.optimizers.SGD else {}
    optimizer, variables = built(cls, **kwargs)
    slots = adapter.slots(optimizer)
    assert len(slots) == len(adapter.SLOTS[cls])
    for slot in slots:
        assert [s.shape for s in slot] == [v.shape for v in variables]
        assert all(np.abs(s.numpy()).max() > 0 for s in slot)
    assert adapter.trained(optimizer) == variables
    assert adapter.raw_iterations(optimizer).numpy() == 1


def test_slots_of_plain_sgd_are_none():
    assert adapter.slots(built(keras.optimizers.SGD)[0]) == []


def test_copies_are_averages_and_sums():
    optimizer, variables = built(keras.optimizers.SGD, use_ema=True, gradient_accumulation_steps=3)
    got = [v.numpy().tolist() for v in adapter.copies(optimizer)]
    assert got == [v.numpy().tolist() for v in variables] + [[1.0, 1.0], [1.0]]
    assert adapter.copies(built(keras.optimizers.SGD)[0]) == []


def test_exclusions_are_pattern_and_keys():
    optimizer, (w, b) = built(keras.optimizers.AdamW, weight_decay=0.1)
    pattern, keys = adapter.exclusions(optimizer)
    assert set(pattern.split("|")) == {"b$", "gamma"}
    assert not adapter.is_among(optimizer, w, keys)
    assert adapter.is_among(optimizer, b, keys)
    assert adapter.exclusions(built(keras.optimizers.SGD)[0]) == (None, frozenset())


def test_learning_rate_is_as_it_was_given():
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
    rate = lambda: 0.25
    assert adapter.learning_rate(keras.optimizers.Adam(0.5)) == 0.5
    assert adapter.learning_rate(keras.optimizers.Adam(schedule)) is schedule
    assert adapter.learning_rate(keras.optimizers.Adam(rate)) is rate


def test_variables_are_those_that_were_set(tmp_path):
    optimizer, _ = built(keras.optimizers.Adam)
    order = [*optimizer.variables[:2], *reversed(optimizer.variables[2:-1])]
    adapter.set_variables(optimizer, order)
    assert all(a is b for a, b in zip(optimizer.variables, order, strict=True))
    more = optimizer.add_variable((2,), name="more")
    assert optimizer.variables[-1] is more
    path = tf.train.Checkpoint(optimizer=optimizer).write(str(tmp_path / "c"))
    names = [name for name, _ in tf.train.list_variables(path)]
    # The first two have names of their own, as attributes.
    assert sum(name.startswith("optimizer/_variables/") for name in names) == len(order) - 2 + 1
    more.assign([5.0, 6.0])
    tf.train.Checkpoint(optimizer=optimizer).read(path)
    assert more.numpy().tolist() == [0.0, 0.0]
