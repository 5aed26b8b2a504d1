"""How a kernel's axes are used, from its shape and what is said of its layer: one reading for all.

Fans (`kernel_fans`), the rules of layers, kernels seen as matrices and the draws of whole models
ask here, so that a gate, a group or a head is the same for each of them.
"""

import functools
import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from keras_ivy.initializers.fans.geometry import Geometry, kernel_geometry
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["GATES", "LAYERS", "Gates", "Kind", "axes_of"]


class Gates(NamedTuple):
    """The gates of a recurrent layer in the order in which they stand side by side.

    Args:
        names: The gates, in Keras's order, which is Ivy's too.
        keeps: The gate that keeps the state where it is open.
    """

    names: tuple[str, ...]
    keeps: str

    @property
    def keeping(self) -> int:
        """Position of the gate that keeps the state."""
        return self.names.index(self.keeps)


GATES = {
    "lstm": Gates(("input", "forget", "cell", "output"), keeps="forget"),
    "gru": Gates(("update", "reset", "candidate"), keeps="update"),
}


class Kind(NamedTuple):
    """Where the kernels of a kind of layer have their axes, counted from the end.

    Args:
        inputs: The axis that is summed, or None if each output sees one input.
        outputs: The axis of the outputs.
        blocks: An axis that only counts matrices.
        spatial: Whether all axes before the last two are a window.
        gates: How many gates stand side by side in the outputs.
        packs: Whether gates or groups stand there, be it a single one.
        enlarges: Whether strides make the output larger and not smaller.
        looks_up: Whether an input picks one row, so that nothing is summed.
    """

    inputs: int | None = -2
    outputs: int = -1
    blocks: int | None = None
    spatial: bool = False
    gates: int = 1
    packs: bool = False
    enlarges: bool = False
    looks_up: bool = False


#: What `layer=` may say.
LAYERS = {
    "dense": Kind(),
    "linear": Kind(inputs=-1, outputs=-2),
    "conv": Kind(spatial=True, packs=True),
    "conv_transpose": Kind(inputs=-1, outputs=-2, spatial=True, enlarges=True),
    "depthwise": Kind(inputs=None, blocks=-2, spatial=True),
    "embedding": Kind(looks_up=True),
    "lstm": Kind(gates=len(GATES["lstm"].names), packs=True),
    "gru": Kind(gates=len(GATES["gru"].names), packs=True),
    "conv_lstm": Kind(spatial=True, gates=len(GATES["lstm"].names), packs=True),
}
#: A kernel of which nothing is said: Keras's order, a window before the last two axes.
UNTOLD = Kind(spatial=True)


def axes_of(
    shape: Iterable[int],
    layer: str | None = None,
    *,
    strides: int | Sequence[int] = 1,
    groups: int = 1,
    gates: int | None = None,
    input_axes: Sequence[int] | None = None,
    output_axes: Sequence[int] | None = None,
    batch_axes: Sequence[int] | None = None,
    role: str = "kernel",
) -> Geometry:
    """Return the use of a kernel's axes, from which its fans follow.

    Arguments are those of `kernel_fans`, already checked one by one. Of axes that are told, those
    that are neither inputs nor outputs count matrices. A vector has no axes to speak of: both fans
    count its entries, as in Keras.

    Args:
        shape: Shape of the variable.
        layer: A key of `LAYERS`; None reads the shape in Keras's order.
        strides: Strides of the window, one for each of its axes or the same for all.
        groups: Groups that stand side by side in the outputs.
        gates: Gates that stand there, by default those of the layer.
        input_axes: Axes that are summed, in the place of what `layer` says.
        output_axes: Axes of the outputs; alone, all others are summed.
        batch_axes: Axes that count matrices, which goes before all else.
        role: Role of the variable.

    Raises:
        IvyValueError: If the shape does not fit the layer, its gates or its groups, if there is no
            such axis, or if something without a window has strides.

    Example:

    >>> kernel = axes_of((5, 20), "lstm")
    >>> kernel.split, kernel.inputs, kernel.blocks, kernel.outputs, kernel.fans
    ((5, 4, 5), (0,), (1,), (2,), (5, 5))
    """
    sizes = tuple(int(size) for size in shape)
    return _axes_of(
        sizes,
        layer,
        tuple(strides) if isinstance(strides, Sequence) else strides,
        groups,
        gates,
        _positions("input_axes", input_axes, sizes),
        _positions("output_axes", output_axes, sizes),
        _positions("batch_axes", batch_axes, sizes),
        role,
    )


@functools.lru_cache(maxsize=1024)  # asked at every draw, and slower than checking the options
def _axes_of(
    sizes: tuple[int, ...],
    layer: str | None,
    strides: int | tuple[int, ...],
    groups: int,
    gates: int | None,
    inputs: frozenset[int] | None,
    outputs: frozenset[int] | None,
    batch: frozenset[int] | None,
    role: str,
) -> Geometry:
    kind = UNTOLD if layer is None else LAYERS[layer]
    if layer is not None and ((len(sizes) < 3) if kind.spatial else (len(sizes) != 2)):
        raise IvyValueError(
            f"A {layer!r} kernel has {'three axes or more' if kind.spatial else 'two axes'}. "
            f"Received: shape={sizes}"
        )
    batch = batch or frozenset()
    free = [axis for axis in range(len(sizes)) if axis not in batch]
    told = inputs is not None or outputs is not None
    uses = _told(free, inputs, outputs, batch) if told else _usual(kind, free, batch)
    if not uses.window and strides not in (1, ()):
        raise IvyValueError(
            f"Only convolutions have strides. Received: {strides=}, {layer=}, shape={sizes}"
        )
    count = math.prod(sizes[axis] for axis in free)
    vector = len(free) < 2 and not told
    if vector and not batch:
        return Geometry(count, count, role)
    packed = (gates or kind.gates) * groups
    split = sizes
    # Groups get their axis even where there is one: the seed of a block counts along it.
    if packed > 1 or kind.packs:
        axis = max(uses.outputs, default=-1)
        if axis < 0 or sizes[axis] % packed:
            which = f"Axis {axis}" if axis >= 0 else "A kernel without outputs"
            raise IvyValueError(
                f"{which} cannot be divided among {packed} gates or groups. "
                f"Received: shape={sizes}, {gates=}, {groups=}, {layer=}"
            )
        split = (*sizes[:axis], packed, sizes[axis] // packed, *sizes[axis + 1 :])
        uses = uses.with_blocks_at(axis)
    geometry = kernel_geometry(
        split,
        inputs=tuple(sorted(uses.inputs)),
        outputs=tuple(sorted(uses.outputs)),
        window=tuple(sorted(uses.window)),
        blocks=tuple(sorted(uses.blocks)),
        strides=strides if isinstance(strides, tuple) else (strides,) * len(uses.window),
        transposed=kind.enlarges,
        role=role,
    )
    if kind.looks_up:
        return replace(geometry, fan_in=1)
    return replace(geometry, fan_in=count, fan_out=count) if vector else geometry


class _Uses(NamedTuple):
    """Axes of a kernel by their use."""

    window: frozenset[int]
    inputs: frozenset[int]
    outputs: frozenset[int]
    blocks: frozenset[int]

    def with_blocks_at(self, new: int) -> "_Uses":
        """The uses after an axis that counts matrices is put before one of them."""
        window, inputs, outputs, blocks = (
            frozenset(axis + (axis >= new) for axis in axes) for axes in self
        )
        return _Uses(window, inputs, outputs, blocks | {new})


def _told(
    free: Sequence[int],
    inputs: frozenset[int] | None,
    outputs: frozenset[int] | None,
    batch: frozenset[int],
) -> _Uses:
    """The uses that are told outright."""
    summed = frozenset(free) - (outputs or frozenset()) if inputs is None else inputs - batch
    made = ((outputs or frozenset(free)) - batch) - summed
    return _Uses(frozenset(), summed, made, batch | (frozenset(free) - summed - made))


def _usual(kind: Kind, free: Sequence[int], batch: frozenset[int]) -> _Uses:
    """The uses of the axes of a kind of kernel; a vector's is one of outputs."""
    if len(free) < 2:
        return _Uses(frozenset(), frozenset(), frozenset(free), batch)
    inputs = frozenset(() if kind.inputs is None else {free[kind.inputs]})
    blocks = frozenset(() if kind.blocks is None else {free[kind.blocks]})
    return _Uses(frozenset(free[:-2]), inputs, frozenset({free[kind.outputs]}), batch | blocks)


def _positions(
    name: str, axes: Sequence[int] | None, shape: tuple[int, ...]
) -> frozenset[int] | None:
    """Axes counted from the start."""
    if axes is None:
        return None
    rank = len(shape)
    if any(not -rank <= axis < rank for axis in axes):
        raise IvyValueError(f"`{name}` must be axes of {shape}. Received: {name}={axes}")
    return frozenset(axis % rank for axis in axes)
