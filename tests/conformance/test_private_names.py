"""Every private name of Keras and TensorFlow that the package uses is there.

The names are read from the source, so that a new use is tested without being listed. A failure
says which file needs what; mend that file, all others go through it.
"""

import ast
import collections
import functools
import importlib
import io
import pathlib
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy
from keras_ivy.utils.requirements import KERAS

PACKAGE = pathlib.Path(keras_ivy.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
#: Packages whose private names may move without notice, as files call them.
FOREIGN = ("keras", "tensorflow", "tf")


def label(path: pathlib.Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@functools.cache
def nodes_of(path: pathlib.Path) -> list[ast.AST]:
    """All nodes of a file's syntax tree."""
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def is_private_part(name: str) -> bool:
    """`_name` and `__internal__`; names such as `__init__` are Python's."""
    return name == "__internal__" or (name.startswith("_") and not name.endswith("__"))


def is_private(dotted: str) -> bool:
    first, *rest = dotted.split(".")
    return first in FOREIGN and (
        rest[:1] in (["src"], ["python"]) or any(map(is_private_part, rest))
    )


@functools.cache
def imports(path: pathlib.Path) -> dict[str, list[str]]:
    """Name in the file -> the private things it may stand for, one for each version."""
    found = {}
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            names = [(alias.asname or alias.name, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [(a.asname or a.name, f"{node.module}.{a.name}") for a in node.names]
        else:
            continue
        for here, there in names:
            if is_private(there):
                found.setdefault(here, []).append(there)
    return found


def dotted(node: ast.AST) -> str:
    """`a.b.c` of an expression that is nothing else, or nothing."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


@functools.cache
def chains(path: pathlib.Path) -> set[str]:
    """Private names that are reached through public modules, such as `tf.__internal__.tracking`,
    or through the modules that `imports` lists, such as `keras_nn._compute_moments`."""
    known = imports(path)
    # Read, not set; in `keras_nn._compute_moments.original` the last part is ours.
    nodes = [n for n in nodes_of(path) if isinstance(n, ast.Attribute)]
    found = {dotted(node) for node in nodes if isinstance(node.ctx, ast.Load)}
    found = {name for name in found if name and not is_private_part(name.split(".")[-2])}
    return {name for name in found if is_private(name) or name.split(".")[0] in known}


def find(name: str) -> object:
    """Import as much of a dotted name as is a module, and get the rest."""
    parts = name.split(".")
    parts[0] = {"tf": "tensorflow", "np": "numpy"}.get(parts[0], parts[0])
    for cut in range(len(parts), 0, -1):
        try:
            here = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            here = getattr(here, part)
        return here
    raise ModuleNotFoundError(name)


def is_there(name: str) -> bool:
    try:
        find(name)
    except (ImportError, AttributeError):
        return False
    return True


IMPORTS = [(p, here, there) for p in FILES for here, there in imports(p).items()]
CHAINS = [(p, name) for p in FILES for name in sorted(chains(p))]


@pytest.mark.parametrize(
    ("path", "here", "there"), IMPORTS, ids=[f"{label(p)}-{here}" for p, here, _ in IMPORTS]
)
def test_what_is_imported_is_there(path, here, there):
    assert any(map(is_there, there)), (
        f"keras_ivy/{label(path)} needs {' or '.join(there)}, which Keras {keras.__version__} with "
        f"TensorFlow {tf.__version__} does not have"
    )


@pytest.mark.parametrize(("path", "name"), CHAINS, ids=[f"{label(p)}-{n}" for p, n in CHAINS])
def test_what_is_reached_through_a_module_is_there(path, name):
    first, _, rest = name.partition(".")
    roots = imports(path).get(first, [first])
    assert any(is_there(f"{root}.{rest}") for root in roots), (
        f"keras_ivy/{label(path)} needs {name}, which Keras {keras.__version__} with TensorFlow "
        f"{tf.__version__} does not have"
    )


@pytest.mark.parametrize("path", FILES, ids=label)
def test_private_imports_stand_in_adapters_only(path):
    if label(path).startswith("adapters/"):
        return
    private = {name for names in imports(path).values() for name in names} | chains(path)
    assert not private, (
        f"keras_ivy/{label(path)} reaches into {', '.join(sorted(private))}: give it a function in "
        "keras_ivy/adapters/, with a test in tests/conformance/"
    )


@pytest.mark.parametrize("path", FILES, ids=label)
def test_no_private_module_is_named_in_a_text(path):
    """A module can be had by its name too, from `importlib` or `sys.modules`."""
    texts = [n.value for n in nodes_of(path) if isinstance(n, ast.Constant)]
    documents = {
        ast.get_docstring(node, clean=False)
        for node in nodes_of(path)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
    }
    private = [
        text
        for text in texts
        if isinstance(text, str)
        and text not in documents
        and text.startswith(("keras.src", "tensorflow.python"))
    ]
    assert not private, f"keras_ivy/{label(path)} names {private}"


# What objects of Keras and TensorFlow hold -------------------------------------------------------


def own_names() -> set[str]:
    """Every name that the package defines: functions, classes, variables, attributes it sets."""
    found = set()
    for path in FILES:
        for node in nodes_of(path):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
            elif isinstance(node, ast.arg):
                found.add(node.arg)
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                found.add(node.attr)
            elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
                found |= {node.slice.value} if isinstance(node.slice, ast.Constant) else set()
    return found


def attributes(path: pathlib.Path) -> set[str]:
    """Names with one underscore that a file asks objects for."""
    found = set()
    for node in nodes_of(path):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            # What is asked of an imported module is one of the `chains`.
            found |= {node.attr} if dotted(node).split(".")[0] not in imports(path) else set()
        elif isinstance(node, ast.Call) and dotted(node.func) in ("getattr", "hasattr", "setattr"):
            found |= {a.value for a in node.args[1:2] if isinstance(a, ast.Constant)}
    return {name for name in found if name.startswith("_") and not name.startswith("__")}


@functools.cache
def exemplars() -> list:
    """One object of every kind that the package looks into."""
    inputs = keras.Input((3,))
    model = keras.Model(inputs, keras.layers.Dropout(0.5)(keras.layers.Dense(2)(inputs)))
    options = {"use_ema": True, "gradient_accumulation_steps": 2, "weight_decay": 0.1}
    optimizers = [keras.optimizers.Adam(**options), keras.optimizers.SGD(0.1, momentum=0.5)]
    for optimizer in optimizers:
        optimizer.exclude_from_weight_decay(var_names=["bias"])
        optimizer.build(model.trainable_variables)
    model.compile(loss="mse")
    model._compile_loss.build(np.ones((1, 2)), np.ones((1, 2)))
    attention = keras.layers.MultiHeadAttention(2, 2)
    attention(np.ones((1, 2, 4)), np.ones((1, 2, 4)))
    return [
        *optimizers,
        keras.optimizers.MultiOptimizer(lambda variable: optimizers[0]),
        inputs,
        keras.Sequential([inputs, keras.layers.Dense(2)]),
        importlib.import_module("keras.src.saving.saving_lib").H5IOStore(io.BytesIO(), mode="w"),
        model,
        model._compile_loss,
        *model.layers,
        attention,
        keras.Variable(1.0),
        keras.random.SeedGenerator(1),
        keras.StatelessScope(),
        tf.Variable(1.0),
        tf.Module(),
        tf.constant(1.0),
        tf.IndexedSlices(tf.ones(1), tf.zeros(1, "int32")),
        tf.function(lambda: 1).get_concrete_function().graph,
        importlib.import_module("sys"),
        importlib.import_module("copyreg"),
        collections.namedtuple("Pair", "a b")(1, 2),
    ]


#: What `own_names` can't see: a method that users write in a class of Ivy's document.
OWN = own_names() | {"_step"}
FOUND = [
    (path, name)
    for path in FILES
    for name in sorted(attributes(path) - OWN)
    if not name.startswith("_ivy_")  # set through `__dict__`, past Keras's tracking
]


@pytest.mark.parametrize(("path", "name"), FOUND, ids=[f"{label(p)}-{n}" for p, n in FOUND])
def test_what_objects_are_asked_for_is_there(path, name):
    assert any(hasattr(one, name) for one in exemplars()), (
        f"keras_ivy/{label(path)} needs the attribute {name} of an object of Keras "
        f"{keras.__version__} or TensorFlow {tf.__version__}, and none has it"
    )


# What classes override ---------------------------------------------------------------------------

#: Private methods of Keras and TensorFlow that classes of this package replace. Where upstream
#: renames one, ours is never called, and nothing else says so.
OVERRIDDEN = {
    "_apply_weight_decay": "optimizers.keras_side.hooks",
    "_backend_maybe_overwrite_model_variables": "optimizers.keras_side.hooks",
    "_backend_increment_gradient_accumulators": "optimizers.keras_side.hooks",
    "_backend_reset_gradient_accumulators": "optimizers.keras_side.hooks",
    "_update_model_variables_moving_average": "optimizers.keras_side.hooks",
    "_backend_update_step": "optimizers.keras_side.hooks",
    "_check_variables_are_known": "optimizers.keras_side.hooks",
    "_clip_gradients": "optimizers.keras_side.hooks",
    "_all_reduce_sum_gradients": "optimizers.keras_side.hooks",
    "_clip_by_norm": "optimizers.keras_side.hooks",
    "_overwrite_model_variables_with_average_value": "optimizers.keras_side.hooks",
    "_use_weight_decay": "optimizers.keras_side.hooks",
    "_backend_apply_gradients": "optimizers.keras_side.hooks",
    "_copy_trackable_to_cpu": "adapters.keras.variables",
    "_default_save_signature": "module.exporting",
    "_direct_assign": "adapters.keras.variables",
    "_export_to_saved_model_graph": "adapters.keras.variables",
    "_get_current_learning_rate": "optimizers.keras_side.hooks",
    "_initialize_with_initializer": "adapters.keras.variables",
    "_lookup_dependency": "container",
    "_obj_type": "adapters.keras.saving",
    "_restore_from_tensors": "adapters.keras.variables, container.checkpoint",
    "_serialize_to_tensors": "adapters.keras.variables, container.checkpoint",
    "_shared_name": "adapters.keras.variables",
    "_trackable_children": "adapters.tensorflow.tracking, container",
    "_write_object_proto": "adapters.keras.variables",
}


#: Those that only later versions of Keras have.
SINCE = {"_backend_maybe_overwrite_model_variables": (3, 16)}


def is_ours(cls: type) -> bool:
    return str(cls.__module__).startswith("keras_ivy")


def is_upstream(cls: type) -> bool:
    """Whether a class is of Keras or TensorFlow: neither ours nor Python's, such as an enum's."""
    return not is_ours(cls) and cls.__module__.split(".")[0] not in sys.stdlib_module_names


@functools.cache
def overridden() -> dict[str, str]:
    """Private method -> a class of ours that replaces it, mixed in or derived."""
    found = {}
    for module in [m for name, m in sys.modules.items() if name.startswith("keras_ivy.")]:
        for cls in [x for x in vars(module).values() if isinstance(x, type) and is_ours(x)]:
            theirs = {name for base in cls.__mro__ if is_upstream(base) for name in vars(base)}
            for base in filter(is_ours, cls.__mro__):
                names = {
                    n
                    for n in vars(base)
                    if n.startswith("_") and not n.startswith(("__", "_abc_", "_is_protocol"))
                }
                found |= dict.fromkeys(names & theirs, f"{base.__module__}.{base.__name__}")
    return found


@pytest.mark.parametrize("name", OVERRIDDEN)
def test_what_is_overridden_is_there(name):
    if SINCE.get(name, (0, 0)) > KERAS:
        pytest.skip(f"Keras has {name} from {SINCE[name]} on")
    assert name in overridden(), (
        f"keras_ivy.{OVERRIDDEN[name]} defines {name}, which replaces nothing in Keras "
        f"{keras.__version__} with TensorFlow {tf.__version__}"
    )


def test_every_overridden_method_is_listed():
    missing = {name: cls for name, cls in overridden().items() if name not in OVERRIDDEN}
    assert not missing, f"add to OVERRIDDEN: {missing}"
