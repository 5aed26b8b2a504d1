"""The base class: one optimizer with two sides, Keras's `apply` and Ivy's `step`."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.optimizers import rules as rules_module
from keras_ivy.optimizers import variants
from keras_ivy.optimizers.checks import (
    check_collection,
    check_excluded,
    check_gradient,
    check_variables,
)
from keras_ivy.optimizers.exclusions import Exclusions
from keras_ivy.optimizers.gradients import prepared, stay_sparse
from keras_ivy.optimizers.hooks import Hooks
from keras_ivy.optimizers.rates import Rates
from keras_ivy.optimizers.rules import path_of
from keras_ivy.optimizers.settings import Settings
from keras_ivy.optimizers.slots import SLOT_DTYPES, Slots
from keras_ivy.optimizers.spares import Spares
from keras_ivy.optimizers.spellings import (
    CLIPPING,
    as_learning_rate,
    check_flag,
    check_keywords,
    check_range,
    complete_signature,
    ivy_spellings,
)
from keras_ivy.optimizers.stepping import IvySide
from keras_ivy.optimizers.telemetry import Telemetry
from keras_ivy.optimizers.updates import Limits, Treatment
from keras_ivy.utils import checks
from keras_ivy.utils.devices import device_name
from keras_ivy.utils.exceptions import IvyNotImplementedException, IvyValueError


class Optimizer(Settings, IvySide, Hooks, Rates, Telemetry, Slots, keras.optimizers.Optimizer):
    """Base class of the optimizers: a Keras optimizer that also steps as Ivy's do.

    A subclass written for Ivy implements `_step(self, v, grads)` and calls this constructor with
    Ivy's arguments; it trains through `step`, eagerly. One that is also to train through Keras
    names its slots and implements `_scalars` and `_update` on top of a pure formula;
    everything else (slots, rules, distribution, clipping, accumulation, averaging, both sides)
    is done here, once.

    Args:
        learning_rate: A number, a schedule, a scalar variable, or a callable of no arguments,
            which is called once a step (in a `tf.function`, once a trace: return a tensor that is
            read then, or use a schedule).
        inplace: Accepted for programs written for Ivy, where it concerns PyTorch alone: `step`
            never changes its arguments.
        stop_gradients: Whether `step` cuts the gradient through its result; `False` makes a run
            of steps differentiable.
        init_on_first_step: Accepted for programs written for Ivy; it concerned Ivy's tracer.
        trace_on_next_step: Whether `step` compiles itself with `tf.function` on its next call.
        fallback_to_non_traced: As `init_on_first_step`. Ivy's document has the device here.
        device: Where `step` runs, such as `"cpu:0"`; `None` leaves it to TensorFlow.
        variant: Which published form of the update; see the table in each class.
        weight_decay: Strength of weight decay; the variant says what it does.
        rules: `Rule`s, or the name of a preset such as `"bias_norm"`.
        slot_dtype: Type of the running moments: `None` for that of the variable, but `"float32"`
            where that is float16 or bfloat16; `"float32"`; or `"bfloat16"`, which halves their
            memory and is rounded stochastically, since plain rounding would lose small changes
            (several workers cannot hold it: TensorFlow does not send bfloat16 between them).
        lazy_slots: Whether rows that a sparse gradient does not touch keep their moments, and
            stay where they are; otherwise a sparse gradient means its dense equal. Of accumulated
            gradients, rows that are all zeros count as untouched.
        schedule_counts: What a schedule counts under gradient accumulation: `"steps"` (Keras's
            way, every call) or `"updates"`.
        skip_nonfinite: Whether a step in which any gradient holds NaN or infinity changes
            nothing but the count; otherwise it spoils what it touches, as in Keras.
        **kwargs: Those of `keras.optimizers.Optimizer`: `clipnorm`, `clipvalue`,
            `global_clipnorm`, `use_ema`, `ema_momentum`, `ema_overwrite_frequency`,
            `loss_scale_factor`, `gradient_accumulation_steps`, `name`.

    Note:
        Under `MirroredStrategy` and `MultiWorkerMirroredStrategy` every option gives what it gives
        on one device. Strategies whose replicas share one copy of the variables (central storage,
        parameter servers) update them one by one, in Keras's own way; clipping by several replicas,
        accumulation, averages, lazy slots and `skip_nonfinite` are refused there.
    """

    #: Named variants of this optimizer; a table of `variants`.
    variants: dict = {"ivy": variants.MomentumVariant()}
    #: Names of the slots, in the order in which they are saved.
    slot_names: tuple[str, ...] = ()

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        cls.__signature__ = complete_signature(cls)

    @ivy_spellings
    def __init__(
        self,
        learning_rate: Any = 1e-4,
        inplace: bool | None = None,
        stop_gradients: bool = True,
        init_on_first_step: bool | None = None,
        trace_on_next_step: bool = False,
        fallback_to_non_traced: bool | str | None = None,
        device: str | None = None,
        *,
        variant: str = "ivy",
        weight_decay: float | None = None,
        rules: Any = None,
        slot_dtype: str | None = None,
        lazy_slots: bool = False,
        schedule_counts: str = "steps",
        skip_nonfinite: bool = False,
        **kwargs: Any,
    ):
        exclusions = kwargs.pop("exclusions", None)
        if isinstance(fallback_to_non_traced, str) and device is None:
            # Ivy's document has the device here, Ivy 1.0 behind.
            fallback_to_non_traced, device = None, fallback_to_non_traced
        check_keywords(kwargs, type(self))
        setting = variants.lookup(self.variants, variant, type(self).__name__)
        rate = as_learning_rate(learning_rate)
        slot_dtype = slot_dtype.name if isinstance(slot_dtype, tf.DType) else slot_dtype
        checks.choice("slot_dtype", slot_dtype, SLOT_DTYPES)
        if device is not None:
            device_name(device)
        checks.choice("schedule_counts", schedule_counts, ("steps", "updates"))
        if weight_decay is not None:
            weight_decay = check_range("weight_decay", weight_decay, -float("inf"), None, "()")
        lazy_slots = check_flag("lazy_slots", lazy_slots)
        skip_nonfinite = check_flag("skip_nonfinite", skip_nonfinite)
        stop_gradients = check_flag("stop_gradients", stop_gradients)
        trace_on_next_step = check_flag("trace_on_next_step", trace_on_next_step)
        if inplace is not None:
            inplace = check_flag("inplace", inplace)
        for name, value in (
            ("init_on_first_step", init_on_first_step),
            ("fallback_to_non_traced", fallback_to_non_traced),
        ):
            if value is not None:
                check_flag(name, value)
        default_clip = getattr(setting, "global_clipnorm", None)
        if default_clip is not None and all(kwargs.get(name) is None for name in CLIPPING):
            kwargs["global_clipnorm"] = default_clip
        rules = rules_module.as_rules(rules)
        super().__init__(learning_rate=rate, **kwargs)
        self._init_rate(rate)
        self.variant = variant
        self.weight_decay = weight_decay
        self.rules = rules
        self.slot_dtype = slot_dtype and keras.backend.standardize_dtype(slot_dtype)
        self.lazy_slots = lazy_slots
        self.schedule_counts = schedule_counts
        self.skip_nonfinite = skip_nonfinite
        self.stop_gradients = stop_gradients
        self.inplace = inplace
        self.trace_on_next_step = trace_on_next_step
        self.device = device
        self._setting = setting
        self._exclusions = Exclusions(**(exclusions or {}))
        self._init_slots()
        self._init_hooks()
        self._init_settings()
        self._init_ivy_side()
        self._init_telemetry()

    # What a subclass provides.

    #: Whether `_update_fused` does what this variant does.
    _has_kernel = False
    #: Whether `_update_fused` needs memory of the size of what it updates: see `spares`.
    _needs_spares = False

    def _scalars(self, rate: Any, count: Any, dtype: Any, kernel: bool = False) -> Any:
        """Everything that one step shares between tensors of one type, as scalar tensors."""
        raise self._lacks("_scalars")

    def _update(
        self, w: Any, g: Any, slots: tuple, scalars: Any, treatment: Treatment, norm: Any
    ) -> tuple[Any, tuple, Any]:
        """The formula: returns `(w', slots', trust ratio or None)`."""
        raise self._lacks("_update")

    def _update_fused(self, handles: tuple, grad: Any, scalars: Any, treatment: Treatment) -> Any:
        """The formula in place, on fused kernels: returns the trust ratio or `None`."""
        raise self._lacks("_update_fused")

    def _turned(self, slots: tuple) -> tuple:
        """The slots of the formula as variables hold them, and back."""
        return slots

    def _lacks(self, method: str) -> IvyNotImplementedException:
        return IvyNotImplementedException(
            f"To train through `fit` or `apply`, an optimizer implements `_scalars` and `_update`, "
            f"and `_update_fused` if `_has_kernel`. {type(self).__name__} lacks `{method}`"
        )

    def _leaves_other_rows(self, treatment: Treatment) -> bool:
        """Whether rows whose gradient is zero stay as they are, slots and all."""
        return False

    def _stacks(self, treatment: Treatment) -> bool:
        """Whether small tensors are better stacked than updated one by one."""
        return True

    @property
    def _limits(self) -> Limits:
        """Coefficient and bounds of the trust ratio."""
        return Limits()

    # Keras's side.

    def build(self, variables: Sequence[Any]) -> None:
        """Make the slots for these variables, once.

        Raises:
            IvyTypeError: If one of them is no variable, or not of a floating type.
            IvyValueError: If a variable stands there twice, a rule matches none of them, or the
                strategy cannot hold the slots.
        """
        if self.built:
            return
        if self._is_handwritten:
            raise IvyNotImplementedException(
                f"{type(self).__name__} implements Ivy's `_step` alone, which keeps its state in "
                "Python attributes: call `step(v, grads)`. To train through `fit` or `apply`, "
                "implement `_scalars` and `_update`, as the library's own optimizers do."
            )
        variables = check_variables(variables)
        self._check_trainable(variables)
        self._check_strategy()
        self._keep_resolved(self._resolve(variables))
        self.__dict__["_packs"] = self._packs_of(variables, self._resolved)
        with tf.init_scope():
            self._join_strategy()
            super().build(variables)
            slots = self.add_optimizer_variables(variables, list(self.slot_names))
            self._make_ratios(len(variables))
            self._make_decay_variable()
            single = [v for i, v in enumerate(variables) if i not in self._packs]
            packs = dict.fromkeys(self._packs.values())
            self.__dict__["_spares"] = Spares(single if self._needs_spares else (), tuple(packs))
        self._slots = tuple(zip(*slots, strict=True)) if slots else ((),) * len(variables)
        self._warn_of_frozen(variables)
        self._warn_of_decay()

    def apply(self, grads: Sequence[Any], trainable_variables: Any = None) -> None:
        """Update variables with gradients: Keras's entry, which `fit` calls.

        Args:
            grads: Gradients: tensors, arrays, `IndexedSlices`, or `None`.
            trainable_variables: Their variables; `None` for those of `build`.

        Raises:
            TypeError: If a gradient or a variable is something else.
            ValueError: If there is no gradient at all, a gradient does not fit its variable, or
                the optimizer was not built for a variable.
        """
        check_collection("grads", grads)
        grads = list(grads)
        if trainable_variables is not None:
            trainable_variables = list(trainable_variables)
        variables = (
            self._trainable_variables if trainable_variables is None else trainable_variables
        )
        check_variables(variables)
        if len(grads) == len(variables):
            kept = stay_sparse(self, grads, variables)
            pairs = zip(grads, variables, kept, strict=True)
            grads = [self._prepared(g, v, sparse) for g, v, sparse in pairs]
        super().apply(grads, trainable_variables)

    def _prepared(self, grad: Any, variable: Any, sparse: bool) -> Any:
        if isinstance(grad, tf.IndexedSlices):
            check_gradient(grad, path_of(variable), variable.shape)
        if self._overwrite_variable_with_gradient(variable):
            return grad
        return prepared(grad, variable.dtype, variable.shape, sparse)

    def exclude_from_weight_decay(
        self, var_list: Sequence[Any] | None = None, var_names: Sequence[str] | None = None
    ) -> None:
        """Exclude variables from weight decay; unlike Keras's own, saved in the config.

        `rules=[Rule(match=..., decay=False)]` says the same in the constructor.

        Args:
            var_list: Variables to exclude.
            var_names: Regular expressions; a variable in whose path one is found is excluded.

        Raises:
            IvyValueError: If the optimizer is built.
        """
        if self.built:
            raise IvyValueError(
                "Call `exclude_from_weight_decay` before the optimizer is built. "
                f"Received: optimizer {self.name!r}, built for "
                f"{len(self._trainable_variables)} variables"
            )
        listed, names = check_excluded(var_list, var_names)
        self._exclusions = Exclusions(names)
        self._exclusions.listed = listed

    def __repr__(self) -> str:
        rate = self._learning_rate
        if isinstance(rate, keras.Variable):
            rate = self._plain_rate() if tf.executing_eagerly() else "..."
        elif isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
            rate = f"<{type(rate).__name__}>"
        else:
            rate = f"<{getattr(rate, '__name__', type(rate).__name__)}>"
        shown = [f"learning_rate={rate}", f"variant={self.variant!r}"]
        if self.weight_decay:
            shown.append(f"weight_decay={self.weight_decay!r}")
        if self.rules:
            shown.append(f"rules={list(self.rules)!r}")
        return f"{type(self).__name__}({', '.join(shown)})"

    def get_config(self) -> dict:
        """Return every option, for `from_config`."""
        config = super().get_config()
        if isinstance(self._learning_rate, keras.Variable):
            config["learning_rate"] = self._plain_rate()
        elif hasattr(self._learning_rate, "variable"):
            config["learning_rate"] = float(np.asarray(self._learning_rate()))
        config.update(
            variant=self.variant,
            rules=rules_module.rule_configs(self.rules),
            slot_dtype=self.slot_dtype,
            lazy_slots=self.lazy_slots,
            schedule_counts=self.schedule_counts,
            skip_nonfinite=self.skip_nonfinite,
            stop_gradients=self.stop_gradients,
            inplace=self.inplace,
            trace_on_next_step=self.trace_on_next_step,
            device=self.device,
        )
        if self._exclusions.get_config():
            config["exclusions"] = self._exclusions.get_config()
        return config
