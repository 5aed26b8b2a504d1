"""Ivy's side: `step(v, grads)` on Containers, with the state as a Container."""

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from keras_ivy import tree
from keras_ivy.container import Container
from keras_ivy.optimizers import rules as rules_module
from keras_ivy.optimizers.checks import Checked
from keras_ivy.optimizers.gradients import all_finite, clip, gathered, prepared
from keras_ivy.optimizers.handwritten import Handwritten
from keras_ivy.optimizers.keys import chosen, keys_of
from keras_ivy.optimizers.leaves import Flat, flatten, prepare, unflatten
from keras_ivy.optimizers.norms import norm
from keras_ivy.optimizers.overrides import check_step
from keras_ivy.optimizers.rounding import rounded
from keras_ivy.optimizers.sparse import Rows, update_rows
from keras_ivy.optimizers.state import StateCell, complete
from keras_ivy.optimizers.tensors import scalar
from keras_ivy.utils.checks import flag
from keras_ivy.utils.devices import device_scope
from keras_ivy.utils.exceptions import IvyKeyError, IvyTypeError, IvyValueError


class IvySide(Checked, Handwritten):
    """The methods that Ivy's optimizers have; `base.Optimizer` mixes them in."""

    def _init_ivy_side(self) -> None:
        self.__dict__["_cell"] = StateCell()
        self.__dict__["_traced_step"] = None
        self.__dict__["_traces_itself"] = False
        self._cell.refuse_old = self._refuse_old_checkpoint

    def step(self, v: Any, grads: Any, ignore_missing: bool = False) -> Any:
        """Return the variables one step later; neither argument changes.

        Works eagerly, in `tf.function` and compiled by XLA; the state is kept from call to call.
        With `stop_gradients=False` the result is differentiable with respect to the variables, the
        gradients, the learning rate and everything they came from, through any number of steps.

        `tf.train.Checkpoint(optimizer=...)` saves the state and restores it. A `tf.function` that
        steps can be exported by `tf.saved_model.save` of a `tf.Module` that has the optimizer as an
        attribute; state goes on from where it was.

        Args:
            v: Container (or dict, or a bare tensor) of variables or tensors. A `keras.Variable`
                that is not trainable keeps its value, whatever its gradient.
            grads: Gradients of the same structure.
            ignore_missing: Whether variables may lack a gradient; they come back as they are.

        Returns:
            A Container of tensors of the structure, shapes and types of `v`.

        Raises:
            IvyKeyError: If the structures differ.
            IvyValueError: If a gradient is `None` or of another shape.

        Example:

        >>> from keras_ivy.optimizers import SGD
        >>> new = SGD(lr=0.5).step(Container(w=tf.constant(3.0)), Container(w=tf.constant(2.0)))
        >>> float(new.w)
        2.0
        """
        flag("ignore_missing", ignore_missing, "step")
        if self.built:
            raise IvyValueError(
                "This optimizer already trains variables through Keras (`apply` or `fit`), whose "
                "moments `step` would not see. Make another one for `step`. "
                f"Received: optimizer {self.name!r}, built for "
                f"{len(self._trainable_variables)} variables"
            )
        if self.trace_on_next_step and tf.executing_eagerly():
            if self._traced_step is None:
                self.__dict__["_traced_step"] = tf.function(
                    self._functional_step, autograph=False, reduce_retracing=True
                )
            self.__dict__["_traces_itself"] = True
            try:
                return self._traced_step(v, grads, ignore_missing)
            finally:
                self.__dict__["_traces_itself"] = False
        if not self._traces_itself:
            self._note_trace()
        return self._functional_step(v, grads, ignore_missing)

    def _functional_step(self, v: Any, grads: Any, ignore_missing: bool) -> Any:
        check_step(self)
        flat_v, flat_g = prepare(v, grads, ignore_missing)
        if self._is_handwritten:
            return self._step_by_hand(v, flat_v, flat_g)
        with device_scope(self.device):
            count, slots = self._cell.load(self._specs(flat_v), self.slot_names)
            new_v, new_slots, ratios = self._transform(flat_v, flat_g, count, slots)
            self._cell.store(count + 1, new_slots)
            self._cell.note(ratios)
        return unflatten(new_v, v)

    def stateless_step(
        self, v: Any, grads: Any, state: Any = None, ignore_missing: bool = False
    ) -> tuple[Any, Container]:
        """Return `(v, state)` one step later, from a state that the caller keeps.

        The pure form of `step`, for loops that carry their state themselves (`tf.while_loop`,
        `tf.vectorized_map` over replicas of a model, searches that go back).

        Args:
            v: As in `step`.
            grads: As in `step`.
            state: What an earlier call, or `state`, returned; `None` to start.
            ignore_missing: As in `step`.

        Returns:
            The variables and the state after the step.
        """
        flag("ignore_missing", ignore_missing, "stateless_step")
        check_step(self)
        self._note_trace()
        flat_v, flat_g = prepare(v, grads, ignore_missing)
        count, slots = self._parse(state) if state is not None else (0, {})
        if count is None:
            raise IvyValueError(
                "A state must hold `count`, the number of steps made. "
                f"Received: state with {sorted(state)}"
            )
        slots = complete(slots, self._specs(flat_v), self.slot_names)
        count = scalar(count, tf.int64)
        new_v, slots, _ = self._transform(flat_v, flat_g, count, slots)
        return unflatten(new_v, v), self._public(count + 1, slots, isinstance(v, Mapping))

    def _specs(self, flat_v: Flat) -> dict[str, tuple]:
        """Shape and type of the slots of every variable."""
        return {k: (tuple(x.shape), self._slot_dtype(x.dtype, "mw")) for k, x in flat_v.items()}

    def _transform(self, v: Flat, g: Flat, count: Any, slots: dict) -> tuple[Flat, dict, Flat]:
        """The pure step: `{path: tensor}` in; variables, slots and trust ratios out."""
        unsupported = [
            name for name in ("use_ema", "gradient_accumulation_steps") if getattr(self, name, None)
        ]
        if unsupported:
            raise IvyValueError(
                f"`step` does not support `{unsupported[0]}`, which needs variables to keep its "
                "sums in: use `apply`. "
                f"Received: {unsupported[0]}={getattr(self, unsupported[0])!r}"
            )
        rate = self._rate_at(count)
        treatments = self._treatments_of(v)
        grads = [prepared(x, v[k].dtype, v[k].shape, self.lazy_slots) for k, x in g.items()]
        if self.loss_scale_factor is not None:
            grads = [x / self.loss_scale_factor for x in grads]
        grads = clip(self, gathered(grads))
        finite = all_finite(grads) if self.skip_nonfinite and grads else None

        def keep(new: Any, old: Any) -> Any:
            new = new if finite is None else tf.where(finite, new, old)
            return tf.stop_gradient(new) if self.stop_gradients else new

        scalars: dict = {}
        new_v = dict(v)
        new_slots = {name: dict(slots[name]) for name in self.slot_names}
        ratios = {}
        for i, (k, x) in enumerate(zip(g, grads, strict=True)):
            dtype = x.dtype
            if dtype not in scalars:
                scalars[dtype] = self._scalars(self._rate_given(rate, dtype, count), count, dtype)
            w, new, ratio = self._update_leaf(
                tf.cast(v[k], dtype),
                x,
                tuple(tf.cast(slots[name][k], dtype) for name in self.slot_names),
                scalars[dtype],
                treatments[k],
            )
            new_v[k] = keep(tf.cast(w, v[k].dtype), v[k])
            for j, name in enumerate(self.slot_names):
                old = slots[name][k]
                new_slots[name][k] = keep(rounded(new[j], old.dtype, (count, i, j)), old)
            if ratio is not None:
                ratios[k] = tf.stop_gradient(ratio)
        return new_v, new_slots, ratios

    def _update_leaf(self, w: Any, g: Any, slots: tuple, scalars: Any, treatment: Any) -> tuple:
        def update(w: Any, g: Any, slots: tuple) -> tuple:
            return self._update(w, g, slots, scalars, treatment, norm)

        if isinstance(g, Rows):
            return update_rows(update, w, g, slots)
        return update(w, g, slots)

    def _treatments_of(self, v: Flat) -> dict:
        leaves = [
            rules_module.Leaf(k, tuple(x.shape), tf.as_dtype(x.dtype).name) for k, x in v.items()
        ]
        resolved = self._resolve(leaves)
        return {leaf.path: treatment for leaf, (treatment, _) in zip(leaves, resolved, strict=True)}

    @property
    def state(self) -> Container:
        """The slots (`mw`, `vw`) and `count`, the number of steps made.

        A slot is `None` before the first step. After training through Keras the slots of its
        variables stand where the variables stand in the model, as in `keras_ivy.variables(model)`;
        without a model under their paths, with their position where paths repeat. So a state fits
        another instance of the model, a loaded one, and `step` on its variables.
        """
        if self.built:
            kept = self._with_slots()
            keys = keys_of(self, [v for v, _ in kept])
            slots = {
                name: {
                    key: self._turned((tf.convert_to_tensor(slot[i]),))[0]
                    for key, (_, slot) in zip(keys, kept, strict=True)
                }
                for i, name in enumerate(self.slot_names)
            }
            return self._public(tf.convert_to_tensor(self.iterations), slots, True)
        count, slots, nested = self._cell.peek()
        return self._public(scalar(count, tf.int64), slots, nested)

    def _with_slots(self) -> list[tuple[Any, tuple]]:
        """The variables that have slots, and these; others become their gradients as they are."""
        pairs = zip(self._trainable_variables, self._slots, strict=True)
        return [(v, slot) for v, slot in pairs if slot and slot[0] is not None]

    def _public(self, count: Any, slots: dict, nested: bool) -> Container:
        shown = {}
        for name in self.slot_names:
            flat = slots.get(name)
            if not flat:
                shown[name] = None
            else:
                shown[name] = Container(tree.unflatten(flat)) if nested else flat[""]
        return Container({**shown, "count": count})

    def _parse(self, state: Any) -> tuple[Any, dict]:
        """Return `(count or None, {slot: {path: tensor}})` of a state, checked."""
        if not isinstance(state, Mapping):
            raise IvyTypeError(
                "A state is a Container, or a dict, with the keys "
                f"{[*self.slot_names, 'count']}. Received: state={state!r}"
            )
        absent = [name for name in self.slot_names if name not in state]
        extra = sorted(set(state) - {*self.slot_names, "count"})
        if absent or extra:
            raise IvyKeyError(
                f"A state of {type(self).__name__} holds {list(self.slot_names)}, and `count`. "
                f"Received: keys={sorted(state)}"
            )
        slots = {}
        for name in self.slot_names:
            if state[name] is not None:
                slots[name] = {k: _slot(x, name, k) for k, x in flatten(state[name]).items()}
        if len({frozenset(flat) for flat in slots.values()}) > 1 or (
            slots and len(slots) < len(self.slot_names)
        ):
            raise IvyValueError(
                "The slots of a state must hold the same paths. Received: "
                + ", ".join(f"{k}={sorted(slots.get(k, ()))}" for k in self.slot_names)
            )
        shapes = {k: x.shape for flat in slots.values() for k, x in flat.items()}
        for name, flat in slots.items():
            for k, x in flat.items():
                if not x.shape.is_compatible_with(shapes[k]):
                    raise IvyValueError(
                        f"The slots of {k or 'the variable'!r} must have one shape. Received: "
                        f"{name} of shape={tuple(x.shape)} beside shape={tuple(shapes[k])}"
                    )
        return _checked_count(state.get("count")), slots

    def set_state(self, state: Any) -> None:
        """Continue from a state: the next step is the one that would have followed.

        Args:
            state: What `state` returned, here or in another optimizer of the same kind. Ivy's own
                states lack `count`; then the count of this optimizer goes on, from one at least.

        Raises:
            IvyKeyError: If the keys are not those of this optimizer's state.
            IvyValueError: If the slots hold different paths.
        """
        count, slots = self._parse(state)
        if self.built:
            self._assign_slots(count, slots)
            return
        if count is None and slots:
            count, _, _ = self._cell.peek()
            if int(count) == 0:
                count = 1
                if len(self.slot_names) > 1:
                    warnings.warn(
                        "The state has no `count`, so that the bias correction starts anew. Add "
                        "`count`, the number of steps made. "
                        f"Received: state with {sorted(state)}",
                        stacklevel=2,
                    )
        elif count is None:
            count, _, _ = self._cell.peek()
        self._cell.reset(scalar(count, tf.int64), slots)

    def _assign_slots(self, count: Any, slots: dict) -> None:
        kept = self._with_slots()
        variables = [v for v, _ in kept]
        keys = keys_of(self, variables)
        shapes = {k: x.shape for k, x in slots.get(next(iter(self.slot_names), ""), {}).items()}
        names = chosen(keys, variables, shapes)
        if names is None:
            raise IvyKeyError(
                "A state must hold slots of the optimizer's variables, under "
                f"{', '.join(keys) or None}. Received: {', '.join(sorted(shapes)) or None}"
            )
        for name, key, (_, slot) in zip(names, keys, kept, strict=True):
            if tuple(shapes[name]) != tuple(slot[0].shape):
                raise IvyValueError(
                    f"The slots of {key!r} have shape {tuple(slot[0].shape)}. "
                    f"Received: shape={tuple(shapes[name])}"
                )
        for i, slot_name in enumerate(self.slot_names):
            for name, (_, slot) in zip(names, kept, strict=True):
                slot[i].assign(self._turned((slots[slot_name][name],))[0])
        if count is not None:
            self._iterations.assign(int(count) * (self.gradient_accumulation_steps or 1))


def _slot(x: Any, name: str, path: str) -> tf.Tensor:
    """Return a slot of a state as a tensor."""
    if x is not None:
        x = tf.convert_to_tensor(x)
        if x.dtype.is_floating:
            return x
    raise IvyTypeError(
        f"A slot of a state is a floating tensor. Received: {name!r} with {x!r} at {path!r}"
    )


def _checked_count(count: Any) -> Any:
    """Return a number of steps, which may be missing; in a trace its value is not known."""
    if count is not None and tf.executing_eagerly():
        value = np.asarray(count)
        value = float(value) if value.ndim == 0 and value.dtype.kind in "iuf" else count
        if not isinstance(value, float) or value < 0 or not value.is_integer():
            raise IvyValueError(
                "The `count` of a state is the number of steps made, a whole number of at least 0. "
                f"Received: count={value}"
            )
    return count
