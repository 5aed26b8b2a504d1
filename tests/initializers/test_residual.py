"""Scales of residual branches: the papers' formulas, and what they do to a sum of branches."""

import numpy as np
import pytest

import keras_ivy.initializers as initializers
from keras_ivy.initializers import deepnet_constants, depth_scale, fixup_scale, tfixup_scale


@pytest.mark.parametrize(
    ("branches", "layers", "scale"), [(1, 2, 1), (16, 2, 0.25), (16, 3, 0.5), (100, 2, 0.1)]
)
def test_fixup_scale(branches, layers, scale):
    assert fixup_scale(branches, layers) == pytest.approx(scale)
    assert initializers.Fixup(branches, layers).factor == pytest.approx(scale)


@pytest.mark.parametrize(
    ("n", "m", "expected"),
    [
        (6, 0, {"encoder": (12**0.25, 48**-0.25)}),
        (0, 6, {"decoder": (12**0.25, 48**-0.25)}),
        (
            2,
            3,
            {
                "encoder": (0.81 * 48 ** (1 / 16), 0.87 * 48 ** (-1 / 16)),
                "decoder": (9**0.25, 36**-0.25),
            },
        ),
    ],
)
def test_deepnet_constants(n, m, expected):
    found = deepnet_constants(n, m)
    assert found.keys() == expected.keys()
    for part, pair in expected.items():
        assert found[part] == pytest.approx(pair)
        assert initializers.DeepNet(n, m, part).gain == pytest.approx(pair[1])


@pytest.mark.parametrize(("layers", "part"), [(6, "encoder"), (12, "decoder")])
def test_tfixup_scale(layers, part):
    scale = 0.67 * layers**-0.25 if part == "encoder" else (9 * layers) ** -0.25
    assert tfixup_scale(layers, part) == pytest.approx(scale)
    assert initializers.TFixup(layers, part).factor == pytest.approx(scale)


def test_gpt2_residual_deviation():
    assert initializers.GPT2Residual(12).stddev == pytest.approx(0.02 / 24**0.5)
    assert initializers.GPT2Residual(12, base=0.1).stddev == pytest.approx(0.1 / 24**0.5)


def test_depth_scaled_branches_add_half_the_variance_in_all():
    branches, width = 50, 256
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, width))
    total = x.copy()
    for i in range(branches):
        w = initializers.DepthScaled(branches, seed=i)((width, width), "float64").numpy()
        total += rng.normal(size=(200, width)) @ w
    assert total.var() == pytest.approx(1.5, rel=0.03)
    assert depth_scale(branches) ** 2 * branches == pytest.approx(0.5)


@pytest.mark.parametrize(
    "make",
    [
        lambda: initializers.Fixup(0),
        lambda: initializers.Fixup(4, 1),
        lambda: initializers.DepthScaled(0),
        lambda: initializers.GPT2Residual(0),
        lambda: initializers.GPT2Residual(4, base=-1),
        lambda: initializers.DeepNet(),
        lambda: initializers.DeepNet(2, 2),
        lambda: initializers.DeepNet(2, part="decoder"),
        lambda: initializers.TFixup(0),
        lambda: initializers.TFixup(4, "middle"),
        lambda: initializers.Scaled(factor=float("nan")),
        lambda: initializers.Scaled("glort"),
    ],
)
def test_bad_arguments_are_refused(make):
    with pytest.raises(ValueError, match="Received: "):
        make()


@pytest.mark.parametrize("branches", [2.0, "4", True])
def test_counts_that_are_no_integers_are_refused(branches):
    with pytest.raises(TypeError, match="must be an integer"):
        initializers.Fixup(branches)


def test_options_go_to_the_scaled_initializer():
    init = initializers.DepthScaled(8, "kaiming_normal", layer="depthwise", seed=1)
    inner = initializers.KaimingNormal(layer="depthwise", seed=1)
    shape = (3, 3, 8, 1)
    np.testing.assert_allclose(init(shape), 0.25 * inner(shape).numpy(), rtol=1e-6)
    again = init.clone()
    np.testing.assert_array_equal(again(shape), init(shape))


def test_options_that_the_scaled_initializer_does_not_take_are_refused():
    with pytest.raises(TypeError, match="Ones takes no options"):
        initializers.Scaled("ones", layer="conv")
