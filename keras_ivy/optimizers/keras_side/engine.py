"""What happens between `apply` and the formula: reduce, accumulate, clip, update, average.

Keras clips every replica's gradient before the replicas' gradients are added up, and runs
collectives inside a condition when it accumulates or overwrites with averages, which a
`tf.function` under `tf.distribute.MirroredStrategy` refuses. Here the gradients are added up
first, and everything after that happens on each replica alone: all replicas hold the same numbers,
so that all make the same update of their own copies, and nothing below needs another replica.

Each of Keras's extension points that stands on the way is called through the optimizer, in which
somebody may have replaced it, and leads back to the method of that purpose here (see `hooks`).
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import tensorflow as tf

from keras_ivy.adapters.tensorflow import xla as tf_xla
from keras_ivy.optimizers.formulas.formula import Formula
from keras_ivy.optimizers.formulas.methods import formula_of
from keras_ivy.optimizers.formulas.updates import Treatment
from keras_ivy.optimizers.keras_side import fast
from keras_ivy.optimizers.keras_side.cohorts import Cohorts
from keras_ivy.optimizers.keras_side.fast import Job, Step
from keras_ivy.optimizers.keras_side.gradients import (
    SEES_GRADIENTS,
    all_finite,
    clip,
    gathered,
    prepared,
)
from keras_ivy.optimizers.keras_side.packs import Pack
from keras_ivy.optimizers.keras_side.replicas import is_local, is_mirrored
from keras_ivy.optimizers.keras_side.slots import check_strategy, check_trainable, choose_packs
from keras_ivy.optimizers.keras_side.spares import Spares
from keras_ivy.optimizers.keras_side.sparse import Rows, as_rows, whole
from keras_ivy.optimizers.keras_side.tensors import dense, raw
from keras_ivy.optimizers.parts.checks import check_gradient
from keras_ivy.optimizers.parts.host import Host
from keras_ivy.optimizers.parts.overrides import DECAY, WRITES, overridden
from keras_ivy.optimizers.parts.spellings import CLIPPING
from keras_ivy.optimizers.parts.timed import refuse_unread_decay
from keras_ivy.optimizers.rules import path_of
from keras_ivy.typing import ArrayLike, Gradient, Variable

__all__ = ["KerasEngine"]


class KerasEngine:
    """What makes the updates of an optimizer's variables.

    Args:
        host: The optimizer.
    """

    def __init__(self, host: Host):
        self._host = host
        #: The packs of slots that small variables share, by the indices of these.
        self.packs: dict[int, Pack] = {}
        self.spares = Spares()
        #: Memory that functions may still use that were compiled for fewer variables.
        self._former: list[Spares] = []
        self.cohorts = Cohorts(host)
        #: While variables join: what is kept for others already, by key of variable and name.
        self.known: dict[tuple[str, str], keras.Variable] = {}
        #: Indices of what decays in this update, if a subclass has something to say about it.
        self._decaying: frozenset[int] | None = None

    def formula(self) -> Formula[Any]:
        """Return what the optimizer computes."""
        return formula_of(self._host)

    # Building.

    def prepare(self, variables: Sequence[Variable]) -> None:
        """Check variables, and find what each of them gets, before anything is made for them.

        Raises:
            IvyTypeError: If one of them is not of a floating type.
            IvyValueError: If a rule matches none of them, or the strategy cannot hold the slots.
        """
        host = self._host
        check_trainable(host, variables)
        check_strategy(host)
        refuse_unread_decay(host, host.weight_decay)
        self.cohorts.begin(len(variables))
        host._treated.keep(host._treated.resolve(variables))
        self.packs = choose_packs(host, variables, host._treated.now())

    def finish(self, variables: Sequence[Variable]) -> None:
        """Make what the updates need beside the slots, which are there."""
        host, formula = self._host, self.formula()
        if formula.adapts:
            host._ratios.make(len(variables))
        host._options.make_decay_variable()
        single = [v for i, v in enumerate(variables) if i not in self.packs]
        packs = tuple(dict.fromkeys(self.packs.values()))
        if host._options.traced:
            self._former.append(self.spares)
        self.spares = Spares(single if formula.needs_scratch else (), packs)

    def exported(self) -> dict[str, tf.Variable]:
        """Return the variables that functions of a SavedModel use, by name."""
        packs = {
            f"pack_{i}_{name}": slot
            for i, pack in enumerate(dict.fromkeys(self.packs.values()))
            for name, slot in pack.slots.items()
        }
        joined = {f"joined_{i}": x for i, x in enumerate(self.cohorts.variables())}
        return packs | joined | {f"spare_{i}": x for i, x in enumerate(self.spares.variables())}

    # Gradients, before Keras's `apply` sees them.

    def prepared(
        self, grads: Sequence[ArrayLike | Gradient | None], variables: Sequence[Variable]
    ) -> list:
        """Return gradients as tensors of the types that their variables are worked with."""
        stays = self._stay_sparse(grads, variables)
        found = []
        for grad, variable, sparse in zip(grads, variables, stays, strict=True):
            if isinstance(grad, tf.IndexedSlices):
                check_gradient(grad, path_of(variable), variable.shape)
            if not self._host._overwrite_variable_with_gradient(variable):
                grad = prepared(grad, variable.dtype, variable.shape, sparse)
            found.append(grad)
        return found

    def _stay_sparse(
        self, grads: Sequence[ArrayLike | Gradient | None], variables: Sequence[Variable]
    ) -> Sequence[bool]:
        """Say of every gradient whether it stays sparse, if it is.

        It does with lazy slots; and where no row moves that it does not touch: there it is the
        same step as its dense equal, and cheaper. XLA needs the dense one, as accumulators do, and
        so does whoever has replaced a method that was handed dense ones.
        """
        host = self._host
        dense = [host.lazy_slots] * len(grads)
        sparse = any(isinstance(g, tf.IndexedSlices) for g in grads)
        if host.lazy_slots or not sparse or host.gradient_accumulation_steps:
            return dense
        if tf_xla.is_compiling() or overridden(host, *SEES_GRADIENTS) or not is_mirrored(variables):
            return dense
        if host.built:
            known = {id(v): i for i, v in enumerate(host._trainable_variables)}
            if any(id(v) not in known for v in variables):
                return dense
            kept = self.treatments()
            treatments = [kept[known[id(v)]] for v in variables]
        else:
            treatments = [treatment for treatment, _ in host._treated.resolve(variables)]
        return list(map(self.formula().leaves_other_rows, treatments))

    # The way through.

    def apply(self, grads: Sequence[Gradient], variables: Sequence[Variable]) -> bool:
        """Apply gradients wherever that can be done replica by replica.

        Args:
            grads: Gradients, none of them `None`.
            variables: Their variables, for which the optimizer is built.

        Returns:
            Whether it was done; if not, Keras's own way, one variable at a time, has to do it.
        """
        host = self._host
        if not is_local(variables):
            return False
        pairs = host._all_reduce_sum_gradients(list(zip(grads, variables, strict=True)))
        grads, variables = map(list, zip(*pairs, strict=True))
        grads = gathered(grads, self._rows_once(grads, variables))
        if host.gradient_accumulation_steps:
            self._accumulate(grads, variables)
        else:
            self._update(grads, variables)
        if host.use_ema and host.gradient_accumulation_steps and host.ema_counts == "updates":
            when(self._is_update(), self._follow, lambda: None)
        elif host.use_ema:
            self._follow()
        return True

    def _follow(self) -> None:
        """Let the averages follow, and every so many updates give the variables their values."""
        host, trained = self._host, self._host._trainable_variables
        host._update_model_variables_moving_average(trained)
        if host.ema_overwrite_frequency:
            host._backend_maybe_overwrite_model_variables(trained)

    def _is_update(self) -> tf.Tensor:
        """Whether this call uses the gradients that were accumulated."""
        count = tf.convert_to_tensor(self._host._iterations)
        return tf.equal((count + 1) % self._host.gradient_accumulation_steps, 0)

    def _rows_once(self, grads: Sequence[Gradient], variables: Sequence[Variable]) -> list[bool]:
        """Say of every sparse gradient whether its rows have to be added up ahead of the update."""
        host = self._host
        seen = overridden(host, *SEES_GRADIENTS) or host.gradient_accumulation_steps
        sparse = any(isinstance(g, tf.IndexedSlices) for g in grads)
        if seen or not sparse or any(getattr(host, name) for name in CLIPPING):
            return [True] * len(grads)
        treatments, step = self.treatments(), self._step(self.formula(), host.learning_rate)
        return [
            isinstance(g, tf.IndexedSlices)
            and not fast.adds_rows(v, treatments[host._get_variable_index(v)], step)
            for g, v in zip(grads, variables, strict=True)
        ]

    def _accumulate(self, grads: Sequence[tf.Tensor | Rows], variables: Sequence[Variable]) -> None:
        """Add to the accumulators, or, every so many steps, update with their mean."""
        host = self._host
        steps = host.gradient_accumulation_steps
        kept = [host._accumulated_gradients[host._get_variable_index(v)] for v in variables]
        buffers = list(map(raw, kept))
        lazy = [isinstance(g, Rows) for g in grads]
        grads = [
            whole(g, b.shape) if sparse else g
            for g, b, sparse in zip(grads, buffers, lazy, strict=True)
        ]

        def keep() -> None:
            host._backend_increment_gradient_accumulators(grads, kept)

        def use() -> None:
            sums = [g + tf.cast(b, g.dtype) for b, g in zip(buffers, grads, strict=True)]
            means = [s / tf.cast(steps, s.dtype) for s in sums]
            means = [
                Rows(mean, None, True) if sparse else mean
                for mean, sparse in zip(means, lazy, strict=True)
            ]
            self._update(means, variables)
            host._backend_reset_gradient_accumulators()

        when(self._is_update(), use, keep)

    def _update(self, grads: Sequence[tf.Tensor | Rows], variables: Sequence[Variable]) -> None:
        """Clip, then update every variable."""
        host = self._host
        grads = clip(host._clip_gradients, grads)

        def change() -> None:
            if overridden(host, *DECAY):
                self._decaying = frozenset()
                host._apply_weight_decay(variables)
            with host._timed.step():
                host._backend_update_step(grads, variables, host._rate.to_hand())

        if host.skip_nonfinite:
            when(all_finite(grads), change, lambda: None)
        else:
            change()

    # What a variable gets.

    def let_decay(self, variables: Sequence[Variable]) -> None:
        """Let these variables decay in the update that follows, if nothing says otherwise."""
        host = self._host
        found = {host._get_variable_index(v) for v in variables if host._use_weight_decay(raw(v))}
        self._decaying = (self._decaying or frozenset()) | found

    def treatments(self) -> Sequence[Treatment]:
        """Return what every variable gets in this update, by index."""
        kept, decaying = self._host._treated.now(), self._decaying
        if decaying is None or not overridden(self._host, *DECAY):
            return kept
        return [t if i in decaying else t._replace(decay=0.0) for i, t in enumerate(kept)]

    # The update.

    def update_all(
        self,
        grads: Sequence[tf.Tensor | Rows],
        variables: Sequence[Variable],
        rate: tf.Tensor | keras.Variable,
    ) -> None:
        """Update every variable of this replica and its slots, and note the trust ratios."""
        host, treatments = self._host, self.treatments()
        jobs = []
        for grad, variable in zip(grads, variables, strict=True):
            i = host._get_variable_index(variable)
            tensors = (raw(variable), *map(raw, host._slots[i]))
            jobs.append(Job(i, tensors, grad, treatments[i], self.packs.get(i)))
        self.note(fast.update_all(jobs, self._step(self.formula(), rate)))

    def update_one(
        self, grad: Gradient, variable: Variable, rate: tf.Tensor | keras.Variable
    ) -> None:
        """Update one variable and its slots.

        Args:
            grad: A tensor, or an `IndexedSlices`, whose rows that repeat are added up.
            variable: A variable that the optimizer is built for.
            rate: The learning rate.
        """
        host = self._host
        i = host._get_variable_index(variable)
        if not isinstance(grad, tf.IndexedSlices):
            grad = tf.convert_to_tensor(grad)
        elif host.lazy_slots:
            grad = as_rows(grad)
        else:
            grad = dense(grad, variable.shape)
        job = Job(i, (raw(variable), *map(raw, host._slots[i])), grad, self.treatments()[i])
        ratio = fast.update_plain(job, self._step(self.formula(), rate))
        if ratio is not None and tf.distribute.get_replica_context() is not None:
            self.note({(i,): ratio})

    def _step(self, formula: Formula[Any], rate: tf.Tensor | keras.Variable) -> Step:
        host = self._host
        return Step(
            formula,
            tf.convert_to_tensor(host.iterations),
            lambda dtype: host._rate.given(rate, dtype),
            host._options.decay_in,
            self.spares,
            self.cohorts.count,
            self._write if overridden(host, *WRITES) else None,
        )

    def _write(self, variable: Variable, value: tf.Tensor, is_weight: bool = False) -> None:
        """Assign to a variable through whatever of Keras's methods for that has been replaced.

        Args:
            variable: A weight or a slot.
            value: Its new value.
            is_weight: Whether this is a weight, from which Keras's optimizers subtract.
        """
        host, replaced = self._host, overridden(self._host, *WRITES)
        if is_weight and "assign_sub" in replaced:
            host.assign_sub(variable, tf.convert_to_tensor(variable) - value)
        elif "assign_add" in replaced:
            host.assign_add(variable, value - tf.convert_to_tensor(variable))
        else:
            host.assign(variable, value)

    def note(self, ratios: dict[tuple[int, ...], tf.Tensor | None]) -> None:
        """Keep trust ratios, given as vectors by the indices of their variables."""
        self._host._quirks.say_late()
        self._host._ratios.note(ratios)

    # Averages.

    def _averaged(
        self, variables: Sequence[Variable]
    ) -> Iterator[tuple[int, tf.Variable, tf.Variable]]:
        """The cohort of every variable, the variable, and its moving average."""
        averages = self._host._model_variables_moving_average
        pairs = enumerate(zip(variables, averages, strict=True))
        return ((self.cohorts.of(i), raw(v), raw(a)) for i, (v, a) in pairs if a is not None)

    def average(self, variables: Sequence[Variable]) -> None:
        """Update the moving averages."""
        count = tf.convert_to_tensor(self._host.iterations)
        shares: dict[int, tf.Tensor] = {}
        for cohort, v, a in self._averaged(variables):
            if cohort not in shares:
                started = tf.not_equal(self.cohorts.count(cohort, count), 0)
                # Float64 buys the momentum as it was written, for averages of float64.
                shares[cohort] = tf.cast(started, tf.float64) * self._host.ema_momentum
            keep = tf.cast(shares[cohort], a.dtype)
            a.assign(keep * a + (1.0 - keep) * tf.cast(v, a.dtype))

    def maybe_overwrite(self, variables: Sequence[Variable]) -> None:
        """Every so many steps, give every variable the value of its moving average."""
        host = self._host
        count = tf.convert_to_tensor(host.iterations)
        when(
            tf.equal((count + 1) % host.ema_overwrite_frequency, 0),
            lambda: host._overwrite_model_variables_with_average_value(variables),
            lambda: None,
        )

    def overwrite(self, variables: Sequence[Variable]) -> None:
        """Give every variable the value of its moving average."""
        for _, v, a in self._averaged(variables):
            v.assign(tf.cast(a, v.dtype))


def when(condition: tf.Tensor, then: Callable, otherwise: Callable) -> None:
    """Run one of two functions for its effects."""

    def run(fn: Callable) -> Callable:
        def branch() -> tf.Tensor:
            fn()
            return tf.constant(True)

        return branch

    tf.cond(condition, run(then), run(otherwise))
