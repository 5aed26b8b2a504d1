"""Initializers by name: the document's, Ivy's, Keras's, with arguments, through Keras."""

import keras
import numpy as np
import pytest

import keras_ivy.initializers as initializers
from keras_ivy.registration import INITIALIZERS
from tests.initializers.cases import NAMES


@pytest.mark.parametrize(
    ("name", "config", "cls", "attributes"),
    [
        ("xavier", {}, "XavierInitializer", {"gain": 1.0, "distribution": "uniform"}),
        ("xavier", {"gain": 2.0, "distribution": "uniform"}, "XavierInitializer", {"gain": 2.0}),
        ("kaiming", {}, "KaimingInitializer", {"mode": "fan_in", "nonlinearity": "relu"}),
        (
            "kaiming",
            {"mode": "fan_out", "nonlinearity": "relu", "distribution": "normal"},
            "KaimingInitializer",
            {"mode": "fan_out", "distribution": "normal"},
        ),
        ("uniform", {"a": -0.5, "b": 0.5}, "UniformInitializer", {"a": -0.5, "b": 0.5}),
        ("normal", {"mean": 0.0, "std": 0.02}, "NormalInitializer", {"mean": 0.0, "std": 0.02}),
        ("uniform_ivy", {}, "Uniform", {"fan_mode": "fan_sum"}),
        ("glorot_ivy", {}, "GlorotUniform", {}),
        ("glorot_uniform", {}, "GlorotUniform", {}),
        ("GlorotUniform", {}, "GlorotUniform", {}),
        ("kaiming_ivy", {}, "KaimingNormal", {}),
        ("he_uniform", {}, "KaimingUniform", {}),
        ("siren(w0=6)", {}, "Siren", {"w0": 6}),
        ("siren_ivy( 6 )", {}, "Siren", {"w0": 6}),
        ("orthogonal(gain=2)", {"scaled": True}, "Orthogonal", {"gain": 2, "scaled": True}),
        ("kaiming_normal(mode='fan_out')", {}, "KaimingNormal", {"fan_mode": "fan_out"}),
        ("torch_default", {}, "TorchDefault", {}),
        ("random_uniform", {"minval": 0.0}, "Adopted", {}),
    ],
)
def test_get_by_name(name, config, cls, attributes):
    init = initializers.get(name, config)
    assert type(init).__name__ == cls
    for attribute, value in attributes.items():
        assert getattr(init, attribute) == value


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("Adopted", "Fixup")])
def test_every_class_has_a_name_that_keras_knows(name):
    cls = getattr(initializers, name)
    aliases = [alias for alias, known in INITIALIZERS.items() if known is cls]
    assert aliases
    assert {alias.removesuffix("_ivy") for alias in aliases} <= set(initializers.known_names())
    needed = {"DepthScaled": "4", "GPT2Residual": "4", "DeepNet": "4", "TFixup": "4"}
    needed["OutputBias"] = "[0.25, 0.75]"
    text = f"{aliases[0]}({needed[name]})" if name in needed else aliases[0]
    assert type(keras.initializers.get(text)) is cls
    assert type(initializers.get(text)) is cls


def test_the_issues_spelling_goes_through_keras():
    layer = keras.layers.Dense(3, kernel_initializer="kaiming_normal_ivy(mode='fan_out')")
    assert isinstance(layer.kernel_initializer, initializers.KaimingNormal)
    assert layer.kernel_initializer.fan_mode == "fan_out"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("xaver", "Did you mean 'xavier'"),
        ("kaiming_norml", "Did you mean 'kaiming_normal'"),
        ("siren(w0=__import__('os'))", "Python literals"),
        ("siren(**{'w0': 3})", "not allowed"),
        ("zzz", "Known names: "),
    ],
)
def test_unknown_names_are_refused(name, sentence):
    with pytest.raises(ValueError, match=sentence.replace("(", r"\(")):
        initializers.get(name)


@pytest.mark.parametrize("identifier", [None, initializers.Zeros(), keras.initializers.Zeros()])
def test_a_config_goes_with_names_only(identifier):
    with pytest.raises(TypeError, match="Received: identifier="):
        initializers.get(identifier, {"gain": 2.0})


def test_none_is_no_initializer():
    with pytest.raises(TypeError, match="identifier=None"):
        initializers.get(None)


def test_instances_come_back_themselves():
    init = initializers.Siren()
    assert initializers.get(init) is init


def test_classes_are_made():
    assert initializers.get(initializers.Siren, {"w0": 6}).w0 == 6
    assert isinstance(initializers.get(keras.initializers.HeNormal), initializers.VarianceScaling)


def test_arrays_and_functions_are_initializers():
    array = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(initializers.get(array)((2, 3)), array)
    np.testing.assert_array_equal(
        initializers.get(lambda shape, dtype=None: keras.ops.full(shape, 3.0, dtype))((2,)), [3, 3]
    )


FAMILY = [
    keras.initializers.GlorotUniform,
    keras.initializers.GlorotNormal,
    keras.initializers.HeNormal,
    keras.initializers.HeUniform,
    keras.initializers.LecunNormal,
    keras.initializers.LecunUniform,
    lambda seed: keras.initializers.VarianceScaling(3, "fan_out", "untruncated_normal", seed),
    lambda seed: keras.initializers.Orthogonal(2.0, seed),
    lambda seed: keras.initializers.RandomNormal(seed=seed),
    lambda seed: keras.initializers.TruncatedNormal(seed=seed),
    lambda seed: keras.initializers.RandomUniform(seed=seed),
]


@pytest.mark.parametrize("make", FAMILY)
@pytest.mark.parametrize("shape", [(30, 40), (3, 3, 5, 6)])
def test_adopted_keras_initializers_draw_the_same_values(make, shape):
    theirs, ours = make(seed=3), initializers.adopt(make(seed=3))
    np.testing.assert_allclose(ours(shape), theirs(shape), atol=3e-6)


@pytest.mark.parametrize("make", FAMILY)
def test_adopted_unseeded_initializers_draw_anew_at_every_call(make):
    init = initializers.adopt(make(seed=None))
    assert (init((5, 5)).numpy() != init((5, 5)).numpy()).any()


def test_adopted_integers_stay_integers():
    out = initializers.get(keras.initializers.Constant(3))((2,), "int32")
    np.testing.assert_array_equal(out, np.array([3, 3], "int32"))
    assert out.dtype == "int32"


def test_adopting_something_else_is_refused():
    with pytest.raises(TypeError, match="must be callable"):
        initializers.Adopted(3)


def test_saved_models_keep_their_initializers(tmp_path):
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(3, kernel_initializer="siren_ivy(w0=6)"),
            keras.layers.Dense(2, kernel_initializer=initializers.Fixup(4, seed=1)),
        ]
    )
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert again.layers[0].kernel_initializer.w0 == 6
    assert (
        again.layers[1].kernel_initializer.get_config()
        == model.layers[1].kernel_initializer.get_config()
    )


def test_ready_instances_are_those_of_the_document():
    for name in ("xavier_uniform", "xavier_normal", "kaiming_uniform", "kaiming_normal"):
        init = getattr(initializers, name)
        assert init.distribution == name.split("_")[1]
    assert (initializers.uniform.a, initializers.uniform.b) == (0, 1)
    assert (initializers.normal.mean, initializers.normal.std) == (0, 1)


@pytest.mark.parametrize("get", [initializers.get, keras.initializers.get])
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("siren_ivy(w0=6)(3)", "one call of one name"),
        ("siren_ivy(w0=6)()", "one call of one name"),
        ("siren_ivy(w0=1, w0=2)", "given twice"),
        ("siren_ivy(w0=6).seed(1)", "one call of one name"),
    ],
)
def test_text_that_is_more_than_one_call_is_refused(get, text, sentence):
    with pytest.raises(ValueError, match=sentence):
        get(text)


def test_error_about_an_argument_names_the_string():
    with pytest.raises(
        TypeError, match=r"^'siren_ivy\(w1=6\)' could not(.|\n)*has no argument 'w1'"
    ):
        keras.initializers.get("siren_ivy(w1=6)")
