"""Paths of the variables of stock Keras layers and models."""

import types

import keras
import numpy as np
import pytest

from keras_ivy import structure

X = np.ones((2, 3, 4), "float32")


def paths(layer):
    return [entry.path for entry in structure.walk(layer)]


def sequential():
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dropout(0.5)])


def functional():
    inputs = keras.Input((3,))
    left, right = keras.layers.Dense(4)(inputs), keras.layers.Dense(4)(inputs)
    return keras.Model(inputs, keras.layers.Dense(1)(keras.layers.Add()([left, right])))


class Nested(keras.Model):
    """One of every place in which Keras finds layers."""

    def __init__(self):
        super().__init__()
        self.many = [keras.layers.Dense(4), [keras.layers.Dense(4)]]
        self.named = {"b": keras.layers.Dense(4), "a": (keras.layers.LayerNormalization(),)}
        self._private = keras.layers.LSTM(4, dropout=0.5)
        self.attention = keras.layers.MultiHeadAttention(1, 2)
        self.both = keras.layers.Bidirectional(keras.layers.GRU(2))

    def call(self, x):
        x = self.many[1][0](self.many[0](x))
        x = self.named["a"][0](self.named["b"](x))
        x = self.attention(x, x)
        return self._private(x) + self.both(x)


def small_network():
    return keras.applications.MobileNetV2(weights=None, input_shape=(32, 32, 3), classes=3)


def nested():
    model = Nested()
    model(X)
    return model


@pytest.mark.parametrize("make", [sequential, functional, nested, small_network])
def test_walk_lists_every_variable_once(make):
    model = make()
    entries = structure.walk(model)
    assert sorted(id(e.variable) for e in entries) == sorted(id(v) for v in model.variables)
    assert len({e.path for e in entries}) == len(entries)
    assert [e.path.split("/") for e in entries] == sorted(e.path.split("/") for e in entries)


@pytest.mark.parametrize("make", [sequential, functional, nested, small_network])
def test_walk_gives_equal_paths_for_equal_models(make):
    first, second = make(), make()
    assert first.layers[0].name != second.layers[0].name
    assert paths(first) == paths(second)


@pytest.mark.parametrize("make", [sequential, functional, small_network])
def test_walk_gives_equal_paths_after_loading(make, tmp_path):
    model = make()
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    shapes = {e.path: e.variable.shape for e in structure.walk(model)}
    assert {e.path: e.variable.shape for e in structure.walk(loaded)} == shapes


def test_walk_names_items_by_attribute_index_and_key():
    assert paths(nested())[:6] == [
        "attention/key_dense/bias",
        "attention/key_dense/kernel",
        "attention/output_dense/bias",
        "attention/output_dense/kernel",
        "attention/query_dense/bias",
        "attention/query_dense/kernel",
    ]
    assert {p.rsplit("/", 1)[0] for p in paths(nested()) if not p.startswith("attention")} == {
        "both/backward_layer/cell",
        "both/backward_layer/cell/seed_generator",
        "both/forward_layer/cell",
        "both/forward_layer/cell/seed_generator",
        "many/v0",
        "many/v1/v0",
        "named/a/v0",
        "named/b",
        "private/cell",
        "private/cell/seed_generator",
    }


def test_walk_of_a_sequential_counts_from_its_first_layer():
    assert paths(sequential()) == [
        "layers/v0/bias",
        "layers/v0/kernel",
        "layers/v1/seed_generator/state",
    ]


def test_entry_names_the_holder_and_the_name_below_it():
    model = sequential()
    entry = structure.walk(model)[1]
    assert entry.layer is model.layers[0]
    assert entry.name == "kernel"
    assert entry.variable is model.layers[0].kernel


def test_walk_lists_a_shared_layer_at_its_first_path():
    layer = keras.layers.Layer()
    shared = keras.layers.Dense(1)
    shared.build((None, 1))
    layer.zebra = shared
    layer.list = [keras.layers.Activation("relu"), shared]
    assert paths(layer) == ["list/v1/bias", "list/v1/kernel"]
    assert structure.aliases(layer) == {
        "zebra/bias": "list/v1/bias",
        "zebra/kernel": "list/v1/kernel",
    }
    assert structure.structure_of(layer).resolve("zebra/kernel") == "list/v1/kernel"
    assert structure.structure_of(layer).resolve("nowhere/kernel") == "nowhere/kernel"


def test_aliases_follow_a_link_below_a_link():
    layer, inner, leaf = (keras.layers.Layer() for _ in range(3))
    leaf.w = keras.Variable([1.0])
    inner.p = inner.q = leaf
    layer.a = layer.b = inner
    assert paths(layer) == ["a/p/w"]
    assert structure.aliases(layer) == dict.fromkeys(["a/q/w", "b/p/w", "b/q/w"], "a/p/w")
    assert structure.structure_of(layer).resolve("b/q/w") == "a/p/w"


def test_walk_lists_a_shared_variable_once():
    layer = keras.layers.Layer()
    layer.one, layer.two = keras.layers.Layer(), keras.layers.Layer()
    layer.one.w = layer.two.w = keras.Variable([1.0])
    layer.two.b = keras.Variable([2.0])
    assert paths(layer) == ["one/w", "two/b"]
    assert structure.aliases(layer) == {"two/w": "one/w"}


def test_walk_names_a_weight_without_attribute_after_itself():
    layer = keras.layers.Layer()
    layer.add_weight(name="scale")
    layer.add_weight(name="scale", trainable=False)
    assert paths(layer) == ["scale", "scale_1"]


def test_walk_skips_sets_and_double_underscores():
    layer = keras.layers.Layer()
    layer.a_set = {keras.layers.Dense(1)}
    setattr(layer, "__hidden", keras.layers.Dense(1))
    for held in layer._flatten_layers(include_self=False):
        held.build((None, 1))
    assert len(layer.weights) == 4
    assert paths(layer) == []


@pytest.mark.parametrize(
    ("key", "expected"),
    [(0, "0"), ("_a", "a"), ("_", "_"), ("", "_"), ("a/b", "a/b"), ("c.d", "c/d")],
)
def test_dict_keys_become_path_components(key, expected):
    layer = keras.layers.Layer()
    layer.d = {key: keras.Variable([1.0])}
    assert paths(layer) == [f"d/{expected}"]


def test_walk_keeps_the_underscore_where_the_name_is_taken():
    layer = keras.layers.Layer()
    layer.w = keras.Variable([1.0])
    layer._w = keras.Variable([2.0])
    assert [(e.path, float(e.variable[0])) for e in structure.walk(layer)] == [
        ("_w", 2.0),
        ("w", 1.0),
    ]


def test_walk_looks_into_plain_objects_and_survives_back_pointers():
    layer = keras.layers.Layer()
    layer.holder = types.SimpleNamespace(owner=layer, w=keras.Variable([1.0]))
    assert paths(layer) == ["holder/w"]
    assert structure.aliases(layer) == {}


def test_walk_follows_late_builds_and_new_layers():
    layer = keras.layers.Layer()
    layer.items = [keras.layers.Dense(1, use_bias=False)]
    assert paths(layer) == []
    layer.items[0].build((None, 2))
    assert paths(layer) == ["items/v0/kernel"]
    layer.items.append(keras.layers.Dense(1, use_bias=False))
    layer.items[1].build((None, 2))
    assert paths(layer) == ["items/v0/kernel", "items/v1/kernel"]
    dropped = layer.items[0]
    layer.items[0] = layer.items[1]
    # Keras goes on counting the replaced layer among the layer's own.
    assert any(dropped.kernel is v for v in layer.variables)
    assert paths(layer) == ["items/v0/kernel", "layers/v0/kernel"]


def test_walk_is_kept_while_nothing_changes():
    model = functional()
    assert structure.structure_of(model) is structure.structure_of(model)


def test_sublayers_are_listed_by_path():
    model = sequential()
    assert structure.sublayers(model) == {
        "layers/v0": model.layers[0],
        "layers/v1": model.layers[1],
    }


def test_walk_reports_a_cycle_with_its_path():
    outer, inner = keras.layers.Layer(), keras.layers.Layer()
    outer.inner = [inner]
    inner.outer = outer
    with pytest.raises(ValueError, match="'inner/v0/outer' leads back to the root"):
        structure.walk(outer)
    with pytest.raises(ValueError, match="'outer/inner/v0' leads back"):
        structure.walk(inner)


@pytest.mark.parametrize("wrong", [None, 3, [keras.layers.Dense(1)]])
def test_walk_of_something_else_names_its_type(wrong):
    with pytest.raises(TypeError, match=f"Expected a Keras layer.*of type {type(wrong).__name__}"):
        structure.walk(wrong)
