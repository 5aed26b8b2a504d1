"""True fans: how many inputs a weight's output sums, and how many outputs an input feeds.

An initializer sees only a shape, and a shape does not say which axes are summed: a depthwise
kernel `(3, 3, 512, 1)` sums 9 products, not 4608. The layer knows. `fans_of` asks it, through one
rule for each family of layers; `register_fans` adds a rule for a layer of one's own.

    fan_in   the number of products that one element of the output sums
    fan_out  the number of elements of the output that one element of the input feeds

Both are means over positions where strides make positions differ, and both speak of the interior:
padding with zeros lowers them at the border.
"""

import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import keras

# Imported for the rules that they register.
from keras_ivy.initializers.fans import rules_conv, rules_dense, rules_recurrent  # noqa: F401
from keras_ivy.initializers.fans.axes import axes_of
from keras_ivy.initializers.fans.geometry import Geometry
from keras_ivy.initializers.fans.rules import known_geometry, rule_for
from keras_ivy.structure import Entry, names_of, sublayers, walk
from keras_ivy.utils.exceptions import nearest
from keras_ivy.utils.reports.lookup import found_by, listed

__all__ = ["fans_of", "geometry_of"]

#: Words in the names of variables that are looked up or added, and never multiplied with inputs.
_EMBEDDING = {"embedding", "embeddings", "embed", "emb"}
_POSITION = {"position", "positions", "positional", "pos"}
_TOKEN = {"token", "tokens", "cls"}


def fans_of(layer: keras.layers.Layer, variable: "keras.Variable | str") -> tuple[float, float]:
    """Return the true `(fan_in, fan_out)` of a variable of a layer.

    Args:
        layer: A built layer or model.
        variable: One of its variables, or its name, its structural path, or the path by the names
            of layers, or the end of one that no other has, such as `"conv1/kernel"`. The name of a
            layer, such as `"conv1"`, stands for its kernel.

    Returns:
        `(fan_in, fan_out)`. A bias has the fans of the kernel beside it. Where positions differ,
        as in a strided or transposed convolution, the mean, which may be a fraction.

    Raises:
        ValueError: If the variable is not one of the layer's, or the name is that of several.
        TypeError: If `layer` is not a layer.

    Example:

    >>> layer = keras.layers.DepthwiseConv2D(3)
    >>> layer.build((None, 8, 8, 64))
    >>> fans_of(layer, layer.kernel)
    (9, 9)
    >>> tuple(layer.kernel.shape)  # whose last axes alone would suggest (576, 9)
    (3, 3, 64, 1)

    Reference: He et al. 2015, arXiv:1502.01852, section 2.2 counts both fans of a convolution;
    Ivy's layers pass their channels alone.
    """
    return geometry_of(layer, variable).fans


def geometry_of(layer: keras.layers.Layer, variable: "keras.Variable | str") -> Geometry:
    """Return the `Geometry` of a variable of a layer: fans, role and axes.

    Args and errors are those of `fans_of`.

    Example:

    >>> layer = keras.layers.LSTM(5)
    >>> layer.build((None, 7, 3))
    >>> geometry = geometry_of(layer, "recurrent_kernel")
    >>> geometry.role, geometry.fans, geometry.block_count, geometry.block_shape
    ('recurrent', (5, 5), 4, (5, 5))
    """
    owner, variable = _find(layer, variable)
    owner, geometry = find_geometry(owner, variable, sublayers(layer).values())
    if geometry is None:
        geometry = guess_geometry(owner, variable)
        if geometry.role not in ("bias", "scale", "shift", "state"):
            warn_unknown([(owner, variable)])
    return geometry


def find_geometry(
    layer: keras.layers.Layer, variable: keras.Variable, others: Iterable[keras.layers.Layer]
) -> tuple[keras.layers.Layer, Geometry | None]:
    """Return the layer that knows a variable, and its geometry; `(layer, None)` if none does.

    A layer may hold a variable of another one under a name of its own; then the other knows.
    """
    geometry = known_geometry(layer, variable)
    if geometry is None:
        for other in others:
            if rule_for(type(other)) and any(v is variable for v in other.variables):
                geometry = known_geometry(other, variable)
                if geometry is not None:
                    return other, geometry
    return layer, geometry


def guess_geometry(layer: keras.layers.Layer, variable: keras.Variable) -> Geometry:
    """Return the geometry that the shape and the name suggest, for want of a rule."""
    name = variable.name.rsplit("/", 1)[-1].lower()
    if not _is_floating(variable) or (layer.trainable and not variable.trainable):
        return Geometry(1, 1, role="state")
    words = set(re.split(r"[^a-z]+", name))
    if len(variable.shape) >= 2:
        guess = axes_of(variable.shape)
        if "kernel" in words or name in ("w", "weight"):
            return guess
        if words & {"bias", "biases"}:  # of heads, or of relative positions
            return replace(guess, role="bias")
        above = _words_of(type(layer).__name__)
        embeds = bool(words & _EMBEDDING)
        if words & _POSITION or (embeds and above & _POSITION) or (words & _TOKEN and not embeds):
            return Geometry(1, 1, role="position")
        if embeds:
            return replace(guess, role="embedding", fan_in=1)
        return guess
    if "bias" in name or name == "b":
        kernels = [v for v in layer.variables if len(v.shape) >= 2 and v.trainable]
        if len(kernels) == 1:
            return axes_of(kernels[0].shape).of_bias()
        return replace(axes_of(variable.shape), role="bias")
    role = {"beta": "shift", "gamma": "scale", "scale": "scale", "alpha": "scale"}.get(name)
    if role:
        return Geometry(1, 1, role=role)
    return replace(axes_of(variable.shape), role="unknown")


def _words_of(class_name: str) -> set[str]:
    return set(re.findall(r"[a-z]+", re.sub(r"([A-Z])", r" \1", class_name).lower()))


def warn_unknown(pairs: Iterable[tuple[keras.layers.Layer, keras.Variable]]) -> None:
    """Warn that the fans of these variables are guesses, naming layers and the way out."""
    named = [f"{type(layer).__name__} ({v.path}, shape {tuple(v.shape)})" for layer, v in pairs]
    if named:
        warnings.warn(
            f"No rule tells the fans of: {'; '.join(named)}. They were guessed from the shape, "
            "last axis out, last but one in. Tell them with "
            "`@keras_ivy.initializers.register_fans(LayerClass)`.",
            UserWarning,
            stacklevel=3,
        )


def _is_floating(variable: keras.Variable) -> bool:
    return "float" in keras.backend.standardize_dtype(variable.dtype)


def _find(
    layer: keras.layers.Layer, variable: "keras.Variable | str"
) -> tuple[keras.layers.Layer, keras.Variable]:
    """Return the layer that owns the variable, and the variable itself."""
    if not isinstance(layer, keras.layers.Layer):
        raise TypeError(f"`layer` must be a Keras layer. Received: layer={layer!r}")
    entries = walk(layer)
    if isinstance(variable, str):
        for entry in entries:
            if variable == entry.path:
                return entry.layer, entry.variable
        # Keras's paths may repeat, as in two towers of one builder.
        named = [e for e in entries if variable == e.variable.path]
        named = named or [e for e in entries if variable in (e.name, e.variable.name)]
        if not named:
            names = names_of(layer).by_path
            named = [entries[i] for i in found_by(variable, [names[e.path] for e in entries])]
            named = _kernel_of(named) if _holds(variable, named, names) else named
        if len(named) == 1:
            return named[0].layer, named[0].variable
        if named:
            raise ValueError(
                f"{layer.name!r} has {len(named)} variables of this name: name one of "
                f"{listed([e.path for e in named])}. Received: variable={variable!r}"
            )
        raise ValueError(
            f"{layer.name!r} has no variable of this name. "
            f"{nearest(variable, [e.path for e in entries])} Received: variable={variable!r}"
        )
    for entry in entries:
        if entry.variable is variable:
            return entry.layer, entry.variable
    hint = "" if entries else " The layer has no variables yet: build it, or call it on data."
    raise ValueError(
        f"The variable is not one of {layer.name!r}.{hint} "
        f"Received: variable={getattr(variable, 'path', variable)!r}"
    )


def _holds(name: str, entries: Sequence[Entry], names: Mapping[str, Sequence[str]]) -> bool:
    """Whether a name is that of a layer above variables, not their own."""
    return not any(f"/{each}".endswith(f"/{name}") for e in entries for each in names[e.path])


def _kernel_of(entries: list[Entry]) -> list[Entry]:
    """The kernel, or else the first variable, of variables that one layer holds."""
    if len({id(entry.layer) for entry in entries}) != 1:
        return entries
    held = {id(variable): i for i, variable in enumerate(entries[0].layer.variables)}
    ordered = sorted(entries, key=lambda entry: held.get(id(entry.variable), len(held)))
    for entry in ordered:
        owner, geometry = find_geometry(entry.layer, entry.variable, ())
        role = (geometry or guess_geometry(owner, entry.variable)).role
        if role in ("kernel", "recurrent"):
            return [entry]
    return ordered[:1]
