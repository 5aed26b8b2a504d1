"""Keras's extension points: what every step goes through, and what somebody may have replaced.

Keras's `apply` calls a dozen methods, any of which a subclass, a mixin or an instance may replace.
Each of them does here what this package does at that point, by the engine, which calls them in
turn, so that a replacement is heard, and finds through `super()` what it replaces. Where a fast
path leaves several of them out at once, it asks `overridden` first.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Self

import keras
import tensorflow as tf

from keras_ivy.adapters.keras import optimizers as adapter
from keras_ivy.optimizers.formulas.formula import Formula, Handles, Norm, Slots
from keras_ivy.optimizers.formulas.updates import Treatment
from keras_ivy.optimizers.keras_side.engine import KerasEngine
from keras_ivy.optimizers.keras_side.exported import Exported
from keras_ivy.optimizers.keras_side.gradients import clip_by_norm, clip_values
from keras_ivy.optimizers.keras_side.replicas import is_mirrored, sum_over_replicas
from keras_ivy.optimizers.keras_side.slots import add_like
from keras_ivy.optimizers.keras_side.sparse import Rows
from keras_ivy.optimizers.keras_side.surgery import admit
from keras_ivy.optimizers.keras_side.tensors import raw
from keras_ivy.optimizers.parts.checks import (
    check_collection,
    check_excluded,
    check_gradients,
    check_variables,
    checked_weights,
)
from keras_ivy.optimizers.parts.options import Options
from keras_ivy.optimizers.parts.overrides import overridden
from keras_ivy.optimizers.parts.rates import Rate
from keras_ivy.optimizers.parts.treatments import Resolved, Treatments, with_norms_kept
from keras_ivy.optimizers.rules import Leaf, path_of
from keras_ivy.optimizers.rules.exclusions import Exclusions
from keras_ivy.typing import ArrayLike, Axis, Gradient, LearningRate, Variable
from keras_ivy.utils.exceptions import IvyNotImplementedException, IvyValueError

__all__ = ["Hooks"]


class Hooks(Exported, keras.optimizers.Optimizer):
    """Keras's optimizer, with what this package does at each of its extension points."""

    if TYPE_CHECKING:
        # Keras picks a base class at run time, so that an editor could not tell what is made.
        def __new__(cls, *args: Any, **kwargs: Any) -> Self:
            """Return one of the class."""

    # Parts: see `host`.
    _rate: Rate
    _options: Options
    _treated: Treatments
    _engine: KerasEngine
    _exclusions: Exclusions

    #: Whether norms stay: see `Adam`.
    hyperball: bool

    def apply(
        self,
        grads: Sequence[ArrayLike | Gradient | None],
        trainable_variables: Sequence[Variable] | None = None,
    ) -> None:
        """Update variables with gradients: Keras's entry, which `fit` calls.

        Args:
            grads: Gradients: tensors, arrays, `IndexedSlices`, or `None`.
            trainable_variables: Their variables; `None` for those of `build`.

        Raises:
            TypeError: If a gradient or a variable is something else.
            ValueError: If there is no gradient at all, a gradient does not fit its variable, or
                the optimizer was not built for a variable.
        """
        check_collection("grads", grads)
        grads = list(grads)
        if trainable_variables is not None:
            trainable_variables = list(trainable_variables)
        variables = (
            self._trainable_variables if trainable_variables is None else trainable_variables
        )
        check_variables(variables)
        if len(grads) == len(variables):
            grads = self._engine.prepared(grads, variables)
        if grads and (trainable_variables is not None or self.built):
            check_gradients(grads, variables)
        super().apply(grads, trainable_variables)

    def apply_gradients(
        self, grads_and_vars: Iterable[tuple[ArrayLike | Gradient | None, Variable]]
    ) -> keras.Variable:
        """Update variables, given as pairs of a gradient and a variable; `apply` does the same.

        Returns:
            The number of steps made, as a variable.

        Raises:
            IvyValueError: If there are no pairs, and whatever `apply` raises.
        """
        pairs = list(grads_and_vars)
        if not pairs:
            raise IvyValueError(
                "`apply_gradients` takes pairs of a gradient and a variable. "
                f"Received: grads_and_vars={pairs}"
            )
        return super().apply_gradients(pairs)

    def set_weights(self, weights: Sequence[ArrayLike]) -> None:
        """Set the optimizer's variables, in the order of `variables`.

        Args:
            weights: Arrays, one for each variable.

        Raises:
            IvyValueError: If their number or a shape differs.
        """
        if self.built:
            weights = checked_weights(self.variables, weights)
        super().set_weights(weights)

    def add_variable_from_reference(
        self,
        reference_variable: Variable,
        name: str | None = None,
        initializer: str | keras.initializers.Initializer = "zeros",
    ) -> keras.Variable:
        """Add a variable like another: same shape and place, type as `slot_dtype` says."""
        known = self._engine.known.get((self._var_key(reference_variable), name or "var"))
        if known is not None:
            return known
        return add_like(self, reference_variable, name or "var", initializer, self._engine.packs)

    def _check_variables_are_known(self, variables: Sequence[Variable]) -> None:
        """Let those join that belong to the model which is compiled with this optimizer.

        Raises:
            IvyValueError: If a variable is unknown, and belongs to no such model.
        """
        if admit(self, variables):
            return
        known = self._trainable_variables_indices
        unknown = [path_of(v) for v in variables if self._var_key(v) not in known]
        raise IvyValueError(
            "Unknown variable: this optimizer was not built for all of these. If they have joined "
            "those that it trains, call `optimizer.extend(model.trainable_variables)`; a model "
            "that is compiled with it does so by itself. Make another optimizer for other "
            f"variables. Received: {', '.join(unknown)}"
        )

    def exclude_from_weight_decay(
        self, var_list: Sequence[Variable] | None = None, var_names: Sequence[str] | None = None
    ) -> None:
        """Exclude variables from weight decay; unlike Keras's own, saved in the config.

        `rules=[Rule(match=..., decay=False)]` says the same in the constructor.

        Args:
            var_list: Variables to exclude.
            var_names: Regular expressions; a variable in whose path one is found is excluded.

        Raises:
            IvyValueError: If the optimizer is built.
        """
        if self.built:
            raise IvyValueError(
                "Call `exclude_from_weight_decay` before the optimizer is built. "
                f"Received: optimizer {self.name!r}, built for "
                f"{len(self._trainable_variables)} variables"
            )
        listed, names = check_excluded(var_list, var_names)
        self._exclusions = Exclusions(names)
        self._exclusions.listed = listed

    # The way of a step, in its order.

    def _backend_apply_gradients(
        self, grads: Sequence[Gradient], variables: Sequence[Variable]
    ) -> None:
        self._options.note_trace()
        if not self._engine.apply(list(grads), list(variables)):
            super()._backend_apply_gradients(grads, variables)

    def _all_reduce_sum_gradients(
        self, grads_and_vars: Sequence[tuple[Gradient, Variable]]
    ) -> list:
        pairs = list(grads_and_vars)
        sums = sum_over_replicas([g for g, _ in pairs])
        return [(g, v) for g, (_, v) in zip(sums, pairs, strict=True)]

    def _clip_gradients(self, grads: Sequence[tf.Tensor]) -> list:
        return clip_values(self, list(grads))

    def _clip_by_norm(self, values: tf.Tensor, axes: Axis = None) -> tf.Tensor:
        if axes is not None:
            return super()._clip_by_norm(values, axes)
        return clip_by_norm(values, self.clipnorm)

    def _apply_weight_decay(self, variables: Sequence[Variable]) -> None:
        """Let these variables decay in the update that follows.

        Decay is part of the formula, where the variant says. A subclass that does not call this
        method decays otherwise, or not at all.
        """
        self._engine.let_decay(variables)

    def _use_weight_decay(self, variable: Variable) -> bool:
        """Whether a variable decays, as the rules and exclusions say."""
        if not self.built:
            raise IvyValueError(
                "Which variables decay is known once the optimizer is built: call "
                f"`build(variables)` first. Received: {path_of(variable)!r}"
            )
        return bool(self._treated.now()[self._get_variable_index(variable)].decay)

    def _backend_update_step(
        self,
        grads: Sequence[tf.Tensor | Rows],
        trainable_variables: Sequence[Variable],
        learning_rate: tf.Tensor | keras.Variable,
    ) -> None:
        """Update every variable, all at once if nothing says how to update one."""
        if not is_mirrored(trainable_variables):
            super()._backend_update_step(grads, trainable_variables, learning_rate)
        elif overridden(self, "_distributed_tf_update_step"):
            pairs = [(sparse(g), raw(v)) for g, v in zip(grads, trainable_variables, strict=True)]
            adapter.merge_update(self, pairs, learning_rate)
        elif overridden(self, "update_step"):
            for g, v in zip(grads, trainable_variables, strict=True):
                self.update_step(sparse(g), raw(v), learning_rate)
        else:
            self._engine.update_all(grads, trainable_variables, learning_rate)

    def update_step(
        self, gradient: Gradient, variable: Variable, learning_rate: tf.Tensor | keras.Variable
    ) -> None:
        """Update one variable and its slots from its gradient.

        This is what Keras documents to be replaced; a subclass that does is called for every
        variable, as by Keras, and may call `super().update_step` with what it likes.

        Args:
            gradient: A tensor, or an `IndexedSlices`, whose rows that repeat are added up.
            variable: A variable that the optimizer was built for.
            learning_rate: The rate.
        """
        self._engine.update_one(gradient, variable, learning_rate)

    # The formula, and its methods, which take its place where there is none, or are replaced.

    @property
    def _formula(self) -> Formula[Any] | None:
        """What is computed, of the hyperparameters of now: see `formulas.formula`."""
        return None

    @property
    def slot_names(self) -> tuple[str, ...]:
        """Names of the slots, in the order in which they are saved."""
        return () if self._formula is None else self._formula.slot_names

    def _scalars(
        self, rate: tf.Tensor, count: tf.Tensor, dtype: tf.DType, kernel: bool = False
    ) -> tuple:
        """Everything that one step shares between tensors of one type, as scalar tensors."""
        decay = self._options.decay_in(dtype)
        return self._formula_for("_scalars").scalars(rate, count, dtype, decay, kernel)

    def _update(
        self,
        w: tf.Tensor,
        g: tf.Tensor,
        slots: Slots,
        scalars: tuple,
        treatment: Treatment,
        norm: Norm,
    ) -> tuple[tf.Tensor, Slots, tf.Tensor | None]:
        """The formula: returns `(w', slots', trust ratio or None)`."""
        return self._formula_for("_update").update(w, g, slots, scalars, treatment, norm)

    @property
    def _has_kernel(self) -> bool:
        """Whether `_update_fused` does what this variant does."""
        return self._formula is not None and self._formula.has_kernel

    def _update_fused(
        self, handles: list[Handles], grad: list[tf.Tensor], scalars: tuple, treatment: Treatment
    ) -> tf.Tensor | None:
        """The formula in place, on fused kernels: returns the trust ratios or `None`."""
        return self._formula_for("_update_fused").update_fused(handles, grad, scalars, treatment)

    def _formula_for(self, method: str) -> Formula[Any]:
        if self._formula is None:
            raise IvyNotImplementedException(
                "To train through `fit` or `apply`, an optimizer implements `_scalars` and "
                "`_update`, and `_update_fused` if `_has_kernel`, or has a `_formula`. "
                f"{type(self).__name__} lacks `{method}`"
            )
        return self._formula

    def _refine(
        self, variables: Sequence[Variable | Leaf], resolved: list[Resolved],
        root: keras.layers.Layer | None,
    ) -> list[Resolved]:  # fmt: skip
        """What variables get, given what options and rules say of them."""
        return with_norms_kept(resolved) if self.hyperball else resolved

    def _notes(self) -> tuple[str, ...]:
        """What `explain` tells below its table."""
        return ()

    # Accumulated gradients, and averages.

    def _backend_increment_gradient_accumulators(
        self, grads: Sequence[tf.Tensor], acc_grads: Sequence[keras.Variable]
    ) -> None:
        for buffer, g in zip(map(raw, acc_grads), grads, strict=True):
            buffer.assign_add(tf.cast(g, buffer.dtype))

    def _backend_reset_gradient_accumulators(self) -> None:
        for buffer in map(raw, self._accumulated_gradients):
            buffer.assign(tf.zeros_like(buffer))

    def _update_model_variables_moving_average(
        self, trainable_variables: Sequence[Variable]
    ) -> None:
        self._engine.average(trainable_variables)

    def _backend_maybe_overwrite_model_variables(
        self, trainable_variables: Sequence[Variable]
    ) -> None:
        self._engine.maybe_overwrite(trainable_variables)

    def _overwrite_model_variables_with_average_value(
        self, trainable_variables: Sequence[Variable]
    ) -> None:
        if not tf.distribute.in_cross_replica_context():
            self._engine.overwrite(trainable_variables)
        else:
            super()._overwrite_model_variables_with_average_value(trainable_variables)

    # The learning rate.

    @property
    def learning_rate(self) -> keras.Variable | tf.Tensor:
        """The learning rate of the next step; it can be set to a number or a schedule.

        As in Keras: a variable of type `keras.config.floatx()` if it is a number, or what the
        schedule or callable returns.
        """
        return self._get_current_learning_rate()

    @learning_rate.setter
    def learning_rate(self, value: LearningRate) -> None:
        self._rate.check_new(value)
        before = self._rate.number()
        keras.optimizers.Optimizer.learning_rate.fset(self, value)
        self._rate.was_set(value, before)

    def _get_current_learning_rate(self) -> keras.Variable | tf.Tensor:
        if isinstance(self._learning_rate, keras.optimizers.schedules.LearningRateSchedule):
            return self._learning_rate(self._rate.schedule_count())
        return super()._get_current_learning_rate()


def sparse(grad: tf.Tensor | Rows) -> Gradient:
    """Return a gradient as somebody knows it who has replaced `update_step`.

    Raises:
        IvyNotImplementedException: If it is dense and stands for some rows of a variable alone.
    """
    if not isinstance(grad, Rows):
        return grad
    if grad.whole:
        raise IvyNotImplementedException(
            "`lazy_slots` under XLA, or with gradients that are accumulated, updates rows in a way "
            "that `update_step` does not know. Leave `lazy_slots` out, or override `_update` in "
            "place of `update_step`. Received: lazy_slots=True with an `update_step` of your own"
        )
    return tf.IndexedSlices(grad.values, grad.indices)
