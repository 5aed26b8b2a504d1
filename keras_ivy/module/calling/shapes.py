"""What wrappers ask a module for: the shapes of outputs, and symbolic inputs to find them with."""

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING

import keras

from keras_ivy.module.building import build_on
from keras_ivy.module.calling.inputs import Inputs, is_shapes, map_shapes
from keras_ivy.module.record import own_record
from keras_ivy.structure import sublayers
from keras_ivy.typing import Shapes
from keras_ivy.utils.exceptions import IvyTypeError

if TYPE_CHECKING:
    from keras_ivy.module.module import Module

__all__ = ["output_shapes"]


def output_shapes(module: "Module", shapes: tuple, named: Mapping[str, Shapes]) -> object:
    """Return the shapes of outputs, as `Module.compute_output_shape` says."""
    inputs = _symbolic(module, shapes, named)
    asked = module if module.built else _twin(module)
    if not asked.built:
        build_on(asked, inputs)
    outputs = asked.compute_output_spec(*inputs.args, **inputs.kwargs)
    return keras.tree.map_structure(lambda y: tuple(y.shape), outputs)


def _symbolic(module: "Module", shapes: tuple, named: Mapping[str, Shapes]) -> Inputs:
    """Return symbolic inputs of these shapes, of the types of the first call if known."""
    recorded = own_record(module).inputs
    told = [] if recorded is None else [x.dtype for x in recorded.tensors()]
    named = dict(named)
    parameters = list(inspect.signature(module.call).parameters)
    if not shapes and "input_shape" in named and "input" not in parameters:
        shapes = (named.pop("input_shape"),)  # as `build` of Keras calls it
    for shape in (*shapes, *named.values()):
        if not is_shapes(shape):
            raise IvyTypeError(
                f"{type(module).__name__}.compute_output_shape takes shapes, such as (None, 3), "
                f"or nests of them. Received: {shape!r}"
            )
    dtypes = iter(told)

    def tensor(shape: tuple) -> keras.KerasTensor:
        return keras.KerasTensor(tuple(shape), next(dtypes, module._ivy_input_dtype()))

    return Inputs(
        tuple(map_shapes(tensor, shape) for shape in shapes),
        {name.removesuffix("_shape"): map_shapes(tensor, x) for name, x in named.items()},
    )


def _twin(module: "Module") -> "Module":
    """Return an equal module made from the config, or this one if the config does not tell."""
    try:
        twin = type(module).from_config(module.get_config())
    except (TypeError, ValueError):
        return module
    own, other = (
        [(path, type(layer)) for path, layer in sublayers(each).items()] for each in (module, twin)
    )
    return twin if own == other else module
