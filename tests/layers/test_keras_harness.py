"""Keras's own harness for layers, on each of Ivy's.

`run_layer_test` checks the config round trip, building by shape, symbolic and eager calls and the
shapes they give, training in a compiled model, mixed precision, and the number of variables.
"""

import keras
import numpy as np
import pytest
from keras.src import testing

from keras_ivy import layers
from tests.layers.cases import CASES

#: The harness trains layers without variables, from a generator; Keras warns about both.
pytestmark = [
    pytest.mark.filterwarnings("ignore:`shuffle=True` was passed:UserWarning"),
    pytest.mark.filterwarnings("ignore:The model does not have any trainable:UserWarning"),
]


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
