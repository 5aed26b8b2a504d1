"""The two families, between the base class and the optimizers: they bind the pure formulas."""

from typing import Any

import tensorflow as tf

from keras_ivy.optimizers.base import Optimizer
from keras_ivy.optimizers.fused import fused_moments, fused_momentum
from keras_ivy.optimizers.settings import aliases
from keras_ivy.optimizers.updates import (
    MomentScalars,
    MomentumScalars,
    Treatment,
    adapts,
    moment_scalars,
    moment_update,
    momentum_update,
)


class MomentOptimizer(Optimizer):
    """Adam, AdamW and LAMB: two running moments, `mw` and `vw`."""

    slot_names = ("mw", "vw")

    locals().update(aliases("beta_1", "beta_2"))

    _has_decay_scalar = True

    _has_kernel = True

    @property
    def _needs_spares(self) -> bool:
        return self._setting.ratio is not None

    def _scalars(self, rate: Any, count: Any, dtype: Any, kernel: bool = False) -> MomentScalars:
        # Worked out in float64 whatever the type of the variables: these are a dozen scalars,
        # and `1 - beta ** t` loses its digits in anything shorter.
        step = tf.cast(count, tf.float64) + 1.0
        betas = [tf.constant(b, tf.float64) for b in (self.beta_1, self.beta_2)]
        if kernel and not self._setting.first_pass:
            # The kernel forms `1 - beta` itself, from a rounded beta. The bias correction has to
            # undo just that averaging, not the one that was meant.
            betas = [tf.cast(tf.cast(b, dtype), tf.float64) for b in betas]
        scalars = moment_scalars(
            self._setting,
            tf.cast(rate, tf.float64),
            step,
            tf.equal(count, 0),
            tuple(betas),
            self.epsilon,
        )
        rounded = (tf.cast(x, dtype) for x in scalars if x is not None)
        return MomentScalars(*rounded, decay=self._decay_in(dtype))

    def _update(
        self, w: Any, g: Any, slots: tuple, scalars: Any, treatment: Treatment, norm: Any
    ) -> tuple[Any, tuple, Any]:
        w, m, v, ratio = moment_update(
            w, g, *slots, scalars, self._setting, treatment, self._limits, norm
        )
        return w, (m, v), ratio

    def _update_fused(self, handles: tuple, grad: Any, scalars: Any, treatment: Treatment) -> Any:
        if adapts(self._setting.ratio, treatment):
            spares = self._spares.of(grad)
            handles = [(*own, spare) for own, spare in zip(handles, spares, strict=True)]
        return fused_moments(handles, grad, scalars, self._setting, treatment, self._limits)

    def _stacks(self, treatment: Treatment) -> bool:
        # Eagerly one kernel is less than the reading and writing of a stack, unless there are
        # norms to take.
        return not tf.executing_eagerly() or adapts(self._setting.ratio, treatment)

    def get_config(self) -> dict:
        """Return every option, for `from_config`."""
        config = super().get_config()
        config.update(beta_1=self.beta_1, beta_2=self.beta_2, epsilon=self.epsilon)
        return config


class MomentumOptimizer(Optimizer):
    """SGD and LARS: the gradient, and a buffer `mw` if there is momentum."""

    #: Whether variables hold the buffer as what is added to the weight, as Keras's SGD does.
    _downhill = False

    _has_decay_scalar = True

    def _turned(self, slots: tuple) -> tuple:
        return tuple(-x for x in slots) if self._downhill else slots

    @property
    def slot_names(self) -> tuple[str, ...]:
        """One buffer, or none without momentum."""
        return ("mw",) if self.momentum else ()

    @property
    def _has_kernel(self) -> bool:
        return self._setting.denominator != "momentum"

    def _scalars(self, rate: Any, count: Any, dtype: Any, kernel: bool = False) -> MomentumScalars:
        return MomentumScalars(tf.cast(rate, dtype), self._decay_in(dtype))

    def _update(
        self, w: Any, g: Any, slots: tuple, scalars: Any, treatment: Treatment, norm: Any
    ) -> tuple[Any, tuple, Any]:
        w, m, ratio = momentum_update(
            w,
            g,
            slots[0] if slots else None,
            scalars,
            self._setting,
            treatment,
            self._limits,
            self.momentum,
            self.nesterov,
            norm,
        )
        return w, (() if m is None else (m,)), ratio

    def _update_fused(self, handles: tuple, grad: Any, scalars: Any, treatment: Treatment) -> Any:
        return fused_momentum(
            handles,
            grad,
            scalars,
            self._setting,
            treatment,
            self._limits,
            self.momentum,
            self.nesterov,
            self._downhill,
        )

    def _stacks(self, treatment: Treatment) -> bool:
        return adapts(self._setting.ratio, treatment)

    def get_config(self) -> dict:
        """Return every option, for `from_config`."""
        config = super().get_config()
        config.update(momentum=self.momentum, nesterov=self.nesterov)
        return config
