"""Utilities under the names that Ivy programs import: `keras_ivy.utils.exceptions`."""

# isort: off
# First of all, since `assertions` asks for Keras: it says in one sentence what is missing.
from keras_ivy.utils import requirements  # noqa: F401
from keras_ivy.utils import assertions, exceptions

__all__ = ["assertions", "exceptions"]
