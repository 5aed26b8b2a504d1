"""Exporting a module: in inference mode, with the inputs it was called with, outputs by name."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import keras
import tensorflow as tf

from keras_ivy.module.record import own_record
from keras_ivy.module.variables.tracking import records_in
from keras_ivy.utils.exceptions import IvyValueError

if TYPE_CHECKING:
    from keras_ivy.module.module import Module

__all__ = ["default_signature", "exporting", "servable", "serving", "signature_of"]


def servable(outputs: object) -> object:
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


def signature_of(module: "Module") -> list | None:
    """Return the inputs of the first call, or None if Keras has to find them.

    Keras takes every input for a float; numbers of tokens are whole.
    """
    inputs = own_record(module).inputs
    if inputs is None or inputs.kwargs:
        return None
    leaves = keras.tree.flatten(inputs.args)
    if not all(isinstance(x, keras.KerasTensor) for x in leaves):
        return None

    def spec(tensor: keras.KerasTensor) -> keras.InputSpec:
        is_float = keras.backend.is_float_dtype(tensor.dtype)
        dtype = module.input_dtype if is_float and module.autocast else tensor.dtype
        return keras.InputSpec(shape=(None, *tensor.shape[1:]), dtype=dtype)

    return list(keras.tree.map_structure(spec, inputs.args))


@contextlib.contextmanager
def exporting(module: "Module") -> Iterator[None]:
    """Let nothing inside train, and put every module's own flag back afterwards."""
    records = [own_record(layer) for _, layer in records_in(module)]
    flags = [record.training for record in records]
    for record in records:
        record.training, record.exporting = False, True
    try:
        yield
    finally:
        for record, flag in zip(records, flags, strict=True):
            record.training, record.exporting = flag, False


@contextlib.contextmanager
def serving(module: "Module") -> Iterator[None]:
    """Let Keras, which asks for `module.__call__`, find a function of servable outputs."""
    call = module.__call__

    def serve(*args: Any, **kwargs: Any) -> Any:
        return servable(call(*args, **kwargs))

    attributes = module.__dict__  # past Keras's tracking
    attributes["__call__"] = tf.autograph.experimental.do_not_convert(serve)
    try:
        yield
    finally:
        del attributes["__call__"]


def default_signature(module: "Module") -> Callable[..., object] | None:
    """Return the function that `tf.saved_model.save(module, ...)` serves.

    Keras makes one for every model, and so for every module inside, and TensorFlow traces each
    of them; `export` serves a function of its own and needs none.
    """
    signature = None if own_record(module).exporting else signature_of(module)
    if signature is None:
        return None
    specs = keras.tree.map_structure(lambda x: tf.TensorSpec(x.shape, x.dtype), signature)

    @tf.function(input_signature=specs)
    @tf.autograph.experimental.do_not_convert
    def serving_default(*inputs: Any) -> Any:
        return servable(module(*inputs, training=False))

    return serving_default
