"""Ivy's meta-learning steps: MAML, its first-order form, and Reptile."""

from collections.abc import Callable

import tensorflow as tf

from keras_ivy.container import Container
from keras_ivy.functional import execute_with_gradients
from keras_ivy.optimizers.ivy_side.functional import gradient_descent_update
from keras_ivy.optimizers.ivy_side.meta.tasks import (
    BatchFunction,
    CostFunction,
    Keys,
    Rate,
    TaskKeys,
    Tasks,
    Which,
    by_task,
    changed,
)
from keras_ivy.typing import Values
from keras_ivy.utils.checks import flag, is_number, received
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError


def fomaml_step(
    batch: Values,
    inner_cost_fn: CostFunction,
    outer_cost_fn: CostFunction | None,
    variables: Values,
    inner_grad_steps: int,
    inner_learning_rate: Rate,
    /,
    *,
    inner_optimization_step: Callable[..., Container] = gradient_descent_update,
    inner_batch_fn: BatchFunction = None,
    outer_batch_fn: BatchFunction = None,
    average_across_steps: bool = False,
    batched: bool = True,
    inner_v: TaskKeys = None,
    keep_inner_v: bool = True,
    outer_v: TaskKeys = None,
    keep_outer_v: bool = True,
    return_inner_v: Which = False,
    num_tasks: int | None = None,
    stop_gradients: bool = True,
) -> tuple:
    """Return the cost and the gradients of a step of first-order MAML.

    Every task takes some steps from the same variables; the gradients are those of the outer cost
    where the steps end, as if they ended there whatever they started from.

    Args:
        batch: Data of all tasks, with an axis of tasks in front.
        inner_cost_fn: A function `(batch, v=variables) -> scalar` that the inner steps lower.
        outer_cost_fn: The function that the outer loop lowers. None for the inner one.
        variables: What is optimized, with an axis of tasks in front if `batched`.
        inner_grad_steps: Number of inner steps.
        inner_learning_rate: Their rate: a number, a tensor, or a Container of them.
        inner_optimization_step: A function `(v, grads, rate, stop_gradients=...) -> v`.
        inner_batch_fn: What makes the data of the inner cost from `batch`, task by task unless
            `batched`.
        outer_batch_fn: The same for the outer cost.
        average_across_steps: Whether cost and gradients are the means over the variables before,
            between and after the steps. Defaults to False, after the last.
        batched: Whether all tasks are one call of the cost, the mean of theirs. With False the
            tasks follow each other, and `variables` have no axis of tasks.
        inner_v: Key chains of what the inner steps change; with `batched=False`, also a list of
            one such choice for each task. Defaults to None, everything.
        keep_inner_v: Whether `inner_v` is what changes, or what does not.
        outer_v: Key chains of what the outer gradients are taken of, in the same forms.
        keep_outer_v: Whether `outer_v` is that, or all but that.
        return_inner_v: `"all"` or True for the variables after the inner steps, `"first"` for
            those of the first task, False for none.
        num_tasks: Number of tasks. Defaults to the size of the first axis of `batch`.
        stop_gradients: Whether cost and variables returned are constants.

    Returns:
        The cost, the gradients without axis of tasks, and with `return_inner_v` the variables with
        one.

    Raises:
        TypeError: If an argument is of another kind.
        ValueError: If sizes do not fit or a choice of variables is empty.
        KeyError: If a key chain leads nowhere.

    Example:

    >>> cost = lambda batch, v: tf.reduce_mean((v.w - batch.x) ** 2)
    >>> batch, v = Container(x=[1.0, 3.0]), Container(w=0.0)
    >>> loss, grads = fomaml_step(batch, cost, None, v, 1, 0.25, batched=False)
    >>> float(loss), float(grads.w)
    (1.25, -2.0)

    Reference:
        Finn, Abbeel and Levine, arXiv:1703.03400.
        Ivy: `ivy/functional/ivy/meta.py`, `fomaml_step`.
    """
    tasks = Tasks(
        owner="fomaml_step",
        batch=batch,
        inner_cost_fn=inner_cost_fn,
        outer_cost_fn=outer_cost_fn,
        steps=inner_grad_steps,
        rate=inner_learning_rate,
        update=inner_optimization_step,
        inner_batch_fn=inner_batch_fn,
        outer_batch_fn=outer_batch_fn,
        average=average_across_steps,
        batched=batched,
        inner_v=inner_v,
        keep_inner=keep_inner_v,
        outer_v=outer_v,
        keep_outer=keep_outer_v,
        returned=return_inner_v,
        count=num_tasks,
        stops=stop_gradients,
        first_order=True,
    )
    cost, grads, rest = tasks.run(tasks.checked(variables))
    return (cost, grads, rest) if return_inner_v else (cost, grads)


def reptile_step(
    batch: Values,
    cost_fn: CostFunction,
    variables: Values,
    inner_grad_steps: int,
    inner_learning_rate: Rate,
    /,
    *,
    inner_optimization_step: Callable[..., Container] = gradient_descent_update,
    batched: bool = True,
    return_inner_v: Which = False,
    num_tasks: int | None = None,
    stop_gradients: bool = True,
) -> tuple:
    """Return the cost and the gradients of a step of Reptile, as Ivy defines them.

    Every task takes `k` inner steps; the gradients are the mean of the `k + 1` before, between and
    after them and over the tasks, divided by the rate. For Reptile as published, step towards the
    mean of what `return_inner_v="all"` returns.

    Args:
        batch: Data of all tasks, with an axis of tasks in front.
        cost_fn: A function `(batch, v=variables) -> scalar`.
        variables: What is optimized, with an axis of tasks in front if `batched`.
        inner_grad_steps: Number `k` of inner steps.
        inner_learning_rate: Their rate, not 0.
        inner_optimization_step: A function `(v, grads, rate, stop_gradients=...) -> v`.
        batched: Whether all tasks are one call of the cost, the mean of theirs. With False the
            tasks follow each other, and `variables` have no axis of tasks.
        return_inner_v: `"all"` or True for the variables after the inner steps, `"first"` for
            those of the first task, False for none.
        num_tasks: Number of tasks. Defaults to the size of the first axis of `batch`.
        stop_gradients: Whether cost and variables returned are constants.

    Returns:
        The cost, a mean over the same points; the gradients, without axis of tasks; and with
        `return_inner_v` the variables with one.

    Raises:
        TypeError: If an argument is of another kind.
        ValueError: If sizes do not fit or the rate is 0.

    Example:

    >>> cost = lambda batch, v: tf.reduce_mean((v.w - batch.x) ** 2)
    >>> batch, v = Container(x=[1.0, 3.0]), Container(w=0.0)
    >>> loss, grads, after = reptile_step(
    ...     batch, cost, v, 1, 0.25, batched=False, return_inner_v="all")
    >>> float(loss), float(grads.w), after.w.numpy().tolist()
    (3.125, -12.0, [0.5, 1.5])

    Reference:
        Nichol, Achiam and Schulman, arXiv:1803.02999.
        Ivy: `ivy/functional/ivy/meta.py`, `reptile_step`.
    """
    owner = "reptile_step"
    if is_number(inner_learning_rate) and inner_learning_rate == 0:
        raise IvyValueError(
            f"{owner}: gradients are divided by the rate, which must not be 0. "
            f"{received('inner_learning_rate', inner_learning_rate)}"
        )
    tasks = Tasks(
        owner=owner,
        batch=batch,
        inner_cost_fn=cost_fn,
        steps=inner_grad_steps,
        rate=inner_learning_rate,
        update=inner_optimization_step,
        batched=batched,
        returned=return_inner_v,
        count=num_tasks,
        stops=stop_gradients,
        first_order=True,
    )
    cost, grads, rest = tasks.run(tasks.checked(variables))
    grads = grads / inner_learning_rate
    return (cost, grads, rest) if return_inner_v else (cost, grads)


def maml_step(
    batch: Values,
    inner_cost_fn: CostFunction,
    outer_cost_fn: CostFunction | None,
    variables: Values,
    inner_grad_steps: int,
    inner_learning_rate: Rate,
    /,
    *,
    inner_optimization_step: Callable[..., Container] = gradient_descent_update,
    inner_batch_fn: BatchFunction = None,
    outer_batch_fn: BatchFunction = None,
    average_across_steps: bool = False,
    batched: bool = True,
    inner_v: TaskKeys = None,
    keep_inner_v: bool = True,
    outer_v: Keys | None = None,
    keep_outer_v: bool = True,
    return_inner_v: Which = False,
    num_tasks: int | None = None,
    stop_gradients: bool = True,
) -> tuple:
    """Return the cost and the gradients of a step of MAML, through all inner steps.

    The gradients are exact, of second order. On TensorFlow, Ivy's pass through the last inner step
    alone, and with `batched=False` it sums them over the first axis of the variables.

    Args:
        batch: As in `fomaml_step`, like all that follow.
        inner_cost_fn: A function `(batch, v=variables) -> scalar` that the inner steps lower.
        outer_cost_fn: The function that the outer loop lowers. None for the inner one.
        variables: What is optimized, with an axis of tasks in front if `batched`.
        inner_grad_steps: Number of inner steps.
        inner_learning_rate: Their rate: a number, a tensor, or a Container of them.
        inner_optimization_step: A function `(v, grads, rate, stop_gradients=...) -> v`.
        inner_batch_fn: What makes the data of the inner cost from `batch`.
        outer_batch_fn: The same for the outer cost.
        average_across_steps: Whether the cost is the mean over all steps.
        batched: Whether all tasks are one call of the cost.
        inner_v: Key chains of what the inner steps change.
        keep_inner_v: Whether `inner_v` is what changes, or what does not.
        outer_v: Key chains of what the gradients are taken of, the same for all tasks.
        keep_outer_v: Whether `outer_v` is that, or all but that.
        return_inner_v: Which variables after the inner steps to return.
        num_tasks: Number of tasks.
        stop_gradients: Whether the cost returned is a constant.

    Returns:
        The cost, the gradients without axis of tasks, and the variables after the inner steps, or
        `()` if they are not asked for.

    Raises:
        TypeError: If an argument is of another kind.
        ValueError: If sizes do not fit or a choice of variables is empty.
        KeyError: If a key chain leads nowhere.

    Example:

    >>> cost = lambda batch, v: tf.reduce_mean((v.w - batch.x) ** 2)
    >>> batch, v = Container(x=[1.0, 3.0]), Container(w=0.0)
    >>> loss, grads, _ = maml_step(batch, cost, None, v, 1, 0.25, batched=False)
    >>> float(loss), float(grads.w)
    (1.25, -1.0)

    Reference:
        Finn, Abbeel and Levine, arXiv:1703.03400.
        Ivy: `ivy/functional/ivy/meta.py`, `maml_step`.
    """
    owner = "maml_step"
    flag("stop_gradients", stop_gradients, owner)
    if by_task(outer_v):
        raise IvyTypeError(
            f"{owner}: the gradients are of the same variables for all tasks. "
            f"{received('outer_v', outer_v)}"
        )
    tasks = Tasks(
        owner=owner,
        batch=batch,
        inner_cost_fn=inner_cost_fn,
        outer_cost_fn=outer_cost_fn,
        steps=inner_grad_steps,
        rate=inner_learning_rate,
        update=inner_optimization_step,
        inner_batch_fn=inner_batch_fn,
        outer_batch_fn=outer_batch_fn,
        average=average_across_steps,
        batched=batched,
        inner_v=inner_v,
        keep_inner=keep_inner_v,
        outer_v=outer_v,
        keep_outer=keep_outer_v,
        returned=return_inner_v,
        count=num_tasks,
        stops=False,
        first_order=False,
    )
    start = tasks.checked(variables)

    def outer(v: Container) -> tuple:
        cost, _, rest = tasks.run(changed(start, v))
        return cost, rest

    # The index says that the cost is differentiated, and gives plain gradients, without "0".
    (cost, rest), grads = execute_with_gradients(
        outer, tasks.outer_part(start, None), ret_grad_idxs=[[0]]
    )
    if batched:
        grads = grads.map(lambda g: tf.reduce_sum(g, axis=0))
    return tf.stop_gradient(cost) if stop_gradients else cost, grads, rest if return_inner_v else ()
