"""Utilities under the names that Ivy programs import: `keras_ivy.utils.exceptions`."""

from keras_ivy.utils import assertions, exceptions

__all__ = ["assertions", "exceptions"]
