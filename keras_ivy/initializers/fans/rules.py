"""Who tells what a variable is: a rule for each family of layers.

A rule is a function of a layer and one of its variables. Those of Keras's layers stand in
`rules_dense.py`, `rules_conv.py` and `rules_recurrent.py`; `register_fans` adds others.
"""

from collections.abc import Callable
from dataclasses import replace

import keras

from keras_ivy.initializers.fans.axes import axes_of
from keras_ivy.initializers.fans.geometry import Geometry

__all__ = ["FanRule", "known_geometry", "register_fans", "rule_for"]

#: A rule maps `(layer, variable)` to a geometry, to a pair of fans, or to None if it does not know
#: the variable.
FanRule = Callable[[keras.layers.Layer, keras.Variable], Geometry | tuple[float, float] | None]

_RULES: dict[type, FanRule] = {}


def register_fans(*layer_classes: type) -> Callable[[FanRule], FanRule]:
    """Register a rule that tells the fans of the variables of a layer class.

    The rule holds for subclasses too, unless they have a rule of their own. Registering a class
    again replaces its rule.

    Args:
        *layer_classes: Subclasses of `keras.layers.Layer`.

    Returns:
        A decorator for a function `rule(layer, variable)` that returns `(fan_in, fan_out)`, or a
        `Geometry` (which can also name the role and the axes), or `None` for a variable that it
        does not know.

    Raises:
        TypeError: If an argument is not a layer class.

    Example:

    >>> import keras_ivy
    >>> class Transposed(keras.layers.Layer):
    ...     def build(self, input_shape):
    ...         self.w = self.add_weight(name="w", shape=(3, input_shape[-1]))
    >>> @register_fans(Transposed)
    ... def transposed_fans(layer, variable):
    ...     fan_out, fan_in = variable.shape
    ...     return fan_in, fan_out
    >>> layer = Transposed()
    >>> layer.build((None, 8))
    >>> keras_ivy.initializers.fans_of(layer, layer.w)
    (8, 3)
    """
    for cls in layer_classes:
        if not (isinstance(cls, type) and issubclass(cls, keras.layers.Layer)):
            raise TypeError(
                "`register_fans` takes layer classes, as in `@register_fans(MyLayer)`. "
                f"Received: {cls!r}"
            )
    if not layer_classes:
        raise TypeError("`register_fans` takes at least one layer class. Received none.")

    def decorator(rule: FanRule) -> FanRule:
        _RULES.update(dict.fromkeys(layer_classes, rule))
        return rule

    return decorator


def rule_for(layer_class: type) -> FanRule | None:
    """Return the rule of the nearest class in the method resolution order, or None."""
    return next((_RULES[cls] for cls in layer_class.__mro__ if cls in _RULES), None)


def known_geometry(layer: keras.layers.Layer, variable: keras.Variable) -> Geometry | None:
    """Return what the rules say of a variable of this very layer; None if they do not know it."""
    rule = rule_for(type(layer))
    found = None if rule is None else rule(layer, variable)
    if found is None:
        return None
    if not isinstance(found, Geometry):
        fan_in, fan_out = found
        found = replace(axes_of(variable.shape), fan_in=fan_in, fan_out=fan_out)
    if 0 in found.fans and any(0 in v.shape for v in layer.variables):  # an empty layer
        return replace(found, fan_in=found.fan_in or 1, fan_out=found.fan_out or 1)
    for name, fan in zip(("fan_in", "fan_out"), found.fans, strict=True):
        if not fan > 0:
            raise ValueError(
                f"The fans of a variable must be positive. The rule for "
                f"{type(layer).__name__} gave, for {variable.path!r} of shape {variable.shape}: "
                f"{name}={fan!r}"
            )
    return found
