"""Delta-orthogonal kernels, copies and sub-pixel kernels, checked by running the layers."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.initializers import ICNR, DeltaOrthogonal, Dirac

LAYERS = {1: keras.layers.Conv1D, 2: keras.layers.Conv2D, 3: keras.layers.Conv3D}


def signal(rank, channels, size=6):
    return np.random.default_rng(0).normal(size=(2, *(size,) * rank, channels)).astype("float32")


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("channels", [(4, 4), (3, 8)])
@pytest.mark.parametrize("size", [2, 3, 5])
def test_delta_orthogonal_convolution_keeps_the_norm(rank, channels, size):
    x = signal(rank, channels[0])
    layer = LAYERS[rank](
        channels[1], size, padding="same", kernel_initializer=DeltaOrthogonal(2.0, seed=1)
    )
    y = np.asarray(layer(x))
    np.testing.assert_allclose(
        np.linalg.norm(y, axis=-1), 2 * np.linalg.norm(x, axis=-1), rtol=1e-5
    )


def test_delta_orthogonal_groups_keep_the_norm_each():
    x = signal(2, 6)
    layer = keras.layers.Conv2D(
        12, 3, padding="same", groups=3, kernel_initializer=DeltaOrthogonal(groups=3, seed=1)
    )
    y = np.asarray(layer(x)).reshape(2, 6, 6, 3, 4)
    np.testing.assert_allclose(
        np.linalg.norm(y, axis=-1),
        np.linalg.norm(x.reshape(2, 6, 6, 3, 2), axis=-1),
        rtol=1e-5,
    )


def test_delta_orthogonal_network_of_64_layers_keeps_every_singular_value():
    kernels = [DeltaOrthogonal(seed=i)((3, 3, 8, 8)) for i in range(64)]
    x = signal(2, 8, size=5)
    y = x
    for kernel in kernels:
        y = tf.nn.conv2d(y, kernel, 1, "SAME")
    np.testing.assert_allclose(np.linalg.norm(y, axis=-1), np.linalg.norm(x, axis=-1), rtol=1e-4)


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_dirac_convolution_copies_its_input(rank, size):
    x = signal(rank, 3)
    layer = LAYERS[rank](5, size, padding="same", kernel_initializer=Dirac(2.0))
    y = np.asarray(layer(x))
    np.testing.assert_allclose(y[..., :3], 2 * x, atol=1e-6)
    np.testing.assert_array_equal(y[..., 3:], 0)


def test_dirac_groups_copy_their_own_inputs():
    x = signal(2, 6)
    layer = keras.layers.Conv2D(6, 3, padding="same", groups=3, kernel_initializer=Dirac(groups=3))
    np.testing.assert_allclose(np.asarray(layer(x)), x, atol=1e-6)


@pytest.mark.parametrize("multiplier", [1, 2])
def test_dirac_depthwise_copies_every_channel(multiplier):
    x = signal(2, 3)
    layer = keras.layers.DepthwiseConv2D(
        3,
        padding="same",
        depth_multiplier=multiplier,
        depthwise_initializer=Dirac(layer="depthwise"),
    )
    np.testing.assert_allclose(np.asarray(layer(x)), np.repeat(x, multiplier, axis=-1), atol=1e-6)


@pytest.mark.parametrize("scale", [1, 2, 3])
def test_icnr_upsampling_is_nearest_neighbour(scale):
    x = signal(2, 4)
    layer = keras.layers.Conv2D(
        5 * scale**2, 3, padding="same", kernel_initializer=ICNR(scale, "xavier_normal", seed=1)
    )
    y = np.asarray(tf.nn.depth_to_space(layer(x), scale) if scale > 1 else layer(x))
    small = y[:, ::scale, ::scale]
    assert small.std() > 0.1
    np.testing.assert_array_equal(y, small.repeat(scale, axis=1).repeat(scale, axis=2))


def test_icnr_pixel_shuffle_has_the_order_of_pytorch():
    kernel = ICNR(2, order="pixel_shuffle", seed=1)((3, 3, 2, 12)).numpy()
    groups = kernel.reshape(3, 3, 2, 3, 4)  # channel c * s ** 2 + b
    assert (groups == groups[..., :1]).all()
    assert len(np.unique(groups[0, 0, 0, :, 0])) == 3


def test_icnr_draws_with_the_fans_of_the_repeated_kernel():
    shape = (3, 3, 16, 64 * 4)
    kernel = ICNR(2, "xavier_normal", seed=1)(shape).numpy()
    exact = (2 / (9 * 16 + 9 * 64)) ** 0.5
    assert kernel[..., :64].std() == pytest.approx(exact, rel=4.5 / (2 * 9 * 16 * 64) ** 0.5)
    told = ICNR(2, "xavier_normal").draw(shape, 9 * 16, 9 * 256, "float32", 1)
    np.testing.assert_array_equal(told.numpy(), kernel)


@pytest.mark.parametrize(
    ("init", "shape", "sentence"),
    [
        (DeltaOrthogonal(), (3, 3, 8, 4), "fewer outputs than inputs"),
        (DeltaOrthogonal(groups=2), (3, 3, 4, 6), "fewer outputs than inputs"),
        (DeltaOrthogonal(), (3, 3), "kernels of convolutions"),
        (Dirac(), (3, 3), "kernels of convolutions"),
        (Dirac(groups=2), (3, 3, 3), "among 2 gates or groups"),
        (ICNR(2), (3, 3, 4, 6), r"channels \* scale \*\* 2"),
        (ICNR(2), (3, 8), "kernels of convolutions"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(init, shape, sentence):
    with pytest.raises(ValueError, match=sentence):
        init(shape)


@pytest.mark.parametrize(
    "make",
    [
        lambda: DeltaOrthogonal(groups=0),
        lambda: DeltaOrthogonal(gain=float("nan")),
        lambda: Dirac(layer="dense"),
        lambda: Dirac(groups=2, layer="depthwise"),
        lambda: ICNR(0),
        lambda: ICNR(order="torch"),
    ],
)
def test_bad_arguments_are_refused(make):
    with pytest.raises(ValueError, match="Received: "):
        make()


@pytest.mark.parametrize("make", [lambda: ICNR(1.5), lambda: Dirac(groups=True)])
def test_arguments_of_other_types_are_refused(make):
    with pytest.raises(TypeError, match="must be an integer"):
        make()
