"""What Python's import statement asks: modules named `ivy...` that show what this package has."""

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Callable, Sequence

from keras_ivy.arrays.mode import ArrayMode, array_mode
from keras_ivy.arrays.promotion import precise_mode
from keras_ivy.drop_in.places import NO_OTHER_BACKEND, PLACES, TOP, why_not
from keras_ivy.ops.ivy.backends import current_backend_str
from keras_ivy.ops.ivy.left_out import sentence
from keras_ivy.utils.exceptions import IvyAttributeError, IvyImportError, nearest

__all__ = ["Door", "Finder"]


#: What Ivy shows of its settings at its top, which `set_...` functions change.
_SETTINGS: dict[str, Callable[[], object]] = {
    "array_mode": array_mode,
    "backend": current_backend_str,
    "precise_mode": precise_mode,
}


class Door(types.ModuleType):
    """A module named as one of Ivy's, which shows what modules of this package hold.

    What a program sets in it stays in it.
    """

    #: Set by the `Finder` that makes it.
    __finder__: "Finder"

    def __getattr__(self, name: str) -> object:
        if name.startswith("__") and name != "__version__":
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        place = _place(self.__name__)
        if not place and name in _SETTINGS:
            return _SETTINGS[name]()
        child = f"{place}.{name}" if place else name
        if child in PLACES:
            return self.__finder__.door(child)
        for source in _sources(place):
            try:
                return getattr(source, name)
            except AttributeError:
                continue
        if not PLACES[place]:
            raise IvyAttributeError(f"{NO_OTHER_BACKEND}. Received: {self.__name__}.{name}")
        reason = sentence(name)
        if reason is not None:
            raise IvyAttributeError(f"{reason}. Received: {self.__name__}.{name}")
        hint = nearest(name, dir(self), count=2)
        if not hint.startswith("Did"):  # not all the names that there are
            hint = f"`dir({self.__name__})` lists what there is."
        raise IvyAttributeError(f"There is no `{self.__name__}.{name}`. {hint}")

    def __dir__(self) -> list[str]:
        place = _place(self.__name__)
        below = f"{place}." if place else ""
        inside = [name.removeprefix(below) for name in PLACES if name.startswith(below)]
        children = [name for name in inside if name and "." not in name]
        return sorted({*_public(place), *children, *vars(self)})


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds Ivy's modules, and makes each of them once.

    Args:
        modes: The settings of array mode to go back to.
    """

    def __init__(self, modes: Sequence[ArrayMode] = ()):
        self.modes = modes
        self._doors: dict[str, Door] = {}

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: types.ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        """Return how a module is made, or None if it is none of Ivy's.

        Raises:
            ModuleNotFoundError: If it is named as one of Ivy's, and is not here.
            ImportError: If it is no module but a name that stands in another, or is left out.
                Python asks here for it when `from ivy.x import name` has not found it.
        """
        if fullname.partition(".")[0] != TOP:
            return None
        place = _place(fullname)
        if place not in PLACES:
            why = _no_such_name(place)
            if why is not None:
                raise IvyImportError(f"{why}. Received: {fullname}", name=fullname)
            raise ModuleNotFoundError(why_not(place), name=fullname)
        # All are packages, so that Python asks here for what stands below each.
        return importlib.machinery.ModuleSpec(fullname, self, origin="keras_ivy", is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> Door:
        """Return the module that has been made, or a new one."""
        if spec.name not in self._doors:
            door = Door(spec.name, f"What `{spec.name}` holds, by keras_ivy.")
            door.__finder__ = self
            self._doors[spec.name] = door
        return self._doors[spec.name]

    def exec_module(self, module: types.ModuleType) -> None:
        """Say what `from ivy import *` brings."""
        vars(module)["__all__"] = sorted(_public(_place(module.__name__)))

    def door(self, place: str) -> Door:
        """Return the module of a place, also where no program has imported it."""
        name = f"{TOP}.{place}"
        if name not in self._doors:
            spec = self.find_spec(name)
            assert spec is not None
            self.exec_module(importlib.util.module_from_spec(spec))
        return self._doors[name]


def _place(fullname: str) -> str:
    """The name of a module below `ivy`."""
    return fullname.partition(".")[2]


def _sources(place: str) -> list[types.ModuleType]:
    """The modules of this package that a place shows."""
    return [sys.modules.get(name) or importlib.import_module(name) for name in PLACES[place]]


def _no_such_name(place: str) -> str | None:
    """What to say of a name that a module has not; None where it may be meant as a module."""
    parent, _, name = place.rpartition(".")
    if parent not in PLACES or not PLACES[parent]:
        return None
    homes = [f"{TOP}.{p}" for p in PLACES if p.startswith("stateful.") and name in _public(p)]
    if homes:
        return f"`{name}` stands in `{homes[0]}`, and in `{TOP}`; import it from there"
    return sentence(name)


def _public(place: str) -> set[str]:
    """The names that a place shows."""
    return {name for source in _sources(place) for name in getattr(source, "__all__", ())}
