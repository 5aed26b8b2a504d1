"""Where `step` keeps its state between calls, eagerly and in traced functions.

Eagerly the state is tensors, so that a tape can follow it from step to step. A traced function
cannot leave its tensors behind for the next call, so from the first traced step on the state also
lives in variables; within one trace the tensors of the previous step are still used, which keeps a
loop of steps inside a function differentiable.

A SavedModel contains those variables, so that a function which steps can be exported. A checkpoint
contains `SavedState` in their place, which restores both kinds.
"""

import io
import weakref
import zipfile
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import tensorflow as tf

from keras_ivy.adapters.tensorflow.tracking import Split
from keras_ivy.optimizers.keras_side.tensors import scalar
from keras_ivy.typing import Scalar
from keras_ivy.utils.exceptions import IvyKeyError, IvyValueError
from keras_ivy.utils.files import reading

Slots = dict[str, dict[str, tf.Tensor]]
#: Shape and type of slots, `{slot: {path: (shape, type)}}`.
Specs = dict[str, dict[str, tuple[tuple[int, ...], str]]]

#: Among the slots: after how many steps variables joined that were not there from the start.
STARTS = "starts"

#: Of the contents of a checkpoint; 0.1.0 wrote none.
_VERSION = 2


def _graph() -> Any:
    return tf.compat.v1.get_default_graph()


def _replicas() -> tuple[int, int]:
    """Which replica of a strategy this is, among how many of this process; `(0, 1)` outside."""
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return 0, 1
    count = len(context.strategy.extended.worker_devices)
    number = tf.get_static_value(context.replica_id_in_sync_group)
    return (0 if number is None else int(number) % count), count


class StateCell:
    """Count and slots of one optimizer, as `{slot: {path: tensor}}`.

    Under a strategy every replica has its own, since each makes its own step; outside of replicas
    the first one's are seen, as of a mirrored variable.
    """

    def __init__(self) -> None:
        self._held: dict[int, tuple[Any, Slots]] = {0: (0, {})}
        self._nested = True
        self._count_variable: Any = None
        self._variables: Slots = {}
        self._traced: dict[int, tuple] = {}
        self._ratios: dict[str, Any] = {}
        self._ratio_variables: dict[str, Any] = {}
        self.refuse_old: Callable[[int], None] = lambda steps: None
        self.holder = Split()
        self.holder.saved = SavedState(self)

    @property
    def _count(self) -> Any:
        return self._held.get(_replicas()[0], self._held[0])[0]

    @property
    def _slots(self) -> Slots:
        return self._held.get(_replicas()[0], self._held[0])[1]

    def _hold(self, count: Any, slots: Slots) -> None:
        """Keep a replica's state; outside of replicas, that of all."""
        replica, replicas = _replicas()
        self._held = {**(self._held if replicas > 1 else {}), replica: (count, slots)}

    def _part(self) -> None:
        """Give every replica a state of its own, before one of them goes ahead."""
        _, replicas = _replicas()
        count, slots = self._held[0]
        if replicas > 1 and self._count_variable is not None:
            count = -1  # Every replica reads its own copy of the variables.
        for replica in range(1, replicas):
            self._held.setdefault(replica, (count, slots))

    @property
    def used(self) -> bool:
        """Whether there has been a step, or a state was set."""
        return self._count_variable is not None or tf.is_tensor(self._count) or bool(self._slots)

    def note(self, ratios: dict[str, tf.Tensor]) -> None:
        """Keep the trust ratios of a step, for whoever asks."""
        if tf.executing_eagerly():
            self._ratios = {**self._ratios, **ratios}
            return
        for path, ratio in ratios.items():
            with tf.init_scope():
                if path not in self._ratio_variables:
                    self._ratio_variables[path] = self._variable(f"ratio:{path}", 0.0)
            self._ratio_variables[path].assign(tf.cast(ratio, tf.float32))

    def ratios(self) -> dict[str, tf.Tensor | tf.Variable]:
        """Trust ratios by path; those of traced steps, if there were any."""
        return {**self._ratios, **self._ratio_variables}

    def load(self, specs: Specs, nested: bool) -> tuple[tf.Tensor, Slots]:
        """Return count and slots, zeros for paths that have no slot yet.

        Args:
            specs: Shape and type of every slot of every path.
            nested: Whether the paths are those of a Container, and not of a bare tensor.
        """
        self._check_mirrored()
        if tf.executing_eagerly():
            self._part()
            self._pull()
            slots = complete(self._slots, specs, self._count)
            self._nested = nested
            return tf.convert_to_tensor(self._count, tf.int64), slots
        graph, *traced = self._traced.get(_replicas()[0], (_nothing,))
        if graph() is _graph():
            return traced[0], complete(traced[1], specs, traced[0])
        with tf.init_scope():
            self._make_variables(specs)
        self._nested = nested
        slots = {
            name: {k: tf.convert_to_tensor(x) for k, x in self._variables[name].items()}
            for name in (*specs, STARTS)
            if name in self._variables
        }
        return tf.convert_to_tensor(self._count_variable), slots

    def store(self, count: tf.Tensor, slots: Slots) -> None:
        """Keep count and slots for the next step."""
        if tf.executing_eagerly():
            self._hold(count, slots)
        else:
            self._traced[_replicas()[0]] = (weakref.ref(_graph()), count, slots)
        self._push(count, slots)

    def peek(self) -> tuple[Scalar, Slots, bool]:
        """Return count, slots, and whether the slots are of nested paths."""
        with tf.init_scope():
            self._pull()
        return self._count, self._slots, self._nested

    def reset(self, count: Scalar, slots: Slots) -> None:
        """Replace count and slots."""
        self._nested = all("" not in flat for flat in slots.values())
        self._hold(count, slots)
        self._traced = {}
        self._push(count, slots)

    def _make_variables(self, specs: Specs) -> None:
        """Give every slot a variable, holding what the slot holds."""
        self._pull()
        slots = complete(self._slots, specs, self._count)
        if self._count_variable is None:
            self._count_variable = self._variable("count", scalar(self._count, tf.int64))
        for name, flat in slots.items():
            held = self._variables.setdefault(name, {})
            for k, x in flat.items():
                if k not in held:
                    held[k] = self._variable(f"{name}:{k}", x)

    def _variable(self, name: str, value: Any) -> tf.Variable:
        """Make a variable that is exported with the functions that use it."""
        variable = tf.Variable(value, trainable=False)
        setattr(self.holder, name, variable)
        return variable

    def _push(self, count: Any, slots: Slots) -> None:
        """Write to the variables, if there are any."""
        if self._count_variable is None:
            return
        self._count_variable.assign(count)
        for name, held in self._variables.items():
            for k, variable in held.items():
                if k in slots.get(name, {}):
                    variable.assign(slots[name][k])

    def _pull(self) -> None:
        """Read the variables, if a traced function has written to them since."""
        if self._count_variable is None:
            return
        count = tf.convert_to_tensor(self._count_variable)
        if int(count) != int(self._count):
            slots = {
                name: {k: tf.convert_to_tensor(x) for k, x in held.items()}
                for name, held in self._variables.items()
            }
            self._hold(count, slots)

    def _check_mirrored(self) -> None:
        """Refuse replicas that would share the variables of a function traced before.

        Raises:
            IvyValueError: If they would: each would go on where the one before has stopped.
        """
        shared = self._count_variable
        mirrored = isinstance(shared, tf.distribute.DistributedValues)
        if _replicas()[1] > 1 and shared is not None and not mirrored:
            raise IvyValueError(
                "This optimizer has stepped in a `tf.function` outside of the strategy, so that "
                "its state cannot be different on every replica. Make another one and give it "
                f"`set_state(optimizer.state)`. Received: `step` in a replica of {_replicas()[1]}"
            )


class SavedState(tf.train.experimental.PythonState):
    """The state of a cell as a checkpoint keeps it: one string."""

    def __init__(self, cell: StateCell):
        self._cell = cell

    def serialize(self) -> bytes:
        """Return count and slots as the bytes of an `npz` file."""
        count, slots, _ = self._cell.peek()
        arrays = {f"{name}:{k}": x for name, flat in slots.items() for k, x in flat.items()}
        file = io.BytesIO()
        held: dict[str, Any] = {name: np.asarray(x) for name, x in arrays.items()}
        np.savez(file, count=count, version=_VERSION, **held)
        return file.getvalue()

    def deserialize(self, string_value: bytes) -> None:
        """Put back what `serialize` returned."""
        arrays = _arrays_in(string_value)
        count = arrays["count"]
        if "version" not in arrays:
            self._cell.refuse_old(int(count))
        slots: Slots = {}
        for key, array in arrays.items():
            name, found, path = key.partition(":")
            if found:
                slots.setdefault(name, {})[path] = array
        self._cell.reset(scalar(count, tf.int64), slots)


def _arrays_in(content: bytes) -> dict[str, Any]:
    """Return the arrays of an `npz` file, the slots as tensors.

    Raises:
        IvyFileError: If it is damaged, or its arrays are larger than it is: they are stored as
            they are.
    """
    file = io.BytesIO(content)
    with reading("checkpoint", "the state of an optimizer's steps"):
        with zipfile.ZipFile(file) as archive:
            size = sum(member.file_size for member in archive.infolist())
            if size > len(content):
                raise ValueError(f"it holds {size:,} bytes in {len(content):,}")
        with np.load(file, allow_pickle=False) as archive:
            arrays = {key: archive[key] for key in archive.files}
        int(arrays["count"])
        return {key: _tensor(x) if ":" in key else x for key, x in arrays.items()}


def _tensor(x: np.ndarray) -> tf.Tensor:
    """A tensor of an array from a file, which does not know bfloat16 and calls it void."""
    return tf.constant(x.view(tf.bfloat16.as_numpy_dtype) if x.dtype.kind == "V" else x)


def _nothing() -> None:
    """The graph of no trace."""
    return None  # AutoGraph cannot convert a body without a statement, and warns


def complete(slots: Slots, specs: Specs, count: Scalar) -> Slots:
    """Return slots of the types of `specs`, with zeros where a path has none yet.

    A path that joins others counts from the steps that were made, `count`.

    Raises:
        IvyKeyError: If slots are held for other paths alone.
        IvyValueError: If a slot has another shape.
    """
    full = {}
    starts = dict(slots.get(STARTS, {}))
    known = set().union(*(slots.get(name) or {} for name in specs))
    asked = set().union(*specs.values())
    if known and asked and known.isdisjoint(asked):
        raise IvyKeyError(
            f"This optimizer holds moments of {_shown(known)} from the steps before, or from "
            "`set_state`. Make another optimizer for other variables. "
            f"Received: {_shown(asked)}"
        )
    if known and asked - known:
        starts |= dict.fromkeys(sorted(asked - known), scalar(count, tf.int64))
    for name, wanted in specs.items():
        have = slots.get(name) or {}
        lacking = [k for k in wanted if k in known and k not in have]
        if lacking:
            raise IvyKeyError(
                f"The state that this optimizer goes on from has no {name!r} of "
                f"{_shown(lacking)}: it was that of an optimizer that treats it otherwise. "
                f"Received: {_shown(wanted)}"
            )
        for k, (shape, _) in wanted.items():
            if k in have and not have[k].shape.is_compatible_with(shape):
                raise IvyValueError(
                    f"{k or 'The variable'!r} had shape {tuple(have[k].shape)} in the steps "
                    "before. Make another optimizer for other variables. "
                    f"Received: shape={tuple(shape)}"
                )
        found = {
            k: tf.cast(have[k], dtype) if k in have else tf.zeros(shape, dtype)
            for k, (shape, dtype) in wanted.items()
        }
        full[name] = {**have, **found}
    return {**full, STARTS: starts} if starts else full


def _shown(paths: Iterable[str]) -> str:
    """Paths as a reader knows them."""
    return ", ".join(sorted(paths)) if "" not in paths else "a bare tensor"
