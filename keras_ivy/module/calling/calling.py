"""Calling a module: with its own variables, with others for one call, on symbolic inputs."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import keras
import tensorflow as tf

from keras_ivy.adapters.keras import modules as keras_modules
from keras_ivy.functional.array_errors import with_way_out
from keras_ivy.functional.call import refuse_symbolic
from keras_ivy.functional.scope import CallScope
from keras_ivy.module.attributes import Attributes
from keras_ivy.module.building import (
    build_for_call,
    paired,
    record_inputs,
    run_symbolically,
    settle,
)
from keras_ivy.module.calling import batch  # noqa: F401  it tells functions what None stands for
from keras_ivy.module.calling.frames import Frame, frames, resolve_training
from keras_ivy.module.calling.inputs import Inputs
from keras_ivy.module.calling.running import Named, hide
from keras_ivy.module.calling.shapes import output_shapes
from keras_ivy.module.files.seeds import restore_seeds
from keras_ivy.module.record import Phase, own_record
from keras_ivy.module.variables.buffers import pair_buffers
from keras_ivy.module.variables.tracking import entries_of, structure_now, with_unstored
from keras_ivy.utils.exceptions import IvyNotImplementedException, IvyValueError

if TYPE_CHECKING:
    from keras_ivy.module.module import Module

Mask = TypeVar("Mask")

__all__ = ["Calling"]


class Calling(Attributes):
    """The methods of `Module` by which it is called, and asked what a call would give."""

    #: The parameters of `_forward`, if it has `*args` or `**kwargs` too.
    _ivy_named: Named | None = None

    @tf.autograph.experimental.do_not_convert
    def __call__(
        self,
        *args: Any,
        v: Mapping[str, object] | None = None,
        buffers: Mapping[str, object] | None = None,
        **kwargs: Any,
    ) -> Any:
        """Call the module, and so `_forward`.

        Args:
            *args: The inputs.
            v: Values for the variables, for this call alone: a Container or nested dict of the
                structure of `module.v`; with `with_partial_v`, of any part of it. The variables
                of stock Keras layers inside, and of modules at any depth, follow.
            buffers: Values for the buffers, for this call alone.
            **kwargs: Keyword arguments of `_forward`, and `training`, which goes before
                `train()` and `eval()`.

        Returns:
            What `_forward` returns.

        Raises:
            ValueError: If `v` does not have the structure, shapes and dtypes of `module.v`, or is
                given for a symbolic input.
        """
        record = self._ivy_record
        if record.phase is not Phase.BUILT or record.options.v is not None:
            build_for_call(self, args, kwargs)
        if not record.built and record.made:
            self.built = True
        if record.inputs is None:
            record_inputs(self, Inputs.of(args, kwargs))
        restore_seeds(self)
        if v is None and record.unstored:
            _check_given(self)
        values = () if v is None and buffers is None else _values(self, v, buffers, args, kwargs)
        explicit = kwargs.get("training")
        training, by_flag = resolve_training(record.training, explicit)
        stack = frames.stack
        frame = Frame(self, training, by_flag, v is not None)
        if self._ivy_named is not None:
            args, kwargs = hide(frame, self._ivy_named, args, kwargs)
        stack.append(frame)
        outer = keras_modules.enclosing_training()
        try:
            if explicit is None and outer is not keras_modules.ABSENT:
                keras_modules.set_enclosing_training(training)
            if not values:
                outputs = super().__call__(*args, **kwargs)
                settle(self)
                return outputs
            with CallScope(values) as scope:
                outputs = super().__call__(*args, **kwargs)
        except AttributeError as error:
            told = with_way_out(error)
            if told is error:
                raise
            raise told from told.__cause__
        finally:
            stack.pop()
            if outer is not keras_modules.ABSENT:
                # Keras leaves the value of a layer behind for the layers after it.
                keras_modules.set_enclosing_training(outer)
        scope.pass_on_updates()
        for loss in scope.losses:
            self.add_loss(loss)
        return outputs

    def _forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the outputs; to override.

        A parameter `training` receives whether this call trains, as `self.training` tells too.
        """
        raise IvyNotImplementedException(
            f"{type(self).__name__} has no `_forward`. Define `_forward(self, ...)`, or `call` as "
            f"in Keras. Received: a call with {len(args)} inputs"
        )

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
        return output_shapes(self, shapes, named)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Return shapes and data types of outputs, by running the module on symbolic inputs."""
        if type(self).compute_output_shape is not Calling.compute_output_shape:
            return super().compute_output_spec(*args, **kwargs)
        # Keras would derive it from `compute_output_shape`, which knows no data types.
        return keras.Operation.compute_output_spec(self, *args, **kwargs)

    def make_train_function(self, force: bool = False) -> None:
        """As Keras's, with a built optimizer: a trace that makes variables is followed by another.

        A `train_step` of one's own may hand the optimizer other variables.
        """
        ours = self.built and self.compiled and type(self).train_step is keras.Model.train_step
        if ours and self.optimizer is not None and not self.optimizer.built:
            variables = self.trainable_variables
            if variables:  # or else what is unfrozen later would be unknown to it
                with self.distribute_strategy.scope():
                    self.optimizer.build(variables)
        super().make_train_function(force)

    def _ivy_input_dtype(self) -> str:
        """Return the data type that inputs are taken to have where only their shape is given."""
        return self.input_dtype

    # -- masks --------------------------------------------------------------------------------

    @property
    def supports_masking(self) -> bool:
        """Whether a mask of the input has somewhere to go: `_forward(mask=)`, or a layer inside.

        Set to True, it lets the mask pass to the outputs.
        """
        told = self._ivy_record.masking
        return bool(self._call_has_mask_arg or _has_layers(self)) if told is None else told

    @supports_masking.setter
    def supports_masking(self, value: bool) -> None:
        self._ivy_record.masking = value

    def compute_mask(self, inputs: object, previous_mask: Mask) -> Mask | None:
        """Return the mask of outputs to which no layer inside has given one.

        Args:
            inputs: The first input.
            previous_mask: Its mask.

        Returns:
            The mask where `supports_masking` was set to True, else None.
        """
        told: Any = type(self).supports_masking
        told = self._ivy_record.masking if isinstance(told, property) else told
        return previous_mask if told else None

    # -- quantization -------------------------------------------------------------------------

    def quantize(
        self,
        mode: str | None = None,
        config: "keras.quantizers.QuantizationConfig | None" = None,
        **kwargs: object,
    ) -> None:
        """Quantize the layers inside that can be, as `keras.Model.quantize` does.

        Args:
            mode: Such as `"int8"`.
            config: A `keras.quantizers.QuantizationConfig`.
            **kwargs: Further arguments of `keras.Model.quantize`.

        Raises:
            NotImplementedError: If there are no layers inside. Keras passes over such layers.
        """
        if not _has_layers(self):
            raise IvyNotImplementedException(
                f"Layer {type(self).__name__} has no `quantize`, and no layers inside that could "
                f"be quantized. Received: mode={mode!r}"
            )
        super().quantize(mode, config=config, **kwargs)


def _has_layers(module: Calling) -> bool:
    """Whether there is any layer inside."""
    return bool(vars(module)["_layers"])


def _values(
    module: "Module", v: Any, buffers: Any, args: tuple, kwargs: dict[str, Any]
) -> list[tuple[keras.Variable, tf.Tensor | tf.Variable]]:
    """Check the values given for one call and pair them with the variables."""
    word = "v=" if v is not None else "buffers="
    refuse_symbolic(f"A call with `{word}`", args, kwargs)
    pairs: list[tuple[keras.Variable, Any]] = []
    if v is not None:
        if not module.built:
            run_symbolically(module, Inputs.of(args, kwargs) or Inputs(args, kwargs))
        structure = structure_now(module)
        entries = with_unstored(module, structure, entries_of(module, structure))
        partial = own_record(module).options.with_partial_v
        pairs = paired(module, v, entries, structure, partial=partial)
        # Running statistics are part of `v`; what the loss tells of them must not move them.
        given = {id(variable): value for variable, value in pairs}
        for variable in (e.variable for e in entries if not e.variable.trainable):
            value = given.get(id(variable), variable.value)
            pairs.append((variable, tf.stop_gradient(value)))
    return pairs if buffers is None else pairs + pair_buffers(module, buffers)


def _check_given(module: "Module") -> None:
    """Raise if a module that stores no variables is called without values for them."""
    if not any(frame.has_v for frame in frames.stack):
        raise IvyValueError(
            f"{type(module).__name__} {module.name!r} was made with store_vars=False and keeps no "
            "variables: call it with `v=`, such as the Container that `build()` returns. "
            "Received: v=None"
        )
