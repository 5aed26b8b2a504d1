"""Who reads or sets an attribute: Keras and TensorFlow, or the program that uses them.

Keras keeps the sub-layers of a layer in an attribute `_layers`, and shows them as `layers`; Ivy
programs use both names for lists of their own. Both can be right only if each is given its own.

What is relied on: Keras and TensorFlow read and set attributes from functions of their own modules,
whose names begin with `keras` or `tensorflow`. What a program that AutoGraph traces calls, such as
`operator.add(x, y)`, is called by functions in the modules beside `tf.autograph.to_graph`.
"""

import enum
import os
import sys
import sysconfig
import types
from collections.abc import Mapping

import tensorflow as tf

__all__ = ["Caller", "asked_by_library", "caller"]

#: The packages that mean Keras's attributes: Keras, what is built on it, and this one.
_LIBRARIES = frozenset(
    {"keras", "keras_cv", "keras_hub", "keras_ivy", "keras_nlp", "keras_rs", "tensorflow"}
)
#: Methods through which classes of users pass on what others ask for.
_PASSED_ON = frozenset({"__delattr__", "__getattr__", "__getattribute__", "__setattr__"})


def asked_by_library() -> bool:
    """Whether the function that calls this one was called from Keras or TensorFlow.

    Overrides of `__setattr__` and the like pass on; it counts who called them.
    """
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_code.co_name in _PASSED_ON:
        frame = frame.f_back
    return frame.f_globals.get("__name__", "").partition(".")[0] in _LIBRARIES


#: The names under which this package is imported.
_IVY = frozenset({"ivy", "keras_ivy"})
#: Where Python keeps its own modules.
_STANDARD = os.path.normpath(sysconfig.get_path("stdlib")) + os.sep
#: Packages that never import Ivy, so that their modules need not be looked through.
_KNOWN = frozenset({*_LIBRARIES, "jax", "matplotlib", "numpy", "pandas", "scipy", "sklearn"})
#: Where TensorFlow keeps what calls for a program that it traces.
_AUTOGRAPH = tf.autograph.to_graph.__module__.partition("autograph")[0] + "autograph."


class Caller(enum.Enum):
    """Whose code calls a function."""

    #: An installed package that does not import Ivy, or Python itself.
    LIBRARY = "library"
    #: Another file, notebook or package that does not import Ivy.
    OTHER = "other"
    #: A module that imports Ivy, or one of a package with such a module.
    IVY = "ivy"


def caller(depth: int) -> Caller:
    """Return whose code calls a function.

    Args:
        depth: How many frames above this function's the caller is: 1 is who calls this one.
    """
    frame: types.FrameType | None = sys._getframe(depth)
    while frame is not None:
        namespace = frame.f_globals
        name = namespace.get("__name__") or ""
        if name.startswith(_AUTOGRAPH):
            frame = frame.f_back
            continue
        top = name.partition(".")[0]
        # The examples of a library's docstrings run among its globals.
        if frame.f_code.co_filename.startswith("<doctest "):
            return Caller.IVY
        if top not in _KNOWN and _is_ivys(namespace.get("ivy")):
            return Caller.IVY
        if _is_installed(top, namespace.get("__file__")):
            return Caller.IVY if _package_imports_ivy(top) else Caller.LIBRARY
        if _imports_ivy(namespace) or (top != name and _package_imports_ivy(top)):
            return Caller.IVY
        return Caller.OTHER
    return Caller.LIBRARY


def _is_installed(top: str, file: object) -> bool:
    """Whether a module is of an installed package, or of Python itself."""
    if top in _KNOWN:
        return True
    if not isinstance(file, str) or top == "__main__":
        return False
    path = os.path.normpath(file)
    parts = path.split(os.sep)
    return "site-packages" in parts or "dist-packages" in parts or path.startswith(_STANDARD)


#: Packages of which no module imports Ivy -> how many modules there were when they were asked.
_without: dict[str, int] = {}


def _package_imports_ivy(top: str) -> bool:
    """Whether a module of a package imports Ivy."""
    if top in _KNOWN or _without.get(top) == len(sys.modules):
        return False
    for name, module in list(sys.modules.items()):
        inside = name.partition(".")[0] == top and isinstance(module, types.ModuleType)
        if inside and _imports_ivy(vars(module)):
            return True
    _without[top] = len(sys.modules)
    return False


def _imports_ivy(namespace: Mapping[str, object]) -> bool:
    """Whether a module has something of Ivy's among its globals."""
    return any(map(_is_ivys, list(namespace.values())))


def _is_ivys(value: object) -> bool:
    """Whether a value is a module of Ivy's, or a class or function of one."""
    if isinstance(value, types.ModuleType):
        home: object = value.__name__
    elif isinstance(value, type | types.FunctionType):
        home = value.__module__
    else:
        return False
    return isinstance(home, str) and home.partition(".")[0] in _IVY
