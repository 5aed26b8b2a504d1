"""Read the golden values: numbers recorded from real Ivy and from its peers.

A file has `cases` and facts about the recording. Arrays stand in an npz file of the same name,
referred to as `{"$": key}`; nests are tagged `{"dict": ...}`, `{"list": ...}`, `{"tuple": ...}`
or `{"value": ...}`.
"""

import json
import pathlib
from typing import Any

import numpy as np

HERE = pathlib.Path(__file__).parent


def load(name: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return what a file says about itself, and its cases.

    The cases of `containers` keep their tags, which name Ivy's own types.
    """
    content = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    path = HERE / f"{name}.npz"
    arrays = {}
    if path.exists():
        with np.load(path) as archive:
            arrays = {key: archive[key] for key in archive.files}
    cases = content.pop("cases")
    if name == "containers":
        return content, cases
    return untag(content, arrays), untag(cases, arrays)


def untag(node: Any, arrays: dict[str, np.ndarray]) -> Any:
    """Replace references by arrays, and tagged nests by Python's own."""
    if isinstance(node, list):
        return [untag(item, arrays) for item in node]
    if not isinstance(node, dict):
        return node
    if "$" in node:
        return arrays[node["$"]]
    if len(node) == 1:
        ((tag, inner),) = node.items()
        if tag == "value":
            return inner
        if tag in ("list", "tuple") and isinstance(inner, list):
            items = untag(inner, arrays)
            return tuple(items) if tag == "tuple" else items
        if tag == "dict" and isinstance(inner, dict):
            return {key: untag(item, arrays) for key, item in inner.items()}
    return {key: untag(item, arrays) for key, item in node.items()}
