"""How a module prints: `Name(options)`, or its sub-modules one a line, as Ivy does."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import keras

from keras_ivy.adapters.keras_layers import makes_variables_later
from keras_ivy.module.variables.tracking import entries_of, structure_now
from keras_ivy.structure import attributes, holds_layers

if TYPE_CHECKING:
    from keras_ivy.module.module import Module

__all__ = ["printed"]


def printed(module: "Module") -> str:
    """Return `Name(options)`, with the sub-modules one a line."""
    started = module._ivy_record.initialized
    extra = module._extra_repr() if started else ""
    lines = extra.split("\n") if extra else []
    found = _children(module) if started else []
    children = [f"({name}): {_indented(text)}" for name, text in found]
    if not children and len(lines) <= 1:
        return f"{type(module).__name__}({extra})"
    body = "".join(f"  {line}\n" for line in [*lines, *children])
    return f"{type(module).__name__}(\n{body})"


def _children(module: "Module") -> list[tuple[str, str]]:
    """Return the layers that attributes lead to, printed, sorted by name.

    A layer is shown by a public attribute if it has variables, or may get some by its first
    call; a collection by any attribute, with all of its layers.
    """
    entries = entries_of(module, structure_now(module))
    keys = {entry.path.partition("/")[0] for entry in entries}
    shown = {}
    for name, value in attributes(module):
        if isinstance(value, keras.layers.Layer):
            has_variables = name in keys or value.weights or makes_variables_later(value)
            if has_variables and not name.startswith("_"):
                shown[name] = repr(value)
        elif not name.startswith("__") and holds_layers(value):
            text = _collection(value)
            if text:
                shown[name.removeprefix("_")] = text
    return sorted(shown.items())


def _collection(value: Any) -> str:
    """Return a list, tuple or dict with the layers in it, one a line, under their keys in `v`."""
    if isinstance(value, Mapping):
        items, brackets = [(str(key), x) for key, x in value.items()], "{}"
    elif isinstance(value, list | tuple):
        items = [(f"v{index}", x) for index, x in enumerate(value)]
        brackets = "[]" if isinstance(value, list) else "()"
    else:
        return ""  # an object of the program's own, which prints itself
    lines = []
    for key, x in items:
        text = repr(x) if isinstance(x, keras.layers.Layer) else _collection(x)
        if text:
            lines.append(f"  ({key}): {_indented(text)}\n")
    return f"{brackets[0]}\n{''.join(lines)}{brackets[1]}" if lines else ""


def _indented(text: str) -> str:
    return text.replace("\n", "\n  ")
