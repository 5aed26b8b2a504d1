"""The states of seed generators, such as dropout's: saved, so that a run resumes as it was.

Keras saves them in no file. A Module answers for its own generators and for those of the stock
layers below it, down to the next Module, which answers for itself.
"""

from typing import Any
from urllib.parse import quote

import keras

from keras_ivy.adapters import keras_layers, keras_modules, tracking
from keras_ivy.adapters.keras_saving import Companion

__all__ = ["Seeded", "seed_states"]

#: How their names begin in TensorFlow's checkpoints.
_PREFIX = "seeds."


def seed_states(module: Any, inner: bool = True) -> dict[str, keras.Variable]:
    """Return the states of the seed generators in a module, by path.

    Args:
        module: The module.
        inner: Whether to go into the Modules below.
    """
    structure = module._ivy_structure_now()
    others = [path for path, layer in structure.layers.items() if isinstance(layer, Seeded)]
    states: set[int] = set()
    for path, layer in ({"": module} | structure.layers).items():
        generators = keras_layers.held_seed_generators(layer)
        if not generators or (not inner and any(f"{path}/".startswith(f"{o}/") for o in others)):
            continue
        states.update(id(generator.state) for generator in generators)
    return {e.path: e.variable for e in structure.entries if id(e.variable) in states}


class Seeded:
    """The part of `Module` that saves the states of seed generators."""

    @property
    def _ivy_seeds(self) -> Companion:
        """What Keras finds as an attribute when it saves or loads weights: kept, as it asks by
        identity whom it has visited."""
        state = vars(self)
        if "_ivy_seeds" not in state:
            state["_ivy_seeds"] = Companion(self._ivy_seed_names)
        return state["_ivy_seeds"]

    def _ivy_seed_names(self) -> dict[str, keras.Variable]:
        # Without slashes, and whatever stands in the keys of dicts.
        states = seed_states(self, inner=False).items()
        return {quote(path, safe="", errors="surrogatepass"): state for path, state in states}

    def _trackable_children(self, save_type: str = "checkpoint", **kwargs: Any) -> dict:
        children = super()._trackable_children(save_type, **kwargs)
        if save_type != "checkpoint":
            return children
        named = self._ivy_seed_names().items()
        return children | {f"{_PREFIX}{name}": state for name, state in named}

    def _ivy_restore_seeds(self) -> None:
        """Give generators that came late what a checkpoint, restored before, has for them."""
        if tracking.awaits(self, _PREFIX):
            for name, state in self._ivy_seed_names().items():
                keras_modules.track_for_checkpoints(self, state, f"{_PREFIX}{name}")
