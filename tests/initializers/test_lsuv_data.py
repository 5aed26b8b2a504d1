"""LSUV: what data may be, and the options."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.initializers import initialize_model, lsuv
from keras_ivy.initializers.model.lsuv.observe import observing
from keras_ivy.structure import walk

L = keras.layers
RNG = np.random.default_rng(0)


def images(count=32, size=8, channels=3):
    return RNG.standard_normal((count, size, size, channels)).astype("float32")


def convolutions(count=30, activation="relu", **options):
    layers = [
        L.Conv2D(16, 3, padding="same", activation=activation, **options) for _ in range(count)
    ]
    return keras.Sequential([keras.Input((8, 8, 3)), *layers])


def deviations(model, data, *, before_activation=True, training=False):
    """Measured by hand: the deviation of what every layer with a kernel puts out."""
    found = []
    layers = {
        id(e.layer): e.layer for e in walk(model) if e.name == "kernel" and "cell" not in e.path
    }

    def look(layer, run):
        return run(lambda values: found.append(float(np.std(values))) or values)

    with observing(list(layers.values()), look, before_activation=before_activation):
        model(data, training=training)
    return found


def values(model):
    return {entry.path: np.array(entry.variable.value) for entry in walk(model)}


def equal(first, second):
    return all(np.array_equal(first[path], second[path]) for path in first)


class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 4

    def __getitem__(self, index):
        return DATA[index * 16 : index * 16 + 16], np.zeros(16)


DATA = (RNG.standard_normal((64, 8)) * np.linspace(0.2, 5, 64)[:, None]).astype("float32")


@pytest.mark.parametrize(
    "make",
    [
        lambda: DATA,
        lambda: (DATA, np.zeros(64)),
        lambda: tf.data.Dataset.from_tensor_slices((DATA, np.zeros(64))).batch(16),
        lambda: (DATA[i : i + 16] for i in range(0, 64, 16)),
        lambda: Batches(),
    ],
    ids=["array", "tuple", "dataset", "generator", "PyDataset"],
)
def test_deviations_are_those_of_all_batches(make):
    model = keras.Sequential([keras.Input((8,)), L.Dense(16, "relu"), L.Dense(16)])
    report = lsuv(model, make(), batch_size=16, batches=4, tolerance=1e-3, verbose=0)
    assert deviations(model, DATA) == pytest.approx([1.0, 1.0], abs=2e-3)
    assert [row.std_after for row in report] == pytest.approx([1.0, 1.0], abs=1e-3)
    assert [row.calls for row in report] == [1, 1]


def test_several_batches_stay_within_the_budget():
    model, x = convolutions(8), images(128)
    report = lsuv(model, x, batch_size=32, batches=4, tolerance=1e-3, verbose=0)
    assert deviations(model, x) == pytest.approx([1.0] * 8, abs=2e-3)
    assert report.forwards / 4 <= 2.2 * 8


@pytest.mark.parametrize("kind", [list, dict])
def test_several_inputs(kind):
    a, b = keras.Input((4,), name="a"), keras.Input((6,), name="b")
    model = keras.Model([a, b], L.Dense(3)(L.Concatenate()([L.Dense(3)(a), L.Dense(3)(b)])))
    arrays = {"a": RNG.standard_normal((16, 4)), "b": RNG.standard_normal((16, 6))}
    data = arrays if kind is dict else list(arrays.values())
    assert len(lsuv(model, data, verbose=0)) == 3


def test_an_unbuilt_model_is_built_by_the_data():
    model = keras.Sequential([L.Dense(4), L.Dense(4)])
    assert len(lsuv(model, RNG.standard_normal((16, 4)), verbose=0)) == 2


def test_a_seed_repeats_the_start():
    first, second = convolutions(2), convolutions(2)
    x = images()
    for model in (first, second):
        lsuv(model, x, seed=3, verbose=0)
    assert equal(values(first), values(second))


def test_lsuv_helps_where_the_default_vanishes():
    model, x = convolutions(20), images()
    initialize_model(model, "glorot_uniform", seed=1)
    assert np.std(model(x)) < 1e-3
    lsuv(model, x, verbose=0)
    assert np.std(model(x)) > 0.3


def test_the_progress_bar_counts_layers(capsys):
    lsuv(convolutions(3), images(), verbose=1)
    assert "3/3" in capsys.readouterr().out
    lsuv(convolutions(3), images(), verbose=0)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"target_std": 0}, ValueError, "target_std"),
        ({"tolerance": -1}, ValueError, "tolerance"),
        ({"max_iterations": 0}, ValueError, "max_iterations"),
        ({"on": "both"}, ValueError, "Received: on='both'"),
        ({"batch_size": 0}, ValueError, "batch_size"),
        ({"batches": 1.5}, (TypeError, ValueError), "batches"),
        ({"verbose": 3}, ValueError, "verbose"),
        ({"skip": "layers.*"}, ValueError, "no layer to scale"),
        ({"skip": "nowhere"}, ValueError, "matches no variable"),
        ({"start": "nonsense"}, ValueError, "Unknown"),
    ],
)
def test_options_are_checked_before_anything_changes(options, error, message):
    model = convolutions(2)
    before = values(model)
    with pytest.raises(error, match=message):
        lsuv(model, images(), **{"verbose": 0, **options})
    assert equal(before, values(model))


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (3, TypeError, "must be arrays"),
        ("data", TypeError, "must be arrays"),
        (np.zeros((0, 8, 8, 3)), ValueError, "no data"),
        ([np.zeros((3, 4)), np.zeros((2, 4))], ValueError, "same number of samples"),
        (iter([]), ValueError, "no data"),
    ],
)
def test_data_are_checked(data, error, message):
    with pytest.raises(error, match=message):
        lsuv(convolutions(2), data, verbose=0)


def test_something_that_is_no_model_is_refused():
    with pytest.raises(TypeError, match="must be a Keras model"):
        lsuv("model", images())
