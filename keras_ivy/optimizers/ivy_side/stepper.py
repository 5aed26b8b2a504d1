"""Ivy's side: steps on Containers, and the state as a Container."""

import warnings
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import keras
import tensorflow as tf

from keras_ivy.container import Container
from keras_ivy.optimizers.formulas.formula import Formula
from keras_ivy.optimizers.formulas.methods import formula_of
from keras_ivy.optimizers.formulas.rounding import rounded
from keras_ivy.optimizers.formulas.updates import Treatment
from keras_ivy.optimizers.ivy_side.handwritten import check_stepping_by_hand, step_by_hand
from keras_ivy.optimizers.ivy_side.keys import keys_of
from keras_ivy.optimizers.ivy_side.leaves import Flat, Leaves, prepare, unflatten
from keras_ivy.optimizers.ivy_side.put_state import put_state
from keras_ivy.optimizers.ivy_side.shown_state import StateReport, parse, shown
from keras_ivy.optimizers.ivy_side.state import STARTS, Slots, Specs, StateCell, complete
from keras_ivy.optimizers.ivy_side.updating import Held, update_leaves
from keras_ivy.optimizers.keras_side.gradients import all_finite, clip, gathered, prepared
from keras_ivy.optimizers.keras_side.slots import slot_dtype
from keras_ivy.optimizers.keras_side.tensors import scalar
from keras_ivy.optimizers.parts.host import Host
from keras_ivy.optimizers.parts.overrides import BEYOND_STEP, overridden, runs_other_code
from keras_ivy.optimizers.parts.timed import refuse_unread_decay
from keras_ivy.optimizers.rules import Leaf
from keras_ivy.typing import Gradient, Scalar
from keras_ivy.utils.devices import device_scope
from keras_ivy.utils.exceptions import IvyNotImplementedException, IvyValueError

__all__ = ["IvyStepper"]

Result = TypeVar("Result")


class IvyStepper:
    """What steps on Containers for an optimizer; see `base.Optimizer` for what each method does.

    Args:
        host: The optimizer.
        refuse_old: Called with the number of steps in a checkpoint of keras_ivy 0.1.0.
    """

    def __init__(self, host: Host, refuse_old: Callable[[int], None]):
        self._host = host
        #: Where count and slots are kept.
        self.cell = StateCell()
        self.cell.refuse_old = refuse_old
        #: How many steps a user's `_step` has made.
        self.steps_by_hand = 0
        self._traced: Callable | None = None
        self._traces_itself = False

    @property
    def _by_hand(self) -> Callable[[Any, Any], Any] | None:
        """The user's `_step`, if the optimizer is written for Ivy."""
        return getattr(self._host, "_step", None)

    def forget_trace(self) -> None:
        """Compile anew in the next step, if it is that which compiles."""
        self._traced = None

    # Steps.

    def unconverted(self, method: Callable[..., Result]) -> Callable[..., Result]:
        """Return a method that AutoGraph leaves as it is, but for the sake of a program's code.

        To convert the package takes seconds, and changes nothing: no branch of it is on a tensor.
        """
        if tf.executing_eagerly() or runs_other_code(self._host):
            return method
        return tf.autograph.experimental.do_not_convert(method)

    def step(
        self,
        v: Leaves,
        grads: Leaves | Gradient,
        ignore_missing: bool,
    ) -> Container | tf.Tensor:
        """Return the variables one step later, and keep the state."""
        host = self._host
        if host.built:
            raise IvyValueError(
                "This optimizer already trains variables through Keras (`apply` or `fit`), whose "
                "moments `step` would not see. Make another one for `step`. "
                f"Received: optimizer {host.name!r}, built for "
                f"{len(host._trainable_variables)} variables"
            )
        if host.trace_on_next_step and tf.executing_eagerly():
            if self._traced is None:
                self._traced = tf.function(self._step, autograph=False, reduce_retracing=True)
            self._traces_itself = True
            try:
                return self._traced(v, grads, ignore_missing)
            finally:
                self._traces_itself = False
        if not self._traces_itself:
            host._options.note_trace()
        return self._step(v, grads, ignore_missing)

    def _step(
        self,
        v: Leaves,
        grads: Leaves | Gradient,
        ignore_missing: bool,
    ) -> Container | tf.Tensor:
        self._check()
        flat_v, flat_g = prepare(v, grads, ignore_missing)
        by_hand, kind = self._by_hand, type(self._host).__name__
        if by_hand is not None:
            check_stepping_by_hand(kind)
            self.steps_by_hand += 1
            return step_by_hand(by_hand, kind, v, flat_v, flat_g)
        formula = formula_of(self._host)
        with device_scope(self._host.device):
            treatments = self._treatments(flat_v)
            specs = self._specs(formula, flat_v, treatments)
            count, slots = self.cell.load(specs, "" not in flat_v)
            state = flat_v, flat_g, count, slots
            with self._host._timed.step(count):
                new_v, new_slots, ratios = self._transform(formula, treatments, *state)
            self.cell.store(count + 1, new_slots)
            self.cell.note(ratios)
        return unflatten(new_v, v)

    def stateless_step(
        self,
        v: Leaves,
        grads: Leaves | Gradient,
        state: Mapping[str, object] | None,
        ignore_missing: bool,
    ) -> tuple[Container | tf.Tensor, Container]:
        """Return variables and state one step later, from a state that the caller keeps."""
        self._check()
        self._host._options.note_trace()
        formula = formula_of(self._host)
        flat_v, flat_g = prepare(v, grads, ignore_missing)
        count, slots = self._parsed(state) if state is not None else (0, {})
        if count is None:
            raise IvyValueError(
                "A state must hold `count`, the number of steps made. "
                f"Received: state with {sorted(state or ())}"
            )
        treatments = self._treatments(flat_v)
        count = scalar(count, tf.int64)
        slots = complete(slots, self._specs(formula, flat_v, treatments), count)
        with self._host._timed.step(count):
            new_v, slots, _ = self._transform(formula, treatments, flat_v, flat_g, count, slots)
        nested = isinstance(v, Mapping)
        return unflatten(new_v, v), shown(formula.slot_names, slots, count + 1, nested)

    def _check(self) -> None:
        """Refuse a step where a subclass has replaced what only `apply` can call.

        A subclass that has its own `step` as well is taken to know.

        Raises:
            IvyNotImplementedException: If it has.
        """
        host = self._host
        refuse_unread_decay(host, host.weight_decay)
        if self._by_hand is not None or overridden(host, "step", "stateless_step"):
            return
        found = overridden(host, *BEYOND_STEP)
        if isinstance(host._learning_rate, keras.optimizers.schedules.LearningRateSchedule):
            found += overridden(host, "learning_rate", "_get_current_learning_rate")
        if found:
            raise IvyNotImplementedException(
                f"`step` takes tensors, and cannot call `{found[0]}`, which is about variables and "
                "which somebody has replaced. Train through `apply` or `fit`; or override "
                "`_update`, the formula, which both follow. "
                f"Received: optimizer {type(host).__name__!r} with its own `{found[0]}`"
            )

    def _specs(
        self, formula: Formula[Any], flat_v: Flat, treatments: Mapping[str, Treatment]
    ) -> Specs:
        """Shape and type of every slot of every variable."""
        specs: Specs = {name: {} for name in formula.slot_names}
        for k, x in flat_v.items():
            for name in formula.slots_of(treatments[k]):
                specs[name][k] = tuple(x.shape), slot_dtype(self._host, x.dtype, "mw")
        return specs

    def _transform(
        self,
        formula: Formula[Any],
        treatments: Mapping[str, Treatment],
        v: Flat,
        g: Flat,
        count: tf.Tensor,
        slots: Slots,
    ) -> tuple[Flat, Slots, Flat]:
        """The pure step: `{path: tensor}` in; variables, slots and trust ratios out."""
        host = self._host
        unsupported = [
            name for name in ("use_ema", "gradient_accumulation_steps") if getattr(host, name, None)
        ]
        if unsupported:
            raise IvyValueError(
                f"`step` does not support `{unsupported[0]}`, which needs variables to keep its "
                "sums in: use `apply`. "
                f"Received: {unsupported[0]}={getattr(host, unsupported[0])!r}"
            )
        rate = host._rate.at(count)
        grads: list[Any] = [
            prepared(x, v[k].dtype, v[k].shape, host.lazy_slots) for k, x in g.items()
        ]
        if host.loss_scale_factor is not None:
            grads = [x / host.loss_scale_factor for x in grads]
        grads = clip(host._clip_gradients, gathered(grads))
        finite = all_finite(grads) if host.skip_nonfinite and grads else None

        def keep(new: tf.Tensor, old: tf.Tensor) -> tf.Tensor:
            new = new if finite is None else tf.where(finite, new, old)
            return tf.stop_gradient(new) if host.stop_gradients else new

        scalars, starts = {}, slots.get(STARTS, {})
        leaves = {}
        for k, x in zip(g, grads, strict=True):
            dtype = x.dtype
            start = starts.get(k)
            shared = (dtype, id(start))
            if shared not in scalars:
                given, decay = host._rate.given(rate, dtype, count), host._options.decay_in(dtype)
                seen = count if start is None else count - start
                scalars[shared] = formula.scalars(given, seen, dtype, decay)
            names = formula.slots_of(treatments[k])
            held = tuple(tf.cast(slots[name][k], dtype) for name in names)
            leaves[k] = Held(tf.cast(v[k], dtype), x, held, scalars[shared], treatments[k])
        updated = update_leaves(formula, leaves)
        new_v = dict(v)
        new_slots = {name: dict(kept) for name, kept in slots.items()}
        ratios = {}
        for i, k in enumerate(leaves):
            w, new, ratio = updated[k]
            new_v[k] = keep(tf.cast(w, v[k].dtype), v[k])
            for j, name in enumerate(formula.slots_of(treatments[k])):
                old = slots[name][k]
                new_slots[name][k] = keep(rounded(new[j], old.dtype, (count, i, j)), old)
            if ratio is not None:
                ratios[k] = tf.stop_gradient(ratio)
        return new_v, new_slots, ratios

    def _treatments(self, v: Flat) -> dict[str, Treatment]:
        leaves = [Leaf(k, tuple(x.shape), tf.as_dtype(x.dtype).name) for k, x in v.items()]
        resolved = self._host._treated.resolve(leaves)
        return {leaf.path: treatment for leaf, (treatment, _) in zip(leaves, resolved, strict=True)}

    # The state.

    def state(self) -> Container:
        """Return the slots and the count, be they of steps or of training through Keras."""
        host = self._host
        formula = formula_of(host)
        if not host.built:
            count, slots, nested = self.cell.peek()
            return shown(formula.slot_names, slots, scalar(count, tf.int64), nested)
        kept = self._with_slots()
        keys = keys_of(host, [v for v, _ in kept])
        slots = {
            name: {
                key: formula.stored((tf.convert_to_tensor(slot[i]),))[0]
                for key, (_, slot) in zip(keys, kept, strict=True)
                if i < len(slot)
            }
            for i, name in enumerate(formula.slot_names)
        }
        starts = {
            k: tf.constant(n, tf.int64) for k, n in zip(keys, self._starts(), strict=True) if n
        }
        if starts:
            slots[STARTS] = starts
        return shown(formula.slot_names, slots, tf.convert_to_tensor(host.iterations), True)

    def _starts(self) -> list[int]:
        """After how many updates each of the variables that have slots joined."""
        pairs = zip(self._host._engine.cohorts.numbers(), self._host._slots, strict=True)
        return [n for n, slot in pairs if slot and slot[0] is not None]

    def _with_slots(self) -> list[tuple[keras.Variable, tuple[keras.Variable, ...]]]:
        """The variables that have slots, and these; others become their gradients as they are."""
        pairs = zip(self._host._trainable_variables, self._host._slots, strict=True)
        return [(v, slot) for v, slot in pairs if slot and slot[0] is not None]

    def _parsed(self, state: Mapping[str, object]) -> tuple[Scalar | None, Slots]:
        formula = formula_of(self._host)
        return parse(state, formula.slot_names, type(self._host).__name__, formula.same_slots)

    def set_state(self, state: Mapping[str, object], strict: bool) -> StateReport:
        """Continue from a state."""
        count, slots = self._parsed(state)
        if self._host.built:
            return put_state(self._host, self._with_slots(), count, slots, strict)
        if count is None and slots:
            count, _, _ = self.cell.peek()
            if int(count) == 0:
                count = 1
                if len(formula_of(self._host).slot_names) > 1:
                    warnings.warn(
                        "The state has no `count`, so that the bias correction starts anew. Add "
                        "`count`, the number of steps made. "
                        f"Received: state with {sorted(state)}",
                        stacklevel=3,
                    )
        elif count is None:
            count, _, _ = self.cell.peek()
        self.cell.reset(scalar(count, tf.int64), slots)
        return StateReport(tuple(sorted({k for flat in slots.values() for k in flat})))
