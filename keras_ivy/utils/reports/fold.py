"""Trees that fold, for notebooks: nested `<details>`, every text escaped, of bounded size."""

import html
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

__all__ = ["Node", "folded", "shortened"]

#: So many branches are shown of one node, so many in all, so deep, and so much of a text.
_WIDE, _IN_ALL, _DEEP, _LONG = 200, 2000, 40, 400


class Node(NamedTuple):
    """A node of a tree.

    Attributes:
        key: What it is called where it stands.
        text: What it is.
        size: How many nodes are in it.
        inside: Makes the nodes in it, when they are shown.
    """

    key: str
    text: str
    size: int = 0
    inside: "Callable[[], Iterator[Node]] | None" = None


def folded(root: Node) -> str:
    """Return a tree as HTML; the outermost node is open.

    Example:

    >>> leaf = Node("<w>", "2x3")
    >>> folded(Node("", "Net", 1, lambda: iter([leaf])))
    '<details open><summary>Net</summary><div ...>...&lt;w&gt;</b>: <code ...>2x3</code></div>...'
    """
    left = [_IN_ALL]

    def render(node: Node, depth: int) -> str:
        key = f"<b>{html.escape(shortened(node.key))}</b>" if node.key else ""
        text = html.escape(shortened(node.text))
        if node.inside is None or not node.size:
            code = f'<code style="white-space:pre-wrap">{text}</code>'
            return f"<div>{key}{': ' if key and text else ''}{code}</div>"
        title = f"{key}{': ' if key and text else ''}{text}"
        shown = min(node.size, _WIDE, left[0]) if depth < _DEEP else 0
        left[0] -= shown
        parts = [render(each, depth + 1) for each in islice(node.inside(), shown)]
        if node.size > shown:
            parts.append(f"<div>... and {node.size - shown} more</div>")
        start = " open" if depth == 0 else ""
        body = f'<div style="margin-left:1.2em">{"".join(parts)}</div>'
        return f"<details{start}><summary>{title}</summary>{body}</details>"

    return render(root, 0)


def shortened(text: str, most: int = _LONG) -> str:
    """Return a text without its middle if it is too long.

    Example:

    >>> shortened("a" * 20, most=10)
    'aaaaa...aaaaa'
    """
    half = most // 2
    return text if len(text) <= most else f"{text[:half]}...{text[-half:]}"
