"""How docstrings become Markdown on the site: examples become blocks of code.

Our docstrings have `Example:` on a line of its own and the example below it, not indented, as
doctest reads it. Markdown would take `>>>` for quotations.
"""

import re
from typing import Any

import griffe

_EXAMPLE = re.compile(r"^( *)>>> .*?(?=\n\s*\n|\Z)", re.MULTILINE | re.DOTALL)


class Examples(griffe.Extension):
    """Puts examples into fences before griffe looks for sections."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Change the docstring of what griffe has collected."""
        if obj.docstring:
            obj.docstring.value = fenced(obj.docstring.value)


def fenced(docstring: str) -> str:
    """A docstring whose examples are blocks of code."""
    text = re.sub(r"^(Examples?|Reference):[ \t]*", r"**\1:** ", docstring, flags=re.MULTILINE)
    return _EXAMPLE.sub(lambda found: _block(found[0], found[1]), text)


def _block(example: str, indent: str) -> str:
    lines = [line.removeprefix(indent) for line in example.splitlines()]
    return "\n".join(["", *(indent + line for line in ("```pycon", *lines, "```")), ""])
