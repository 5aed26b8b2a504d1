"""Ivy's stateful API, native in Keras 3: initializers, layers, optimizers and containers.

`import keras_ivy as ivy` reads like Ivy; `import keras_ivy` beside `import keras` reads like
Keras. Importing registers every class and string name with Keras.
"""

from keras_ivy import optimizers, utils
from keras_ivy.optimizers import (
    LAMB,
    LARS,
    SGD,
    Adam,
    AdamW,
    Optimizer,
    Rule,
    adam_step,
    adam_update,
    gradient_descent_update,
    lamb_update,
    lars_update,
    optimizer_update,
)
from keras_ivy.version import __version__

__all__ = [
    "LAMB",
    "LARS",
    "SGD",
    "Adam",
    "AdamW",
    "Optimizer",
    "Rule",
    "__version__",
    "adam_step",
    "adam_update",
    "gradient_descent_update",
    "lamb_update",
    "lars_update",
    "optimizer_update",
    "optimizers",
    "utils",
]
