"""Exports serve inference, with the inputs of the first call, and leave the module as it was."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy

X = np.random.default_rng(0).normal(1.0, 2.0, (4, 3)).astype("float32")


class Net(ivy.Module):
    def __init__(self):
        self.norm = ivy.BatchNorm2D(3)
        self.blocks = [ivy.Linear(3, 3), ivy.Dropout(0.5)]
        self.stock = keras.layers.Dropout(0.5)
        ivy.Module.__init__(self)

    def _forward(self, x):
        x = self.norm(x)
        for block in self.blocks:
            x = block(x)
        return self.stock(x)


class Tokens(ivy.Module):
    def __init__(self):
        self.embedding = ivy.Embedding(5, 2)
        ivy.Module.__init__(self)

    def _forward(self, ids, weights=None):
        out = self.embedding(ids)
        return out if weights is None else out * weights


def test_export_serves_inference_in_any_mode(tmp_path):
    net = Net()
    net(X)
    net.blocks[0].eval()
    wanted = net(X, training=False)
    net.export(tmp_path / "net", verbose=False)
    loaded = tf.saved_model.load(tmp_path / "net")
    np.testing.assert_allclose(loaded.serve(X), wanted, atol=1e-6)
    np.testing.assert_allclose(loaded.serve(X[:1]), wanted[:1], atol=1e-6)
    assert [m.training for m in (net, net.norm, *net.blocks)] == [True, True, False, True]


def test_export_that_fails_leaves_the_flags(tmp_path):
    net = Net()
    net(X)
    with pytest.raises(ValueError, match="format"):
        net.export(tmp_path / "net", format="unknown")
    assert net.training
    assert net.blocks[1].training


def test_export_asks_for_a_call(tmp_path):
    with pytest.raises(ValueError, match="called"):
        Net().export(tmp_path / "net")


def test_export_takes_whole_numbers(tmp_path):
    net, ids = Tokens(), np.array([[1, 2, 4]])
    wanted = net(ids)
    net.export(tmp_path / "net", verbose=False)
    loaded = tf.saved_model.load(tmp_path / "net")
    np.testing.assert_array_equal(loaded.serve(ids), wanted)


def test_export_takes_several_inputs(tmp_path):
    net, ids = Tokens(), np.array([[1, 2, 4]])
    weights = np.full((1, 3, 1), 2.0, "float32")
    wanted = net(ids, weights)
    net.export(tmp_path / "net", verbose=False)
    loaded = tf.saved_model.load(tmp_path / "net")
    np.testing.assert_array_equal(loaded.serve(ids, weights), wanted)


def test_export_takes_a_signature(tmp_path):
    net = Tokens()
    net(np.array([[1, 2, 4]]))
    signature = [keras.InputSpec(shape=(None, None), dtype="uint8")]
    net.export(tmp_path / "net", verbose=False, input_signature=signature)
    loaded = tf.saved_model.load(tmp_path / "net")
    np.testing.assert_array_equal(loaded.serve(np.array([[3]], "uint8")), net(np.array([[3]])))


def test_export_does_not_trace_the_modules_inside_alone(tmp_path):
    calls = []

    class Inner(ivy.Module):
        def _forward(self, x):
            calls.append(x)
            return x

    class Outer(ivy.Module):
        def __init__(self):
            self.inner = Inner()
            ivy.Module.__init__(self)

        def _forward(self, x):
            calls.append(None)
            return self.inner(x)

    outer = Outer()
    outer(X)
    outer.inner(X)
    calls.clear()
    outer.export(tmp_path / "outer", verbose=False)
    assert len(calls) == 2 * calls.count(None)


def test_saved_model_of_a_module_serves_inference(tmp_path):
    net = Net()
    net(X)
    wanted = net(X, training=False)
    tf.saved_model.save(net, str(tmp_path / "net"))
    loaded = tf.saved_model.load(str(tmp_path / "net"))
    served = loaded.signatures["serving_default"]
    (name,) = served.structured_input_signature[1]
    (result,) = served(**{name: tf.constant(X)}).values()
    np.testing.assert_allclose(result, wanted, atol=1e-6)


def test_export_inside_a_keras_model_serves_inference(tmp_path):
    inputs = keras.Input((3,))
    net = Net()
    model = keras.Model(inputs, net(inputs))
    model.export(tmp_path / "model", verbose=False)
    loaded = tf.saved_model.load(tmp_path / "model")
    np.testing.assert_allclose(loaded.serve(X), net(X, training=False), atol=1e-6)
