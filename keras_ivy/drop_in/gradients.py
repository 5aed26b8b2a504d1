"""Names with an underscore that Ivy's programs import from `ivy.functional.ivy.gradients`."""

from keras_ivy.ops import is_variable, variable
from keras_ivy.ops.tensors import to_tensor

__all__ = []

_variable, _is_variable, _variable_data = variable, is_variable, to_tensor
