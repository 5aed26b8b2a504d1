"""LAMB: layer-wise adaptive moments."""

from keras_ivy.optimizers.adam import MomentOptimizer, check_moments
from keras_ivy.optimizers.formulas import variants
from keras_ivy.optimizers.formulas.moments import MomentFormula
from keras_ivy.optimizers.formulas.updates import Limits
from keras_ivy.optimizers.formulas.variants import TrustRatio
from keras_ivy.optimizers.parts.spellings import check_bounds, given, ivy_spellings
from keras_ivy.optimizers.rules import RulesLike
from keras_ivy.registration import register
from keras_ivy.typing import LearningRate


@register("lamb_ivy")
class LAMB(MomentOptimizer):
    """LAMB: Adam's direction at a rate that follows every tensor's own norms.

    `w' = w - learning_rate * r * u`, where `u` is Adam's direction with `weight_decay * w` added
    and the trust ratio is `r = |w| / |u|`, or one where a norm is zero. The variants:

    - `"paper"`: the above, equal to `optax.lamb`. A tensor whose gradient is zero then has the
      direction `weight_decay * w` and the ratio `1 / weight_decay`: it shrinks by the rate, not by
      rate times decay. Bound the ratio (`max_trust_ratio`) if there are such tensors.
    - `"ivy"`: Ivy's direction (see `Adam`); `weight_decay` is added only to the direction whose
      norm is taken, never to the update, so that it changes the rate and decays nothing. The ratio
      is at most 10. A tensor of norm zero, such as a new bias, never moves.
    - `"keras"`: as `keras.optimizers.Lamb`; decay shrinks the weight before the step, outside the
      ratio.
    - `"lambc"`: as the paper, with a ratio of at most one.
    - `"nvlamb"`: as the paper, after clipping the gradients' global norm to one.
    - `"apex"`: as `"nvlamb"`, adapting only tensors that decay.
    - `"deepspeed"`: the bias correction scales the rate, decay included, and the ratio stays
      within `[0.01, 10]`.
    - `"torch_optimizer"`: no bias correction, and `|w|` counts as at most 10.

    Args:
        learning_rate: A number, a schedule, a scalar variable or a callable. Ivy: `lr`.
        beta_1: Decay of the first moment, in `[0, 1)`; it may follow time. Ivy: `beta1`.
        beta_2: Decay of the second moment, in `[0, 1)`; it may follow time. Ivy: `beta2`.
        epsilon: Small number that keeps the division stable, at least 0.
        max_trust_ratio: Upper bound of the ratio; `None` for the variant's (10 for `"ivy"`),
            `float("inf")` for no bound.
        weight_decay: Strength of weight decay. Ivy: `decay_lambda`.
        inplace: Accepted for programs written for Ivy, without effect; see `Optimizer`.
        stop_gradients: Whether `step` cuts the gradient through its result.
        trace_on_next_step: Whether `step` compiles itself on its next call.
        device: Where `step` runs; `None` leaves it to TensorFlow.
        min_trust_ratio: Lower bound of the ratio; `None` for the variant's.
        variant: Which of the above.
        rules, slot_dtype, lazy_slots, clipnorm, name, ...: Those of `Optimizer`.

    Raises:
        IvyValueError: If a hyperparameter is outside its range.

    Example:

    >>> import keras
    >>> w = keras.Variable([3.0, 4.0])
    >>> LAMB(learning_rate=0.1, variant="paper").apply([[1.0, 1.0]], [w])
    >>> [round(float(x), 4) for x in w.numpy()]
    [2.6464, 3.6464]

    Reference:
        You et al., "Large Batch Optimization for Deep Learning: Training BERT in 76 minutes",
        arXiv:1904.00962. Ivy: `ivy/stateful/optimizers.py`, `LAMB`.
    """

    __module__ = "keras_ivy.optimizers"

    variants = variants.LAMB

    @ivy_spellings()
    def __init__(
        self,
        learning_rate: LearningRate = 1e-4,
        beta_1: LearningRate = 0.9,
        beta_2: LearningRate = 0.999,
        epsilon: float = 1e-7,
        max_trust_ratio: float | None = None,
        weight_decay: LearningRate = 0.0,
        inplace: bool | None = None,
        stop_gradients: bool = True,
        trace_on_next_step: bool = False,
        device: str | None = None,
        *,
        min_trust_ratio: float | None = None,
        variant: str = "ivy",
        rules: RulesLike = None,
        slot_dtype: str | None = None,
        lazy_slots: bool = False,
        schedule_counts: str = "steps",
        ema_counts: str = "steps",
        skip_nonfinite: bool = False,
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
        check_moments(beta_1, beta_2, epsilon)
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
        self._keep_moments(beta_1, beta_2, epsilon)
        ratio = self._setting.ratio or TrustRatio()
        self.max_trust_ratio = given(max_trust_ratio, ratio.maximum)
        self.min_trust_ratio = given(min_trust_ratio, ratio.minimum)

    @property
    def _formula(self) -> MomentFormula:
        coefficient = (self._setting.ratio or TrustRatio()).coefficient
        limits = Limits(coefficient, 0.0, self.min_trust_ratio, self.max_trust_ratio)
        return MomentFormula(self._setting, *self._betas, self.epsilon, limits)

    def get_config(self) -> dict:
        """Return every option, for `from_config`."""
        config = super().get_config()
        config.update(max_trust_ratio=self.max_trust_ratio, min_trust_ratio=self.min_trust_ratio)
        return config


@register("lamb_paper")
class LAMBPaper(LAMB):
    """`LAMB` with `variant="paper"`, and so with a string name of its own: `"lamb_paper"`.

    Args:
        learning_rate: A number, a schedule, a scalar variable or a callable.
        beta_1: Decay of the first moment, in `[0, 1)`.
        beta_2: Decay of the second moment, in `[0, 1)`.
        epsilon: Small number that keeps the division stable; the paper's authors use 1e-6.
        variant, rules, ...: Those of `LAMB`.

    Example:

    >>> import keras
    >>> keras.optimizers.get("lamb_paper").variant
    'paper'
    """

    __module__ = "keras_ivy.optimizers"

    @ivy_spellings()
    def __init__(
        self,
        learning_rate: LearningRate = 1e-4,
        beta_1: LearningRate = 0.9,
        beta_2: LearningRate = 0.999,
        epsilon: float = 1e-6,
        max_trust_ratio: float | None = None,
        weight_decay: LearningRate = 0.0,
        inplace: bool | None = None,
        stop_gradients: bool = True,
        trace_on_next_step: bool = False,
        device: str | None = None,
        *,
        min_trust_ratio: float | None = None,
        variant: str = "paper",
        rules: RulesLike = None,
        slot_dtype: str | None = None,
        lazy_slots: bool = False,
        schedule_counts: str = "steps",
        ema_counts: str = "steps",
        skip_nonfinite: bool = False,
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
            learning_rate, beta_1, beta_2, epsilon,
            max_trust_ratio=max_trust_ratio, min_trust_ratio=min_trust_ratio, inplace=inplace,
            stop_gradients=stop_gradients, trace_on_next_step=trace_on_next_step, device=device,
            variant=variant, weight_decay=weight_decay, rules=rules, slot_dtype=slot_dtype,
            lazy_slots=lazy_slots, schedule_counts=schedule_counts,
            ema_counts=ema_counts, skip_nonfinite=skip_nonfinite,
            init_on_first_step=init_on_first_step, fallback_to_non_traced=fallback_to_non_traced,
            clipnorm=clipnorm, clipvalue=clipvalue, global_clipnorm=global_clipnorm,
            use_ema=use_ema, ema_momentum=ema_momentum,
            ema_overwrite_frequency=ema_overwrite_frequency, loss_scale_factor=loss_scale_factor,
            gradient_accumulation_steps=gradient_accumulation_steps, name=name,
        )  # fmt: skip
