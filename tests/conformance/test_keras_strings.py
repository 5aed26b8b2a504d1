"""Keras resolves names through the tables that `adapters/keras/strings.py` replaces.

A failure here means Keras changed how `keras.initializers.get` or `keras.optimizers.get` look a
string up; mend `keras_ivy/adapters/keras/strings.py`, nothing else touches the tables.
"""

import concurrent.futures

import keras
import pytest

import keras_ivy
from keras_ivy.adapters.keras import strings as keras_strings
from keras_ivy.registration import INITIALIZERS, register


@pytest.fixture
def ramp():
    """An initializer registered for one test only."""

    @register("ramp_ivy")
    class Ramp(keras.initializers.Initializer):
        def __init__(self, start=0, stop=1):
            self.start, self.stop = start, stop

        def __call__(self, shape, dtype=None):
            size = shape[0] * shape[1]
            return keras.ops.reshape(keras.ops.linspace(self.start, self.stop, size), shape)

        def get_config(self):
            return {"start": self.start, "stop": self.stop}

    yield Ramp
    known = keras.saving.get_custom_objects()
    for name in [n for n in known if n.startswith("ramp_ivy") or n == "keras_ivy>Ramp"]:
        del known[name]
    del INITIALIZERS["ramp_ivy"]


@pytest.mark.parametrize(
    ("text", "start", "stop"),
    [
        ("ramp_ivy", 0, 1),
        ("ramp_ivy()", 0, 1),
        ("ramp_ivy(stop=6)", 0, 6),
        ("ramp_ivy(-2, 3)", -2, 3),
        (" ramp_ivy( start = 2 ) ", 2, 1),
    ],
)
def test_get_resolves_names_with_arguments(ramp, text, start, stop):
    found = keras.initializers.get(text)
    assert type(found) is ramp
    assert (found.start, found.stop) == (start, stop)


def test_each_get_makes_a_new_instance(ramp):
    first, second = (keras.initializers.get("ramp_ivy(stop=6)") for _ in range(2))
    assert first is not second


def test_layer_keeps_the_class_not_the_spelling_in_its_config(ramp):
    layer = keras.layers.Dense(2, kernel_initializer="ramp_ivy(stop=6)")
    config = layer.get_config()
    assert config["kernel_initializer"]["registered_name"] == "keras_ivy>Ramp"
    assert keras.layers.Dense.from_config(config).kernel_initializer.stop == 6


def test_builtin_names_still_resolve_to_keras(ramp):
    assert type(keras.initializers.get("glorot_uniform")) is keras.initializers.GlorotUniform
    assert type(keras.optimizers.get("adam")) is keras.optimizers.Adam


def test_unknown_builtin_name_keeps_the_error_of_keras():
    with pytest.raises(ValueError, match="Could not interpret initializer identifier: glorot"):
        keras.initializers.get("glorot")


@pytest.mark.parametrize("text", ["rmp_ivy", "rmp_ivy(stop=2)"])
def test_unknown_name_lists_the_nearest(ramp, text):
    with pytest.raises(ValueError, match=r"Unknown name 'rmp_ivy'\. Did you mean 'ramp_ivy'"):
        keras.initializers.get(text)


@pytest.mark.parametrize("text", ["ramp_ivy(stop=open('x'))", "ramp_ivy(**{})", "ramp_ivy(a b)"])
def test_arguments_are_literals_and_never_evaluated(ramp, text):
    with pytest.raises(ValueError, match="Received: identifier="):
        keras.initializers.get(text)


def test_both_tables_are_replaced_where_keras_reads_them():
    for module in (keras_strings.keras_initializers, keras_strings.keras_optimizers):
        assert isinstance(module.ALL_OBJECTS_DICT, keras_strings._SpellingTable)


def test_register_refuses_a_name_without_the_suffix():
    with pytest.raises(ValueError, match="must end in one of"):
        register("zeros")(type("Zeros", (keras.initializers.Initializer,), {}))


def test_register_refuses_a_taken_name(ramp):
    other = type("Other", (keras.initializers.Initializer,), {})
    with pytest.raises(ValueError, match="already names"):
        register("ramp_ivy")(other)
    assert keras.saving.get_custom_objects()["ramp_ivy"] is ramp


@pytest.mark.parametrize(
    "text",
    ["lamb_ivy", "LAMB_IVY", "Lamb_Ivy()", " lamb_ivy ", "lamb_ivy(learning_rate=0.1)",
     "LAMB_ivy(0.1)", "keras_ivy>LAMB"],
)  # fmt: skip
def test_optimizers_are_known_in_any_case(text):
    optimizer = keras.optimizers.get(text)
    assert type(optimizer) is keras_ivy.LAMB
    assert float(optimizer.learning_rate) == pytest.approx(0.1 if "0.1" in text else 1e-4)


def test_arguments_keep_their_case():
    optimizer = keras.optimizers.get("Adam_ivy(use_ema=True, name='MyAdam', clipnorm=None)")
    assert (optimizer.use_ema, optimizer.name, optimizer.clipnorm) == (True, "MyAdam", None)


@pytest.mark.parametrize(
    ("config", "w0", "seed"),
    [
        ({"class_name": "siren_ivy", "config": {}}, 30, None),
        ({"class_name": "siren_ivy", "config": {"w0": 6}}, 6, None),
        ({"class_name": "siren_ivy()", "config": {"w0": 6}}, 6, None),
        ({"class_name": "siren_ivy(w0=6)", "config": {}}, 6, None),
        ({"class_name": "siren_ivy(w0=6)", "config": {"seed": 3}}, 6, 3),
        ({"class_name": "keras_ivy>Siren", "config": {"w0": 6}}, 6, None),
    ],
)
def test_configs_may_hold_names(config, w0, seed):
    for read in (keras.initializers.get, keras.initializers.deserialize):
        init = read(dict(config))
        assert (type(init), init.w0, init.seed) == (keras_ivy.Siren, w0, seed)


def test_an_argument_in_the_name_and_in_the_config_is_refused():
    with pytest.raises(TypeError, match="'w0' stands in the name and in the config"):
        keras.initializers.get({"class_name": "siren_ivy(w0=6)", "config": {"w0": 3}})


def test_deserialize_takes_a_name_with_arguments():
    assert keras.initializers.deserialize("siren_ivy(w0=6)").w0 == 6


class Mine(keras.initializers.Ones):
    """Known to Keras, not to `keras_ivy`."""


def test_names_that_keras_was_told_work():
    with keras.saving.custom_object_scope({"mine": Mine}):
        layer = keras.layers.Dense(2, kernel_initializer="mine")
    assert type(layer.kernel_initializer) is Mine
    keras.saving.register_keras_serializable("me")(Mine)
    try:
        assert type(keras.initializers.get("me>Mine")) is Mine
        with pytest.raises(ValueError, match="Did you mean 'me>Mine'"):
            keras.initializers.get("me>Mime")
    finally:
        del keras.saving.get_custom_objects()["me>Mine"]


def test_names_outlive_a_cleared_table_of_custom_objects():
    known = keras.saving.get_custom_objects()
    kept = dict(known)
    known.clear()
    try:
        assert type(keras.initializers.get("siren_ivy")) is keras_ivy.Siren
        assert keras.optimizers.get("sgd_ivy(learning_rate=0.5)").learning_rate == 0.5
    finally:
        known.update(kept)


@pytest.mark.parametrize(
    ("read", "text", "near"),
    [
        (keras.optimizers.get, "lamb_ivi", "lamb_ivy"),
        (keras.optimizers.get, "lamb_iv(learning_rate=0.1)", "lamb_ivy"),
        (keras.optimizers.get, "LARS", "lars_ivy"),
        (keras.optimizers.get, "adma", "adam"),
        (keras.initializers.get, "glorot_ivi", "glorot_ivy"),
        (keras.initializers.get, "xavier", "xavier_ivy"),
        (keras.initializers.get, "glort_uniform", "glorot_uniform"),
        (lambda name: keras.layers.Dense(2, kernel_initializer=name), "glorot_ivi", "glorot_ivy"),
        (lambda name: keras.layers.Dense(2, bias_initializer=name), "zero_ivi", "zeros_ivy"),
        (lambda name: keras.layers.LSTM(2, recurrent_initializer=name), "ortho", "orthogonal"),
        (lambda name: keras_ivy.Linear(2, 3, weight_initializer=name), "glorot_ivi", "glorot"),
        (lambda name: keras.Sequential().compile(name), "sgd_ivi", "sgd_ivy"),
        (lambda name: keras_ivy.Sequential(keras_ivy.ReLU()).compile(name), "sgd_ivi", "sgd_ivy"),
    ],
)  # fmt: skip
def test_an_unknown_name_gets_a_hint_wherever_it_stands(read, text, near):
    with pytest.raises(ValueError, match=f"Did you mean .*{near}"):
        read(text)


@pytest.mark.parametrize("name", ["lamb_ivy", "keras_ivy>LAMB", "keras_ivy>Linear"])
def test_a_name_of_something_else_is_no_initializer(name):
    with pytest.raises((ValueError, TypeError)):
        keras.initializers.get(name)


@pytest.mark.parametrize("name", ["siren_ivy", "keras_ivy>Siren"])
def test_a_name_of_something_else_is_no_optimizer(name):
    with pytest.raises(ValueError, match="Could not interpret optimizer"):
        keras.optimizers.get(name)


def test_a_class_that_nobody_registered_keeps_kerass_answer():
    config = {"module": "mine", "class_name": "Odd", "config": {}, "registered_name": "mine>Odd"}
    with pytest.raises((ValueError, TypeError), match=r"register_keras|Could not interpret"):
        keras.initializers.get(config)


def test_threads_do_not_meet_in_a_spelling():
    def read(numbers):
        return [keras.initializers.get(f"siren_ivy(w0={n})").w0 for n in numbers]

    parts = [range(1 + start, 400, 4) for start in range(4)]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert [list(part) for part in parts] == list(pool.map(read, parts))
