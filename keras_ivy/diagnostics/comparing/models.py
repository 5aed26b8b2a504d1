"""One model for each scheme: made anew, built, and initialized."""

import contextlib
from collections.abc import Callable, Iterator, Mapping

import keras
import tensorflow as tf

from keras_ivy.adapters.keras.losses import names_untouched
from keras_ivy.adapters.random_state import seeded
from keras_ivy.initializers.model.initialize import initialize_model
from keras_ivy.initializers.model.lsuv.lsuv import lsuv
from keras_ivy.utils.checks import received
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

__all__ = ["begin", "check_arguments", "check_fit", "make_model_for", "refuse_shared", "sheltered"]

Make = Callable[[], keras.layers.Layer]


def check_arguments(schemes: object, make_model: object) -> dict[str, object]:
    """Return the schemes as a dictionary of one's own.

    Raises:
        IvyTypeError: If they are no mapping of labels, or `make_model` cannot be called.
        IvyValueError: If there are none.
    """
    if not isinstance(schemes, Mapping):
        raise IvyTypeError(
            "`schemes` must map a label to what `initialize_model` takes, such as "
            f"{{'he': 'kaiming'}}. {received('schemes', schemes)}"
        )
    if not schemes:
        raise IvyValueError(f"There is no scheme to compare. {received('schemes', schemes)}")
    for label in schemes:
        if not isinstance(label, str) or not label:
            raise IvyTypeError(
                f"The label of a scheme must be a text that is not empty. Received: label={label!r}"
            )
    if isinstance(make_model, keras.layers.Layer) or not callable(make_model):
        raise IvyTypeError(
            "`make_model` must be a function without arguments that returns a new model, such as "
            f"`lambda: keras.Sequential([...])`. {received('make_model', make_model)}"
        )
    return dict(schemes)


@contextlib.contextmanager
def sheltered(seed: int) -> Iterator[None]:
    """Seed the global generators for a block; they and Keras's automatic names stay as they were.

    Every block begins with the same names, so that the layers of two models are called alike.
    """
    with names_untouched(), seeded(seed % 2**31, keep_kernels=True):
        yield


def make_model_for(label: str, make_model: Make, inputs: object, seed: int) -> keras.layers.Layer:
    """Return a new model, built.

    Raises:
        IvyTypeError: If that is no model.
    """
    with sheltered(seed):
        model = make_model()
        if not isinstance(model, keras.layers.Layer):
            raise IvyTypeError(
                "`make_model` must return a Keras model, layer or Module. "
                f"Received: {model!r} of type {type(model).__name__}, for {label!r}"
            )
        if not model.built:
            model(inputs)
    return model


def refuse_shared(models: Mapping[str, keras.layers.Layer]) -> None:
    """Refuse models that are the same, or have variables in common.

    Raises:
        IvyValueError: If there are such; nothing has changed.
    """
    owners: dict[int, str] = {}
    for label, model in models.items():
        for variable in model.variables:
            first = owners.setdefault(id(variable), label)
            if first != label:
                raise IvyValueError(
                    "`make_model` must make a new model, with layers of its own, at every call. "
                    f"Received: the models for {first!r} and {label!r} share {variable.path!r}"
                )


def check_fit(model: keras.layers.Layer, inputs: object) -> None:
    """Call a model with one sample.

    Raises:
        IvyValueError: If the inputs are not what it takes.
    """
    one = keras.tree.map_structure(lambda leaf: leaf[:1], inputs)
    try:
        model(one)
    except (ValueError, TypeError, KeyError, tf.errors.InvalidArgumentError) as error:
        shapes = keras.tree.map_structure(lambda leaf: tuple(leaf.shape), inputs)
        raise IvyValueError(
            f"`x` is not what {model.name!r} takes: {error} Received: x of shape {shapes}"
        ) from error


def begin(label: str, scheme: object, model: keras.layers.Layer, inputs: object, seed: int) -> None:
    """Initialize a model.

    Args:
        label: The scheme's label, for the error.
        scheme: What `initialize_model` takes; a pair `(name, arguments)`; `"lsuv"`, which looks at
            the inputs; or None, which leaves what `make_model` has drawn.
        model: The model.
        inputs: A batch.
        seed: The seed.

    Raises:
        IvyValueError: If the scheme is unknown, or does not suit the model.
        IvyTypeError: If it is none.
    """
    if scheme is None:
        return
    try:
        if isinstance(scheme, str) and scheme.lower() == "lsuv":
            count = int(keras.tree.flatten(inputs)[0].shape[0])
            lsuv(model, inputs, batch_size=count, seed=seed, verbose=0)
            return
        name, arguments = _pair(scheme)
        initialize_model(model, name, arguments, seed=seed)
    except ValueError as error:
        raise IvyValueError(f"The scheme {label!r}: {error}") from error
    except TypeError as error:
        raise IvyTypeError(f"The scheme {label!r}: {error}") from error


def _pair(scheme: object) -> tuple[object, dict[str, object] | None]:
    """The first two arguments of `initialize_model`."""
    if isinstance(scheme, tuple) and len(scheme) == 2:
        name, arguments = scheme
        if isinstance(name, str) and isinstance(arguments, Mapping):
            return name, dict(arguments)
    return scheme, None
