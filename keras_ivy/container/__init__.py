"""Container: a nested dict of leaves that calculates, prints and travels as one value."""

from keras_ivy.container.base import restore as restore  # which pickles name
from keras_ivy.container.container import Container
from keras_ivy.container.methods import add_functions, add_methods, container_map
from keras_ivy.container.registration import register_with_jax

__all__ = ["Container", "add_functions", "add_methods", "container_map", "register_with_jax"]
