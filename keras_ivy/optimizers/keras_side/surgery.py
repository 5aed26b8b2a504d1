"""An optimizer that goes on with other variables: some stay, some join, some leave.

What stays keeps its slots, averages and accumulated gradients, as the same objects, so that a
function that was compiled before still means them. What joins starts as on a first step, with a
count of its own (see `cohorts`). What leaves takes its slots with it.
"""

from collections.abc import Sequence
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.adapters.keras import optimizers as adapter
from keras_ivy.optimizers.ivy_side.keys import keys_of
from keras_ivy.optimizers.keras_side.packs import Pack
from keras_ivy.optimizers.keras_side.slots import check_strategy, check_trainable, choose_packs
from keras_ivy.optimizers.keras_side.tensors import raw
from keras_ivy.optimizers.parts.host import Host
from keras_ivy.optimizers.parts.overrides import MAKERS, overridden
from keras_ivy.optimizers.rules import path_of
from keras_ivy.structure import trained_by
from keras_ivy.typing import Variable
from keras_ivy.utils.exceptions import IvyNotImplementedException, IvyValueError

__all__ = ["Extension", "admit", "extend", "kept_variables"]


class Extension(NamedTuple):
    """What happened to the variables of an optimizer, by what its state calls them.

    Attributes:
        kept: Those that keep their slots.
        new: Those that start as on a first step.
        removed: Those whose slots are gone.
    """

    kept: tuple[str, ...]
    new: tuple[str, ...]
    removed: tuple[str, ...]


def extend(host: Host, variables: Sequence[Variable]) -> Extension:
    """Let a built optimizer train these variables from now on; see `Optimizer.extend`."""
    made = overridden(host, "build", *MAKERS)
    if made:
        raise IvyNotImplementedException(
            f"`extend` does not know what the `{made[0]}` of {type(host).__name__} makes for a "
            "variable. Make another optimizer, and give it `set_state(state, strict=False)`."
        )
    old = list(host._trainable_variables)
    old_names = keys_of(host, old)
    former = _matched(host, variables, old_names)
    if old and variables and all(i is None for i in former):
        raise IvyValueError(
            "`extend` takes all variables that are to be trained from now on, and none of these is "
            "trained now: `optimizer.extend(model.trainable_variables)`. Make another optimizer "
            f"for other variables. Received: {', '.join(map(path_of, variables))}"
        )
    stayed = {i for i in former if i is not None}
    if former != list(range(len(old))) or any(
        a is not b for a, b in zip(variables, old, strict=False)
    ):
        _grow(host, list(variables), former)
    names = keys_of(host, list(variables))
    return Extension(
        tuple(name for name, i in zip(names, former, strict=True) if i is not None),
        tuple(name for name, i in zip(names, former, strict=True) if i is None),
        tuple(name for i, name in enumerate(old_names) if i not in stayed),
    )


def admit(host: Host, variables: Sequence[Variable]) -> bool:
    """Let variables join that belong to the model which is compiled with an optimizer.

    Those that have been trained stay, in so far as the model still has them, frozen ones too.

    Args:
        host: The optimizer.
        variables: What a step is to update.

    Returns:
        Whether all of them are known now.
    """
    known = host._trainable_variables_indices
    unknown = [v for v in variables if host._var_key(v) not in known]
    if not unknown:
        return True
    if overridden(host, "build", *MAKERS):
        return False
    wanted = set(map(id, unknown))
    models = [m for m in trained_by(host) if wanted <= {id(v) for v in m.variables}]
    if not models:
        return False
    stay = {id(v) for v in host._trainable_variables} | wanted
    chosen = [v for v in models[0].variables if id(v) in stay]

    def join(strategy: tf.distribute.Strategy | None = None) -> None:
        scope = tf.distribute.get_strategy() if strategy is None else strategy
        with tf.init_scope():
            if tf.distribute.has_strategy() or strategy is None:
                extend(host, chosen)
            else:
                with scope.scope():
                    extend(host, chosen)

    context = tf.distribute.get_replica_context()
    if context is not None and context.num_replicas_in_sync > 1:
        context.merge_call(join)
    else:
        join()
    return True


def _matched(
    host: Host, variables: Sequence[Variable], old_names: Sequence[str]
) -> list[int | None]:
    """Return, for every variable, the index of the one whose slots it keeps.

    Itself, if it is one of those that are trained. If none of them is, they are those of another
    instance of the model, and keep the slots of what stands in the same place with the same shape.
    """
    known, old = host._trainable_variables_indices, list(host._trainable_variables)
    found: list[int | None] = [known.get(host._var_key(v)) for v in variables]
    if any(i is not None for i in found) or not old:
        return found
    places = {name: i for i, name in enumerate(old_names)}
    for j, name in enumerate(keys_of(host, variables)):
        i = places.get(name)
        same = i is not None and tuple(old[i].shape) == tuple(variables[j].shape)
        if same and i is not None and old[i].dtype == variables[j].dtype:
            found[j] = i
    return found


def _grow(host: Host, variables: list, former: Sequence[int | None]) -> None:
    """Give an optimizer other variables, after checking that it can train them."""
    engine = host._engine
    resolved = host._treated.resolve(variables)
    check_trainable(host, variables)
    check_strategy(host)
    with tf.init_scope():
        updates = int(np.asarray(keras.ops.convert_to_numpy(host.iterations)))
    before = kept_variables(host)
    engine.cohorts.join(former, updates)
    host._treated.keep(resolved)
    engine.packs = _regrouped(host, variables, former)
    for v, i in zip(variables, former, strict=True):
        for name, each in before.items():
            if i is not None and each[i] is not None:
                engine.known[host._var_key(v), name] = each[i]
    ratios = host._ratios.shown()
    try:
        host._make_variables(variables)
    finally:
        engine.known = {}
    host._ratios.put(ratios, former)
    with tf.init_scope():
        for v, i, average in zip(
            variables, former, kept_variables(host).get("average", variables), strict=True
        ):
            if i is None and host.use_ema and average is not None:
                raw(average).assign(tf.cast(tf.convert_to_tensor(v), average.dtype))
    _put_in_order(host, before)
    host._stepper.forget_trace()


def kept_variables(host: Host) -> dict[str, list]:
    """What the optimizer keeps for each of its variables, by name: slots, averages, sums."""
    found: dict[str, list] = {}
    if host.use_ema:
        found["average"] = list(host._model_variables_moving_average)
    if host.gradient_accumulation_steps:
        found["gradient_accumulator"] = list(host._accumulated_gradients)
    for k, name in enumerate(host.slot_names):
        found[name] = [slots[k] if k < len(slots) else None for slots in host._slots]
    return found


def _regrouped(
    host: Host, variables: Sequence[Variable], former: Sequence[int | None]
) -> dict[int, Pack]:
    """Return the packs by the new indices: the old ones, and those of what joins."""
    old, now = host._engine.packs, host._treated.now()
    moved = {i: j for j, i in enumerate(former) if i is not None}
    for pack in dict.fromkeys(old.values()):
        pack.renumber(moved)
    found = {moved[i]: pack for i, pack in old.items() if i in moved}
    joined = [j for j, i in enumerate(former) if i is None]
    packs = choose_packs(host, [variables[j] for j in joined], [now[j] for j in joined])
    for pack in dict.fromkeys(packs.values()):
        pack.renumber(dict(enumerate(joined)))
    return found | {joined[k]: pack for k, pack in packs.items()}


def _put_in_order(host: Host, before: dict[str, list]) -> None:
    """Bring the optimizer's variables into the order in which they would have been made."""
    after = kept_variables(host)
    managed = {id(x) for each in (*before.values(), *after.values()) for x in each}
    first = [v for v in host.variables if id(v) not in managed]
    apart = [x for name in ("average", "gradient_accumulator") for x in after.pop(name, [])]
    slots = [x for each in zip(*after.values(), strict=True) for x in each]
    adapter.set_variables(host, [*first, *(x for x in [*apart, *slots] if x is not None)])
