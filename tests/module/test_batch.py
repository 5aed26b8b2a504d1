"""`x.shape[0]` in a traced call: the None that it is there is the size of the batch, or refused."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy


class Net(ivy.Module):
    """Makes arrays of as many rows as there are inputs, in the ways that programs do."""

    def __init__(self):
        self.lstm = ivy.LSTM(2, 3, return_sequence=False, return_state=False)
        super().__init__()

    def _create_variables(self, device, dtype):
        return {"token": ivy.array([[1.0, 2.0]])}

    def _forward(self, x):
        n = x.shape[0]
        rows = [
            ivy.tile(self.v.token, (n, 1)),
            ivy.expand(self.v.token, (n, -1)),
            ivy.broadcast_to(self.v.token, (n, 2)),
            ivy.repeat(self.v.token, n, axis=0),
            ivy.zeros((n, 1)) + 3.0,
            ivy.full((n, 1), 4.0),
        ]
        state = self.lstm.get_initial_state([n])
        rows.append(self.lstm(ivy.expand_dims(x, axis=1), initial_state=state))
        return ivy.concat([x, *rows], axis=1)


class Outer(ivy.Module):
    """Calls another on what has more rows than the batch."""

    def __init__(self):
        self.inner = Net()
        super().__init__()

    def _forward(self, x):
        return self.inner(x) + ivy.zeros((x.shape[0], 1))


X = np.arange(10, dtype="float32").reshape(5, 2)


@pytest.mark.parametrize("cls", [Net, Outer])
def test_traces_of_any_batch_equal_the_eager_call(cls, tmp_path):
    net = cls()
    wanted = np.asarray(net(X))
    traced = tf.function(net, input_signature=[tf.TensorSpec((None, 2))])
    np.testing.assert_allclose(traced(X), wanted, rtol=1e-6)
    np.testing.assert_allclose(traced(X[:3]), wanted[:3], rtol=1e-6)
    np.testing.assert_allclose(net.predict(X, batch_size=2, verbose=0), wanted, rtol=1e-6)
    inputs = keras.Input((2,))
    model = keras.Model(inputs, net(inputs))
    np.testing.assert_allclose(model(X), wanted, rtol=1e-6)
    net.export(tmp_path / "net", verbose=False)
    exported = tf.saved_model.load(tmp_path / "net")
    np.testing.assert_allclose(exported.serve(X[:2]), wanted[:2], rtol=1e-6)


def test_a_size_that_may_be_another_is_refused():
    class Sizes(ivy.Module):
        def _forward(self, x):
            return x + ivy.zeros((x.shape[0], 1))

    spec = tf.TensorSpec((None, None))
    with pytest.raises(TypeError, match=r"zeros: a size is None.*`ivy.shape\(x\)`"):
        tf.function(Sizes(), input_signature=[spec])(X)

    class Told(ivy.Module):
        def _forward(self, x):
            return x + ivy.zeros((ivy.shape(x)[0], 1))

    np.testing.assert_array_equal(tf.function(Told(), input_signature=[spec])(X), X)


@pytest.mark.parametrize(
    "make",
    [
        lambda n: ivy.zeros((n, 2)),
        lambda n: ivy.expand(X[:1], (n, -1)),
        lambda n: ivy.tile(X, (n, 1)),
        lambda n: ivy.LSTM(2, 2).get_initial_state([n]),
        lambda n: ivy.random_uniform(shape=(n, 2)),
    ],
)
def test_outside_of_calls_none_is_no_size(make):
    with pytest.raises(TypeError, match=r"a size is None.*with None in it"):
        make(None)
    net = Net()
    net(X)
    with pytest.raises(TypeError, match="a size is None"):
        make(None)
