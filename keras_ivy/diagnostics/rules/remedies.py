"""Remedies: lines of code that mend what was found, made for this model."""

import dataclasses
import math
from collections.abc import Sequence

import keras
import tensorflow as tf

from keras_ivy.adapters.keras.layers import is_graph_model
from keras_ivy.diagnostics.finding import Finding
from keras_ivy.diagnostics.measuring.facts import Facts, is_gate_bias
from keras_ivy.diagnostics.measuring.taps import Call
from keras_ivy.diagnostics.weight_stats import WeightRow
from keras_ivy.initializers.model.schemes.layers import AutoScheme, inner_kernels
from keras_ivy.initializers.model.targets import Target

__all__ = [
    "activate_by_tanh",
    "draw",
    "in_training",
    "initialize",
    "initialize_layers",
    "is_unbounded",
    "layer_code",
    "match",
    "rate_setting",
    "scheme",
    "standardize",
]

#: Activations after which half of the signal, or some, is gone.
_RECTIFIERS = {"relu", "relu6", "leaky_relu", "elu", "gelu", "silu", "softplus"}

#: Beyond this the data are no standardised ones.
_LARGE = 10.0
#: By so much, and by what chance makes of few values, may a draw miss the deviation of its scheme.
_NEAR = 0.05
#: What rescales each layer by the batch, where a scheme for the layers is not enough.
_RESCALE = "ivy.lsuv(model, x)"


def scheme(facts: Facts) -> str:
    """Return the name of the scheme that suits the model's activations.

    Transformers and recurrent networks get `"auto"`, which treats each type of layer apart.
    """
    kinds = facts.activations
    roles = {target.role for target in facts.targets}
    if roles & {"embedding", "position", "recurrent"} or "softmax" in kinds:
        return "auto"
    if kinds and kinds <= {"selu"}:
        return "lecun_normal"
    if not kinds & _RECTIFIERS:
        return "xavier"
    rectified = sum(bool(set(call.units.kinds) & _RECTIFIERS) for call in facts.calls)
    # Kernels without an activation of their own, as of depthwise convolutions, need no gain; in
    # functional models the scheme sees which these are, and of two kernels in one layer always.
    between = rectified < 0.75 * len(facts.points) and is_graph_model(facts.model)
    within = bool(inner_kernels(facts.targets)) and _tell_activations(facts)
    return "auto" if between or within else "kaiming"


def _tell_activations(facts: Facts) -> bool:
    """Whether `"auto"` sees the activations: in a graph, or as attributes of the layers."""
    rectified = [call for call in facts.calls if set(call.units.kinds) & _RECTIFIERS]
    own = (getattr(call.layer, "activation", None) is not None for call in rectified)
    return is_graph_model(facts.model) or all(own)


def initialize(facts: Facts, name: str | None = None) -> str:
    """Return the line that initializes the whole model, by LSUV if it already is as that draws."""
    chosen = name or scheme(facts)
    return _RESCALE if _holds(facts.targets, facts, chosen) else draw(facts, chosen)


def draw(facts: Facts, name: str | None = None) -> str:
    """Return the line that draws anew, whatever the deviations are that the model has."""
    return f'ivy.initialize_model(model, "{name or scheme(facts)}", seed=0)'


def _holds(targets: Sequence[Target], facts: Facts, name: str) -> bool:
    """Whether weights are of the sizes that a scheme gives them, and biases zero."""
    for target in targets:
        row = facts.weights[target.path]
        if target.role == "bias" and (row.min or row.max) and not is_gate_bias(target):
            return False
        if target.role not in ("kernel", "recurrent", "embedding", "position"):
            continue
        wanted, size = _deviation(target, row, name), math.hypot(row.std, row.mean)
        if not wanted or not size or not math.isfinite(size):
            return False
        if abs(math.log(size / wanted)) > _NEAR + 3 / math.sqrt(2 * math.prod(target.shape)):
            return False
    return True


def _deviation(target: Target, row: WeightRow, name: str) -> float | None:
    """The standard deviation that a scheme gives a weight, where that is known."""
    if target.role in ("embedding", "position"):
        return AutoScheme().embedding_std if name == "auto" else None
    if name == "auto":
        return row.std / row.ratio if row.ratio else None
    return {"kaiming": row.he, "xavier": row.xavier, "lecun_normal": row.lecun}.get(name)


def in_training(facts: Facts, findings: list[Finding], running: bool = True) -> list[Finding]:
    """Return findings with remedies that do not make a model forget what it has learned.

    Args:
        facts: What is known of the model.
        findings: The findings.
        running: Whether `fit` is running. Otherwise the remedy stays, and says that it forgets.
    """
    lines = ("ivy.initialize_model", "ivy.lsuv")
    if not any(f.remedy.startswith(lines) for f in findings) or not facts.is_trained:
        return findings
    optimizer = getattr(facts.model, "optimizer", None) if running else None
    lower = "" if optimizer is None else _lower_rate(optimizer)
    return [
        dataclasses.replace(
            finding,
            remedy=f"{lower}  # or clipnorm=1.0, or normalise; to start again: {finding.remedy}"
            if lower
            else f"{finding.remedy}  # it forgets what was learned: train again after it",
        )
        if finding.remedy.startswith(lines)
        else finding
        for finding in findings
    ]


def _lower_rate(optimizer: keras.optimizers.Optimizer) -> str:
    rate = float(tf.convert_to_tensor(optimizer.learning_rate)) / 10
    if isinstance(rate_setting(optimizer), keras.optimizers.schedules.LearningRateSchedule):
        cls = type(optimizer).__name__
        return f"model.compile(keras.optimizers.{cls}({rate:.2g}), model.loss)"
    return f"model.optimizer.learning_rate = {rate:.2g}"


def rate_setting(optimizer: keras.optimizers.Optimizer) -> object:
    """Return the learning rate as it was given: a number, a variable or a schedule."""
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    return vars(inner).get("_learning_rate")


def initialize_layers(facts: Facts, paths: list[str], name: str | None = None) -> str:
    """Return the line that initializes some layers and leaves the others as they are.

    Layers that are already as it draws them need another: that of LSUV.
    """
    if name is None and all(
        _holds(facts.variables_of(path), facts, _layer_scheme(facts, path)) for path in paths
    ):
        return _RESCALE
    rules = ", ".join(
        f'("{match(facts, path)}", "{name or _layer_scheme(facts, path)}")' for path in paths
    )
    return f"ivy.initialize_model(model, [{rules}], seed=0)"


def _layer_scheme(facts: Facts, path: str) -> str:
    """The scheme of a single layer: a rule takes none of those that are made for whole models."""
    whole = scheme(facts)
    if whole != "auto":
        return whole
    kinds = {kind for call in facts.calls if call.path == path for kind in call.units.kinds}
    return "kaiming" if kinds & _RECTIFIERS else "xavier"


def is_unbounded(call: Call) -> bool:
    """Whether the size of what a layer puts out shows that of its kernels."""
    return set(call.units.kinds) <= _RECTIFIERS


def match(facts: Facts, path: str) -> str:
    """Return a pattern for a layer: its name, if no other layer has it, or else its path."""
    layer = facts.layers[path]
    same = [each for each in facts.layers.values() if each.name == layer.name]
    return layer.name if len(same) == 1 and path else path or ".*"


def layer_code(facts: Facts, path: str) -> str:
    """Return an expression for a layer of the model."""
    if not path:
        return "model"
    layer = facts.layers[path]
    top = getattr(facts.model, "layers", [])
    if any(each is layer for each in top) and sum(x.name == layer.name for x in top) == 1:
        return f'model.get_layer("{layer.name}")'
    return f'ivy.structure.sublayers(model)["{path}"]'


def activate_by_tanh(facts: Facts, calls: list[Call]) -> str:
    """Return the line that puts tanh, whose slope is 1, in the place of sigmoid, whose is 1/4."""
    own = [
        call
        for call in calls
        if getattr(call.layer, "activation", None) is keras.activations.sigmoid
    ]
    if not own:
        return initialize(facts, "orthogonal")
    layers = ", ".join(layer_code(facts, call.path) for call in own)
    return f'for layer in [{layers}]: layer.activation = keras.activations.get("tanh")'


def standardize(facts: Facts) -> tuple[str, str] | None:
    """The remedy for inputs that were not standardised, and what to say of them."""
    large = [signal.rms for signal in facts.inputs if signal.rms > _LARGE]
    if not large or not facts.points or facts.points[0].rms <= _LARGE:
        return None
    return (
        "x = (x - np.mean(x, axis=0)) / (np.std(x, axis=0) + 1e-7)",
        f"; the inputs have an rms of {max(large):.3g}",
    )
