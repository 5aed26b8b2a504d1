"""Other spellings of Container's methods, in programs of several years of Ivy.

Before Ivy 1.1 the methods that are `cont_*` now had no prefix: `Container.combine(a, b)`,
`c.at_keys(...)`. And every function of Ivy's is a method, of an instance by its name and of the
class by `static_` in front: `Container.static_concat([a, b], axis=0)`. Both are found here when
nothing else is called so: keys, and attributes of the leaves, go before, so that no name is taken.
"""

import functools
from collections.abc import Callable
from types import FunctionType
from typing import Any

__all__ = ["Finder", "Spelled", "find_methods", "spelled"]

#: Returns the function of a name that maps over containers, and the method that is made of it.
Finder = Callable[[str], tuple[Callable, Callable] | None]

#: What `find_methods` was given.
_finders: list[Finder] = []

#: Methods of Ivy's that are no attribute here: layers and variables are called so, and so are what
#: libraries look for on arrays. `static_` in front reaches them.
_KEYS = frozenset(
    {
        *("avg_pool1d", "avg_pool2d", "avg_pool3d", "max_pool1d", "max_pool2d", "max_pool3d"),
        *("conv1d", "conv2d", "conv3d", "conv1d_transpose", "conv2d_transpose", "conv3d_transpose"),
        *("depthwise_conv2d", "linear", "embedding", "lstm_update", "multi_head_attention"),
        *("scaled_dot_product_attention", "batch_norm", "group_norm", "instance_norm"),
        *("layer_norm", "dropout", "dropout1d", "dropout2d", "dropout3d", "beta", "gamma", "conv"),
        "pool",
        *("dev", "dtype", "shape", "size"),
    }
)


def find_methods(find: Finder) -> None:
    """Look for methods among functions, which stand in a higher rank."""
    _finders.append(find)


def _found(name: str) -> tuple[Callable, Callable] | None:
    return next((found for find in _finders if (found := find(name)) is not None), None)


def _method(cls: type, name: str) -> Callable | None:
    """Return a method of Ivy's without its prefix, as the class has it; None if there is none."""
    for owner in cls.__mro__:
        found = vars(owner).get(f"cont_{name}")
        if isinstance(found, FunctionType | staticmethod):
            return getattr(cls, f"cont_{name}")
    return None


def _static(cls: type, name: str) -> Callable | None:
    """Return the function behind `static_*`; None if there is none."""
    plain = name.removeprefix("_").removeprefix("static_")
    if plain == name.removeprefix("_"):
        return None
    found = _found(plain)
    if found is not None:
        function, method = found

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            # The options of methods, such as `key_chains`, are about a container.
            return (method if args and isinstance(args[0], cls) else function)(*args, **kwargs)

        return call
    own = next((vars(c)[plain] for c in cls.__mro__ if plain in vars(c)), None)
    return own if isinstance(own, FunctionType) else _method(cls, plain.removeprefix("cont_"))


def spelled(container: object, name: str) -> Callable | None:
    """Return the method of a container that a name is another spelling of; None if it is none."""
    cls = type(container)
    static = _static(cls, name)
    if static is not None:
        return static
    found = None if name in _KEYS else _found(name)
    if found is not None:
        return functools.partial(found[1], container)
    method = _method(cls, name)
    if method is None:
        return None
    kept = next(vars(c)[f"cont_{name}"] for c in cls.__mro__ if f"cont_{name}" in vars(c))
    return method if isinstance(kept, staticmethod) else functools.partial(method, container)


class Spelled(type):
    """The class of Container, which knows its methods by their other spellings too."""

    def __getattr__(cls, name: str) -> Any:
        if not name.startswith("__"):
            both = None if name in _KEYS else _found(name)
            plain = None if both is None else both[1]
            found = _static(cls, name) or plain or _method(cls, name)
            if found is not None:
                return found
        raise AttributeError(f"type object {cls.__name__!r} has no attribute {name!r}")
