"""Write `optimizer_files/`, which `tests/optimizers/test_old_files.py` reads.

    python -m tests.golden.make_optimizer_files

Configs, models, checkpoints and pickles, by the commit that came before optimizers were put
together of parts. Written anew, they would test nothing.
"""

import json
import pathlib
import pickle

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.container import Container
from keras_ivy.optimizers import LossScaleOptimizer, Rule, WarmupPolynomial
from keras_ivy.optimizers.rules import PRESETS
from tests.optimizers.cases import CASES

HERE = pathlib.Path(__file__).parent / "optimizer_files"
NAMES = ("sgd-momentum", "adamw-paper", "lamb-ivy", "lars_paper")
RULES = ["bias_norm", Rule("head/kernel", lr_multiplier=0.5), Rule(keras.layers.Dense)]
X = np.linspace(-1.0, 1.0, 12, dtype="float32").reshape(4, 3)
Y = np.linspace(1.0, -1.0, 8, dtype="float32").reshape(4, 2)
W = {"enc": {"w": np.linspace(0.5, 1.5, 6).reshape(2, 3)}, "b": np.array([1.0, -2.0])}


def make_model(optimizer):
    """A model of two layers whose first weights no generator of random numbers decides."""
    model = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(4, activation="tanh", name="body"),
            keras.layers.Dense(2, name="head"),
        ],
        name="net",
    )
    model.set_weights(
        [np.linspace(-0.5, 0.5, w.size).reshape(w.shape) + 0.01 for w in model.get_weights()]
    )
    model.compile(optimizer=optimizer, loss="mse")
    return model


def train(model, steps):
    """The weights after some steps, as lists."""
    for _ in range(steps):
        model.train_on_batch(X, Y)
    return [np.asarray(w).tolist() for w in model.get_weights()]


def step(optimizer, v, steps):
    """Variables after some steps on a Container."""
    v = Container(v).map(lambda x: tf.constant(x, tf.float64))
    for _ in range(steps):
        v = optimizer.step(v, v.map(lambda x: 0.1 * x + 0.2))
    return v


def main():
    """Write all of them."""
    found = {}
    for name, case in CASES.items():
        optimizer = case.make(0.05, rules=RULES, clipnorm=0.5)
        found[name] = {"config": keras.optimizers.serialize(optimizer)}
    for name in NAMES:
        make = CASES[name].make
        model = make_model(make(0.05, rules=RULES))
        train(model, 2)
        model.save(HERE / f"{name}.keras")
        tf.train.Checkpoint(model=model, optimizer=model.optimizer).write(str(HERE / f"{name}.fit"))
        found[name]["fit"] = train(model, 1)
        optimizer = make(0.05)
        v = step(optimizer, W, 2)
        tf.train.Checkpoint(optimizer=optimizer).write(str(HERE / f"{name}.step"))
        found[name]["state"] = {k: np.asarray(x).tolist() for k, x in v.flatten().items()}
        found[name]["step"] = {
            k: np.asarray(x).tolist() for k, x in step(optimizer, v, 1).flatten().items()
        }
    lines = ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in found.items())
    (HERE / "expected.json").write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
    things = [CASES["lamb-ivy"].make(0.05), LossScaleOptimizer("adam_ivy"), *RULES[1:]]
    things += [*PRESETS["bias_norm"], WarmupPolynomial(1.0, 2, 5)]
    (HERE / "pickles.bin").write_bytes(pickle.dumps(things))


if __name__ == "__main__":
    main()
