"""Options that are set after the constructor: followed by both sides, or refused on assignment.

What an optimizer reports (`get_config`, `explain`, its attributes) is what it does. A value is
checked as the constructor checks it. What slots were made for stays as it was; and a function that
was compiled with a value would not see another, except the learning rate and the strength of weight
decay, which functions read from variables.
"""

from typing import Any

import numpy as np
import tensorflow as tf

from keras_ivy.optimizers.overrides import overridden
from keras_ivy.optimizers.spellings import SPELLINGS, check_range
from keras_ivy.optimizers.tensors import scalar
from keras_ivy.utils.exceptions import IvyValueError, shown

#: What stays as the constructor had it: it chose the defaults of other options.
FIXED = ("variant",)

#: What decides which variables there are, and what they hold.
SHAPING = (
    "gradient_accumulation_steps",
    "lazy_slots",
    "lr_in_momentum",
    "slot_dtype",
    "use_ema",
)

#: What a compiled function has in it; a `momentum` of zero has no slot.
COMPILED = (
    "beta_1",
    "beta_2",
    "clipnorm",
    "clipvalue",
    "device",
    "ema_momentum",
    "ema_overwrite_frequency",
    "epsilon",
    "global_clipnorm",
    "loss_scale_factor",
    "max_trust_ratio",
    "min_trust_ratio",
    "momentum",
    "nesterov",
    "rules",
    "schedule_counts",
    "skip_nonfinite",
    "stop_gradients",
    "trust_coefficient",
)

#: What no update depends on, or what only the next call of `step` looks at.
FREE = ("inplace", "trace_on_next_step")

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


class Settings:
    """The methods that watch over options; `base.Optimizer` mixes them in."""

    locals().update(aliases("learning_rate", "weight_decay", "device"))

    def _init_settings(self) -> None:
        self.__dict__["_traced"] = False
        self.__dict__["_decay_variable"] = None

    def __setattr__(self, name: str, value: Any) -> None:
        if name in SETTINGS and name in vars(self) and not vars(self).get("_making"):
            value = self._accepted(name, value)
        super().__setattr__(name, value)

    def _accepted(self, name: str, value: Any) -> Any:
        """Return a new value of an option, checked, after everything else has followed it."""
        old = getattr(self, name)
        if name == "weight_decay":
            if value is not None:
                value = check_range(name, value, -float("inf"), None, "()")
            self._check_changeable(name, old, value)
            if self._decay_variable is not None:
                self._decay_variable.assign(float(value or 0.0))
        else:
            with tf.init_scope():
                other = self._with(name, value)
            value = getattr(other, name)
            if value == old and type(value) is type(old):
                return value
            self._check_changeable(name, old, value)
            if name == "lr_in_momentum":
                self._setting = other._setting
            if name == "rules" and self.built:
                self._keep_resolved(self._resolve(self._trainable_variables, rules=value))
        self.__dict__["_traced_step"] = None
        return value

    def _with(self, name: str, value: Any) -> Any:
        """A new optimizer of the library's class below this one's, with one other option."""
        cls = next(c for c in type(self).__mro__ if c.__module__.startswith("keras_ivy."))
        config = cls.get_config(self)
        config.update(learning_rate=0.0, rules=self.rules)
        if self.variants is not cls.variants:
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
        elif self._keeps_state and (
            name in SHAPING or (name == "momentum" and bool(old) != bool(new))
        ):
            why = "the variables that this optimizer keeps were made for it"
        elif not self._traced or name in FREE:
            return
        elif name in COMPILED:
            why = "a function that was compiled with it would not see another"
        elif not self._reads_decay:
            why = (
                f"a function that was compiled with it would not see another: the formula of "
                f"{type(self).__name__} reads it from `treatment.decay`"
            )
        elif np.sign(float(old or 0.0)) != np.sign(float(new or 0.0)):
            why = (
                "a function that was compiled without decay, or with one of another sign, would "
                "not see it (a new strength of the same sign can be set at any time)"
            )
        if why is not None:
            kind = type(self).__name__
            raise IvyValueError(
                f"`{name}` of this optimizer cannot be set any more: {why}. Make another one, "
                f"`new = {kind}.from_config({{**optimizer.get_config(), {name!r}: ...}})`; it goes "
                "on with `new.build(variables)` and `new.set_state(optimizer.state)`. "
                f"Received: {shown({name: new})}, where it was {old!r}"
            )

    @property
    def _keeps_state(self) -> bool:
        return self.built or self._cell.used

    def _note_trace(self) -> None:
        """Remember that options have become part of a function."""
        if not tf.executing_eagerly():
            self.__dict__["_traced"] = True

    # Weight decay, which functions read from a variable.

    @property
    def _reads_decay(self) -> bool:
        """Whether the formula reads the strength of weight decay from its scalars."""
        return self._has_decay_scalar and not overridden(
            self, "_scalars", "_update", "_update_fused"
        )

    #: Whether `_scalars` tells the strength of weight decay.
    _has_decay_scalar = False

    @property
    def _decay(self) -> float:
        return float(self.weight_decay or 0.0)

    def _make_decay_variable(self) -> None:
        # No variable of the optimizer's: it is an option, and in the config.
        if self._decay_variable is None:
            # A scalar of float64 buys the number as it was written, for weights of float64.
            self.__dict__["_decay_variable"] = tf.Variable(
                tf.constant(self._decay, tf.float64), trainable=False, name="weight_decay"
            )

    def _decay_in(self, dtype: Any) -> tf.Tensor | None:
        """Weight decay for functions, which may be compiled; `None` where the number will do."""
        if tf.executing_eagerly() or not self._decay:
            return None
        with tf.init_scope():
            self._make_decay_variable()
        return scalar(self._decay_variable, dtype)

    def _exported_children(self) -> dict[str, Any]:
        """What functions of a SavedModel use: weight decay too."""
        children = super()._exported_children()
        if self._decay_variable is not None:
            children["weight_decay_variable"] = self._decay_variable
        return children

    def _keep_resolved(self, resolved: list) -> None:
        """Keep what the rules say of the optimizer's variables."""
        self.__dict__["_resolved"] = tuple(treatment for treatment, _ in resolved)

    @property
    def _treatments(self) -> tuple:
        """What the optimizer's variables get, with the weight decay of now."""
        decay, kept = self._decay, self._resolved
        if any(treatment.shared and treatment.decay != decay for treatment in kept):
            kept = [t._replace(decay=decay) if t.shared else t for t in kept]
            self.__dict__["_resolved"] = kept = tuple(kept)
        return kept
