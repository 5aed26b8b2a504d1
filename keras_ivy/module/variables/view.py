"""`Module.v`: a Container of the module's own variables, through which they are read and set."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from keras_ivy.container import Container
from keras_ivy.functional.values import assign
from keras_ivy.module.building import build, paired
from keras_ivy.module.calling.frames import frames
from keras_ivy.module.record import Phase, own_record
from keras_ivy.module.variables.tracking import entries_of, structure_now, with_unstored
from keras_ivy.structure import Entry, aliases
from keras_ivy.utils.exceptions import IvyTypeError

if TYPE_CHECKING:
    from keras_ivy.module.module import Module

__all__ = ["Live", "assign_variables", "live_view", "shown"]


def shown(module: "Module", waits: bool) -> Container:
    """Return what `v` shows, after building the module if it can be.

    Args:
        module: The module.
        waits: Whether the module has a `_build` that may need the inputs of a call.
    """
    record = own_record(module)
    if record.phase is Phase.STARTED:
        options = record.options
        if options.build_mode != "on_call" or not waits:
            build(module, options.args, options.kwargs)
    structure = structure_now(module)
    stack = frames.stack
    if record.unstored:
        in_call = any(frame.has_v for frame in stack)
        entries = entries_of(module, structure) if in_call else []
        entries = with_unstored(module, structure, entries) if in_call else entries
    else:
        entries = entries_of(module, structure)
    if not stack:
        return live_view(module, entries)
    # In a call it is asked for often, and every time for a leaf.
    ids = [id(entry.variable) for entry in entries]
    if record.view is None or record.view[0] is not structure or record.view[1] != ids:
        record.view = structure, ids, live_view(module, entries)
    return record.view[2]


def assign_variables(module: "Module", values: Mapping[str, object], partial: bool) -> None:
    """Give the variables that `v` shows new values, after checking all of them."""
    if not own_record(module).made:
        module.v  # noqa: B018 - reading builds, where the mode allows it
    structure = structure_now(module)
    assign(paired(module, values, entries_of(module, structure), structure, partial))


class Live:
    """What ties a Container to the module whose variables it shows.

    Attributes:
        module: The module.
        prefix: The path of this Container below `module.v`, empty for the outermost.
    """

    __slots__ = ("module", "prefix")

    def __init__(self, module: "Module", prefix: str = ""):
        self.module = module
        self.prefix = prefix

    def path(self, chain: str) -> str:
        """Return the path from the module of a key chain in this Container."""
        chain = chain.replace(".", "/")
        return f"{self.prefix}/{chain}" if self.prefix else chain

    def find(self, chain: str, default: object) -> object:
        """Return what another path leads to than the one under which it is listed."""
        path = self.path(chain)
        listed = structure_now(self.module).resolve(path)
        if listed != path:
            return self.module.v.get(listed, default)
        # A branch whose variables are listed elsewhere, one by one.
        v = self.module.v
        below = {
            other.removeprefix(f"{path}/"): v.get(there)
            for other, there in aliases(self.module).items()
            if other.startswith(f"{path}/")
        }
        return _tied(self.module, below, path) if below else default

    def write(self, key: str, value: object) -> None:
        """Assign to the variables below a key of this Container."""
        assign_variables(self.module, {self.path(key): value}, partial=True)

    def refuse(self, key: str) -> None:
        """Raise, since variables do not go away with a key."""
        raise IvyTypeError(
            "The variables of a module cannot be deleted through `v`; delete the attribute that "
            f"holds them, or work on `v.copy()`. Received: key={self.path(key)!r}"
        )


def live_view(module: "Module", entries: list[Entry]) -> Container:
    """Return the Container of the variables of the entries, tied to their module."""
    return _tied(module, {entry.path: entry.variable for entry in entries})


def _tied(module: "Module", variables: dict[str, Any], prefix: str = "") -> Container:
    """Return the Container of variables by path below a prefix, tied to their module."""
    root = Container()
    root.__dict__["_live"] = Live(module, prefix)
    branches = {prefix: root}
    for path, variable in variables.items():
        *parents, last = path.split("/")
        here, branch = prefix, root
        for key in parents:
            here = f"{here}/{key}" if here else key
            child = branches.get(here)
            if child is None:
                child = branches[here] = Container()
                child.__dict__["_live"] = Live(module, here)
                dict.__setitem__(branch, key, child)
            branch = child
        dict.__setitem__(branch, last, variable)
    return root
