"""Variables of a model by the names of layers, their table, and the tree for notebooks."""

import copy
import json
import pickle
from html.parser import HTMLParser

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy import Container

K = keras.layers


def net():
    def block(name):
        return keras.Sequential([keras.Input((4,)), K.Dense(4, name="deep")], name=name)

    hidden = [K.Dense(4, name=f"hidden{i}") for i in range(10)]
    layers = [block("inner"), block("other"), *hidden, K.BatchNormalization(name="norm")]
    return keras.Sequential([keras.Input((4,)), *layers])


@pytest.fixture
def model():
    return net()


def test_names_are_keys_for_reading(model):
    v = ivy.variables(model)
    kernel = model.get_layer("hidden1").kernel
    for key in ("hidden1/kernel", "layers/v3/kernel", "hidden1.kernel", "v3/kernel"):
        assert v[key] is kernel
        assert v.get(key) is kernel
        assert key in v
    assert v["hidden1"] is v["layers/v3"]
    assert v["inner"]["layers/v0/kernel"] is v["inner/deep/kernel"]
    assert list(v) == ["layers"], "names are no keys of their own"
    everything = ivy.variables(model, trainable=None)
    assert everything["norm/moving_mean"] is model.get_layer("norm").moving_mean
    assert "norm/moving_mean" not in v


@pytest.mark.parametrize("key", ["deep", "deep/kernel", "kernel"])
def test_ambiguous_names_are_refused_with_the_candidates(model, key):
    v = ivy.variables(model)
    with pytest.raises(KeyError, match=rf"layers/v0/layers/v0.*Received: key='{key}'"):
        v[key]
    with pytest.raises(KeyError, match="Several"):
        v[key] = tf.ones((4, 4))
    assert key not in v
    with pytest.raises(KeyError, match="Unknown key chain"):
        v["nowhere"]


def test_names_are_keys_for_writing(model):
    v = ivy.variables(model)
    new = tf.ones((4, 4))
    changed = v.set("hidden1/kernel", new)
    assert changed["layers/v3/kernel"] is changed["hidden1/kernel"] is new
    assert v["hidden1/kernel"] is model.get_layer("hidden1").kernel
    v["hidden2/kernel"] = new
    assert v["layers/v4/kernel"] is new
    assert list(v) == ["layers"]
    x = np.ones((2, 4), "float32")
    ivy.functional_call(model, v, x)
    del v["hidden2/kernel"]
    assert list(v["hidden2"]) == ["bias"]
    assert v.pop("hidden3").keys() == {"bias", "kernel"}
    assert "hidden3" not in v
    assert "layers/v5" not in v
    v["mine"] = 3
    assert v.mine == 3


def test_names_stay_where_paths_do(model):
    v = ivy.variables(model)
    for made in (v.copy(), copy.deepcopy(v), v.map(lambda x: x), v.set("layers/v3/kernel", 1)):
        assert type(made) is Container
        assert made["hidden4/bias"] is made["layers/v6/bias"]
    assert "hidden4/bias" not in v * 2
    again = pickle.loads(pickle.dumps(v.map(np.asarray)))
    assert again["layers/v6/bias"].shape == (4,)
    assert b"Names" not in pickle.dumps(v.map(np.asarray))


def test_gradients_are_found_by_the_same_names(model):
    v = ivy.variables(model)
    _, grads = ivy.value_and_grad(lambda v: tf.reduce_sum(v["hidden1/kernel"] ** 2))(v)
    kernel = model.get_layer("hidden1").kernel
    np.testing.assert_allclose(grads["hidden1/kernel"], 2 * kernel.numpy(), rtol=1e-6)
    values = v.map(np.asarray)  # of which the function gets tensors
    _, grads = ivy.execute_with_gradients(lambda v: tf.reduce_sum(v["hidden1"].kernel), values)
    assert not np.any(np.asarray(grads["hidden1/kernel"]) - 1)


def test_layers_are_renamed(model):
    assert "hidden1" in ivy.variables(model)
    model.layers[3].name = "renamed"
    assert ivy.variables(model)["renamed/bias"] is model.layers[3].bias


def test_table_of_a_model_has_names_in_the_order_of_calls(model):
    v = ivy.variables(model)
    table = v.describe()
    assert str(table).split()[:3] == ["path", "name", "shape"]
    hidden = [row.name for row in table if row.name.startswith("hidden")]
    assert [name.split("/")[0] for name in hidden[::2]] == [f"hidden{i}" for i in range(10)]
    assert table["hidden1"].path == "layers/v3/kernel"
    assert table["inner/deep/bias"].shape == (4,)
    kernel = np.asarray(model.get_layer("hidden1").kernel, "float64")
    assert table["hidden1"].stddev == pytest.approx(kernel.std())
    assert json.loads(v.to_json()) == v.to_dict() == table.to_dict()
    assert v.rows == table.rows
    pyplot = pytest.importorskip("matplotlib.pyplot", reason="pictures are an extra")
    figure, ax = pyplot.subplots()
    assert v.plot(ax=ax) == (figure, ax)
    pyplot.close("all")
    assert list(v.to_dataframe()["name"]) == [row.name for row in table]


def test_keys_and_leaves_come_before_the_forms_of_a_report():
    assert Container(rows=3).rows == 3
    assert list(Container(b=np.ones(2), a10=1.0, a2=2.0).rows)[1].path == "a10"

    class Leaf:
        def plot(self):
            return "own"

    assert Container(a=Leaf()).plot().a == "own"
    with pytest.raises(AttributeError, match="no key"):
        Container(a=1).columns_of_nothing()


class Checker(HTMLParser):
    """Counts tags, and whether they nest."""

    def __init__(self, text):
        super().__init__()
        self.open, self.seen, self.data = [], [], []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.data.append(data)


def test_tree_folds_and_names_layers(model):
    page = Checker(ivy.variables(model)._repr_html_())
    # The container itself, `layers`, twelve layers with weights, two of them blocks, and norm.
    assert page.seen.count("details") == 1 + 1 + 13 + 2 * 2
    text = " ".join(page.data)
    assert "hidden1/kernel" in text
    assert text.index("v2") < text.index("v10")


def test_tree_escapes_and_is_bounded():
    c = Container({"<script>": "<img src=x>", "big": np.zeros((1000, 1000)), "long": "x" * 10**6})
    text = c._repr_html_()
    assert "<script>" not in text
    assert "<img" not in text
    assert "shape=[1000, 1000]" in text
    assert len(text) < 3000
    wide = Container({f"v{i}": {f"w{j}": 0.5 for j in range(30)} for i in range(1000)})
    text = wide._repr_html_()
    Checker(text)
    assert "and 800 more" in text
    assert len(text) < 400_000
    deep = Container(a=1)
    for _ in range(200):
        deep = Container(a=deep)
    Checker(deep._repr_html_())
    Checker(Container()._repr_html_())


def test_tree_in_a_graph():
    seen = []
    tf.function(lambda x: seen.append(Container(x=x)._repr_html_()))(tf.ones((2, 3)))
    assert "shape=[2, 3]" in seen[0]
