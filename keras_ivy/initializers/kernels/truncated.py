"""The truncated normal with bounds of one's own."""

from keras_ivy.initializers.base import Drawn
from keras_ivy.initializers.checks import check_choice, check_number
from keras_ivy.initializers.fans.options import Fan
from keras_ivy.initializers.random.seeds import Seed
from keras_ivy.initializers.random.truncation import draw_between, truncated_moments, widened
from keras_ivy.registration import register
from keras_ivy.typing import Array
from keras_ivy.utils.arguments import also_spelled
from keras_ivy.utils.checks import flag, received
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError


@register("truncated_normal_ivy")
class TruncatedNormal(Drawn):
    """Draw from a normal distribution without its tails, with the standard deviation asked for.

    Args:
        mean: Mean of the untruncated distribution, default 0.
        stddev: Standard deviation of the draw, above 0; default 0.05. `std` is another spelling.
        cut: `"sigma"` (default): `bounds` count standard deviations of the untruncated distribution
            from its mean. `"absolute"`: `bounds` are values.
        bounds: Where to truncate, default `(-2, 2)`.
        correct: Whether `stddev` is that of the draw (default) or of the untruncated distribution,
            as in Keras and PyTorch; truncation at two standard deviations then leaves 0.88 of it.
        seed: `None` for new values at every call, an integer for the same values at every call,
            or a `keras.random.SeedGenerator`.

    Raises:
        IvyValueError: If the bounds are not in order, or too narrow for `stddev`.

    Example:

    >>> round(TruncatedNormal(stddev=1.0).sigma, 6), TruncatedNormal(correct=False).sigma
    (1.136847, 0.05)

    Reference: `keras.initializers.TruncatedNormal`; PyTorch's `trunc_normal_`, whose bounds are
    absolute.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("mean", "stddev", "cut", "bounds", "correct")

    @also_spelled(std="stddev")
    def __init__(
        self,
        mean: float = 0.0,
        stddev: float = 0.05,
        cut: str = "sigma",
        bounds: tuple[float, float] = (-2.0, 2.0),
        correct: bool = True,
        seed: Seed = None,
    ):
        self.mean = check_number("mean", mean)
        self.stddev = check_number("stddev", stddev, above=0)
        self.cut = check_choice("cut", cut, ("sigma", "absolute"))
        if not isinstance(bounds, list | tuple) or len(bounds) != 2:
            raise IvyTypeError(f"`bounds` must be a pair of numbers. {received('bounds', bounds)}")
        low, high = bounds
        low, high = check_number("bounds", low), check_number("bounds", high)
        if not low < high:
            raise IvyValueError(f"`bounds` must be in order. Received: bounds={low, high}")
        self.bounds = [low, high]
        self.correct = flag("correct", correct)
        self._interval()
        super().__init__(seed)

    @property
    def sigma(self) -> float:
        """Standard deviation of the untruncated distribution."""
        return self._interval()[0]

    def _interval(self) -> tuple[float, float, float]:
        """Standard deviation before truncation, and where to truncate, in units of it."""
        low, high = self.bounds
        if self.cut == "sigma":
            kept = truncated_moments(low, high)[1] if self.correct else 1.0
            return self.stddev / kept, low, high
        low, high = low - self.mean, high - self.mean
        sigma = widened(self.stddev, low, high) if self.correct else self.stddev
        return sigma, low / sigma, high / sigma

    def _sample(
        self,
        shape: tuple[int, ...],
        fan_in: Fan | None,
        fan_out: Fan | None,
        dtype: str,
        seed: Seed,
    ) -> Array:
        sigma, low, high = self._interval()
        return draw_between(shape, self.mean, sigma, low, high, dtype, seed)
