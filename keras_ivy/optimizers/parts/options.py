"""Options that are set after the constructor: followed by both sides, or refused on assignment.

What an optimizer reports (`get_config`, `explain`, its attributes) is what it does. A value is
checked as the constructor checks it. What slots were made for stays as it was; and a function that
was compiled with a value would not see another, except the learning rate and the strength of weight
decay, which functions read from variables.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.optimizers.formulas.methods import formula_of
from keras_ivy.optimizers.keras_side.tensors import scalar
from keras_ivy.optimizers.parts.host import Host
from keras_ivy.optimizers.parts.overrides import overridden
from keras_ivy.optimizers.parts.spellings import SPELLINGS, VariableRate
from keras_ivy.optimizers.parts.timed import (
    TIMED,
    as_timed,
    is_timed,
    refuse_unread_decay,
    timed_config,
)
from keras_ivy.optimizers.parts.treatments import check_hyperball
from keras_ivy.optimizers.rules import rule_configs
from keras_ivy.utils.checks import is_number
from keras_ivy.utils.exceptions import IvyValueError, shown

#: What stays as the constructor had it: it chose the defaults of other options.
FIXED = ("variant",)

#: What decides which variables there are, and what they hold.
SHAPING = (
    "gradient_accumulation_steps",
    "layout",
    "lazy_slots",
    "lr_in_momentum",
    "slot_dtype",
    "use_ema",
)

#: What a compiled function has in it; a `momentum` of zero has no slot.
COMPILED = (
    "adam_beta_1",
    "adam_beta_2",
    "adam_epsilon",
    "adam_learning_rate",
    "adam_weight_decay",
    "beta_1",
    "beta_2",
    "clipnorm",
    "clipvalue",
    "device",
    "ema_counts",
    "ema_momentum",
    "ema_overwrite_frequency",
    "epsilon",
    "global_clipnorm",
    "hyperball",
    "iteration_dtype",
    "loss_scale_factor",
    "max_trust_ratio",
    "min_trust_ratio",
    "momentum",
    "nesterov",
    "rules",
    "schedule_counts",
    "skip_nonfinite",
    "steps",
    "stop_gradients",
    "trust_coefficient",
)

#: What no update depends on, or what only the next call of `step` looks at.
FREE = ("inplace", "trace_on_next_step")

#: What decides what a variable gets.
TREATING = ("adam_weight_decay", "hyperball", "rules")

_MADE_FOR = "the variables that this optimizer keeps were made for it"

SETTINGS = frozenset((*FIXED, *SHAPING, *COMPILED, *FREE, "weight_decay"))


def alias(name: str) -> property:
    """An attribute by Ivy's name."""

    def get(self: Any) -> Any:
        return getattr(self, name)

    def put(self: Any, value: Any) -> None:
        setattr(self, name, value)

    return property(get, put, doc=f"`{name}`, by Ivy's name.")


def aliases(*names: str) -> dict[str, property]:
    """Attributes by Ivy's names for those of these names that Ivy calls otherwise."""
    return {ivy: alias(name) for ivy, name in SPELLINGS.items() if name in names}


#: What a config of this package holds beside Keras's.
_OWN = (
    "variant",
    "slot_dtype",
    "lazy_slots",
    "schedule_counts",
    "ema_counts",
    "skip_nonfinite",
    "stop_gradients",
    "inplace",
    "trace_on_next_step",
    "device",
)


def completed(host: Host, config: dict) -> dict:
    """Return Keras's config of an optimizer with every option of this package."""
    rate = host._learning_rate
    if isinstance(rate, keras.Variable):
        config["learning_rate"] = host._rate.plain()
    elif isinstance(rate, VariableRate):
        config["learning_rate"] = float(np.asarray(rate()))
    return {
        **config,
        "weight_decay": timed_config(host.weight_decay),
        "rules": rule_configs(host.rules),
        **{name: getattr(host, name) for name in _OWN},
    }


class Options:
    """What watches over an optimizer's options.

    Args:
        host: The optimizer.
    """

    def __init__(self, host: Host):
        self._host = host
        self._traced = False
        #: Weight decay, where a function reads it. It is no variable of the optimizer's: it is an
        #: option, and in the config.
        self.decay_variable: tf.Variable | None = None

    def accepted(self, name: str, value: Any) -> Any:
        """Return a new value of an option, checked, after everything else has followed it.

        Raises:
            IvyValueError: If it is out of range, or something would not follow it.
        """
        host = self._host
        old = getattr(host, name)
        if isinstance(old, VariableRate):
            if is_number(value):
                old.assign(as_timed(name, value))  # Whatever follows the variable follows this.
            if is_number(value) or value is old.variable:
                return old
        if name == "weight_decay":
            value = None if value is None else as_timed(name, value)
            self._check_changeable(name, old, value)
            refuse_unread_decay(host, value)
            check_hyperball(host, value)
            if self.decay_variable is not None and not is_timed(value):
                self.decay_variable.assign(float(value or 0.0))
        else:
            with tf.init_scope():
                other = self._with(name, value)
            value = getattr(other, name)
            if value == old and type(value) is type(old):
                return value
            self._check_changeable(name, old, value)
            if name in TREATING and host.built:
                self._treat_by(name, old, value)
        host._stepper.forget_trace()
        return value

    def _treat_by(self, name: str, old: Any, value: Any) -> None:
        """Let variables get what they get with a new value of an option.

        Raises:
            IvyValueError: If their slots would be others.
        """
        host, formula = self._host, formula_of(self._host)
        vars(host)[name] = value
        try:
            resolved = host._treated.resolve(host._trainable_variables)
        finally:
            vars(host)[name] = old
        before = map(formula.slots_of, host._treated.now())
        if list(before) != [formula.slots_of(treatment) for treatment, _ in resolved]:
            raise self._refusal(name, old, value, _MADE_FOR)
        host._treated.keep(resolved)

    def _with(self, name: str, value: Any) -> Any:
        """A new optimizer of the library's class below this one's, with one other option."""
        host = self._host
        cls: Any = next(c for c in type(host).__mro__ if c.__module__.startswith("keras_ivy."))
        config = cls.get_config(host)
        config.update(learning_rate=0.0, rules=host.rules)
        config.update({key: getattr(host, key) for key in TIMED if key in config})
        if host.variants is not cls.variants:
            del config["variant"]
        return cls.from_config({**config, name: value})

    def _check_changeable(self, name: str, old: Any, new: Any) -> None:
        """Refuse a change that something would not follow.

        Raises:
            IvyValueError: If so.
        """
        why = None
        if name in FIXED:
            why = "other options took their defaults from it"
        elif (self._host.built or self._host._stepper.cell.used) and (
            name in SHAPING or (name == "momentum" and bool(old) != bool(new))
        ):
            why = _MADE_FOR
        elif not self._traced or name in FREE:
            return
        elif name in COMPILED or (old is not new and (is_timed(old) or is_timed(new))):
            why = "a function that was compiled with it would not see another"
        elif old is new:
            return
        elif not self._reads_decay:
            why = (
                f"a function that was compiled with it would not see another: the formula of "
                f"{type(self._host).__name__} reads it from `treatment.decay`"
            )
        elif np.sign(float(old or 0.0)) != np.sign(float(new or 0.0)):
            why = (
                "a function that was compiled without decay, or with one of another sign, would "
                "not see it (a new strength of the same sign can be set at any time, and of an "
                "optimizer made with `weight_decay=keras.Variable(0.0)` any strength)"
            )
        if why is not None:
            raise self._refusal(name, old, new, why)

    def _refusal(self, name: str, old: Any, new: Any, why: str) -> IvyValueError:
        """The error that says why an option cannot be set, and the way out."""
        kind = type(self._host).__name__
        return IvyValueError(
            f"`{name}` of this optimizer cannot be set any more: {why}. Make another one, "
            f"`new = {kind}.from_config({{**optimizer.get_config(), {name!r}: ...}})`; it goes "
            "on with `new.build(variables)` and `new.set_state(optimizer.state)`. "
            f"Received: {shown({name: new})}, where it was {old!r}"
        )

    @property
    def traced(self) -> bool:
        """Whether options have become part of a function."""
        return self._traced

    def note_trace(self) -> None:
        """Remember that options have become part of a function."""
        if not tf.executing_eagerly():
            self._traced = True

    # Weight decay, which functions read from a variable.

    @property
    def _reads_decay(self) -> bool:
        """Whether the formula reads the strength of weight decay from its scalars."""
        return not overridden(self._host, "_scalars", "_update", "_update_fused")

    @property
    def decay(self) -> float:
        """The strength of weight decay, as a number; of one that follows time, that there is some.

        Treatments hold it, where what follows time is one: its strength stands in the scalars.
        """
        held = self._host.weight_decay
        return 1.0 if is_timed(held) else float(held or 0.0)

    def make_decay_variable(self) -> None:
        """Make the variable that functions read weight decay from, once."""
        if self.decay_variable is None:
            # A scalar of float64 buys the number as it was written, for weights of float64.
            self.decay_variable = tf.Variable(
                tf.constant(self.decay, tf.float64), trainable=False, name="weight_decay"
            )

    def decay_in(self, dtype: tf.DType) -> tf.Tensor | None:
        """Return weight decay for a function, or that follows time; `None` if a number will do."""
        if is_timed(self._host.weight_decay):
            return self._host._timed.tensor("weight_decay", dtype)
        if tf.executing_eagerly() or not self.decay:
            return None
        with tf.init_scope():
            self.make_decay_variable()
        return scalar(self.decay_variable, dtype)
