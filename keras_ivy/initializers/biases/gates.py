"""Biases of gates: what a recurrent layer remembers at the start."""

import keras

from keras_ivy.initializers.base import Drawn
from keras_ivy.initializers.checks import check_choice, check_number, check_whole
from keras_ivy.initializers.fans.axes import GATES
from keras_ivy.initializers.fans.options import Fan
from keras_ivy.initializers.random import sampling
from keras_ivy.initializers.random.seeds import Seed
from keras_ivy.registration import register
from keras_ivy.typing import Array
from keras_ivy.utils.exceptions import IvyValueError


class _GateBias(Drawn):
    """The base of packed biases of shape `(gates * units,)`, or `(2, gates * units)`.

    GRU with `reset_after=True` has two biases that are added; the second stays zero.
    """

    def __init__(self, layer: str, units: int | None, seed: Seed):
        self.layer = check_choice("layer", layer, tuple(GATES))
        self.units = None if units is None else check_whole("units", units, least=1)
        super().__init__(seed)

    def _check(self, shape: tuple[int, ...], fan_in: Fan | None, fan_out: Fan | None) -> None:
        gates = len(GATES[self.layer].names)
        units = self.units or "units"
        last = (
            shape[-1] if shape and (len(shape) == 1 or (len(shape) == 2 and shape[0] == 2)) else 1
        )
        if last != gates * units if self.units else last % gates:
            hint = ""
            if self.layer == "lstm":
                hint = " `keras.layers.LSTM` asks for all at once with `unit_forget_bias=False`."
            raise IvyValueError(
                f"The bias of {self.layer.upper()} has the shape ({gates} * {units},) or "
                f"(2, {gates} * {units}).{hint} Received: shape={shape}"
            )

    def _pack(self, gates: list[Array], shape: tuple[int, ...]) -> Array:
        bias = keras.ops.concatenate(gates, axis=0)
        return bias if len(shape) == 1 else keras.ops.stack([bias, keras.ops.zeros_like(bias)])


@register("forget_bias_ivy")
class ForgetBias(_GateBias):
    """Fill a recurrent layer's bias with zeros but for the gate that keeps the state.

    A positive value opens the forget gate of LSTM, or GRU's update gate, so that the state and
    its gradient survive many steps from the start.

    Args:
        value: Bias of that gate, default 1.
        layer: `"lstm"` (default) or `"gru"`.
        units: Units of the layer; any other shape is then refused. Default: what the shape says.
        seed: Accepted so that every initializer is constructed alike; nothing is drawn.

    Raises:
        IvyValueError: If the shape cannot be divided into the layer's gates.

    Note:
        `keras.layers.LSTM` needs `unit_forget_bias=False`: by default it sets the forget bias to
        1 itself, and asks the initializer for the biases before and after it. Pass `units` to
        have that refused, or use `initialize_model`.

    Example:

    >>> ForgetBias(2.0)((8,)).numpy().tolist()
    [0.0, 0.0, 2.0, 2.0, 0.0, 0.0, 0.0, 0.0]

    Reference: Gers et al. 2000, Learning to forget; Jozefowicz et al. 2015, An empirical
    exploration of recurrent network architectures.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("value", "layer", "units")

    def __init__(
        self, value: float = 1.0, layer: str = "lstm", units: int | None = None, seed: Seed = None
    ):
        self.value = check_number("value", value)
        super().__init__(layer, units, seed)

    def _sample(
        self,
        shape: tuple[int, ...],
        fan_in: Fan | None,
        fan_out: Fan | None,
        dtype: str,
        seed: Seed,
    ) -> Array:
        names, keeps = GATES[self.layer]
        units = (shape[-1] // len(names),)
        values = [self.value if name == keeps else 0.0 for name in names]
        return self._pack([keras.ops.full(units, value, dtype) for value in values], shape)


@register("chrono_bias_ivy")
class ChronoBias(_GateBias):
    """Draw the bias of the keeping gate for memories of up to `max_steps` steps.

    `b_forget = log(t)` with `t ~ U[1, max_steps - 1)`, so that a unit remembers about `t` steps.
    LSTM's `b_input = -b_forget`; the other gates are zero.

    Args:
        max_steps: Longest dependency in steps, above 2.
        layer: `"lstm"` (default) or `"gru"`.
        units: Units of the layer; any other shape is then refused. Default: what the shape says.
        seed: `None` for new values at every call, an integer for the same values at every call,
            or a `keras.random.SeedGenerator`.

    Raises:
        IvyValueError: If the shape cannot be divided into the layer's gates.

    Note:
        `keras.layers.LSTM` needs `unit_forget_bias=False`; see `ForgetBias`.

    Example:

    >>> import numpy as np
    >>> b = ChronoBias(100)((8,)).numpy()
    >>> bool(np.all(b[2:4] == -b[:2])), bool(np.all(b[2:4] < np.log(99))), b[4:].tolist()
    (True, True, [0.0, 0.0, 0.0, 0.0])

    Reference: Tallec and Ollivier 2018, arXiv:1804.11188.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("max_steps", "layer", "units")

    def __init__(
        self,
        max_steps: float = 100.0,
        layer: str = "lstm",
        units: int | None = None,
        seed: Seed = None,
    ):
        self.max_steps = check_number("max_steps", max_steps, above=2)
        super().__init__(layer, units, seed)

    def _sample(
        self,
        shape: tuple[int, ...],
        fan_in: Fan | None,
        fan_out: Fan | None,
        dtype: str,
        seed: Seed,
    ) -> Array:
        names, keeps = GATES[self.layer]
        units = (shape[-1] // len(names),)
        steps = sampling.uniform(units, 1.0, self.max_steps - 1.0, dtype, seed)
        gates = dict.fromkeys(names, keras.ops.zeros(units, dtype))
        gates[keeps] = keras.ops.log(steps)
        if "input" in gates:  # what LSTM forgets makes room for what comes in
            gates["input"] = -gates[keeps]
        return self._pack(list(gates.values()), shape)
