"""Array mode: Ivy's methods and operators on arrays, switched on and off."""

import contextlib
from collections.abc import Sequence

from keras_ivy.adapters.array_classes import Attributes
from keras_ivy.arrays.attributes import is_given, put_attributes
from keras_ivy.arrays.operators import put_operators
from keras_ivy.functional.array_errors import know_names
from keras_ivy.utils.checks import flag

__all__ = ["ArrayMode", "array_mode", "modes", "set_array_mode", "set_modes", "unset_array_mode"]

#: What has been set and not unset, the last of which counts.
_modes: list["ArrayMode"] = []
#: What array mode has put on the classes of arrays.
_attributes = Attributes()


class ArrayMode:
    """A context in which arrays have Ivy's methods and operators, or have not.

    Args:
        mode: Whether they have.

    Raises:
        TypeError: If `mode` is no bool.

    Example:

    >>> with ArrayMode(True):
    ...     keras_ivy.array([1, 2]).sum().to_scalar()
    3

    Reference: Ivy's `functional/ivy/general.py`.
    """

    def __init__(self, mode: bool):
        self._mode = flag("mode", mode, "set_array_mode")
        self._is_set = False

    @property
    def mode(self) -> bool:
        """Whether arrays have Ivy's methods and operators in this context."""
        return self._mode

    def set(self) -> "ArrayMode":
        """Begin at once; `with` then only says where it ends."""
        set_modes([*_modes, self])
        self._is_set = True
        return self

    def __enter__(self) -> "ArrayMode":
        if not self._is_set:
            set_modes([*_modes, self])
        self._is_set = False
        return self

    def __exit__(self, *exception: object) -> None:
        # Not always the last one: programs set modes inside that they do not unset.
        places = [i for i, mode in enumerate(_modes) if mode is self]
        if places:
            set_modes([*_modes[: places[-1]], *_modes[places[-1] + 1 :]])

    def __repr__(self) -> str:
        return f"ArrayMode({self._mode})"


def set_array_mode(mode: bool) -> ArrayMode:
    """Give arrays Ivy's methods and operators, or take them away, in the whole process.

    Off, which is how a process begins, tensors are TensorFlow's in all. On, tensors, variables and
    Keras's symbolic tensors have the methods of Ivy's arrays (`x.reshape((2, 3))`, `x.mean()`,
    `x.to_numpy()`, ...), promote types as Ivy does (an int32 array times 1.5 is one of float64) and
    take arrays as indices, in modules that import Ivy. In others, what TensorFlow computes stays as
    it is, and only what it refuses is promoted; installed packages that do not import Ivy, such as
    Keras and TensorFlow, see no difference at all. docs/ivy_programs.md tells more.

    Args:
        mode: Whether arrays have them.

    Returns:
        A context that may be entered, at whose end the mode is what it was before.

    Raises:
        TypeError: If `mode` is no bool.

    Example:

    >>> x = keras_ivy.array([[1, 2], [3, 4]])
    >>> with set_array_mode(True):
    ...     (x * 1.5).mean(axis=0).to_list(), x[keras_ivy.array([1, 0])].to_list()
    ([3.0, 4.5], [[3, 4], [1, 2]])

    Reference: Ivy's `functional/ivy/general.py`.
    """
    return ArrayMode(mode).set()


def unset_array_mode() -> None:
    """Undo the last `set_array_mode`; without one, do nothing.

    Example:

    >>> mode = set_array_mode(True)
    >>> unset_array_mode()
    >>> array_mode()
    False
    """
    set_modes(_modes[:-1])


def array_mode() -> bool:
    """Return whether arrays have Ivy's methods and operators.

    Example:

    >>> array_mode()
    False
    """
    return bool(_modes) and _modes[-1].mode


def modes() -> Sequence[ArrayMode]:
    """Return what has been set and not unset, for `set_modes`."""
    return tuple(_modes)


def set_modes(found: Sequence[ArrayMode]) -> None:
    """Let other settings count, the last of which is the mode."""
    before = array_mode()
    _modes[:] = found
    if array_mode() == before:
        return
    if before:
        _attributes.restore()
        return
    with contextlib.ExitStack() as undone:
        undone.callback(_modes.clear)
        undone.callback(_attributes.restore)
        put_attributes(_attributes)
        put_operators(_attributes)
        undone.pop_all()


know_names(lambda name: not array_mode() and is_given(name))
