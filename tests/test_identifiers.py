"""Names with arguments: limits, so that a text from a file can neither hang nor crash a process."""

import contextlib
import gc
import itertools
import re
import tracemalloc

import keras
import pytest

import keras_ivy
from keras_ivy.utils.exceptions import IvyException
from keras_ivy.utils.identifiers import MAX_LENGTH, MAX_NESTING, hint, parse_call

READERS = [
    parse_call,
    keras.initializers.get,
    keras.optimizers.get,
    keras_ivy.initializers.get,
    lambda text: keras.initializers.get({"class_name": text, "config": {}}),
    lambda text: keras.optimizers.get({"class_name": text, "config": {}}),
    lambda text: keras.layers.Dense(2, kernel_initializer=text),
    lambda text: keras.Sequential([keras.layers.Dense(2)]).compile(text),
    lambda text: keras_ivy.Linear(2, 3, weight_initializer=text),
    lambda text: keras_ivy.initialize_model(keras_ivy.Linear(2, 3), text),
]
HEAVY = {
    "long name": "a" * 10_000,
    "long name of ours": "a" * 10_000 + "_ivy",
    "long argument": f"constant_ivy('{'a' * 10_000}')",
    "parentheses": f"constant_ivy({'(' * 300}1{')' * 300})",
    "many parentheses": f"constant_ivy({'(' * 5000}1{')' * 5000})",
    "lists": f"constant_ivy({'[' * 200}1{']' * 200})",
    "dicts": "adam_ivy(" + "{1:" * 100 + "1" + "}" * 100 + ")",
    "open lists": f"lamb_ivy({'[' * 900})",
    "signs": f"siren_ivy({'-' * 900}1)",
    "negations": f"siren_ivy({'not ' * 200}1)",
    "powers": f"siren_ivy({'2**' * 300}1)",
    "attributes": f"siren_ivy({'a.' * 400}a)",
    "subscripts": f"siren_ivy(a{'[0]' * 300})",
    "sum": f"siren_ivy({'1+' * 450}1)",
    "conditions": f"siren_ivy({'1 if 1 else ' * 70}1)",
    "lambdas": f"siren_ivy({'lambda:' * 130}1)",
    "digits": f"siren_ivy({'9' * 900})",
    "digits of an optimizer": f"adam_ivy({'9' * 900})",
    "calls": "siren_ivy" + "()" * 400,
    "zero": "siren_ivy(w0='\0')",
    "surrogate": "siren_ivy(w0='\ud800')",
    "unclosed": "siren_ivy(w0=6",
    "unopened": "siren_ivy w0=6)",
}


@pytest.mark.parametrize("text", HEAVY.values(), ids=HEAVY)
def test_a_heavy_identifier_is_a_value_error_everywhere(text):
    for reader in READERS[1:]:
        with pytest.raises((ValueError, TypeError)) as caught:
            reader(text)
        # What is not even a name of ours, in a config, keeps Keras's answer.
        assert re.search("Received: |Could not (interpret|locate class)", str(caught.value))
        if len(text) > MAX_LENGTH:
            assert len(str(caught.value)) < 400


@pytest.mark.parametrize("text", HEAVY.values(), ids=HEAVY)
def test_reading_a_heavy_identifier_raises_nothing_else(text):
    with contextlib.suppress(IvyException):
        parse_call(text)


def test_limits_leave_room_for_what_people_write():
    classes = "[" + ", ".join(["0.01000001"] * 80) + "]"
    assert len(parse_call(f"output_bias_ivy({classes})")[1][0]) == 80
    deep = "[" * (MAX_NESTING - 1) + "1" + "]" * (MAX_NESTING - 1)
    assert parse_call(f"constant_ivy({deep})")[0] == "constant_ivy"
    with pytest.raises(ValueError, match="nest brackets 16 deep"):
        parse_call(f"constant_ivy([{deep}])")


@pytest.mark.parametrize(
    ("get", "text", "count"),
    [
        (keras.initializers.get, "siren_ivy(w0={})", 10_000),
        (keras.optimizers.get, "sgd_ivy(learning_rate={})", 50),
    ],
)
def test_many_spellings_are_not_registered(get, text, count):
    known = dict(keras.saving.get_custom_objects())
    for number in range(count):
        get(text.format(number + 1))
    assert keras.saving.get_custom_objects() == known


def test_many_spellings_leave_no_memory_behind():
    def after_a_sweep():
        for number in range(1000):
            keras.initializers.get(f"siren_ivy(w0={number + 1})")
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        sizes = [after_a_sweep() for _ in range(4)]
    finally:
        tracemalloc.stop()
    # Python now and then makes room for more subclasses of `object`; a leak is in every sweep,
    # and the names alone would be 60,000 bytes.
    assert min(after - before for before, after in itertools.pairwise(sizes)) < 20_000


def test_what_a_name_made_is_saved_without_the_name(tmp_path):
    layers = [keras.Input((4,))]
    layers += [keras.layers.Dense(2, kernel_initializer=f"siren_ivy(w0={n})") for n in range(1, 6)]
    model = keras.Sequential(layers)
    model.compile("adam_ivy(learning_rate=0.5, name='MyAdam')", "mse")
    model.optimizer.build(model.trainable_variables)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert [layer.kernel_initializer.w0 for layer in again.layers] == [1, 2, 3, 4, 5]
    assert (again.optimizer.name, float(again.optimizer.learning_rate)) == ("MyAdam", 0.5)
    assert "spelled" not in model.to_json()


@pytest.mark.parametrize(
    ("text", "first"),
    [("lamb_ivi", "lamb_ivy"), ("LAMB", "lamb_ivy"), ("lars(0.1)", "lars_ivy"), ("ADAM", "adam")],
)
def test_the_first_name_of_a_hint_is_what_was_meant(text, first):
    known = ["adam", "adamax", "adam_ivy", "lamb_ivy", "lamb_paper", "lars_ivy", "sgd_ivy"]
    assert hint(text, known).startswith(f"Did you mean {first!r}")
