"""Keras resolves names through the tables that `adapters/keras_strings.py` replaces.

A failure here means Keras changed how `keras.initializers.get` or `keras.optimizers.get` look a
string up; mend `keras_ivy/adapters/keras_strings.py`, nothing else touches the tables.
"""

import keras
import pytest

from keras_ivy.adapters import keras_strings
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
