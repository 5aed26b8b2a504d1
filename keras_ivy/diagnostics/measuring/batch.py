"""The batch that is looked at."""

from collections.abc import Iterable

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.utils.checks import received, summary
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

__all__ = ["take_batch"]


def take_batch(x: object, y: object, size: int, seed: int) -> tuple[object, object]:
    """Return inputs and targets of one batch, as tensors.

    Args:
        x: Arrays, nested as the model takes them; or what yields batches, such as a
            `tf.data.Dataset` or a `keras.utils.PyDataset`, whose first batch is taken whole.
        y: Targets, or None.
        size: How many samples are drawn from arrays that have more.
        seed: Of that draw.

    Raises:
        IvyValueError: If there are no samples, or not as many targets as inputs.
        IvyTypeError: If these are no data.
    """
    if isinstance(x, tf.data.Dataset | keras.utils.PyDataset):
        if y is not None:
            raise IvyValueError(
                f"Targets come with the data set. {received('x', x)}, y={summary(y)}"
            )
        first = x[0] if isinstance(x, keras.utils.PyDataset) else next(iter(x), None)
        if first is None:
            raise IvyValueError(f"There are no data. {received('x', x)}")
        x, y, weight = keras.utils.unpack_x_y_sample_weight(first)
        if weight is not None:
            y = y  # weights of samples say nothing of the network
    inputs = _tensors("x", x)
    counts = {_count(leaf) for leaf in keras.tree.flatten(inputs)}
    targets = None if y is None else _tensors("y", y)
    if y is not None:
        counts |= {_count(leaf) for leaf in keras.tree.flatten(targets)}
    known = [count for count in counts if count]
    if len(counts) != 1 or len(known) != 1:
        raise IvyValueError(
            "Inputs and targets must have the same number of samples, one at least. Received: "
            f"numbers of samples {sorted(map(str, counts))}"
        )
    (count,) = known
    if count > size:
        chosen = np.sort(np.random.default_rng(seed).choice(count, size, replace=False))
        inputs = keras.tree.map_structure(lambda leaf: tf.gather(leaf, chosen), inputs)
        if targets is not None:
            targets = keras.tree.map_structure(lambda leaf: tf.gather(leaf, chosen), targets)
    return inputs, targets


def _count(leaf: tf.Tensor) -> int | None:
    return None if leaf.shape.rank in (None, 0) else leaf.shape[0]


def _tensors(name: str, data: object) -> object:
    if data is None or isinstance(data, str | bytes) or callable(data):
        raise IvyTypeError(f"`{name}` must be arrays. {received(name, data)}")
    if not isinstance(data, Iterable) and not hasattr(data, "shape"):
        raise IvyTypeError(f"`{name}` must be arrays. {received(name, data)}")
    if isinstance(data, list) and data and not hasattr(data[0], "shape"):
        data = np.asarray(data)  # numbers, not several inputs
    if any(isinstance(leaf, keras.KerasTensor) for leaf in keras.tree.flatten(data)):
        raise IvyTypeError(f"`{name}` must hold values, not be symbolic. {received(name, data)}")
    return keras.tree.map_structure(_tensor, data)


def _tensor(leaf: object) -> tf.Tensor:
    # As `fit` does it: NumPy's float64 becomes `floatx`.
    if isinstance(leaf, np.ndarray) and leaf.dtype == np.float64:
        leaf = leaf.astype(keras.config.floatx())
    return keras.ops.convert_to_tensor(leaf)
