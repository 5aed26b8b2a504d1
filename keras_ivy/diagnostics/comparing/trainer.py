"""Trains models that are alike by what was compiled for the first of them."""

import warnings
from collections.abc import Callable, Sequence

import keras

from keras_ivy.structure import sublayers

__all__ = ["Trainer"]


class Trainer:
    """Compiles models, those that are alike only once.

    To trace and to load a compiled function takes longer than many a short training. Models are
    alike if all of them, their loss and their optimizer are Keras's own or this package's, and they
    say the same of themselves in JSON: what such a model does depends on its variables alone, which
    the seeds of its draws belong to.

    Args:
        make_optimizer: Returns a new optimizer of the same settings at every call.
        loss: As in `compile`.
        metrics: As in `compile`.
    """

    def __init__(
        self,
        make_optimizer: Callable[[], keras.optimizers.Optimizer],
        loss: object,
        metrics: Sequence[object],
    ):
        self._make_optimizer = make_optimizer
        self._loss = loss
        self._metrics = metrics
        self._shared = all(
            isinstance(each, str) or _is_known(each)
            for each in keras.tree.flatten([make_optimizer(), loss, metrics])
        )
        self._compiled: keras.Model | None = None
        self._described: str | None = None

    def ready(self, model: keras.Model) -> keras.Model:
        """Return a compiled model with the variables of a new one and an optimizer at its start.

        Args:
            model: A built model, initialized.
        """
        described = describe(model) if self._shared else None
        optimizer, old = self._make_optimizer(), self._compiled
        if old is None or described is None or described != self._described:
            model.compile(optimizer, self._loss, metrics=list(self._metrics))
            # TensorFlow traces a second time where the first trace makes variables.
            optimizer.build(model.trainable_variables)
            self._compiled, self._described = model, described
            return model
        take_over(model.variables, old.variables)
        # An optimizer may begin with copies of the variables.
        optimizer.build(old.trainable_variables)
        take_over(optimizer.variables, old.optimizer.variables)
        return old


def describe(model: keras.layers.Layer) -> str | None:
    """Return all of a model but its variables; None if Keras cannot tell."""
    if not all(_is_known(layer) for layer in (model, *sublayers(model).values())):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a lambda, whose code is written
            text = model.to_json()
    except (NotImplementedError, TypeError):
        return None
    # A name or the code of a function does not tell what stands around it.
    is_whole = '"registered_name": "' not in text and '"__lambda__"' not in text
    return text if is_whole else None


def _is_known(thing: object) -> bool:
    """Whether an object, or a function, is of Keras or of this package's optimizers."""
    module = getattr(thing, "__module__", type(thing).__module__)
    return module.startswith(("keras.", "keras_ivy.optimizers"))


def take_over(new: Sequence[keras.Variable], old: Sequence[keras.Variable]) -> None:
    """Give old variables the values of new ones."""
    for source, target in zip(new, old, strict=True):
        target.assign(source)
