"""The variables of a model as rules and schemes see them."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import keras

from keras_ivy.initializers.fans.geometry import Geometry
from keras_ivy.initializers.fans.lookup import find_geometry, guess_geometry
from keras_ivy.initializers.fans.rules import rule_for
from keras_ivy.structure import path_by_names, path_with_names, sublayers, walk
from keras_ivy.utils.paths import Place
from keras_ivy.utils.reports.lookup import natural

__all__ = ["Target"]


@dataclass(frozen=True)
class Target:
    """A variable of a model, as rules and predicates see it.

    Args:
        path: Structural path, such as `"layers/v0/kernel"`.
        layers: The layers that contain it, from the one that owns it to the model.
        variable: The variable.
        geometry: Its fans, role and axes.
        position: Its place in the model's list of variables, the order of creation.
        guessed: Whether no rule knew its fans, so that they come from the shape.
        seed_path: The path with names that the user gave in the place of positions.
    """

    __module__ = "keras_ivy.initializers"

    path: str
    layers: tuple[keras.layers.Layer, ...]
    variable: keras.Variable
    geometry: Geometry
    position: int = 0
    guessed: bool = False
    seed_path: str = ""

    @property
    def layer(self) -> keras.layers.Layer:
        """The layer that owns the variable."""
        return self.layers[0]

    @property
    def name(self) -> str:
        """The last part of the path, such as `"kernel"`."""
        return self.path.rsplit("/", 1)[-1]

    @property
    def full_name(self) -> str:
        """Its path by the names of layers, such as `"conv1/kernel"`."""
        return path_by_names(self.layers, self.variable)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the variable."""
        return tuple(self.variable.shape)

    @property
    def keras_path(self) -> str:
        """The path that `model.summary()` shows, such as `"dense_1/kernel"`."""
        return self.variable.path

    @property
    def role(self) -> str:
        """`"kernel"`, `"recurrent"`, `"embedding"`, `"bias"`, ...; see `Geometry`."""
        return self.geometry.role

    @property
    def is_weight(self) -> bool:
        """Whether it carries a random draw: a kernel, a recurrent kernel or an embedding."""
        return self.geometry.is_weight

    @property
    def is_normalization(self) -> bool:
        """Whether it is a scale, a shift or a statistic of a normalisation."""
        return self.geometry.normalizes

    @functools.cached_property
    def place(self) -> Place:
        """Where it stands, as a match asks it: by structure, by names, and as Keras shows it."""
        paths = dict.fromkeys((self.path, self.seed_path, self.keras_path, self.full_name))
        return Place(self, [path for path in paths if path], self.layers, self.path)


def collect_targets(model: keras.layers.Layer) -> list[Target]:
    """Return the variables of a built model, each once, sorted by structural path.

    States of seed generators are left out: they are nothing to initialize.

    Raises:
        TypeError: If `model` is not a Keras layer or model.
        ValueError: If it is not built.
    """
    if not isinstance(model, keras.layers.Layer):
        raise TypeError(
            "`model` must be a Keras layer or model. "
            f"Received: model={model!r} of type {type(model).__name__}"
        )
    layers = {"": model, **sublayers(model)}
    _check_built(model, layers)
    position = {id(variable): i for i, variable in enumerate(model.variables)}
    targets = []
    for entry in walk(model):
        if entry.variable.name == "seed_generator_state":  # of dropout: no weight, no statistic
            continue
        parts = entry.path.split("/")
        chain = [layers.get("/".join(parts[:stop])) for stop in range(len(parts))]
        above = [layer for layer in reversed(chain) if layer not in (None, entry.layer)]
        owner, geometry = find_geometry(entry.layer, entry.variable, layers.values())
        targets.append(
            Target(
                entry.path,
                (owner, *(layer for layer in above if layer is not owner)),
                entry.variable,
                geometry or guess_geometry(owner, entry.variable),
                position.get(id(entry.variable), len(position)),
                guessed=geometry is None,
                seed_path=path_with_names(entry.path, layers),
            )
        )
    return targets


def in_call_order(targets: Sequence[Target]) -> list[int]:
    """Return the positions of variables, layer by layer in the order of creation.

    Within a layer they are sorted by path, numbers as numbers.
    """
    first: dict[int, int] = {}
    for target in targets:
        key = id(target.layer)
        first[key] = min(target.position, first.get(key, target.position))

    def place(i: int) -> tuple:
        return first[id(targets[i].layer)], natural(targets[i].path)

    return sorted(range(len(targets)), key=place)


def _check_built(model: keras.layers.Layer, layers: dict[str, keras.layers.Layer]) -> None:
    """Raise if a layer that has variables once it is built is not built."""
    unbuilt = [path for path, layer in layers.items() if not layer.built and rule_for(type(layer))]
    if (model.built or len(layers) > 1) and not unbuilt:
        return
    names = ", ".join(f"{path or model.name} ({type(layers[path]).__name__})" for path in unbuilt)
    raise ValueError(
        f"The model {model.name!r} is not built, so it has no weights yet"
        f"{': ' + names if names else ''}. Call it on a batch of data, call "
        "`model.build(input_shape)`, or begin it with `keras.Input`."
    )
