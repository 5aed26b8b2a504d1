"""Stochastic gradient descent, and what it shares with LARS."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.adapters.keras import saving as keras_saving
from keras_ivy.optimizers.base import Optimizer
from keras_ivy.optimizers.formulas import variants
from keras_ivy.optimizers.formulas.momentum import MomentumFormula
from keras_ivy.optimizers.formulas.variants import MomentumVariant
from keras_ivy.optimizers.parts.spellings import check_flag, ivy_spellings
from keras_ivy.optimizers.parts.timed import Held, as_timed, timed_config
from keras_ivy.optimizers.parts.treatments import check_hyperball
from keras_ivy.optimizers.rules import RulesLike
from keras_ivy.registration import register
from keras_ivy.typing import LearningRate
from keras_ivy.utils.exceptions import IvyValueError

#: The key of a config that says how momentum is stored; 0.1.0 wrote none.
_SIGN = "momentum_points"


class MomentumOptimizer(Optimizer):
    """SGD and LARS: the gradient, and a buffer `mw` if there is momentum."""

    _setting: MomentumVariant
    momentum: Held
    nesterov: bool

    def get_config(self) -> dict:
        """Return every option, for `from_config`."""
        config = super().get_config()
        config.update(momentum=timed_config(self.momentum), nesterov=self.nesterov)
        return config


@register("sgd_ivy")
class SGD(MomentumOptimizer):
    """Gradient descent, `w' = w - learning_rate * g`, optionally with momentum.

    With `momentum > 0`, `m' = momentum * m + learning_rate * g` and `w' = w - m'`, or, with
    `nesterov`, `w' = w - (momentum * m' + learning_rate * g)`; that is Keras's form. Weight decay
    shrinks the weight by `learning_rate * weight_decay * w` before the step. The variants `"ivy"`,
    `"paper"` and `"keras"` agree; in `"independent"` decay shrinks it by `weight_decay * w`.

    Variables and files hold `-m`, as those of `keras.optimizers.SGD` do, so that either optimizer
    goes on from the other's files and checkpoints; `state` shows `m`.

    Args:
        learning_rate: A number, a schedule, a scalar variable or a callable. Ivy: `lr`.
        momentum: Decay of the momentum, in `[0, 1)`: a number, or as `weight_decay` over time.
        nesterov: Whether to look ahead; needs `momentum > 0`.
        variant: Which of the above.
        hyperball: Whether weights keep their norms, as in `Adam`.
        rules, slot_dtype, lazy_slots, clipnorm, name, ...: Those of `Optimizer`.

    Note:
        By position a bool or `None` in the place of `momentum` is Ivy's `inplace`, and what
        follows it are Ivy's `stop_gradients` and `trace_on_next_step`.

    Example:

    >>> import keras
    >>> w = keras.Variable([1.0, 2.0])
    >>> SGD(learning_rate=0.5).apply([[2.0, 2.0]], [w])
    >>> w.numpy().tolist()
    [0.0, 1.0]

    Reference:
        Ivy: `ivy/stateful/optimizers.py`, `SGD`.
    """

    __module__ = "keras_ivy.optimizers"

    variants = variants.SGD

    @ivy_spellings(switches_at=1)
    def __init__(
        self,
        learning_rate: LearningRate = 1e-4,
        momentum: LearningRate = 0.0,
        nesterov: bool = False,
        *,
        variant: str = "ivy",
        weight_decay: LearningRate | None = None,
        hyperball: bool = False,
        rules: RulesLike = None,
        slot_dtype: str | None = None,
        lazy_slots: bool = False,
        schedule_counts: str = "steps",
        ema_counts: str = "steps",
        skip_nonfinite: bool = False,
        inplace: bool | None = None,
        stop_gradients: bool = True,
        trace_on_next_step: bool = False,
        device: str | None = None,
        init_on_first_step: bool | None = None,
        fallback_to_non_traced: bool | str | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
    ) -> None:
        check_momentum(momentum, nesterov)
        super().__init__(
            learning_rate,
            inplace=inplace, stop_gradients=stop_gradients, trace_on_next_step=trace_on_next_step,
            device=device, variant=variant, weight_decay=weight_decay, rules=rules,
            slot_dtype=slot_dtype, lazy_slots=lazy_slots, schedule_counts=schedule_counts,
            ema_counts=ema_counts, skip_nonfinite=skip_nonfinite,
            init_on_first_step=init_on_first_step,
            fallback_to_non_traced=fallback_to_non_traced, clipnorm=clipnorm, clipvalue=clipvalue,
            global_clipnorm=global_clipnorm, use_ema=use_ema, ema_momentum=ema_momentum,
            ema_overwrite_frequency=ema_overwrite_frequency, loss_scale_factor=loss_scale_factor,
            gradient_accumulation_steps=gradient_accumulation_steps, name=name,
        )  # fmt: skip
        self.momentum = as_timed("momentum", momentum)
        self.nesterov = bool(nesterov)
        self.hyperball = check_flag("hyperball", hyperball)
        check_hyperball(self, self.weight_decay)

    @property
    def _formula(self) -> MomentumFormula:
        return MomentumFormula(
            self._setting, self._timed.setting("momentum"), self.nesterov, downhill=True
        )

    def get_config(self) -> dict:
        """Return every option, for `from_config`, and which sign the momentum of a file has."""
        config = super().get_config() | {"hyperball": self.hyperball}
        return config | ({_SIGN: "downhill"} if self.momentum else {})

    @classmethod
    def from_config(cls, config: Mapping, custom_objects: Mapping | None = None) -> "SGD":
        """Make an optimizer of what `get_config` returned."""
        config = dict(config)
        # A whole config, as `get_config` writes it, without the sign: a file of 0.1.0.
        old = "schedule_counts" in config and config.pop(_SIGN, None) is None
        made = super().from_config(config, custom_objects)
        made.__dict__["_loads_uphill"] = old and keras_saving.is_loading()
        return made

    def load_own_variables(self, store: Mapping[str, np.ndarray]) -> None:
        """Read the variables of a file of Keras's SGD, of this one, or of keras_ivy 0.1.0.

        That version kept `m`, and its rate as float64, by which its files are known; a schedule's
        are by the config of a `.keras` file. Of a `.weights.h5` file with a schedule nothing tells.
        """
        turn = self._is_uphill(store)
        super().load_own_variables(store)
        for slot in [slot for slots in self._slots for slot in slots] if turn else ():
            slot.assign(-tf.convert_to_tensor(slot))

    def _is_uphill(self, store: Any) -> bool:
        """Whether a file that fits holds the momentum with the sign of keras_ivy 0.1.0."""
        if not (self.built and self.momentum) or len(store.keys()) != len(self.variables):
            return False
        if self.__dict__.pop("_loads_uphill", False):
            return True
        own = [i for i, v in enumerate(self.variables) if v is self._learning_rate]
        if not own or store[str(own[0])].dtype != "float64":
            return False
        # With a default type of float64, Keras's SGD keeps its rate and all its slots in it.
        wide = all(v.dtype == "float64" for v in self._trainable_variables)
        return not (wide and keras.config.floatx() == "float64")


def check_momentum(momentum: LearningRate, nesterov: bool) -> None:
    """Refuse a momentum outside `[0, 1)`, and `nesterov` without momentum."""
    held = as_timed("momentum", momentum)
    if check_flag("nesterov", nesterov) and not held:
        raise IvyValueError(
            "`nesterov=True` needs a momentum. Received: nesterov=True, momentum=0.0"
        )
