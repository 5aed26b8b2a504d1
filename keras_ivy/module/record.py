"""All that a module knows of itself, in one record, and the phases of its construction.

The record is made before the user's `__init__`, so that attributes may be assigned in any order,
and kept past Keras's tracking: nobody looks for layers in it, and no file holds it. What was true
of a module is recorded in its config, its weights and its build config alone.
"""

import dataclasses
import enum
import weakref
from typing import TYPE_CHECKING, Any, NamedTuple

import keras

from keras_ivy.adapters.keras.saving import Companion
from keras_ivy.container import Container
from keras_ivy.module.options import Options
from keras_ivy.structure import Entry, Parts, Structure, parts

if TYPE_CHECKING:
    from keras_ivy.module.calling.inputs import Inputs
    from keras_ivy.module.module import Module

__all__ = ["Captured", "Event", "Phase", "Record", "advance", "own_record", "record_of"]


class Phase(enum.Enum):
    """How far the construction of a module has come."""

    #: `Module.__init__` has not run yet: the user's constructor assigns attributes.
    NEW = enum.auto()
    #: It has run, and there are no variables yet.
    STARTED = enum.auto()
    #: `_build` and `_create_variables` run for the first time.
    BUILDING = enum.auto()
    #: The module has made its own variables, and the layers that `_build` makes.
    BUILT = enum.auto()
    #: `_build` runs again, for other arguments.
    REBUILDING = enum.auto()


class Event(enum.Enum):
    """What happens to a module under construction."""

    #: `Module.__init__` has run.
    INITIALIZED = enum.auto()
    #: `_build` is about to run.
    BUILD = enum.auto()
    #: `_build` and `_create_variables` have run.
    DONE = enum.auto()
    #: They have, and `_build` said that the module does not count as built yet.
    UNFINISHED = enum.auto()
    #: One of them raised.
    FAILED = enum.auto()


class Captured(NamedTuple):
    """The arguments of a constructor, as they were given."""

    args: tuple
    kwargs: dict[str, Any]


@dataclasses.dataclass(slots=True, eq=False)
class Record(Parts):
    """What a module knows of itself, beside what Keras keeps for every model.

    Attributes:
        captured: The arguments of the constructor, for the config.
        options: The arguments of `Module.__init__`.
        phase: How far the construction has come; `advance` alone changes it.
        initialized: Whether `Module.__init__` has run; a program may build before.
        built: What `built` was last set to, which Keras does too. A module may count as built for
            Keras while a layer inside is not; `Module.built` asks all of them.
        training: Whether calls train that do not say so.
        unstored: The own variables with `store_vars=False`, by name: they only lend their values.
        initial: With `store_vars=False`, the first values of the variables.
        sources: By the id of a variable, the number of the array that it was made from.
        ties: Pairs of paths that the config ties, until both are built.
        inputs: The shapes and dtypes of the first call, or of those that a file was saved with.
        settled: What `mark_of` gave when the module last ran as a whole.
        masking: What `supports_masking` was set to; None lets the module tell by itself.
        exporting: Whether an `export` is going on that needs no default signature.
        checkpointed: The names under which layers and variables were handed to checkpoints.
        seeds: Where Keras finds the states of seed generators, when it saves or loads.
        listed: A structure, and its entries with whether a module made them.
        view: A structure, the ids of the variables that were shown, and the Container of them.
        above: The module that this one is in, the first that took it.
    """

    captured: Captured = dataclasses.field(default_factory=lambda: Captured((), {}))
    options: Options = dataclasses.field(default_factory=Options)
    phase: Phase = Phase.NEW
    initialized: bool = False
    built: bool = False
    training: bool = True
    unstored: dict[str, Any] = dataclasses.field(default_factory=dict)
    initial: Container | None = None
    sources: dict[int, int] = dataclasses.field(default_factory=dict)
    ties: tuple[tuple[str, str], ...] = ()
    inputs: "Inputs | None" = None
    settled: Any = None
    masking: Any = None
    exporting: bool = False
    checkpointed: set[str] = dataclasses.field(default_factory=set)
    seeds: Companion | None = None
    listed: tuple[Structure, list[tuple[Entry, bool]]] | None = None
    view: tuple[Structure, list[int], Container] | None = None
    above: "weakref.ref[Module] | None" = None

    @property
    def made(self) -> bool:
        """Whether the module has made its own variables, and the layers that `_build` makes."""
        return self.phase is Phase.BUILT or self.phase is Phase.REBUILDING

    @property
    def building(self) -> bool:
        """Whether `_build` or `_create_variables` runs just now."""
        return self.phase is Phase.BUILDING or self.phase is Phase.REBUILDING

    def set_options(self, **changes: Any) -> None:
        """Replace some of the options."""
        self.options = dataclasses.replace(self.options, **changes)


def advance(record: Record, event: Event) -> None:
    """Change the phase of a module: every transition there is.

    A program may build before `Module.__init__` has run; what is built then stays built.
    """
    if event is Event.INITIALIZED:
        record.initialized = True
        if record.phase is Phase.NEW:
            record.phase = Phase.STARTED
    elif event is Event.BUILD:
        record.phase = Phase.REBUILDING if record.made else Phase.BUILDING
    elif event is Event.DONE or (event is Event.FAILED and record.phase is Phase.REBUILDING):
        record.phase = Phase.BUILT
    else:  # nothing has come of it
        record.phase = Phase.STARTED if record.initialized else Phase.NEW


def own_record(module: "Module") -> Record:
    """Return the record of a module, which it has from before its constructor runs."""
    return module._ivy_record


def record_of(layer: keras.layers.Layer) -> Record | None:
    """Return the record of a module; None of any other layer."""
    found = parts(layer)
    return found if isinstance(found, Record) else None
