"""Losses as layers, which are also losses for `compile`."""

from typing import Any, Unpack

from keras_ivy import ops
from keras_ivy.layers.base import StatelessLayer
from keras_ivy.layers.options import AllOptions
from keras_ivy.ops import checks
from keras_ivy.ops.nn.losses import REDUCTIONS
from keras_ivy.typing import Array, ArrayLike, Axis
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["BinaryCrossEntropyLoss", "CrossEntropyLoss", "LogPoissonLoss"]


class Loss(StatelessLayer):
    """The base of losses: `loss(true, pred)`, in which a call may change the options.

    `model.compile(loss=...)` takes them too; Keras adds up what a loss does not reduce.
    """

    def _options(self, **given: Any) -> dict[str, Any]:
        """The options of one call: those given, and for the rest those of the layer."""
        return {k: self._defaults[k] if x is None else x for k, x in given.items()}

    def _set_options(self, **options: Any) -> None:
        owner = type(self).__name__
        checks.choice(owner, "reduction", options["reduction"], REDUCTIONS)
        for name in ("from_logits", "compute_full_loss"):
            if name in options:
                checks.flag(owner, name, options[name])
        if options.get("axis") is not None:
            checks.axis(owner, "axis", options["axis"])
        if (
            "epsilon" in options
            and not 0 <= checks.number(owner, "epsilon", options["epsilon"]) <= 1
        ):
            raise IvyValueError(
                f"{owner}: epsilon should be a float in [0, 1]. "
                f"Received: epsilon={options['epsilon']}"
            )
        self._defaults = options

    def _extra_repr(self) -> str:
        return ", ".join(f"{name}={value}" for name, value in self._defaults.items())


class CrossEntropyLoss(Loss):
    """`-true * log(clip(pred, epsilon, 1 - epsilon))`, reduced along an axis.

    Args:
        axis: The axis that the reduction takes.
        epsilon: How near predictions may come to 0 and 1.
        reduction: `"none"`, `"sum"` or `"mean"`.
        **kwargs: Further arguments of `Module`.

    Raises:
        ValueError: If the reduction is another.

    Example:

    >>> CrossEntropyLoss()([[0.0, 1.0]], [[0.5, 0.5]]).numpy()
    array([0.6931472], dtype=float32)

    Reference: Ivy's `stateful/losses.py`.
    """

    __module__ = "keras_ivy.layers"

    def __init__(
        self,
        axis: int = -1,
        epsilon: float = 1e-7,
        reduction: str = "sum",
        **kwargs: Unpack[AllOptions],
    ):
        self._set_options(axis=axis, epsilon=epsilon, reduction=reduction)
        super().__init__(**kwargs)

    def _forward(
        self,
        true: ArrayLike,
        pred: ArrayLike,
        *,
        axis: int | None = None,
        epsilon: float | None = None,
        reduction: str | None = None,
    ) -> Array:
        options = self._options(axis=axis, epsilon=epsilon, reduction=reduction)
        return ops.cross_entropy(self._input(true), self._input(pred), **options)


class BinaryCrossEntropyLoss(Loss):
    """`-true * log(pred) - (1 - true) * log(1 - pred)`.

    Args:
        from_logits: If True, predictions are logits.
        epsilon: Label smoothing, from 0 to 1.
        reduction: `"none"`, `"sum"` or `"mean"`.
        **kwargs: Further arguments of `Module`.

    Raises:
        ValueError: If an argument is out of range.

    Example:

    >>> BinaryCrossEntropyLoss(from_logits=True)([1.0], [0.0]).numpy()
    array([0.6931472], dtype=float32)

    Reference: Ivy's `stateful/losses.py`.
    """

    __module__ = "keras_ivy.layers"

    def __init__(
        self,
        from_logits: bool = False,
        epsilon: float = 0.0,
        reduction: str = "none",
        **kwargs: Unpack[AllOptions],
    ):
        self._set_options(from_logits=from_logits, epsilon=epsilon, reduction=reduction)
        super().__init__(**kwargs)

    def _forward(
        self,
        true: ArrayLike,
        pred: ArrayLike,
        *,
        from_logits: bool | None = None,
        epsilon: float | None = None,
        reduction: str | None = None,
        pos_weight: ArrayLike | None = None,
        axis: Axis = None,
    ) -> Array:
        options = self._options(from_logits=from_logits, epsilon=epsilon, reduction=reduction)
        true, pred = self._input(true), self._input(pred)
        return ops.binary_cross_entropy(true, pred, pos_weight=pos_weight, axis=axis, **options)


class LogPoissonLoss(Loss):
    """`exp(pred) - true * pred`, the loss of a Poisson distribution's logarithmic rate.

    Args:
        compute_full_loss: If True, Stirling's approximation of `log(true!)` is added.
        axis: The axis that the reduction takes.
        reduction: `"none"`, `"sum"` or `"mean"`.
        **kwargs: Further arguments of `Module`.

    Raises:
        ValueError: If the reduction is another; Ivy takes any other name as `"none"`.

    Example:

    >>> LogPoissonLoss()([2.0], [0.0]).numpy().tolist()
    [1.0]

    Reference: Ivy's `stateful/losses.py`.
    """

    __module__ = "keras_ivy.layers"

    def __init__(
        self,
        compute_full_loss: bool = False,
        axis: int = -1,
        reduction: str = "none",
        **kwargs: Unpack[AllOptions],
    ):
        self._set_options(compute_full_loss=compute_full_loss, axis=axis, reduction=reduction)
        super().__init__(**kwargs)

    def _forward(
        self,
        true: ArrayLike,
        pred: ArrayLike,
        *,
        compute_full_loss: bool | None = None,
        axis: int | None = None,
        reduction: str | None = None,
    ) -> Array:
        options = self._options(compute_full_loss=compute_full_loss, axis=axis, reduction=reduction)
        return ops.log_poisson_loss(self._input(true), self._input(pred), **options)
