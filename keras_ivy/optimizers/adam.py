"""Adam and AdamW, and what they share with LAMB."""

from keras_ivy.optimizers.base import Optimizer
from keras_ivy.optimizers.formulas import variants
from keras_ivy.optimizers.formulas.moments import Beta, MomentFormula
from keras_ivy.optimizers.formulas.variants import MomentVariant
from keras_ivy.optimizers.parts.options import aliases
from keras_ivy.optimizers.parts.spellings import check_flag, check_range, ivy_spellings
from keras_ivy.optimizers.parts.timed import Held, as_timed, timed_config
from keras_ivy.optimizers.parts.treatments import check_hyperball
from keras_ivy.optimizers.rules import RulesLike
from keras_ivy.registration import register
from keras_ivy.typing import LearningRate


class MomentOptimizer(Optimizer):
    """Adam, AdamW and LAMB: two running moments, `mw` and `vw`."""

    _setting: MomentVariant
    beta_1: Held
    beta_2: Held
    epsilon: float

    locals().update(aliases("beta_1", "beta_2"))

    @property
    def _formula(self) -> MomentFormula:
        return MomentFormula(self._setting, *self._betas, self.epsilon)

    @property
    def _betas(self) -> tuple[Beta, Beta]:
        """The decays of the moments, as a formula reads them."""
        return self._timed.setting("beta_1"), self._timed.setting("beta_2")

    def _keep_moments(self, beta_1: LearningRate, beta_2: LearningRate, epsilon: float) -> None:
        self.beta_1, self.beta_2 = as_timed("beta_1", beta_1), as_timed("beta_2", beta_2)
        self.epsilon = float(epsilon)

    def get_config(self) -> dict:
        """Return every option, for `from_config`."""
        config = super().get_config()
        betas = {name: timed_config(getattr(self, name)) for name in ("beta_1", "beta_2")}
        config.update(betas, epsilon=self.epsilon)
        return config


@register("adam_ivy")
class Adam(MomentOptimizer):
    """Adam: `w' = w - learning_rate * u`, with a direction `u` from two running moments.

    `m' = beta_1 * m + (1 - beta_1) * g`, `v' = beta_2 * v + (1 - beta_2) * g * g`. With
    `c_i = 1 - beta_i ** t` at step `t` from one, the variants are

    - `"ivy"`: `u = sqrt(c_2) / (c_1 + epsilon) * m' / (sqrt(v') + epsilon)`, where the first step
      takes `m' = g` and `v' = g * g` as they are. With a constant gradient the step is then
      `sqrt(c_2) / c_1` of the rate: 0.32 at first, 0.15 after ten steps, 0.8 after a thousand.
    - `"paper"`: `u = (m' / c_1) / (sqrt(v' / c_2) + epsilon)`.
    - `"keras"`: `u = sqrt(c_2) / c_1 * m' / (sqrt(v') + epsilon)`, as `keras.optimizers.Adam`.
    - `"independent"`: as the paper; weight decay does not depend on the rate.

    Args:
        learning_rate: A number, a schedule, a scalar variable or a callable. Ivy: `lr`.
        beta_1: Decay of the first moment, in `[0, 1)`; it may follow time. Ivy: `beta1`.
        beta_2: Decay of the second moment, in `[0, 1)`; it may follow time. Ivy: `beta2`.
        epsilon: Small number that keeps the division stable, at least 0.
        inplace: Accepted for programs written for Ivy, without effect; see `Optimizer`.
        stop_gradients: Whether `step` cuts the gradient through its result.
        trace_on_next_step: Whether `step` compiles itself on its next call.
        device: Where `step` runs; `None` leaves it to TensorFlow.
        variant: Which of the above.
        hyperball: Whether weights keep their norms, `w' = |w| * n(w - learning_rate * |w| * n(u))`
            with `n(x) = x / |x|`: the rate is then the tangent of an angle, the same for weights of
            any size, in the place of weight decay. A weight of zeros stays. Rules say of which
            weights (`Rule(..., hyperball=False)`); what they do not adapt (`"bias_norm"`) is free.
        rules, slot_dtype, lazy_slots, clipnorm, name, ...: Those of `Optimizer`.

    Raises:
        IvyValueError: If a hyperparameter is outside its range, or `hyperball` leaves nothing to
            the weight decay.

    Example:

    >>> import keras
    >>> w = keras.Variable([1.0])
    >>> Adam(learning_rate=0.1, variant="paper").apply([[5.0]], [w])
    >>> round(float(w[0]), 5)
    0.9

    Reference:
        Kingma and Ba, "Adam: A Method for Stochastic Optimization", arXiv:1412.6980.
        Hyperball: arXiv:2606.16899.
        Ivy: `ivy/stateful/optimizers.py`, `Adam`.
    """

    __module__ = "keras_ivy.optimizers"

    variants = variants.ADAM

    @ivy_spellings()
    def __init__(
        self,
        learning_rate: LearningRate = 1e-4,
        beta_1: LearningRate = 0.9,
        beta_2: LearningRate = 0.999,
        epsilon: float = 1e-7,
        inplace: bool | None = None,
        stop_gradients: bool = True,
        trace_on_next_step: bool = False,
        device: str | None = None,
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
        self.hyperball = check_flag("hyperball", hyperball)
        check_hyperball(self, self.weight_decay)

    def get_config(self) -> dict:
        """Return every option, for `from_config`."""
        return super().get_config() | {"hyperball": self.hyperball}


@register("adamw_ivy")
class AdamW(Adam):
    """Adam with weight decay.

    The variants differ in what the decay does:

    - `"ivy"`: it is added to the gradient, `g + weight_decay * w`, before anything else: this is
      L2 regularisation, not the decoupled decay after which AdamW is named, and a negative value
      has an effect.
    - `"paper"` and `"keras"`: it is decoupled, `w' = (1 - learning_rate * weight_decay) * w - ...`.
    - `"independent"`: as the paper, but `w' = (1 - weight_decay) * w - ...`, whatever the rate.
    - `"addons"`: as Keras, with the decay of `"independent"`: the AdamW of TensorFlow Addons.

    Args:
        learning_rate: A number, a schedule, a scalar variable or a callable. Ivy: `lr`.
        beta_1: Decay of the first moment, in `[0, 1)`; it may follow time. Ivy: `beta1`.
        beta_2: Decay of the second moment, in `[0, 1)`; it may follow time. Ivy: `beta2`.
        epsilon: Small number that keeps the division stable, at least 0.
        weight_decay: Strength of the decay.
        inplace: Accepted for programs written for Ivy, without effect; see `Optimizer`.
        stop_gradients: Whether `step` cuts the gradient through its result.
        trace_on_next_step: Whether `step` compiles itself on its next call.
        device: Where `step` runs; `None` leaves it to TensorFlow.
        variant: Which of the above.
        hyperball: As in `Adam`; what keeps its norm does not decay.
        rules, slot_dtype, lazy_slots, clipnorm, name, ...: Those of `Optimizer`.

    Example:

    >>> import keras
    >>> w = keras.Variable([1.0])
    >>> AdamW(learning_rate=0.1, weight_decay=0.5, variant="paper").apply([[0.0]], [w])
    >>> round(float(w[0]), 6)
    0.95

    Reference:
        Loshchilov and Hutter, "Decoupled Weight Decay Regularization", arXiv:1711.05101.
        Ivy: `ivy/stateful/optimizers.py`, `AdamW`.
    """

    __module__ = "keras_ivy.optimizers"

    variants = variants.ADAMW

    @ivy_spellings()
    def __init__(
        self,
        learning_rate: LearningRate = 1e-4,
        beta_1: LearningRate = 0.9,
        beta_2: LearningRate = 0.999,
        epsilon: float = 1e-7,
        weight_decay: LearningRate = 0.0,
        inplace: bool | None = None,
        stop_gradients: bool = True,
        trace_on_next_step: bool = False,
        device: str | None = None,
        *,
        variant: str = "ivy",
        hyperball: bool = False,
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
            learning_rate, beta_1, beta_2, epsilon, hyperball=hyperball,
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


def check_moments(beta_1: LearningRate, beta_2: LearningRate, epsilon: float) -> None:
    """Refuse moments that do not decay, and an epsilon below zero.

    Raises:
        IvyValueError: If one is outside its range.
    """
    as_timed("beta_1", beta_1)
    as_timed("beta_2", beta_2)
    check_range("epsilon", epsilon, 0.0, None, "[)")
