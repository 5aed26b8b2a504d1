"""Ivy's functional names of the update formulas, on tensors, variables and Containers."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from keras_ivy.optimizers.formulas import updates, variants
from keras_ivy.optimizers.formulas.norms import norm
from keras_ivy.optimizers.formulas.updates import Limits, Treatment
from keras_ivy.optimizers.ivy_side.function_checks import checked
from keras_ivy.optimizers.ivy_side.leaves import Leaves, flatten, unflatten
from keras_ivy.optimizers.keras_side.tensors import scalar
from keras_ivy.typing import Scalar


def _tensor(x: Any, dtype: Any = None) -> tf.Tensor:
    """Return a floating tensor, of `dtype` or its own type; integers become float32."""
    x = tf.convert_to_tensor(x)
    if dtype is None:
        dtype = x.dtype if x.dtype.is_floating else tf.float32
    return tf.cast(x, dtype)


def _map(fn: Callable, *trees: Any) -> tuple:
    """Apply a function of one leaf each, whose tuple of results becomes a tuple of trees.

    A tree after the first may be a bare value, which then serves every leaf.
    """
    first, *rest = (flatten(x) for x in trees)
    rest = [dict.fromkeys(first, x[""]) if set(x) == {""} else x for x in rest]
    results = {k: fn(leaf, *(x[k] for x in rest)) for k, leaf in first.items()}
    count = len(next(iter(results.values())))
    return tuple(unflatten({k: r[i] for k, r in results.items()}, trees[0]) for i in range(count))


def _stop(x: tf.Tensor, stop_gradients: bool) -> tf.Tensor:
    return tf.stop_gradient(x) if stop_gradients else x


def _takes_inplace(update: Callable) -> Callable:
    """Let an update take `inplace` before `stop_gradients`, as Ivy's document passes them.

    It has no effect, in Ivy too: results are new tensors.
    """
    count = len(inspect.signature(update).parameters)

    @functools.wraps(update)
    def wrapper(*args: Any, inplace: bool | None = None, **kwargs: Any) -> Any:
        if len(args) == count + 1:
            args = (*args[: count - 1], args[count])
        return update(*args, **kwargs)

    return wrapper


def _moment_scalars(
    lr: Any, step: Any, beta1: Any, beta2: Any, epsilon: float, dtype: Any
) -> updates.MomentScalars:
    scalars = updates.moment_scalars(
        variants.MomentVariant(epsilon="ivy"),
        scalar(lr, tf.float64),
        tf.reshape(scalar(step, tf.float64), []),
        tf.constant(False),
        (scalar(beta1, tf.float64), scalar(beta2, tf.float64)),
        epsilon,
    )
    # The decay is not among them: it stands in the treatment of each update.
    return updates.MomentScalars(*(x if x is None else tf.cast(x, dtype) for x in scalars))


@checked
def adam_step(
    dcdw: Leaves,
    mw: Leaves,
    vw: Leaves,
    step: Scalar,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-7,
) -> tuple[Leaves, Leaves, Leaves]:
    """Return Adam's direction and the new moments.

    `mw' = beta1 * mw + (1 - beta1) * g`, `vw' = beta2 * vw + (1 - beta2) * g * g`,
    `delta = sqrt(1 - beta2 ** t) / (1 - beta1 ** t + epsilon) * mw' / (sqrt(vw') + epsilon)`.

    Args:
        dcdw: Gradient `g`: a tensor, or a Container of them.
        mw: First moment; a bare value serves every leaf.
        vw: Second moment; a bare value serves every leaf.
        step: Number `t` of this step, from one.
        beta1: Decay of the first moment.
        beta2: Decay of the second moment.
        epsilon: Small number that keeps the divisions stable.

    Returns:
        `(delta, mw', vw')`.

    Example:

    >>> delta, mw, vw = adam_step([2.0], [0.0], [0.0], 1, beta1=0.5, beta2=0.75)
    >>> round(float(delta[0]), 5), float(mw[0]), float(vw[0])
    (1.0, 1.0, 1.0)

    Reference:
        Ivy: `ivy/functional/ivy/gradients.py`, `adam_step`.
    """

    def leaf(g: Any, m: Any, v: Any) -> tuple:
        g = _tensor(g)
        s = _moment_scalars(1.0, step, beta1, beta2, epsilon, g.dtype)
        m = updates.moment(_tensor(m, g.dtype), g, s.beta_1, s.rest_1)
        v = updates.moment(_tensor(v, g.dtype), g * g, s.beta_2, s.rest_2)
        return updates.direction(m, v, s.alpha, s.epsilon), m, v

    return _map(leaf, dcdw, mw, vw)


@_takes_inplace
@checked
def optimizer_update(
    w: Leaves, effective_grad: Leaves, lr: Leaves, stop_gradients: bool = True
) -> Leaves:
    """Return `w' = w - lr * effective_grad`.

    Args:
        w: Weights: a tensor, or a Container of them.
        effective_grad: What the rate multiplies; a bare value serves every leaf.
        lr: Learning rate: a number, a tensor that broadcasts, or a Container.
        stop_gradients: Whether to cut the gradient through the result.

    Returns:
        The new weights, of the structure of `w`.

    Example:

    >>> float(optimizer_update(3.0, 1.0, 0.5))
    2.5

    Reference:
        Ivy: `ivy/functional/ivy/gradients.py`, `optimizer_update`.
    """

    def leaf(w: Any, step: Any, rate: Any) -> tuple:
        w = _tensor(w)
        rate = scalar(rate, w.dtype) if isinstance(rate, float | int) else _tensor(rate, w.dtype)
        return (_stop(w - rate * _tensor(step, w.dtype), stop_gradients),)

    return _map(leaf, w, effective_grad, lr)[0]


@_takes_inplace
@checked
def gradient_descent_update(
    w: Leaves, dcdw: Leaves, lr: Leaves, stop_gradients: bool = True
) -> Leaves:
    """Return `w' = w - lr * dcdw`, a step of gradient descent.

    Args:
        w: Weights: a tensor, or a Container of them.
        dcdw: Gradients of the same structure.
        lr: Learning rate: a number, a tensor that broadcasts, or a Container.
        stop_gradients: Whether to cut the gradient through the result.

    Returns:
        The new weights, of the structure of `w`.

    Example:

    >>> [float(x) for x in gradient_descent_update([1.0, 2.0], [4.0, 2.0], 0.25)]
    [0.0, 1.5]

    Reference:
        Ivy: `ivy/functional/ivy/gradients.py`, `gradient_descent_update`.
    """
    return optimizer_update(w, dcdw, lr, stop_gradients)


@_takes_inplace
@checked
def lars_update(
    w: Leaves, dcdw: Leaves, lr: Scalar, decay_lambda: float = 0.0, stop_gradients: bool = True
) -> Leaves:
    """Return `w' = w - lr * |w| / (|g| + 1e-12) * g`, tensor by tensor.

    A `decay_lambda` above zero divides the rate by `decay_lambda * |w|`, as in Ivy, and decays
    nothing; a tensor of norm zero does not move.

    Args:
        w: Weights: a tensor, or a Container of them.
        dcdw: Gradients `g` of the same structure.
        lr: Learning rate.
        decay_lambda: See above; values of zero and less have no effect.
        stop_gradients: Whether to cut the gradient through the result.

    Returns:
        The new weights, of the structure of `w`.

    Example:

    >>> [round(float(x), 6) for x in lars_update([3.0, 4.0], [0.0, 2.0], 0.1)]
    [3.0, 3.5]

    Reference:
        You, Gitman and Ginsburg, arXiv:1708.03888.
        Ivy: `ivy/functional/ivy/gradients.py`, `lars_update`.
    """

    def leaf(w: Any, g: Any) -> tuple:
        w = _tensor(w)
        scalars = updates.MomentumScalars(scalar(lr, w.dtype))
        w, _, _ = updates.momentum_update(
            w,
            _tensor(g, w.dtype),
            None,
            scalars,
            variants.LARS["ivy"],
            Treatment(decay=max(decay_lambda, 0.0)),
            Limits(),
            norm=norm,
        )
        return (_stop(w, stop_gradients),)

    return _map(leaf, w, dcdw)[0]


def _moment_update(
    setting: variants.MomentVariant,
    treatment: Treatment,
    limits: Limits,
    arguments: tuple,
    betas: tuple[Any, Any, float],
    stop_gradients: bool,
) -> tuple[Leaves, Leaves, Leaves]:
    w, dcdw, lr, mw, vw, step = arguments

    def leaf(w: Any, g: Any, m: Any, v: Any) -> tuple:
        w = _tensor(w)
        g, m, v = (_tensor(x, w.dtype) for x in (g, m, v))
        scalars = _moment_scalars(lr, step, *betas, w.dtype)
        w, m, v, _ = updates.moment_update(w, g, m, v, scalars, setting, treatment, limits, norm)
        return _stop(w, stop_gradients), m, v

    return _map(leaf, w, dcdw, mw, vw)


@_takes_inplace
@checked
def adam_update(
    w: Leaves,
    dcdw: Leaves,
    lr: Scalar,
    mw_tm1: Leaves,
    vw_tm1: Leaves,
    step: Scalar,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-7,
    stop_gradients: bool = True,
) -> tuple[Leaves, Leaves, Leaves]:
    """Return the weights and moments after a step of Adam: `w' = w - lr * delta`.

    Args:
        w: Weights: a tensor, or a Container of them.
        dcdw: Gradients of the same structure.
        lr: Learning rate.
        mw_tm1: First moment before the step; a bare value serves every leaf.
        vw_tm1: Second moment before the step; a bare value serves every leaf.
        step: Number of this step, from one.
        beta1: Decay of the first moment.
        beta2: Decay of the second moment.
        epsilon: Small number that keeps the divisions stable.
        stop_gradients: Whether to cut the gradient through the new weights.

    Returns:
        `(w', mw', vw')`; see `adam_step` for the formula.

    Example:

    >>> w, mw, vw = adam_update([1.0], [4.0], 0.1, [0.0], [0.0], 1)
    >>> round(float(w[0]), 5)
    0.9

    Reference:
        Ivy: `ivy/functional/ivy/gradients.py`, `adam_update`.
    """
    return _moment_update(
        variants.ADAM["ivy"],
        Treatment(),
        Limits(),
        (w, dcdw, lr, mw_tm1, vw_tm1, step),
        (beta1, beta2, epsilon),
        stop_gradients,
    )


@_takes_inplace
@checked
def lamb_update(
    w: Leaves,
    dcdw: Leaves,
    lr: Scalar,
    mw_tm1: Leaves,
    vw_tm1: Leaves,
    step: Scalar,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-7,
    max_trust_ratio: float = 10.0,
    decay_lambda: float = 0.0,
    stop_gradients: bool = True,
) -> tuple[Leaves, Leaves, Leaves]:
    """Return the weights and moments after a step of LAMB: `w' = w - r * lr * delta`.

    `r = min(|w| / (|delta + decay_lambda * w| + 1e-12), max_trust_ratio)`, tensor by tensor.

    Args:
        w: Weights: a tensor, or a Container of them.
        dcdw: Gradients of the same structure.
        lr: Learning rate.
        mw_tm1: First moment before the step; a bare value serves every leaf.
        vw_tm1: Second moment before the step; a bare value serves every leaf.
        step: Number of this step, from one.
        beta1: Decay of the first moment.
        beta2: Decay of the second moment.
        epsilon: Small number that keeps the divisions stable.
        max_trust_ratio: Upper bound of `r`.
        decay_lambda: Changes the norm in `r` and nothing else, as in Ivy; values of zero and less
            have no effect.
        stop_gradients: Whether to cut the gradient through the new weights.

    Returns:
        `(w', mw', vw')`; see `adam_step` for `delta` and the moments.

    Example:

    >>> w, mw, vw = lamb_update([3.0, 4.0], [1.0, 1.0], 0.1, [0.0], [0.0], 1)
    >>> [round(float(x), 4) for x in w]
    [2.6464, 3.6464]

    Reference:
        You et al., arXiv:1904.00962. Ivy: `ivy/functional/ivy/gradients.py`, `lamb_update`.
    """
    return _moment_update(
        variants.LAMB["ivy"],
        Treatment(decay=decay_lambda),
        Limits(maximum=max_trust_ratio),
        (w, dcdw, lr, mw_tm1, vw_tm1, step),
        (beta1, beta2, epsilon),
        stop_gradients,
    )
