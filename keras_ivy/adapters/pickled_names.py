"""Names under which arrays appear in pickles, and what each of them may become.

A pickle names functions by the module that held them when it was written, private modules of
TensorFlow, Keras and NumPy included. The table is the whole of what a file may call.
"""

import codecs
import copyreg
import functools
from collections.abc import Callable

import keras
import ml_dtypes
import numpy as np
import tensorflow as tf
from tensorflow.python.ops.resource_variable_ops import ResourceVariable

__all__ = ["ALLOWED"]

_RECONSTRUCT = np.ndarray([0]).__reduce__()[0]
_FROM_BUFFER = np.ones(1).__reduce_ex__(5)[0]
_SCALAR = np.float64(0).__reduce__()[0]
_VARIABLE = "tensorflow.python.ops.resource_variable_ops"


def _numpy_names() -> dict[tuple[str, str], Callable]:
    names = {("numpy", "ndarray"): np.ndarray, ("numpy", "dtype"): np.dtype}
    for core in ("numpy.core", "numpy._core"):
        names[f"{core}.multiarray", "_reconstruct"] = _RECONSTRUCT
        names[f"{core}.multiarray", "scalar"] = _SCALAR
        names[f"{core}.numeric", "_frombuffer"] = _FROM_BUFFER
    return names


#: `(module, name)` -> what it stands for.
ALLOWED: dict[tuple[str, str], Callable] = _numpy_names() | {
    ("__builtin__", "complex"): complex,
    ("__builtin__", "object"): object,
    ("copy_reg", "_reconstructor"): copyreg._reconstructor,
    ("_codecs", "encode"): codecs.encode,
    ("builtins", "complex"): complex,
    ("functools", "partial"): functools.partial,
    ("keras.src.backend", "Variable"): keras.Variable,
    ("ml_dtypes", "bfloat16"): ml_dtypes.bfloat16,
    ("tensorflow.python.framework.ops", "convert_to_tensor"): tf.convert_to_tensor,
    ("tensorflow.python.framework.dtypes", "as_dtype"): tf.as_dtype,
    (_VARIABLE, "ResourceVariable"): ResourceVariable,
}
