"""The only modules that touch private Keras or TensorFlow names, one concern each.

Each has a test in `tests/conformance/` that names what broke when an upstream release changes.
"""

__all__ = []
