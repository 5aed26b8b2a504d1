"""Names of one's own classes, and lists of the names there are."""

import keras
import numpy as np
import pytest

import keras_ivy as ivy
from keras_ivy.registration import INITIALIZERS, OPTIMIZERS


@pytest.fixture(autouse=True)
def _unregistered():
    """Forget what a test registers."""
    known = keras.saving.get_custom_objects()
    tables = [known, INITIALIZERS, OPTIMIZERS]
    before = [dict(table) for table in tables]
    yield
    for table, kept in zip(tables, before, strict=True):
        table.clear()
        table.update(kept)


def half(name="Half"):
    """A class as a notebook defines it, anew at every run of the cell."""

    class Half(keras.initializers.Initializer):
        def __init__(self, factor=0.5):
            self.factor = factor

        def __call__(self, shape, dtype=None):
            return keras.ops.full(shape, self.factor, dtype)

        def get_config(self):
            return {"factor": self.factor}

    Half.__name__ = Half.__qualname__ = name
    return Half


@pytest.mark.parametrize("name", ["half_ivy", "half_paper", "half", "Half_of_it"])
def test_a_registered_name_works_everywhere(name, tmp_path):
    cls = ivy.register(name)(half())
    text = f"{name}(factor=0.25)"
    assert type(keras.initializers.get(name)) is cls
    assert keras.initializers.get({"class_name": text, "config": {}}).factor == 0.25
    assert ivy.initializers.get(text)((2,)).numpy().tolist() == [0.25, 0.25]
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, kernel_initializer=text)])
    np.testing.assert_array_equal(model.weights[0], np.full((3, 2), 0.25))
    assert ivy.Linear(2, 3, weight_initializer=text).v.w.numpy().min() == 0.25
    ivy.initialize_model(model, name)
    assert model.weights[0].numpy().max() == 0.5
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert again.layers[0].kernel_initializer.factor == 0.25
    assert name in ivy.list_initializers()


def test_a_registered_optimizer_works_everywhere():
    class Slow(ivy.SGD):
        def __init__(self, learning_rate=1e-9, **kwargs):
            super().__init__(learning_rate, **kwargs)

    ivy.register("slow_ivy")(Slow)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile("slow_ivy(learning_rate=0.5)", "mse")
    assert type(model.optimizer) is Slow
    assert float(model.optimizer.learning_rate) == 0.5
    assert ivy.list_optimizers("slow*") == ["slow_ivy"]
    with pytest.raises(ValueError, match="Did you mean 'slow_ivy'"):
        model.compile("slow_ivi", "mse")


def test_a_class_that_is_defined_again_takes_its_name():
    ivy.register("half_ivy")(half())
    cls = ivy.register("half_ivy")(half())
    assert type(keras.initializers.get("half_ivy")) is cls
    assert keras.saving.get_registered_object("keras_ivy>Half") is cls


def test_a_registration_with_keras_is_kept():
    cls = keras.saving.register_keras_serializable("mine")(half())
    ivy.register("half_ivy")(cls)
    assert keras.saving.get_registered_name(cls) == "mine>Half"
    assert keras.initializers.serialize(cls())["registered_name"] == "mine>Half"


@pytest.mark.parametrize(
    ("name", "cls", "kind", "sentence"),
    [
        ("zeros", half(), ValueError, "must end in one of"),
        ("Glorot_Uniform", half(), ValueError, "Keras does not know"),
        ("ADAM", half(), ValueError, "Keras does not know"),
        ("siren_ivy", half(), ValueError, "'siren_ivy' already names"),
        ("lamb_ivy", half(), ValueError, "'lamb_ivy' already names"),
        ("my_ivy", half("GlorotUniform"), ValueError, "'keras_ivy>GlorotUniform' already names"),
        ("my ivy", half(), ValueError, "letters, digits"),
        ("my_ivy(3)", half(), ValueError, "letters, digits"),
        ("", half(), ValueError, "letters, digits"),
        (3, half(), TypeError, "must be a string"),
        ("my_ivy", lambda shape, dtype=None: None, TypeError, "Only classes"),
        ("my_ivy", keras.layers.Dense, TypeError, "names of initializers and optimizers"),
    ],
)
def test_what_cannot_be_a_name_is_refused_and_changes_nothing(name, cls, kind, sentence):
    known = dict(keras.saving.get_custom_objects())
    tables = dict(INITIALIZERS), dict(OPTIMIZERS)
    with pytest.raises(kind, match=sentence):
        ivy.register(name)(cls)
    assert keras.saving.get_custom_objects() == known
    assert tables == (INITIALIZERS, OPTIMIZERS)


NEED_ARGUMENTS = {"output_bias_ivy", "deepnet_ivy", "tfixup_ivy", "gpt2_residual_ivy"}
NEED_ARGUMENTS |= {"depth_scaled_ivy", "fixup_ivy"}


@pytest.mark.parametrize("listed", [ivy.list_initializers, ivy.list_optimizers])
def test_lists_are_sorted_and_every_name_resolves(listed):
    get = {"list_initializers": keras.initializers.get, "list_optimizers": keras.optimizers.get}
    names = listed()
    assert names == sorted(names)
    assert [name for name, _ in listed(with_description=True)] == names
    for name, text in listed(with_description=True):
        assert text.endswith(".") or ":" in text, name
        if name in NEED_ARGUMENTS:
            with pytest.raises((TypeError, ValueError), match="Received: "):
                get[listed.__name__](name)
        else:
            get[listed.__name__](name)


def test_lists_hold_the_names_of_the_documents():
    assert set(ivy.list_optimizers()) >= {
        "sgd_ivy", "adam_ivy", "adamw_ivy", "lars_ivy", "lamb_ivy", "lars_paper", "lamb_paper",
    }  # fmt: skip
    names = """zeros_ivy ones_ivy constant_ivy uniform_ivy glorot_ivy first_layer_siren_ivy
    siren_ivy kaiming_ivy random_normal_ivy xavier_uniform_ivy xavier_normal_ivy
    kaiming_uniform_ivy kaiming_normal_ivy he_normal_ivy he_uniform_ivy he_ivy lecun_normal_ivy
    lecun_ivy orthogonal_ivy delta_orthogonal_ivy dirac_ivy"""
    assert set(ivy.list_initializers()) >= set(names.split())


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("la??_paper", ["lamb_paper", "lars_paper"]),
        ("LAMB*", ["lamb_ivy", "lamb_paper"]),
        ("[ls]*_ivy", ["lamb_ivy", "lars_ivy", "sgd_ivy"]),
        ("nothing", []),
        ("", []),
    ],
)
def test_patterns_are_those_of_a_shell(pattern, found):
    assert ivy.list_optimizers(pattern) == found


@pytest.mark.parametrize("bad", [None, 3, ["lamb*"]])
def test_a_pattern_that_is_no_string_is_refused(bad):
    with pytest.raises(TypeError, match="`pattern` must be a string"):
        ivy.list_optimizers(bad)


def test_the_lists_are_in_their_folders_too():
    assert ivy.initializers.list_initializers is ivy.list_initializers
    assert ivy.optimizers.list_optimizers is ivy.list_optimizers
    assert ivy.initializers.register is ivy.optimizers.register is ivy.register
