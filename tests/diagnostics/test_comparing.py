"""Several initializations of one network, side by side, against NumPy."""

import json
import random

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.eager import context

import keras_ivy as ivy
from tests.diagnostics.cases import K

X = np.random.default_rng(0).standard_normal((300, 32)).astype("float32")
Y = np.random.default_rng(1).integers(0, 4, 300)


def make():
    layers = [K.Dense(32, name="fc1"), K.ReLU(name="act"), K.Dense(32, "tanh", name="fc2")]
    return keras.Sequential([keras.Input((32,)), *layers, K.Dense(4, name="fc3")], name="net")


SCHEMES = {
    "He": "kaiming",
    "rules": {"fc1": "xavier_normal", "fc2": ivy.Orthogonal(), "fc3": "zeros"},
    "small": ("normal", {"std": 0.01}),
    "default": None,
    "LSUV": "lsuv",
}


def test_rows_are_those_of_numpy():
    report = ivy.compare_initializations(SCHEMES, make, X, seed=7)
    assert report.schemes == list(SCHEMES)
    for label in ("He", "rules"):
        model = ivy.initialize_model(make(), SCHEMES[label], seed=7)
        values = X
        for layer in model.layers:
            values = np.asarray(layer(values))
            row = report[label, layer.name]
            wide = values.astype("float64")
            assert row.mean == pytest.approx(wide.mean(), rel=1e-4, abs=1e-7)
            assert row.std == pytest.approx(wide.std(), rel=1e-5, abs=1e-9)
            assert row.rms == pytest.approx(np.sqrt((wide**2).mean()), rel=1e-5, abs=1e-9)
            assert row.zeros == pytest.approx((values == 0).mean())
            counts, edges = np.histogram(values, bins=50)
            np.testing.assert_allclose(row.histogram[1], edges, rtol=1e-5, atol=1e-7)
            # A value on an edge may round to either side.
            assert np.abs(row.histogram[0] - counts).sum() <= 4
            assert row.histogram[0].sum() == values.size


def test_pairs_defaults_and_lsuv_are_schemes_too():
    report = ivy.compare_initializations(SCHEMES, make, X, seed=7)
    assert report["small", "fc1"].std == pytest.approx(0.01 * np.sqrt(32), rel=0.1)
    assert report["small"].diagnoses["small"].kinds & {"VANISHING_FORWARD", "SCALE"}
    assert report["default", "fc1"].weight_ratio == pytest.approx(1, abs=0.3)
    assert report["LSUV", "fc1"].std == pytest.approx(1, abs=0.1)
    assert report.diagnoses["He"].ok


def test_same_seed_gives_the_same_report():
    first, second = (ivy.compare_initializations(SCHEMES, make, X) for _ in range(2))
    assert first.to_dict() == second.to_dict()
    other = ivy.compare_initializations({"default": None}, make, X, seed=1)
    assert other["default", "fc1"].std != first["default", "fc1"].std


def states():
    generator = keras.src.random.seed_generator.global_seed_generator()
    return (
        random.getstate(),
        np.random.get_state()[1].tobytes(),
        np.array(generator.state).tobytes(),
        context.context()._seed,
    )


def test_global_seeds_and_names_are_as_before():
    keras.utils.set_random_seed(3)
    K.Dense(1)
    before = states()
    auto = {"he": "kaiming", "xavier": "xavier"}

    def make_unnamed():
        random.random(), np.random.rand(), tf.random.normal((1,))
        return keras.Sequential([keras.Input((32,)), K.Dense(8, "relu"), K.Dense(4)])

    report = ivy.compare_initializations(auto, make_unnamed, X)
    assert states() == before
    assert len({row.layer for row in report}) == 2  # alike in every model
    ivy.compare_training(auto, make_unnamed, X, Y, epochs=1, batch_size=128)
    assert states() == before
    first, second = (int("0" + K.Dense(1).name.rpartition("_")[2]) for _ in range(2))
    assert second == first + 1


def test_what_is_found_by_which_name():
    report = ivy.compare_initializations({"He": "kaiming", "Xavier": "xavier"}, make, X)
    assert [row.scheme for row in report["fc1"]] == ["He", "Xavier"]
    assert [row.layer for row in report["Xavier"]] == ["fc1", "act", "fc2", "fc3"]
    assert report["Xavier"]["fc1"].rows[0] is report["Xavier", "fc1"] is report["Xavier/fc1"]
    assert report["He", report[0].path] is report[0]
    assert "He" in report
    assert "fc2" in report
    assert "fc9" not in report
    with pytest.raises(KeyError, match="Did you mean 'Xavier'"):
        report["Xavir"]
    with pytest.raises(KeyError, match="No scheme has this label"):
        report["Xavir", "fc1"]


def test_a_scheme_called_as_a_layer_is_asked_for_by_both():
    report = ivy.compare_initializations({"fc1": "kaiming"}, make, X)
    with pytest.raises(KeyError, match="give both"):
        report["fc1"]
    assert report["fc1", "fc1"].layer == "fc1"


def test_report_prints_and_converts():
    report = ivy.compare_initializations({"He": "kaiming", "zero": "zeros"}, make, X)
    text = str(report.table)
    assert "net: 300 samples, 2 schemes" in text
    assert "SYMMETRY" in text
    data = json.loads(report.to_json())
    assert data["schemes"]["He"] == {"ok": True, "kinds": []}
    assert len(data["rows"]) == 8
    assert sum(data["rows"][0]["counts"]) == 300 * 32


def test_models_that_are_not_built_and_modules_are_built():
    def module():
        return ivy.Sequential(ivy.Linear(32, 16), ivy.ReLU(), ivy.Linear(16, 4))

    def lazy():
        return keras.Sequential([K.Dense(8, "relu", name="a"), K.Dense(4, name="b")])

    for each in (module, lazy):
        report = ivy.compare_initializations({"He": "kaiming", "default": None}, each, X)
        assert report[0].shape in ((16,), (8,))


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        (({}, make, X), ValueError, "no scheme"),
        ((["kaiming"], make, X), TypeError, "must map a label"),
        (({1: "kaiming"}, make, X), TypeError, "must be a text"),
        (({"a": "kaiming"}, None, X), TypeError, "function without arguments"),
        (({"a": "kaiming"}, make(), X), TypeError, "function without arguments"),
        (({"a": "kaiming"}, lambda: 3, X), TypeError, "must return a Keras model"),
        (({"a": "kaimin"}, make, X), ValueError, "The scheme 'a': .*kaiming"),
        (({"a": 3.5}, make, X), (TypeError, ValueError), "The scheme 'a'"),
        (({"a": {"fc9": "ones"}}, make, X), ValueError, "The scheme 'a'"),
        (({"a": "kaiming"}, make, X[:, :5]), ValueError, "`x` is not what 'net' takes"),
        (({"a": "kaiming"}, make, "x"), TypeError, "`x` must be arrays"),
        (({"a": "kaiming"}, make, X[:0]), ValueError, "one at least"),
    ],
)
def test_what_cannot_be_is_refused(arguments, error, text):
    with pytest.raises(error, match=text):
        ivy.compare_initializations(*arguments)


@pytest.mark.parametrize("function", ["compare_initializations", "compare_training"])
def test_one_model_twice_is_refused_before_it_changes(function):
    model = make()
    before = model.get_weights()
    data = (X,) if function == "compare_initializations" else (X, Y)
    with pytest.raises(ValueError, match="new model, with layers of its own"):
        getattr(ivy, function)({"a": "ones", "b": "zeros"}, lambda: model, *data)
    layer = K.Dense(4)
    with pytest.raises(ValueError, match="share"):
        getattr(ivy, function)(
            {"a": "ones", "b": "zeros"},
            lambda: keras.Sequential([keras.Input((32,)), layer]),
            *data,
        )
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_training_is_that_of_fit():
    report = ivy.compare_training(
        {"He": "kaiming", "zero": "zeros"},
        make,
        X,
        Y,
        optimizers={"sgd": keras.optimizers.SGD(0.1), "ours": "adam_ivy(learning_rate=0.01)"},
        epochs=2,
        batch_size=300,
        validation_data=(X, Y),
        seeds=[4, 5],
    )
    assert [row.path for row in report][:3] == ["He/sgd/4", "He/sgd/5", "He/ours/4"]
    model = ivy.initialize_model(make(), "kaiming", seed=5)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.1), loss, metrics=["accuracy"])
    wanted = model.fit(X, Y, batch_size=300, epochs=2, shuffle=False, verbose=0).history
    found = report["He/sgd/5"]
    np.testing.assert_allclose(found.history["loss"], wanted["loss"], rtol=1e-5)
    assert (found.first_loss, found.loss) == (found.history["loss"][0], found.history["loss"][1])
    assert found.val_accuracy is not None
    assert report.curves("He", "sgd")[1] == found.history["loss"]
    text = str(report.table)
    assert "He, sgd, 2 seeds: last loss" in text
    with pytest.raises(ValueError, match="scheme"):
        report.curves("Hi", "sgd")


def noisy():
    layers = [K.Dense(16), K.BatchNormalization(), K.ReLU(), K.Dropout(0.5)]
    return keras.Sequential([keras.Input((32,)), *layers, K.Dense(4)])


def test_nothing_of_a_run_reaches_the_next():
    """Models that are alike are compiled once, for the first of the runs."""
    rate = keras.optimizers.schedules.ExponentialDecay(0.1, 3, 0.5)
    options = {
        "optimizers": ivy.AdamW(
            rate, hyperball=True, rules="bias_norm", use_ema=True, ema_momentum=0.5, variant="paper"
        ),
        "epochs": 2,
        "batch_size": 100,
        "validation_data": (X, Y),
    }
    schemes = {"He": "kaiming", "large": ("normal", {"std": 1.0})}
    together = ivy.compare_training(schemes, noisy, X, Y, seeds=[0, 1], **options)
    alone = ivy.compare_training({"large": schemes["large"]}, noisy, X, Y, seeds=1, **options)
    found, wanted = together[-1].history, alone[0].history
    assert found.keys() == wanted.keys()
    for name, values in wanted.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-6, err_msg=name)


class Scale(K.Layer):
    """A layer of a program's own that does not tell by what it scales."""

    def __init__(self, scale, **options):
        super().__init__(**options)
        self.scale = scale

    def call(self, x):
        return x * self.scale

    def get_config(self):
        return K.Layer.get_config(self)


class Scaled(keras.Sequential):
    """A model that does not tell either."""

    scale = 1.0

    def call(self, *args, **options):
        return super().call(*args, **options) * self.scale


def scaled_model(scale):
    model = Scaled([keras.Input((32,)), K.Dense(4)])
    model.scale = scale
    return model


def activated_model(scale):
    def activation(x):
        return x * scale

    return keras.Sequential([keras.Input((32,)), K.Dense(4, activation)])


UNLIKE = {
    "a layer": lambda scale: keras.Sequential([keras.Input((32,)), K.Dense(4), Scale(scale)]),
    "a function": activated_model,
    "a model": scaled_model,
    "a setting": lambda scale: keras.Sequential(
        [keras.Input((32,)), K.Dense(4), K.Rescaling(scale)]
    ),
}


@pytest.mark.parametrize("kind", UNLIKE)
def test_models_that_are_not_alike_train_each_as_it_is(kind):
    scales = iter((1.0, 1.0, 1.0, 3.0))  # two are made to look at the arguments
    report = ivy.compare_training(
        {"first": "ones", "second": "ones"},
        lambda: UNLIKE[kind](next(scales)),
        X,
        np.zeros((300, 4), "float32"),
        optimizers=keras.optimizers.SGD(0.0),
        loss="mean_absolute_error",
        epochs=1,
        batch_size=300,
    )
    assert report[1].loss == pytest.approx(3 * report[0].loss, rel=1e-5)


def test_loss_is_the_compiled_one():
    def compiled():
        model = make()
        model.compile("sgd", "mean_absolute_error")
        return model

    report = ivy.compare_training({"zero": "zeros"}, compiled, X, X[:, :4], epochs=1)
    assert report[0].first_loss == pytest.approx(np.abs(X[:, :4]).mean(), rel=0.02)
    assert report[0].accuracy is None


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"optimizers": {}}, ValueError, "no optimizer"),
        ({"optimizers": 3}, TypeError, "list of them"),
        ({"optimizers": ["adam", "adam"]}, ValueError, "twice"),
        ({"optimizers": {"a": 3}}, TypeError, "An optimizer must be"),
        ({"optimizers": "adm"}, ValueError, "adm"),
        ({"seeds": []}, TypeError, "a seed or a list"),
        ({"seeds": -1}, ValueError, "seeds"),
        ({"epochs": 0}, ValueError, "epochs"),
        ({"batch_size": 1.5}, TypeError, "batch_size"),
        ({"loss": "mean_squard"}, ValueError, "mean_squard"),
    ],
)
def test_options_of_training_are_checked(options, error, text):
    with pytest.raises(error, match=text):
        ivy.compare_training({"He": "kaiming"}, make, X, Y, **options)
    with pytest.raises(TypeError, match="needs targets"):
        ivy.compare_training({"He": "kaiming"}, make, X, None)


def test_pictures():
    pyplot = pytest.importorskip("matplotlib.pyplot", reason="pictures are an extra")
    report = ivy.compare_initializations({"He": "kaiming", "Xavier": "xavier"}, make, X)
    figure, axes = report.plot()
    assert axes.shape == (2, 3)
    assert [ax.get_title() for ax in axes[0]] == ["fc1", "fc2", "fc3"]
    assert axes[0, 0].get_ylabel() == "He\nshare of values"
    assert f"std {report['He', 'fc1'].std:.2g}" in axes[0, 0].texts[0].get_text()
    figure.canvas.draw()
    _, axes = report.plot(layers=["act"])
    assert axes.shape == (2, 1)
    with pytest.raises(KeyError, match="fc9"):
        report.plot(layers=["fc9"])
    _, ax = pyplot.subplots()
    assert report.plot(ax=ax) == (ax.figure, ax)
    assert [line.get_label() for line in ax.lines] == ["He", "Xavier"]
    runs = ivy.compare_training(
        {"He": "kaiming", "zero": "zeros"}, make, X, Y, epochs=2, seeds=[0, 1], batch_size=100
    )
    figure, axes = runs.plot()
    assert axes[0].get_ylabel() == "loss, mean and range of seeds"
    np.testing.assert_allclose(
        axes[0].lines[0].get_ydata(), np.mean(runs.curves("He", "adam"), axis=0)
    )
    figure.canvas.draw()
    with pytest.raises(ValueError, match="1 optimizers"):
        runs.plot(ax=[ax, ax])
    pyplot.close("all")
