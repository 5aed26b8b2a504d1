"""Stochastic gradient descent."""

from typing import Any

from keras_ivy.optimizers import variants
from keras_ivy.optimizers.families import MomentumOptimizer
from keras_ivy.optimizers.spellings import check_flag, check_range, ivy_spellings
from keras_ivy.registration import register
from keras_ivy.utils.exceptions import IvyValueError


@register("sgd_ivy")
class SGD(MomentumOptimizer):
    """Gradient descent, `w' = w - learning_rate * g`, optionally with momentum.

    With `momentum > 0`, `m' = momentum * m + learning_rate * g` and `w' = w - m'`, or, with
    `nesterov`, `w' = w - (momentum * m' + learning_rate * g)`; that is Keras's form. Weight decay
    shrinks the weight by `learning_rate * weight_decay * w` before the step. The variants `"ivy"`,
    `"paper"` and `"keras"` agree.

    Args:
        learning_rate: A number, a schedule, a scalar variable or a callable. Ivy: `lr`.
        momentum: Decay of the momentum, in `[0, 1)`.
        nesterov: Whether to look ahead; needs `momentum > 0`.
        **kwargs: Those of `Optimizer`.

    Note:
        By position a bool or `None` in the place of `momentum` is Ivy's `inplace`, and what
        follows it are Ivy's `stop_gradients` and `trace_on_next_step`.

    Example:

    >>> import keras
    >>> w = keras.Variable([1.0, 2.0])
    >>> SGD(learning_rate=0.5).apply([[2.0, 2.0]], [w])
    >>> w.numpy().tolist()
    [0.0, 1.0]

    Reference:
        Ivy: `ivy/stateful/optimizers.py`, `SGD`.
    """

    variants = variants.SGD

    @ivy_spellings(switches_at=1)
    def __init__(
        self,
        learning_rate: Any = 1e-4,
        momentum: float = 0.0,
        nesterov: bool = False,
        **kwargs: Any,
    ):
        check_momentum(momentum, nesterov)
        super().__init__(learning_rate, **kwargs)
        self.momentum = float(momentum)
        self.nesterov = bool(nesterov)


def check_momentum(momentum: float, nesterov: bool) -> None:
    """Refuse a momentum outside `[0, 1)`, and `nesterov` without momentum."""
    check_range("momentum", momentum, 0.0, 1.0, "[)")
    if check_flag("nesterov", nesterov) and not momentum:
        raise IvyValueError(
            "`nesterov=True` needs a momentum. Received: nesterov=True, momentum=0.0"
        )
