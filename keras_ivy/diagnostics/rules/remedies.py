"""Remedies: lines of code that mend what was found, made for this model."""

import keras

from keras_ivy.adapters.keras.layers import is_graph_model
from keras_ivy.diagnostics.measuring.facts import Facts
from keras_ivy.diagnostics.measuring.taps import Call

__all__ = [
    "activate_by_tanh",
    "initialize",
    "initialize_layers",
    "layer_code",
    "match",
    "scheme",
    "standardize",
]

#: Activations after which half of the signal, or some, is gone.
_RECTIFIERS = {"relu", "relu6", "leaky_relu", "elu", "gelu", "silu", "softplus"}

#: Beyond this the data are no standardised ones.
_LARGE = 10.0


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
    # functional models the scheme sees which these are.
    between = rectified < 0.75 * len(facts.points) and is_graph_model(facts.model)
    return "auto" if between else "kaiming"


def initialize(facts: Facts, name: str | None = None) -> str:
    """Return the line that initializes the whole model."""
    return f'ivy.initialize_model(model, "{name or scheme(facts)}", seed=0)'


def initialize_layers(facts: Facts, paths: list[str], name: str | None = None) -> str:
    """Return the line that initializes some layers and leaves the others as they are."""
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
