"""Which loss is meant, what it is, and what it would be for a network that knows nothing yet."""

import contextlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.adapters.keras.losses import compiled_loss, loss_of, losses_of
from keras_ivy.utils.checks import received
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

__all__ = [
    "Expected",
    "LossValue",
    "asking_loss",
    "choose_loss",
    "expected_loss",
    "loss_kind",
    "telling_targets",
]

_REGRESSIONS = (
    keras.losses.MeanSquaredError,
    keras.losses.MeanAbsoluteError,
    keras.losses.Huber,
    keras.losses.LogCosh,
)
_WRAPPED = {
    keras.losses.sparse_categorical_crossentropy: "sparse",
    keras.losses.categorical_crossentropy: "categorical",
    keras.losses.binary_crossentropy: "binary",
    keras.losses.mean_squared_error: "regression",
    keras.losses.mean_absolute_error: "regression",
    keras.losses.huber: "regression",
    keras.losses.log_cosh: "regression",
}


@dataclass(frozen=True)
class LossValue:
    """A loss.

    Args:
        total: What training minimises.
        data: The part that compares outputs with targets; None if there are no targets.
    """

    total: tf.Tensor
    data: tf.Tensor | None


@dataclass(frozen=True)
class Expected:
    """The loss of a network that has seen no data.

    Args:
        value: That of one that gives every class the same chance, or the mean of the targets.
        informed: That of one that knows the frequencies of the classes.
        kind: `"classes"`, `"binary"` or `"regression"`.
    """

    value: float
    informed: float
    kind: str


#: Receives inputs, targets and outputs.
Ask = Callable[[object, object, object], LossValue]


@contextlib.contextmanager
def asking_loss(
    model: keras.layers.Layer, y: object, loss: object, seed: int
) -> Iterator[tuple[Ask, str, Callable[[], list[keras.losses.Loss]]]]:
    """Provide the loss that is meant.

    Without targets it is a sum of the outputs with random signs and sizes, whose gradient is that
    of no loss in particular.

    Args:
        model: The model.
        y: A batch of targets, or None.
        loss: What the caller gave.
        seed: Of the random sum.

    Yields:
        The function; a sentence that says which loss it is; and a function that returns the
        losses of the single outputs after the first call.
    """
    extra = _Extra(model)
    if y is None:
        if loss is not None:
            raise IvyValueError(
                "A loss compares outputs with targets: give `y` as well. "
                f"{received('loss', loss)}, y=None"
            )
        yield _Probe(seed, extra), "a random sum of the outputs (no targets were given)", list
        return
    if loss is None:
        with compiled_loss(model) as twin:
            if twin is not None:

                def compiled(x: object, y: object, outputs: object) -> LossValue:
                    total = model.compute_loss(x=x, y=y, y_pred=outputs, training=True)
                    return LossValue(total, total - extra())

                yield compiled, "the compiled loss", lambda: losses_of(twin)
                return
    chosen = loss is None
    made = None if chosen else loss_of(loss, getattr(model, "output_names", None))
    name = "" if chosen else f"loss={getattr(loss, 'name', loss)!r}"

    def given(x: object, y: object, outputs: object) -> LossValue:
        nonlocal made
        made = made or loss_of(choose_loss(y, outputs))
        data = made(y, outputs)
        return LossValue(data + tf.cast(extra(), data.dtype), data)

    yield given, name or "a loss chosen by targets and outputs", lambda: losses_of(made)


@contextlib.contextmanager
def telling_targets(y: object, outputs: object) -> Iterator[None]:
    """Say in one sentence why a loss refuses targets.

    Args:
        y: The targets, or None.
        outputs: What the model puts out.

    Raises:
        IvyValueError: For what the loss raises in the block.
    """
    try:
        yield
    except IvyValueError:
        raise
    except (ValueError, tf.errors.InvalidArgumentError) as error:
        if not (isinstance(y, tf.Tensor) and isinstance(outputs, tf.Tensor)):
            raise
        raise IvyValueError(
            f"The loss refuses the targets{_misfit(y, outputs)}. Received: y of shape "
            f"{tuple(y.shape)} and dtype {y.dtype.name}, outputs of shape {tuple(outputs.shape)}"
        ) from error


def _misfit(y: tf.Tensor, outputs: tf.Tensor) -> str:
    """What is the matter with targets, as far as shapes and values show it."""
    classes = outputs.shape[-1] if outputs.shape.rank else None
    values = y.numpy()
    if y.shape == outputs.shape and np.isin(values, (0, 1)).all():
        return (
            ": they are one-hot, and a sparse loss wants numbers of classes, "
            "`np.argmax(y, axis=-1)`; or compile with 'categorical_crossentropy'"
        )
    whole = values.size and np.issubdtype(values.dtype, np.integer)
    if whole and classes and not 0 <= values.min() <= values.max() < classes:
        return (
            f": they go from {values.min()} to {values.max()}, and the outputs have {classes} "
            f"classes, 0 to {classes - 1}"
        )
    if whole and y.shape.rank == outputs.shape.rank - 1:
        return (
            ": they are numbers of classes, and the loss wants them one-hot, "
            "`keras.utils.to_categorical(y)`; or compile with 'sparse_categorical_crossentropy'"
        )
    return ""


class _Extra:
    """The losses that layers add themselves."""

    def __init__(self, model: keras.layers.Layer):
        self.model = model

    def __call__(self) -> tf.Tensor:
        losses = self.model.losses
        return tf.add_n([tf.cast(tf.reduce_sum(x), tf.float32) for x in losses]) if losses else 0.0


class _Probe:
    """`sum_i r_i * output_i / samples`, `r` normal."""

    def __init__(self, seed: int, extra: _Extra):
        self.seed, self.extra = seed, extra

    def __call__(self, x: object, y: object, outputs: object) -> LossValue:
        random = np.random.default_rng(self.seed)
        flat = [t for t in keras.tree.flatten(outputs) if tf.is_tensor(t) and t.dtype.is_floating]
        if not flat:
            raise IvyTypeError(
                "The model puts out no floating-point tensor, so nothing has a gradient. "
                f"{received('outputs', outputs)}"
            )
        total = tf.zeros((), tf.float32)
        for t in flat:
            weights = tf.constant(random.standard_normal(t.shape), tf.float32)
            total += tf.reduce_sum(tf.cast(t, tf.float32) * weights) / max(int(t.shape[0] or 1), 1)
        return LossValue(total + self.extra(), None)


def choose_loss(y: tf.Tensor, outputs: tf.Tensor) -> keras.losses.Loss:
    """Choose a loss by what targets and outputs are.

    Raises:
        IvyValueError: If they do not say.
    """
    if not (tf.is_tensor(y) and tf.is_tensor(outputs)):
        raise IvyValueError(
            "Several targets or outputs do not say which losses are meant: compile the model, or "
            f"give `loss`. {received('y', y)}, loss=None"
        )
    whole = y.dtype.is_integer or y.dtype.is_bool
    values = y.numpy()
    same = y.shape == outputs.shape or (y.shape[0] == outputs.shape[0] and outputs.shape[1:] == 1)
    if (same or y.shape == outputs.shape[:-1]) and outputs.shape[-1] == 1:
        if np.isin(values, (0, 1)).all():
            return keras.losses.BinaryCrossentropy(from_logits=not _are_shares(outputs, False))
        return keras.losses.MeanSquaredError()
    flat = tuple(y.shape[:-1]) if y.shape.rank and y.shape[-1] == 1 else tuple(y.shape)
    if (whole or (values == np.round(values)).all()) and flat == tuple(outputs.shape[:-1]):
        if values.size and (values.min() < 0 or values.max() >= outputs.shape[-1]):
            raise IvyValueError(
                f"The outputs have {outputs.shape[-1]} classes, and a target is not among them. "
                f"Received: y from {values.min()} to {values.max()}"
            )
        logits = not _are_shares(outputs, True)
        return keras.losses.SparseCategoricalCrossentropy(from_logits=logits)
    if y.shape == outputs.shape:
        one_hot = np.isin(values, (0, 1)).all() and (values.sum(-1) == 1).all()
        if one_hot:
            logits = not _are_shares(outputs, True)
            return keras.losses.CategoricalCrossentropy(from_logits=logits)
        return keras.losses.MeanSquaredError()
    raise IvyValueError(
        f"Targets of shape {tuple(y.shape)} do not go with outputs of shape "
        f"{tuple(outputs.shape)} in any usual loss: compile the model, or give `loss`. "
        "Received: loss=None"
    )


def _are_shares(outputs: tf.Tensor, sum_to_one: bool) -> bool:
    """Whether outputs are probabilities, as far as they are numbers at all."""
    values = tf.cast(outputs, tf.float32).numpy()
    values = values.reshape(-1, values.shape[-1])
    # Without any number it makes no difference, but Keras warns of logits that a softmax put out.
    values = values[np.isfinite(values).all(-1)]
    inside = bool(((values >= 0) & (values <= 1)).all())
    return inside and (not sum_to_one or bool(np.allclose(values.sum(-1), 1, atol=1e-2)))


def expected_loss(
    losses: list[keras.losses.Loss], y: tf.Tensor, outputs: tf.Tensor
) -> Expected | None:
    """Return what a single usual loss would be for a network that has seen no data.

    Args:
        losses: The losses of the outputs.
        y: The targets.
        outputs: The outputs of the model.

    Returns:
        None if there are several, or another loss.

    Example:

    >>> loss = keras.losses.SparseCategoricalCrossentropy()
    >>> expected = expected_loss([loss], tf.constant([0, 1] * 8), tf.ones((16, 2)) / 2)
    >>> round(expected.value, 4), round(expected.informed, 4)
    (0.6931, 0.6931)
    """
    if len(losses) != 1 or not (tf.is_tensor(y) and tf.is_tensor(outputs)):
        return None
    kind = loss_kind(losses[0])
    targets = tf.cast(y, tf.float64).numpy()
    if not targets.size or not np.isfinite(targets).all():
        return None
    if kind in ("sparse", "categorical"):
        classes = int(outputs.shape[-1])
        if classes < 2:
            return None
        if kind == "sparse":
            shares = np.bincount(targets.astype(int).ravel(), minlength=classes)[:classes]
            count = targets.size
        else:
            shares, count = targets.reshape(-1, classes).sum(0), targets.size // classes
        uniform = math.log(classes)
        # Few samples do not tell the frequencies of many classes.
        informed = _entropy(shares / max(shares.sum(), 1)) if count >= 10 * classes else uniform
        return Expected(uniform, informed, "classes")
    if kind == "binary":
        shares = np.clip(targets.reshape(targets.shape[0], -1).mean(0), 1e-12, 1 - 1e-12)
        informed = float(np.mean([_entropy(np.array([p, 1 - p])) for p in shares]))
        return Expected(math.log(2), informed if len(targets) >= 20 else math.log(2), "binary")
    if kind == "regression":
        mean = targets.mean(0, keepdims=True) + np.zeros_like(targets)
        mean = mean.reshape(targets.shape)
        known = float(losses[0](targets, mean))
        return Expected(known, known, "regression")
    return None


def loss_kind(loss: keras.losses.Loss) -> str | None:
    """Return `"sparse"`, `"categorical"`, `"binary"`, `"regression"`, or None of any other loss."""
    if isinstance(loss, keras.losses.SparseCategoricalCrossentropy):
        return "sparse"
    if isinstance(loss, keras.losses.CategoricalCrossentropy):
        return "categorical"
    if isinstance(loss, keras.losses.BinaryCrossentropy):
        return "binary"
    if isinstance(loss, _REGRESSIONS):
        return "regression"
    return _WRAPPED.get(getattr(loss, "fn", None))


def _entropy(shares: np.ndarray) -> float:
    shares = shares[shares > 0]
    return float(-(shares * np.log(shares)).sum())
