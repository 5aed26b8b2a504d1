"""The numbers of the rows, and the forms of the report."""

import json
import math
import pathlib
import re

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from tests.diagnostics.cases import CLASSES, WIDTH, K, X, Y, mlp


def probed(model, x, y):
    """Outputs of every layer and the loss's gradients by them, by Keras and TensorFlow alone."""
    outputs, value = [], tf.constant(x)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(value)
        for layer in model.layers:
            value = layer(value)
            outputs.append(value)
        loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(y, value))
    weights = [layer.kernel for layer in model.layers]
    return outputs, tape.gradient(loss, outputs), tape.gradient(loss, weights), float(loss)


def test_rows_hold_the_numbers():
    model = mlp(3, "relu")
    outputs, gradients, by_kernel, loss = probed(model, X, Y)
    report = ivy.diagnose(model, X, Y)
    assert [row.layer for row in report] == ["hidden0", "hidden1", "hidden2", "head"]
    assert report.summary["loss"] == pytest.approx(loss, rel=1e-5)
    for row, value, gradient, kernel in zip(
        report.rows[:-1], outputs, gradients, by_kernel, strict=False
    ):
        value, gradient = value.numpy().astype("float64"), gradient.numpy().astype("float64")
        wanted = {
            "rms": np.sqrt((value**2).mean()),
            "mean": value.mean(),
            "std": value.std(),
            "min": value.min(),
            "max": value.max(),
            "zeros": (value == 0).mean(),
            "dead": (value == 0).all(0).mean(),
            "grad_rms": np.sqrt((gradient**2).mean()),
            "grad_norm": np.sqrt((gradient**2).sum()),
            "kernel_grad_norm": np.linalg.norm(kernel),
        }
        for name, number in wanted.items():
            assert getattr(row, name) == pytest.approx(number, rel=1e-4, abs=1e-7), name
    assert report["head"].kernel_grad_norm == pytest.approx(np.linalg.norm(by_kernel[3]), rel=1e-4)


def test_similarity_is_the_rms_cosine():
    model = mlp(1, "tanh")
    value = np.asarray(model.layers[0](X), "float64")
    unit = value / np.linalg.norm(value, axis=1, keepdims=True)
    cosines = (unit @ unit.T)[~np.eye(len(X), dtype=bool)]
    row = ivy.diagnose(model, X)["hidden0"]
    assert row.similarity == pytest.approx(np.sqrt((cosines**2).mean()), rel=1e-4)


def test_update_is_that_of_a_true_step():
    model, twin = mlp(2, "relu"), mlp(2, "relu")
    twin.set_weights(model.get_weights())
    for each in (model, twin):
        each.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    report = ivy.diagnose(model, X, Y)
    before = [np.array(layer.kernel) for layer in twin.layers]
    twin.fit(X, Y, batch_size=len(X), epochs=1, verbose=0)
    for layer, old in zip(twin.layers, before, strict=True):
        ratio = np.linalg.norm(np.array(layer.kernel) - old) / np.linalg.norm(old)
        assert report[layer.name].update_ratio == pytest.approx(ratio, rel=1e-3)


def test_saturated_share_is_counted():
    model = keras.Sequential([keras.Input((4,)), K.Activation("tanh", name="act"), K.Dense(2)])
    x = np.array([[0.0, 1.0, 5.0, -5.0]] * 3, "float32")
    assert ivy.diagnose(model, x)["act"].saturated == pytest.approx(0.5)


@pytest.mark.parametrize(
    "activation", [tf.nn.relu, keras.ops.relu, keras.activations.relu, tf.nn.relu6]
)
def test_dead_units_are_seen_wherever_the_activation_stands(activation):
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.first, self.head = K.Dense(4, name="first"), K.Dense(2, name="head")

        def call(self, x):
            return self.head(activation(self.first(x)))

    model = Net()
    model(X[:1])
    model.first.bias.assign([-100.0, -100.0, 0.0, 100.0])
    row = ivy.diagnose(model, X)["first"]
    assert row.dead == 0.5
    assert row.activation in ("relu", "relu6")


def test_silu_is_no_sigmoid():
    model = keras.Sequential([keras.Input((WIDTH,)), K.Dense(8, "silu", name="d"), K.Dense(2)])
    row = ivy.diagnose(model, 100 * X)["d"]
    assert (row.activation, row.saturated) == ("silu", None)


def test_shared_layer_has_a_row_for_each_call():
    inputs = keras.Input((8,))
    layer = K.Dense(8, "relu", name="shared")
    model = keras.Model(inputs, K.Dense(2, name="head")(layer(layer(inputs))))
    report = ivy.diagnose(model, X[:, :8])
    assert [row.name for row in report] == ["shared", "shared:2", "head"]
    assert report["shared"] is report.rows[0]
    assert report["shared:2"] is report.rows[1]


def test_rows_are_found_by_name_path_and_end_of_a_path():
    inner = keras.Sequential([keras.Input((8,)), K.Dense(8, name="deep")], name="inner")
    model = keras.Sequential([keras.Input((8,)), inner, K.Dense(2, name="head")])
    report = ivy.diagnose(model, X[:, :8])
    row = report["deep"]
    assert row is report["layers/v0/layers/v0"] is report[row.path]
    with pytest.raises(KeyError, match="Did you mean 'deep'"):
        report["dep"]


def test_numbers_sort_as_numbers():
    model = mlp(11, "relu")
    report = ivy.diagnose(model, X)
    assert [row.layer for row in report] == [f"hidden{i}" for i in range(11)] + ["head"]
    stats = ivy.weight_stats(model)
    assert [row.layer for row in stats][::2] == [f"hidden{i}" for i in range(11)] + ["head"]


def test_report_prints_and_converts():
    model = mlp(12, "relu", lambda: keras.initializers.RandomNormal(stddev=0.02))
    report = ivy.diagnose(model, X, Y)
    text = str(report)
    assert re.match(rf"{model.name}: \d errors, \d+ warnings", text)
    assert "VANISHING_FORWARD" in text
    assert 'ivy.initialize_model(model, "kaiming", seed=0)' in text
    data = json.loads(report.to_json())
    assert data["ok"] is False
    assert len(data["rows"]) == len(report) == 13
    assert {"kind", "severity", "layer", "evidence", "remedy", "reference"} <= set(
        data["findings"][0]
    )
    html = report._repr_html_()
    assert html.count("<tr>") == 14
    assert "<table>" in html


def test_json_has_no_bare_nan():
    model = mlp(1, "relu")
    x = X.copy()
    x[0] = np.nan
    data = json.loads(ivy.diagnose(model, x).to_json())
    assert "nan" in [row["rms"] for row in data["rows"]]


def test_data_frame_says_what_to_install():
    report = ivy.diagnose(mlp(1, "relu"), X)
    try:
        import pandas
    except ImportError:
        with pytest.raises(ImportError, match=r"pip install pandas"):
            report.to_dataframe()
    else:
        assert isinstance(report.to_dataframe(), pandas.DataFrame)


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        (lambda m: (m, X, Y[:3]), ValueError, "same number of samples"),
        (lambda m: (m, X[:0]), ValueError, "one at least"),
        (lambda m: (m, "x"), TypeError, "`x` must be arrays"),
        (lambda m: ("model", X), TypeError, "`model` must be a Keras layer"),
        (lambda m: (keras.Sequential([K.Dense(2)]), X), ValueError, "not built"),
        (lambda m: (m, X, np.zeros((len(X), 3, 3))), ValueError, "do not go with outputs"),
        (lambda m: (m, X, Y + 5), ValueError, "not among them"),
    ],
)
def test_what_cannot_be_is_refused(arguments, error, text):
    with pytest.raises(error, match=text):
        ivy.diagnose(*arguments(mlp(1, "relu")))


@pytest.mark.parametrize(
    "options",
    [{"batch_size": 0}, {"batch_size": 1.5}, {"seed": -1}, {"optimizer": 3}, {"loss": "mse"}],
)
def test_options_are_checked(options):
    with pytest.raises((ValueError, TypeError), match="Received"):
        ivy.diagnose(mlp(1, "relu"), X, **options)


def test_loss_is_chosen_by_the_targets():
    model = mlp(1, "relu")
    hot = keras.utils.to_categorical(Y, CLASSES)
    sparse = ivy.diagnose(model, X, Y).summary["loss"]
    assert ivy.diagnose(model, X, hot).summary["loss"] == pytest.approx(sparse, rel=1e-5)
    given = ivy.diagnose(model, X, Y, loss="sparse_categorical_crossentropy").summary["loss"]
    assert given == pytest.approx(sparse, rel=1e-5)
    model.compile(loss="mse")
    hot_mse = ivy.diagnose(model, X, hot).summary["loss"]
    assert hot_mse == pytest.approx(float(np.mean((hot - np.array(model(X))) ** 2)), rel=1e-4)


def test_compute_loss_of_the_model_is_asked():
    class Own(keras.Model):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return 7.0 + 0 * keras.ops.sum(y_pred)

    inputs = keras.Input((WIDTH,))
    model = Own(inputs, K.Dense(CLASSES)(inputs))
    model.compile(loss="mse")
    assert ivy.diagnose(model, X, X[:, :CLASSES]).summary["loss"] == 7.0


def test_data_set_gives_its_first_batch():
    model = mlp(1, "relu")
    data = tf.data.Dataset.from_tensor_slices((X, Y)).batch(16)
    loss = ivy.diagnose(model, data).summary["loss"]
    assert loss == pytest.approx(ivy.diagnose(model, X[:16], Y[:16]).summary["loss"], rel=1e-5)


def test_several_inputs_and_outputs():
    a, b = keras.Input((8,), name="a"), keras.Input((8,), name="b")
    hidden = K.Dense(16, "relu", name="hidden")(K.Concatenate()([a, b]))
    model = keras.Model([a, b], {"one": K.Dense(1, name="o")(hidden), "two": K.Dense(3)(hidden)})
    model.compile(loss={"one": "mse", "two": "mse"})
    y = {"one": X[:, :1], "two": X[:, :3]}
    report = ivy.diagnose(model, [X[:, :8], X[:, 8:16]], y)
    assert report.findings == []
    assert report["hidden"].grad_rms > 0


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "float64"])
def test_precisions(policy):
    layers = [
        K.Dense(32, "relu", kernel_initializer="he_normal", dtype=policy, name=f"hidden{i}")
        for i in range(6)
    ]
    head = K.Dense(CLASSES, "softmax", dtype="float64" if policy == "float64" else "float32")
    model = keras.Sequential([keras.Input((WIDTH,)), *layers, head])
    model.compile("adam", "sparse_categorical_crossentropy")
    report = ivy.diagnose(model, X, Y)
    assert report.findings == []
    plain = [K.Dense(32, "relu", name=f"hidden{i}") for i in range(6)]
    twin = keras.Sequential([keras.Input((WIDTH,)), *plain, K.Dense(CLASSES, "softmax")])
    twin.set_weights(model.get_weights())
    exact = ivy.diagnose(twin, X, Y, loss="sparse_categorical_crossentropy")
    for row in exact.rows[:-1]:
        assert report[row.layer].grad_rms == pytest.approx(row.grad_rms, rel=0.05)
        assert math.isclose(report[row.layer].rms, row.rms, rel_tol=0.02)


def test_masks_and_logits_pass_the_taps():
    model = keras.Sequential(
        [
            keras.Input((6,), dtype="int32"),
            K.Embedding(9, 8, mask_zero=True),
            K.LSTM(8),
            K.Dense(CLASSES, "softmax"),
        ]
    )
    x = np.array([[1, 2, 3, 0, 0, 0]] * 4)
    y = np.arange(4)
    model.compile(loss="sparse_categorical_crossentropy")
    wanted = model.evaluate(x, y, verbose=0)
    assert ivy.diagnose(model, x, y).summary["loss"] == pytest.approx(wanted, rel=1e-5)


def test_every_heading_is_explained_on_the_page_and_in_the_guide():
    model = mlp(2, "relu")
    model.compile("sgd", "sparse_categorical_crossentropy")
    report = ivy.diagnose(model, X, Y)
    headings = [heading for heading, _ in report.columns]
    headings += [name.replace("_", " ") for name in report.summary]
    assert len(headings) == len(set(headings)) == 25
    page = report.to_html()
    guide = (pathlib.Path(__file__).parents[2] / "docs" / "seeing.md").read_text(encoding="utf-8")
    for heading in headings:
        assert f"<dt>{heading}</dt><dd>" in page
        assert f"| `{heading}` | " in guide
    assert page.count("<details>") >= 1
    assert page.index("<dl>") > page.index("</table>")
