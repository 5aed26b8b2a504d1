"""What of an optimizer SavedModels and checkpoints hold beside what Keras's base class keeps."""

from typing import Any

import keras

from keras_ivy.adapters.tensorflow.tracking import Exporting
from keras_ivy.optimizers.ivy_side.stepper import IvyStepper
from keras_ivy.optimizers.keras_side.engine import KerasEngine
from keras_ivy.optimizers.parts.options import Options
from keras_ivy.optimizers.parts.trust_ratios import TrustRatios
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["Exported"]

#: Under which name SavedModels and checkpoints have the state of `step`.
STEPS = "_step_state"


class Exported(Exporting):
    """The methods by which TensorFlow finds the parts of an optimizer; `hooks.Hooks` has them."""

    name: str
    built: bool
    _learning_rate: Any
    _ratios: TrustRatios
    _options: Options
    _engine: KerasEngine
    _stepper: IvyStepper

    def _exported_children(self) -> dict[str, Any]:
        """What functions of a SavedModel use; a checkpoint holds the rows of packs instead."""
        own = {
            "trust_ratios": self._ratios.values,
            "weight_decay_variable": self._options.decay_variable,
        }
        known = {name: variable for name, variable in own.items() if variable is not None}
        return {STEPS: self._stepper.cell.holder, **known, **self._engine.exported()}

    def _saved_children(self) -> dict[str, Any]:
        """The state of `step`, unless `apply` is what trains: then there is nothing but Keras's."""
        cell = self._stepper.cell
        return {STEPS: cell.holder} if cell.used or not self.built else {}

    def _restored_child(self, name: str) -> Any:
        return self._stepper.cell.holder if name == STEPS else None

    def _refuse_old_checkpoint(self, steps: int) -> None:
        """Refuse a checkpoint of keras_ivy 0.1.0 that cannot be read as it is.

        Its rate is float64, and the momentum of its SGD has the other sign. A checkpoint says so
        before it changes anything.

        Args:
            steps: How many steps `step` had made; none if it was `apply` that trained.

        Raises:
            IvyValueError: If it has such a learning rate or such a momentum.
        """
        rate, formula = self._learning_rate, self._engine.formula()
        wide = isinstance(rate, keras.Variable) and rate.dtype != "float64"
        if wide or (formula.turns_slots and formula.slot_names and not steps):
            raise IvyValueError(
                "This checkpoint was written by keras_ivy 0.1.0, which kept learning rates in "
                "float64, and SGD's momentum with the other sign. Restore it with that version and "
                "write `model.save(...)` or `model.save_weights(...)`, which this version reads. "
                f"Received: a checkpoint for {type(self).__name__} {self.name!r}"
            )
