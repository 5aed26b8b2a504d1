"""The graph of a functional or `Sequential` model: who receives outputs, and in which nest.

Private names used: `Operation._outbound_nodes` and `_inbound_nodes`, with the `input_tensors` of a
node; `Function._nodes_by_depth`, `Sequential._functional`; `KerasTensor._keras_history`; of
functional models `_outputs_struct`, the nest in which they return their outputs; `entry_layer` of
the `current_call_ctx`, the outermost layer of the call that is going on.
"""

import weakref
from collections.abc import Callable
from typing import Any, NamedTuple

import keras
from keras.src.backend.common.global_state import get_global_attribute
from keras.src.models.functional import Functional

__all__ = ["Call", "calls", "consumers", "name_outputs", "ways_back"]

#: Functional models whose outputs were looked at.
_named: weakref.WeakSet = weakref.WeakSet()


def consumers(layer: keras.layers.Layer) -> list:
    """Return the layers and operations that receive what a layer puts out, in order of use.

    Outside functional and `Sequential` models nothing is known, and the list is empty.
    """
    return [node.operation for node in getattr(layer, "_outbound_nodes", ())]


def ways_back(model: keras.layers.Layer) -> list[list[keras.Operation]] | None:
    """Return the operations on the way back from each output of a functional or `Sequential` model.

    A way ends at an input, and where an operation takes several tensors. Of other models nothing
    is known, nor of a `Sequential` one that is not built.
    """
    graph = isinstance(model, Functional | keras.Sequential)
    outputs = getattr(model, "outputs", None) if graph else None
    if outputs is None:
        return None
    ways = []
    for tensor in keras.tree.flatten(outputs):
        way: list[keras.Operation] = []
        while tensor is not None:
            history = tensor._keras_history
            way.append(history.operation)
            given = history.operation._inbound_nodes[history.node_index].input_tensors
            tensor = given[0] if len({id(x) for x in given}) == 1 else None
        ways.append(way)
    return ways


class Call(NamedTuple):
    """A call of a layer or operation in a functional model.

    Attributes:
        operation: The layer or operation.
        inputs: The calls that it receives from, by their position in the list.
    """

    operation: object
    inputs: tuple[int, ...]


def calls(model: keras.layers.Layer) -> list[Call]:
    """Return the calls of a functional model or a `Sequential`, inputs first.

    A `Sequential` that was built without an input is one call after the other.
    """
    functional = getattr(model, "_functional", model)
    if not isinstance(functional, Functional):
        layers = model.layers
        return [Call(layer, (i - 1,) if i else ()) for i, layer in enumerate(layers)]
    by_depth = functional._nodes_by_depth
    nodes = [node for depth in sorted(by_depth, reverse=True) for node in by_depth[depth]]
    place = {id(node): i for i, node in enumerate(nodes)}
    found = []
    for node in nodes:
        sources = (tensor._keras_history for tensor in node.arguments.keras_tensors)
        before = (place.get(id(s.operation._inbound_nodes[s.node_index])) for s in sources)
        own = () if node.is_input else before
        found.append(Call(node.operation, tuple(i for i in own if i is not None)))
    return found


def name_outputs(layer: keras.layers.Layer, count: int, pack: Callable[[list], object]) -> None:
    """Give the outputs of a layer their class back in the functional model that is being called.

    A config has tuples of every class as plain lists, and so has the model that is made from it.
    To be called by the layer from inside its call, before the model packs its outputs.

    Args:
        layer: The layer.
        count: How many arrays one call of the layer returns.
        pack: Makes what the layer returns of a list of that many.
    """
    context = get_global_attribute("current_call_ctx")
    model = None if context is None else context.entry_layer
    if not isinstance(model, Functional) or model in _named:
        return
    _named.add(model)
    # Not by `setattr`, which makes a tracked copy of every nest.
    vars(model)["_outputs_struct"] = _packed(model._outputs_struct, layer, count, pack)


def _packed(outputs: Any, layer: keras.layers.Layer, count: int, pack: Callable) -> Any:
    if isinstance(outputs, dict):
        return {key: _packed(x, layer, count, pack) for key, x in outputs.items()}
    if type(outputs) not in (list, tuple):
        return outputs
    leaves = keras.tree.flatten(outputs)
    history = [x._keras_history for x in leaves]
    if (
        len(leaves) == count
        and all(h.operation is layer for h in history)
        and len({h.node_index for h in history}) == 1
        and [h.tensor_index for h in history] == list(range(count))
        and _ids(outputs) == _ids(pack(leaves))
    ):
        return pack(leaves)
    return type(outputs)(_packed(x, layer, count, pack) for x in outputs)


def _ids(nest: Any) -> Any:
    """Return a nest of plain lists with what each leaf is."""
    return [_ids(x) for x in nest] if isinstance(nest, list | tuple) else id(nest)
