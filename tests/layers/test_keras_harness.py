"""Keras's own harness for layers, on each of Ivy's.

`run_layer_test` checks the config round trip, building by shape, symbolic and eager calls and the
shapes they give, training in a compiled model, mixed precision, and the number of variables.
"""

import keras
import numpy as np
import pytest
from keras.src import testing

from keras_ivy import layers

#: The harness trains layers without variables, from a generator; Keras warns about both.
pytestmark = [
    pytest.mark.filterwarnings("ignore:`shuffle=True` was passed:UserWarning"),
    pytest.mark.filterwarnings("ignore:The model does not have any trainable:UserWarning"),
]

#: Name, class, constructor's arguments, input shape, output shape, further arguments.
CASES = [
    ("linear", layers.Linear, {"input_channels": 4, "output_channels": 3}, (2, 4), (2, 3)),
    ("linear_late", layers.Linear, {"input_channels": None, "output_channels": 3}, (2, 5, 4),
     (2, 5, 3)),
    ("identity", layers.Identity, {}, (2, 3), (2, 3)),
    ("dropout", layers.Dropout, {"prob": 0.3}, (2, 3), (2, 3), {"expected_num_seed_generators": 1,
     "expected_num_non_trainable_variables": 1, "supports_masking": True}),
    ("dropout_unscaled", layers.Dropout, {"prob": 0.3, "scale": False, "seed": 2}, (2, 3), (2, 3)),
    ("conv1d", layers.Conv1D, {"input_channels": 2, "output_channels": 3, "filter_size": 3,
     "strides": 2, "padding": "SAME"}, (2, 7, 2), (2, 4, 3)),
    ("conv1d_first", layers.Conv1D, {"input_channels": None, "output_channels": 3,
     "filter_size": 3, "strides": 1, "padding": [(1, 0)], "data_format": "NCW",
     "weight_initializer": "he_normal", "fans": "true"}, (2, 2, 7), (2, 3, 6)),
    ("conv2d", layers.Conv2D, {"input_channels": 2, "output_channels": 3, "filter_shape": [3, 2],
     "strides": 1, "padding": "VALID", "dilations": (1, 2)}, (2, 6, 5, 2), (2, 4, 3, 3)),
    ("conv2d_first", layers.Conv2D, {"input_channels": 2, "output_channels": 3, "filter_shape": 3,
     "strides": (2, 1), "padding": 1, "data_format": "NCHW", "with_bias": False}, (2, 2, 6, 5),
     (2, 3, 3, 5)),
    ("conv3d", layers.Conv3D, {"input_channels": 2, "output_channels": 3, "filter_shape": 2,
     "strides": 2, "padding": "SAME"}, (1, 4, 5, 4, 2), (1, 2, 3, 2, 3)),
    ("conv1d_transpose", layers.Conv1DTranspose, {"input_channels": 2, "output_channels": 3,
     "filter_size": 3, "strides": 2, "padding": "SAME", "output_shape": (7,)}, (2, 4, 2),
     (2, 7, 3)),
    ("conv2d_transpose", layers.Conv2DTranspose, {"input_channels": None, "output_channels": 3,
     "filter_shape": [2, 3], "strides": 2, "padding": "VALID"}, (2, 3, 4, 2), (2, 6, 9, 3)),
    ("conv3d_transpose", layers.Conv3DTranspose, {"input_channels": 2, "output_channels": 3,
     "filter_shape": 2, "strides": 1, "padding": 1, "data_format": "NCDHW"}, (1, 2, 3, 3, 3),
     (1, 3, 2, 2, 2)),
    ("depthwise", layers.DepthwiseConv2D, {"num_channels": 2, "filter_shape": 3, "strides": 2,
     "padding": "SAME"}, (2, 6, 5, 2), (2, 3, 3, 2)),
    ("depthwise_late", layers.DepthwiseConv2D, {"num_channels": None, "filter_shape": (2, 3),
     "strides": (2, 1), "padding": "VALID"}, (2, 6, 5, 2), (2, 3, 3, 2)),
    ("lstm", layers.LSTM, {"input_channels": 3, "output_channels": 4, "return_state": False},
     (2, 5, 3), (2, 5, 4), {"supports_masking": True}),
    ("lstm_last", layers.LSTM, {"input_channels": None, "output_channels": 4, "num_layers": 2,
     "return_sequence": False, "return_state": False}, (2, 5, 3), (2, 4)),
    ("attention", layers.MultiHeadAttention, {"embed_dim": 8, "num_heads": 2}, (2, 5, 8),
     (2, 5, 8), {"supports_masking": True}),
    ("attention_dropout", layers.MultiHeadAttention, {"embed_dim": 8, "num_heads": 2,
     "dropout_rate": 0.2, "seed": 1, "use_proj_bias": False, "head_dim": 3}, (2, 5, 8),
     (2, 5, 8)),
    *[(f"{name.lower()}{kind}{n}", getattr(layers, f"{name}Pool{n}D"),
       {"kernel_size": 2, ("strides" if (name, n) == ("Avg", 3) else "stride"): 2,
        "padding": padding}, (1, *(5,) * n, 2), (1, *(3,) * n, 2))
      for name in ("Max", "Avg") for n in (1, 2, 3) for kind, padding in (("same", "SAME"),
                                                                         ("width", 1))],
    ("avg3d_options", layers.AvgPool3D, {"kernel_size": 2, "strides": 2, "padding": "VALID",
     "ceil_mode": True, "count_include_pad": True, "data_format": "NCDHW"}, (1, 2, 5, 5, 5),
     (1, 2, 3, 3, 3)),
    ("adaptive1d", layers.AdaptiveAvgPool1d, {"output_size": 3}, (2, 2, 7), (2, 2, 3)),
    ("adaptive2d", layers.AdaptiveAvgPool2d, {"output_size": (2, 3)}, (2, 4, 7, 2), (2, 2, 3, 2)),
    ("fft", layers.FFT, {"dim": -1}, (2, 6), (2, 6), {"expected_output_dtype": "complex64",
     "run_training_check": False}),
    ("ifft", layers.IFFT, {"dim": 1, "n": 4, "norm": "ortho"}, (2, 6), (2, 4),
     {"expected_output_dtype": "complex64", "run_training_check": False}),
    ("dct", layers.Dct, {"type": 3, "norm": "ortho"}, (2, 6), (2, 6)),
    ("idct", layers.IDct, {"axis": 1, "n": 4}, (2, 6), (2, 4)),
    ("layer_norm", layers.LayerNorm, {"normalized_shape": [3, 4]}, (2, 3, 4), (2, 3, 4),
     {"supports_masking": True}),
    ("layer_norm_late", layers.LayerNorm, {"normalized_shape": None, "new_std": 2.0}, (2, 3, 4),
     (2, 3, 4)),
    ("batch_norm", layers.BatchNorm2D, {"num_features": 3}, (4, 2, 2, 3), (4, 2, 2, 3),
     {"expected_num_trainable_weights": 2, "expected_num_non_trainable_weights": 2,
      "supports_masking": True}),
    ("batch_norm_plain", layers.BatchNorm2D, {"num_features": None, "affine": False,
     "data_format": "NCS"}, (4, 3, 2), (4, 3, 2), {"expected_num_trainable_weights": 0}),
    ("group_norm", layers.GroupNorm, {"num_groups": 2, "num_features": 4}, (2, 3, 4), (2, 3, 4)),
    ("group_norm_first", layers.GroupNorm, {"num_groups": 2, "num_features": None,
     "data_format": "NCS"}, (2, 4, 3, 3), (2, 4, 3, 3)),
    *[(name.lower(), getattr(layers, name), {}, (2, 6), (2, 3) if name == "GEGLU" else (2, 6),
       {"supports_masking": True})
      for name in ("ELU", "GEGLU", "GELU", "Hardswish", "LeakyReLU", "LogSigmoid", "LogSoftmax",
                   "Logit", "Mish", "ReLU", "ReLU6", "SeLU", "SiLU", "Sigmoid", "Softmax",
                   "Softplus", "Tanh")],
    ("prelu", layers.PReLU, {"slope": 0.2}, (2, 6), (2, 6)),
]  # fmt: skip


@pytest.fixture
def harness():
    case = testing.TestCase()
    case.setUp()
    yield case
    case.tearDown()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_layer_passes_the_harness(harness, case):
    _, cls, kwargs, shape, output, *more = case
    options = more[0] if more else {}
    harness.run_layer_test(cls, kwargs, input_shape=shape, expected_output_shape=output, **options)


def test_embedding_passes_the_harness(harness):
    harness.run_layer_test(
        layers.Embedding,
        {"num_embeddings": 5, "embedding_dim": 3, "padding_idx": 0, "mask_padding": True},
        input_data=np.array([[1, 2, 0], [3, 0, 0]]),
        expected_output_shape=(2, 3, 3),
        expected_num_trainable_weights=1,
        supports_masking=True,
        expected_mask_shape=(2, 3),
    )


def test_attention_of_three_inputs_passes_the_harness(harness):
    # The harness cannot train a layer of several inputs, nor can Keras's own.
    harness.run_layer_test(
        layers.MultiHeadAttention,
        {"embed_dim": 8, "num_heads": 2, "key_dim": 3, "value_dim": 5},
        input_shape={"query_shape": (2, 4, 8), "key_shape": (2, 3, 3), "value_shape": (2, 3, 5)},
        expected_output_shape=(2, 4, 8),
        run_training_check=False,
    )


@pytest.mark.parametrize(
    "loss", [layers.CrossEntropyLoss, layers.BinaryCrossEntropyLoss, layers.LogPoissonLoss]
)
def test_loss_passes_the_harness(harness, loss):
    harness.run_layer_test(
        loss,
        {},
        input_data={
            "true": np.array([[0.0, 1.0]], "float32"),
            "pred": np.array([[0.25, 0.75]], "float32"),
        },
        expected_output_shape=(1,) if loss is layers.CrossEntropyLoss else (1, 2),
        run_training_check=False,
    )


def test_every_layer_runs_in_the_harness():
    tested = {case[1] for case in CASES} | {
        layers.Embedding,
        layers.CrossEntropyLoss,
        layers.BinaryCrossEntropyLoss,
        layers.LogPoissonLoss,
    }
    public = {getattr(layers, name) for name in layers.__all__}
    assert {x for x in public if isinstance(x, type)} - tested == {layers.Sequential}


def test_harness_is_the_one_of_keras():
    assert issubclass(layers.Linear, keras.Model)
    assert testing.TestCase.run_layer_test.__module__ == "keras.src.testing.test_case"
