"""Which classes a `.keras` archive needs that the program has not defined, and what to do."""

import json
import pathlib
import zipfile
from collections.abc import Iterator, Mapping

import keras

from keras_ivy.module.configs.registry import defined_at

__all__ = ["what_is_missing"]

_CONFIG = "config.json"
#: How long a name of a class may be, to be shown.
_LONGEST = 200


def what_is_missing(path: pathlib.Path, custom_objects: Mapping[str, object]) -> str | None:
    """Return what to import before an archive loads; None if no class of modules is unknown.

    Args:
        path: The archive, or the folder that Keras writes with `zipped=False`.
        custom_objects: Classes that the load was given.
    """
    try:
        if path.is_dir():
            text = (path / _CONFIG).read_bytes()
        else:
            with zipfile.ZipFile(path) as archive:
                text = archive.read(_CONFIG)
        config = json.loads(text)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return None  # a damaged file: who reads it as a whole tells more
    unknown = {
        origin
        for name, registered, origin in _modules(config)
        if defined_at(origin) is None
        and name not in custom_objects
        and keras.saving.get_registered_object(registered, dict(custom_objects)) is None
    }
    return "; ".join(_way_out(origin) for origin in sorted(unknown)) or None


def _modules(config: object) -> Iterator[tuple[str, str, str]]:
    """Yield the name, the registered name and the origin of each module in a nested config."""
    waiting = [config]
    while waiting:
        here = waiting.pop()
        if isinstance(here, list):
            waiting += here
        elif isinstance(here, dict):
            waiting += here.values()
            inner = here.get("config")
            origin = inner.get("ivy_class") if isinstance(inner, dict) else None
            names = [here.get("class_name"), here.get("registered_name"), origin]
            texts = [name for name in names if isinstance(name, str) and len(name) <= _LONGEST]
            if len(texts) == len(names):
                yield texts[0], texts[1], texts[2]


def _way_out(origin: str) -> str:
    module, _, name = origin.partition(":")
    given = f"`custom_objects={{{name!r}: {name}}}`"
    if module == "__main__" or "<locals>" in name:
        where = "the program that was run itself" if module == "__main__" else f"a call in {module}"
        return (
            f"the class `{name}` was defined in {where}: define it, or import the file that does, "
            f"before loading, or pass {given}"
        )
    return f"import `{module}` first, which defines the class `{name}`, or pass {given}"
