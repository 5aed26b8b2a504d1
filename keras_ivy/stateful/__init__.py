"""The places in which Ivy keeps its classes, for programs that import from there.

`from ivy.stateful.layers import Linear` becomes `from keras_ivy.stateful.layers import Linear`; the
classes are those of `keras_ivy.layers` and its neighbours, with nothing added.

Example:

>>> import keras_ivy as ivy
>>> from keras_ivy.stateful.initializers import GlorotUniform, Zeros
>>> ivy.stateful.layers.Linear is ivy.Linear, Zeros is ivy.Zeros
(True, True)
"""

from keras_ivy.stateful import (
    activations,
    initializers,
    layers,
    losses,
    module,
    norms,
    optimizers,
    sequential,
)

__all__ = [
    "activations",
    "initializers",
    "layers",
    "losses",
    "module",
    "norms",
    "optimizers",
    "sequential",
]
