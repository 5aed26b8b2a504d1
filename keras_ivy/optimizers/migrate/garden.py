"""The Model Garden's `LinearWarmup`, from its config."""

from collections.abc import Mapping
from typing import Any

from keras_ivy.optimizers.parts.schedules import WarmupPolynomial
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["linear_warmup"]

_OFFSET = "PolynomialDecayWithOffset"
_KNOWN = ("PolynomialDecay", _OFFSET)


def linear_warmup(config: Mapping[str, Any]) -> WarmupPolynomial:
    """Return the equal of a `LinearWarmup` around a number or a polynomial decay.

    The Garden's polynomial counts from step 0, warm-up included, unless it has an `offset`: the
    warm-up ends at what the polynomial has come down to by then. `get_config()` holds neither the
    class of the polynomial nor its `offset`, and both may change the numbers.

    Args:
        config: The config of a `LinearWarmup`, with `warmup_steps`, `warmup_learning_rate` and
            `after_warmup_lr_sched`: a number; or the config of a `PolynomialDecay`, with
            `class_name` and `config`, or plain and with an `offset`.

    Raises:
        IvyValueError: If the schedule inside is another one, or if it is not told which of two it
            is; the sentence has the line to write for either.

    Example:

    >>> inside = {"initial_learning_rate": 0.01, "decay_steps": 1000, "end_learning_rate": 0.0,
    ...           "power": 1.0, "offset": 0}
    >>> linear_warmup({"after_warmup_lr_sched": inside, "warmup_steps": 500,
    ...                "warmup_learning_rate": 0.0}).peak
    0.005

    Reference:
        `official/modeling/optimization/lr_schedule.py` of the Model Garden.
    """
    inside, warmup = config.get("after_warmup_lr_sched"), config.get("warmup_steps")
    start = config.get("warmup_learning_rate", 0.0)
    if warmup is None or inside is None:
        raise IvyValueError(
            "The config of a `LinearWarmup` has `warmup_steps` and `after_warmup_lr_sched`. "
            f"Received: {dict(config)!r}"
        )
    if not isinstance(inside, Mapping):
        rate = float(inside)
        return WarmupPolynomial(rate, warmup, warmup + 1, end=rate, start=start)
    cls = str(inside["class_name"]).rpartition(">")[2] if "class_name" in inside else None
    settings = dict(inside["config"]) if cls is not None else dict(inside)
    polynomial = "decay_steps" in settings and "initial_learning_rate" in settings
    told = cls in _KNOWN if cls is not None else "end_learning_rate" in settings
    if not (polynomial and told) or settings.get("cycle"):
        raise IvyValueError(
            "Of schedules inside a `LinearWarmup` only a number and a `PolynomialDecay` without "
            "`cycle` have an equal, `keras_ivy.WarmupPolynomial`: pass another one as "
            f"`learning_rate=`. Received: after_warmup_lr_sched={dict(inside)!r}"
        )
    if cls != "PolynomialDecay" and "offset" not in settings:
        lines = [repr(_equal(settings, offset, warmup, start)) for offset in (0, warmup)]
        raise IvyValueError(
            "This config does not say whether the polynomial counts from step 0, or has an "
            "`offset`, which the Model Garden does not write down. Add `offset` to it, or pass "
            f"`learning_rate=keras_ivy.{lines[0]}` if there is none, "
            f"`learning_rate=keras_ivy.{lines[1]}` if it is `warmup_steps`. "
            f"Received: after_warmup_lr_sched={dict(inside)!r}"
        )
    return _equal(settings, settings.get("offset", 0), warmup, start)


def _equal(settings: Mapping[str, Any], offset: int, warmup: int, start: float) -> WarmupPolynomial:
    """Warm-up, then `end + (initial - end) * (1 - (t - offset) / steps) ** power`."""
    initial, steps = float(settings["initial_learning_rate"]), settings["decay_steps"]
    end, power = float(settings.get("end_learning_rate", 1e-4)), settings.get("power", 1.0)
    total = steps + offset
    if total <= warmup:
        raise IvyValueError(
            "The decay is over before the warm-up ends. "
            f"Received: warmup_steps={warmup}, decay_steps={steps}, offset={offset}"
        )
    peak = end + (initial - end) * ((total - warmup) / steps) ** power
    return WarmupPolynomial(peak, warmup, total, power=power, end=end, start=start)
