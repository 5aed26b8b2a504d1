"""Heads of attention: the kernels beside one another in a projection, a matrix for each head.

To fans a projection `(in, heads, size)` is one matrix: every output sums the same inputs. To
whoever looks at a matrix as such, as Muon does, each head has its own.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

import keras

from keras_ivy.initializers.fans.geometry import Geometry

__all__ = ["HeadRule", "divided", "per_head", "register_heads"]

#: A rule maps `(layer, variable, geometry)`, of an attention layer, a variable below it and what
#: its own layer says of it, to the geometry with heads as blocks, or to None.
HeadRule = Callable[[keras.layers.Layer, keras.Variable, Geometry], Geometry | None]

_RULES: dict[type, HeadRule] = {}

#: What attention layers call their numbers of heads.
_COUNTS = ("num_heads", "num_query_heads", "num_key_value_heads", "num_kv_heads")


def register_heads(*layer_classes: type) -> Callable[[HeadRule], HeadRule]:
    """Register a rule that tells the heads in the variables of an attention layer.

    Args:
        *layer_classes: Subclasses of `keras.layers.Layer`; the rule holds for theirs too.
    """

    def decorator(rule: HeadRule) -> HeadRule:
        _RULES.update(dict.fromkeys(layer_classes, rule))
        return rule

    return decorator


def per_head(
    geometry: Geometry, variable: keras.Variable, above: Iterable[keras.layers.Layer]
) -> Geometry:
    """Return the geometry of a variable with the heads of attention as blocks.

    Args:
        geometry: What the layer of the variable says of it.
        variable: The variable.
        above: The layers that contain it, nearest first.

    Example:

    >>> layer = keras.layers.MultiHeadAttention(num_heads=2, key_dim=3)
    >>> layer.build((None, 5, 8), (None, 5, 8))
    >>> query = Geometry(8, 6, split=(8, 2, 3), inputs=(0,), outputs=(1, 2))
    >>> per_head(query, layer.trainable_variables[0], [layer]).matrices
    (2, 8, 3)
    """
    for layer in above:
        rule = next((_RULES[cls] for cls in type(layer).__mro__ if cls in _RULES), _of_projections)
        found = rule(layer, variable, geometry)
        if found is not None:
            return found
    return geometry


def divided(geometry: Geometry, axis: int, count: int) -> Geometry:
    """Return a geometry in which an axis of inputs or outputs is `count` blocks side by side.

    Args:
        geometry: The geometry.
        axis: An axis of its `split`.
        count: The number of blocks, which divides the axis.

    Example:

    >>> packed = Geometry(4, 6, split=(6, 4), inputs=(1,), outputs=(0,))
    >>> heads = divided(packed, 0, 2)
    >>> heads.split, heads.blocks, heads.outputs, heads.inputs
    ((2, 3, 4), (0,), (1,), (2,))
    """
    size = geometry.split[axis]
    split = (*geometry.split[:axis], count, size // count, *geometry.split[axis + 1 :])

    def moved(axes: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(each + (each >= axis) for each in axes)

    return replace(
        geometry,
        split=split,
        window=moved(geometry.window),
        inputs=moved(geometry.inputs),
        outputs=moved(geometry.outputs),
        blocks=(*moved(geometry.blocks), axis),
    )


def _of_projections(
    layer: keras.layers.Layer, variable: keras.Variable, geometry: Geometry
) -> Geometry | None:
    """Of two axes of outputs, or of inputs, the first is one of heads if it has their number.

    So the projections of attention are in Keras and in what is built like it: `(in, heads, size)`
    and `(heads, size, out)`.
    """
    counts = {getattr(layer, name, None) for name in _COUNTS} - {None}
    first, *rest = sorted(geometry.outputs) or [-1]
    if rest and geometry.split[first] in counts:
        return replace(geometry, outputs=tuple(rest), blocks=(*geometry.blocks, first))
    first, *rest = sorted(geometry.inputs) or [-1]
    if rest and geometry.split[first] in counts:
        return replace(geometry, inputs=tuple(rest), blocks=(*geometry.blocks, first))
    return None
