"""Rates by depth: a rule for the embedding, for each block, and for the head of any model."""

import weakref
from collections.abc import Sequence

import keras

from keras_ivy.optimizers.parts.spellings import check_range
from keras_ivy.optimizers.rules.depths import depths_of
from keras_ivy.optimizers.rules.rules import Rule
from keras_ivy.registration import register
from keras_ivy.structure import Surroundings, roots_of, structure_of
from keras_ivy.utils.checks import received, text
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError
from keras_ivy.utils.paths import Place
from keras_ivy.utils.patterns import compile_pattern

__all__ = ["AtDepth", "layerwise"]


@register()
class AtDepth:
    """A match for what stands at one depth of a model; `layerwise` makes them.

    Variables of the model itself are known by identity, also where it is part of a larger one;
    those of another instance, or of a loaded one, by their structural paths.

    Args:
        places: Structural paths of variables, or of layers that contain them.
        depth: The depth, from 0.
        last: The depth of the head.

    Example:

    >>> match = AtDepth(["layers/v0"], 0, 2)
    >>> [match(Place(None, [key], key=key)) for key in ("layers/v0/kernel", "layers/v01/kernel")]
    [True, False]
    """

    #: It is asked with a `Place` and not with the variable alone.
    asks_place = True

    def __init__(self, places: Sequence[str], depth: int, last: int):
        self.places, self.depth, self.last = tuple(places), int(depth), int(last)
        self._model: weakref.ref | None = None
        self._known: dict[int, weakref.ref] = {}
        self.__name__ = f"depth {self.depth} of {self.last}"

    def know(self, model: keras.layers.Layer, variables: Sequence[keras.Variable]) -> None:
        """Remember which variables stand at this depth of a model.

        Args:
            model: The model.
            variables: Those at this depth.
        """
        self._model = weakref.ref(model)
        self._known = {id(v): weakref.ref(v) for v in variables}

    def __call__(self, place: Place) -> bool:
        """Whether a variable stands at this depth."""
        own = self._known.get(id(place.given))
        if own is not None and own() is place.given:
            return True
        key = place.key
        return key is not None and any(f"{key}/".startswith(f"{p}/") for p in self.places)

    def get_config(self) -> dict[str, object]:
        """Return the arguments, for `from_config`; the places as seen from the whole model."""
        model = None if self._model is None else self._model()
        outer = [] if model is None else [p for p, root in roots_of(model).items() if p]
        front = f"{outer[0]}/" if len(outer) == 1 else ""
        places = [f"{front}{place}" for place in self.places]
        return {"places": places, "depth": self.depth, "last": self.last}

    @classmethod
    def from_config(cls, config: dict) -> "AtDepth":
        """Make one from what `get_config` returned."""
        return cls(**config)

    def __reduce__(self) -> tuple:
        return type(self), tuple(self.get_config().values())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AtDepth) and self.get_config() == other.get_config()

    def __hash__(self) -> int:
        return hash((self.places, self.depth, self.last))


def layerwise(
    model: keras.layers.Layer, decay: float = 0.75, *, pattern: str | None = None
) -> list[Rule]:
    """Return rules by which the learning rate falls from the head of a model to its embedding.

    The head has the optimizer's rate, each block below it `decay` times that of the one above, and
    the embedding the lowest: `decay ** (n + 1)` for `n` blocks. The rules say nothing of weight
    decay and trust ratios, so that they go together with `"bias_norm"`.

    Blocks are found from the structure. A block is a layer with layers in it that stands in a row
    with others of its class, in a list, under numbered names or one after the other; in a
    functional model that is written out flat, what a residual connection leads around, where
    attention and the feed-forward network after it count as one. What comes before the blocks
    (embeddings, the stem, what the model holds itself) is the embedding, what comes after them
    (the last normalisation, too) the head, and what stands between two blocks, such as a
    downsampling convolution, goes with the one that follows. A model without blocks falls by
    layers with kernels. A layer that is used several times counts where it is used first.

    Args:
        model: A built model or layer.
        decay: Factor of the rate from one depth to the next below, in `(0, 1]`.
        pattern: What tells the blocks, where structure does not: a regular expression for whole
            components of the path of a layer or variable, with a group for each number, such as
            `"layer_(\\d+)"` or `"stage(\\d+)/block(\\d+)"`. Blocks follow each other by these
            numbers; what fits nothing goes by its place among them.

    Returns:
        A rule for each depth, from the embedding on; `optimizer.explain(model)` shows them.

    Raises:
        IvyTypeError: If `model` is no layer, or is not built.
        IvyValueError: If `decay` is out of range, the model has no variables, or `pattern` has no
            group or fits nothing.

    Example:

    >>> model = keras.Sequential([keras.Input((4,)), *(keras.layers.Dense(4) for _ in range(3))])
    >>> rules = layerwise(model, 0.5)
    >>> [rule.lr_multiplier for rule in rules], rules[0]
    ([0.25, 0.5, 1.0], Rule(match=depth 0 of 2, lr_multiplier=0.25))
    >>> optimizer = keras_ivy.AdamW(1e-3, weight_decay=0.1, rules=[*rules, "bias_norm"])
    >>> [(row.lr_multiplier, row.decay) for row in optimizer.explain(model)][:3]
    [(0.25, 0.1), (0.25, 0.0), (0.5, 0.1)]

    Reference:
        Clark et al., "ELECTRA", arXiv:2003.10555; Bao, Dong and Wei, "BEiT", arXiv:2106.08254.
    """
    if not isinstance(model, keras.layers.Layer) or not model.built:
        raise IvyTypeError(f"`model` must be a built model or layer. {received('model', model)}")
    decay = check_range("decay", decay, 0.0, 1.0, "(]")
    variables = [e.variable for e in structure_of(model).entries if _is_weight(e.variable)]
    if not variables:
        raise IvyValueError(f"`model` has no variables to train. {received('model', model)}")
    if pattern is None:
        depths, last = depths_of(model)
    else:
        depths, last = _by_pattern(model, text("pattern", pattern))
    by_depth: dict[int, list[keras.Variable]] = {}
    for variable in variables:
        by_depth.setdefault(depths[id(variable)], []).append(variable)
    rules = []
    for depth, members in sorted(by_depth.items()):
        match = AtDepth(_places(model, members, depths), depth, last)
        match.know(model, members)
        rules.append(Rule(match, lr_multiplier=decay ** (last - depth)))
    return rules


def _is_weight(variable: keras.Variable) -> bool:
    """Whether something is a number that could be trained, and no state of a generator."""
    return "float" in keras.backend.standardize_dtype(variable.dtype)


def _places(
    model: keras.layers.Layer, members: Sequence[keras.Variable], depths: dict[int, int]
) -> list[str]:
    """The paths of what holds these variables and none of another depth, outermost first."""
    structure = structure_of(model)
    mine = set(map(id, members))
    depth = depths[id(members[0])]
    other = [e.path for e in structure.entries if depths.get(id(e.variable), depth) != depth]
    whole: list[str] = []
    for path in sorted(structure.layers, key=lambda p: p.count("/")):
        inside = f"{path}/"
        if any(inside.startswith(f"{place}/") for place in whole):
            continue
        held = any(e.path.startswith(inside) for e in structure.entries if id(e.variable) in mine)
        if held and not any(p.startswith(inside) for p in other):
            whole.append(path)
    for entry in structure.entries:
        if id(entry.variable) in mine and not any(
            entry.path.startswith(f"{place}/") for place in whole
        ):
            whole.append(entry.path)
    return whole


def _by_pattern(model: keras.layers.Layer, pattern: str) -> tuple[dict[int, int], int]:
    """Depths by the numbers that a pattern finds in the paths of variables."""
    fitting = compile_pattern(pattern, "pattern")
    around = Surroundings(model.variables, root=model)
    numbers: list[tuple[int, ...] | None] = []
    for variable in model.variables:
        fit = fitting.first_fit(around.place(variable).spans)
        groups = () if fit is None else fit[1].groups()
        if fit is not None and not (groups and all(str(g).isdigit() for g in groups)):
            raise IvyValueError(
                "`pattern` must have a group for each number of a block, such as "
                f"'layer_(\\d+)'. {received('pattern', pattern)}"
            )
        numbers.append(None if fit is None else tuple(map(int, groups)))
    blocks = sorted({n for n in numbers if n is not None})
    if not blocks:
        raise IvyValueError(
            "`pattern` fits no path. It has to match whole components at the end of the path of a "
            f"layer or variable. {received('pattern', pattern)}, for: "
            f"{', '.join(e.path for e in structure_of(model).entries)}"
        )
    place = {n: i for i, n in enumerate(blocks, 1)}
    depths: dict[int, int] = {}
    for i, (variable, own) in enumerate(zip(model.variables, numbers, strict=True)):
        following = [n for n in numbers[i:] if n is not None]
        if own is None and i and not following:
            depths[id(variable)] = len(blocks) + 1
        elif own is None and not any(n is not None for n in numbers[:i]):
            depths[id(variable)] = 0
        else:
            depths[id(variable)] = place[own if own is not None else following[0]]
    return depths, len(blocks) + 1
