"""What real Ivy saved, as files of Keras's."""

import os
import pathlib
from typing import TYPE_CHECKING

from keras_ivy.utils.checks import received
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

if TYPE_CHECKING:
    from keras_ivy.module.module import Module

__all__ = ["convert_weights"]


def convert_weights(
    module: "Module",
    source: str | os.PathLike,
    target: str | os.PathLike,
    *,
    allow_pickle: bool = False,
) -> None:
    """Load the weights that real Ivy, or this package, saved, and write them as a file of Keras's.

    Args:
        module: A module of the program that the weights were saved by, with all its variables. It
            has the weights afterwards.
        source: What `Module.load_weights` reads: HDF5, or a pickle.
        target: The new file: `*.keras` holds the whole module, `*.weights.h5` its weights.
        allow_pickle: Whether to read a pickle, which is a program: reading one can do anything
            that you can.

    Raises:
        ValueError: If the target has another name, the weights do not fit the module, or they are
            a pickle that was not allowed. Nothing has changed then.

    Example:

    >>> import tempfile
    >>> import keras_ivy as ivy
    >>> folder = tempfile.mkdtemp()
    >>> ivy.Linear(2, 1).save_weights(f"{folder}/net.hdf5")
    >>> ivy.convert_weights(ivy.Linear(2, 1), f"{folder}/net.hdf5", f"{folder}/net.keras")
    >>> ivy.Module.load(f"{folder}/net.keras")
    Linear(in_features=2, out_features=1, with_bias=True)
    """
    if not callable(getattr(module, "load_weights", None)) or isinstance(module, type):
        raise IvyTypeError(f"`module` is a Module. {received('module', module)}")
    name = pathlib.Path(target).name
    if not name.endswith((".keras", ".weights.h5")):
        raise IvyValueError(
            "The name of the new file ends in '.keras' or '.weights.h5'. "
            f"Received: target={str(target)!r}"
        )
    module.load_weights(source, allow_pickle=allow_pickle)
    (module.save if name.endswith(".keras") else module.save_weights)(target)
