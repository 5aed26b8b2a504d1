"""What to say where an array is asked for a method that array mode would give it."""

from collections.abc import Callable
from typing import TypeVar

from keras_ivy.adapters.array_classes import CLASSES
from keras_ivy.utils.exceptions import IvyAttributeError

__all__ = ["know_names", "run", "with_way_out"]

Result = TypeVar("Result")

#: Whether array mode would give arrays a name that they have not now.
_would_give: list[Callable[[str], bool]] = []


def know_names(would_give: Callable[[str], bool]) -> None:
    """Be told which names array mode gives, by what stands in a higher rank.

    Args:
        would_give: Whether array mode, which is off, would give arrays a name.
    """
    _would_give.append(would_give)


def with_way_out(error: AttributeError) -> AttributeError:
    """Return the error to raise for one that the code of a program has raised.

    Args:
        error: The error; Keras may have put one of its own around the one of the array.

    Returns:
        The same, unless an array was asked for a method of Ivy's while array mode is off: then
        one that says so, whose cause is what the array said.
    """
    found: BaseException | None = error
    # Keras raises a new error that holds the text of the first, and not what was asked.
    while isinstance(found, AttributeError) and found.obj is None:
        found = found.__cause__ or found.__context__
    if (
        not isinstance(found, AttributeError)
        or not isinstance(found.obj, CLASSES)
        or str(found) not in str(error)  # else what was raised is about something else
    ):
        return error
    if isinstance(found, IvyAttributeError):  # a module inside has said so
        error.__cause__ = found.__cause__ or found.__context__
        return error
    name = found.name or ""
    if not any(would_give(name) for would_give in _would_give):
        return error
    told = IvyAttributeError(
        f"Arrays are TensorFlow's tensors, which have no `{name}` while array mode is off: call "
        f"`ivy.set_array_mode(True)` before this code runs. Received: x.{name}",
        name=name,
        obj=found.obj,
    )
    told.__cause__ = found
    return told


def run(function: Callable[..., Result], /, *args: object, **kwargs: object) -> Result:
    """Call a function of a program, whose errors about arrays tell the way out."""
    try:
        return function(*args, **kwargs)
    except AttributeError as error:
        told = with_way_out(error)
        if told is error:
            raise
        raise told from told.__cause__
