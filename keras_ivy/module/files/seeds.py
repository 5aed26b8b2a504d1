"""The states of seed generators, such as dropout's: saved, so that a run resumes as it was.

Keras saves them in no file. A Module answers for its own generators and for those of the stock
layers below it, down to the next Module, which answers for itself.
"""

from typing import TYPE_CHECKING
from urllib.parse import quote

import keras

from keras_ivy.adapters.keras import layers as keras_layers
from keras_ivy.adapters.keras import modules as keras_modules
from keras_ivy.adapters.keras.saving import Companion
from keras_ivy.adapters.tensorflow import tracking
from keras_ivy.module.record import own_record, record_of
from keras_ivy.module.variables.tracking import structure_now

if TYPE_CHECKING:
    from keras_ivy.module.module import Module

__all__ = ["checkpointed_seeds", "companion", "restore_seeds", "seed_states"]

#: How their names begin in TensorFlow's checkpoints.
_PREFIX = "seeds."


def seed_states(module: "Module", inner: bool = True) -> dict[str, keras.Variable]:
    """Return the states of the seed generators in a module, by path.

    Args:
        module: The module.
        inner: Whether to go into the Modules below.
    """
    structure = structure_now(module)
    others = [path for path, layer in structure.layers.items() if record_of(layer) is not None]
    states: set[int] = set()
    for path, layer in ({"": module} | structure.layers).items():
        generators = keras_layers.held_seed_generators(layer)
        if not generators or (not inner and any(f"{path}/".startswith(f"{o}/") for o in others)):
            continue
        states.update(id(generator.state) for generator in generators)
    return {e.path: e.variable for e in structure.entries if id(e.variable) in states}


def companion(module: "Module") -> Companion:
    """Return what Keras finds as an attribute when it saves or loads weights.

    It is kept, as Keras asks by identity whom it has visited.
    """
    record = own_record(module)
    if record.seeds is None:
        record.seeds = Companion(lambda: _named(module))
    return record.seeds


def _named(module: "Module") -> dict[str, keras.Variable]:
    # Without slashes, and whatever stands in the keys of dicts.
    states = seed_states(module, inner=False).items()
    return {quote(path, safe="", errors="surrogatepass"): state for path, state in states}


def checkpointed_seeds(module: "Module") -> dict[str, keras.Variable]:
    """Return the states by their names in TensorFlow's checkpoints."""
    return {f"{_PREFIX}{name}": state for name, state in _named(module).items()}


def restore_seeds(module: "Module") -> None:
    """Give generators that came late what a checkpoint, restored before, has for them."""
    if tracking.awaits(module, _PREFIX):
        for name, state in checkpointed_seeds(module).items():
            keras_modules.track_for_checkpoints(module, state, name)
