"""`Module.v`: a Container of the module's own variables, through which they are read and set."""

from typing import Any

from keras_ivy.container import Container
from keras_ivy.structure import Entry, aliases
from keras_ivy.utils.exceptions import IvyTypeError

__all__ = ["Live", "live_view"]


class Live:
    """What ties a Container to the module whose variables it shows.

    Attributes:
        module: The module.
        prefix: The path of this Container below `module.v`, empty for the outermost.
    """

    __slots__ = ("module", "prefix")

    def __init__(self, module: Any, prefix: str = ""):
        self.module = module
        self.prefix = prefix

    def path(self, chain: str) -> str:
        """Return the path from the module of a key chain in this Container."""
        chain = chain.replace(".", "/")
        return f"{self.prefix}/{chain}" if self.prefix else chain

    def find(self, chain: str, default: Any) -> Any:
        """Return what another path leads to than the one under which it is listed."""
        path = self.path(chain)
        listed = self.module._ivy_structure_now().resolve(path)
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

    def write(self, key: str, value: Any) -> None:
        """Assign to the variables below a key of this Container."""
        self.module._ivy_assign({self.path(key): value}, partial=True)

    def refuse(self, key: str) -> None:
        """Raise, since variables do not go away with a key."""
        raise IvyTypeError(
            "The variables of a module cannot be deleted through `v`; delete the attribute that "
            f"holds them, or work on `v.copy()`. Received: key={self.path(key)!r}"
        )


def live_view(module: Any, entries: list[Entry]) -> Container:
    """Return the Container of the variables of the entries, tied to their module."""
    return _tied(module, {entry.path: entry.variable for entry in entries})


def _tied(module: Any, variables: dict[str, Any], prefix: str = "") -> Container:
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
