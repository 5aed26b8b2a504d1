"""Functions of any Keras model: its variables, calls with other values, gradients."""

from keras_ivy.functional.call import assign_variables, functional_call, variables
from keras_ivy.functional.gradients import execute_with_gradients, value_and_grad

__all__ = [
    "assign_variables",
    "execute_with_gradients",
    "functional_call",
    "value_and_grad",
    "variables",
]
