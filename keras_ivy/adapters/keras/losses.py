"""A model's compiled loss, asked without leaving anything behind.

Keras keeps the loss of `compile` in an object that counts what it is asked, and builds metrics
from the first targets. A twin answers in its place.

Private names used: `CompileLoss`, `Trainer._compile_loss`, `CompileLoss._user_loss`,
`_user_loss_weights`, `_flat_losses`, and the table of automatic names.
"""

import contextlib
from collections.abc import Iterator

import keras
from keras.src.backend.common.global_state import get_global_attribute
from keras.src.trainers.compile_utils import CompileLoss

__all__ = ["compiled_loss", "loss_of", "losses_of", "names_untouched"]


def loss_of(loss: object, output_names: list[str] | None = None) -> CompileLoss:
    """Return what `compile(loss=loss)` would make: called with targets and outputs."""
    return CompileLoss(loss, output_names=output_names)


def losses_of(loss: CompileLoss) -> list[keras.losses.Loss]:
    """Return the losses of the single outputs, after the first call."""
    return [each.loss for each in loss._flat_losses or ()]


@contextlib.contextmanager
def compiled_loss(model: keras.Model) -> Iterator[CompileLoss | None]:
    """Put a twin in the place of a compiled model's loss for the time of a block.

    Yields:
        The twin; None if the model has no loss.
    """
    own = getattr(model, "_compile_loss", None)
    if own is None:
        yield None
        return
    twin = CompileLoss(own._user_loss, own._user_loss_weights, output_names=own.output_names)
    entries = vars(model)
    entries["_compile_loss"] = twin
    try:
        yield twin
    finally:
        entries["_compile_loss"] = own


@contextlib.contextmanager
def names_untouched() -> Iterator[None]:
    """Make nothing that is made in a block count for the numbers in automatic names."""
    names = get_global_attribute("object_name_uids")
    before = None if names is None else dict(names)
    try:
        yield
    finally:
        names = get_global_attribute("object_name_uids")
        if names is not None:
            names.clear()
            names.update(before or {})
