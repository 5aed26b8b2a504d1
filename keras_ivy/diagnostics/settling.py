"""Set the running statistics of batch normalisations to those of data, at once."""

import keras
import tensorflow as tf

from keras_ivy.diagnostics.measuring.batch import take_batch
from keras_ivy.diagnostics.measuring.passing import normalizations
from keras_ivy.diagnostics.measuring.taps import Recorder
from keras_ivy.diagnostics.measuring.unchanged import unchanged
from keras_ivy.diagnostics.running import running_variables
from keras_ivy.utils import checks
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["settle_statistics"]


def settle_statistics(
    model: keras.layers.Layer, x: object, *, batch_size: int = 1024, seed: int = 0
) -> list[str]:
    """Set the running mean and variance of every batch normalisation to those of a batch.

    In training a normalisation takes the statistics of the batch, so that one pass shows all of
    them, whatever the running ones are. Nothing else of the model changes, seeds included.

    Args:
        model: A built model.
        x: Inputs, as in `diagnose`.
        batch_size: How many samples are drawn from arrays that have more; default 1024.
        seed: Of that draw.

    Returns:
        The names of the layers whose statistics were set; of a layer that is called several times
        the last call counts.

    Raises:
        ValueError: If there is no batch normalisation, or the data do not fit.

    Example:

    >>> norm = keras.layers.BatchNormalization(name="norm")
    >>> model = keras.Sequential([keras.Input((1,)), norm])
    >>> settle_statistics(model, tf.constant([[1.0], [3.0]]))
    ['norm']
    >>> float(norm.moving_mean[0]), float(norm.moving_variance[0])
    (2.0, 1.0)

    Reference: Wu and Johnson 2021, Rethinking "Batch" in BatchNorm, arXiv:2105.07576, section 3.
    """
    size = checks.whole("batch_size", batch_size, least=1)
    seed = checks.whole("seed", seed, least=0)
    axes = normalizations(model)
    if not axes:
        raise IvyValueError(f"The model has no batch normalisation. Received: model={model.name!r}")
    inputs, _ = take_batch(x, None, size, seed)
    with unchanged(model, None, seed % 2**31):
        recorder = Recorder(model, axes)
        with recorder.recording():
            model(inputs, training=True)
    found = {}
    for call in recorder.calls:
        variables = running_variables(call.layer)
        if variables is not None and call.batch is not None:
            for variable, value in zip(
                variables, (call.batch.mean, call.batch.variance), strict=True
            ):
                variable.assign(tf.cast(value, variable.dtype))
            found[call.path] = call.layer.name
    return list(found.values())
