"""How deep in a model each variable stands: embedding, one block after the other, head.

A *block* is what repeats: a layer with layers in it that stands in a list (or under numbered names)
with others of its class, or, in a functional model that is written out flat, what lies between two
points that all signals pass, if there is more than one way from the one to the other, as around a
residual connection. Halves that alternate, such as attention and feed-forward network, make one
block. What comes before the blocks is the embedding, what comes after them the head, and what comes
between two, such as a downsampling convolution, belongs to the one that follows.

A model without blocks is taken layer by layer: everything with a kernel is one step deeper than
what it receives from, and a normalisation stands with what it normalises.
"""

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import keras

from keras_ivy.adapters.keras import graph
from keras_ivy.adapters.keras import layers as keras_layers
from keras_ivy.structure import directly_held

__all__ = ["depths_of"]


@dataclass
class _Part:
    """Some variables that stand at one depth, in the order of the model."""

    variables: list[keras.Variable]
    block: bool = False
    kinds: Counter = field(default_factory=Counter)
    owner: type | None = None


def depths_of(model: keras.layers.Layer) -> tuple[dict[int, int], int]:
    """Return the depth of every variable, by its id, and the largest, which is the head's.

    Depth 0 is the embedding, or the first layer of a model without blocks.
    """
    found = _parts(model)
    if sum(part.block for part in found) > 1:
        depths, last = _by_blocks(found)
    else:
        depths = {}
        last = max(_by_kernels(model, 0, depths, {}) - 1, 0)
        depths = {key: max(depth - 1, 0) for key, depth in depths.items()}
    for variable in model.variables:
        depths.setdefault(id(variable), 0)
    return depths, last


def _by_blocks(found: Sequence[_Part]) -> tuple[dict[int, int], int]:
    """Number the blocks from one; what stands between two belongs to the second."""
    places = [i for i, part in enumerate(found) if part.block]
    head = len(places) + 1
    depths: dict[int, int] = {}
    for i, part in enumerate(found):
        if i < places[0]:
            depth = 0
        elif i > places[-1]:
            depth = head
        else:
            depth = next(k for k, place in enumerate(places, 1) if place >= i)
        for variable in part.variables:
            depths.setdefault(id(variable), depth)  # A shared layer stands where it comes first.
    return depths, head


# Parts, in the order of the model.


def _parts(layer: keras.layers.Layer) -> list[_Part]:
    """Return the parts of a model or layer, blocks among them if it has any."""
    return _of_graph(layer) if keras_layers.is_graph_model(layer) else _of_tree(layer)


def _of_tree(layer: keras.layers.Layer) -> list[_Part]:
    """Parts of a layer that is written as a class: what it holds itself, then its layers."""
    held = directly_held(layer)
    layers = {
        path: x for path, x in held.items() if isinstance(x, keras.layers.Layer) and x.variables
    }
    below = {id(v) for x in layers.values() for v in x.variables}
    own = [v for v in layer.variables if id(v) not in below]
    repeated = Counter(_series(path, x) for path, x in layers.items())
    found = [_Part(own)] if own else []
    for path, child in layers.items():
        inner = _inside(child)
        if inner is not None:
            found += inner
            continue
        block = repeated[_series(path, child)] > 1 and _is_composite(child)
        found.append(_Part(list(child.variables), block))
    return found


def _series(path: str, layer: keras.layers.Layer) -> tuple[str, type]:
    """What a layer has in common with those that it stands in a row with."""
    return re.sub(r"\d+", "#", path), type(layer)


def _inside(layer: keras.layers.Layer) -> list[_Part] | None:
    """Return the parts of a layer if there are blocks in it, as in an encoder or a stage.

    A block with attention is one whatever lists it holds, such as experts side by side.
    """
    if not _is_composite(layer):
        return None
    if not keras_layers.is_graph_model(layer) and _attends(layer):
        return None
    found = _parts(layer)
    return found if sum(part.block for part in found) > 1 else None


def _attends(layer: keras.layers.Layer) -> bool:
    """Whether attention is right below a layer."""
    held = directly_held(layer).values()
    return any(
        "attention" in type(x).__name__.lower() for x in held if isinstance(x, keras.layers.Layer)
    )


def _is_composite(layer: keras.layers.Layer) -> bool:
    """Whether there are layers with variables in a layer."""
    return any(child.variables for child in keras_layers.held_layers(layer)) or any(
        _layer(x) is not None for x in directly_held(layer).values()
    )


def _of_graph(model: keras.layers.Layer) -> list[_Part]:
    """Parts of a functional model or a `Sequential`: what lies between two cuts of its graph."""
    calls = graph.calls(model)
    segments, first, last = _segments(calls)
    found: list[_Part] = []
    for k, segment in enumerate(segments):
        layers = [x for x in map(_layer, (calls[i].operation for i in segment)) if x is not None]
        if not layers:
            continue
        kinds = Counter(type(x).__name__ for x in layers)
        branches = len(segment) > 1 and first <= k <= last
        alone = len(layers) == 1 and not branches
        inner = _inside(layers[0]) if alone else None
        if inner is not None:
            found += inner
            continue
        owner = type(layers[0]) if alone and _is_composite(layers[0]) else None
        variables = [v for x in layers for v in x.variables]
        found.append(_Part(variables, branches, kinds, owner))
    if sum(part.block for part in found) < 2:
        _mark_composites(found)
    return list(_merged(found))


def _mark_composites(found: list[_Part]) -> None:
    """Call layers of one class that follow each other, and have layers in them, blocks."""
    pairs = itertools.pairwise(found)
    rows = {a.owner for a, b in pairs if a.owner is not None and a.owner is b.owner}
    for part in found:
        part.block = part.block or part.owner in rows


def _merged(found: Sequence[_Part]) -> Iterator[_Part]:
    """Make one block of parts that take turns and have little in common, and what is between."""
    flat = [i for i, part in enumerate(found) if part.block and part.owner is None]
    at = k = 0
    while k < len(flat):
        size, repeats = _turns([found[i].kinds for i in flat[k:]])
        for _ in range(repeats):
            first, last = flat[k], flat[k + size - 1]
            yield from found[at:first]
            together = found[first : last + 1]
            yield _Part([v for part in together for v in part.variables], True)
            at, k = last + 1, k + size
    yield from found[at:]


def _turns(kinds: Sequence[Counter]) -> tuple[int, int]:
    """Into how many parts the first block is divided, and how many blocks like it follow it.

    Parts take turns if they do so twice at least, and none is another one with more in it: a
    residual block with a projection is a block like one without.
    """
    for size in (2, 3, 4):
        unit = list(kinds[:size])
        repeats = 1
        while list(kinds[repeats * size : (repeats + 1) * size]) == unit:
            repeats += 1
        apart = all(not a <= b for i, a in enumerate(unit) for j, b in enumerate(unit) if i != j)
        if repeats > 1 and apart and len(unit) == size:
            return size, repeats
    return 1, 1


def _layer(operation: object) -> keras.layers.Layer | None:
    """An operation, if it is a layer with variables."""
    return operation if isinstance(operation, keras.layers.Layer) and operation.variables else None


def _segments(calls: Sequence[graph.Call]) -> tuple[list[list[int]], int, int]:
    """Divide calls where all signals pass one of them, which ends a segment.

    What comes before the first layer with variables, such as a mask, is no signal.

    Returns:
        The segments; and which is the first, and which the last, that begins and ends at such a
        point: the embeddings that are added up begin at several, and several heads end so.
    """
    live: set[int] = set()
    for i, call in enumerate(calls):
        if _layer(call.operation) is not None or live & set(call.inputs):
            live.add(i)
    order = sorted(live)
    place = {i: k for k, i in enumerate(order)}
    sources = [[place[j] for j in calls[i].inputs if j in live] for i in order]
    over = [0] * (len(order) + 1)
    ends = set(range(len(order)))
    starts = 0
    for k, inputs in enumerate(sources):
        if not inputs:
            starts = k  # No cut stands before the last place where signals begin,
        for j in inputs:
            ends.discard(j)
            over[j + 1] += 1
            over[k] -= 1
    stops = min(ends, default=0)  # nor behind the first where they end.
    segments: list[list[int]] = [[]]
    cuts = passing = 0
    first, last = 0, -1
    for k, i in enumerate(order):
        passing += over[k]
        segments[-1].append(i)
        if not passing and starts <= k <= stops:
            if not cuts and len(segments[-1]) > 1:
                first = 1
            cuts += 1
            last = len(segments) - 1
            segments.append([])
    return [s for s in segments if s] or [[]], first, last


# Without blocks.


def _by_kernels(
    layer: keras.layers.Layer, base: int, depths: dict[int, int], seen: dict[int, int]
) -> int:
    """Number what has a kernel, from `base` on; returns how deep the layer goes."""
    if id(layer) in seen:
        return max(base, seen[id(layer)])
    if keras_layers.is_graph_model(layer):
        reached: list[int] = []
        for call in graph.calls(layer):
            start = max((reached[i] for i in call.inputs), default=base)
            inside = isinstance(call.operation, keras.layers.Layer)
            reached.append(_by_kernels(call.operation, start, depths, seen) if inside else start)
        deepest = max(reached, default=base)
    elif _is_composite(layer):
        deepest = base
        children = [x for x in directly_held(layer).values() if isinstance(x, keras.layers.Layer)]
        for child in children or keras_layers.held_layers(layer):
            deepest = _by_kernels(child, deepest, depths, seen)
        for variable in layer.variables:
            depths.setdefault(id(variable), base + 1)
    else:
        kernel = any(len(v.shape) > 1 for v in layer.variables)
        deepest = base + 1 if kernel else base
        for variable in layer.variables:
            depths.setdefault(id(variable), max(deepest, 1))
    seen[id(layer)] = deepest
    return deepest
