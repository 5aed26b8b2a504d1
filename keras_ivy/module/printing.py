"""How a module prints: `Name(options)`, or its sub-modules one a line, as Ivy does.

In a notebook it is a tree of layers and variables that folds.
"""

import html
import itertools
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import keras

from keras_ivy.adapters.keras.layers import makes_variables_later
from keras_ivy.module.record import own_record, record_of
from keras_ivy.module.variables.tracking import entries_of, structure_now
from keras_ivy.structure import attributes, has_automatic_name, holds_layers
from keras_ivy.utils.exceptions import IvyValueError
from keras_ivy.utils.paths import stops
from keras_ivy.utils.reports.fold import Node, folded
from keras_ivy.utils.reports.lookup import natural

if TYPE_CHECKING:
    from keras_ivy.module.module import Module

__all__ = ["as_html", "printed"]


def printed(module: "Module") -> str:
    """Return `Name(options)`, with the sub-modules one a line; `built=False` until it is built.

    It never raises, wherever the construction has come to: errors and debuggers print modules.
    """
    started = own_record(module).initialized
    extra = _extra(module)
    lines = extra.split("\n") if extra else []
    found = []
    if started:
        try:
            found = _children(module)
        except IvyValueError as error:  # what is wrong with it is raised when it is used
            lines.append(f"<{error}>")
            extra = "\n".join(lines)
    children = [f"({name}): {_indented(text)}" for name, text in found]
    if not children and len(lines) <= 1:
        return f"{type(module).__name__}({extra})"
    body = "".join(f"  {line}\n" for line in [*lines, *children])
    return f"{type(module).__name__}(\n{body})"


def _extra(module: "Module") -> str:
    """What stands in the parentheses, as far as it is known."""
    extra = ""
    if own_record(module).initialized:
        try:
            extra = module._extra_repr()
        except AttributeError:  # a constructor that assigns after `super().__init__()`
            extra = "..."
    if own_record(module).made:
        return extra
    if not extra:
        return "built=False"
    return f"{extra}{', ' if len(extra.splitlines()) == 1 else chr(10)}built=False"


def as_html(module: "Module") -> str:
    """Return a module as a tree of layers and variables that folds."""
    if not own_record(module).initialized:
        return f"<pre>{html.escape(printed(module))}</pre>"
    try:
        structure = structure_now(module)
    except IvyValueError:
        return f"<pre>{html.escape(printed(module))}</pre>"
    places: dict[str, Any] = {**structure.layers, "": module}
    leaves = {entry.path: entry.variable for entry in structure.entries}
    inside: dict[str, set[str]] = {}
    below: dict[str, int] = {}
    for path in [*structure.layers, *leaves]:
        size = math.prod(leaves[path].shape) if path in leaves else 0
        above = ["", *stops(path)]
        for outer, inner in itertools.pairwise(above):
            inside.setdefault(outer, set()).add(inner)
            below[outer] = below.get(outer, 0) + size

    def node(path: str) -> Node:
        key = path.rpartition("/")[2]
        if path in leaves:
            return Node(key, _described(leaves[path]))
        within = sorted(inside.get(path, ()), key=natural)
        layer = places.get(path)
        count = f"{below[path]:,} values" if below.get(path) else ""
        text = ", ".join(filter(None, ("" if layer is None else _titled(layer), count)))
        return Node(key, text, len(within), lambda: map(node, within))

    return folded(node(""))


def _titled(layer: keras.layers.Layer) -> str:
    """A layer in a line: class, options, name, and whether it is built."""
    extra = "" if layer.built else "built=False"
    if record_of(layer) is not None:
        extra = ", ".join(_extra(layer).splitlines())
    named = "" if has_automatic_name(layer) else f" {layer.name!r}"
    return f"{type(layer).__name__}({extra}){named}"


def _described(variable: keras.Variable) -> str:
    shape = "x".join(map(str, variable.shape)) or "scalar"
    frozen = "" if variable.trainable else ", not trainable"
    return f"{shape} {keras.backend.standardize_dtype(variable.dtype)}{frozen}"


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
