"""How a module prints: `Name(options)`, or its sub-modules one a line, as Ivy does."""

from typing import Any

import keras

__all__ = ["Printed"]


class Printed:
    """The part of `Module` that prints it."""

    def _extra_repr(self) -> str:
        """Return what stands in the parentheses, such as `"in_features=3"`; to override."""
        return ""

    def __repr__(self) -> str:
        extra = self._extra_repr() if vars(self).get("_ivy_started") else ""
        lines = extra.split("\n") if extra else []
        children = [f"({name}): {_indented(child)}" for name, child in self._ivy_printed()]
        if not children and len(lines) <= 1:
            return f"{type(self).__name__}({extra})"
        body = "".join(f"  {line}\n" for line in [*lines, *children])
        return f"{type(self).__name__}(\n{body})"

    def _ivy_printed(self) -> list[tuple[str, Any]]:
        """Return the sub-layers that are public attributes and have variables, sorted by name."""
        if not vars(self).get("_ivy_started"):
            return []
        found = []
        for name, child in sorted(vars(self).items()):
            is_child = isinstance(child, keras.layers.Layer) and not name.startswith("_")
            if is_child and name in vars(self) and _has_weights(child):
                found.append((name, child))
        return found


def _has_weights(layer: keras.layers.Layer) -> bool:
    return bool(layer.weights)


def _indented(child: Any) -> str:
    return repr(child).replace("\n", "\n  ")
