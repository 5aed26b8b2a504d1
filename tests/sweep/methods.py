"""A call of every public method that means something; what a refusal changes, the sweep finds."""

import inspect
import os
import tempfile

import keras
import numpy as np
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy import functional, initializers, optimizers

FOLDER = tempfile.mkdtemp(prefix="sweep")
ONES = np.ones((2, 3), "float32")


class Changed(AssertionError):
    """A refused call has changed what it was called on."""


def tree():
    return ivy.Container(a=tf.ones((2, 3)), b=ivy.Container(c=tf.ones((2, 3)), d=tf.zeros((2, 1))))


class Net(ivy.Module):
    """Two layers, one of them Keras's, a variable and a buffer."""

    def __init__(self):
        self.first = ivy.Linear(3, 2)
        self.second = keras.layers.Dense(1)
        ivy.Module.__init__(self, buffers={"kept": ONES})

    def _create_variables(self, device, dtype):
        return {"scale": tf.ones((2,))}

    def _forward(self, x):
        return self.second(self.first(x) * self.v.scale)


def net():
    made = Net()
    made(ONES)
    return made


def model():
    made = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dense(1)])
    made.compile("sgd")
    return made


def total(v):
    return tf.add_n([tf.reduce_sum(x) for x in keras.tree.flatten(v)])


def optimizer():
    made = optimizers.LAMB(0.1)
    made.apply([tf.ones((2, 3))], [keras.Variable(ONES)])
    return made


def stepped():
    made = optimizers.Adam(0.1)
    made.step(tree(), tree())
    return made


#: What the methods take, by name; a name after a class and a dot is of that method alone.
GOOD = {
    "values": tree(), "containers": [tree(), tree()], "sub_cont": tree(), "key_chain": "b/c",
    "key_chains": ["a"], "queries": "c", "key": "a", "value": ONES, "depth_cutoff": 1,
    "height_cutoff": 1, "format_fn": str.upper, "flat_list": [1, 2, 3], "query": "c",
    "dict_in": {"a": ONES}, "func": lambda x, chain=None: x, "sub_str": "c",
    "target_dict": {"a": ONES}, "val": ONES, "query_keys": "c", "mapping": {"a": "e"},
    "reduction": lambda leaves: leaves[0], "keychain_mapping": {"a": "e"}, "key_slice": "a:b",
    "slice_key": "a", "max_length": 3, "axis": 0, "default_key_color": "red", "patterns": "a",
    "key_length_limit": 3, "print_indent": 2, "print_limit": 3, "print_line_spacing": 1,
    "path": "a", "flat": {"a": 1, "b/c": 2}, "name": "fresh", "device": "cpu", "mode": True,
    "var_list": None, "var_names": ["bias"], "default": 0, "keys": ["a", "b"],
    "num_or_size_splits": 2, "cont": tree(), "format": None, "fn": lambda x: x, "other": tree(),
    "grads": tree(), "v": tree(), "state": None,
    "cont_list_stack.dim": 0,
    "cont_diff.mode": "all", "cont_structural_diff.mode": "all",
    "cont_prune_key_from_key_chains.absolute": "a",
    "cont_prune_keys_from_key_chains.absolute": ["a"],
    "cont_reshape_like.target_dict": {"a": (3, 2), "b": {"c": (6,), "d": (2,)}},
    "map_with_path.fn": lambda path, x: x,
}  # fmt: skip
#: Positional arguments after the named ones.
MORE = {"cont_combine": (tree(), tree()), "cont_diff": (tree(), tree()), "split": ("a",),
        "cont_structural_diff": (tree(), tree())}  # fmt: skip
#: Methods that write, read, print or come from Keras with its own arguments.
CONTAINER_WITHOUT = {
    "save", "load", "cont_save", "cont_load", "cont_show", "cont_unify", "cont_from_disk_as_hdf5",
    "cont_from_disk_as_json", "cont_from_disk_as_pickled", "cont_to_disk_as_hdf5",
    "cont_to_disk_as_json", "cont_to_disk_as_pickled", "update", "cont_assert_identical",
    "cont_assert_contains_sub_container",
}  # fmt: skip


def state_of(thing):
    """All that a call could change, in a form that compares."""
    if isinstance(thing, ivy.Container):
        return {path: np.array(leaf) for path, leaf in thing.flatten().items()}
    found = {f"{i} {w.path}": np.array(w) for i, w in enumerate(thing.variables)}
    if isinstance(thing, optimizers.Optimizer):
        found["config"] = repr(thing.get_config())
        found["excluded"] = repr(sorted(map(repr, vars(thing).get("_exclude", ()) or ())))
        return found
    if isinstance(thing, ivy.Module):
        found["names"] = repr((list(thing.v.flatten()), list(thing.buffers.flatten())))
        found["rest"] = repr(
            (thing.training, thing.device, thing.built, sorted(set(vars(thing)) - {"_ivy_seeds"}))
        )
    return found


def unchanged(before, after):
    """Whether two states are one."""
    return before.keys() == after.keys() and all(
        np.array_equal(before[k], after[k]) if isinstance(before[k], np.ndarray)
        else before[k] == after[k]
        for k in before
    )  # fmt: skip


def on(make, call):
    """A function that calls on a thing of its own, and raises `Changed` as well as refusals."""
    kept = []

    def function(**arguments):
        thing = kept.pop() if kept else make()
        before = state_of(thing)
        try:
            call(thing, **arguments)
        except Exception as error:
            if not unchanged(before, state_of(thing)):
                raise Changed(f"changed, and raised {error!r:.120}") from error
            kept.append(thing)
            raise

    return function


def methods_of(cls):
    """Names and functions of the methods that the package defines in a class."""
    for name in sorted(dir(cls)):
        if name.startswith("_"):
            continue
        owner = next(k for k in cls.__mro__ if name in vars(k))
        found = inspect.getattr_static(cls, name)
        if owner.__module__.startswith("keras_ivy") and (
            inspect.isfunction(found) or isinstance(found, classmethod | staticmethod)
        ):
            yield name, getattr(cls, name), inspect.isfunction(found)


def container_methods():
    """Methods of Container; of those that stand for functions of arrays three."""
    delegates = {"abs", "mean", "add"}
    for name, method, bound in methods_of(ivy.Container):
        parameters = list(inspect.signature(method).parameters.values())[bound:]
        names = {p.name for p in parameters}
        if "out" in names and "to_apply" in names and name not in delegates:
            continue
        if name in CONTAINER_WITHOUT or not names:
            continue
        good = {}
        for p in parameters:
            if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD):
                continue
            default = GOOD.get(p.name) if p.default is p.empty else p.default
            good[p.name] = GOOD.get(f"{name}.{p.name}", default)
        more = (tree(),) if name == "add" else MORE.get(name, ())
        first = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD] if more else []

        def call(thing, name=name, more=more, first=first, **arguments):
            given = [arguments.pop(n) for n in first]
            result = getattr(thing, name)(*given, *more, **arguments)
            if inspect.isgenerator(result):
                list(result)

        yield f"Container.{name}", (on(tree, call), good)


def file(name, make):
    """The path of a file that is there."""
    path = os.path.join(FOLDER, name)
    if not os.path.exists(path):
        make(path)
    return path


def module_methods():
    """Methods and properties of Module."""
    weights = file("n.weights.h5", lambda path: net().save_weights(path))
    calls = {
        "register_buffer": {"name": "fresh"},
        "register_parameter": {"name": "fresh", "value": ONES},
        "to_device": {"device": "cpu"},
        "train": {"mode": True},
        "load_weights": {"filepath": weights, "allow_pickle": False},
        "sub_mods": {"show_v": True, "depth": 1, "flatten_key_chains": False},
        "v_with_top_v_key_chains": {"depth": 0, "flatten_key_chains": False},
    }
    for name, good in calls.items():
        if name == "register_buffer":
            yield f"Module.{name}", (
                on(net, lambda n, name: n.register_buffer(name, ONES)), {"name": "fresh"},
            )  # fmt: skip
            continue
        yield f"Module.{name}", (on(net, lambda n, method=name, **a: getattr(n, method)(**a)), good)
    yield "Module.v", (on(net, lambda n, v: setattr(n, "v", v)), {"v": net().v.to_numpy()})
    yield "Module.training", (on(net, lambda n, mode: setattr(n, "training", mode)), {"mode": True})
    yield "Module.device", (on(net, lambda n, mode: setattr(n, "device", mode)), {"mode": "cpu"})
    yield "Module.__call__", (
        on(net, lambda n, **a: n(ONES, **a)),
        {"v": net().v.to_numpy(), "buffers": {}, "training": True},
    )  # fmt: skip
    yield (
        "Module.save_weights",
        (
            on(net, lambda n, filepath: n.save_weights(filepath)),
            {"filepath": os.path.join(FOLDER, "o.weights.h5")},
        ),
    )
    yield (
        "Module.save",
        (
            on(net, lambda n, filepath: n.save(filepath)),
            {"filepath": os.path.join(FOLDER, "o.keras")},
        ),
    )
    yield "Module.load", (ivy.Module.load, {"filepath": None, "allow_pickle": True} | {
        "filepath": file("l.pkl", lambda path: net().save(path))})  # fmt: skip


def optimizer_methods():
    """Methods and settings of optimizers."""
    yield (
        "optimizer.step",
        (
            on(stepped, lambda o, **a: o.step(**a)),
            {"v": tree(), "grads": tree(), "ignore_missing": False},
        ),
    )
    yield (
        "optimizer.stateless_step",
        (
            on(stepped, lambda o, **a: o.stateless_step(**a)),
            {"v": tree(), "grads": tree(), "state": None, "ignore_missing": False},
        ),
    )
    yield "optimizer.set_state", (
        on(stepped, lambda o, state: o.set_state(state)), {"state": stepped().state},
    )  # fmt: skip
    yield (
        "optimizer.set_weights",
        (
            on(optimizer, lambda o, weights: o.set_weights(weights)),
            {"weights": [np.array(w) for w in optimizer().variables]},
        ),
    )
    yield (
        "optimizer.explain",
        (on(optimizers.LAMB, lambda o, model: o.explain(model)), {"model": model()}),
    )
    yield (
        "optimizer.exclude_from_weight_decay",
        (
            on(optimizers.LAMB, lambda o, **a: o.exclude_from_weight_decay(**a)),
            {"var_list": None, "var_names": ["bias"]},
        ),
    )
    w = keras.Variable(ONES)
    yield (
        "optimizer.apply",
        (
            on(lambda: optimizers.LAMB(0.1), lambda o, **a: o.apply(**a)),
            {"grads": [tf.ones((2, 3))], "trainable_variables": [w]},
        ),
    )
    yield (
        "optimizer.apply_gradients",
        (
            on(lambda: optimizers.LAMB(0.1), lambda o, **a: o.apply_gradients(**a)),
            {"grads_and_vars": [(tf.ones((2, 3)), w)]},
        ),
    )
    yield "optimizer.build", (
        on(optimizers.LAMB, lambda o, variables: o.build(variables)), {"variables": [w]},
    )  # fmt: skip
    for name, good in {
        "learning_rate": 0.1, "lr": 0.1, "beta1": 0.5, "beta2": 0.5, "decay_lambda": 0.0,
        "weight_decay": None, "rules": None, "dev": "cpu",
    }.items():  # fmt: skip
        yield (
            f"optimizer.{name}",
            (
                on(optimizers.LAMB, lambda o, value, name=name: setattr(o, name, value)),
                {"value": good},
            ),
        )


def more_functions():
    """Functions of models and variables, which need something made anew for every call."""
    values = functional.variables(model()).to_numpy()
    w = keras.Variable(ONES)
    yield (
        "functional_call",
        (
            on(model, lambda m, **a: functional.functional_call(m, a.pop("v"), ONES, **a)),
            {"v": values, "training": None, "with_updates": False},
        ),
    )
    yield "functional_call.model", (
        lambda model: functional.functional_call(model, values, ONES), {"model": model()},
    )  # fmt: skip
    yield "functional_call.x", (
        on(model, lambda m, x: functional.functional_call(m, values, x)), {"x": ONES},
    )  # fmt: skip
    yield "assign_variables", (
        on(model, lambda m, v: functional.assign_variables(m, v)), {"v": values},
    )  # fmt: skip
    yield "assign_variables.model", (
        lambda model: functional.assign_variables(model, values), {"model": model()},
    )  # fmt: skip
    yield "value_and_grad.fn", (functional.value_and_grad, {"fn": tf.reduce_sum, "has_aux": False})
    yield (
        "value_and_grad",
        (
            lambda v: functional.value_and_grad(total)(v),
            {"v": {"x": ONES}},
        ),
    )
    yield "execute_with_gradients", (
        lambda **a: functional.execute_with_gradients(total, **a),
        {"xs": {"x": ONES}, "retain_grads": None, "xs_grad_idxs": None, "ret_grad_idxs": None,
         "non_finite": "zero"},
    )  # fmt: skip
    yield (
        "initialize_model",
        (
            on(model, lambda m, **a: initializers.initialize_model(m, **a)),
            {"initializer": "auto", "seed": 1, "skip": (), "dry_run": False},
        ),
    )
    yield "lsuv", (
        on(model, lambda m, **a: initializers.lsuv(m, verbose=0, **a)),
        {"data": ONES * np.random.default_rng(0).normal(size=(2, 3)).astype("float32"),
         "seed": 1, "start": None, "skip": ()},
    )  # fmt: skip
    dense = model().layers[0]
    yield "fans_of", (initializers.fans_of, {"layer": dense, "variable": dense.kernel})
    yield "geometry_of", (initializers.geometry_of, {"layer": dense, "variable": dense.kernel})
    yield (
        "register_fans",
        (
            lambda cls: initializers.register_fans(cls)(lambda layer, w: (1, 1)),
            {"cls": type("Own", (keras.layers.Layer,), {})},
        ),
    )
    yield "from_keras", (optimizers.from_keras, {"optimizer": keras.optimizers.Adam()})
    yield (
        "from_tfa_config",
        (
            optimizers.from_tfa_config,
            {"config": {"name": "LAMB", "learning_rate": 0.1}},
        ),
    )
    yield "inplace_update", (ivy.inplace_update, {"x": w, "val": ONES})
    yield "inplace_increment", (ivy.inplace_increment, {"x": w, "val": ONES})
    yield "inplace_decrement", (ivy.inplace_decrement, {"x": w, "val": ONES})
    rate = optimizers.WarmupPolynomial(0.1, 2, 4)
    yield "WarmupPolynomial.__call__", (rate, {"step": 1})


def methods():
    """Pairs of a name and `(function, good arguments by name)`."""
    os.chdir(FOLDER)  # some calls write files
    for part in (container_methods, module_methods, optimizer_methods, more_functions):
        for name, target in part():
            yield f"methods.{name}", target
