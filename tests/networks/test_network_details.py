"""What is particular to one of the networks: formats, sizes, masks, shared layers, refusals."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from tests.networks import expected
from tests.networks.bert import BertLayer, BertModel
from tests.networks.cases import CASES, images
from tests.networks.convnext import Block, DropPath
from tests.networks.perceiver import Perceiver, PerceiverSpec, fourier_encode
from tests.networks.resnet import BasicBlock, ResNet
from tests.networks.unet import UNet


def test_resnet_formats_compute_the_same():
    x, _ = images()
    last = ResNet(widths=(4, 8), num_classes=3)
    first = ResNet(widths=(4, 8), num_classes=3, data_format="NCHW", v=last.v)
    for mode in (ivy.Module.train, ivy.Module.eval):
        a, b = mode(last)(x), mode(first)(np.moveaxis(x, -1, 1))
        np.testing.assert_allclose(a, b, atol=1e-5)


@pytest.mark.parametrize("build_mode", ["on_init", "explicit", "on_call"])
def test_resnet_has_the_same_keys_in_every_build_mode(build_mode):
    network = CASES["resnet"].make(build_mode=build_mode)
    assert network.built == (build_mode == "on_init")
    if build_mode == "explicit":
        network.build()
    else:
        network(images()[0])
    assert {path: tuple(w.shape) for path, w in network.v.flatten().items()} == CASES[
        "resnet"
    ].shapes


def test_resnet_refuses_lists_of_different_lengths():
    with pytest.raises(ivy.utils.exceptions.IvyException, match="there are 2 and 3"):
        ResNet(widths=(4, 8), depths=(1, 1, 1))


def test_resnet_asserts_the_rank_of_images():
    with pytest.raises(AssertionError, match="images come in batches"):
        ResNet(widths=(4,), depths=(1,))(tf.zeros((8, 8, 1)))


def test_resnet_training_call_moves_statistics_by_the_momentum():
    block = BasicBlock(2, 2)
    x = np.random.default_rng(0).normal(size=(4, 5, 5, 2)).astype("float32")
    block(x)
    y = np.asarray(block.conv1(x)).reshape(-1, 2)
    np.testing.assert_allclose(block.v.bn1.running_mean, 0.1 * y.mean(0), atol=1e-6)
    np.testing.assert_allclose(block.v.bn1.running_var, 0.9 + 0.1 * y.var(0, ddof=1), rtol=1e-5)


def test_resnet_statistics_follow_training_only():
    case = CASES["resnet"]
    x, y = case.data()
    network = case.compiled("sgd")
    paths = {path for path in case.shapes if "running" in path}
    assert len(paths) == 2 * 8

    def moved(action):
        before = network.v.map(np.array)
        action()
        now = network.v.map(np.array)
        return {path for path in paths if not np.array_equal(now[path], before[path])}

    def gradients():
        return ivy.execute_with_gradients(lambda v: ivy.mean(network(x, v=v) ** 2), network.v)[1]

    def loop():
        network.v = network.v - gradients() * 0.1

    assert moved(lambda: network.evaluate(x, y, verbose=0)) == set()
    assert moved(lambda: network(x, training=False)) == set()
    assert moved(lambda: network.fit(x, y, epochs=1, verbose=0)) == paths
    assert moved(loop) == paths
    network.eval()
    assert moved(gradients) == set()
    assert moved(lambda: network.fit(x, y, epochs=1, verbose=0)) == paths


def test_resnet_gradients_of_statistics_are_zero():
    network = CASES["resnet"].make()
    x, _ = images()
    _, grads = ivy.execute_with_gradients(lambda v: ivy.mean(network(x, v=v) ** 2), network.v)
    assert np.abs(grads.head.w).max() > 0
    for path, gradient in grads.flatten().items():
        if "running" in path:
            assert not np.any(gradient), path


@pytest.mark.parametrize("name", ["resnet", "unet", "convnext", "perceiver"])
def test_network_makes_its_variables_on_a_device(name):
    network = CASES[name].make(device="cpu")
    assert network.device == "cpu"
    assert {w.value.device.rsplit("/", 1)[-1] for w in network.weights} == {"device:CPU:0"}
    with pytest.raises(ivy.utils.exceptions.IvyException, match="no such device"):
        CASES[name].make(device="gpu:7")


def test_resnet_prints_its_parts():
    text = repr(BasicBlock(2, 4, 2))
    assert text.startswith("BasicBlock(\n  (bn1): BatchNorm2D(num_features=4")
    assert "(downsample): Sequential(v0=Conv2D(2, 4, filter_shape=[1, 1], strides=2" in text


@pytest.mark.parametrize("bilinear", [False, True])
@pytest.mark.parametrize("size", [(8, 8), (11, 9), (13, 6)])
def test_unet_keeps_height_and_width(size, bilinear):
    x = np.random.default_rng(0).normal(size=(2, *size, 1)).astype("float32")
    assert UNet(bilinear=bilinear)(x).shape == (2, *size, 2)


def test_unet_draws_from_the_initializer_it_gives():
    kernel = np.asarray(UNet().v.down.v1.body.submodules.v2.w)
    limit = (6 / 16) ** 0.5 / 3  # 16 input channels
    assert 0.95 * limit < np.abs(kernel).max() <= limit
    assert abs(kernel.std() - limit / 3**0.5) < 0.01


def test_unet_needs_a_depth():
    with pytest.raises(AssertionError, match="at least once"):
        UNet(depth=0)


def test_convnext_block_starts_near_the_identity():
    block = Block(4, layer_scale=1e-6)
    x = np.random.default_rng(0).normal(size=(2, 5, 5, 4)).astype("float32")
    assert np.array_equal(block.v.gamma, np.full(4, 1e-6, "float32"))
    np.testing.assert_allclose(block(x), x, atol=1e-4)
    assert "gamma" not in Block(4, layer_scale=0).v


def test_convnext_block_takes_its_scale_from_v():
    block = Block(4, layer_scale=1.0)
    x = np.random.default_rng(0).normal(size=(2, 5, 5, 4)).astype("float32")
    branch = block(x) - x
    v = block.v.set("gamma", tf.fill((4,), 3.0))
    np.testing.assert_allclose(block(x, v=v) - x, 3 * branch, atol=1e-4)
    np.testing.assert_allclose(block(x) - x, branch, atol=1e-6)


def test_convnext_drop_path_leaves_whole_examples_out():
    drop = DropPath(0.25)
    y = np.asarray(drop(np.ones((400, 3, 2), "float32"))).reshape(400, -1)
    kept = y[:, 0] > 0
    assert 0.65 < kept.mean() < 0.85
    assert np.array_equal(y[kept], np.full((kept.sum(), 6), 1 / 0.75, "float32"))
    assert not y[~kept].any()
    assert np.array_equal(drop.eval()(np.ones((4, 3, 2), "float32")), np.ones((4, 3, 2)))
    assert repr(drop) == "DropPath(prob=0.25)"
    with pytest.raises(ivy.utils.exceptions.IvyException, match="prob is in"):
        DropPath(1.0)


def test_bert_padding_does_not_change_a_sentence():
    model = BertModel(dropout=0.0)
    ids = np.array([[3, 4, 5]])
    vectors, pooled = model(ids)
    padded_vectors, padded_pooled = model(np.array([[3, 4, 5, 0, 0]]))
    assert vectors.shape == (1, 3, 8)
    np.testing.assert_allclose(padded_vectors[:, :3], vectors, atol=1e-5)
    np.testing.assert_allclose(padded_pooled, pooled, atol=1e-5)


def test_bert_attention_mask_hides_tokens_of_each_sentence():
    model = BertModel(dropout=0.0)
    ids = np.array([[3, 4, 5, 6], [7, 8, 9, 3]])
    mask = np.array([[1, 1, 1, 0], [1, 1, 0, 0]])
    vectors, _ = model(ids, attention_mask=mask)
    changed, _ = model(np.where(mask, ids, 11), attention_mask=mask)
    for row, seen in enumerate((3, 2)):
        np.testing.assert_allclose(vectors[row, :seen], changed[row, :seen], atol=1e-6)
    unmasked, _ = model(ids)
    assert np.abs(unmasked - vectors).max() > 1e-3


def test_bert_batch_equals_single_sentences():
    model = BertModel(dropout=0.0)
    ids = np.array([[3, 4, 5, 0], [7, 8, 9, 3]])
    together, _ = model(ids)
    alone = np.concatenate([model(ids[i : i + 1])[0] for i in range(2)])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_bert_attends_as_the_formula():
    layer = BertLayer(8, 2, 16, dropout=0.0)
    x = np.random.default_rng(0).normal(size=(2, 5, 8)).astype("float32")
    w = layer.v.attention.map(np.asarray)
    q, k, v = np.split(x @ w.in_proj_weights.T + w.in_proj_bias, 3, axis=-1)
    q, k, v = (t.reshape(2, 5, 2, 4).transpose(0, 2, 1, 3) for t in (q, k, v))
    scores = np.exp(q @ k.swapaxes(-1, -2) / 2)
    mixed = (scores / scores.sum(-1, keepdims=True)) @ v
    wanted = mixed.transpose(0, 2, 1, 3).reshape(2, 5, 8) @ w.out_proj_weights.T + w.out_proj_bias
    np.testing.assert_allclose(layer.attention(x), wanted, atol=1e-5)


def test_bert_positions_are_a_buffer():
    embeddings = BertModel().embeddings
    assert "position_ids" not in embeddings.v
    assert np.array_equal(embeddings.buffers["position_ids"], np.arange(12)[None])
    with pytest.raises(ivy.utils.exceptions.IvyException, match="13 tokens, but only 12"):
        embeddings(np.zeros((1, 13), "int32"))


def test_bert_layer_refuses_heads_that_do_not_divide():
    with pytest.raises(ivy.utils.exceptions.IvyException, match="3 heads do not divide 8"):
        BertLayer(8, 3, 16)


def test_perceiver_shares_the_layers_that_it_ties(tmp_path):
    spec = PerceiverSpec(input_dim=1, input_axes=2, output_dim=3, depth=4, weight_tie=True)
    network = Perceiver(spec)
    # Readings 2 and 3 are reading 1 again, so the keys are those of depth 2.
    assert {p: tuple(w.shape) for p, w in network.v.flatten().items()} == expected.flat(
        expected.PERCEIVER
    )
    x, _ = images()
    wanted = network(x)
    network.save(tmp_path / "tied.keras")
    loaded = keras.models.load_model(tmp_path / "tied.keras")
    assert len(loaded.trainable_variables) == len(expected.flat(expected.PERCEIVER))
    np.testing.assert_allclose(loaded(x), wanted, atol=1e-6)
    untied = Perceiver(PerceiverSpec(input_dim=1, input_axes=2, output_dim=3, depth=3))
    assert {key.split("/")[1] for key in untied.v.flatten() if key.startswith("readings/")} == {
        "v0",
        "v1",
        "v2",
    }


def test_perceiver_reads_sequences_and_volumes():
    for axes in (1, 3):
        network = Perceiver(PerceiverSpec(input_dim=2, input_axes=axes))
        assert network(tf.zeros((2, *(3,) * axes, 2))).shape == (2, 2)
    with pytest.raises(AssertionError, match="expected 3 axes, got 1"):
        network(tf.zeros((2, 3, 2)))


def test_perceiver_does_not_see_the_order_without_positions():
    x = np.random.default_rng(0).normal(size=(2, 6, 1)).astype("float32")
    blind = Perceiver(PerceiverSpec(input_dim=1, num_bands=0))
    np.testing.assert_allclose(blind(x), blind(x[:, ::-1]), atol=1e-5)
    seeing = Perceiver(PerceiverSpec(input_dim=1, num_bands=2))
    assert np.abs(seeing(x) - seeing(x[:, ::-1])).max() > 1e-4


def test_perceiver_position_encoding_is_sines_and_cosines():
    found = np.asarray(fourier_encode((3, 2), 2, 8.0))
    assert found.shape == (3, 2, 10)
    for row, y in enumerate((-1.0, 0.0, 1.0)):
        for column, x in enumerate((-1.0, 1.0)):
            wanted = [
                number
                for p in (y, x)
                for number in (
                    *np.sin(np.pi * p * np.array([1, 4])),
                    *np.cos(np.pi * p * np.array([1, 4])),
                    p,
                )
            ]
            np.testing.assert_allclose(found[row, column], wanted, atol=1e-5)


def test_perceiver_refuses_no_depth():
    with pytest.raises(ivy.utils.exceptions.IvyException, match="depth is at least 1, got 0"):
        Perceiver(PerceiverSpec(input_dim=1, depth=0))
