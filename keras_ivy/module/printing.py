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
        """Return the sub-layers that are public attributes and keys of `v`, sorted by name."""
        if not vars(self).get("_ivy_started"):
            return []
        structure = self._ivy_structure_now()
        keys = {entry.path.partition("/")[0] for entry in self._ivy_entries(structure)}
        return sorted(
            (name, child)
            for name, child in vars(self).items()
            if name in keys and isinstance(child, keras.layers.Layer)
        )


def _indented(child: Any) -> str:
    return repr(child).replace("\n", "\n  ")
