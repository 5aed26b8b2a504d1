"""Values that cannot mean anything, one by one, each refused with a sentence that shows them."""

import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy.utils import checks
from keras_ivy.utils.exceptions import IvyException


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ivy.Adam(epsilon=10**25), "`epsilon` must be at most 1e\\+12. Received: epsilon="),
        (lambda: ivy.SGD(device="evil"), "No device is called so.*Received: device='evil'"),
        (lambda: ivy.SGD(-1.0), "must not be negative.*Received: learning_rate=-1.0"),
        (lambda: ivy.SGD(lambda x: x), "callable of no arguments"),
        (lambda: ivy.SGD(int), "callable of no arguments"),
        (lambda: ivy.Siren(gates=10**9), "`gates` must be .* at most 1024. Received: gates=10000"),
        (lambda: ivy.Constant(float("inf")), "`constant` must be finite.*Received: constant=inf"),
        (lambda: ivy.KaimingNormal(mode=np.ones(3)), "must be one of .*ndarray of shape"),
        (lambda: ivy.KaimingNormal(mode=""), "must be one of"),
        (lambda: ivy.initializers.Orthogonal(fans=np.ones(2)), "Received: fans=<ndarray of shape"),
        (lambda: ivy.Adam(slot_dtype=np.ones(3)), "Received: slot_dtype=<ndarray"),
        (
            lambda: ivy.initializers.AutoScheme(embedding_std="1"),
            "`embedding_std` must be a number",
        ),
        (lambda: ivy.initializers.GPT2Scheme("(", depth=1), "must be a regular expression"),
        (lambda: ivy.initializers.TruncatedNormal(bounds=np.ones(3)), "`bounds` must be a pair"),
        (lambda: ivy.initializers.TruncatedNormal(bounds={1, 2}), "`bounds` must be a pair"),
    ],
)
def test_meaningless_value_is_refused(call, message):
    with pytest.raises((ValueError, TypeError), match=message) as caught:
        call()
    assert isinstance(caught.value, IvyException)
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("rate", [-1.0, np.float32(-0.5), tf.constant(-2.0), 1e300])
def test_rates_that_climb_can_not_be_set(rate):
    optimizer = ivy.Adam(0.5)
    with pytest.raises(ValueError, match="Received: learning_rate="):
        optimizer.learning_rate = rate
    assert float(optimizer.learning_rate) == 0.5


def test_summaries_never_print_arrays():
    big = np.zeros((1000, 1000))
    for value in (big, [big, big], {"w": big}, (big,), tf.zeros((3, 4)), "x" * 10**6):
        assert len(checks.summary(value)) <= 200
    assert checks.summary({"w": tf.zeros((3, 4))}).count("shape (3, 4)") == 1


def test_checks_return_plain_python():
    assert type(checks.whole("n", np.int64(3))) is int
    assert type(checks.finite("x", np.float32(3))) is float
    assert checks.flag("f", np.True_) is True
    assert checks.axis("axis", np.int8(-1)) == -1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ivy.Conv2D(2, 3, 3, 10**25, "SAME"), "`strides` is at most 1048576"),
        (lambda: ivy.BatchNorm2D(3, eps=float("inf")), "`eps` must be finite. Received: eps=inf"),
        (lambda: ivy.Dropout(0.5, training=object()), "`training` must be `True` or `False`"),
        (lambda: ivy.Embedding(3, 4, padding_idx=object()), "`padding_idx` must be a whole"),
        (lambda: ivy.Embedding(3, 4, padding_idx=3), "`padding_idx` must be at most 2"),
        (lambda: ivy.LSTM(3, 4, num_layers=10**25), "`num_layers` is at most 10000"),
        (lambda: ivy.LSTM(3, 4, num_layers=int), "`num_layers` is a whole number"),
        (lambda: ivy.Module(buffers=5), "`buffers` is a Container or a dict.*buffers=5"),
        (lambda: ivy.Module(build_mode=np.ones(3)), "`build_mode` must be one of"),
        (lambda: ivy.Module(dtype=np.ones(3)), "`dtype` is a data type"),
        (lambda: ivy.Linear(3, 4, with_bias="no"), "`with_bias` must be `True` or `False`"),
        (lambda: ivy.Logit(eps=0.7), "`eps` lies in \\[0, 0.5\\]"),
        (lambda: ivy.Softmax(axis="last"), "`axis` must be a whole number"),
        (lambda: ivy.PReLU("a"), "`slope` is a number or an array"),
        (lambda: ivy.FFT(10**25), "`dim` must be at most 254"),
        (
            lambda: ivy.Conv2DTranspose(2, 3, 3, 1, "SAME", output_shape=b"xx"),
            "`output_shape` is a",
        ),
        (lambda: ivy.LayerNorm(b"same"), "`normalized_shape` is a whole number"),
    ],
)
def test_meaningless_layer_is_refused(call, message):
    with pytest.raises((ValueError, TypeError), match=message) as caught:
        call()
    assert isinstance(caught.value, IvyException)


W = tf.constant([1.0, 2.0])
TREE = ivy.Container(a=W, b=ivy.Container(c=tf.ones((2, 3))))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ivy.gradient_descent_update({}, W, 0.1), "nothing to update. Received: w={}"),
        (lambda: ivy.adam_step(W, W, tf.ones((5, 2)), 1), "`vw` must have the shape of `dcdw`"),
        (lambda: ivy.adam_step(TREE, TREE, ivy.Container(a=W), 1), "the structure of `dcdw`"),
        (lambda: ivy.adam_update(TREE, TREE, 0.1, {}, TREE, 1), "`mw_tm1` must have the structure"),
        (lambda: ivy.lamb_update("a", W, 0.1, W, W, 1), "`w` must be of real numbers"),
        (lambda: ivy.lamb_update(W, W, 0.1, W, W, 1, beta1=[0.9]), "`beta1` must be one number"),
        (lambda: ivy.lamb_update(W, W, 0.1, W, W, 1, beta1=2), "`beta1` must be in"),
        (lambda: ivy.lars_update(W, W, float("nan")), "`lr` must be finite"),
        (lambda: ivy.lars_update(W, W, tf.ones((3,))), "`lr` must be one number"),
        (lambda: ivy.optimizer_update(W, None, 0.1), "`effective_grad` must be a tensor"),
        (lambda: ivy.optimizer_update(W, W, 0.1, stop_gradients=np.ones(3)), "`stop_gradients`"),
    ],
)
def test_functional_updates_refuse_what_does_not_fit(call, message):
    with pytest.raises((ValueError, TypeError, KeyError), match=message) as caught:
        call()
    assert isinstance(caught.value, IvyException)


def test_functional_updates_broadcast_and_take_bare_values():
    rate = ivy.Container(a=0.5, b=ivy.Container(c=tf.constant([1.0, 2.0, 3.0])))
    new = ivy.gradient_descent_update(TREE, 1.0, rate)
    assert new.a.numpy().tolist() == [0.5, 1.5]
    assert new.b.c.numpy()[0].tolist() == [0.0, -1.0, -2.0]
    moved = ivy.adam_update(TREE, TREE, 0.1, 0.0, 0.0, tf.constant([1]))
    assert set(moved[0].flatten()) == {"a", "b/c"}


def test_kernels_errors_name_the_function_and_what_it_was_given():
    with pytest.raises(ValueError, match=r"^reshape: .* Received: x=<ndarray of shape \(3, 3\)"):
        ivy.reshape(np.eye(3, dtype="float32"), (4,))
    with pytest.raises(ValueError, match=r"^split: .* Received: x=<ndarray .*splits=-1"):
        ivy.split(np.ones((4, 2), "float32"), num_or_size_splits=-1)
    with pytest.raises(TypeError, match=r"^einops_rearrange: .*pattern=<ndarray of shape \(3,\)"):
        ivy.einops_rearrange(np.ones((4, 2), "float32"), pattern=np.ones(3))


def test_all_equal_compares_numpy_arrays():
    assert ivy.all_equal(np.ones(3), np.ones(3)) is True
    assert ivy.all_equal(np.ones(3), np.zeros(3)) is False
