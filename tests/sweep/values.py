"""The bad values: what people hand over by mistake, each under a name that reports can show."""

import keras
import numpy as np
import tensorflow as tf


def _function(x):
    return x


#: By name, how to make the value; some cannot be shared, and some are large as text.
VALUES = {
    "None": lambda: None,
    "object()": object,
    "True": lambda: True,
    "nan": lambda: float("nan"),
    "inf": lambda: float("inf"),
    "-inf": lambda: float("-inf"),
    "-1": lambda: -1,
    "-0.5": lambda: -0.5,
    "0": lambda: 0,
    "0.5": lambda: 0.5,
    "10**25": lambda: 10**25,
    "10**9": lambda: 10**9,
    "2**40": lambda: 2**40,
    "1e300": lambda: 1e300,
    "1j": lambda: 1j,
    "''": lambda: "",
    "'evil'": lambda: "evil",
    "'9'": lambda: "9",
    "b'same'": lambda: b"same",
    "[]": list,
    "{}": dict,
    "{'a': 1}": lambda: {"a": 1},
    "{1, 2}": lambda: {1, 2},
    "['evil']": lambda: ["evil"],
    "[None]": lambda: [None],
    "[-1, -1]": lambda: [-1, -1],
    "[[1], [2, 3]]": lambda: [[1], [2, 3]],
    "array of 3": lambda: np.ones(3, "float32"),
    "array of 2 x 5": lambda: np.ones((2, 5), "float32"),
    "array of 0": lambda: np.ones(0, "float32"),
    "array of objects": lambda: np.array([object(), None]),
    "tensor of 3": lambda: tf.ones(3),
    "tensor of 1 x 2 x 3 x 4 x 5": lambda: tf.ones((1, 2, 3, 4, 5)),
    "tensor of strings": lambda: tf.constant(["a"]),
    "KerasTensor": lambda: keras.KerasTensor((None, 3)),
    "function": lambda: _function,
    "class": lambda: int,
}
