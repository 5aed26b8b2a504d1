"""The two families, between the base class and the optimizers: they bind the pure formulas."""

from typing import Any

import tensorflow as tf

from keras_ivy.optimizers.base import Optimizer
from keras_ivy.optimizers.updates import (
    MomentScalars,
    MomentumScalars,
    Treatment,
    moment_scalars,
    moment_update,
    momentum_update,
)


class MomentOptimizer(Optimizer):
    """Adam, AdamW and LAMB: two running moments, `mw` and `vw`."""

    slot_names = ("mw", "vw")

    def _scalars(self, rate: Any, count: Any, dtype: Any) -> MomentScalars:
        # Worked out in float64 whatever the type of the variables: these are a dozen scalars,
        # and `1 - beta ** t` loses its digits in anything shorter.
        step = tf.cast(count, tf.float64) + 1.0
        betas = [tf.constant(b, tf.float64) for b in (self.beta_1, self.beta_2)]
        scalars = moment_scalars(
            self._setting,
            tf.cast(rate, tf.float64),
            step,
            tf.equal(count, 0),
            tuple(betas),
            self.epsilon,
        )
        return MomentScalars(*(tf.cast(x, dtype) for x in scalars))

    def _update(
        self, w: Any, g: Any, slots: tuple, scalars: Any, treatment: Treatment, norm: Any
    ) -> tuple[Any, tuple, Any]:
        w, m, v, ratio = moment_update(
            w, g, *slots, scalars, self._setting, treatment, self._limits, norm
        )
        return w, (m, v), ratio

    def get_config(self) -> dict:
        """Return every option, for `from_config`."""
        config = super().get_config()
        config.update(beta_1=self.beta_1, beta_2=self.beta_2, epsilon=self.epsilon)
        return config


class MomentumOptimizer(Optimizer):
    """SGD and LARS: the gradient, and a buffer `mw` if there is momentum."""

    @property
    def slot_names(self) -> tuple[str, ...]:
        """One buffer, or none without momentum."""
        return ("mw",) if self.momentum else ()

    def _scalars(self, rate: Any, count: Any, dtype: Any) -> MomentumScalars:
        return MomentumScalars(tf.cast(rate, dtype))

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

    def get_config(self) -> dict:
        """Return every option, for `from_config`."""
        config = super().get_config()
        config.update(momentum=self.momentum, nesterov=self.nesterov)
        return config
