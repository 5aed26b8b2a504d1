"""Opening and closing the door: what `import ivy` finds, and array mode."""

import sys
import types

from keras_ivy.arrays.mode import modes, set_array_mode, set_modes
from keras_ivy.drop_in.finder import Door, Finder
from keras_ivy.drop_in.places import TOP
from keras_ivy.utils.checks import summary
from keras_ivy.utils.exceptions import IvyImportError

__all__ = ["Installation", "install", "uninstall"]


class Installation:
    """What `install` returns: a context at whose end `uninstall` is called.

    If `ivy` could be imported before, its end does nothing, and leaves that to who began.
    """

    def __init__(self, first: bool):
        self._first = first

    def __enter__(self) -> "Installation":
        return self

    def __exit__(self, *exception: object) -> None:
        if self._first:
            uninstall()

    def __repr__(self) -> str:
        return f"<keras_ivy.drop_in: `import {TOP}` finds keras_ivy>"


def install() -> Installation:
    """Let `import ivy` and `from ivy.x.y import z` find this package, in this process.

    Nothing is written to disk, and other processes are as before, those that `multiprocessing`
    starts by "spawn" included: they call `install()` themselves. Array mode is turned on, as
    Ivy's programs rely on it. A second call does nothing.

    Returns:
        A context that may be entered, at whose end the door is closed.

    Raises:
        ImportError: If the real Ivy has been imported; nothing has changed then.

    Example:

    >>> with keras_ivy.drop_in.install():
    ...     import ivy
    ...     (ivy.array([1, 2]) * 1.5).to_list()
    [1.5, 3.0]
    """
    if _finder() is not None:
        return Installation(first=False)
    others = [name for name in _modules() if not isinstance(sys.modules[name], Door)]
    if others:
        raise IvyImportError(
            "Another `ivy` has been imported, whose classes the program would mix with these. Call "
            "`keras_ivy.drop_in.install()` before the first `import ivy`, or start the program by "
            "`python -m keras_ivy run program.py`. "
            f"Received: sys.modules[{others[0]!r}]={_told(sys.modules[others[0]])}"
        )
    before = modes()
    set_array_mode(True)
    sys.meta_path.insert(0, Finder(before))
    return Installation(first=True)


def uninstall() -> None:
    """Undo `install`: `import ivy` finds what it found before, and array mode is as it was.

    What a program has imported it keeps. Without `install`, nothing happens.

    Example:

    >>> context = keras_ivy.drop_in.install()
    >>> keras_ivy.drop_in.uninstall()
    >>> "ivy" in sys.modules
    False
    """
    finder = _finder()
    if finder is None:
        return
    sys.meta_path.remove(finder)
    set_modes(finder.modes)
    for name in _modules():
        if isinstance(sys.modules[name], Door):
            del sys.modules[name]


def _finder() -> Finder | None:
    """The finder that is at work, if there is one."""
    return next((finder for finder in sys.meta_path if isinstance(finder, Finder)), None)


def _modules() -> list[str]:
    """The names under which something is imported as Ivy or as a module of it."""
    return [name for name in sys.modules if name.partition(".")[0] == TOP]


def _told(module: types.ModuleType | None) -> str:
    return summary(module)
