"""Five networks written as Ivy programs are: what Keras and Ivy can do with each of them."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from tests.networks.cases import CASES

pytestmark = pytest.mark.parametrize("name", CASES)


def values(v):
    """Return the values of a Container by key chain."""
    return {path: np.array(leaf) for path, leaf in v.flatten().items()}


def loss_of(network, x, y):
    """Return Ivy's loss function of the variables: cross entropy of whole-number labels."""
    x, wanted = tf.constant(x), ivy.one_hot(y, network(x[:1]).shape[-1])

    def loss(v):
        scores = ivy.log_softmax(network(x, v=v), axis=-1)
        return -ivy.mean(ivy.sum(wanted * scores, axis=-1))

    return loss


def randomised(network):
    """Move every variable from its initial value, so that none is all zeros or ones."""
    rng = np.random.default_rng(3)
    network.v = network.v.map(
        lambda w: np.asarray(w) + rng.uniform(-0.1, 0.1, w.shape).astype("float32")
    )
    return network


def assert_close(actual, wanted, rtol=1e-5):
    """Compare relative to the largest number, as a sum of many terms rounds."""
    actual, wanted = np.asarray(actual), np.asarray(wanted)
    np.testing.assert_allclose(actual, wanted, rtol=0, atol=rtol * np.abs(wanted).max())


def assert_same(actual, wanted):
    """Compare the values of two Containers, which are copies."""
    actual, wanted = values(actual), values(wanted)
    assert actual.keys() == wanted.keys()
    for path, value in wanted.items():
        assert np.array_equal(actual[path], value), path


@functools.cache
def trained(name):
    """Return a trained network, shared between tests that leave it as it is, and its losses."""
    case = CASES[name]
    keras.utils.set_random_seed(1)
    network = case.compiled(keras.optimizers.Adam(case.learning_rate))
    history = network.fit(*case.data(), batch_size=8, epochs=case.epochs, verbose=0)
    return network, history.history["loss"]


def test_network_has_ivys_keys_and_shapes(name):
    case = CASES[name]
    assert {path: tuple(w.shape) for path, w in case.make().v.flatten().items()} == case.shapes


def test_network_config_rebuilds_the_structure(name):
    case = CASES[name]
    network = case.make()
    again = type(network).from_config(network.get_config())
    assert {path: tuple(w.shape) for path, w in again.v.flatten().items()} == case.shapes


def test_network_v_reads_and_sets_by_key(name):
    case = CASES[name]
    network = case.make()
    path = next(path for path in case.shapes if path.endswith("/w"))
    wanted = np.full(case.shapes[path], 0.25, "float32")
    network.v[path] = wanted
    assert np.array_equal(values(network.v)[path], wanted)
    assert sum(np.array_equal(w, wanted) for w in network.get_weights()) == 1


def test_network_takes_v_at_construction(name):
    first = randomised(CASES[name].make())
    second = CASES[name].make(v=first.v)
    assert_same(second.v, first.v)
    second.v = second.v * 0.5
    assert np.any(
        values(second.v)[min(first.v.flatten())] != values(first.v)[min(first.v.flatten())]
    )


def test_network_fit_learns(name):
    case = CASES[name]
    x, y = case.data()
    network, losses = trained(name)
    assert losses[-1] < 0.3 * losses[0]
    assert network.evaluate(x, y, verbose=0) < 0.3 * losses[0]
    scores = network.predict(x, batch_size=5, verbose=0)
    assert scores.shape == (len(x), *case.outputs)
    assert np.mean(scores.argmax(-1) == y) > 0.9


@pytest.mark.slow
def test_network_ivy_loop_equals_fit_with_xla(name):
    case = CASES[name]
    x, y = case.data()
    steps, learning_rate = 3, 0.05
    fitted = case.compiled(keras.optimizers.SGD(learning_rate), jit_compile=True)
    looped = case.make(v=fitted.v)
    loss_fn = loss_of(looped, x, y)
    looped.v = fitted.v  # `loss_of` called it once
    history = fitted.fit(x, y, batch_size=len(x), epochs=steps, shuffle=False, verbose=0)
    losses = []
    for _ in range(steps):
        loss, grads = ivy.execute_with_gradients(loss_fn, looped.v)
        looped.v = looped.v - grads * learning_rate
        losses.append(float(loss))
    assert_close(losses, history.history["loss"])
    assert losses[-1] < losses[0]
    wanted = values(fitted.v)
    for path, value in values(looped.v).items():
        assert_close(value, wanted[path], 1e-4)


def test_network_ivy_step_in_tf_function_equals_fit(name):
    case = CASES[name]
    x, y = case.data()
    fitted = case.compiled(ivy.SGD(0.02))
    looped = case.make(v=fitted.v)
    loss_fn = loss_of(looped, x, y)
    looped.v = fitted.v
    fitted.fit(x, y, batch_size=len(x), epochs=2, shuffle=False, verbose=0)
    optimizer = ivy.SGD(lr=0.02)
    gradients = tf.function(functools.partial(ivy.execute_with_gradients, loss_fn))
    for _ in range(2):
        _, grads = gradients(looped.v)
        looped.v = optimizer.step(looped.v, grads)
    wanted = values(fitted.v)
    for path, value in values(looped.v).items():
        assert_close(value, wanted[path], 1e-4)


def test_network_keras_file_keeps_it(name, tmp_path):
    case = CASES[name]
    x, y = case.data()
    network, losses = trained(name)
    network.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    assert type(loaded) is type(network)
    assert_same(loaded.v, network.v)
    assert_close(loaded(x, training=False), network(x, training=False), 1e-6)
    assert loaded.evaluate(x, y, verbose=0) < 0.3 * losses[0]


def test_network_export_keeps_predictions(name, tmp_path):
    x, _ = CASES[name].data()
    network, _ = trained(name)
    wanted = network(x, training=False)
    network.export(tmp_path / "exported", verbose=False)
    loaded = tf.saved_model.load(tmp_path / "exported")
    assert_close(loaded.serve(x), wanted)
    assert_close(loaded.serve(x[:5]), wanted[:5])


def test_network_hdf5_weights_move_to_others(name, tmp_path):
    case = CASES[name]
    first, second = randomised(case.make()), case.make()
    path = str(tmp_path / "weights.hdf5")
    first.save_weights(path)
    second.load_weights(path)
    assert_same(second.v, first.v)
    third = case.make(v=ivy.Container.cont_from_disk_as_hdf5(path))
    assert_same(third.v, first.v)


def test_network_functional_call_leaves_it_alone(name):
    x, _ = CASES[name].data()
    network, other = CASES[name].make(), randomised(CASES[name].make())
    before = network.v.map(np.array)
    result = ivy.functional_call(network, other.v, x, training=False)
    assert_close(result, other(x, training=False))
    network(x, v=other.v, training=False)
    assert_same(network.v, before)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_network_computes_in_half_precision(name, policy):
    case = CASES[name]
    x, _ = case.data()
    single = randomised(case.make())
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        network = case.make(v=single.v)
    finally:
        keras.config.set_dtype_policy(before)
    result = network(x, training=False)
    assert result.dtype.name == policy.removeprefix("mixed_")
    assert {w.dtype for w in network.v.flatten().values()} == {"float32"}
    # Each of some twenty layers rounds to 8 or 11 bits, so the bound is a few roundings wide.
    assert_close(tf.cast(result, "float32"), single(x, training=False), 0.05)


def test_network_is_random_in_training_only(name):
    case = CASES[name]
    x, _ = case.data()
    network = case.make(**(case.dropout or {}))
    network.eval()
    assert np.array_equal(network(x), network(x))
    network.train()
    assert np.array_equal(network(x), network(x)) == (case.dropout is None)
    assert np.array_equal(network(x, training=False), network.eval()(x))


def test_network_is_a_layer_of_a_functional_model(name):
    case = CASES[name]
    x, _ = case.data()
    inputs = keras.Input(x.shape[1:], dtype=x.dtype.name)
    network = randomised(case.make())
    model = keras.Model(inputs, keras.layers.Activation("softmax")(network(inputs)))
    assert model.output_shape == (None, *case.outputs)
    wanted = ivy.softmax(network(x, training=False), axis=-1)
    assert_close(model(x, training=False), wanted)
    assert set(map(id, network.trainable_variables)) == set(map(id, model.trainable_variables))
