"""Who reads or sets an attribute: Keras and TensorFlow, or the program that uses them.

Keras keeps the sub-layers of a layer in an attribute `_layers`, and shows them as `layers`; Ivy
programs use both names for lists of their own. Both can be right only if each is given its own.

What is relied on: Keras and TensorFlow read and set attributes from functions of their own modules,
whose names begin with `keras` or `tensorflow`. What a program that AutoGraph traces calls, such as
`operator.add(x, y)`, is called by functions in the modules beside `tf.autograph.to_graph`.
"""

import os
import sys
import sysconfig
import types

import tensorflow as tf

__all__ = ["asked_by_library", "called_by_library"]

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
#: Of the names of modules: whether they are of an installed package that does not import Ivy.
_judged: dict[str, bool] = {}
#: Packages that never import Ivy, so that their modules need not be looked through.
_KNOWN = frozenset({*_LIBRARIES, "jax", "matplotlib", "numpy", "pandas", "scipy", "sklearn"})
#: Where TensorFlow keeps what calls for a program that it traces.
_AUTOGRAPH = tf.autograph.to_graph.__module__.partition("autograph")[0] + "autograph."


def called_by_library(depth: int) -> bool:
    """Whether a function was called by an installed package that does not import Ivy.

    Everything else is a program of Ivy's: files of the user's own, notebooks, and packages that
    import `ivy` or `keras_ivy` and so expect its arrays.

    Args:
        depth: How many frames above this function's the caller is: 1 is who calls this one.
    """
    frame: types.FrameType | None = sys._getframe(depth)
    name = ""
    while frame is not None:
        name = frame.f_globals.get("__name__") or ""
        if not name.startswith(_AUTOGRAPH):
            break
        frame = frame.f_back
    if frame is None:
        return True
    found = _judged.get(name)
    if found is None:
        found = _judged[name] = _is_library(name, frame.f_globals.get("__file__"))
    # The examples of a library's docstrings run among its globals.
    return found and not frame.f_code.co_filename.startswith("<doctest ")


def _is_library(name: str, file: object) -> bool:
    """Whether a module is of an installed package that does not import Ivy."""
    top = name.partition(".")[0]
    if top in _KNOWN:
        return True
    if top == "__main__" or not isinstance(file, str):
        return False
    parts = os.path.normpath(file).split(os.sep)
    if "site-packages" in parts or "dist-packages" in parts:
        return not _imports_ivy(top)
    return os.path.normpath(file).startswith(_STANDARD)


def _imports_ivy(top: str) -> bool:
    """Whether a module of a package has something of Ivy's among its globals."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] != top or not isinstance(module, types.ModuleType):
            continue
        for value in list(vars(module).values()):
            if isinstance(value, types.ModuleType):
                home: object = value.__name__
            elif isinstance(value, type | types.FunctionType):
                home = value.__module__
            else:
                continue
            if isinstance(home, str) and home.partition(".")[0] in _IVY:
                return True
    return False
