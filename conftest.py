"""Settings of every test and docstring example: quiet TensorFlow, a seed, the package's name."""

import gc
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import hypothesis
import keras
import pytest

import keras_ivy

# The first example of a property compiles TensorFlow's operations: time says nothing.
# Always the same examples: a run that fails is repeated by running it again.
hypothesis.settings.register_profile("any machine", deadline=None, derandomize=True)
hypothesis.settings.load_profile("any machine")


@pytest.fixture(autouse=True)
def _seeded(doctest_namespace):
    """Make every test reproducible, whatever ran before it."""
    keras.utils.set_random_seed(1234)
    doctest_namespace["keras_ivy"] = keras_ivy


@pytest.fixture(scope="session")
def _hypothesis_knows_numpys_generator():
    """Run a first example, which is when Hypothesis takes NumPy's generator under its care.

    It asks the collector who refers to the generator, and is told nobody once that is frozen.
    """
    hypothesis.find(hypothesis.strategies.none(), lambda _: True)


@pytest.fixture(autouse=True, scope="module")
def _old_objects_are_not_searched(_hypothesis_knows_numpys_generator):
    """Let the collector pass over what came before a file of tests.

    Keras's `quantize` and TFLite's converter collect whenever they are called, which takes two
    seconds among the graphs of twenty thousand tests.
    """
    gc.collect()
    gc.freeze()
