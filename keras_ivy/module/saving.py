"""Files of a module: Ivy's HDF5 weights and Keras's, pickles and `.keras` archives."""

import os
import pathlib
import pickle
from typing import Any

import keras

from keras_ivy.container import Container
from keras_ivy.functional.values import assign
from keras_ivy.structure import Entry
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

__all__ = ["Saved"]

#: Names of weights files that Keras writes and reads.
_KERAS_WEIGHTS = (".weights.h5", ".weights.json")


class Saved:
    """The part of `Module` that writes and reads files."""

    def save_weights(self, filepath: str | os.PathLike, overwrite: bool = True, **kwargs: Any):
        """Save the variables.

        A name that ends in `.weights.h5` gives Keras's file, any other Ivy's: HDF5 with a group a
        level and a dataset a variable, which real Ivy reads. The folder is made if need be.

        Args:
            filepath: The file.
            overwrite: Whether to replace an existing file; with False, Keras's files ask first,
                and Ivy's raise.
            **kwargs: For Keras's files: `max_shard_size`.

        Raises:
            ValueError: If the file exists and may not be overwritten.

        Note:
            Ivy's file holds what `v` shows and the other weights of stock Keras layers; Keras's
            holds buffers and seed states too.
        """
        path = pathlib.Path(filepath)
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.name.endswith(_KERAS_WEIGHTS):
            super().save_weights(filepath, overwrite=overwrite, **kwargs)
            return
        if kwargs:
            raise IvyTypeError(
                f"Files of Ivy's layout take no such options; a name that ends in '.weights.h5' "
                f"gives Keras's file. Received: {kwargs}"
            )
        if path.exists() and not overwrite:
            raise IvyValueError(f"The file exists. Received: filepath={str(path)!r}")
        values = {entry.path: entry.variable for entry in self._ivy_saved()}
        Container(values).save(path, format="h5")

    def load_weights(self, filepath: str | os.PathLike, *args: Any, **kwargs: Any) -> None:
        """Load variables that `save_weights` of this package, of Keras or of real Ivy wrote.

        Args:
            filepath: The file; names that end in `.weights.h5` or `.keras` are Keras's.
            *args: For Keras's files: `skip_mismatch`.
            **kwargs: For Keras's files.

        Raises:
            ValueError: If the file does not fit the module. Nothing is assigned then.
        """
        path = pathlib.Path(filepath)
        if path.name.endswith((*_KERAS_WEIGHTS, ".keras")) or not path.is_file():
            super().load_weights(filepath, *args, **kwargs)
            return
        if args or kwargs:
            raise IvyTypeError(
                "Files of Ivy's layout are loaded as a whole, without options. "
                f"Received: {args} {kwargs}"
            )
        if not self._ivy_made:
            self.v  # noqa: B018 - reading builds, where the mode allows it
        structure = self._ivy_structure_now()
        values = Container.load(path)
        given = {structure.resolve(name) for name in values.flatten()}
        # Real Ivy writes less than `save_weights`: not the statistics of stock Keras layers.
        shown = self._ivy_entries(structure)
        saved = self._ivy_saved()
        needed = saved if any(e.path in given for e in saved if e not in shown) else shown
        assign(self._ivy_pair(values, needed, structure, partial=False))

    def _ivy_saved(self) -> list[Entry]:
        """Return the entries of all weights: everything but buffers and seed states."""
        structure = self._ivy_structure_now()
        weights = set(map(id, self.weights))
        buffers = set(map(id, self.buffers.flatten().values()))
        return [e for e in structure.entries if id(e.variable) in weights - buffers]

    def save(self, filepath: str | os.PathLike, *args: Any, **kwargs: Any) -> None:
        """Save the whole module: as Keras does if the name ends in `.keras`, else as a pickle.

        Args:
            filepath: The file.
            *args: For `.keras` files: `overwrite`.
            **kwargs: For `.keras` files: `overwrite`, `zipped`.
        """
        path = pathlib.Path(filepath)
        if path.suffix in (".keras", ".h5", ".hdf5") or args or kwargs:
            super().save(filepath, *args, **kwargs)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pickle.dumps(self))

    @staticmethod
    def load(filepath: str | os.PathLike) -> Any:
        """Load a module that `save` wrote.

        Pickles run code: load only files whose origin you trust.

        Args:
            filepath: The file.

        Returns:
            The module.
        """
        path = pathlib.Path(filepath)
        if path.suffix in (".keras", ".h5", ".hdf5"):
            return keras.saving.load_model(path)
        return pickle.loads(path.read_bytes())
