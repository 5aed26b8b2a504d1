"""What a variable of a layer is: its fans, its role and the use of its axes; and who tells.

A rule is a function of a layer and one of its variables. There is one for each family of Keras
layers (`rules_dense.py`, `rules_conv.py`, `rules_recurrent.py`); `register_fans` adds others.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import keras

__all__ = ["Geometry", "register_fans"]

#: Roles of variables that carry a random draw.
WEIGHT_ROLES = ("kernel", "recurrent", "embedding")
#: Every role a rule may give to a variable.
ROLES = (
    *WEIGHT_ROLES,
    "position",
    "lora_a",
    "lora_b",
    "bias",
    "scale",
    "shift",
    "state",
    "unknown",
)


@dataclass(frozen=True)
class Geometry:
    """What a variable of a layer is: its fans, its role and how its axes are used.

    The axes are those of `split`, the shape of the variable with packed axes taken apart; LSTM's
    kernel `(in, 4 * units)` has the split `(in, 4, units)`. Every axis belongs to one group.

    Args:
        fan_in: Products summed by one element of the output.
        fan_out: Elements of the output fed by one element of the input.
        role: `"kernel"`, `"recurrent"`, `"embedding"` (these three are drawn at random),
            `"position"` (a table of positions or a token that is added to the input, which no
            product sums), `"lora_a"`, `"lora_b"`, `"bias"`, `"scale"` and `"shift"` (of a
            normalisation, or a slope), `"state"` (not trained: statistics, seeds) or
            `"unknown"`.
        split: Shape of the variable with packed axes taken apart; empty if it has no axes to
            speak of.
        window: Axes that a convolution slides over.
        inputs: Axes that are summed.
        outputs: Axes of the output.
        blocks: Axes along which independent matrices are stacked: gates, groups, experts,
            channels of a depthwise convolution.
        normalizes: Whether it belongs to a normalisation: a scale, a shift or a statistic.
    """

    __module__ = "keras_ivy.initializers"

    fan_in: float
    fan_out: float
    role: str = "kernel"
    split: tuple[int, ...] = ()
    window: tuple[int, ...] = ()
    inputs: tuple[int, ...] = ()
    outputs: tuple[int, ...] = ()
    blocks: tuple[int, ...] = ()
    normalizes: bool = False

    @property
    def fans(self) -> tuple[float, float]:
        """The pair `(fan_in, fan_out)`."""
        return self.fan_in, self.fan_out

    @property
    def is_weight(self) -> bool:
        """Whether the variable carries a random draw."""
        return self.role in WEIGHT_ROLES

    @property
    def block_count(self) -> int:
        """How many independent matrices the variable holds."""
        return math.prod(self.split[axis] for axis in self.blocks)

    @property
    def block_shape(self) -> tuple[int, ...]:
        """Shape of one matrix in Keras's order: `(*window, inputs, outputs)`."""
        return (
            *(self.split[axis] for axis in self.window),
            math.prod(self.split[axis] for axis in self.inputs),
            math.prod(self.split[axis] for axis in self.outputs),
        )

    @property
    def is_plain(self) -> bool:
        """Whether the variable is one matrix that already has Keras's order of axes."""
        order = (*self.blocks, *self.window, *self.inputs, *self.outputs)
        return (
            self.block_count == 1
            and order == tuple(range(len(self.split)))
            and len(self.inputs) == len(self.outputs) == 1
        )

    def of_bias(self) -> "Geometry":
        """The geometry of the bias that is added to this kernel's output."""
        return Geometry(self.fan_in, self.fan_out, role="bias")


#: A rule maps `(layer, variable)` to a geometry, to a pair of fans, or to None if it does not know
#: the variable.
FanRule = Callable[[keras.layers.Layer, keras.Variable], "Geometry | tuple | None"]

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
        found = replace(geometry_from_shape(variable.shape), fan_in=fan_in, fan_out=fan_out)
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


def kernel_geometry(
    split: Iterable[int],
    *,
    inputs: tuple[int, ...] = (),
    outputs: tuple[int, ...] = (),
    window: tuple[int, ...] = (),
    blocks: tuple[int, ...] = (),
    strides: Iterable[int] = (),
    transposed: bool = False,
    role: str = "kernel",
) -> Geometry:
    """Build a geometry from the use of each axis; the fans follow.

    `fan_in = |window| |inputs|` and `fan_out = |window| |outputs|`, one of them divided by the
    product of the strides: an input of a strided convolution meets only every s-th window, an
    output of a transposed one is hit by only every s-th input.

    Args:
        split: Shape with packed axes taken apart.
        inputs: Summed axes; none means that each output sees one input.
        outputs: Output axes.
        window: Axes that slide.
        blocks: Axes of independent stacks.
        strides: Strides of the window.
        transposed: Whether the strides enlarge the output.
        role: Role of the variable.
    """
    split = tuple(int(size) for size in split)
    sizes: list[float] = [
        math.prod(split[a] for a in (*window, *axes)) for axes in (inputs, outputs)
    ]
    sizes[0 if transposed else 1] /= math.prod(strides)
    fan_in, fan_out = (int(size) if size == int(size) else size for size in sizes)
    return Geometry(fan_in, fan_out, role, split, window, inputs, outputs, blocks)


def geometry_from_shape(shape: tuple[int, ...]) -> Geometry:
    """Read a shape as Keras does: `(*window, inputs, outputs)`; a vector counts its entries.

    Example:

    >>> geometry_from_shape((3, 3, 4, 8)).fans, geometry_from_shape((5,)).fans
    ((36, 72), (5, 5))
    """
    rank = len(shape)
    if rank < 2:
        return Geometry(*(math.prod(shape),) * 2)
    return kernel_geometry(
        shape, window=tuple(range(rank - 2)), inputs=(rank - 2,), outputs=(rank - 1,)
    )
