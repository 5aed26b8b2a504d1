"""The doors of an optimizer: what its parts may ask of it.

`base.Optimizer` holds options and parts (`Rate`, `Options`, `Treatments`, `TrustRatios`,
`KerasEngine`, `IvyStepper`). A part holds the optimizer as a `Host`: it reads options, other parts,
and what Keras's base class keeps, and calls Keras's extension points through it, so that a
replacement of one in a subclass, a mixin or on the instance is heard.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import keras
import tensorflow as tf

from keras_ivy.optimizers.formulas.methods import Methods
from keras_ivy.optimizers.formulas.variants import Variant
from keras_ivy.typing import Gradient, ShapeLike, Variable

if TYPE_CHECKING:  # The parts themselves stand above.
    from keras_ivy.optimizers.ivy_side.stepper import IvyStepper
    from keras_ivy.optimizers.keras_side.engine import KerasEngine
    from keras_ivy.optimizers.parts.options import Options
    from keras_ivy.optimizers.parts.quirks import Quirks
    from keras_ivy.optimizers.parts.rates import Rate
    from keras_ivy.optimizers.parts.timed import Timed
    from keras_ivy.optimizers.parts.treatments import Resolved, Treatments
    from keras_ivy.optimizers.parts.trust_ratios import TrustRatios
    from keras_ivy.optimizers.rules import Leaf, Rule
    from keras_ivy.optimizers.rules.exclusions import Exclusions

__all__ = ["Host"]


class Host(Methods, Protocol):
    """What parts know of their optimizer."""

    # Options, as the constructor names them.
    name: str
    variants: Mapping[str, Variant]
    variant: str | None
    weight_decay: Any
    rules: "tuple[Rule, ...]"
    slot_dtype: str | None
    lazy_slots: bool
    schedule_counts: str
    ema_counts: str
    skip_nonfinite: bool
    stop_gradients: bool
    trace_on_next_step: bool
    device: str | None
    clipnorm: float | None
    clipvalue: float | None
    global_clipnorm: float | None
    use_ema: bool
    ema_momentum: float
    ema_overwrite_frequency: int | None
    loss_scale_factor: float | None
    gradient_accumulation_steps: int | None
    hyperball: bool

    # Parts.
    _rate: "Rate"
    _timed: "Timed"
    _options: "Options"
    _exclusions: "Exclusions"
    _treated: "Treatments"
    _ratios: "TrustRatios"
    _quirks: "Quirks"
    _engine: "KerasEngine"
    _stepper: "IvyStepper"

    # What Keras's base class keeps.
    built: bool
    variables: list[keras.Variable]
    learning_rate: keras.Variable | tf.Tensor
    iterations: keras.Variable
    _iterations: keras.Variable
    _learning_rate: Any
    _trainable_variables: list[keras.Variable]
    _trainable_variables_indices: dict[str, int]
    _slots: tuple[tuple[keras.Variable, ...], ...]
    _accumulated_gradients: list[keras.Variable]
    _model_variables_moving_average: list[keras.Variable]
    _distribution_strategy: tf.distribute.Strategy

    # What a class of optimizers says beyond rules and options.

    def _refine(
        self, variables: "Sequence[Variable | Leaf]", resolved: "list[Resolved]",
        root: keras.layers.Layer | None,
    ) -> "list[Resolved]": ...  # fmt: skip

    def _notes(self) -> tuple[str, ...]: ...

    # Keras's extension points: see `keras_side.hooks`.

    def update_step(
        self, gradient: Gradient, variable: Variable, learning_rate: tf.Tensor | keras.Variable
    ) -> None:
        """Update one variable."""

    def assign(self, variable: Variable, value: tf.Tensor) -> None:
        """Assign."""

    def assign_add(self, variable: Variable, value: tf.Tensor) -> None:
        """Assign a sum."""

    def assign_sub(self, variable: Variable, value: tf.Tensor) -> None:
        """Assign a difference."""

    def add_variable(
        self,
        shape: ShapeLike,
        initializer: str | keras.initializers.Initializer,
        dtype: str,
        *,
        name: str,
    ) -> keras.Variable:
        """Make a variable of the optimizer's."""

    def add_optimizer_variables(
        self, trainable_variables: Sequence[Variable], name: Sequence[str]
    ) -> Sequence[Sequence[keras.Variable]]:
        """Make slots; by name, those of every variable."""

    def _all_reduce_sum_gradients(
        self, grads_and_vars: list[tuple[Gradient, Variable]]
    ) -> list[tuple[Gradient, Variable]]: ...

    def _clip_gradients(self, grads: Sequence[tf.Tensor]) -> list[tf.Tensor]: ...

    def _clip_by_norm(self, values: tf.Tensor) -> tf.Tensor: ...

    def _apply_weight_decay(self, variables: Sequence[Variable]) -> None: ...

    def _use_weight_decay(self, variable: Variable) -> bool: ...

    def _backend_update_step(
        self,
        grads: Sequence[Gradient],
        trainable_variables: Sequence[Variable],
        learning_rate: tf.Tensor | keras.Variable,
    ) -> None: ...

    def _backend_increment_gradient_accumulators(
        self, grads: Sequence[tf.Tensor], acc_grads: Sequence[keras.Variable]
    ) -> None: ...

    def _backend_reset_gradient_accumulators(self) -> None: ...

    def _update_model_variables_moving_average(self, variables: Sequence[Variable]) -> None: ...

    def _backend_maybe_overwrite_model_variables(self, variables: Sequence[Variable]) -> None: ...

    def _overwrite_model_variables_with_average_value(
        self, variables: Sequence[Variable]
    ) -> None: ...

    def _overwrite_variable_with_gradient(self, variable: Variable) -> bool: ...

    def _get_variable_index(self, variable: Variable) -> int: ...

    def _var_key(self, variable: Variable) -> str: ...

    def _make_variables(self, variables: list[Variable]) -> None: ...

    def _track_variable(self, variable: keras.Variable) -> None: ...
