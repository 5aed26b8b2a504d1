"""The base class: one optimizer with two sides, Keras's `apply` and Ivy's `step`."""

from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.optimizers.formulas.updates import Treatment
from keras_ivy.optimizers.formulas.variants import Variant, chosen, lookup
from keras_ivy.optimizers.ivy_side.keys import keys_of
from keras_ivy.optimizers.ivy_side.labels import begin_counts, label, load_labelled
from keras_ivy.optimizers.ivy_side.stepper import IvyStepper
from keras_ivy.optimizers.ivy_side.stepping import Stepping
from keras_ivy.optimizers.keras_side.engine import KerasEngine
from keras_ivy.optimizers.keras_side.hooks import Hooks
from keras_ivy.optimizers.keras_side.slots import SLOT_DTYPES, join_strategy, make_slots
from keras_ivy.optimizers.keras_side.surgery import Extension, admit, extend
from keras_ivy.optimizers.parts.checks import check_variables
from keras_ivy.optimizers.parts.explain import Explained, Explanation, explain
from keras_ivy.optimizers.parts.options import SETTINGS, Options, alias, aliases, completed
from keras_ivy.optimizers.parts.quirks import Quirks
from keras_ivy.optimizers.parts.rates import Rate, Schedule
from keras_ivy.optimizers.parts.shown import printed
from keras_ivy.optimizers.parts.spellings import (
    CLIPPING,
    as_learning_rate,
    check_flag,
    checked_options,
    complete_signature,
    ivy_spellings,
)
from keras_ivy.optimizers.parts.timed import Timed, as_timed, read_timed
from keras_ivy.optimizers.parts.treatments import Treatments
from keras_ivy.optimizers.parts.trust_ratios import TrustRatioReport, TrustRatios, ratios_of_steps
from keras_ivy.optimizers.rules import RulesLike, as_rules
from keras_ivy.optimizers.rules.exclusions import Exclusions
from keras_ivy.typing import ArrayLike, LearningRate, Variable
from keras_ivy.utils import checks
from keras_ivy.utils.devices import device_name
from keras_ivy.utils.exceptions import IvyNotImplementedException


class Optimizer(Stepping, Hooks):
    """Base class of the optimizers: a Keras optimizer that also steps as Ivy's do.

    A subclass written for Ivy implements `_step(self, v, grads)` and calls this constructor with
    Ivy's arguments; it trains through `step`, eagerly. One that is also to train through Keras
    has a `Formula`, or names its slots and implements `_scalars` and `_update`, which are the
    methods of one: `formulas/formula.py` tells all that it needs. Everything else (slots, rules,
    distribution, clipping, accumulation, averaging, both sides) is done by the parts, once.

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
        variant: Which published form of the update; see the table in each class. `None` means the
            first of it.
        weight_decay: Strength of weight decay: a number, or anything that a learning rate may be
            (a schedule, a callable, a variable); the variant says what it does.
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
        ema_counts: When averages follow under gradient accumulation: at all `"steps"` (Keras's
            way) or at `"updates"` alone.
        skip_nonfinite: Whether a step in which any gradient holds NaN or infinity changes
            nothing but the count; otherwise it spoils what it touches, as in Keras.
        clipnorm, clipvalue, global_clipnorm, use_ema, loss_scale_factor, ...: Those of Keras's
            optimizers, `ema_momentum`, `ema_overwrite_frequency`, `gradient_accumulation_steps` and
            `name` included.

    Note:
        Under `MirroredStrategy` and `MultiWorkerMirroredStrategy` every option gives what it gives
        on one device. Strategies whose replicas share one copy of the variables (central storage,
        parameter servers) update them one by one, in Keras's own way; clipping by several replicas,
        accumulation, averages, lazy slots and `skip_nonfinite` are refused there.
    """

    __module__ = "keras_ivy.optimizers"

    #: Named variants of this optimizer, by name: a table of `variants`, or none.
    variants: Mapping[str, Variant] = {}

    locals().update(aliases("learning_rate", "weight_decay", "device"))

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        cls.__signature__ = complete_signature(cls)

    @ivy_spellings()
    def __init__(
        self,
        learning_rate: LearningRate = 1e-4,
        inplace: bool | None = None,
        stop_gradients: bool = True,
        init_on_first_step: bool | None = None,
        trace_on_next_step: bool = False,
        fallback_to_non_traced: bool | str | None = None,
        device: str | None = None,
        *,
        variant: str | None = None,
        weight_decay: LearningRate | None = None,
        rules: RulesLike = None,
        slot_dtype: str | None = None,
        lazy_slots: bool = False,
        schedule_counts: str = "steps",
        ema_counts: str = "steps",
        skip_nonfinite: bool = False,
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
        if isinstance(fallback_to_non_traced, str) and device is None:
            # Ivy's document has the device here, Ivy 1.0 behind.
            fallback_to_non_traced, device = None, fallback_to_non_traced
        options = checked_options(
            clipnorm=clipnorm, clipvalue=clipvalue, global_clipnorm=global_clipnorm,
            use_ema=use_ema, ema_momentum=ema_momentum,
            ema_overwrite_frequency=ema_overwrite_frequency,
            loss_scale_factor=loss_scale_factor,
            gradient_accumulation_steps=gradient_accumulation_steps,
        )  # fmt: skip
        variant = chosen(self.variants, variant)
        setting = None
        if variant is not None:
            setting = lookup(self.variants, variant, type(self).__name__)
        rate = as_learning_rate(learning_rate)
        slot_dtype = slot_dtype.name if isinstance(slot_dtype, tf.DType) else slot_dtype
        checks.choice("slot_dtype", slot_dtype, SLOT_DTYPES)
        if device is not None:
            device_name(device)
        checks.choice("schedule_counts", schedule_counts, ("steps", "updates"))
        checks.choice("ema_counts", ema_counts, ("steps", "updates"))
        if weight_decay is not None:
            weight_decay = as_timed("weight_decay", weight_decay)
        if init_on_first_step is not None:
            check_flag("init_on_first_step", init_on_first_step)
        if fallback_to_non_traced is not None:
            check_flag("fallback_to_non_traced", fallback_to_non_traced)
        default_clip = getattr(setting, "global_clipnorm", None)
        if default_clip is not None and all(options[name] is None for name in CLIPPING):
            options["global_clipnorm"] = default_clip
        self._assemble(rate)
        super().__init__(learning_rate=rate, name=name, **options)
        self.variant = variant
        self.weight_decay = weight_decay
        self.rules = as_rules(rules)
        self.slot_dtype = slot_dtype and keras.backend.standardize_dtype(slot_dtype)
        self.lazy_slots = check_flag("lazy_slots", lazy_slots)
        self.schedule_counts = schedule_counts
        self.ema_counts = ema_counts
        self.skip_nonfinite = check_flag("skip_nonfinite", skip_nonfinite)
        self.stop_gradients = check_flag("stop_gradients", stop_gradients)
        self.inplace = None if inplace is None else check_flag("inplace", inplace)
        self.trace_on_next_step = check_flag("trace_on_next_step", trace_on_next_step)
        self.device = device
        self._setting = setting
        self._exclusions = Exclusions(**(self.__dict__.pop("_exclusions_given", None) or {}))

    def _assemble(self, rate: LearningRate) -> None:
        """Put the parts together, not as attributes that TensorFlow tracks."""
        self.__dict__.update(
            _rate=Rate(self, rate),
            _timed=Timed(self),
            _options=Options(self),
            _treated=Treatments(self),
            _ratios=TrustRatios(self),
            _quirks=Quirks(self),
            _engine=KerasEngine(self),
            _stepper=IvyStepper(self, self._refuse_old_checkpoint),
            hyperball=False,
        )

    def __setattr__(self, name: str, value: object) -> None:
        if name in SETTINGS and name in vars(self) and not vars(self).get("_making"):
            value = self._options.accepted(name, value)
        super().__setattr__(name, value)

    # Keras's side; see `keras_side.hooks` for what a step calls.

    def build(self, variables: Sequence[Variable]) -> None:
        """Make the slots for these variables, once.

        Raises:
            IvyTypeError: If one of them is no variable, or not of a floating type.
            IvyValueError: If a variable stands there twice, a rule matches none of them, or the
                strategy cannot hold the slots.
        """
        if self.built:
            admit(self, list(variables))
            return
        if hasattr(type(self), "_step"):
            raise IvyNotImplementedException(
                f"{type(self).__name__} implements Ivy's `_step` alone, which keeps its state in "
                "Python attributes: call `step(v, grads)`. To train through `fit` or `apply`, "
                "implement `_scalars` and `_update`, as the library's own optimizers do."
            )
        variables = check_variables(variables)
        self._engine.prepare(variables)
        self._make_variables(variables)
        self._quirks.say(variables)

    def _make_variables(self, variables: list) -> None:
        """Make what is kept for each of these variables, as far as it is not there."""
        with tf.init_scope():
            join_strategy(self)
            self.__dict__["_trainable_variables_indices"] = {}
            super().build(variables)
            self._slots = make_slots(self, variables)
            self._engine.finish(variables)

    def extend(self, variables: Sequence[Variable]) -> Extension:
        """Train these variables from now on: after layers were unfrozen, added or replaced.

        What has been trained keeps its slots, averages and accumulated gradients. What is new
        starts as on a first step, with a count of its own for the bias correction; schedules go
        on. What is no longer there goes, slots and all. A model that is compiled with this
        optimizer after layers were unfrozen or added does this by itself.

        Args:
            variables: All variables that are to be trained, such as `model.trainable_variables`.
                If none of them has been trained, they are those of another instance of the model:
                then they take over by their structural keys, where shapes are the same.

        Returns:
            `kept`, `new` and `removed`, each a tuple of keys as in `state`.

        Raises:
            IvyTypeError: If one of them is no variable, or not of a floating type.
            IvyValueError: If nothing of what has been trained is among them, a variable stands
                there twice, or a rule matches none of them.

        Example:

        >>> import keras
        >>> w, b = keras.Variable([1.0], name="w"), keras.Variable([1.0], name="b")
        >>> optimizer = keras_ivy.Adam(0.1)
        >>> optimizer.apply([[1.0]], [w])
        >>> optimizer.extend([w, b])
        Extension(kept=('w',), new=('b',), removed=())
        """
        variables = check_variables(variables)
        if not self.built:
            self.build(variables)
            return Extension((), tuple(keys_of(self, variables)), ())
        return extend(self, variables)

    def save_own_variables(self, store: MutableMapping[str, ArrayLike]) -> None:
        """Write the variables for Keras's files, which say whose slots they are."""
        super().save_own_variables(store)
        label(self, store)

    def load_own_variables(self, store: Mapping[str, np.ndarray]) -> None:
        """Read the variables of a file of Keras's or of this package.

        Of a file that was written when other variables were trained, what is there is taken; the
        others start as on a first step.

        Warns:
            UserWarning: If the file has slots of variables that are not trained, or fits nothing.

        Raises:
            IvyValueError: If functions are compiled that could not follow its counts.
        """
        if not load_labelled(self, store):
            super().load_own_variables(store)
            begin_counts(self, store)

    @property
    def _count(self) -> int:
        """The number of the step, for a user's `_step`."""
        return self._stepper.steps_by_hand

    @property
    def _lr(self) -> Any:
        """The learning rate, or what returns it, for a user's `_step`."""
        rate = self._learning_rate
        if isinstance(rate, keras.Variable):
            return self._rate.plain()
        return (lambda: rate(self._count - 1)) if isinstance(rate, Schedule) else rate

    _inplace, _stop_gradients = alias("inplace"), alias("stop_gradients")

    # What it reports.

    def explain(self, model: Explained) -> Explanation:
        """Tell what every variable of a model gets: decay, adaptation, rate, and by which rule.

        Nothing has to be built or compiled.

        Args:
            model: A built model or layer, a list of variables, or a Container of variables or
                tensors, whose leaves are matched by their paths in it, as `step` does.

        Returns:
            A list of `Row`s (`path`, `shape`, `decay`, `adapts`, `lr_multiplier`, `rule`,
            `frozen`, `key`, `name`) that prints as a table; `["dense"]`, `["dense/kernel"]` or a
            structural path finds one. `frozen` says that the variable is all zeros and that
            the variant multiplies its steps by its norm, so that it never moves. In a variant
            that does something else with weight decay, `decay` is 0 and `notes` say what. Of a
            model, what is not trained now (`trainable=False`) has no row; `notes` name it.

        Raises:
            IvyTypeError: If `model` is something else, or not built.
            IvyValueError: If a rule that has to match something matches nothing.

        Example:

        >>> import keras
        >>> layer = keras.layers.Dense(2, name="dense")
        >>> layer.build((None, 3))
        >>> optimizer = keras_ivy.LAMB(variant="paper", weight_decay=0.1, rules="bias_norm")
        >>> print(optimizer.explain(layer))
        path          key     shape  decay  adapts  lr x  rule
        dense/kernel  kernel  3x2    0.1    yes     1     -
        dense/bias    bias    2      0      no      1     preset 'bias_norm'
        """
        return explain(self, model)

    def trust_ratios(self) -> TrustRatioReport:
        """Return the trust ratio that every adapted tensor had in its last step.

        A dictionary by path, which prints as a table and finds layer names and structural paths
        too. Variables that share a path are told apart by their position among them:
        `proj/kernel/v0`. Empty before the first step, and for optimizers that do not adapt.

        Example:

        >>> optimizer = keras_ivy.LARS(learning_rate=0.1)
        >>> optimizer.apply([[0.0, 2.0]], [keras.Variable([3.0, 4.0], name="w")])
        >>> optimizer.trust_ratios() == {"w": 2.5}
        True
        """
        if self.built:
            return self._ratios.by_path()
        return ratios_of_steps(self._stepper.cell.ratios())

    @property
    def _treatments(self) -> tuple[Treatment, ...]:
        """What the optimizer's variables get."""
        return self._treated.now()

    def __repr__(self) -> str:
        return printed(self)

    def get_config(self) -> dict:
        """Return every option, for `from_config`."""
        config = completed(self, super().get_config())
        exclusions = self._exclusions.get_config()
        return config if exclusions is None else {**config, "exclusions": exclusions}

    @classmethod
    def from_config(cls, config: Mapping, custom_objects: Mapping | None = None) -> Self:
        """Make an optimizer of what `get_config` returned."""
        return super().from_config(read_timed(config, custom_objects), custom_objects)
