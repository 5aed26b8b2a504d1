"""The optimizers that the shared tests run: a new optimizer, or variant, is one row."""

import contextlib
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.optimizers import LAMB, LARS, SGD, Adam, AdamW, LAMBPaper, LARSPaper, Muon
from keras_ivy.optimizers.formulas import variants as tables
from keras_ivy.optimizers.formulas.orthogonal import Matrices
from keras_ivy.optimizers.formulas.updates import Treatment


class Case(NamedTuple):
    """One optimizer with options that differ from their defaults."""

    name: str
    cls: type
    kwargs: dict

    def make(self, learning_rate=0.1, **more):
        """Make it."""
        return self.cls(learning_rate, **{**self.kwargs, **more})


MOMENTS = {"beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3}
HEAVY = {"momentum": 0.8, "nesterov": True}

ROWS = [
    *(Case(f"sgd-{v}", SGD, {"variant": v}) for v in tables.SGD),
    Case("sgd-momentum", SGD, HEAVY),
    *(Case(f"adam-{v}", Adam, {"variant": v, **MOMENTS}) for v in tables.ADAM),
    *(Case(f"adamw-{v}", AdamW, {"variant": v, "weight_decay": 0.1}) for v in tables.ADAMW),
    *(Case(f"lamb-{v}", LAMB, {"variant": v, "weight_decay": 0.1}) for v in tables.LAMB),
    Case("lamb-bounded", LAMB, {**MOMENTS, "min_trust_ratio": 0.5, "max_trust_ratio": 2.0}),
    Case("lamb_paper", LAMBPaper, {"weight_decay": 0.1}),
    *(Case(f"lars-{v}", LARS, {"variant": v, "weight_decay": 0.1}) for v in tables.LARS),
    Case("lars_paper", LARSPaper, {"weight_decay": 0.1, **HEAVY, "trust_coefficient": 0.5}),
    *(
        Case(f"muon-{v}", Muon, {"variant": v, "weight_decay": 0.1, "adam_learning_rate": None})
        for v in tables.MUON
    ),
    Case("muon-own", Muon, {"momentum": 0.8, "nesterov": False, "steps": 3}),
    Case("lars-outside", LARSPaper, {"lr_in_momentum": False, "epsilon": 1e-3, "momentum": 0.7}),
]

CASES = {row.name: row for row in ROWS}

#: One of every kind of formula, for tests that cannot afford all rows.
FEW = (
    *("sgd-momentum", "adam-ivy", "adamw-paper", "lamb-ivy", "lamb-paper", "lars_paper"),
    "muon-paper",
)

#: What the optimizers of this package are called in strings.
STRINGS = {
    "sgd_ivy": SGD,
    "adam_ivy": Adam,
    "adamw_ivy": AdamW,
    "lars_ivy": LARS,
    "lamb_ivy": LAMB,
    "lars_paper": LARSPaper,
    "lamb_paper": LAMBPaper,
    "muon_ivy": Muon,
}

SHAPES = {"block/dense/kernel": (4, 3), "block/dense/bias": (3,), "norm/gamma": (5,)}


def slots_of(optimizer, shape):
    """The slots of a tensor; Muon's by shape, which sees a matrix in two dimensions."""
    is_matrix = isinstance(optimizer, Muon) and len(shape) == 2
    return ("mw",) if is_matrix else optimizer.slot_names


def treatment_of(optimizer, shape, **more):
    """What a tensor gets that no rule speaks of; Muon's by shape."""
    if not isinstance(optimizer, Muon):
        return Treatment(**{"decay": optimizer.weight_decay or 0.0, **more})
    if len(shape) != 2:
        return Treatment(**{"decay": 0.0, **more})
    seen = Matrices(shape, (0, 1), (1, *shape))
    return Treatment(**{"decay": optimizer.weight_decay, "matrices": seen, **more})


def variable_at(path, value, dtype="float32"):
    """A Keras variable of a given path."""
    *scopes, leaf = path.split("/")
    with contextlib.ExitStack() as stack:
        for scope in scopes:
            stack.enter_context(keras.name_scope(scope))
        return keras.Variable(np.asarray(value), dtype=dtype, name=leaf)


def weights():
    """Values of three tensors, none of norm zero."""
    rng = np.random.default_rng(3)
    return {path: rng.normal(size=shape) for path, shape in SHAPES.items()}


def variables(dtype="float32"):
    """The same as variables, anew at every call."""
    return [variable_at(path, w, dtype) for path, w in weights().items()]


def gradients(step, shapes=SHAPES):
    """Gradients of one step, which depend on its number alone."""
    rng = np.random.default_rng(100 + step)
    return [rng.normal(size=shape) for shape in shapes.values()]


def traced(fn):
    """A `tf.function` that Autograph leaves as it is, which is traced in less time."""
    return tf.function(fn, autograph=False)
