"""Leave a model, its optimizer and every generator of random numbers as they were."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence

import keras
import tensorflow as tf

from keras_ivy.adapters.keras.losses import names_untouched
from keras_ivy.adapters.random_state import seeded
from keras_ivy.structure import sublayers

__all__ = ["unchanged"]


@contextlib.contextmanager
def unchanged(
    model: keras.layers.Layer, optimizer: keras.optimizers.Optimizer | None, seed: int
) -> Iterator[None]:
    """Put everything back at the end of a block, whatever happens inside.

    That is: the values of all variables of the model (statistics and seed states included), of
    its metrics and of the optimizer; the attributes of every layer and of the optimizer, and what
    stands in their lists and dicts; the global generators, which are seeded inside the block; and
    the numbers in Keras's automatic names.

    Args:
        model: The model.
        optimizer: The optimizer, if there is one.
        seed: Seed of the global generators inside the block.
    """
    layers = [model, *sublayers(model).values()]
    objects: list[object] = [*layers, *_optimizers(optimizer)]
    variables = _variables(model, optimizer)
    with contextlib.ExitStack() as stack:
        # Last in, first out: the values are put back by what still has its own attributes.
        stack.enter_context(_attributes(objects))
        stack.enter_context(_values(variables))
        stack.enter_context(names_untouched())
        stack.enter_context(seeded(seed, keep_kernels=True))
        yield


def _optimizers(optimizer: object) -> list[object]:
    """An optimizer and those inside it."""
    if optimizer is None:
        return []
    inner = [getattr(optimizer, "inner_optimizer", None), *getattr(optimizer, "optimizers", ())]
    return [optimizer, *(each for one in inner if one is not None for each in _optimizers(one))]


def _variables(
    model: keras.layers.Layer, optimizer: keras.optimizers.Optimizer | None
) -> list[keras.Variable | tf.Variable]:
    found: list[keras.Variable | tf.Variable] = [*model.variables]
    for layer in [model, *sublayers(model).values()]:
        found += getattr(layer, "metrics_variables", [])
    for each in _optimizers(optimizer):
        found += each.variables  # type: ignore[attr-defined]
        # What an optimizer tells, such as trust ratios, is no part of its state.
        parts = [each, *(x for x in vars(each).values() if _is_ours(x))]
        found += [x for p in parts for x in vars(p).values() if isinstance(x, tf.Variable)]
    return list({id(variable): variable for variable in found}.values())


def _is_ours(value: object) -> bool:
    """Whether an attribute is an object of this package's, as the parts of an optimizer are."""
    return type(value).__module__.startswith("keras_ivy") and hasattr(value, "__dict__")


@contextlib.contextmanager
def _values(variables: Iterable[keras.Variable | tf.Variable]) -> Iterator[None]:
    # No copies: `assign` gives a variable a new buffer, and what was read keeps the old one.
    saved = [(variable, _value(variable)) for variable in variables]
    try:
        yield
    finally:
        for variable, value in saved:
            variable.assign(value)


def _value(variable: keras.Variable | tf.Variable) -> tf.Tensor:
    value = variable.value if isinstance(variable, keras.Variable) else variable
    return tf.convert_to_tensor(value)


@contextlib.contextmanager
def _attributes(objects: Sequence[object]) -> Iterator[None]:
    """Put back attributes, and the items of lists and dicts that are attributes."""
    saved = [(vars(each), dict(vars(each))) for each in objects]
    lists = [(x, list(x)) for _, before in saved for x in before.values() if isinstance(x, list)]
    dicts = [(x, dict(x)) for _, before in saved for x in before.values() if type(x) is dict]
    try:
        yield
    finally:
        for entries, before in saved:
            for name in [name for name in entries if name not in before]:
                del entries[name]
            entries.update(before)
        for items, before_items in lists:
            # Past the trackers that lists of a layer have.
            list.__setitem__(items, slice(None), before_items)
        for mapping, before_mapping in dicts:
            mapping.clear()
            mapping.update(before_mapping)
