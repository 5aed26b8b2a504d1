"""What wrappers and tools of Keras ask a layer for: output shapes, masks, quantization."""

import inspect
from collections.abc import Mapping
from typing import Any

import keras

from keras_ivy.module.calling.inputs import Inputs, is_shapes, map_shapes
from keras_ivy.structure import sublayers
from keras_ivy.utils.exceptions import IvyNotImplementedException, IvyTypeError

__all__ = ["Asked"]


class Asked:
    """The part of `Module` that answers what wrappers ask."""

    def compute_output_shape(self, *shapes: Any, **named: Any) -> Any:
        """Return the shape of outputs for given shapes of inputs, by running on symbolic ones.

        A module that is not built yet is asked through a copy made from its config, so that it
        stays as it is; where there can be no such copy, it is built for these shapes.

        Args:
            *shapes: The shapes of the inputs in their order, or nests of shapes, with None for
                unknown sizes.
            **named: Shapes of further inputs, such as `key_shape=`.

        Returns:
            The shape, or the nest of shapes, of what the module returns.

        Example:

        >>> import keras_ivy as ivy
        >>> ivy.Sequential(ivy.Linear(3, 4), ivy.ReLU()).compute_output_shape((None, 3))
        (None, 4)
        """
        inputs = self._ivy_symbolic(shapes, named)
        module = self if self.built else self._ivy_twin()
        if not module.built:
            module._ivy_build_on(inputs)
        outputs = module.compute_output_spec(*inputs.args, **inputs.kwargs)
        return keras.tree.map_structure(lambda y: tuple(y.shape), outputs)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Return shapes and data types of outputs, by running the module on symbolic inputs."""
        if type(self).compute_output_shape is not Asked.compute_output_shape:
            return super().compute_output_spec(*args, **kwargs)
        # Keras would derive it from `compute_output_shape`, which knows no data types.
        return keras.Operation.compute_output_spec(self, *args, **kwargs)

    def _ivy_symbolic(self, shapes: tuple, named: Mapping[str, Any]) -> Inputs:
        """Return symbolic inputs of these shapes, of the types of the first call if known."""
        recorded = vars(self).get("_ivy_inputs")
        told = [] if recorded is None else [x.dtype for x in recorded.tensors()]
        named = dict(named)
        parameters = list(inspect.signature(self.call).parameters)
        if not shapes and "input_shape" in named and "input" not in parameters:
            shapes = (named.pop("input_shape"),)  # as `build` of Keras calls it
        for shape in (*shapes, *named.values()):
            if not is_shapes(shape):
                raise IvyTypeError(
                    f"{type(self).__name__}.compute_output_shape takes shapes, such as (None, 3), "
                    f"or nests of them. Received: {shape!r}"
                )
        dtypes = iter(told)

        def tensor(shape: tuple) -> keras.KerasTensor:
            return keras.KerasTensor(tuple(shape), next(dtypes, self._ivy_input_dtype()))

        return Inputs(
            tuple(map_shapes(tensor, shape) for shape in shapes),
            {name.removesuffix("_shape"): map_shapes(tensor, x) for name, x in named.items()},
        )

    def _ivy_input_dtype(self) -> str:
        """Return the data type that inputs are taken to have where only their shape is told."""
        return self.input_dtype

    def _ivy_twin(self) -> Any:
        """Return an equal module made from the config, or this one if the config does not tell."""
        try:
            twin = type(self).from_config(self.get_config())
        except (TypeError, ValueError):
            return self
        own, other = (
            [(path, type(layer)) for path, layer in sublayers(module).items()]
            for module in (self, twin)
        )
        return twin if own == other else self

    # -- masks --------------------------------------------------------------------------------

    @property
    def supports_masking(self) -> bool:
        """Whether a mask of the input has somewhere to go: `_forward(mask=)`, or a layer inside.

        Set to True, it lets the mask pass to the outputs.
        """
        told = vars(self).get("_ivy_masking")
        return bool(self._call_has_mask_arg or self._ivy_has_layers()) if told is None else told

    @supports_masking.setter
    def supports_masking(self, value: bool) -> None:
        vars(self)["_ivy_masking"] = value

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """Return the mask of outputs to which no layer inside has given one.

        Args:
            inputs: The first input.
            previous_mask: Its mask.

        Returns:
            The mask where `supports_masking` was set to True, else None.
        """
        told = type(self).supports_masking
        told = vars(self).get("_ivy_masking") if isinstance(told, property) else told
        return previous_mask if told else None

    # -- quantization -------------------------------------------------------------------------

    def quantize(self, mode: str | None = None, config: Any = None, **kwargs: Any) -> None:
        """Quantize the layers inside that can be, as `keras.Model.quantize` does.

        Args:
            mode: Such as `"int8"`.
            config: A `keras.quantizers.QuantizationConfig`.
            **kwargs: Further arguments of `keras.Model.quantize`.

        Raises:
            NotImplementedError: If there are no layers inside. Keras passes over such layers.
        """
        if not self._ivy_has_layers():
            raise IvyNotImplementedException(
                f"Layer {type(self).__name__} has no `quantize`, and no layers inside that could "
                f"be quantized. Received: mode={mode!r}"
            )
        super().quantize(mode, config=config, **kwargs)
