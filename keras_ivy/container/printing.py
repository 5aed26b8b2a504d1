"""The print of a Container: nested braces, one key a line, large arrays as their shape."""

import json
import re
import sys
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.container.arrays import array_value, is_array
from keras_ivy.container.config import Config
from keras_ivy.container.node import Node

__all__ = ["Printed", "class_name", "format_leaf", "trim_key"]

#: Ivy rounds to so many significant digits and then prints so many decimals.
_SIGNIFICANT, _DECIMALS = 10, 8

_COLORS = {
    color: f"\033[{code}m"
    for code, color in enumerate(
        ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"), 30
    )
}


def class_name(value: Any) -> str:
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


def format_leaf(value: Any, config: Config, column: int = 0, indent: int = 0) -> str:
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


def _shape(value: Any) -> list:
    return list(value.shape)


def _format(container: Mapping, config: Config, level: int, paint: Any) -> str:
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


class Printed:
    """How a Container prints, and the options of the print."""

    def __repr__(self) -> str:
        return _format(self, self._config, 0, str)

    __str__ = __repr__

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))

    def cont_show(self) -> None:
        """Print the Container, its keys in colour if the output is a terminal."""
        config = self._config

        def paint(key: str) -> str:
            words = config.keyword_color_dict or {}
            color = next((c for w, c in words.items() if w in key), config.default_key_color)
            return f"{_COLORS.get(color, '')}{key}\033[0m"

        print(_format(self, config, 0, paint if sys.stdout.isatty() else str))

    def _configured(self, inplace: bool, **options: Any) -> Any:
        """Return a copy of which all containers have the options; or set them here."""
        out = self if inplace else self._copy_branches()
        config = out._config._replace(**options)
        out._set_config(config)
        return None if inplace else out

    def _set_config(self, config: Config) -> None:
        """Give this Container and all inside it the options."""
        self.__dict__["_config"] = config
        for value in self.values():
            if isinstance(value, Node):
                value._set_config(config)

    def cont_with_print_limit(self, print_limit: int | None, *, inplace: bool = False) -> Any:
        """Return a copy that prints arrays of at most `print_limit` elements in full.

        Args:
            print_limit: The largest number of elements to print; None prints them all.
            inplace: If True, change this Container instead and return None.

        Example:

        >>> import tensorflow as tf
        >>> from keras_ivy import Container
        >>> Container(a=tf.range(3)).cont_with_print_limit(2)
        {
            a: (<class tf.Tensor> shape=[3])
        }
        """
        return self._configured(inplace, print_limit=print_limit)

    def cont_remove_print_limit(self, *, inplace: bool = False) -> Any:
        """Return a copy that prints every array in full."""
        return self._configured(inplace, print_limit=None)

    def cont_with_key_length_limit(self, key_length_limit: int, *, inplace: bool = False) -> Any:
        """Return a copy that prints long keys shortened to `key_length_limit` characters."""
        return self._configured(inplace, key_length_limit=key_length_limit)

    def cont_remove_key_length_limit(self, *, inplace: bool = False) -> Any:
        """Return a copy that prints every key in full."""
        return self._configured(inplace, key_length_limit=None)

    def cont_with_print_indent(self, print_indent: int, *, inplace: bool = False) -> Any:
        """Return a copy that prints each level indented by `print_indent` spaces."""
        return self._configured(inplace, print_indent=print_indent)

    def cont_with_print_line_spacing(
        self, print_line_spacing: int, *, inplace: bool = False
    ) -> Any:
        """Return a copy that prints with `print_line_spacing` blank lines between lines."""
        return self._configured(inplace, print_line_spacing=print_line_spacing)

    def cont_with_default_key_color(self, default_key_color: str, *, inplace: bool = False) -> Any:
        """Return a copy whose keys `cont_show` prints in the given colour."""
        return self._configured(inplace, default_key_color=default_key_color)

    @staticmethod
    def cont_trim_key(key: str, max_length: int | None) -> str:
        """Shorten a key to `max_length` of its characters, evenly spaced."""
        return trim_key(key, max_length)

    @property
    def cont_config(self) -> dict[str, Any]:
        """The options, as a plain dict; see `Config`."""
        config = self._config._asdict()
        config["keyword_color_dict"] = dict(config["keyword_color_dict"] or {})
        return config
