"""Settings of every test and docstring example: quiet TensorFlow, a seed, the package's name."""

import collections
import gc
import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import hypothesis
import keras
import pytest
import tensorflow as tf
from keras.src.utils import naming

import keras_ivy

# The first example of a property compiles TensorFlow's operations: time says nothing.
# Always the same examples: a run that fails is repeated by running it again.
hypothesis.settings.register_profile("any machine", deadline=None, derandomize=True)
hypothesis.settings.load_profile("any machine")

#: A model is thousands of objects, and most of them live on: with Python's threshold of 700 the
#: collector searches them for a tenth of the time that the tests take.
gc.set_threshold(20_000, 20, 100)

#: Programs that say `import ivy`, which works where tests/networks/test_programs.py runs them: no
#: modules with examples, which `--doctest-modules` would import.
collect_ignore_glob = ["tests/networks/programs/*"]

#: Of every test.
SEED = 1234

SLOW = pathlib.Path(__file__).parent / "tests" / "slow.txt"


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(items):
    """Mark as slow what `tests/slow.txt` lists, but for the cases that quick runs keep."""
    lines = [line.split() for line in SLOW.read_text("utf-8").splitlines() if line[:1] != "#"]
    kept = {name: int(number) for number, name in lines}
    cases = collections.defaultdict(list)
    for item in items:
        cases[item.nodeid.partition("[")[0]].append(item)
    for name in kept.keys() & cases.keys():
        total = len(cases[name])
        for i, item in enumerate(cases[name]):
            # Evenly spaced: the number of kept ones up to here grows by one at each of them.
            if (i + 1) * kept[name] // total == i * kept[name] // total:
                item.add_marker("slow")


@pytest.fixture(autouse=True)
def _seeded(doctest_namespace):
    """Make every test reproducible, whatever ran before it.

    TensorFlow's seed, by which nothing draws but its own operations, is set once for each file, and
    by the tests that need it: `tf.random.set_seed` forgets whatever TensorFlow has loaded, compiled
    functions as well, and to load it anew in every test takes a tenth of the time of all.

    Keras's numbers begin anew, as in `dense_1`: TensorFlow makes variables of a name that it knows
    six times as fast as others.
    """
    naming.reset_uids()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tf.random, "set_seed", lambda seed: None)
        keras.utils.set_random_seed(SEED)
    doctest_namespace["keras_ivy"] = keras_ivy


@pytest.fixture(scope="session")
def _hypothesis_knows_numpys_generator():
    """Run a first example, which is when Hypothesis takes NumPy's generator under its care.

    It asks the collector who refers to the generator, and is told nobody once that is frozen.
    """
    hypothesis.find(hypothesis.strategies.none(), lambda _: True)


@pytest.fixture(autouse=True, scope="module")
def _files_begin_anew(_hypothesis_knows_numpys_generator):
    """Seed TensorFlow, and let the collector pass over what came before a file of tests.

    Keras's `quantize` and TFLite's converter collect whenever they are called, which takes two
    seconds among the graphs of twenty thousand tests.
    """
    tf.random.set_seed(SEED)
    gc.collect()
    gc.freeze()
