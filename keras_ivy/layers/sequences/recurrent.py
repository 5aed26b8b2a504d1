"""LSTM."""

import collections
from collections.abc import Sequence
from typing import Any, Unpack

import keras
import tensorflow as tf
from keras import ops

from keras_ivy.adapters.keras import graph as keras_graph
from keras_ivy.layers.base import FANS, GLOROT, IvyLayer
from keras_ivy.layers.options import Options
from keras_ivy.ops import check_values, checks
from keras_ivy.ops.nn.recurrent import lstm_scan
from keras_ivy.ops.tensors import to_tensor
from keras_ivy.typing import Array, ArrayLike, DTypeLike, InitializerLike, Values
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["LSTM"]

#: Every layer is two variables and a loop: building more would never end.
MOST_LAYERS = 10_000


class _Served(dict):
    """Arrays by the names they are served under, beside which the fields are found as well.

    TensorFlow asks one method for both: for what it serves, and for the fields it saves.
    """

    state: Any = None

    def __missing__(self, key: str) -> Any:
        if key != "state":
            raise KeyError(key)
        return self.state


class LSTMOutput(collections.namedtuple("LSTMOutput", ["output", "state"])):
    """What an LSTM with `return_state` returns: a pair, of which exported models serve the parts.

    A slice is taken of all arrays without nests, as Keras's wrappers take the states.

    Example:

    >>> output = LSTMOutput("y", (["h"], ["c"]))
    >>> y, (h, c) = output
    >>> output._asdict()
    {'output': 'y', 'hidden_0': 'h', 'cell_0': 'c'}
    >>> output[1], output[1:]
    ((['h'], ['c']), ('h', 'c'))
    """

    __module__ = "keras_ivy.layers"
    __slots__ = ()

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return (self.output, *(x for states in self.state for x in states))[index]
        return super().__getitem__(index)

    @classmethod
    def of(cls, arrays: Sequence[Array]) -> "LSTMOutput":
        """Return the pair of which `arrays` are all arrays, without nests."""
        half = 1 + (len(arrays) - 1) // 2
        return cls(arrays[0], (list(arrays[1:half]), list(arrays[half:])))

    def _asdict(self) -> dict[str, Any]:
        """Return all arrays by the names under which TensorFlow serves them, without nests."""
        named = _Served(output=self.output)
        named.state = self.state
        for name, states in zip(("hidden", "cell"), self.state, strict=True):
            named.update({f"{name}_{i}": x for i, x in enumerate(states)})
        return named


class LSTM(IvyLayer):
    """A stack of long short-term memories without biases.

    `i, f, g, o = split(x @ w + h @ u)`, `c = sigmoid(f) * c + sigmoid(i) * tanh(g)`,
    `h = sigmoid(o) * tanh(c)`, with `w = v.input.layer_i.w` and `u = v.recurrent.layer_i.w`.

    Args:
        input_channels: Size of the last axis of inputs; None to take it from the first one.
        output_channels: Size of the states.
        weight_initializer: Initializer of all weights: an object, a name or a function.
        num_layers: The number of layers, each fed by the one before.
        return_sequence: If True, outputs are returned for all steps, else for the last one.
        return_state: If True, the last states are returned too.
        device: Where variables are made.
        v: Values for the variables: `input/layer_i/w` of shape `(in or out, 4 * out)` and
            `recurrent/layer_i/w` of shape `(out, 4 * out)`.
        dtype: The data type, or a dtype policy.
        fans: `"ivy"` takes the sizes of inputs and states as fans of all weights, `"true"` those
            of one gate.
        go_backwards: If True, the steps are taken from the last one on, and outputs for all steps
            come in that order, as in Keras's layers.
        zero_output_for_mask: If True, outputs of masked steps are zeros, not those of the step
            before.
        unroll: If True, the steps are written out one after the other instead of in a loop, which
            LiteRT needs to run without TensorFlow's operations; for a known number of steps.
        **kwargs: Further arguments of `Module`.

    Call arguments:
        inputs: An array of shape `(batch, time, in)`, without the batch, or with more axes of it.
        initial_state: A pair of lists of hidden and of cell states, one for each layer, or of two
            arrays for one layer; zeros by default.
        mask: Where False, a step is passed over; of shape `(batch, time)`.

    Returns from a call:
        Outputs of shape `(batch, time, out)`, or `(batch, out)` without `return_sequence`; with
        `return_state`, a pair of them and of `(hidden states, cell states)`, two lists with one
        array of shape `(batch, out)` for each layer. Exported models serve them without nests, as
        `output`, `hidden_0`, ..., `cell_0`, ....

    Raises:
        ValueError: If a size is smaller than 1, or an LSTM with `unroll` gets inputs with an
            unknown number of steps.

    Note:
        Ivy returns pairs of both states in the second list, and runs layers in the alphabetical
        order of their names, which differs from eleven layers on.

    Example:

    >>> import numpy as np
    >>> y, (h, c) = LSTM(3, 4, num_layers=2)(np.ones((1, 5, 3), "float32"))
    >>> y.shape, len(h), c[1].shape
    (TensorShape([1, 5, 4]), 2, TensorShape([1, 4]))

    Reference: Ivy's `stateful/layers.py`.
    """

    __module__ = "keras_ivy.layers"
    keras_classes = (keras.layers.LSTM, keras.layers.RNN)
    supports_masking = True

    def __init__(
        self,
        input_channels: int | None,
        output_channels: int,
        weight_initializer: InitializerLike = GLOROT,
        num_layers: int = 1,
        return_sequence: bool = True,
        return_state: bool = True,
        device: str | None = None,
        v: Values | None = None,
        dtype: DTypeLike | keras.DTypePolicy = None,
        *,
        fans: str = "ivy",
        go_backwards: bool = False,
        zero_output_for_mask: bool = False,
        unroll: bool = False,
        **kwargs: Unpack[Options],
    ):
        owner = type(self).__name__
        self._input_channels = checks.positive(owner, "input_channels", input_channels, True)
        self._output_channels = checks.positive(owner, "output_channels", output_channels)
        self._num_layers = checks.positive(owner, "num_layers", num_layers, most=MOST_LAYERS)
        self._return_sequence = checks.flag(owner, "return_sequence", return_sequence)
        self._return_state = checks.flag(owner, "return_state", return_state)
        self._fans = checks.choice(owner, "fans", fans, FANS)
        self.go_backwards = checks.flag(owner, "go_backwards", go_backwards)
        self.zero_output_for_mask = checks.flag(owner, "zero_output_for_mask", zero_output_for_mask)
        self._unroll = checks.flag(owner, "unroll", unroll)
        self._w_init = weight_initializer
        super().__init__(device=device, v=v, dtype=dtype, **self._late(input_channels, kwargs))

    # What Keras's wrappers ask of a recurrent layer.
    stateful, states = False, None

    @property
    def return_sequences(self) -> bool:
        """Whether outputs are returned for all steps."""
        return self._return_sequence

    @property
    def return_state(self) -> bool:
        """Whether the last states are returned too."""
        return self._return_state

    def _build(self, *args: Any, **kwargs: Any) -> bool:
        if self._input_channels is None:
            self._input_channels = self._size_of_input(args, -1)
        return True

    def _create_variables(self, device: str | None = None, dtype: str | None = None) -> dict:
        size, out = self._input_channels, self._output_channels
        v: dict[str, dict] = {"input": {}, "recurrent": {}}
        for i in range(self._num_layers):
            rows = size if i == 0 else out
            for name, n in (("input", rows), ("recurrent", out)):
                # Ivy passes the fans of the first layer to all.
                w = self._draw(self._w_init, (n, 4 * out), device, dtype, out, size, layer="lstm")
                v[name][f"layer_{i}"] = {"w": w}
        return v

    def _forward(self, inputs: Any, initial_state: Any = None, mask: Any = None) -> Any:
        x = self._floats("inputs", inputs)
        owner = type(self).__name__
        if len(x.shape) < 2:
            checks.input_rank(owner, "inputs", x, [2, 3], "(batch, time, input_channels)")
        why = "the `input_channels` of the layer"
        checks.size_of_axis(owner, "inputs", x, -1, self._input_channels, why)
        batch = ops.shape(x)[:-2]
        rank = len(x.shape)
        if rank != 3:
            x = tf.reshape(x, (-1, *ops.shape(x)[-2:]))
            mask = None if mask is None else tf.reshape(mask, (-1, ops.shape(x)[-2]))
        states = self._states(initial_state, x)
        x = tf.transpose(x, (1, 0, 2))
        if mask is not None:
            mask = tf.transpose(tf.cast(mask, tf.bool))[..., tf.newaxis]
        if self.go_backwards:
            x, mask = tf.reverse(x, [0]), None if mask is None else tf.reverse(mask, [0])
        steps, variables = x.shape[0], self.v
        if self._unroll and steps is None:
            raise IvyValueError(
                f"{owner}: with `unroll=True` the number of steps must be known, as in "
                f"`keras.Input((5, {self._input_channels}))`. Received: inputs of shape "
                f"{tuple(inputs.shape)}"
            )
        hs, cs = [], []
        for i, (h, c) in enumerate(states):
            w = to_tensor(variables["input"][f"layer_{i}"]["w"], x.dtype)
            u = to_tensor(variables["recurrent"][f"layer_{i}"]["w"], x.dtype)
            wanted = self._return_sequence or i + 1 < self._num_layers
            x, h, c = lstm_scan(x, h, c, w, u, mask=mask, sequence=wanted, unroll=self._unroll)
            if wanted and tuple(x.shape)[::2] != (steps, self._output_channels):
                x = tf.ensure_shape(x, (steps, None, self._output_channels))
            hs.append(h)
            cs.append(c)
        if self._return_sequence and self.zero_output_for_mask and mask is not None:
            x = tf.where(mask, x, tf.zeros_like(x))
        y = tf.transpose(x, (1, 0, 2)) if self._return_sequence else hs[-1]
        if rank != 3:
            y = tf.reshape(y, (*batch, *ops.shape(y)[1:]))
            hs, cs = (
                [tf.reshape(s, (*batch, self._output_channels)) for s in ss] for ss in (hs, cs)
            )
        if not self._return_state:
            return y
        # A functional model that was loaded knows the nest as plain lists.
        keras_graph.name_outputs(self, 1 + 2 * self._num_layers, LSTMOutput.of)
        return LSTMOutput(y, (hs, cs))

    def _states(self, initial_state: Any, x: Any) -> list[tuple[Any, Any]]:
        """Return the first hidden and cell state of each layer, with one batch axis."""
        size = self._output_channels
        if initial_state is None:
            zeros = tf.zeros((ops.shape(x)[0], size), x.dtype)
            return [(zeros, zeros)] * self._num_layers
        owner = type(self).__name__
        pair = list(initial_state)
        if len(pair) == 1 and isinstance(pair[0], list | tuple):
            pair = list(pair[0])  # the half of what Keras's Bidirectional was given
        if len(pair) == 2 * self._num_layers > 2:  # the half of all, without nests
            pair = [pair[: self._num_layers], pair[self._num_layers :]]
        if self._num_layers == 1:
            pair = [s if isinstance(s, list | tuple) else [s] for s in pair]
        if len(pair) != 2 or any(len(list(s)) != self._num_layers for s in pair):
            raise IvyValueError(
                f"{owner}: `initial_state` is a pair of lists, hidden and cell states, each with "
                f"one array for each of the {self._num_layers} layers. "
                f"Received: initial_state with {[_length(s) for s in pair]} arrays"
            )
        out = []
        for states in zip(*pair, strict=True):
            arrays = [to_tensor(s, x.dtype) for s in states]
            for s in arrays:
                why = "the `output_channels` of the layer"
                checks.size_of_axis(owner, "initial_state", s, -1, size, why)
            out.append(tuple(tf.reshape(s, (-1, size)) for s in arrays))
        return out

    def get_initial_state(
        self, batch_shape: int | Sequence[int], dtype: DTypeLike = None
    ) -> tuple[list, list]:
        """Return the zeros that hidden and cell states start from.

        Args:
            batch_shape: A whole number, or the sizes of all axes in front of the time.
            dtype: The data type; the layer's by default.

        Returns:
            A pair of lists, hidden and cell states, with an array of shape
            `(*batch_shape, output_channels)` for each layer.

        Example:

        >>> h, c = LSTM(3, 4, num_layers=2).get_initial_state([5])
        >>> len(h), len(c), h[0].shape
        (2, 2, TensorShape([5, 4]))
        """
        sizes = batch_shape if isinstance(batch_shape, list | tuple) else [batch_shape]
        owner = type(self).__name__
        known = [check_values.size_or_batch(owner, "batch_shape", size) for size in sizes]
        sizes = tuple(
            size if tf.is_tensor(size) else checks.positive(owner, "batch_shape", size)
            for size in known
        )
        zeros = ops.zeros((*sizes, self._output_channels), dtype or self.compute_dtype)
        return [zeros] * self._num_layers, [zeros] * self._num_layers

    def compute_mask(  # type: ignore[override]  # of outputs, which are several
        self, inputs: ArrayLike, previous_mask: Array | None = None
    ) -> Array | tuple | None:
        """Return the mask of outputs for all steps, and None for all else."""
        mask = previous_mask if self._return_sequence else None
        nothing = [None] * self._num_layers
        return (mask, (nothing, nothing)) if self._return_state else mask

    def _extra_repr(self) -> str:
        shown = f"{self._input_channels}, {self._output_channels}"
        shown += "" if self._num_layers == 1 else f", num_layers={self._num_layers}"
        shown += "" if self._return_sequence else ", return_sequence=False"
        return shown + ("" if self._return_state else ", return_state=False")

    @classmethod
    def from_keras(cls, layer: keras.layers.Layer) -> "LSTM":
        """Return the layer that equals a built `keras.layers.LSTM`, or an RNN of `LSTMCell`s.

        Raises:
            TypeError: If the layer is another.
            ValueError: If it is not built, or has biases or other options that Ivy's has not.
        """
        cls._check_keras_layer(layer)
        cell = layer.cell
        cells = list(cell.cells) if isinstance(cell, keras.layers.StackedRNNCells) else [cell]
        for one in cells:
            if not isinstance(one, keras.layers.LSTMCell):
                cls._refuse(layer, "cell", one)
            if one.use_bias:
                cls._refuse(layer, "use_bias", True)
            if len({c.units for c in cells}) > 1:
                cls._refuse(layer, "cells of several sizes", [c.units for c in cells])
            names = [
                keras.activations.serialize(f) for f in (one.activation, one.recurrent_activation)
            ]
            if names != ["tanh", "sigmoid"]:
                cls._refuse(layer, "activations", names)
            if one.dropout or one.recurrent_dropout:
                cls._refuse(layer, "dropout", (one.dropout, one.recurrent_dropout))
        if layer.stateful:
            cls._refuse(layer, "stateful", True)
        named = [(f"layer_{i}", c) for i, c in enumerate(cells)]
        v = {
            "input": {n: {"w": to_tensor(c.kernel)} for n, c in named},
            "recurrent": {n: {"w": to_tensor(c.recurrent_kernel)} for n, c in named},
        }
        return cls(
            cells[0].kernel.shape[0],
            cells[0].units,
            num_layers=len(cells),
            return_sequence=layer.return_sequences,
            return_state=layer.return_state,
            go_backwards=layer.go_backwards,
            zero_output_for_mask=layer.zero_output_for_mask,
            unroll=layer.unroll,
            v=v,
            **cls._shared_of(layer),
        )

    def to_keras(self) -> keras.layers.Layer:
        """Return the built `keras.layers.LSTM` that equals this layer, or an RNN of cells.

        With `return_state`, Keras returns all states behind the output, without lists.
        """
        self._ready()
        out = self._output_channels
        options = {
            "return_sequences": self._return_sequence,
            "return_state": self._return_state,
            "go_backwards": self.go_backwards,
            "zero_output_for_mask": self.zero_output_for_mask,
            "unroll": self._unroll,
            **self._shared(),
        }
        if self._num_layers == 1:
            layer = keras.layers.LSTM(out, use_bias=False, **options)
        else:
            cells = [
                keras.layers.LSTMCell(out, use_bias=False, dtype=self.dtype_policy)
                for _ in range(self._num_layers)
            ]
            layer = keras.layers.RNN(cells, **options)
        layer.build((None, None, self._input_channels))
        weights = [
            self.v[name][f"layer_{i}"]["w"]
            for i in range(self._num_layers)
            for name in ("input", "recurrent")
        ]
        return self._finish_keras(layer, weights)


def _length(states: Any) -> int:
    return len(list(states))
