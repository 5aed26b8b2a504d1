"""`keras_ivy.drop_in`: what `import ivy` finds, and that it is undone."""

import copy
import importlib
import importlib.util
import inspect
import pickle
import sys
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy
from keras_ivy import drop_in
from keras_ivy.drop_in import classes, wrappers
from keras_ivy.drop_in.places import PLACES, why_not
from tests.golden.load import HERE


@pytest.fixture
def door():
    with drop_in.install():
        yield importlib.import_module("ivy")


def state():
    return (
        list(sys.meta_path),
        {name: module for name, module in sys.modules.items() if name.split(".")[0] == "ivy"},
    )


def test_ivy_cannot_be_imported_before_and_after():
    before = state()
    for _ in range(2):
        with pytest.raises(ModuleNotFoundError, match="No module named 'ivy'"):
            importlib.import_module("ivy")
        with drop_in.install():
            assert importlib.import_module("ivy").Linear is keras_ivy.Linear
            importlib.import_module("ivy.stateful.layers")
        assert state() == before


def test_installing_twice_is_one_installation():
    before = state()
    drop_in.install()
    drop_in.install()
    assert len(sys.meta_path) == len(before[0]) + 1
    drop_in.uninstall()
    assert state() == before
    drop_in.uninstall()
    assert state() == before


def test_the_context_inside_another_leaves_the_door_open():
    with drop_in.install():
        with drop_in.install():
            pass
        assert importlib.import_module("ivy").Linear is keras_ivy.Linear


def test_an_exception_closes_the_door():
    before = state()
    with pytest.raises(KeyError), drop_in.install():
        raise KeyError
    assert state() == before


@pytest.mark.parametrize("name", ["ivy", "ivy.functional"])
def test_another_ivy_is_refused_before_anything_changes(name, monkeypatch):
    monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    before = state()
    with pytest.raises(ImportError, match=r"before the first `import ivy`.*Received: sys\.modules"):
        drop_in.install()
    assert state() == before
    drop_in.uninstall()
    assert state() == before


@pytest.mark.parametrize("place", PLACES)
def test_every_place_can_be_imported_and_lists_what_it_holds(place, door):
    name = f"ivy.{place}" if place else "ivy"
    module = importlib.import_module(name)
    assert module.__name__ == name
    assert importlib.util.find_spec(name).name == name
    assert module.__all__ or not PLACES[place]
    assert set(module.__all__) <= set(dir(module))
    for public in module.__all__:
        getattr(module, public)
    # as an attribute of what it stands in, and by `import a.b as c`
    names = {}
    exec(f"import {name} as found\nfrom {name} import *", names)
    assert names["found"] is module
    assert set(module.__all__) <= set(names)


@pytest.mark.parametrize(
    ("module", "name", "ours"),
    [
        ("ivy", "Container", keras_ivy.Container),
        ("ivy.stateful.module", "Module", keras_ivy.Module),
        ("ivy.stateful.layers", "Linear", keras_ivy.Linear),
        ("ivy.stateful.optimizers", "Adam", keras_ivy.Adam),
        ("ivy.stateful.initializers", "Zeros", keras_ivy.Zeros),
        ("ivy.stateful.sequential", "Sequential", keras_ivy.Sequential),
        ("ivy.data_classes.container", "Container", keras_ivy.Container),
        ("ivy.data_classes.container.base", "ContainerBase", keras_ivy.Container),
        ("ivy.data_classes.array.array", "Array", classes.Array),
        ("ivy", "Array", classes.Array),
        ("ivy.functional.ivy.layers", "conv2d", keras_ivy.conv2d),
        ("ivy.functional.ivy.gradients", "adam_step", keras_ivy.adam_step),
        ("ivy.functional.ivy.gradients", "_variable", keras_ivy.variable),
        ("ivy.functional.ivy.experimental.layers", "max_pool2d", keras_ivy.max_pool2d),
        ("ivy.functional.backends.tensorflow", "matmul", keras_ivy.matmul),
        ("ivy.utils.exceptions", "IvyException", keras_ivy.utils.exceptions.IvyException),
        ("ivy.stateful", "Linear", keras_ivy.Linear),
        ("ivy.functional", "relu", keras_ivy.relu),
        ("ivy.utils.exceptions", "handle_exceptions", wrappers.handle_exceptions),
        ("ivy", "to_native_arrays_and_back", wrappers.to_native_arrays_and_back),
        ("ivy", "handle_nestable", wrappers.handle_nestable),
        ("ivy.utils.backend", "set_backend", keras_ivy.set_backend),
        ("ivy.utils.backend.handler", "current_backend_str", keras_ivy.current_backend_str),
        ("ivy.backend_handler", "unset_backend", keras_ivy.unset_backend),
        ("ivy.exceptions", "IvyException", keras_ivy.utils.exceptions.IvyException),
    ],
)
def test_names_stand_where_ivy_has_them(module, name, ours, door):
    names = {}
    exec(f"from {module} import {name} as found", names)
    assert names["found"] is ours


def test_what_stands_below_is_an_attribute_without_an_import(door):
    assert door.stateful.layers.Linear is keras_ivy.Linear
    assert door.functional.backends.tensorflow.__name__ == "ivy.functional.backends.tensorflow"
    assert door.utils.exceptions is importlib.import_module("ivy.utils.exceptions")
    assert door.stateful is importlib.import_module("ivy.stateful")


def test_completion_shows_what_stands_directly_below(door):
    assert {"stateful", "functional", "utils", "Linear"} <= set(dir(door))
    assert {"layers", "module"} <= set(dir(door.stateful))
    assert not [name for name in dir(door) + dir(door.functional) if "." in name]


@pytest.mark.parametrize(
    ("name", "listed", "left_out"),
    [
        ("stateful.qqqqqqqqqqqqqqqqqqqqqqqq", "ivy.stateful.sequential", "ivy.utils"),
        ("qqqqqqqqqqqq.qqqqqqqqqqqqqqqqqqqq", "ivy.utils", "ivy.stateful.sequential"),
    ],
)
def test_what_is_like_nothing_is_told_what_there_is_beside_it(name, listed, left_out):
    words = why_not(name).replace(",", " ").replace(".  ", " ").rstrip(".").split()
    assert listed in words
    assert left_out not in words


def test_doors_are_there_for_inspect_and_reload(door):
    assert inspect.ismodule(door)
    assert importlib.reload(door) is door
    assert not hasattr(door, "__wrapped__")
    with pytest.raises(AttributeError, match=r"There is no `ivy\.Lineer`\. Did you mean 'Linear'"):
        door.Lineer  # noqa: B018
    with pytest.raises(ImportError, match="cannot import name 'Lineer' from 'ivy'"):
        exec("from ivy import Lineer")


@pytest.mark.parametrize("name", ["compile", "trace_graph", "transpile"])
def test_the_tracers_functions_say_what_to_use(name, door):
    sentence = rf"tracer and translators .*`tf\.function\(fn\)`.* Received: ivy\.{name}$"
    with pytest.raises(AttributeError, match=sentence):
        getattr(door, name)
    assert name not in dir(door)


def test_a_star_import_brings_decorators_as_ivys_does(door):
    names = {}
    exec("from ivy import *", names)
    assert names["to_native_arrays_and_back"](len) is len
    double = names["handle_nestable"](lambda x: x * 2)
    assert dict(double(names["Container"](a=1, b=2))) == {"a": 2, "b": 4}


def test_what_a_program_sets_is_gone_with_the_door():
    with drop_in.install():
        ivy = importlib.import_module("ivy")
        ivy.mine = 1
        assert importlib.import_module("ivy").mine == 1
    assert not hasattr(keras_ivy, "mine")
    with drop_in.install():
        assert not hasattr(importlib.import_module("ivy"), "mine")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "ivy.stateful.layer",
            r"no module `ivy\.stateful\.layer`\. Did you mean 'ivy\.stateful\.l",
        ),
        ("ivy.statefull", r"no module `ivy\.statefull`\. Did you mean 'ivy\.stateful'\?"),
        ("ivy.qqqqqqqqqqqq", r"no module `ivy\.q+`\. Known names: .*ivy\.stateful"),
        ("ivy.functional.backends.jax.layers", r"no other backend; .*Received: module='ivy\.fun"),
        ("ivy.functional.frontends.torch", "not part of keras_ivy"),
        ("ivy.compiler.compiler", "not part of keras_ivy"),
    ],
)
def test_modules_that_are_not_here_say_so_in_one_sentence(name, sentence, door):
    with pytest.raises(ModuleNotFoundError, match=sentence) as caught:
        importlib.import_module(name)
    assert caught.value.name.startswith("ivy.")
    assert "\n" not in str(caught.value)


def test_programs_that_look_for_backends_find_one(door):
    """Test suites name them all, in lists and comparisons, and choose one to compute with."""
    backends = {}
    for name in ("numpy", "jax", "tensorflow", "torch", "mxnet"):
        exec(f"import ivy.functional.backends.{name} as found", backends)
        assert backends["found"] is getattr(door.functional.backends, name)
        assert backends["found"] is not door.functional.backends.paddle
        if name == "tensorflow":
            door.set_backend(backends["found"])
            continue
        with pytest.raises(ValueError, match=f"no other backend: .*'{name}'"):
            door.set_backend(backends["found"])
        with pytest.raises(AttributeError, match=rf"no other backend; .*backends\.{name}\.use$"):
            backends["found"].use  # noqa: B018
    with door.functional.backends.tensorflow.use:
        assert door.current_backend_str() == "tensorflow"
    with door.utils.backend.ContextManager(door.functional.backends.tensorflow):
        pass


def test_pickles_name_the_package_and_need_no_door(door):
    source = door.Container(a=door.array([1.0, 2.0]), b={"c": door.Linear})
    data = pickle.dumps(source)
    drop_in.uninstall()
    again = pickle.loads(data)
    assert type(again) is keras_ivy.Container
    assert again.b.c is keras_ivy.Linear
    assert again.a.numpy().tolist() == [1.0, 2.0]
    assert type(copy.deepcopy(source)) is keras_ivy.Container


def test_pickles_that_name_ivys_places_are_read_through_the_door():
    data = b"civy.stateful.layers\nLinear\n."  # as a program that real Ivy pickled says it
    with pytest.raises(ModuleNotFoundError):
        pickle.loads(data)
    with drop_in.install():
        assert pickle.loads(data) is keras_ivy.Linear


@pytest.mark.parametrize("name", ["tensorflow_dumps.pkl", "numpy_config.pkl", "net_v.pickle"])
def test_pickles_of_real_ivys_arrays_say_how_to_read_them(name, door):
    path = HERE / "ivy_files" / name
    with pytest.raises(TypeError, match=r"Container\.load\(path, allow_pickle=True\)"):
        pickle.loads(path.read_bytes())
    assert door.Container.load(path, allow_pickle=True)


def test_arrays_are_tensors_and_variables(door):
    x, w = door.array([[1.0, 2.0]]), door.variable([1.0])
    for array in (x, w, tf.Variable(1.0), keras.Input((3,))):
        assert isinstance(array, door.Array)
        assert issubclass(type(array), door.Array)
    for other in (None, 1.0, [x], np.ones(2), door.Container(a=x)):
        assert not isinstance(other, door.Array)
    assert isinstance(door.Array(w), tf.Tensor)
    assert door.Array(x) is x
    np.testing.assert_array_equal(door.Array.reshape(x, (2, 1)), [[1.0], [2.0]])
    assert (door.Array | None).__args__ == (door.Array, type(None))
    for name in ("nonsense", "T", "__array__"):
        with pytest.raises(AttributeError):
            getattr(door.Array, name)


def test_decorators_of_func_wrapper_keep_functions(door):
    from ivy.func_wrapper import handle_nestable, to_native_arrays_and_back, with_unsupported_dtypes

    @with_unsupported_dtypes({"2.15.0 and below": ("float16",)}, "tensorflow")
    @to_native_arrays_and_back
    @handle_nestable
    def double(x, times=2):
        return x * times

    assert double(3) == 6
    assert dict(double(door.Container(a=1, b=2), times=3)) == {"a": 3, "b": 6}
    assert double.__name__ == "double"


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("from ivy.stateful.layers import BatchNorm2D", r"stands in `ivy\.stateful\.norms`"),
        ("from ivy.stateful.norms import Linear, LayerNorm", r"stands in `ivy\.stateful\.layers`"),
        ("from ivy.stateful.optimizers import Adam, Zeros", r"in `ivy\.stateful\.initializers`"),
        ("from ivy import rnn", r"`rnn` out: `keras\.layers\.RNN` does it"),
        ("from ivy import trace_graph", r"`tf\.function\(fn\)` makes a graph"),
    ],
)
def test_an_import_from_the_wrong_module_says_which_is_right(program, said, door):
    with pytest.raises(ImportError, match=said) as caught:
        exec(program)
    assert not isinstance(caught.value, ModuleNotFoundError)
    assert not hasattr(sys.modules["ivy"].stateful.layers, "BatchNorm2D")


def test_what_is_left_out_has_its_reason_at_the_top_as_at_the_door(door):
    for package in (keras_ivy, door):
        assert not hasattr(package, "rnn")
        with pytest.raises(AttributeError, match=r"leaves Ivy's `rnn` out: `keras\.layers\.RNN`"):
            package.rnn  # noqa: B018
        with pytest.raises(AttributeError, match=r"`tf\.function\(fn\)`"):
            package.trace_graph  # noqa: B018
