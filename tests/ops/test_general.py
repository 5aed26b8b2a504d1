"""Convolutions in groups, pools of any rank, boxes, signals: what no recording of Ivy's holds."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy

RNG = np.random.default_rng(3)


@pytest.mark.parametrize("padding", ["SAME", "VALID", [(1, 0)]])
@pytest.mark.parametrize(("dims", "groups"), [(1, 1), (1, 2), (2, 2), (3, 2)])
def test_transposed_convolution_is_the_gradient_of_the_convolution(dims, groups, padding):
    padding = padding if isinstance(padding, str) else padding * dims
    x = tf.constant(RNG.normal(size=(2, *[5] * dims, 2 * groups)))
    w = tf.constant(RNG.normal(size=(*[3] * dims, 2, 3 * groups)))
    given = {"dims": dims, "feature_group_count": groups}
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = ivy.conv_general_dilated(x, w, 2, padding, **given)
        up = tf.constant(RNG.normal(size=y.shape))
        total = tf.reduce_sum(y * up)
    got = ivy.conv_general_transpose(up, w, 2, padding, output_shape=[5] * dims, **given)
    np.testing.assert_allclose(got, tape.gradient(total, x), rtol=1e-10, atol=1e-12)
    again = ivy.conv(up, w, 2, padding, transpose=True, output_shape=[5] * dims, **given)
    np.testing.assert_array_equal(again, got)


def test_groups_are_convolutions_of_their_own():
    x, w = RNG.normal(size=(1, 6, 5, 4)), RNG.normal(size=(2, 3, 2, 6))
    got = ivy.conv_general_dilated(x, w, 1, "SAME", feature_group_count=2, dilations=(2, 1))
    apart = [
        ivy.conv2d(x[..., 2 * i : 2 * i + 2], w[..., 3 * i : 3 * i + 3], 1, "SAME",
            dilations=(2, 1))
        for i in range(2)
    ]  # fmt: skip
    np.testing.assert_allclose(got, np.concatenate(apart, -1), rtol=1e-6)
    first = ivy.conv_general_dilated(
        np.moveaxis(x, -1, 1), np.transpose(w, (3, 2, 0, 1)), 1, "SAME", feature_group_count=2,
        dilations=(2, 1), data_format="channel_first", filter_format="channel_first",
    )  # fmt: skip
    np.testing.assert_allclose(np.moveaxis(first, 1, -1), got, rtol=1e-6)


def test_a_model_of_unknown_sizes():
    inputs = keras.Input((None, None, 4))
    w = tf.constant(RNG.normal(size=(3, 3, 2, 4)).astype("float32"))
    y = ivy.conv(inputs, w, 1, "SAME", feature_group_count=2, x_dilations=2)
    y = ivy.local_response_norm(ivy.pool(y, 2, "AVG", strides=2, ceil_mode=True), 2)
    model = keras.Model(inputs, y)
    x = RNG.normal(size=(2, 3, 4, 4)).astype("float32")
    by_hand = ivy.conv(x, w, 1, "SAME", feature_group_count=2, x_dilations=2)
    assert by_hand.shape == (2, 5, 7, 4)
    by_hand = ivy.local_response_norm(ivy.avg_pool2d(by_hand, 2, 2, 0, ceil_mode=True), 2)
    np.testing.assert_allclose(model(x), by_hand, rtol=1e-5, atol=1e-6)


def test_the_example_of_ivys_document_that_fails_on_tensorflow():
    got = ivy.pool(tf.reshape(tf.range(48.0), (2, 4, 3, 2)), 3, "AVG", strides=1)
    assert got.numpy().tolist() == [[[[8, 9]], [[14, 15]]], [[[32, 33]], [[38, 39]]]]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 9, 40])
@pytest.mark.parametrize("average", [False, True])
def test_local_response_norm_by_loops(size, average):
    x = RNG.normal(size=(1, 2, 2, 5))
    want = np.empty_like(x)
    for c in range(5):
        low, high = max(0, c - size // 2), c + (size - 1) // 2 + 1
        total = np.sum(x[..., low:high] ** 2, -1) / (size if average else 1)
        want[..., c] = x[..., c] / (2.0 + 0.5 * total) ** 0.75
    got = ivy.local_response_norm(
        tf.constant(x), size, bias=2.0, alpha=0.5, beta=0.75, average=average
    )
    np.testing.assert_allclose(got, want, rtol=1e-12)


@pytest.mark.parametrize("norm", ["backward", "ortho", "forward"])
@pytest.mark.parametrize("length", [None, 4, 9])
def test_dft_is_numpys(norm, length):
    x = RNG.normal(size=(2, 6, 3))
    given = {"dft_length": length, "norm": norm}
    for axis in (0, 1, -1):
        for inverse, theirs in ((False, np.fft.fft), (True, np.fft.ifft)):
            want = theirs(x, length, axis, norm)
            got = ivy.dft(tf.constant(x), axis=axis, inverse=inverse, **given)
            np.testing.assert_allclose(got, want, rtol=1e-10, atol=1e-12)
    half = ivy.dft(tf.constant(x), onesided=True, **given)
    np.testing.assert_allclose(half, np.fft.rfft(x, length, 1, norm), rtol=1e-10, atol=1e-12)


def test_frames_are_multiplied_with_a_window():
    x = RNG.normal(size=16).astype("float32")
    got = ivy.stft(x, 8, 4, window_fn=ivy.hann_window)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(8) / 8)
    want = [np.fft.rfft(x[i : i + 8] * window) for i in (0, 4, 8)]
    np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5)


def test_boxes_of_other_types_and_in_traced_calls():
    boxes = np.array([[0, 0, 2, 2], [0, 0, 2, 1.9], [5, 5, 6, 7]])
    scores = np.array([0.5, 0.9, 0.25])
    traced = tf.function(lambda b, s: ivy.nms(b, s, 0.5), input_signature=[
        tf.TensorSpec((None, 4), tf.float64), tf.TensorSpec((None,), tf.float64)
    ])  # fmt: skip
    for got in (ivy.nms(boxes, scores), traced(boxes, scores)):
        assert got.numpy().tolist() == [1, 2]
    assert ivy.nms(np.zeros((0, 4), "float32")).numpy().tolist() == []


X, W = np.ones((1, 4, 4, 4), "float32"), np.ones((2, 2, 2, 6), "float32")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ivy.conv(X, W, 1, "SAME"), "the channels of the kernel in all groups. Received"),
        (lambda: ivy.conv(X, W, 1, "SAME", feature_group_count=3), "divides the channels. Rec"),
        (lambda: ivy.conv(X, W, 1, "SAME", feature_group_count=0), "feature_group_count=0"),
        (lambda: ivy.conv(X, W, 1, "SAME", dims=4), "dims=4"),
        (lambda: ivy.conv(X, W, 1, "SAME", data_format="NHWC"), "data_format='NHWC'"),
        (lambda: ivy.conv(X, W, 1, "SAME", output_shape=[4, 4]), "is for transpose=True"),
        (
            lambda: ivy.conv(X, W, 1, "SAME", transpose=True, x_dilations=(2, 1)),
            r"dilates its input by `strides`. Received: x_dilations=\(2, 1\)",
        ),
        (lambda: ivy.pool(X, 2, "SUM"), "pool_type='SUM'"),
        (lambda: ivy.pool(X[0, 0], 2, "MAX"), "one to three axes"),
        (lambda: ivy.local_response_norm(X, 0), "size=0"),
        (lambda: ivy.local_response_norm(X[0], 3), "laid out as NHWC"),
        (lambda: ivy.dft(X * 1j, onesided=True), "Received: onesided=True"),
        (lambda: ivy.stft(X[0, 0], 0, 1), "frame_length=0"),
        (lambda: ivy.stft(X[0, 0], 2, 1, window_fn=3), "window_fn=3"),
        (lambda: ivy.nms(X[0, 0, :, :3]), "the numbers of two corners"),
        (lambda: ivy.nms(X[0, 0], np.ones(3, "float32")), "`scores` has size 4"),
        (lambda: ivy.nms(X[0, 0], iou_threshold=2.0), "iou_threshold=2.0"),
        (lambda: ivy.nms(X[0, 0], score_threshold=float("nan")), "score_threshold=nan"),
    ],
)
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises((TypeError, ValueError), match=message) as raised:
        make()
    assert type(raised.value).__module__.startswith("keras_ivy")
