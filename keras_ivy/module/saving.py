"""The part of `Module` that travels: files, exports and configs."""

import os
from collections.abc import Mapping, Sequence
from typing import Any, Self

from keras_ivy.module.attributes import Attributes
from keras_ivy.module.configs.config import (
    arguments_config,
    build_config,
    build_from_config,
    module_from_config,
)
from keras_ivy.module.files.archives import load_module, save_module
from keras_ivy.module.files.exporting import default_signature, exporting, serving, signature_of
from keras_ivy.module.files.seeds import checkpointed_seeds, companion
from keras_ivy.module.files.weights import load_weights, save_weights

__all__ = ["Saving"]


class Saving(Attributes):
    """The methods of `Module` that write it, and read it again."""

    def save_weights(
        self, filepath: str | os.PathLike, overwrite: bool = True, **kwargs: object
    ) -> None:
        """Save the variables.

        A name that ends in `.weights.h5` gives Keras's file, any other Ivy's: HDF5 with a group a
        level and a dataset a variable, which real Ivy reads. The folder is made if need be. The
        file is put in place when it is complete, so an old one survives whatever happens before.

        Args:
            filepath: The file.
            overwrite: Whether to replace an existing file; with False, Keras's files ask first,
                and Ivy's raise.
            **kwargs: For Keras's files: `max_shard_size`. Shards are put in place one by one.

        Raises:
            ValueError: If the file exists and may not be overwritten, or layers inside are not
                built yet.
            OSError: If the file cannot be written.

        Note:
            Ivy's file holds what `v` shows, the other weights of stock Keras layers and, where
            Ivy does not look, the states of seed generators. Keras's holds buffers and the
            optimizer too.
        """
        save_weights(self, super().save_weights, filepath, overwrite, kwargs)

    def load_weights(
        self,
        filepath: str | os.PathLike,
        *args: object,
        allow_pickle: bool = False,
        **kwargs: object,
    ) -> None:
        """Load variables that this package, Keras or real Ivy wrote.

        Of real Ivy these are the files of `module.save_weights`, and with `allow_pickle=True` those
        of `module.v.cont_save`, `module.v.cont_to_disk_as_pickled`, `pickle.dump(module.v, file)`
        and of `module.save`, which holds the whole module. Ivy need not be installed.

        Warning:
            A pickle is a program: reading one can do anything that you can.

        Args:
            filepath: The file; names that end in `.weights.h5` or `.keras` are Keras's.
            *args: For Keras's files: `skip_mismatch`.
            allow_pickle: Whether to read a pickle.
            **kwargs: For Keras's files.

        Raises:
            ValueError: If the file does not fit the module, or layers inside are not built yet;
                an `IvyFileError` if it is damaged, its values are not all in it, or it is a pickle
                that was not allowed. Whatever is raised, nothing has changed then.
        """
        load_weights(self, super().load_weights, filepath, args, allow_pickle, kwargs)

    def save(
        self,
        filepath: str | os.PathLike,
        overwrite: bool = True,
        zipped: bool | None = None,
        **kwargs: object,
    ) -> None:
        """Save the whole module: as Keras does if the name ends in `.keras`, else as a pickle.

        The file is put in place when it is complete, so an old one survives whatever happens
        before. Pass on `.keras` files, and not pickles, which are programs to whoever loads them.

        Args:
            filepath: The file.
            overwrite: Whether to replace an existing file; with False, `.keras` files ask first,
                and pickles raise.
            zipped: For Keras's files: whether it is one file; False gives a folder.
            **kwargs: For Keras's files.

        Raises:
            ValueError: If the name ends in `.h5` or `.hdf5`: in Keras's old HDF5 format no model
                loads that is a class of its own, and Ivy's holds weights alone.
        """
        save_module(self, super().save, filepath, overwrite, zipped, kwargs)

    @staticmethod
    def load(filepath: str | os.PathLike, allow_pickle: bool = False, **kwargs: object) -> Any:
        """Load a module that `save` wrote.

        Warning:
            A pickle is a program: reading one can do anything that you can. What is promised
            about `.keras` files of strangers stands in `SECURITY.md`.

        Args:
            filepath: The file; names that end in `.keras`, and folders, are Keras's, any other is
                a pickle.
            allow_pickle: Whether to read a pickle.
            **kwargs: For Keras's files, the options of `keras.saving.load_model`:
                `custom_objects`, `compile`, `safe_mode`.

        Returns:
            The module.

        Raises:
            IvyFileError: If the file is damaged, needs a class that is not known, is not safe,
                holds weights alone, or is a pickle that was not allowed.
        """
        return load_module(filepath, allow_pickle, kwargs)

    def export(
        self,
        filepath: str | os.PathLike,
        format: str = "tf_saved_model",
        verbose: bool | None = None,
        input_signature: Sequence[object] | Mapping[str, object] | None = None,
        **kwargs: object,
    ) -> None:
        """Write the module for serving: inference only, whatever `train()` has set.

        Args:
            filepath: The folder or file.
            format: `"tf_saved_model"`, or another that Keras knows.
            verbose: Whether to print what was written.
            input_signature: Shapes and dtypes of the inputs, as for `keras.Model.export`. Defaults
                to those of the first call, of any batch size.
            **kwargs: Passed to `keras.Model.export`.

        What the module returns is served as it is; nests inside it under names joined by `_`:
        `(y, (h, c))` as `output_0`, `output_1_0` and `output_1_1`, `{"y": y, "state": {"h": h}}` as
        `y` and `state_h`.

        Raises:
            ValueError: If the module has not been called yet and no signature is given, or two
                outputs would be served under one name.
        """
        signature = signature_of(self) if input_signature is None else input_signature
        with exporting(self), serving(self):
            super().export(
                filepath, format=format, verbose=verbose, input_signature=signature, **kwargs
            )

    @property
    def _default_save_signature(self) -> Any:
        """The function that `tf.saved_model.save(module, ...)` serves; Keras asks for it."""
        return default_signature(self)

    @property
    def _ivy_seeds(self) -> Any:
        """What Keras finds as an attribute when it saves or loads weights: seed states.

        Its name is that of the group in weights files.
        """
        return companion(self)

    def _trackable_children(self, save_type: str = "checkpoint", **kwargs: Any) -> dict[str, Any]:
        children = super()._trackable_children(save_type, **kwargs)
        return children | checkpointed_seeds(self) if save_type == "checkpoint" else children

    # -- configs ------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor, encoded, from which `from_config` builds.

        An override calls it and adds what it has; arguments that cannot be encoded are then left
        to the override.

        Raises:
            TypeError: If an argument cannot be encoded; the sentence names it.
        """
        config = super().get_config()
        own = vars(Saving)["from_config"].__func__
        rebuilt = getattr(type(self).from_config, "__func__", None) is own
        overridden = type(self).get_config is not Saving.get_config
        return arguments_config(self, config, rebuilt, overridden)

    @classmethod
    def from_config(
        cls, config: Mapping[str, object], custom_objects: Mapping[str, object] | None = None
    ) -> Self:
        """Return a module built from a config.

        Args:
            config: What `get_config` returned.
            custom_objects: Classes by name, as Keras's functions take them.
        """
        return module_from_config(cls, config, custom_objects)

    def get_build_config(self) -> dict[str, object] | None:
        """Return the shapes of the first inputs, on which layers inside are built again."""
        return build_config(self)

    def build_from_config(self, config: Mapping[str, object]) -> None:
        """Build the layers inside as `get_build_config` tells."""
        build_from_config(self, super().build_from_config, config)
