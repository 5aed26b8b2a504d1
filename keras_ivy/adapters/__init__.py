"""The only modules that touch private Keras or TensorFlow names, one concern each.

`keras/` and `tensorflow/` hold what asks one of the two, and what asks both stands beside them.
Each has a test in `tests/conformance/` that names what broke when an upstream release changes.
"""

__all__ = []
