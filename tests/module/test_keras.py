"""A module as a Keras model: training, nesting, distribution, precision, export."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from tests.module.nets import Late, Mixed, Net, Scale, X, Y, assert_values, values


class Stock(keras.Model):
    """`Net`, written for Keras."""

    def __init__(self, hidden=4):
        super().__init__()
        self.first = keras.layers.Dense(hidden, "tanh")
        self.second = keras.layers.Dense(1)

    def call(self, x):
        return self.second(self.first(x))


def as_stock(net):
    """The stock model with the weights of a `Net`."""
    model = Stock()
    model(X)
    v = net.v
    model.set_weights([np.transpose(v.first.w), v.first.b, np.transpose(v.second.w), v.second.b])
    return model


def assert_equal_nets(net, model):
    for ours, theirs in zip(
        (net.v.first.w, net.v.first.b, net.v.second.w, net.v.second.b), model.weights, strict=True
    ):
        theirs = np.transpose(theirs) if len(theirs.shape) == 2 else theirs
        np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=2e-6)


def fit(model, optimizer, **options):
    model.compile(keras.optimizers.get(optimizer), "mse", metrics=["mae"], **options)
    history = model.fit(X, Y, epochs=3, batch_size=4, shuffle=False, verbose=0).history
    assert set(history) == {"loss", "mae"}


@functools.cache
def fitted_stock(optimizer):
    """The values of a `Net`, and the stock model trained from them, its losses and predictions."""
    net = Net()
    model = as_stock(net)
    fit(model, optimizer)
    return net.v, model, model.evaluate(X, Y, verbose=0), model.predict(X, verbose=0)


@pytest.mark.parametrize(
    "options",
    [{}, {"jit_compile": True}, {"run_eagerly": True}, {"steps_per_execution": 2}],
    ids=["graph", "xla", "eager", "several"],
)
@pytest.mark.parametrize("optimizer", ["adam", "adam_ivy"])
def test_fit_equals_a_stock_model(options, optimizer):
    start, model, losses, predicted = fitted_stock(optimizer)
    net = Net(v=start)
    fit(net, optimizer, **options)
    assert_equal_nets(net, model)
    np.testing.assert_allclose(net.evaluate(X, Y, verbose=0), losses, rtol=1e-4)
    np.testing.assert_allclose(net.predict(X, verbose=0), predicted, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(net.predict_on_batch(X), net(X), rtol=1e-4, atol=1e-5)


def test_fit_of_an_uncalled_module_with_stock_layers_and_callbacks(tmp_path):
    net = Mixed()
    net.compile("adam", "mse")
    checkpoint = keras.callbacks.ModelCheckpoint(tmp_path / "best.keras", monitor="loss")
    stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=1, restore_best_weights=True)
    net.fit(X, Y, epochs=2, validation_data=(X, Y), callbacks=[checkpoint, stop], verbose=0)
    loaded = keras.saving.load_model(tmp_path / "best.keras")
    assert loaded.optimizer.iterations == 2
    assert len(net.trainable_variables) == len(net.v.flatten()) == 8


def test_a_custom_train_step_works():
    class Custom(Net):
        def train_step(self, data):
            x, y = data
            loss, grads = ivy.execute_with_gradients(
                lambda v: ivy.mean((self(x, v=v, training=True) - y) ** 2), self.v
            )
            self.v = self.v - grads * 0.1
            return {"loss": loss}

    net, other = Custom(), Net()
    other.v = net.v
    net.compile("sgd", "mse")
    net.fit(X, Y, batch_size=4, shuffle=False, epochs=2, verbose=0)
    other.compile(keras.optimizers.SGD(0.1), "mse")
    other.fit(X, Y, batch_size=4, shuffle=False, epochs=2, verbose=0)
    for path, value in values(other.v).items():
        np.testing.assert_allclose(net.v[path], value, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", ["sequential", "functional", "subclass", "ivy"])
def test_modules_inside_models(kind, tmp_path):
    class Sub(keras.Model):
        def __init__(self):
            super().__init__()
            self.parts = [Net(), keras.layers.Dense(1)]

        def call(self, x):
            return self.parts[1](self.parts[0](x))

    inputs = keras.Input((3,))
    model = {
        "sequential": lambda: keras.Sequential([inputs, Net(), keras.layers.Dense(1)]),
        "functional": lambda: keras.Model(inputs, keras.layers.Dense(1)(Net()(inputs))),
        "subclass": Sub,
        "ivy": lambda: ivy.Sequential(Net(), keras.layers.Dense(1)),
    }[kind]()
    model.compile("sgd", "mse")
    before = model.predict(X, verbose=0)
    model.fit(X, Y, verbose=0)
    assert len(model.trainable_variables) == 6
    assert not np.allclose(model.predict(X, verbose=0), before)
    model.save_weights(tmp_path / "w.weights.h5")
    after = model.predict(X, verbose=0)
    model.set_weights([w * 0 for w in model.get_weights()])
    model.load_weights(tmp_path / "w.weights.h5")
    np.testing.assert_array_equal(model.predict(X, verbose=0), after)


def test_stock_models_inside_modules():
    class Outer(ivy.Module):
        def __init__(self):
            inputs = keras.Input((3,))
            hidden = keras.layers.Dense(4, "relu", name="odd_name")(inputs)
            self.body = keras.Model(inputs, hidden)
            self.tail = keras.Sequential([keras.layers.Dense(2), keras.layers.Dense(1)])
            super().__init__()

        def _forward(self, x):
            return self.tail(self.body(x))

    outer = Outer()
    y = outer(X)
    assert list(outer.v.flatten()) == [
        "body/layers/v1/bias",
        "body/layers/v1/kernel",
        "tail/layers/v0/bias",
        "tail/layers/v0/kernel",
        "tail/layers/v1/bias",
        "tail/layers/v1/kernel",
    ]
    assert not np.allclose(outer(X, v=outer.v * 2.0), y)
    np.testing.assert_array_equal(outer(X), y)


def test_wrappers_and_cells_take_modules():
    x = np.ones((2, 5, 3), "float32")
    inside = keras.layers.TimeDistributed(Net())
    np.testing.assert_allclose(inside(x)[:, 0], inside.layer(x[:, 0]), rtol=1e-5)
    assert len(inside.trainable_variables) == 4


class TwoInputs(ivy.Module):
    def __init__(self):
        self.left, self.right = ivy.Linear(3, 2), keras.layers.Dense(2)
        super().__init__()

    def _forward(self, a, b=None, scale=1.0):
        return {"sum": (self.left(a) + self.right(b)) * scale, "left": self.left(a)}


def test_several_inputs_and_outputs(tmp_path):
    module = TwoInputs()
    first, second = keras.Input((3,)), keras.Input((2,))
    outputs = module(first, b=second, scale=2.0)
    model = keras.Model([first, second], outputs)
    b = X[:, :2]
    y = model.predict([X, b], verbose=0)
    np.testing.assert_allclose(y["sum"], module(X, b, scale=2.0)["sum"], rtol=1e-5, atol=1e-6)
    model.save(tmp_path / "m.keras")
    again = keras.saving.load_model(tmp_path / "m.keras").predict([X, b], verbose=0)
    np.testing.assert_array_equal(again["sum"], y["sum"])
    module.save(tmp_path / "two.keras")
    loaded = keras.saving.load_model(tmp_path / "two.keras")
    np.testing.assert_array_equal(loaded(X, b)["sum"], module(X, b)["sum"])


class Listed(ivy.Module):
    def __init__(self):
        self.parts = [keras.layers.Dense(2), keras.layers.Dense(2)]
        super().__init__()

    def _forward(self, inputs):
        pair = inputs if isinstance(inputs, list | tuple) else (inputs["a"], inputs["b"])
        return self.parts[0](pair[0]) + self.parts[1](pair[1])


@pytest.mark.parametrize("kind", [list, tuple, dict])
def test_nested_inputs(kind, tmp_path):
    data = {"a": X, "b": X[:, :2]}
    inputs = data if kind is dict else kind(data.values())
    module = Listed()
    module.compile("sgd", "mse")
    module.fit(inputs if kind is dict else tuple(inputs), np.zeros((8, 2)), verbose=0)
    y = module.predict(inputs if kind is dict else tuple(inputs), verbose=0)
    module.save(tmp_path / "m.keras")
    loaded = keras.saving.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(loaded(inputs, training=False), y, rtol=1e-5, atol=1e-6)


def test_export_serves_without_the_class(tmp_path):
    net = Mixed()
    net(X)
    net.export(tmp_path / "served", verbose=False)
    served = tf.saved_model.load(str(tmp_path / "served"))
    np.testing.assert_allclose(served.serve(X), net(X, training=False), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(
        served.serve(X[:2]), net(X[:2], training=False), rtol=1e-5, atol=1e-6
    )


def test_export_of_a_module_inside_a_functional_model(tmp_path):
    inputs = keras.Input((3,))
    model = keras.Model(inputs, Net()(inputs))
    model.export(tmp_path / "served", verbose=False)
    served = tf.saved_model.load(str(tmp_path / "served"))
    np.testing.assert_allclose(served.serve(X), model(X), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16", "float64", "bfloat16"])
def test_policies_reach_the_layers(policy):
    keras.config.set_dtype_policy(policy)
    try:
        net = Mixed()
        y = net(X, training=False)
        assert y.dtype == keras.DTypePolicy(policy).compute_dtype
        assert {w.dtype for w in net.trainable_variables} == {
            keras.DTypePolicy(policy).variable_dtype
        }
        given = net(X, v=net.v * 1.0, training=False)
        np.testing.assert_array_equal(tf.cast(y, "float32"), tf.cast(given, "float32"))
        net.compile("sgd", "mse")
        net.fit(X, Y, verbose=0)
        assert all(np.isfinite(np.asarray(w, "float32")).all() for w in net.weights)
    finally:
        keras.config.set_dtype_policy("float32")


def test_freezing_a_part():
    net = Net()
    net.first.trainable = False
    before = values(net.v)
    net.compile("sgd", "mse")
    net.fit(X, Y, verbose=0)
    after = values(net.v)
    assert list(before) == list(after)
    for path in before:
        assert np.array_equal(before[path], after[path]) == path.startswith("first")
    _, grads = ivy.execute_with_gradients(lambda v: ivy.mean(net(X, v=v)), net.v)
    net.v = ivy.SGD(0.1).step(net.v, grads)
    assert_values(net.first.v, {"b": before["first/b"], "w": before["first/w"]})


# Keras 3.16 warns of masks for its own LSTM, which uses them and passes none on.
@pytest.mark.filterwarnings("ignore:(?s).*Layer 'lstm.*does not support masking:UserWarning")
def test_masks_pass_through():
    embedding = keras.layers.Embedding(5, 3, mask_zero=True)
    model = ivy.Sequential(embedding, ivy.Identity(), keras.layers.LSTM(2))
    ids = np.array([[1, 2, 0, 0]])
    np.testing.assert_allclose(model(ids), model(ids[:, :2]), rtol=1e-5)


def test_autograph_reaches_forward_as_far_as_in_keras():
    class Branch(ivy.Module):
        def _forward(self, x):
            return keras.ops.cond(keras.ops.sum(x) > 0, lambda: x + 1, lambda: x - 1)

    call = tf.function(Branch())
    np.testing.assert_array_equal(call(tf.ones(2)), [2.0, 2.0])
    np.testing.assert_array_equal(call(-tf.ones(2)), [-2.0, -2.0])


def test_functions_of_a_module_are_traced_once():
    net = Net()
    traces = []

    @tf.function
    def step(x, v):
        traces.append(1)
        return net(x, v=v)

    for scale in (1.0, 2.0, 3.0):
        step(tf.constant(X), net.v * scale)
    assert len(traces) == 1


def test_the_traced_graph_is_that_of_a_stock_model():
    class Twin(ivy.Module):
        def __init__(self):
            self.first = keras.layers.Dense(4, "tanh")
            self.second = keras.layers.Dense(1)
            super().__init__()

        def _forward(self, x):
            return self.second(self.first(x))

    def operations(model):
        model(X)
        call = tf.function(lambda x: model(x, training=False))
        return [op.type for op in call.get_concrete_function(tf.constant(X)).graph.get_operations()]

    assert operations(Twin()) == operations(Stock())


def test_gradients_of_the_second_order_through_v():
    net = Net()
    x = tf.constant(X)
    inner = lambda v: ivy.mean(net(x, v=v) ** 2)

    def outer(v):
        _, grads = ivy.value_and_grad(inner)(v)
        return inner(v - grads * 0.5)

    v = net.v.map(lambda w: tf.cast(w, "float32"))
    _, grads = ivy.value_and_grad(outer)(v)
    direction = v.map(lambda w: tf.ones_like(w))
    step = 1e-2
    numeric = (outer(v + direction * step) - outer(v - direction * step)) / (2 * step)
    along = sum(float(tf.reduce_sum(g)) for g in grads.flatten().values())
    np.testing.assert_allclose(along, numeric, rtol=2e-2, atol=1e-3)


def test_second_order_equals_central_differences_in_float64():
    wide = {"dtype": "float64"}
    twin = ivy.Sequential(
        ivy.Linear(3, 4, **wide), ivy.Tanh(**wide), ivy.Linear(4, 1, **wide), **wide
    )
    x, y = tf.constant(X, "float64"), tf.constant(Y, "float64")
    inner = lambda v: tf.reduce_mean((twin(x, v=v) - y) ** 2)

    def outer(v):
        for _ in range(2):
            v = v - ivy.execute_with_gradients(inner, v)[1] * 0.3
        return inner(v)

    v = twin.v.map(lambda w: tf.convert_to_tensor(w))
    _, grads = ivy.execute_with_gradients(outer, v)
    for path, leaf in v.flatten().items():
        bump = np.zeros(leaf.shape)
        bump.flat[0] = 1e-6
        numeric = (outer(v.set(path, leaf + bump)) - outer(v.set(path, leaf - bump))) / 2e-6
        np.testing.assert_allclose(np.ravel(grads[path])[0], numeric, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("late", [False, True])
def test_ops_on_symbolic_inputs_build_late_modules(late):
    inputs = keras.Input((3,))
    module = Late() if late else Net()
    model = keras.Model(inputs, keras.ops.relu(module(inputs)))
    assert model.output_shape == (None, 1)
    assert len(model.trainable_variables) == 4


def test_scale_in_a_lambda_free_model_counts_one_node():
    scale = Scale(3)
    inputs = keras.Input((3,))
    model = keras.Model(inputs, scale(scale(inputs)))
    np.testing.assert_allclose(model(X), 4 * X, rtol=1e-6)
    assert len(model.trainable_variables) == 1
