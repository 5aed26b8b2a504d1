"""Who says whether a call trains: the call, Keras around it, or the module's own flag."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from tests.module.nets import Mixed, X, Y


class Tell(ivy.Module):
    """Adds 1 to its input if it trains; tells by `self.training`."""

    def _forward(self, x):
        return x + float(bool(self.training))


class TellByArgument(ivy.Module):
    def _forward(self, x, training=None):
        assert training == self.training
        return x + float(bool(training))


class TellInCall(ivy.Module):
    """Written as for Keras, without the argument."""

    def call(self, x):
        return x + float(bool(self.training))


class TellInCallByArgument(ivy.Module):
    def call(self, x, training=False):
        return x + float(bool(training))


class StockTell(keras.layers.Layer):
    def call(self, x, training=None):
        return x + float(bool(training))


class Outer(ivy.Module):
    def __init__(self, inner):
        self.inner = inner
        super().__init__()

    def _forward(self, x):
        return self.inner(x)


KINDS = [Tell, TellByArgument, TellInCall, TellInCallByArgument]
ZERO = np.zeros((1, 2), "float32")


def trains(module, **kwargs):
    return bool(np.asarray(module(ZERO, **kwargs))[0, 0])


@pytest.mark.parametrize("kind", KINDS)
def test_a_plain_call_follows_the_flag(kind):
    module = kind()
    assert trains(module)
    assert module.eval() is module
    assert not trains(module)
    module.train()
    assert trains(module)
    assert not trains(kind(training=False))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("explicit", [True, False])
def test_the_argument_goes_before_the_flag(kind, explicit):
    for flag in (True, False):
        assert trains(kind(training=flag), training=explicit) == explicit
    assert trains(Outer(kind(training=not explicit)), training=explicit) == explicit


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("flag", [True, False])
def test_fit_trains_and_predict_does_not_whatever_the_flag(kind, flag):
    module = kind().train(flag)
    module.compile("sgd", loss=lambda y, y_pred: keras.ops.mean(y_pred))
    assert module.predict(ZERO, verbose=0)[0, 0] == 0.0
    assert module.evaluate(ZERO, ZERO, verbose=0) == 0.0
    with pytest.warns(UserWarning, match="does not have any trainable weights"):
        history = module.fit(ZERO, ZERO, verbose=0).history
    assert history["loss"] == [1.0]
    assert trains(module) == flag


@pytest.mark.parametrize("kind", KINDS)
def test_stock_layers_inside_follow_the_module(kind):
    outer = Outer(StockTell())
    assert trains(outer)
    assert not trains(outer.eval())
    assert trains(outer, training=True)


def test_modules_inside_keep_their_own_flag():
    outer = Outer(Outer(Tell()))
    outer.inner.inner.eval()
    assert not trains(outer)
    assert trains(outer, training=True)
    outer.train()
    assert trains(outer)
    outer.eval()
    assert not trains(outer)


def test_the_flag_of_one_module_does_not_reach_the_next():
    class Two(ivy.Module):
        def __init__(self):
            self.frozen, self.stock, self.free = Tell().eval(), StockTell(), Tell()
            super().__init__()

        def _forward(self, x):
            return [self.frozen(x), self.stock(x), self.free(x)]

    found = [float(y[0, 0]) for y in Two()(ZERO)]
    assert found == [0.0, 1.0, 1.0]
    found = [float(y[0, 0]) for y in Two()(ZERO, training=False)]
    assert found == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("kind", KINDS)
def test_inside_a_keras_model_keras_decides(kind):
    inputs = keras.Input((2,))
    for model in (keras.Sequential([kind()]), keras.Model(inputs, kind()(inputs))):
        assert not trains(model)
        assert trains(model, training=True)
        assert not trains(model, training=False)
        assert model.predict(ZERO, verbose=0)[0, 0] == 0.0


def test_train_reaches_modules_everywhere():
    class Everywhere(ivy.Module):
        def __init__(self):
            self._hidden = Tell()
            self.many = [Tell(), {"a": (Tell(),)}]
            self.stock = keras.Sequential([Tell()])
            super().__init__()

    module = Everywhere()
    inside = [
        module._hidden,
        module.many[0],
        module.many[1]["a"][0],
        module.stock.layers[0],
    ]
    assert all(m.training for m in inside)
    module.eval()
    assert not any(m.training for m in inside)
    module.train(True)
    assert all(m.training for m in inside)


def test_layers_made_by_a_later_build_follow():
    class Late(ivy.Module):
        def __init__(self):
            super().__init__(build_mode="on_call")

        def _build(self, x):
            self.inner = Tell()

        def _forward(self, x):
            return self.inner(x)

    module = Late().eval()
    assert not trains(module)
    assert not module.inner.training


def test_train_wants_a_bool():
    with pytest.raises(TypeError, match="Received: mode='yes'"):
        Tell().train("yes")


def test_dropout_and_statistics_of_stock_layers():
    net = Mixed()
    net(X)
    norm = net.parts["norm"]
    moved = np.array(norm.moving_mean)
    assert np.abs(moved).max() > 0
    net.eval()
    first = net(X)
    np.testing.assert_array_equal(net(X), first)
    np.testing.assert_array_equal(norm.moving_mean, moved)
    net.compile("sgd", "mse")
    np.testing.assert_allclose(net.train().predict(X, verbose=0), first, rtol=1e-6)
    net.eval()
    net.fit(X, Y, verbose=0)
    assert np.abs(np.array(norm.moving_mean) - moved).max() > 0


def test_training_may_differ_between_the_traces_of_a_function():
    module = Outer(StockTell())
    call = tf.function(lambda x, training: module(x, training=training))
    assert float(call(ZERO, True)[0, 0]) == 1.0
    assert float(call(ZERO, False)[0, 0]) == 0.0


class StockChoice(keras.layers.Layer):
    def call(self, x, training=None):
        return keras.ops.where(training, x + 1.0, x)


class ByArgument(ivy.Module):
    def _forward(self, x, training=None):
        return keras.ops.where(training, x + 1.0, x)


@pytest.mark.parametrize("make", [lambda: Outer(StockChoice()), lambda: Outer(Outer(ByArgument()))])
@pytest.mark.parametrize("wrap", [lambda fn: fn, tf.function], ids=["eager", "function"])
def test_training_may_be_a_tensor(make, wrap):
    module, traces = make(), []

    @wrap
    def call(x, training):
        traces.append(None)
        return module(x, training=training)

    found = [float(call(ZERO, tf.constant(flag))[0, 0]) for flag in (True, False, True)]
    assert found == [1.0, 0.0, 1.0]
    assert wrap is not tf.function or len(traces) == 1


def test_stateless_call_and_call_itself():
    module = Tell()
    y, _ = module.stateless_call([], [], tf.constant(ZERO), training=False)
    assert float(y[0, 0]) == 0.0
    y, _ = module.stateless_call([], [], tf.constant(ZERO))
    assert float(y[0, 0]) == 1.0
    assert float(module.call(tf.constant(ZERO), training=False)[0, 0]) == 0.0


class Traced(ivy.Module):
    """Counts how often it is traced."""

    def __init__(self):
        self.fc = ivy.Linear(3, 1)
        self.traces = 0
        ivy.Module.__init__(self)

    def _forward(self, x):
        self.traces += not tf.executing_eagerly()
        return self.fc(x)


class PartlyTraced(Traced):
    """Trains its bias alone."""

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((self(x) - y) ** 2)
        bias = self.fc.v.b
        self.optimizer.apply(tape.gradient(loss, [bias.value]), [bias])
        return {"loss": loss}


@pytest.mark.parametrize(("network", "traces", "slots"), [(Traced, 1, 2), (PartlyTraced, 2, 1)])
def test_fit_traces_once_where_it_knows_what_the_optimizer_is_for(network, traces, slots):
    """TensorFlow traces again after a trace that has made variables."""
    module = network()
    module.compile(keras.optimizers.SGD(0.1, momentum=0.9), "mse")
    before = module.traces
    module.fit(np.ones((8, 3)), np.ones((8, 1)), batch_size=4, epochs=2, verbose=0)
    assert module.traces - before == traces
    assert len(module.optimizer.variables) == 2 + slots  # beside the rate and the count


def test_what_was_frozen_in_a_first_fit_is_trained_in_the_next_by_one_optimizer():
    module, optimizer = Traced(), keras.optimizers.SGD(0.1)
    start = module.v.fc.w.numpy()
    module.trainable = False
    module.compile(optimizer, "mse")
    with pytest.warns(UserWarning, match="does not have any trainable weights"):
        module.fit(np.ones((8, 3)), np.ones((8, 1)), verbose=0)
    module.trainable = True
    module.compile(optimizer, "mse")
    module.fit(np.ones((8, 3)), np.ones((8, 1)), verbose=0)
    assert (module.v.fc.w.numpy() != start).any()
