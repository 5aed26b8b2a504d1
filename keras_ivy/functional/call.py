"""`variables` of any Keras model, and calls of it with other values for them."""

from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf

from keras_ivy.container import Container
from keras_ivy.container.base import give_names
from keras_ivy.functional.scope import CallScope
from keras_ivy.functional.values import assign, pair
from keras_ivy.structure import Entry, Structure, names_of, structure_of
from keras_ivy.utils.checks import flag
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

__all__ = ["assign_variables", "functional_call", "refuse_symbolic", "variables"]


def variables(model: keras.layers.Layer, trainable: bool | None = True) -> Container:
    """Return the variables of any built Keras model or layer, by structural path.

    Paths are made of attribute names and positions, so they are equal for two instances of one
    model and for a model loaded from a file. The names of layers are keys too, for reading and
    writing: `v["conv1"]`, `v["conv1/kernel"]`; and `v.describe()` is a table of both. A variable
    that is used in several places is there once, at the alphabetically first of its paths.

    Args:
        model: A Keras layer or model that has its variables.
        trainable: True (default) for those that training changes, False for the rest (statistics
            and seed states), None for all.

    Returns:
        A Container of `keras.Variable`, empty if there is none.

    Raises:
        TypeError: If this is no Keras layer.
        ValueError: If the model is not built.

    Example:

    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> {path: tuple(w.shape) for path, w in variables(model).flatten().items()}
    {'layers/v0/bias': (2,), 'layers/v0/kernel': (3, 2)}
    >>> variables(model)[f"{model.layers[0].name}/kernel"] is model.layers[0].kernel
    True
    """
    if trainable is not None:
        trainable = flag("trainable", trainable, "variables")
    structure = _built(model, "variables")
    found = Container.unflatten(
        {
            entry.path: entry.variable
            for entry in structure.entries
            if trainable is None or entry.variable.trainable == trainable
        }
    )
    give_names(found, names_of(model))
    return found


@tf.autograph.experimental.do_not_convert
def functional_call(
    model: keras.layers.Layer,
    v: Mapping[str, object],
    *args: object,
    training: bool | None = None,
    with_updates: bool = False,
    **kwargs: object,
) -> Any:
    """Call a Keras model with the given values for its variables; the model stays as it is.

    The result is a function of `v` and of the inputs alone: gradients reach `v`, and the model's
    own variables are neither changed nor restored. What a training call would update (the
    statistics of BatchNormalization, the state of a seed) is dropped, or returned on request. So
    Dropout draws the same mask in every call unless the returned seed states are passed on.

    Args:
        model: Any built Keras layer or model.
        v: A value for every trainable variable, as `variables(model)` is structured, and for any
            of the others. Container or nested dict, of tensors, arrays, variables or numbers.
        *args: Inputs of the model.
        training: As in `model(..., training=)`.
        with_updates: If True, also return the values that the non-trainable variables have after
            the call.
        **kwargs: Keyword arguments of the model.

    Returns:
        The outputs; with `with_updates`, the pair `(outputs, updates)`, where `updates` is a
        Container as `variables(model, trainable=False)`.

    Raises:
        TypeError: If `v` is no mapping or a value no array.
        ValueError: If the model is not built, the inputs are symbolic, or `v` misses a value, has
            an unknown one, or one of a wrong shape or dtype.

    Example:

    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> v = {"layers": {"v0": {"kernel": [[2.0], [3.0]], "bias": [1.0]}}}
    >>> functional_call(model, v, tf.constant([[1.0, 10.0]])).numpy()
    array([[33.]], dtype=float32)

    Note:
        Losses that layers add (`add_loss`, regularizers) are not part of the outputs.
    """
    with_updates = flag("with_updates", with_updates, "functional_call")
    if training is not None and len(getattr(training, "shape", (1,))):
        training = flag("training", training, "functional_call")
    structure = _built(model, "functional_call")
    refuse_symbolic("functional_call", args, kwargs)
    needed, optional = _by_need(structure)
    values = pair(structure, needed, v, owner=_describe(model), optional=optional)
    if training is not None:
        kwargs["training"] = training
    with CallScope(values) as scope:
        outputs = model(*args, **kwargs)
    if not with_updates:
        return outputs
    return outputs, Container.unflatten({e.path: scope.value_of(e.variable) for e in optional})


def assign_variables(model: keras.layers.Layer, v: Mapping[str, object]) -> None:
    """Assign values to the variables of a Keras model, after checking all of them.

    Args:
        model: Any built Keras layer or model.
        v: Values for any of the variables, such as a result of `functional_call`'s updates.

    Raises:
        TypeError: If `v` is no mapping or a value no array.
        ValueError: If there is no such variable, or shape or dtype differ. Nothing is assigned.

    Example:

    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    >>> assign_variables(model, {"layers": {"v0": {"kernel": [[5.0]]}}})
    >>> float(model(tf.constant([[2.0]]))[0, 0])
    10.0
    """
    structure = _built(model, "assign_variables")
    assign(pair(structure, structure.entries, v, owner=_describe(model), partial=True))


def refuse_symbolic(name: str, args: object, kwargs: object) -> None:
    """Raise if an argument is a `keras.KerasTensor`: a graph of layers cannot keep values."""
    if any(isinstance(x, keras.KerasTensor) for x in keras.tree.flatten((args, kwargs))):
        raise IvyValueError(
            f"{name} takes tensors; values for the variables cannot become part of a symbolic "
            "model. Call the layer without them, or use them inside a layer of your own. "
            "Received: a symbolic input (keras.KerasTensor)"
        )


def _built(model: object, name: str) -> Structure:
    if not isinstance(model, keras.layers.Layer):
        raise IvyTypeError(
            f"{name} takes a Keras layer or model. "
            f"Received: model={model!r} of type {type(model).__name__}"
        )
    if not model.built:
        raise IvyValueError(
            f"{_describe(model)} has no variables yet. Call it on an input or `build` it first. "
            f"Received: model={model!r}, which is not built"
        )
    return structure_of(model)


def _by_need(structure: Structure) -> tuple[list[Entry], list[Entry]]:
    needed: list[Entry] = []
    optional: list[Entry] = []
    for entry in structure.entries:
        (needed if entry.variable.trainable else optional).append(entry)
    return needed, optional


def _describe(model: keras.layers.Layer) -> str:
    return f"{type(model).__name__} {model.name!r}"
