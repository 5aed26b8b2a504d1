"""Exporting a module: in inference mode, with the inputs it was called with, outputs by name."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import Any

import keras
import tensorflow as tf

from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["Exported", "servable"]


def servable(outputs: Any) -> Any:
    """Return outputs as TensorFlow can serve them: nests inside a nest become names with `_`.

    Args:
        outputs: An array, a list, tuple or dict of arrays, all of which stay what they are, or a
            nest.

    Returns:
        The outputs, or a dict of all arrays.

    Raises:
        ValueError: If two arrays would have one name.

    Example:

    >>> servable({"y": 1, "state": ([2], 3)})
    {'y': 1, 'state_0_0': 2, 'state_1': 3}
    >>> servable((1, (2, 3)))
    {'output_0': 1, 'output_1_0': 2, 'output_1_1': 3}
    >>> servable([1, 2])
    [1, 2]
    """
    if not any(_items(x) for _, x in _items(outputs)):
        return outputs
    named: dict[str, Any] = {}
    prefix = "" if isinstance(outputs, Mapping) or hasattr(outputs, "_asdict") else "output_"
    for name, x in _arrays(outputs, prefix):
        if name in named:
            raise IvyValueError(
                "Two outputs would be served under one name: return another key or order. "
                f"Received: outputs named {name!r} twice"
            )
        named[name] = x
    return named


def _items(x: Any) -> list[tuple[str, Any]]:
    """Return what a nest holds under which names, or nothing of what is no nest."""
    if hasattr(x, "_asdict"):
        x = x._asdict()
    if isinstance(x, Mapping):
        return [(str(key), value) for key, value in x.items()]
    return [(str(i), value) for i, value in enumerate(x)] if isinstance(x, list | tuple) else []


def _arrays(x: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in _items(x):
        if isinstance(value, Mapping | list | tuple):
            yield from _arrays(value, f"{prefix}{key}_")
        else:
            yield f"{prefix}{key}", value


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

        What the module returns is served as it is; nests inside it under names joined by `_`:
        `(y, (h, c))` as `output_0`, `output_1_0` and `output_1_1`, `{"y": y, "state": {"h": h}}` as
        `y` and `state_h`.

        Raises:
            ValueError: If the module has not been called yet and no signature is given, or two
                outputs would be served under one name.
        """
        if input_signature is None:
            input_signature = self._ivy_signature()
        with self._ivy_exporting(), self._ivy_serving():
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

    @contextlib.contextmanager
    def _ivy_serving(self) -> Iterator[None]:
        """Let Keras, which asks for `module.__call__`, find a function of servable outputs."""
        call = self.__call__

        def serve(*args: Any, **kwargs: Any) -> Any:
            return servable(call(*args, **kwargs))

        vars(self)["__call__"] = tf.autograph.experimental.do_not_convert(serve)
        try:
            yield
        finally:
            del vars(self)["__call__"]

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
            return servable(self(*inputs, training=False))

        return serving_default
