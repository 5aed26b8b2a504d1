"""See, and change, what the layers of a model put out while it runs.

The layers are hooked for the time of a `with` block, each by an entry in its own `__dict__`;
whatever happens inside, the entries are gone afterwards. Nothing is hooked on import.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

import keras
import tensorflow as tf

from keras_ivy.typing import Array

__all__ = []

#: What a layer takes or puts out: a tensor, or tensors nested in lists, tuples and dicts.
Output: TypeAlias = Array | Sequence["Output"] | tuple["Output", ...] | Mapping[str, "Output"]
#: Runs a layer, whose values before the activation go through a function.
Run: TypeAlias = Callable[[Callable[[Output], Output]], Output]
#: Receives a layer and a way to run it, and returns the output.
Observer: TypeAlias = Callable[[keras.layers.Layer, Run], Output]


@contextlib.contextmanager
def observing(
    layers: Sequence[keras.layers.Layer], observer: Observer, *, before_activation: bool
) -> Iterator[None]:
    """Send every call of some layers through an observer.

    The observer gets the layer and a function `run(adjust)`, which runs the layer's own `call`
    and passes its values through `adjust` on the way: the ones before the activation, if the
    layer has one and `before_activation` is true, otherwise the output. `run` may be called again.

    Functions compiled by `tf.function` run eagerly inside the block, so that the values are there
    to be seen.

    Args:
        layers: The layers.
        observer: What is called instead of each layer's `call`.
        before_activation: Which values `adjust` gets.

    Example:

    >>> layer = keras.layers.Dense(1, "relu", kernel_initializer="ones")
    >>> seen = []
    >>> def look(layer, run):
    ...     return run(lambda values: seen.append(float(values[0, 0])) or values)
    >>> with observing([layer], look, before_activation=True):
    ...     y = layer(keras.ops.convert_to_tensor([[-2.0, -1.0]]))
    >>> seen, float(y[0, 0])
    ([-3.0], 0.0)
    """
    eagerly = tf.config.functions_run_eagerly()
    with contextlib.ExitStack() as stack:
        stack.callback(tf.config.run_functions_eagerly, eagerly)
        tf.config.run_functions_eagerly(True)
        for layer in layers:
            stack.enter_context(_hooked(layer, observer, before_activation))
        yield


@contextlib.contextmanager
def _hooked(
    layer: keras.layers.Layer, observer: Observer, before_activation: bool
) -> Iterator[None]:
    original = layer.call

    def call(*args: object, **kwargs: object) -> Output:
        def run(adjust: Callable[[Output], Output]) -> Output:
            activation = vars(layer).get("activation")
            if not before_activation or not callable(activation):
                return adjust(original(*args, **kwargs))
            with entry(layer, "activation", lambda values: activation(adjust(values))):
                return original(*args, **kwargs)

        return observer(layer, run)

    with entry(layer, "call", call):
        yield


@contextlib.contextmanager
def entry(layer: keras.layers.Layer, name: str, value: object) -> Iterator[None]:
    """Put something into a layer's `__dict__`, past Keras's tracking, and take it out again."""
    entries = vars(layer)
    missing = object()
    before = entries.get(name, missing)
    entries[name] = value
    try:
        yield
    finally:
        if before is missing:
            del entries[name]
        else:
            entries[name] = before


@contextlib.contextmanager
def restoring(variables: Sequence[keras.Variable]) -> Iterator[list[keras.Variable]]:
    """Put variables back to their values at the end, but for those that are to change.

    Yields:
        A list to which the block appends the variables that keep their new values. After an
        error none does.

    Example:

    >>> first, second = keras.Variable(1.0), keras.Variable(1.0)
    >>> with restoring([first, second]) as changed:
    ...     first.assign(2.0), second.assign(2.0), changed.append(first)
    (...)
    >>> float(first), float(second)
    (2.0, 1.0)
    """
    saved = [(variable, keras.ops.copy(variable)) for variable in variables]
    changed: list[keras.Variable] = []
    try:
        yield changed
    except BaseException:
        changed.clear()
        raise
    finally:
        kept = set(map(id, changed))
        for variable, value in saved:
            if id(variable) not in kept:
                variable.assign(value)
