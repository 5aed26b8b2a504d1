"""The variables that an optimizer keeps for those that it trains: their types, places and packs."""

from collections.abc import Sequence

import keras
import tensorflow as tf

from keras_ivy.adapters.keras.variables import place_again
from keras_ivy.optimizers.formulas.methods import formula_of
from keras_ivy.optimizers.formulas.updates import Treatment
from keras_ivy.optimizers.keras_side.packs import Pack, packs_of
from keras_ivy.optimizers.keras_side.replicas import is_mirrored
from keras_ivy.optimizers.keras_side.tensors import raw
from keras_ivy.optimizers.parts.checks import SHARING, check_shared
from keras_ivy.optimizers.parts.host import Host
from keras_ivy.optimizers.parts.overrides import MAKERS, WRITES, overridden
from keras_ivy.optimizers.rules import path_of
from keras_ivy.typing import DTypeLike, Variable
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

#: What `slot_dtype` may be.
SLOT_DTYPES = (None, "float32", "bfloat16")


def slot_dtype(host: Host, dtype: DTypeLike, name: str | None = None) -> str:
    """Return the type of what an optimizer keeps for a variable.

    Args:
        host: The optimizer.
        dtype: Type of the variable.
        name: Name of a slot, or of something else that is kept, such as an average.
    """
    own: str = keras.backend.standardize_dtype(dtype)
    if host.slot_dtype is not None and name in host.slot_names:
        return host.slot_dtype if own != "float64" else own
    return "float32" if own in ("float16", "bfloat16") else own


def add_like(
    host: Host,
    variable: Variable,
    name: str,
    initializer: str | keras.initializers.Initializer,
    packs: dict[int, Pack],
) -> keras.Variable:
    """Add a variable like another: same shape and place, type as `slot_dtype` says.

    Args:
        host: The optimizer.
        variable: The other one.
        name: What it is, such as the name of a slot.
        initializer: What it holds at first.
        packs: The packs, by the indices of the variables that have their slots in one.
    """
    path = path_of(variable).replace("/", "_")
    dtype = slot_dtype(host, variable.dtype, name)
    pack = None
    if name in host.slot_names and packs:
        index = host._get_variable_index(variable)
        pack = packs.get(index)

    with host._distribution_strategy.extended.colocate_vars_with(raw(variable)):
        if pack is None:
            return host.add_variable(variable.shape, initializer, dtype, name=f"{path}_{name}")
        with keras.name_scope(host.name, caller=host):
            row = pack.row(index, f"{path}_{name}", name, initializer)
    host._track_variable(row)
    return row


def choose_packs(
    host: Host, variables: Sequence[Variable], treatments: Sequence[Treatment]
) -> dict[int, Pack]:
    """Return which slots are kept together: those of small tensors that are treated alike."""
    if host.lazy_slots or not (host.slot_names and is_mirrored(variables)):
        return {}
    if not formula_of(host).has_kernel or overridden(host, "update_step", *MAKERS, *WRITES):
        return {}  # Nobody but the kernels, and what is made here, knows of packs.

    formula = formula_of(host)

    def suits(v: Variable, treatment: Treatment) -> bool:
        if treatment.hyperball or formula.group_of(treatment) is not None:
            return False
        dtype = keras.backend.standardize_dtype(v.dtype)
        same = dtype == slot_dtype(host, dtype, host.slot_names[0])
        return same and not host._overwrite_variable_with_gradient(v)

    keys = [t if suits(v, t) else None for v, t in zip(variables, treatments, strict=True)]
    return packs_of(variables, keys)


def make_slots(host: Host, variables: Sequence[Variable]) -> tuple[tuple[keras.Variable, ...], ...]:
    """Make the slots of variables, in their order; returns those of each."""
    names, formula = host.slot_names, formula_of(host)
    wanted = [formula.slots_of(treatment) for treatment in host._treated.now()]
    if all(own == names for own in wanted):
        slots = host.add_optimizer_variables(variables, list(names))
        return tuple(zip(*slots, strict=True)) if slots else ((),) * len(variables)
    made = []
    for v, own in zip(variables, wanted, strict=True):
        made.append(tuple(x for (x,) in host.add_optimizer_variables([v], list(own))))
    return tuple(made)


def join_strategy(host: Host) -> None:
    """Make an optimizer that was made outside the scope of a strategy one of its scope.

    Its count and rate have to be mirrored, or every replica would add to the same count.
    """
    strategy = tf.distribute.get_strategy()
    if strategy is host._distribution_strategy or tf.distribute.has_strategy() is False:
        return
    host._distribution_strategy = strategy
    for variable in (host._iterations, host._learning_rate):
        if isinstance(variable, keras.Variable):
            place_again(variable)


def check_trainable(host: Host, variables: Sequence[Variable]) -> None:
    """Refuse variables that are not floating, unless they become their gradients as they are.

    Raises:
        IvyTypeError: If there is one.
    """
    for v in variables:
        dtype = keras.backend.standardize_dtype(v.dtype)
        if "float" not in dtype and not host._overwrite_variable_with_gradient(v):
            raise IvyTypeError(
                f"Only floating variables can be trained, and {path_of(v)!r} is "
                "not one; leave it out, or make it with `trainable=False`. "
                f"Received: dtype={dtype}"
            )


def check_strategy(host: Host) -> None:
    """Refuse a strategy that cannot hold what the optimizer keeps.

    Raises:
        IvyValueError: If so.
    """
    strategy = tf.distribute.get_strategy()
    workers = isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy)
    if workers and host.slot_dtype == "bfloat16":
        raise IvyValueError(
            "TensorFlow cannot send bfloat16 variables from worker to worker: leave "
            f"`slot_dtype` out. Received: slot_dtype={host.slot_dtype!r} under {strategy!r}"
        )
    if isinstance(strategy, SHARING):
        check_shared(host, strategy)
