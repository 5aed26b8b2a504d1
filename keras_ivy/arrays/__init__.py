"""Ivy's methods and operators on TensorFlow's arrays: `set_array_mode`, off by default.

| file | what it holds |
|---|---|
| `mode.py` | the switch |
| `attributes.py`, `names.py` | methods and properties: one table, from the functions of `ops` |
| `operators.py`, `promotion.py` | operators and indices; the type that arithmetic has |
"""

from keras_ivy.arrays.mode import ArrayMode, set_array_mode, unset_array_mode
from keras_ivy.arrays.promotion import PreciseMode, set_precise_mode, unset_precise_mode

__all__ = [
    "ArrayMode",
    "PreciseMode",
    "set_array_mode",
    "set_precise_mode",
    "unset_array_mode",
    "unset_precise_mode",
]
