"""The pass forwards and backwards, from the inputs to the facts."""

from collections.abc import Sequence

import keras
import tensorflow as tf

from keras_ivy.diagnostics.measuring.facts import KERNELS, Facts
from keras_ivy.diagnostics.measuring.kernels import symmetric_share
from keras_ivy.diagnostics.measuring.losses import asking_loss, expected_loss, telling_targets
from keras_ivy.diagnostics.measuring.signals import Gradient, measure, measure_gradient
from keras_ivy.diagnostics.measuring.taps import Recorder, See
from keras_ivy.diagnostics.running import channel_axis
from keras_ivy.initializers.model.targets import Target
from keras_ivy.structure import sublayers
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["normalizations", "one_pass", "owners_of", "run_training"]

#: So many outputs may be alike by chance, where gradients are compared to five digits.
_FEW = 0.1

Gradients = list[tf.Tensor | tf.IndexedSlices | None]


def one_pass(
    model: keras.layers.Layer,
    targets: Sequence[Target],
    inputs: object,
    wanted: object,
    loss: object,
    seed: int,
    scale: float,
    see: See | None = None,
) -> tuple[Facts, Gradients, str]:
    """Run a model forwards and backwards, once.

    Args:
        model: The model.
        targets: Its variables.
        inputs: A batch.
        wanted: Its targets, or None.
        loss: As in `diagnose`.
        seed: Of the random sum that stands for a loss.
        scale: What the loss is multiplied by for the backward pass; gradients are divided by it.
        see: Receives each call of a layer, and what it puts out.

    Returns:
        The facts, the gradients by the trainable variables, and what the loss is called.
    """
    recorder = Recorder(model, normalizations(model), see)
    owners = owners_of(targets, recorder)
    kernels = {owners[id(t.variable)] for t in targets if t.role in KERNELS}
    recorder.watch_inputs(kernels)
    floats = [
        leaf for leaf in keras.tree.flatten(inputs) if tf.is_tensor(leaf) and leaf.dtype.is_floating
    ]
    variables = list(model.trainable_variables)
    with (
        asking_loss(model, wanted, loss, seed) as (ask, name, single_losses),
        tf.GradientTape() as tape,
    ):
        tape.watch(floats)
        with recorder.recording():
            outputs = run_training(model, inputs)
        with telling_targets(wanted, outputs):
            value = ask(inputs, wanted, outputs)
        scaled = value.total if scale == 1.0 else value.total * tf.cast(scale, value.total.dtype)
        recorder.mark_final(outputs)
        losses = single_losses()
    found = tape.gradient(scaled, [*variables, *floats])[: len(variables)]
    gradients = [_divided(grad, scale) for grad in found]
    recorder.scale_gradients(1 / scale)
    known: dict[int, Gradient | None] = {
        id(variable): None if grad is None else measure_gradient(grad)
        for variable, grad in zip(variables, gradients, strict=True)
    }
    facts = Facts(
        model=model,
        targets=targets,
        calls=recorder.calls,
        owners=owners,
        gradients=known,
        symmetric=_symmetric(targets, variables, gradients),
        inputs=[measure(leaf) for leaf in floats],
        loss=None if value.data is None else float(value.data),
        expected=None if wanted is None else expected_loss(losses, wanted, outputs),
        sums=recorder.sums,
    )
    return facts, gradients, name


def run_training(model: keras.layers.Layer, inputs: object) -> object:
    """Call a model as `fit` does."""
    if getattr(model, "_call_has_training_arg", True):
        return model(inputs, training=True)
    return model(inputs)


def _divided(
    grad: tf.Tensor | tf.IndexedSlices | None, scale: float
) -> tf.Tensor | tf.IndexedSlices | None:
    if grad is None or scale == 1.0:
        return grad
    if isinstance(grad, tf.IndexedSlices):
        return tf.IndexedSlices(grad.values / scale, grad.indices, grad.dense_shape)
    return grad / tf.cast(scale, grad.dtype)


def normalizations(model: keras.layers.Layer) -> dict[int, int]:
    """Return the axes of channels of the batch normalisations, by id of the layer."""
    layers = [model, *sublayers(model).values()]
    axes = ((id(layer), channel_axis(layer)) for layer in layers)
    return {key: axis for key, axis in axes if axis is not None}


def owners_of(targets: Sequence[Target], recorder: Recorder) -> dict[int, str]:
    """By id of a variable, the path of the innermost layer around it whose calls are noted."""
    paths = {id(layer): path for path, layer in recorder.layers.items()}
    found = {}
    for target in targets:
        around = [paths[id(layer)] for layer in target.layers if id(layer) in paths]
        if not around:
            raise IvyValueError(
                f"The layer of {target.path!r} is none of the model's. "
                f"Received: layers={[layer.name for layer in target.layers]}"
            )
        found[id(target.variable)] = around[0]
    return found


def _symmetric(
    targets: Sequence[Target], variables: Sequence[keras.Variable], gradients: Gradients
) -> dict[str, float]:
    """The share of outputs that are alike and learn alike, by path of the kernel, if any are."""
    by_id = dict(zip(map(id, variables), gradients, strict=True))
    found = {}
    for target in targets:
        key = id(target.variable)
        if target.role not in KERNELS or key not in by_id or len(target.shape) < 2:
            continue
        grad = by_id[key]
        share = symmetric_share(target, None if grad is None else tf.convert_to_tensor(grad))
        if share > _FEW:
            found[target.path] = share
    return found
