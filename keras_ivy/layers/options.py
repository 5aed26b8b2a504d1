"""The arguments that layers pass on to `Module`, by name, as editors and type checkers see them.

A layer of Ivy's lists some of them in places of its own, so there is a set for each such list.
"""

from collections.abc import Mapping
from typing import Any, TypedDict

import keras

from keras_ivy.typing import DTypeLike, Values

__all__ = [
    "AllOptions",
    "BuildOptions",
    "CommonOptions",
    "Options",
    "PlacedOptions",
    "ValueOptions",
    "given",
]


class CommonOptions(TypedDict, total=False):
    """What every layer takes by name alone."""

    buffers: Mapping | None
    dev: str | None
    name: str | None
    store_vars: bool
    trainable: bool
    with_partial_v: bool


class BuildOptions(CommonOptions, total=False):
    """What layers take by name that list `device`, `v`, `dtype` and `training`."""

    build_mode: str


class Options(BuildOptions, total=False):
    """What layers take by name that list `device`, `v` and `dtype`."""

    training: bool


class ValueOptions(Options, total=False):
    """What layers take by name that list `device` and `dtype`."""

    v: Values | None


class PlacedOptions(ValueOptions, total=False):
    """What layers take by name that list `dtype`."""

    device: str | None


class AllOptions(PlacedOptions, total=False):
    """What layers take by name that list none of them."""

    dtype: DTypeLike | keras.DTypePolicy


def given(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a constructor was given, from its `locals()`, all by name.

    The classes of a family list their arguments, for readers, editors and type checkers, and pass
    them on to the base that keeps them; it is the first thing that they do.

    Args:
        arguments: The `locals()` of a constructor whose further arguments are `**kwargs`.

    Example:

    >>> class Window:
    ...     def __init__(self, size, strides=1, **kwargs):
    ...         print(given(locals()))
    >>> window = Window(3, name="w")
    {'size': 3, 'strides': 1, 'name': 'w'}
    """
    own = {n: x for n, x in arguments.items() if n not in ("self", "__class__", "kwargs")}
    return own | arguments["kwargs"]
