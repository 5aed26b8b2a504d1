"""Exporting a module: in inference mode, with the inputs it was called with."""

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import keras
import tensorflow as tf

__all__ = ["Exported"]


class Exported:
    """The part of `Module` that is exported."""

    def export(
        self,
        filepath: str | os.PathLike,
        format: str = "tf_saved_model",
        verbose: bool | None = None,
        input_signature: Any = None,
        **kwargs: Any,
    ) -> None:
        """Write the module for serving: inference only, whatever `train()` has set.

        Args:
            filepath: The folder or file.
            format: `"tf_saved_model"`, or another that Keras knows.
            verbose: Whether to print what was written.
            input_signature: Shapes and dtypes of the inputs, as for `keras.Model.export`. Defaults
                to those of the first call, of any batch size.
            **kwargs: Passed to `keras.Model.export`.

        Raises:
            ValueError: If the module has not been called yet and no signature is given.
        """
        if input_signature is None:
            input_signature = self._ivy_signature()
        with self._ivy_exporting():
            super().export(
                filepath,
                format=format,
                verbose=verbose,
                input_signature=input_signature,
                **kwargs,
            )

    def _ivy_signature(self) -> list | None:
        """Return the inputs of the first call, or None if Keras has to find them.

        Keras takes every input for a float; numbers of tokens are whole.
        """
        inputs = vars(self).get("_ivy_inputs")
        if inputs is None or inputs.kwargs:
            return None
        leaves = keras.tree.flatten(inputs.args)
        if not all(isinstance(x, keras.KerasTensor) for x in leaves):
            return None
        return list(keras.tree.map_structure(self._ivy_spec, inputs.args))

    def _ivy_spec(self, tensor: keras.KerasTensor) -> keras.InputSpec:
        is_float = keras.backend.is_float_dtype(tensor.dtype)
        dtype = self.input_dtype if is_float and self.autocast else tensor.dtype
        return keras.InputSpec(shape=(None, *tensor.shape[1:]), dtype=dtype)

    @contextlib.contextmanager
    def _ivy_exporting(self) -> Iterator[None]:
        """Let nothing inside train, and put every module's own flag back afterwards."""
        layers = (self, *self._ivy_structure_now().layers.values())
        flags = [(vars(m), vars(m)["_ivy_training"]) for m in layers if isinstance(m, Exported)]
        for state, _ in flags:
            state.update(_ivy_training=False, _ivy_is_exported=True)
        try:
            yield
        finally:
            for state, flag in flags:
                state.update(_ivy_training=flag, _ivy_is_exported=False)

    @property
    def _default_save_signature(self) -> Any:
        """The function that `tf.saved_model.save(module, ...)` serves.

        Keras makes one for every model, and so for every module inside, and TensorFlow traces each
        of them; `export` serves a function of its own and needs none.
        """
        signature = None if vars(self).get("_ivy_is_exported") else self._ivy_signature()
        if signature is None:
            return None
        specs = keras.tree.map_structure(lambda x: tf.TensorSpec(x.shape, x.dtype), signature)

        @tf.function(input_signature=specs)
        @tf.autograph.experimental.do_not_convert
        def serving_default(*inputs: Any) -> Any:
            return self(*inputs, training=False)

        return serving_default
