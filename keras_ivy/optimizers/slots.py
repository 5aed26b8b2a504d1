"""The variables that an optimizer keeps for those that it trains: their types, places and packs."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from keras_ivy.adapters.keras_variables import place_again
from keras_ivy.adapters.tracking import Exporting
from keras_ivy.optimizers.checks import SHARING, check_shared
from keras_ivy.optimizers.overrides import MAKERS, WRITES, has_own_kernel, overridden
from keras_ivy.optimizers.packs import packs_of
from keras_ivy.optimizers.replicas import is_mirrored
from keras_ivy.optimizers.rules import path_of
from keras_ivy.optimizers.spares import Spares
from keras_ivy.optimizers.tensors import raw
from keras_ivy.optimizers.updates import Treatment
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

#: Under which name SavedModels and checkpoints have the state of `step`.
STEPS = "_step_state"

#: What `slot_dtype` may be.
SLOT_DTYPES = (None, "float32", "bfloat16")


class Slots(Exporting):
    """The methods that make an optimizer's variables; `base.Optimizer` mixes them in."""

    def _init_slots(self) -> None:
        # Not an attribute that TensorFlow tracks: the rows of a pack are saved, one by one.
        self.__dict__["_packs"] = {}
        self.__dict__["_spares"] = Spares()

    def _join_strategy(self) -> None:
        """Make an optimizer that was made outside the scope of a strategy one of its scope.

        Its count and rate have to be mirrored, or every replica would add to the same count.
        """
        strategy = tf.distribute.get_strategy()
        if strategy is self._distribution_strategy or tf.distribute.has_strategy() is False:
            return
        self._distribution_strategy = strategy
        for variable in (self._iterations, self._learning_rate):
            if isinstance(variable, keras.Variable):
                place_again(variable)

    def add_variable_from_reference(
        self, reference_variable: Any, name: str | None = None, initializer: Any = "zeros"
    ) -> Any:
        """Add a variable like another: same shape and place, type as `slot_dtype` says."""
        name = name or "var"
        path = path_of(reference_variable).replace("/", "_")
        dtype = self._slot_dtype(reference_variable.dtype, name)
        pack = None
        if name in self.slot_names and self._packs:
            index = self._get_variable_index(reference_variable)
            pack = self._packs.get(index)

        with self._distribution_strategy.extended.colocate_vars_with(raw(reference_variable)):
            if pack is None:
                return self.add_variable(
                    reference_variable.shape, initializer, dtype, name=f"{path}_{name}"
                )
            with keras.name_scope(self.name, caller=self):
                row = pack.row(index, f"{path}_{name}", name, initializer)
        self._track_variable(row)
        return row

    def _packs_of(self, variables: Sequence[Any], treatments: Sequence[Treatment]) -> dict:
        """Which slots are kept together: those of small tensors that are treated alike."""
        if self.lazy_slots or not (self.slot_names and is_mirrored(variables)):
            return {}
        if not has_own_kernel(self) or overridden(self, "update_step", *MAKERS, *WRITES):
            return {}  # Nobody but the kernels, and what is made here, knows of packs.

        def suits(v: Any) -> bool:
            dtype = keras.backend.standardize_dtype(v.dtype)
            same = dtype == self._slot_dtype(dtype, self.slot_names[0])
            return same and not self._overwrite_variable_with_gradient(v)

        keys = [t if suits(v) else None for v, t in zip(variables, treatments, strict=True)]
        return packs_of(variables, keys)

    def _exported_children(self) -> dict[str, Any]:
        """What functions of a SavedModel use; a checkpoint holds the rows of packs instead."""
        packs = {
            f"pack_{i}_{name}": slot
            for i, pack in enumerate(dict.fromkeys(self._packs.values()))
            for name, slot in pack.slots.items()
        }
        spares = {f"spare_{i}": x for i, x in enumerate(self._spares.variables())}
        ratios = {} if self._ratio_values is None else {"trust_ratios": self._ratio_values}
        return {STEPS: self._cell.holder, **ratios, **packs, **spares}

    def _saved_children(self) -> dict[str, Any]:
        """The state of `step`, unless `apply` is what trains: then there is nothing but Keras's."""
        return {STEPS: self._cell.holder} if self._cell.used or not self.built else {}

    def _restored_child(self, name: str) -> Any:
        return self._cell.holder if name == STEPS else None

    def _refuse_old_checkpoint(self, steps: int) -> None:
        """Refuse a checkpoint of keras_ivy 0.1.0 that cannot be read as it is.

        Its rate is float64, and the momentum of its SGD has the other sign. A checkpoint says so
        before it changes anything.

        Args:
            steps: How many steps `step` had made; none if it was `apply` that trained.

        Raises:
            IvyValueError: If it has such a rate or such a momentum.
        """
        rate = self._learning_rate
        wide = isinstance(rate, keras.Variable) and rate.dtype != "float64"
        if wide or (getattr(self, "_downhill", False) and self.slot_names and not steps):
            raise IvyValueError(
                "This checkpoint was written by keras_ivy 0.1.0, which kept learning rates in "
                "float64, and SGD's momentum with the other sign. Restore it with that version and "
                "write `model.save(...)` or `model.save_weights(...)`, which this version reads. "
                f"Received: a checkpoint for {type(self).__name__} {self.name!r}"
            )

    def _slot_dtype(self, dtype: Any, name: str | None = None) -> str:
        dtype = keras.backend.standardize_dtype(dtype)
        if self.slot_dtype is not None and name in self.slot_names:
            return self.slot_dtype if dtype != "float64" else dtype
        return "float32" if dtype in ("float16", "bfloat16") else dtype

    def _check_trainable(self, variables: Sequence[Any]) -> None:
        for v in variables:
            dtype = keras.backend.standardize_dtype(v.dtype)
            if "float" not in dtype and not self._overwrite_variable_with_gradient(v):
                raise IvyTypeError(
                    f"Only floating variables can be trained, and {path_of(v)!r} is "
                    "not one; leave it out, or make it with `trainable=False`. "
                    f"Received: dtype={dtype}"
                )

    def _check_strategy(self) -> None:
        strategy = tf.distribute.get_strategy()
        workers = isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy)
        if workers and self.slot_dtype == "bfloat16":
            raise IvyValueError(
                "TensorFlow cannot send bfloat16 variables from worker to worker: leave "
                f"`slot_dtype` out. Received: slot_dtype={self.slot_dtype!r} under {strategy!r}"
            )
        if isinstance(strategy, SHARING):
            check_shared(self, strategy)
