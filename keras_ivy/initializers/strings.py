"""Names of initializers, with arguments, and Keras's own initializers with true fans."""

import re
from collections.abc import Mapping

import keras

from keras_ivy.initializers.adopted import adopt
from keras_ivy.initializers.base import Initializer
from keras_ivy.initializers.checks import is_array_of_numbers
from keras_ivy.registration import INITIALIZERS
from keras_ivy.typing import InitializerLike
from keras_ivy.utils.arguments import construct, joined
from keras_ivy.utils.checks import received
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError, nearest
from keras_ivy.utils.identifiers import parse_call

#: Names of the weight-initialization document that differ from those of Ivy's classes.
DOCUMENT_NAMES = {
    "xavier": "xavier_initializer_ivy",
    "glorot": "xavier_initializer_ivy",
    "kaiming": "kaiming_initializer_ivy",
    "he": "kaiming_initializer_ivy",
    "uniform": "uniform_initializer_ivy",
    "normal": "normal_initializer_ivy",
}


def get(identifier: InitializerLike, config: Mapping[str, object] | None = None) -> Initializer:
    """Return an initializer for a name, a config, a class, a function or an initializer.

    Names are those of the weight-initialization document (`"xavier"`, `"kaiming"`, `"uniform"`,
    `"normal"`), every `"..._ivy"` name with or without its ending, and Keras's own. Arguments may
    stand in the name, as Python literals. Keras's initializers that depend on fans come back as
    equal ones of this package, which can be given true fans.

    Args:
        identifier: Such as `"kaiming_normal"`, `"siren(w0=6)"`, a config of
            `keras.initializers.serialize`, a class, a function of `(shape, dtype)` or an array.
        config: Arguments for a name or a class.

    Returns:
        An `Initializer`; one that is passed comes back itself.

    Raises:
        IvyValueError: If the name is unknown; the message lists the nearest ones.
        IvyTypeError: If `config` is passed with something that is not a name or a class.

    Example:

    >>> get("kaiming", {"mode": "fan_out"}).mode
    'fan_out'
    >>> get("siren(w0=6)").w0
    6
    """
    config = {} if config is None else dict(config)
    if isinstance(identifier, str):
        name, args, kwargs = parse_call(identifier) or (identifier.strip(), [], {})
        return adopt(construct(_named(name), args, joined(identifier, kwargs, config)))
    if isinstance(identifier, type):
        return adopt(construct(identifier, kwargs=config))
    if config:
        raise IvyTypeError(
            "`config` goes with a name or a class. Change an initializer with its `replace`. "
            f"Received: identifier={identifier!r}, config={config}"
        )
    if isinstance(identifier, Initializer):
        return identifier
    if identifier is None:
        raise IvyTypeError("An initializer is needed. Received: identifier=None")
    array = hasattr(identifier, "dtype") and not callable(identifier)
    if array and not is_array_of_numbers(identifier):
        raise IvyTypeError(
            f"An array to start from holds numbers. {received('identifier', identifier)}"
        )
    try:
        found = keras.initializers.get(identifier)
    except (AttributeError, KeyError, ValueError) as error:
        # Keras looks for keys in whatever it is given.
        raise IvyValueError(
            "An initializer is a name, an initializer, its config or a function of "
            f"`(shape, dtype)`. {received('identifier', identifier)}"
        ) from error
    return adopt(found)


def known_names() -> list[str]:
    """Return the names that `get` knows without their `_ivy` ending, sorted.

    Example:

    >>> "delta_orthogonal" in known_names()
    True
    """
    return sorted({name.removesuffix("_ivy") for name in INITIALIZERS} | set(DOCUMENT_NAMES))


def _named(name: str) -> type:
    """The class of a name."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    for key in (DOCUMENT_NAMES.get(name, name), f"{name}_ivy", f"{snake}_ivy"):
        if key in INITIALIZERS:
            return INITIALIZERS[key]
    try:
        # Its class, since arguments may follow the name.
        return type(keras.initializers.get(name))
    except ValueError as error:
        raise IvyValueError(
            f"Unknown initializer. {nearest(name, known_names())} Received: identifier={name!r}"
        ) from error
