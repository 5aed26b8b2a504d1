"""The bias of an output layer from the frequencies of the labels."""

from collections.abc import Sequence

import keras
import numpy as np

from keras_ivy.initializers.base import Drawn
from keras_ivy.initializers.checks import check_choice, check_number
from keras_ivy.initializers.fans.options import Fan
from keras_ivy.initializers.random.seeds import Seed
from keras_ivy.registration import register
from keras_ivy.typing import Array, ArrayLike
from keras_ivy.utils.checks import received
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

_ACTIVATIONS = ("softmax", "sigmoid", "linear")


@register("output_bias_ivy")
class OutputBias(Drawn):
    """Start an output layer at the frequencies of the labels.

    `softmax`: `b_c = log p_c`; `sigmoid`: `b = log(p / (1 - p))`; `linear`: `b` is the mean of
    the target. With small kernels the first loss is then the entropy of the labels, and training
    does not spend its first epochs on finding the frequencies.

    Args:
        frequencies: For softmax the share of each class, summing to 1; for sigmoid the share of
            positives of each output, in (0, 1); for linear the mean of each target. A number
            stands for every output.
        activation: `"softmax"` (default), `"sigmoid"` or `"linear"`, the activation after the
            bias, or in the loss if it has `from_logits=True`.
        seed: Accepted so that every initializer is constructed alike; nothing is drawn.

    Raises:
        IvyValueError: If the frequencies are not probabilities, or do not fit the bias.

    Example:

    >>> import keras
    >>> bias = OutputBias([0.25, 0.75])((2,))
    >>> keras.ops.softmax(bias).numpy().round(6)
    array([0.25, 0.75], dtype=float32)
    >>> round(OutputBias(492 / 284807, "sigmoid").values[0], 8)
    -6.35935934

    Reference: Karpathy 2019, A recipe for training neural networks; for rare positives, Lin et
    al. 2017, arXiv:1708.02002.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("frequencies", "activation")

    def __init__(
        self,
        frequencies: float | Sequence[float],
        activation: str = "softmax",
        seed: Seed = None,
    ):
        self.activation = check_choice("activation", activation, _ACTIVATIONS)
        if isinstance(frequencies, bool | str | bytes) or frequencies is None:
            raise IvyTypeError(
                f"`frequencies` must be numbers. {received('frequencies', frequencies)}"
            )
        shares = np.atleast_1d(np.asarray(frequencies, "float64"))
        if shares.ndim != 1 or not np.isfinite(shares).all():
            raise IvyValueError(
                f"`frequencies` must be finite numbers. Received: frequencies={frequencies}"
            )
        if activation == "softmax" and not ((shares > 0).all() and abs(shares.sum() - 1) < 1e-6):
            raise IvyValueError(
                "`frequencies` must be above zero and sum to 1; `OutputBias.from_labels` with "
                f"`smoothing` keeps absent classes above zero. Received: frequencies={frequencies}"
            )
        if activation == "sigmoid" and not ((shares > 0) & (shares < 1)).all():
            raise IvyValueError(
                "`frequencies` must be between 0 and 1; `OutputBias.from_labels` with `smoothing` "
                f"keeps them there. Received: frequencies={frequencies}"
            )
        self.frequencies = shares.tolist()
        super().__init__(seed)

    @classmethod
    def from_labels(
        cls,
        labels: ArrayLike,
        activation: str = "softmax",
        *,
        classes: int | None = None,
        smoothing: float = 0.0,
    ) -> "OutputBias":
        """Count the labels of a data set.

        Args:
            labels: For softmax integers of shape `(n,)` or `(n, 1)`, or shares of shape
                `(n, classes)`; for sigmoid zeros and ones of shape `(n,)` or `(n, outputs)`; for
                linear targets of such a shape.
            activation: See the class.
            classes: Number of classes of integer labels, by default the largest label and one.
            smoothing: Number added to the count of every class, 0 or more; default 0.

        Returns:
            The initializer.

        Raises:
            IvyValueError: If there are no labels, or they are not of that kind.

        Example:

        >>> OutputBias.from_labels([0, 1, 1, 1]).frequencies
        [0.25, 0.75]
        """
        check_choice("activation", activation, _ACTIVATIONS)
        check_number("smoothing", smoothing, least=0)
        labels = np.asarray(keras.ops.convert_to_numpy(labels))
        if labels.size == 0 or labels.ndim not in (1, 2):
            raise IvyValueError(
                "`labels` must have the shape (n,) or (n, outputs) with n above 0. "
                f"Received: labels of shape {labels.shape}"
            )
        if activation == "linear":
            means = labels.astype("float64").reshape(len(labels), -1).mean(axis=0)
            return cls(means.tolist(), activation)
        if activation == "sigmoid":
            values = labels.astype("float64").reshape(len(labels), -1)
            if values.min() < 0 or values.max() > 1:
                raise IvyValueError(
                    "`labels` for sigmoid must be between 0 and 1. "
                    f"Received: labels from {values.min()} to {values.max()}"
                )
            positives = (values.sum(axis=0) + smoothing) / (len(values) + 2 * smoothing)
            return cls(positives.tolist(), activation)
        return cls(_class_shares(labels, classes, smoothing).tolist(), activation)

    @property
    def values(self) -> list[float]:
        """The bias of each output."""
        shares = np.asarray(self.frequencies)
        if self.activation == "softmax":
            return np.log(shares).tolist()
        if self.activation == "sigmoid":
            return (np.log(shares) - np.log1p(-shares)).tolist()
        return shares.tolist()

    def _check(self, shape: tuple[int, ...], fan_in: Fan | None, fan_out: Fan | None) -> None:
        count = len(self.frequencies)
        spread = count == 1 and self.activation != "softmax"
        if not shape or (shape[-1] != count and not spread):
            raise IvyValueError(
                f"The bias of {count} outputs has {count} entries along its last axis. "
                f"Received: shape={shape}"
            )

    def _sample(
        self,
        shape: tuple[int, ...],
        fan_in: Fan | None,
        fan_out: Fan | None,
        dtype: str,
        seed: Seed,
    ) -> Array:
        values = keras.ops.convert_to_tensor(self.values, dtype=dtype)
        return keras.ops.broadcast_to(values, shape)


def _class_shares(labels: np.ndarray, classes: int | None, smoothing: float) -> np.ndarray:
    """Shares of the classes among integer labels or rows of shares."""
    if labels.ndim == 2 and labels.shape[1] > 1:
        counts = labels.astype("float64").sum(axis=0)
        if (labels < 0).any():
            raise IvyValueError("Shares of classes must not be negative.")
    else:
        flat = labels.ravel()
        if not np.issubdtype(flat.dtype, np.integer) and (flat != np.round(flat)).any():
            raise IvyValueError(
                f"`labels` for softmax must be whole numbers. Received: {flat[:3].tolist()}, ..."
            )
        flat = flat.astype("int64")
        if flat.min() < 0 or (classes is not None and flat.max() >= classes):
            raise IvyValueError(
                "`labels` must be from 0 to classes - 1. "
                f"Received: labels from {flat.min()} to {flat.max()}, classes={classes}"
            )
        counts = np.bincount(flat, minlength=classes or 0).astype("float64")
    counts += smoothing
    if (counts == 0).any():
        absent = np.flatnonzero(counts == 0).tolist()
        raise IvyValueError(
            "A class without labels has no finite bias; pass `smoothing=1`. "
            f"Received: no labels of the classes {absent[:10]}"
        )
    return counts / counts.sum()
