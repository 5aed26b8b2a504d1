"""Ivy's modules: what stands in each of them here, and why some are not here at all.

A place is the name of a module below `ivy`, and what it shows are the public names of modules of
this package, of which the first that has a name counts.
"""

from keras_ivy.ops.ivy.left_out import TRANSLATORS
from keras_ivy.utils.exceptions import nearest

__all__ = ["NO_OTHER_BACKEND", "PLACES", "TOP", "why_not"]

#: The name that programs import.
TOP = "ivy"

#: Where everything can be found that Ivy has at its top.
_ALL = ("keras_ivy.drop_in.classes", "keras_ivy.drop_in.wrappers", "keras_ivy")
#: Files of Ivy that hold classes, which have a file of that name here.
_STATEFUL = (
    "activations",
    "initializers",
    "layers",
    "losses",
    "module",
    "norms",
    "optimizers",
    "sequential",
)
#: Files of Ivy that hold functions, by their subject. Here all functions can be found in each.
_SUBJECTS = (
    "activations",
    "constants",
    "control_flow_ops",
    "creation",
    "data_type",
    "device",
    "elementwise",
    "general",
    "gradients",
    "layers",
    "linear_algebra",
    "losses",
    "manipulation",
    "meta",
    "nest",
    "norms",
    "random",
    "searching",
    "set",
    "sorting",
    "statistical",
    "utility",
)
#: Folders of Ivy with such files.
_FUNCTIONS = (
    "functional.ivy",
    "functional.ivy.experimental",
    "functional.backends.tensorflow",
    "functional.backends.tensorflow.experimental",
)
_OPS = ("keras_ivy.ops", "keras_ivy")
_BACKEND = ("keras_ivy.ops.ivy.backends", "keras_ivy")
_WRAPPERS = ("keras_ivy.drop_in.wrappers", "keras_ivy")
_CLASSES = ("keras_ivy.drop_in.classes", "keras_ivy")
_ERRORS = ("keras_ivy.utils.exceptions", *_WRAPPERS)

#: Backends of Ivy that are not here. Programs name their modules to compare with, or to leave them
#: out, so that these can be imported; what is asked of them is refused.
OTHER_BACKENDS = ("jax", "mindspore", "mxnet", "numpy", "paddle", "torch")

#: Ivy's modules by their names below `ivy`; modules of this package that hold what they show.
PLACES: dict[str, tuple[str, ...]] = {
    "": _ALL,
    "stateful": ("keras_ivy.stateful", "keras_ivy"),
    **{f"stateful.{name}": (f"keras_ivy.stateful.{name}",) for name in _STATEFUL},
    "functional": _OPS,
    "functional.backends": _BACKEND,
    **{f"functional.backends.{name}": () for name in OTHER_BACKENDS},
    **dict.fromkeys(_FUNCTIONS, _OPS),
    **{f"{folder}.{name}": _OPS for folder in _FUNCTIONS for name in _SUBJECTS},
    "functional.backends.tensorflow": ("keras_ivy.ops", *_BACKEND),
    "functional.ivy.gradients": ("keras_ivy.drop_in.gradients", *_OPS),
    "data_classes": _CLASSES,
    "data_classes.array": _CLASSES,
    "data_classes.array.array": _CLASSES,
    "data_classes.container": _CLASSES,
    "data_classes.container.base": _CLASSES,
    "data_classes.container.container": _CLASSES,
    "func_wrapper": _WRAPPERS,
    "utils": ("keras_ivy.utils", "keras_ivy"),
    "utils.assertions": ("keras_ivy.utils.assertions",),
    "utils.backend": _BACKEND,
    "utils.backend.handler": _BACKEND,
    "utils.exceptions": _ERRORS,
    # Where older versions of Ivy had them.
    "backend_handler": _BACKEND,
    "container": _CLASSES,
    "exceptions": _ERRORS,
    "framework_handler": _BACKEND,
}

#: The sentence for what is asked of another backend.
NO_OTHER_BACKEND = (
    "keras_ivy computes with Keras on TensorFlow, and has no other backend; use "
    "`ivy.functional.backends.tensorflow`, or functions of `ivy` itself"
)
#: Modules of Ivy that are not here, each with those below it.
_NOT_HERE = {
    **{f"functional.backends.{name}": NO_OTHER_BACKEND for name in OTHER_BACKENDS},
    "compiler": TRANSLATORS,
    "engines": TRANSLATORS,
    "functional.frontends": TRANSLATORS,
    "stateful.converters": TRANSLATORS,
    "transpiler": TRANSLATORS,
}


def why_not(place: str) -> str:
    """Return the sentence for a module of Ivy that is not here, or that Ivy has not either.

    Args:
        place: Its name below `ivy`.

    Example:

    >>> why_not("stateful.layer")
    "There is no module `ivy.stateful.layer`. Did you mean 'ivy.stateful.layers'?"
    """
    for known, reason in _NOT_HERE.items():
        if f"{place}.".startswith(f"{known}."):
            return f"{reason}. Received: module={f'{TOP}.{place}'!r}"
    names = [f"{TOP}.{known}" for known in PLACES if known]
    parent = f"{TOP}.{place}".rpartition(".")[0]
    siblings = [name for name in names if name.rpartition(".")[0] == parent]
    hint = nearest(f"{TOP}.{place}", names, count=1)
    if not hint.startswith("Did"):
        hint = nearest("", siblings or [name for name in names if name.count(".") == 1])
    return f"There is no module `{TOP}.{place}`. {hint}"
