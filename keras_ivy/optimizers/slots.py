"""The variables that an optimizer keeps for those that it trains: their types, places and packs."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from keras_ivy.adapters.keras_variables import place_again
from keras_ivy.adapters.tracking import Exporting
from keras_ivy.optimizers.apply import is_mirrored
from keras_ivy.optimizers.checks import SHARING, check_shared
from keras_ivy.optimizers.overrides import MAKERS, WRITES, has_own_kernel, overridden
from keras_ivy.optimizers.packs import packs_of
from keras_ivy.optimizers.rules import path_of
from keras_ivy.optimizers.tensors import raw
from keras_ivy.optimizers.updates import Treatment
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

#: What `slot_dtype` may be.
SLOT_DTYPES = (None, "float32", "bfloat16")


class Slots(Exporting):
    """The methods that make an optimizer's variables; `base.Optimizer` mixes them in."""

    def _init_slots(self) -> None:
        # Not an attribute that TensorFlow tracks: the rows of a pack are saved, one by one.
        self.__dict__["_packs"] = {}

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
        """Packs: functions of a SavedModel use them, while a checkpoint holds their rows."""
        return {
            f"pack_{i}_{name}": slot
            for i, pack in enumerate(dict.fromkeys(self._packs.values()))
            for name, slot in pack.slots.items()
        }

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
