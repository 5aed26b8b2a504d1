"""What the callbacks measure, against NumPy and plain Keras, and the tables they keep."""

import gc
import json
import math

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from tests.diagnostics.monitored import BATCH, STEPS, Subclassed, X, Y, nested, trained


def plain():
    """Nothing random, nothing normalised: NumPy can follow it."""
    return keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(8, "relu", name="rectified"),
            keras.layers.Dense(
                8, "tanh", name="bent", kernel_initializer=keras.initializers.Ones()
            ),
            keras.layers.Dense(3, "sigmoid", name="head"),
        ]
    )


@pytest.fixture(scope="module")
def measured():
    """Weights before every step, both callbacks, and the history of one fit."""
    before = []

    class Note(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            before.append([v.numpy().astype("float64") for v in self.model.trainable_variables])

    values, gradients, given = (
        ivy.ActivationStats(),
        ivy.GradientStats(),
        ivy.ActivationStats(X[:4]),
    )
    with pytest.warns(UserWarning, match="At step"):
        model, history = trained(
            plain, [Note(), values, gradients, given], epochs=1, shuffled=False
        )
    before.append([v.numpy().astype("float64") for v in model.trainable_variables])
    return before, values, gradients, given, history, model


def outputs(weights, x):
    """The outputs of the layers of `plain`."""
    w1, b1, w2, b2, w3, b3 = weights
    first = np.maximum(x @ w1 + b1, 0.0)
    second = np.tanh(first @ w2 + b2)
    return first, second, 1 / (1 + np.exp(-(second @ w3 + b3)))


def test_values_of_every_step_are_those_of_its_batch_and_weights(measured):
    before, values, _, given, _, _ = measured
    assert values.records.steps == tuple(range(1, STEPS + 1))
    for step in range(STEPS):
        batch = X[step * BATCH : (step + 1) * BATCH].astype("float64")
        for stats, x in ((values, batch), (given, X[:4].astype("float64"))):
            rows = [row for row in stats.records if row.step == step + 1]
            assert [row.layer for row in rows] == ["rectified", "bent", "head"]
            for row, value in zip(rows, outputs(before[step], x), strict=True):
                wanted = {
                    "mean": value.mean(),
                    "std": value.std(),
                    "rms": np.sqrt((value**2).mean()),
                    "min": value.min(),
                    "max": value.max(),
                    "zeros": (value == 0).mean(),
                }
                found = {name: getattr(row, name) for name in wanted}
                assert found == pytest.approx(wanted, rel=2e-5, abs=1e-6)
                assert sum(row.histogram) == value.size
                assert row.epoch == 0
                assert row.finite


def test_dead_saturated_and_histogram_are_counted(measured):
    before, values, *_ = measured
    first, second, third = outputs(before[0], X[:BATCH].astype("float64"))
    rows = {row.layer: row for row in values.records.rows[:3]}
    assert rows["rectified"].dead == pytest.approx((first == 0).all(axis=0).mean())
    assert rows["rectified"].saturated is None
    assert rows["bent"].saturated == pytest.approx((np.abs(second) > 0.97).mean())
    assert rows["bent"].dead is None
    at_end = (third < 0.03) | (third > 0.97)
    assert rows["head"].saturated == pytest.approx(at_end.mean())
    for row, value in zip(values.records.rows[:3], (first, second, third), strict=True):
        edges = np.array(ivy.ActivationStats.BINS)
        assert len(edges) == 81
        assert edges[0] == -5.0
        assert edges[-1] == 5.0
        counts, _ = np.histogram(value.clip(-4.999, 4.999), edges)
        np.testing.assert_array_equal(row.histogram, counts)


def test_gradients_are_those_of_a_tape_and_updates_those_of_the_step(measured):
    before, _, gradients, _, _, _ = measured
    for step in range(STEPS):
        part = slice(step * BATCH, (step + 1) * BATCH)
        weights = [tf.constant(value) for value in before[step]]
        with tf.GradientTape() as tape:
            tape.watch(weights)
            w1, b1, w2, b2, w3, b3 = weights
            first = tf.nn.relu(X[part].astype("float64") @ w1 + b1)
            signal = tf.tanh(first @ w2 + b2)
            output = tf.sigmoid(signal @ w3 + b3)
            loss = tf.reduce_mean((output - Y[part].astype("float64")) ** 2)
        wanted = [grad.numpy() for grad in tape.gradient(loss, weights)]
        rows = [row for row in gradients.records if row.step == step + 1]
        assert [row.name for row in rows[:3]] == [
            "rectified/kernel",
            "rectified/bias",
            "bent/kernel",
        ]
        for row, grad, old, new in zip(rows, wanted, before[step], before[step + 1], strict=True):
            norm = np.linalg.norm(grad)
            assert row.norm == pytest.approx(norm, rel=1e-4, abs=1e-9)
            assert row.rms == pytest.approx(norm / math.sqrt(grad.size), rel=1e-4, abs=1e-9)
            assert row.weight_norm == pytest.approx(np.linalg.norm(old), rel=1e-5)
            assert row.update_norm == pytest.approx(np.linalg.norm(new - old), rel=1e-3)
            sizes = np.log10(np.abs(grad[grad != 0]))
            assert sum(row.histogram) == sizes.size
        together = math.sqrt(sum((grad**2).sum() for grad in wanted))
        assert gradients.global_norms[step + 1] == pytest.approx(together, rel=1e-4)
        # By the output of the last layer: 2 (output - y) / number.
        by_output = 2 * (output.numpy() - Y[part]) / output.numpy().size
        assert rows[-1].signal_norm == pytest.approx(np.linalg.norm(by_output), rel=1e-4)


def test_history_holds_the_last_step_of_the_epoch(measured):
    _, _, gradients, given, history, _ = measured
    # Of several callbacks that measure the same the last one counts.
    assert history.history["activation_mean/bent"] == [given.records["bent"].mean]
    for kind in ("mean", "std", "rms", "zeros", "saturated"):
        assert f"activation_{kind}/head" in history.history
    assert "activation_dead/rectified" in history.history
    assert "activation_dead/bent" not in history.history
    row = gradients.records["bent"]
    assert row.variable == "kernel"
    assert history.history["gradient_norm/bent/kernel"] == [row.norm]
    assert history.history["update_ratio/bent/kernel"] == [row.update_ratio]
    assert history.history["gradient_global_norm"] == [row.global_norm]


def test_records_are_a_report(measured):
    _, values, gradients, *_ = measured
    records = values.records
    assert records["bent"] is records["layers/v1"] is records.series("bent")[-1]
    assert [row.step for row in records.series("bent")] == list(records.steps)
    assert gradients.records["bent/bias"].variable == "bias"
    with pytest.raises(KeyError, match="bent"):
        records["bend"]
    told = json.loads(records.to_json())
    assert told["steps"] == list(records.steps)
    assert len(told["rows"]) == len(records) == 3 * STEPS
    assert list(records.to_dataframe()["mean"]) == [row.mean for row in records]
    printed = str(records).splitlines()
    assert printed[0] == f"step {STEPS}, the last of {STEPS} that were measured"
    assert len(printed) == 2 + 3
    assert "<table>" in gradients.records._repr_html_()


def test_shared_layers_and_names_that_repeat_are_told_apart():
    shared, same = ivy.ActivationStats(), ivy.ActivationStats()
    _, history = trained(Subclassed, [shared], epochs=1)
    assert {"activation_rms/first", "activation_rms/first:2"} <= set(history.history)
    assert shared.records["first:2"].call == 2
    assert shared.records["first"].call == 1
    _, history = trained(nested, [same, ivy.GradientStats()], epochs=1)
    assert sum(name.startswith("activation_rms/") for name in history.history) == 3
    assert "activation_rms/head" in history.history
    assert "activation_rms/same" not in history.history
    with pytest.raises(KeyError, match="Several"):
        same.records["same"]


def test_every_counts_batches_over_epochs_and_each_epoch_has_one():
    stats = ivy.ActivationStats(every=7)
    model, history = trained(nested, [stats], epochs=4)  # 5 batches an epoch
    assert stats.records.steps == (1, 8, 15, 20)  # the last of an epoch that would have none
    assert len(history.history["activation_mean/head"]) == 4
    model.fit(X, Y, batch_size=BATCH, verbose=0, callbacks=[stats])
    assert stats.records.steps == (1, 8, 15, 20, 22)


@pytest.mark.parametrize("kind", [ivy.ActivationStats, ivy.GradientStats])
def test_no_copies_of_the_weights_are_kept_between_steps(kind):
    model = keras.Sequential([keras.Input((7,)), keras.layers.Dense(13), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    stats = kind(every=2)
    model.fit(np.ones((8, 7)), np.ones((8, 1)), batch_size=2, verbose=0, callbacks=[stats])
    assert stats.records.steps == (1, 3)
    tensors = [each for each in gc.get_objects() if type(each) is type(tf.constant(0.0))]
    assert [each.shape for each in tensors if each.shape == (7, 13)] == []


@pytest.mark.filterwarnings("ignore:Your input ran out of data")  # by Keras, without us too
def test_data_of_unknown_length_is_measured_at_the_first_batch_of_an_epoch():
    def generator():
        for i in range(4):
            yield X[i : i + 2], Y[i : i + 2]

    signature = (tf.TensorSpec((None, 6)), tf.TensorSpec((None, 3)))
    stats = ivy.ActivationStats(every=100)

    def data():
        return tf.data.Dataset.from_generator(generator, output_signature=signature)

    trained(nested, [stats], epochs=2, data=data)
    assert stats.records.steps == (1, 5)


def test_summaries_are_written_without_tensorboard(tmp_path):
    callbacks = [ivy.ActivationStats(every=3, directory=tmp_path / "a")]
    callbacks.append(ivy.GradientStats(every=3, directory=str(tmp_path / "g")))
    trained(nested, callbacks, epochs=1)
    found = {}
    for path in tmp_path.rglob("events*"):
        for record in tf.data.TFRecordDataset(str(path)):
            event = tf.compat.v1.Event.FromString(record.numpy())
            for value in event.summary.value:
                plugin = value.metadata.plugin_data.plugin_name
                found[value.tag, event.step] = (plugin, tf.make_ndarray(value.tensor))
    row = callbacks[0].records["head"]
    plugin, mean = found["activation_mean/head", row.step]
    assert plugin == "scalars"
    assert mean == pytest.approx(row.mean)
    plugin, buckets = found["activations/head", row.step]
    assert plugin == "histograms"
    assert buckets.shape == (80, 3)
    assert tuple(buckets[:, 2]) == row.histogram
    assert buckets[0, 0] == -5.0
    last = callbacks[1].records["head"]
    assert found["gradient_norm/head/kernel", last.step][1] == pytest.approx(last.norm)
    assert ("log10_gradient/head/kernel", last.step) in found


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: ivy.ActivationStats(every=0), ValueError),
        (lambda: ivy.ActivationStats(every=1.5), TypeError),
        (lambda: ivy.GradientStats(every=True), TypeError),
        (lambda: ivy.GradientStats(directory=3), TypeError),
        (lambda: ivy.ActivationStats("x"), TypeError),
        (lambda: ivy.ActivationStats(keras.Input((6,))), TypeError),
        (lambda: ivy.ActivationStats(np.zeros((0, 6))), ValueError),
        (lambda: ivy.ActivationStats(tf.data.Dataset.from_tensors(X)), TypeError),
    ],
)
def test_bad_arguments_are_refused(make, error):
    with pytest.raises(error, match="Received"):
        make()


def test_inputs_that_do_not_fit_are_refused_before_the_first_step():
    keras.utils.set_random_seed(0)
    model = plain()
    model.compile("sgd", "mse")
    before = model.get_weights()
    with pytest.raises(ValueError, match="shape"):
        model.fit(X, Y, verbose=0, callbacks=[ivy.ActivationStats(np.zeros((4, 5), "float32"))])
    for value, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(value, other)
