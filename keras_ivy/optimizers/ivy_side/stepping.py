"""The methods by which programs step on Containers and hold the state of an optimizer."""

from collections.abc import Mapping
from typing import Any, Literal, overload

import tensorflow as tf

from keras_ivy.container import Container
from keras_ivy.optimizers.ivy_side.leaves import Leaves
from keras_ivy.optimizers.ivy_side.shown_state import StateReport
from keras_ivy.optimizers.ivy_side.stepper import IvyStepper
from keras_ivy.typing import ArrayLeaf, Gradient
from keras_ivy.utils import checks

__all__ = ["Stepping"]


class Stepping:
    """Ivy's side of an optimizer; see `stepper` for what each method does."""

    _stepper: IvyStepper

    @overload
    def step(self, v: Mapping, grads: Mapping, ignore_missing: bool = ...) -> Container: ...
    @overload
    def step(self, v: ArrayLeaf, grads: Gradient, ignore_missing: bool = ...) -> tf.Tensor: ...
    def step(self, v: Leaves, grads: Leaves | Gradient, ignore_missing: bool = False) -> object:
        """Return the variables one step later; neither argument changes.

        Works eagerly, in `tf.function` and compiled by XLA; the state is kept from call to call.
        With `stop_gradients=False` the result is differentiable with respect to the variables, the
        gradients, the learning rate and everything they came from, through any number of steps.

        `tf.train.Checkpoint(optimizer=...)` saves the state and restores it. A `tf.function` that
        steps can be exported by `tf.saved_model.save` of a `tf.Module` that has the optimizer as an
        attribute; state goes on from where it was.

        Args:
            v: Container (or dict, or a bare tensor) of variables or tensors. A `keras.Variable`
                that is not trainable keeps its value, whatever its gradient.
            grads: Gradients of the same structure.
            ignore_missing: Whether variables may lack a gradient; they come back as they are.

        Returns:
            A Container of tensors of the structure, shapes and types of `v`.

        Raises:
            IvyKeyError: If the structures differ.
            IvyValueError: If a gradient is `None` or of another shape.

        Example:

        >>> import keras_ivy as ivy, tensorflow as tf
        >>> new = ivy.SGD(lr=0.5).step({"w": tf.constant(3.0)}, {"w": tf.constant(2.0)})
        >>> float(new.w)
        2.0
        """
        checks.flag("ignore_missing", ignore_missing, "step")
        step = self._stepper.unconverted(self._stepper.step)
        return step(v, grads, ignore_missing)

    def stateless_step(
        self, v: Leaves, grads: Leaves | Gradient, state: Mapping | None = None,
        ignore_missing: bool = False,
    ) -> tuple[Any, Container]:  # fmt: skip
        """Return `(v, state)` one step later, from a state that the caller keeps.

        The pure form of `step`, for loops that carry their state themselves (`tf.while_loop`,
        `tf.vectorized_map` over replicas of a model, searches that go back).

        Args:
            v: As in `step`.
            grads: As in `step`.
            state: What an earlier call, or `state`, returned; `None` to start.
            ignore_missing: As in `step`.

        Returns:
            The variables and the state after the step.
        """
        checks.flag("ignore_missing", ignore_missing, "stateless_step")
        step = self._stepper.unconverted(self._stepper.stateless_step)
        return step(v, grads, state, ignore_missing)

    @property
    def state(self) -> Container:
        """The slots (`mw`, `vw`) and `count`, the number of steps made.

        A slot is `None` before the first step. After training through Keras the slots of its
        variables stand where the variables stand in the model, as in `keras_ivy.variables(model)`;
        without a model under their paths, with their position where paths repeat. So a state fits
        another instance of the model, a loaded one, and `step` on its variables.

        Of variables that have joined later, `starts` holds after how many steps.
        """
        return self._stepper.state()

    @overload
    def set_state(self, state: Mapping[str, object], strict: Literal[True] = ...) -> None: ...
    @overload
    def set_state(self, state: Mapping[str, object], strict: bool) -> StateReport | None: ...
    def set_state(self, state: Mapping[str, object], strict: bool = True) -> StateReport | None:
        """Continue from a state: the next step is the one that would have followed.

        Args:
            state: What `state` returned, here or in another optimizer of the same kind. Ivy's own
                states lack `count`; then the count of this optimizer goes on, from one at least.
            strict: Whether the state must hold just the variables of an optimizer that is built.
                Otherwise what has the same place and shape is taken, and other variables start as
                on a first step. (The variables of `step` are known when they come.)

        Returns:
            Nothing if `strict`, or else a report: which variables' slots were `taken`, which
            variables are `new`, and what of the state is `left`.

        Raises:
            IvyKeyError: If the keys are not those of this optimizer's state.
            IvyValueError: If the slots hold different paths.
        """
        checks.flag("strict", strict, "set_state")
        report = self._stepper.set_state(state, strict)
        return None if strict else report
