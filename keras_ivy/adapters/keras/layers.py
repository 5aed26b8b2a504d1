"""What a Keras layer holds: the lists behind its attribute tracking, and which names are Keras's.

Keras offers the variables of a whole tree of layers (`layer.variables`), but not those that one
layer holds itself, nor the layers right below it when they are no attributes. The lists it keeps
for that are read here and nowhere else.
"""

import concurrent.futures
import functools
import gc
from collections.abc import Callable

import keras
from keras.src.layers.merging.base_merge import Merge
from keras.src.models.functional import Functional
from keras.src.utils.python_utils import is_default
from keras.src.utils.tracking import TrackedList

__all__ = [
    "TRACKED_MODULE",
    "counts",
    "frozen",
    "held_layers",
    "held_seed_generators",
    "held_variables",
    "internal_attributes",
    "is_graph_model",
    "live_layers",
    "makes_variables_later",
    "model_attributes",
]


#: The module that defines the lists and dicts by which Keras replaces those it is given.
TRACKED_MODULE = TrackedList.__module__


def held_variables(layer: keras.layers.Layer) -> list[keras.Variable]:
    """Return the variables that the layer holds itself, in order of creation."""
    return [*layer._trainable_variables, *layer._non_trainable_variables]


def frozen(layer: keras.layers.Layer) -> list[keras.Variable]:
    """Return a layer's own variables that are made to be trained, and are not trained now."""
    return [v for v in layer._trainable_variables if not v.trainable]


def held_layers(layer: keras.layers.Layer) -> list[keras.layers.Layer]:
    """Return the layers right below, in the order in which Keras came to know them."""
    return list(vars(layer)["_layers"])


def held_seed_generators(layer: keras.layers.Layer) -> list:
    """Return the seed generators that the layer holds itself."""
    return list(layer._seed_generators)


def counts(layer: keras.layers.Layer) -> tuple[int, int, int, int]:
    """Return how much the layer holds: changes when a variable or a layer is added or removed."""
    return (
        len(layer._trainable_variables),
        len(layer._non_trainable_variables),
        len(vars(layer)["_layers"]),
        len(layer._seed_generators),
    )


def is_graph_model(layer: keras.layers.Layer) -> bool:
    """Whether the layer is a `keras.Sequential` or a functional model."""
    return isinstance(layer, Functional | keras.Sequential)


def live_layers() -> list[keras.layers.Layer]:
    """Return every layer that is alive, but for those that Keras knows nothing of yet."""
    alive = [x for x in gc.get_objects() if issubclass(type(x), keras.layers.Layer)]
    return [layer for layer in alive if "_layers" in vars(layer)]


def makes_variables_later(layer: keras.layers.Layer) -> bool:
    """Whether variables of the layer itself may still be missing, since it was not built yet.

    Layers that leave `build` as it is, such as `Flatten`, and those that merge, have none to make.
    """
    return not (layer.built or is_default(type(layer).build) or isinstance(layer, Merge))


@functools.lru_cache(maxsize=1)
def internal_attributes() -> frozenset[str]:
    """Return the names of the attributes that Keras itself sets on layers and models.

    They are read off instances, so that the answer fits the installed version of Keras.
    """
    return _elsewhere(_graph_attributes) | model_attributes()


@functools.lru_cache(maxsize=1)
def model_attributes() -> frozenset[str]:
    """Return those of these names that are set on models which are written as classes."""
    return _elsewhere(_class_attributes)


def _elsewhere(read: Callable[[], frozenset[str]]) -> frozenset[str]:
    """Read attributes where nobody's function is traced and nobody's strategy is in force.

    The question may be asked first in the middle of a step. A compiled model makes variables, which
    would become part of that step; all of this is kept by thread.
    """
    with concurrent.futures.ThreadPoolExecutor(1) as thread:
        return thread.submit(read).result()


def _graph_attributes() -> frozenset[str]:
    inputs = keras.Input((1,), name="keras_ivy_probe_input")
    identity = keras.layers.Identity(name="keras_ivy_probe_identity")
    functional = keras.Model(inputs, identity(inputs), name="keras_ivy_probe_functional")
    sequential = keras.Sequential([inputs, identity], name="keras_ivy_probe_sequential")
    return frozenset().union(*map(vars, (identity, functional, sequential)))


def _class_attributes() -> frozenset[str]:
    plain = keras.Model(name="keras_ivy_probe_model")
    plain.compile(optimizer=keras.optimizers.SGD(), loss="mse", metrics=["mae"])
    return frozenset(vars(plain))
