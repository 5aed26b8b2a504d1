"""`python -m keras_ivy selftest`: does this installation give the numbers that it promises?"""

import argparse
import json
import pathlib
import platform
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf

import keras_ivy.initializers as initializers
import keras_ivy.layers as layers
import keras_ivy.optimizers as optimizers
from keras_ivy.container import Container
from keras_ivy.version import __version__

__all__ = ["CHECKS", "run"]

#: What an installation that does not fit raises from inside.
_BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    tf.errors.OpError,
)
#: Values that real Ivy gave; tests compare them with the recordings they are taken from.
_RECORDED = pathlib.Path(__file__).with_name("recorded.json")


def run(arguments: Sequence[str]) -> int:
    """Check this installation, and print what was found.

    Args:
        arguments: Those of the command line.

    Returns:
        0 if all is well, 1 if a check failed, 2 if it could not run.
    """
    parser = argparse.ArgumentParser(
        prog="python -m keras_ivy selftest",
        description="Check this installation: versions, numbers recorded from Ivy, files, a "
        "compiled step. Exit code: 0 all is well, 1 a check failed.",
    )
    try:
        parser.parse_args(list(arguments))
    except SystemExit as ended:  # argparse has said why, or has shown its help
        return int(ended.code or 0)
    start, failed = time.perf_counter(), 0
    for name, check in CHECKS.items():
        try:
            said, mark = check(), "ok"
        except _BROKEN as error:
            said, mark = f"{type(error).__name__}: {error}", "FAILED"
            failed += 1
        print(f"{mark:6}  {name}: {said}", file=sys.stderr if mark != "ok" else sys.stdout)
    took = f"in {time.perf_counter() - start:.1f} s"
    if failed:
        print(f"{failed} of {len(CHECKS)} checks failed {took}.", file=sys.stderr)
        return 1
    print(f"All {len(CHECKS)} checks passed {took}.")
    return 0


def versions() -> str:
    """Which versions there are."""
    if keras.backend.backend() != "tensorflow":
        raise RuntimeError(f"Keras runs on {keras.backend.backend()}, not on TensorFlow")
    found = {
        "keras_ivy": __version__,
        "Keras": keras.__version__,
        "TensorFlow": tf.__version__,
        "NumPy": np.__version__,
        "Python": platform.python_version(),
    }
    return ", ".join(f"{name} {version}" for name, version in found.items())


def names() -> str:
    """Whether Keras knows our names."""
    initializer = keras.initializers.get("kaiming_ivy")
    optimizer = keras.optimizers.get("lamb_ivy(learning_rate=0.25)")
    right = type(initializer) is initializers.KaimingNormal
    if not right or float(optimizer.learning_rate) != 0.25:
        raise ValueError(f"the strings made {initializer!r} and {optimizer!r}")
    return f"strings make {type(initializer).__name__} and {type(optimizer).__name__}"


def recorded_initializers() -> str:
    """Limits and standard deviations recorded from Ivy."""
    data = json.loads(_RECORDED.read_text(encoding="utf-8"))
    cases = [(case, "limit", case["high"]) for case in data["limits"]]
    cases += [(case, "stddev", case["std"]) for case in data["deviations"]]
    for case, method, wanted in cases:
        made = getattr(initializers, case["cls"])(**case["init"])
        found = getattr(made, method)(case["fan_in"], case["fan_out"])
        _near(case["cls"], found, wanted, 1e-12)
    layer = keras.layers.DepthwiseConv2D(3)
    layer.build((None, 8, 8, 64))
    fans = initializers.fans_of(layer, "kernel")
    if fans != (9, 9):
        raise ValueError(f"a depthwise 3x3 kernel sums 9 products, fans_of says {fans}")
    return f"{len(cases)} numbers of Ivy, and the true fans of a depthwise kernel"


def recorded_optimizers() -> str:
    """Steps that Ivy made, by `step` and by `apply`."""
    data = json.loads(_RECORDED.read_text(encoding="utf-8"))
    start, gradients = (np.asarray(data[name], "float64") for name in ("start", "gradients"))
    for name, case in data["optimizers"].items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Ivy's variants do is not news here
            one, other = (getattr(optimizers, name)(**case["arguments"]) for _ in range(2))
            v = Container(w=tf.constant(start))
            variable = keras.Variable(start, dtype="float64")
            for gradient in gradients:
                v = one.step(v, Container(w=tf.constant(gradient)))
                other.apply([tf.constant(gradient)], [variable])
        _near(f"{name}.step", v.w, case["after"], 1e-10)
        _near(f"{name}.apply", variable, case["after"], 1e-10)
    return f"{len(gradients)} steps of {', '.join(data['optimizers'])} as Ivy made them"


def files() -> str:
    """Round trips of a model with its optimizer, and of a Container."""
    model = _model()
    x, y = _data()
    model.train_on_batch(x, y)
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/model.keras"
        model.save(path)
        again = keras.models.load_model(path)
        _near("the loaded model", again(x), model(x), 0.0)
        for each in (model, again):
            each.train_on_batch(x, y)
        _near("the step after loading", again(x), model(x), 1e-6)
        Container(w=tf.constant([1.0, 2.0])).save(f"{folder}/v.h5")
        _near("the Container", Container.load(f"{folder}/v.h5").w, [1.0, 2.0], 0.0)
    return "a model with its optimizer's state, and a Container, came back"


def compiled() -> str:
    """A training step compiled by XLA, against the same step run op by op."""
    x, y = _data()
    results = []
    for jit_compile, run_eagerly in ((True, False), (False, True)):
        keras.utils.set_random_seed(0)
        model = _model(jit_compile=jit_compile, run_eagerly=run_eagerly)
        before = np.asarray(model(x))
        model.train_on_batch(x, y)
        results.append(np.asarray(model(x)))
    _near("the compiled step", results[0], results[1], 1e-5)
    if not np.abs(results[0] - before).max() > 0:
        raise ValueError("the compiled step changed nothing")
    return "a step compiled by XLA equals the same step run op by op"


#: The checks by name; each returns what it found, or raises.
CHECKS: dict[str, Callable[[], str]] = {
    "versions": versions,
    "names": names,
    "initializers": recorded_initializers,
    "optimizers": recorded_optimizers,
    "files": files,
    "compiled step": compiled,
}


def _model(**options: bool) -> keras.Model:
    model = keras.Sequential(
        [keras.Input((4,)), layers.Linear(4, 8), keras.layers.ReLU(), layers.Linear(8, 1)]
    )
    optimizer = optimizers.LAMB(0.01, variant="paper", rules="bias_norm")
    model.compile(optimizer, "mse", **options)
    return model


def _data() -> tuple[np.ndarray, np.ndarray]:
    x = np.random.default_rng(0).standard_normal((16, 4)).astype("float32")
    return x, x.sum(1, keepdims=True)


def _near(name: str, found: object, wanted: object, bound: float) -> None:
    """Raise unless numbers agree, relative to the largest."""
    one, other = np.asarray(found, "float64"), np.asarray(wanted, "float64")
    error = np.abs(one - other).max() if one.shape == other.shape else np.inf
    if not error <= bound * np.abs(other).max():
        raise ValueError(f"{name} gives {one.tolist()}, expected {other.tolist()}")
