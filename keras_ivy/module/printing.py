"""How a module prints: `Name(options)`, or its sub-modules one a line, as Ivy does."""

from collections.abc import Mapping
from typing import Any

import keras

from keras_ivy.adapters.keras_layers import makes_variables_later
from keras_ivy.structure import attributes, holds_layers

__all__ = ["Printed"]


class Printed:
    """The part of `Module` that prints it."""

    def _extra_repr(self) -> str:
        """Return what stands in the parentheses, such as `"in_features=3"`; to override."""
        return ""

    def __repr__(self) -> str:
        extra = self._extra_repr() if vars(self).get("_ivy_started") else ""
        lines = extra.split("\n") if extra else []
        children = [f"({name}): {_indented(text)}" for name, text in self._ivy_printed()]
        if not children and len(lines) <= 1:
            return f"{type(self).__name__}({extra})"
        body = "".join(f"  {line}\n" for line in [*lines, *children])
        return f"{type(self).__name__}(\n{body})"

    def _ivy_printed(self) -> list[tuple[str, str]]:
        """Return the layers that attributes lead to, printed, sorted by name.

        A layer is shown by a public attribute if it has variables, or may get some by its first
        call; a collection by any attribute, with all of its layers.
        """
        if not vars(self).get("_ivy_started"):
            return []
        structure = self._ivy_structure_now()
        keys = {entry.path.partition("/")[0] for entry in self._ivy_entries(structure)}
        shown = {}
        for name, value in attributes(self):
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
