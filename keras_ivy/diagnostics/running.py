"""Where batch normalisations keep their running statistics."""

import keras

from keras_ivy.layers import BatchNorm2D

__all__ = ["channel_axis", "options", "running_variables"]


def running_variables(
    layer: keras.layers.Layer,
) -> tuple[keras.Variable, keras.Variable] | None:
    """Return the running mean and variance; None of a layer that has none."""
    if isinstance(layer, keras.layers.BatchNormalization):
        return layer.moving_mean, layer.moving_variance
    if isinstance(layer, BatchNorm2D):
        return layer.v["running_mean"], layer.v["running_var"]
    return None


def options(layer: keras.layers.Layer) -> tuple[float, float]:
    """Return epsilon, and the share of the running statistics that a step keeps."""
    config = layer.get_config()
    if isinstance(layer, BatchNorm2D):
        return float(config["eps"]), 1.0 - float(config["momentum"])
    return float(config["epsilon"]), float(config["momentum"])


def channel_axis(layer: keras.layers.Layer) -> int | None:
    """Return the axis of channels of a batch normalisation; None of another layer."""
    if isinstance(layer, keras.layers.BatchNormalization):
        return layer.axis if isinstance(layer.axis, int) else layer.axis[0]
    if isinstance(layer, BatchNorm2D):
        return 1 if layer.get_config()["data_format"] == "NCS" else -1
    return None
