"""The print of a Container: nested braces, one key a line, large arrays as their shape."""

import json
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.container.config import Config
from keras_ivy.tree.arrays import array_value, is_array

__all__ = ["class_name", "format_leaf", "show", "text", "trim_key"]

#: Ivy rounds to so many significant digits and then prints so many decimals.
_SIGNIFICANT, _DECIMALS = 10, 8

_COLORS = {
    color: f"\033[{code}m"
    for code, color in enumerate(
        ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"), 30
    )
}


def class_name(value: object) -> str:
    """Return the public name of an array's class.

    Example:

    >>> import numpy as np
    >>> import tensorflow as tf
    >>> class_name(tf.constant(1.0)), class_name(np.ones(2))
    ('tf.Tensor', 'numpy.ndarray')
    """
    if isinstance(value, keras.Variable):
        return "keras.Variable"
    if isinstance(value, tf.Variable):
        return "tf.Variable"
    if isinstance(value, tf.Tensor):
        return "tf.Tensor"
    return f"{type(value).__module__.partition('.')[0]}.{type(value).__name__}"


def trim_key(key: str, max_length: int | None) -> str:
    """Shorten a key to `max_length` of its characters, evenly spaced.

    Example:

    >>> trim_key("abcdefghij", 5)
    'acehj'
    """
    if max_length is None or len(key) <= max_length:
        return key
    kept = np.round(np.linspace(0, len(key) - 1, max_length)).astype(int)
    return "".join(key[i] for i in kept)


def format_leaf(value: object, config: Config, column: int = 0, indent: int = 0) -> str:
    """Return the print of one leaf.

    Args:
        value: The leaf.
        config: The options of the container.
        column: The column at which the print starts; further lines of an array are aligned to it.
        indent: The indent of the line; further lines of a list are indented from it.
    """
    if is_array(value):
        return _format_array(value, config, column)
    if isinstance(value, list | tuple) and value and is_array(value[0]):
        count = f"list[{len(value)}]" if isinstance(value, list) else f"tuple({len(value)})"
        return f"({count}, <class {class_name(value[0])}>, shape={_shape(value[0])})"
    if isinstance(value, np.generic):
        value = value.item()
    try:
        text = json.dumps(value, indent=config.print_indent, ensure_ascii=False)
    except (TypeError, ValueError):
        # Ivy prints functions, the most usual leaves of this kind, without spaces.
        return repr(value).replace(" ", "") if callable(value) else repr(value)
    text = text.replace("\n", "\n" + " " * indent)
    return re.sub("[\"']", "", text).replace("true", "True").replace("false", "False")


def _format_array(value: Any, config: Config, column: int) -> str:
    """Return `name([numbers])` of a small array, `(<class name> shape=[...])` of a large one."""
    large = config.print_limit is not None and len(value.shape) > 0
    large = large and (None in value.shape or np.prod(value.shape) > config.print_limit)
    numbers = None if large else array_value(value)
    if numbers is None:
        return f"(<class {class_name(value)}> shape={_shape(value)})"
    name = "tensor" if isinstance(value, tf.Tensor) else "variable"
    name = "array" if isinstance(value, np.ndarray) else name
    lines = _format_numbers(numbers).split("\n")
    first = column + len(name) + 1
    for i, line in enumerate(lines[1:], 1):
        depth = numbers.ndim - (len(line) - len(line.lstrip("[")))
        lines[i] = " " * (first + depth) + line
    return f"{name}({chr(10).join(lines)})"


def _format_numbers(numbers: np.ndarray) -> str:
    """Return NumPy's print without its padding and blank lines."""
    if numbers.dtype.kind in "fV" and numbers.dtype.names is None:
        rounded = [float(f"{x:.{_SIGNIFICANT}g}") for x in numbers.astype("float64").flat]
        numbers = np.array(rounded, "float64").reshape(numbers.shape)
    text = np.array2string(numbers, separator=", ", precision=_DECIMALS, max_line_width=sys.maxsize)
    text = re.sub(r"\n\s*", "\n", text)
    text = re.sub(r" *([\],])", r"\1", re.sub(r"\[ +", "[", text))
    text = re.sub(r", +", ", ", text)
    return re.sub(r",\s*\n", ", \n", text)


def _shape(value: Any) -> list[int | None]:
    return list(value.shape)


def _format(
    container: Mapping[str, object], config: Config, level: int, paint: Callable[[str], str]
) -> str:
    if not container:
        return "{}"
    newline = "\n" * (1 + config.print_line_spacing)
    indent = config.print_indent * (level + 1)
    lines = []
    for key, value in container.items():
        name = trim_key(key, config.key_length_limit)
        if isinstance(value, Mapping):
            text = _format(value, config, level + 1, paint)
        else:
            text = format_leaf(value, config, indent + len(name) + 2, indent)
        lines.append(f"{' ' * indent}{paint(name)}: {text}")
    close = newline if level == 0 else "\n"
    body = f",{newline}".join(lines)
    return f"{{{newline}{body}{close}{' ' * (config.print_indent * level)}}}"


def text(container: Mapping[str, object], config: Config) -> str:
    """Return the print of a container."""
    return _format(container, config, 0, str)


def show(container: Mapping[str, object], config: Config) -> None:
    """Print a container, its keys in colour if the output is a terminal."""

    def paint(key: str) -> str:
        words = config.keyword_color_dict or {}
        color = next((c for w, c in words.items() if w in key), config.default_key_color)
        return f"{_COLORS.get(color, '')}{key}\033[0m"

    print(_format(container, config, 0, paint if sys.stdout.isatty() else str))
