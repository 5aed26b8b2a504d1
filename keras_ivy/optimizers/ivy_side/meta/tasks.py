"""How a step of meta-learning goes through its tasks."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, TypeAlias, cast

import keras
import numpy as np
import tensorflow as tf

from keras_ivy import tree
from keras_ivy.container import Container
from keras_ivy.functional import execute_with_gradients
from keras_ivy.typing import Scalar, Values
from keras_ivy.utils.checks import choice, finite, flag, received, whole
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

#: Key chains of a Container: one, several, or a dict with True at those that are meant.
Keys: TypeAlias = str | Sequence[str] | Mapping[str, object]
#: The same, or a list of one for each task.
TaskKeys: TypeAlias = Keys | Sequence[Keys | None] | None
#: A number, or what broadcasts to the variables.
Rate: TypeAlias = Scalar | Values
Which: TypeAlias = Literal["first", "all"] | bool

CostFunction: TypeAlias = Callable[..., tf.Tensor]
BatchFunction: TypeAlias = Callable[[Container], Container] | None


@dataclasses.dataclass(kw_only=True)
class Tasks:
    """The arguments of a step, checked, and how its tasks are gone through.

    The defaults are for what a step has no argument for.
    """

    owner: str
    batch: Values
    inner_cost_fn: CostFunction
    outer_cost_fn: CostFunction | None = None
    steps: int
    rate: Rate
    update: Callable[..., Container]
    inner_batch_fn: BatchFunction = None
    outer_batch_fn: BatchFunction = None
    average: bool = True
    batched: bool
    inner_v: TaskKeys = None
    keep_inner: bool = True
    outer_v: TaskKeys = None
    keep_outer: bool = True
    returned: Which
    count: int | None
    stops: bool
    first_order: bool

    def __post_init__(self) -> None:
        owner = self.owner
        cost_name = "cost_fn" if owner == "reptile_step" else "inner_cost_fn"
        for name, fn, optional in (
            (cost_name, self.inner_cost_fn, False),
            ("outer_cost_fn", self.outer_cost_fn, True),
            ("inner_optimization_step", self.update, False),
            ("inner_batch_fn", self.inner_batch_fn, True),
            ("outer_batch_fn", self.outer_batch_fn, True),
        ):
            if not callable(fn) and not (optional and fn is None):
                raise IvyTypeError(f"{owner}: `{name}` must be a function. {received(name, fn)}")
        self.steps = whole("inner_grad_steps", self.steps, 0, 100_000, owner=owner)
        if not hasattr(self.rate, "dtype") and not isinstance(self.rate, Mapping):
            self.rate = finite("inner_learning_rate", self.rate, owner)
        for name, switch in (
            ("average_across_steps", self.average),
            ("batched", self.batched),
            ("keep_inner_v", self.keep_inner),
            ("keep_outer_v", self.keep_outer),
            ("stop_gradients", self.stops),
        ):
            flag(name, switch, owner)
        choice("return_inner_v", self.returned, (False, True, "first", "all"), owner)
        self.batch = _container("batch", self.batch, owner)
        self._count_tasks()
        for name, value in (("inner_v", self.inner_v), ("outer_v", self.outer_v)):
            if not by_task(value):
                continue
            if self.batched:
                raise IvyValueError(
                    f"{owner}: tasks choose variables of their own with batched=False only. "
                    f"{received(name, value)}"
                )
            if len(cast(Sequence, value)) != self.count:
                raise IvyValueError(
                    f"{owner}: `{name}` has one entry for each of {self.count} tasks. "
                    f"{received(name, value)}"
                )

    def _count_tasks(self) -> None:
        """Check the axis of tasks of the batch, and how many tasks there are."""
        sizes = {leaf.shape[0] if leaf.shape.rank else 0 for leaf in self._leaves(self.batch)}
        if self.count is None:
            if len(sizes) != 1 or sizes & {0, None}:
                raise IvyValueError(
                    f"{self.owner}: the leaves of `batch` share a first axis, of tasks; or give "
                    f"`num_tasks`. Received: batch with first axes of {sorted(map(str, sizes))}"
                )
            self.count = sizes.pop()
            return
        self.count = whole("num_tasks", self.count, 1, owner=self.owner)
        if not self.batched and any(s is not None and s < self.count for s in sizes):
            raise IvyValueError(
                f"{self.owner}: `batch` has fewer tasks. Received: num_tasks={self.count}, "
                f"batch with first axes of {sorted(map(str, sizes))}"
            )

    @staticmethod
    def _leaves(container: Values) -> list[tf.Tensor]:
        return [tf.convert_to_tensor(leaf) for _, leaf in tree.items(container)]

    def checked(self, variables: Values) -> Container:
        """Return the variables as a Container that has what the arguments ask for."""
        out = _container("variables", variables, self.owner)
        for path, leaf in tree.items(out):
            shape = tf.convert_to_tensor(leaf).shape
            if self.batched and (shape.rank == 0 or shape[0] not in (self.count, None)):
                raise IvyValueError(
                    f"{self.owner}: with batched=True every variable has an axis of "
                    f"{self.count} tasks in front; repeat it, or give batched=False. "
                    f"Received: variables with {path!r} of shape {shape}"
                )
        for name, value, keep in (
            ("inner_v", self.inner_v, self.keep_inner),
            ("outer_v", self.outer_v, self.keep_outer),
        ):
            for i in range(cast(int, self.count) if by_task(value) else 1):
                if not len(_chosen(out, _of_task(value, i), keep)):
                    raise IvyValueError(
                        f"{self.owner}: `{name}` and `keep_{name}` leave no variables. "
                        f"{received(name, value)}"
                    )
        return out

    def inner_part(self, variables: Container, task: int | None) -> Container:
        """Return what the inner steps change."""
        return _chosen(variables, _of_task(self.inner_v, task), self.keep_inner)

    def outer_part(self, variables: Container, task: int | None) -> Container:
        """Return what the outer gradients are taken of."""
        return _chosen(variables, _of_task(self.outer_v, task), self.keep_outer)

    def run(self, variables: Container) -> tuple[tf.Tensor, Container, Container]:
        """Return the cost, its gradients if of first order, and the variables after the steps."""
        batch = cast(Container, self.batch)
        if self.batched:
            cost, grads, after = self._train(batch, variables, None)
            if self.first_order:
                grads = grads.map(lambda g: tf.reduce_mean(g, axis=0))
            return cost, grads, after.map(lambda x: x[:1]) if self.returned == "first" else after
        count = cast(int, self.count)
        costs, all_grads, ends = [], [], []
        for i in range(count):
            one = batch.map(lambda x, i=i: tf.convert_to_tensor(x)[i : i + 1])
            cost, grads, after = self._train(one, variables, i)
            costs.append(cost)
            all_grads.append(grads)
            ends.append(after.map(lambda x: x[tf.newaxis]))
        kept = ends[:1] if self.returned == "first" else ends
        mean = _mean(all_grads) if self.first_order else Container()
        return tf.add_n(costs) / count, mean, Container.concat(kept)

    def _train(
        self, batch: Container, v: Container, task: int | None
    ) -> tuple[tf.Tensor, Container, Container]:
        """Take the inner steps of one task, or of all at once where it is None."""
        inner_batch = batch if self.inner_batch_fn is None else self.inner_batch_fn(batch)
        outer_batch = batch if self.outer_batch_fn is None else self.outer_batch_fn(batch)
        outer_cost = self.inner_cost_fn if self.outer_cost_fn is None else self.outer_cost_fn
        # The inner gradients are the outer ones too, so that they are computed once.
        shared = self.outer_cost_fn is None and self.inner_v is None and self.outer_v is None
        costs, all_grads = [], []
        for step in range(self.steps + 1):
            last = step == self.steps
            if not last:
                part = self.inner_part(v, task)
                cost, grads = self._gradients(self.inner_cost_fn, inner_batch, v, part)
            if last or (self.average and not shared):
                cost, outer_grads = self._outer(outer_cost, outer_batch, v, task)
            elif shared:
                outer_grads = grads
            if last or self.average:
                costs.append(cost)
                all_grads.append(outer_grads)
            if not last:
                new = self.update(part, grads, self.rate, stop_gradients=self.stops)
                v = changed(v, new)
        after = v.map(tf.convert_to_tensor)
        if self.stops:
            after = after.map(tf.stop_gradient)
        mean = _mean(all_grads) if self.first_order else Container()
        return tf.add_n(costs) / len(costs), mean, after

    def _outer(
        self, cost: CostFunction, batch: Container, v: Container, task: int | None
    ) -> tuple[tf.Tensor, Container]:
        if not self.first_order:
            value = cost(batch, v=v)
            if not tf.is_tensor(value):
                raise IvyTypeError(
                    f"{self.owner}: a cost must be a tensor. {received('cost', value)}"
                )
            return value, Container()
        return self._gradients(cost, batch, v, self.outer_part(v, task))

    def _gradients(
        self, cost: CostFunction, batch: Container, v: Container, part: Container
    ) -> tuple[tf.Tensor, Container]:
        """Return the cost and its gradients of some variables, for each task where batched."""
        value, grads = execute_with_gradients(
            lambda part: cost(batch, v=changed(v, part)), part, retain_grads=not self.first_order
        )
        if self.batched:  # the cost is a mean over the tasks
            grads = grads.map(lambda g: g * tf.cast(self.count, g.dtype))
        return value, grads


def _container(name: str, value: object, owner: str) -> Container:
    if not isinstance(value, Mapping) or not value:
        raise IvyTypeError(f"{owner}: `{name}` must be a Container. {received(name, value)}")
    container = value if isinstance(value, Container) else Container(value)
    return container.map_with_path(lambda path, leaf: _array(f"{name}[{path!r}]", leaf, owner))


def _array(name: str, leaf: object, owner: str) -> object:
    """Return a leaf as an array; variables stay what they are."""
    if isinstance(leaf, keras.Variable | tf.Variable):
        return leaf
    try:
        return tf.convert_to_tensor(leaf)
    except (TypeError, ValueError) as error:
        raise IvyTypeError(f"{owner}: `{name}` must be an array. {received(name, leaf)}") from error


def by_task(keys: object) -> bool:
    """Whether keys are a list of one choice for each task."""
    if not isinstance(keys, list | tuple) or not keys:
        return False
    return isinstance(keys[0], list | tuple | Mapping | None)


def _of_task(keys: TaskKeys, task: int | None) -> Keys | None:
    if task is not None and by_task(keys):
        return cast(Sequence, keys)[task]
    return cast(Keys | None, keys)


def _chosen(variables: Container, keys: Keys | None, keep: bool) -> Container:
    """Return the variables at some key chains, or all others."""
    if keys is None:
        return variables
    named: str | Iterable[str] = (
        [path for path, wanted in tree.items(keys) if not _is_false(wanted)]
        if isinstance(keys, Mapping)
        else keys
    )
    chosen = variables.cont_at_key_chains(named)
    return chosen if keep else variables.cont_prune_key_chains(named)


def _is_false(value: object) -> bool:
    return isinstance(value, bool | np.bool_) and not value


def changed(variables: Container, new: Mapping[str, object]) -> Container:
    """Return the variables with some of them replaced."""
    return variables.cont_set_at_key_chains(new)


def _mean(grads: list[Container]) -> Container:
    first, *rest = grads
    return first.map(lambda *leaves: tf.add_n(leaves) / len(grads), *rest)
