"""Where classes say that they are found: there they are, whatever file they stand in."""

import doctest
import inspect
import pickle
import sys
import types

import keras
import numpy as np
import pytest

import keras_ivy as ivy
from keras_ivy import initializers, layers, optimizers


def classes_of_the_package():
    """Every class that the package defines at the top of a file, by address."""
    found = {}
    for module in [m for name, m in list(sys.modules.items()) if name.startswith("keras_ivy")]:
        for thing in vars(module).values():
            if isinstance(thing, type) and thing.__module__.startswith("keras_ivy"):
                found[f"{thing.__module__}.{thing.__qualname__}"] = thing
    return {address: cls for address, cls in found.items() if "<locals>" not in address}


CLASSES = classes_of_the_package()


@pytest.mark.parametrize("address", sorted(CLASSES))
def test_a_class_is_where_it_says(address):
    module, _, name = address.rpartition(".")
    assert vars(sys.modules[module]).get(name) is CLASSES[address]


@pytest.mark.parametrize("package", [initializers, layers, optimizers], ids=lambda p: p.__name__)
def test_rooms_do_not_show(package):
    public = [x for x in map(vars(package).get, package.__all__) if isinstance(x, type)]
    assert len(public) > 9
    for cls in public:
        assert cls.__module__ == package.__name__
        assert repr(cls) == f"<class '{package.__name__}.{cls.__name__}'>"
        assert f"{package.__name__}\n{cls.__name__}".encode() in pickle.dumps(cls, 0)
        assert pickle.loads(pickle.dumps(cls)) is cls


def test_what_a_config_says_of_a_layer_shows_no_room():
    whole = keras.saving.serialize_keras_object(ivy.Conv2D(1, 2, 3, 1, "SAME"))
    assert whole["module"] == "keras_ivy.layers"
    assert whole["registered_name"] == "keras_ivy>Conv2D"


def test_an_output_survives_pickling():
    output = ivy.LSTM(2, 3)(np.ones((1, 4, 2), "float32"))
    again = pickle.loads(pickle.dumps(output))
    assert type(again) is type(output)
    np.testing.assert_array_equal(again.output, output.output)


# Examples of methods ------------------------------------------------------------------------------

# `pytest --doctest-modules` collects a class where it says that it is found, but of its methods
# those alone that stand in that very file.


def methods_elsewhere():
    """The methods with an example that pytest passes over, with the names that they see."""
    found = {}
    for address, cls in CLASSES.items():
        for name, member in vars(cls).items():
            function = getattr(member, "__func__", member)
            function = inspect.unwrap(function) if callable(function) else function
            if not isinstance(function, types.FunctionType) or ">>>" not in (
                function.__doc__ or ""
            ):
                continue
            at_the_top = "." not in function.__qualname__
            if function.__module__ != cls.__module__ and not at_the_top:
                found[f"{address}.{name}"] = function
    return found


METHODS = methods_elsewhere()


@pytest.mark.parametrize("name", sorted(METHODS))
def test_example_of_a_method_runs(name):
    function = METHODS[name]
    names = {**function.__globals__, "keras_ivy": ivy}
    test = doctest.DocTestParser().get_doctest(function.__doc__, names, name, None, 0)
    assert test.examples
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    runner = doctest.DocTestRunner(optionflags=flags, verbose=False)
    report = []
    runner.run(test, out=report.append, clear_globs=False)
    assert not runner.failures, "".join(report)


def test_examples_of_methods_are_found():
    assert len(METHODS) > 15
    assert "keras_ivy.container.Container.map" in METHODS
    assert "keras_ivy.optimizers.Optimizer.explain" in METHODS
    assert "keras_ivy.layers.LSTM.get_initial_state" in METHODS
