"""LARS: layer-wise adaptive rate scaling."""

import dataclasses

from keras_ivy.optimizers.formulas import variants
from keras_ivy.optimizers.formulas.momentum import MomentumFormula
from keras_ivy.optimizers.formulas.updates import Limits
from keras_ivy.optimizers.formulas.variants import TrustRatio
from keras_ivy.optimizers.parts.spellings import (
    check_bounds,
    check_flag,
    check_range,
    given,
    ivy_spellings,
)
from keras_ivy.optimizers.parts.timed import as_timed
from keras_ivy.optimizers.rules import RulesLike
from keras_ivy.optimizers.sgd import MomentumOptimizer, check_momentum
from keras_ivy.registration import register
from keras_ivy.typing import LearningRate


@register("lars_ivy")
class LARS(MomentumOptimizer):
    """LARS: gradient descent at a rate that follows every tensor's own norms.

    `w' = w - m'`, `m' = momentum * m + learning_rate * r * (g + weight_decay * w)`, with the trust
    ratio `r = trust_coefficient * |w| / (|g| + weight_decay * |w| + epsilon)`, or one where a norm
    is zero. The variants:

    - `"paper"`: the above.
    - `"ivy"`: `r = |w| / (|g| + 1e-12)` and no weight decay at all: `weight_decay > 0` divides the
      ratio by `weight_decay * |w|`, so that the step is `learning_rate / (weight_decay * |g|)` of
      the gradient and grows as the decay shrinks. A tensor of norm zero, such as a new bias,
      never moves. (Real Ivy turns it into NaN if there is decay.)
    - `"simclr"`: the denominator is `|g + weight_decay * w|`.
    - `"popular"`: momentum first, `m' = momentum * m + g + weight_decay * w`; rate and ratio
      `trust_coefficient * |w| / |m'|` are outside it.
    - `"larc"`: the ratio never exceeds one over the rate, the rate stays outside the momentum, and
      tensors with a norm of zero do not decay. Trust coefficient 0.02.

    Args:
        learning_rate: A number, a schedule, a scalar variable or a callable. Ivy: `lr`.
        weight_decay: Strength of weight decay. Ivy: `decay_lambda`.
        momentum: Decay of the momentum, in `[0, 1)`: a number, or as `weight_decay` over time.
        nesterov: Whether to look ahead; needs `momentum > 0`.
        trust_coefficient: Factor of the ratio; `None` for the variant's (0.001, 0.02 for `"larc"`,
            1 for `"ivy"`).
        epsilon: Added to the denominator of the ratio.
        min_trust_ratio: Lower bound of the ratio, or `None`.
        max_trust_ratio: Upper bound of the ratio, or `None`.
        lr_in_momentum: Whether the buffer holds steps (rate included) or gradients, which matters
            when the rate changes; `None` for the variant's.
        variant: Which of the above.
        rules, slot_dtype, lazy_slots, clipnorm, name, ...: Those of `Optimizer`.

    Note:
        By position a bool or `None` in the place of `momentum` is Ivy's `inplace`, and what
        follows it are Ivy's `stop_gradients` and `trace_on_next_step`.

    Raises:
        IvyValueError: If a hyperparameter is outside its range.

    Example:

    >>> import keras
    >>> w = keras.Variable([3.0, 4.0])
    >>> LARS(learning_rate=0.1).apply([[0.0, 2.0]], [w])
    >>> w.numpy().round(6).tolist()
    [3.0, 3.5]

    Reference:
        You, Gitman and Ginsburg, "Large Batch Training of Convolutional Networks",
        arXiv:1708.03888. Ivy: `ivy/stateful/optimizers.py`, `LARS`.
    """

    __module__ = "keras_ivy.optimizers"

    variants = variants.LARS

    @ivy_spellings(switches_at=2)
    def __init__(
        self,
        learning_rate: LearningRate = 1e-4,
        weight_decay: LearningRate = 0.0,
        momentum: LearningRate = 0.0,
        nesterov: bool = False,
        trust_coefficient: float | None = None,
        epsilon: float = 0.0,
        min_trust_ratio: float | None = None,
        max_trust_ratio: float | None = None,
        lr_in_momentum: bool | None = None,
        *,
        variant: str = "ivy",
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
        if trust_coefficient is not None:
            check_range("trust_coefficient", trust_coefficient, 0.0, None, "()")
        check_range("epsilon", epsilon, 0.0, None, "[)")
        if lr_in_momentum is not None:
            lr_in_momentum = check_flag("lr_in_momentum", lr_in_momentum)
        check_bounds(min_trust_ratio, max_trust_ratio)
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
        ratio = self._setting.ratio or TrustRatio()
        self.trust_coefficient = float(
            ratio.coefficient if trust_coefficient is None else trust_coefficient
        )
        self.epsilon = float(epsilon)
        self.min_trust_ratio = given(min_trust_ratio, ratio.minimum)
        self.max_trust_ratio = given(max_trust_ratio, ratio.maximum)
        self.lr_in_momentum = lr_in_momentum

    @property
    def _formula(self) -> MomentumFormula:
        variant, inside = self._setting, self.lr_in_momentum
        if inside is not None:
            variant = dataclasses.replace(variant, lr_in_momentum=inside)
        bounds = (self.min_trust_ratio, self.max_trust_ratio)
        limits = Limits(self.trust_coefficient, self.epsilon, *bounds)
        return MomentumFormula(variant, self._timed.setting("momentum"), self.nesterov, limits)

    def get_config(self) -> dict:
        """Return every option, for `from_config`."""
        config = super().get_config()
        config.update(
            trust_coefficient=self.trust_coefficient,
            epsilon=self.epsilon,
            min_trust_ratio=self.min_trust_ratio,
            max_trust_ratio=self.max_trust_ratio,
            lr_in_momentum=self.lr_in_momentum,
        )
        return config


@register("lars_paper")
class LARSPaper(LARS):
    """`LARS` with `variant="paper"`, and so with a string name of its own: `"lars_paper"`.

    Args:
        learning_rate: A number, a schedule, a scalar variable or a callable.
        weight_decay: Strength of weight decay.
        momentum: Decay of the momentum; the paper's 0.9.
        variant, rules, ...: Those of `LARS`.

    Example:

    >>> import keras
    >>> keras.optimizers.get("lars_paper").variant
    'paper'
    """

    __module__ = "keras_ivy.optimizers"

    @ivy_spellings(switches_at=2)
    def __init__(
        self,
        learning_rate: LearningRate = 1e-4,
        weight_decay: LearningRate = 0.0,
        momentum: LearningRate = 0.9,
        nesterov: bool = False,
        trust_coefficient: float | None = None,
        epsilon: float = 0.0,
        min_trust_ratio: float | None = None,
        max_trust_ratio: float | None = None,
        lr_in_momentum: bool | None = None,
        *,
        variant: str = "paper",
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
        super().__init__(
            learning_rate,
            momentum=momentum, nesterov=nesterov, trust_coefficient=trust_coefficient,
            epsilon=epsilon, min_trust_ratio=min_trust_ratio, max_trust_ratio=max_trust_ratio,
            lr_in_momentum=lr_in_momentum, inplace=inplace, stop_gradients=stop_gradients,
            trace_on_next_step=trace_on_next_step, device=device, variant=variant,
            weight_decay=weight_decay, rules=rules, slot_dtype=slot_dtype, lazy_slots=lazy_slots,
            schedule_counts=schedule_counts,
            ema_counts=ema_counts, skip_nonfinite=skip_nonfinite,
            init_on_first_step=init_on_first_step, fallback_to_non_traced=fallback_to_non_traced,
            clipnorm=clipnorm, clipvalue=clipvalue, global_clipnorm=global_clipnorm,
            use_ema=use_ema, ema_momentum=ema_momentum,
            ema_overwrite_frequency=ema_overwrite_frequency, loss_scale_factor=loss_scale_factor,
            gradient_accumulation_steps=gradient_accumulation_steps, name=name,
        )  # fmt: skip
