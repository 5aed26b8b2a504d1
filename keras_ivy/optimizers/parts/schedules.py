"""Schedules worked out in float64: warm-up and decay, one cycle; and rules that scale a rate."""

import abc
import math
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_ivy.optimizers.parts.shown import printed_schedule
from keras_ivy.optimizers.parts.spellings import check_range
from keras_ivy.registration import register
from keras_ivy.typing import Scalar
from keras_ivy.utils.checks import choice, received, text
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError, nearest


class ExactSchedule(keras.optimizers.schedules.LearningRateSchedule, abc.ABC):
    """A schedule that is worked out in float64, which holds every step count exactly.

    It returns what Keras's schedules return, a scalar of type `keras.config.floatx()`.
    """

    name: str

    @abc.abstractmethod
    def in_float64(self, step: Scalar) -> tf.Tensor:
        """Return the value as it is worked out, for the formulas of optimizers."""

    def __call__(self, step: Any) -> Any:
        """Return the value after `step` steps, as a scalar of type `keras.config.floatx()`."""
        kind = getattr(step, "dtype", None)
        kind = np.asarray(step).dtype if kind is None else kind
        name = str(getattr(kind, "name", kind))
        if "float" not in name and "int" not in name:
            raise IvyTypeError(f"`step` must be a number. {received('step', step)}")
        return ops.cast(self.in_float64(step), keras.config.floatx())

    @property
    def is_exact(self) -> bool:
        """Whether `in_float64` is what this schedule returns; a subclass may return another."""
        return type(self).__call__ is ExactSchedule.__call__

    def __repr__(self) -> str:
        return printed_schedule(self)


@register()
class WarmupPolynomial(ExactSchedule):
    """Linear warm-up, then polynomial decay: the schedule of LARS's and LAMB's records.

    `rate(t) = start + (peak - start) * t / warmup` for `t < warmup`, then
    `rate(t) = end + (peak - end) * (1 - (t - warmup) / (total - warmup)) ** power` until `total`,
    and `end` from there on. It is worked out in float64, which holds every step count exactly, and
    returned as Keras's schedules are, in `keras.config.floatx()`.

    Args:
        peak: Rate at the end of the warm-up, positive.
        warmup: Steps of warm-up, from 0 (none) to below `total`.
        total: Steps in all, warm-up included.
        power: Power of the decay, positive: 2 for LARS, 1 for LAMB's linear decay.
        end: Rate at step `total` and after, at least 0.
        start: Rate at step 0 if there is warm-up, at least 0. With 0 the first step changes
            nothing but the moments, as in the records; `peak / warmup` makes use of it.
        name: Name of the schedule.

    Raises:
        IvyValueError: If a value is out of range.

    Example:

    >>> rate = WarmupPolynomial(peak=8.0, warmup=4, total=12, end=0.0)
    >>> [float(rate(t)) for t in (0, 2, 4, 8, 12, 99)]
    [0.0, 4.0, 8.0, 2.0, 0.0, 0.0]

    LARS on ResNet-50 with batches of 8192 (90 epochs of 157 steps, 5 of them to warm up), and LAMB
    on BERT with batches of 32768, scaled from those of 512:

    >>> rate = WarmupPolynomial(peak=10.0, warmup=5 * 157, total=90 * 157)
    >>> float(rate(5 * 157))
    10.0
    >>> peak = scale_lr(5 / (2**3 * 1000), batch=32768, base_batch=512)
    >>> warmup = scale_lr(1 / 320, batch=32768, base_batch=512, rule="linear")
    >>> round(peak, 6), round(warmup, 6)
    (0.005, 0.2)
    >>> rate = WarmupPolynomial(peak, warmup=round(warmup * 15625), total=15625, power=1, end=0.0)
    >>> round(float(rate(3125)), 6)
    0.005

    Reference:
        Goyal et al., "Accurate, Large Minibatch SGD", arXiv:1706.02677 (warm-up); You, Gitman and
        Ginsburg, arXiv:1708.03888 (power 2); You et al., arXiv:1904.00962 (LAMB).
    """

    __module__ = "keras_ivy.optimizers"

    def __init__(
        self,
        peak: float,
        warmup: int,
        total: int,
        power: float = 2,
        end: float = 1e-4,
        start: float = 0.0,
        name: str = "WarmupPolynomial",
    ):
        check_range("peak", peak, 0.0, None, "()")
        check_range("total", total, 0, None, "()")
        check_range("warmup", warmup, 0, total, "[)")
        check_range("power", power, 0.0, None, "()")
        check_range("end", end, 0.0, None, "[)")
        check_range("start", start, 0.0, None, "[)")
        self.peak = float(peak)
        self.warmup = _plain(warmup)
        self.total = _plain(total)
        self.power = float(power)
        self.end = float(end)
        self.start = float(start)
        self.name = text("name", name)

    def in_float64(self, step: Scalar) -> tf.Tensor:
        """Return the rate as it is worked out, for the formulas of optimizers: a float64 scalar."""
        with keras.name_scope(self.name):
            t = ops.cast(step, "float64")
            left = ops.clip((self.total - t) / (self.total - self.warmup), 0.0, 1.0)
            rate = self.end + (self.peak - self.end) * ops.power(left, self.power)
            if not self.warmup:
                return rate
            rising = self.start + (self.peak - self.start) * (t / self.warmup)
            return ops.where(t < self.warmup, rising, rate)

    def get_config(self) -> dict:
        """Return the arguments, for `from_config`."""
        return {
            "peak": self.peak,
            "warmup": self.warmup,
            "total": self.total,
            "power": self.power,
            "end": self.end,
            "start": self.start,
            "name": self.name,
        }


@register()
class OneCycle(ExactSchedule):
    """One cycle: from `start` to `peak`, then from `peak` to `end`, and `end` from there on.

    Half a cosine each way, `a + (b - a) * (1 - cos(pi * p)) / 2` for the part `p` of the way from
    `a` to `b`, or a straight line. The learning rate rises and falls, and with it, the other way
    round, what `momentum` (or `beta_1`) is set to: a number that follows time acts in a function
    that is compiled, as the rate does.

    Args:
        start: Value at step 0.
        peak: Value at step `rise`: the highest of a rate, the lowest of a momentum.
        end: Value at step `total` and after.
        total: Steps in all.
        rise: Steps on the way to `peak`, from 0 to `total`; `None` for three tenths of `total`.
        shape: `"cosine"` or `"linear"`.
        name: Name of the schedule.

    Raises:
        IvyValueError: If a value is out of range.

    Example:

    >>> rate = OneCycle(start=0.0, peak=4.0, end=0.0, total=8, rise=4)
    >>> momentum = OneCycle(start=0.95, peak=0.85, end=0.95, total=8, rise=4)
    >>> [round(float(rate(t)), 3) for t in (0, 2, 4, 6, 8, 99)]
    [0.0, 2.0, 4.0, 2.0, 0.0, 0.0]
    >>> [round(float(momentum(t)), 3) for t in (0, 2, 4, 6, 8)]
    [0.95, 0.9, 0.85, 0.9, 0.95]
    >>> keras_ivy.SGD(rate, momentum=momentum, nesterov=True)
    SGD(learning_rate=OneCycle(...), variant='ivy', momentum=OneCycle(...), nesterov=True)

    Reference:
        Smith and Topin, "Super-Convergence", arXiv:1708.07120; Smith, arXiv:1803.09820.
    """

    __module__ = "keras_ivy.optimizers"

    def __init__(
        self,
        start: float,
        peak: float,
        end: float,
        total: int,
        rise: int | None = None,
        shape: str = "cosine",
        name: str = "OneCycle",
    ):
        check_range("start", start, 0.0, None, "[)")
        check_range("peak", peak, 0.0, None, "[)")
        check_range("end", end, 0.0, None, "[)")
        check_range("total", total, 0, None, "()")
        reached = 0.3 * total if rise is None else rise
        check_range("rise", reached, 0, total, "[]")
        self.shape = choice("shape", shape, ("cosine", "linear"))
        self.start, self.peak, self.end = float(start), float(peak), float(end)
        self.total, self.rise = _plain(total), _plain(reached)
        self.name = text("name", name)

    def in_float64(self, step: Scalar) -> tf.Tensor:
        """Return the value as it is worked out, for the formulas of optimizers: float64."""
        with keras.name_scope(self.name):
            t = ops.cast(step, "float64")
            up = ops.clip(t / max(self.rise, 1e-9), 0.0, 1.0)
            down = ops.clip((t - self.rise) / max(self.total - self.rise, 1e-9), 0.0, 1.0)
            if self.shape == "cosine":
                up, down = ((1.0 - ops.cos(math.pi * part)) / 2.0 for part in (up, down))
            rising = self.start + (self.peak - self.start) * up
            falling = self.peak + (self.end - self.peak) * down
            return ops.where(t < self.rise, rising, falling)

    def get_config(self) -> dict:
        """Return the arguments, for `from_config`."""
        return {
            "start": self.start,
            "peak": self.peak,
            "end": self.end,
            "total": self.total,
            "rise": self.rise,
            "shape": self.shape,
            "name": self.name,
        }


def _plain(steps: Any) -> int | float:
    """A number of steps as Python's own, whole where it is whole."""
    return int(steps) if steps == int(steps) else float(steps)


_POWERS = {"sqrt": 0.5, "linear": 1.0}


def scale_lr(base_lr: float, batch: float, base_batch: float, rule: str = "sqrt") -> float:
    """`base_lr * (batch / base_batch) ** p`: carry a rate from one batch size to another.

    Args:
        base_lr: Rate that suits `base_batch`.
        batch: Batch size to train with, over all replicas and accumulated steps.
        base_batch: Batch size that `base_lr` was tuned for.
        rule: `"sqrt"` (`p` 1/2, for LAMB and Adam) or `"linear"` (`p` 1, for SGD with warm-up; also
            for the share of warm-up in LAMB's recipe).

    Returns:
        The rate for `batch`.

    Raises:
        IvyValueError: If a value is not positive, or the rule unknown.

    Note:
        In experiments on small networks LAMB kept its accuracy from batches of 16 to the whole set
        under `"sqrt"`; no rule did that for LARS, whose rate is better tuned anew.

    Example:

    >>> scale_lr(0.001, batch=256, base_batch=16)
    0.004
    >>> scale_lr(0.001, batch=256, base_batch=16, rule="linear")
    0.016

    Reference:
        Krizhevsky, "One weird trick for parallelizing convolutional neural networks",
        arXiv:1404.5997 (square root); Goyal et al., arXiv:1706.02677 (linear).
    """
    check_range("base_lr", base_lr, 0.0, None, "()")
    check_range("batch", batch, 0, None, "()")
    check_range("base_batch", base_batch, 0, None, "()")
    if rule not in _POWERS:
        raise IvyValueError(f"Unknown rule. {nearest(str(rule), _POWERS)} Received: rule={rule!r}")
    return float(base_lr * (batch / base_batch) ** _POWERS[rule])
