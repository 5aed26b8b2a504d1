"""What `adapters/callers.py` and `adapters/keras/collections.py` rely on, in both libraries."""

import inspect
import operator
import re
import sys

import keras
import pytest
import tensorflow as tf
from keras.src.layers.layer import Layer
from keras.src.saving import saving_lib
from keras.src.utils import tracking

from keras_ivy.adapters import callers
from keras_ivy.adapters.keras import collections


class Asked:
    def __init__(self):
        self.answers = []

    def __getattr__(self, name):
        vars(self)["answers"].append(callers.asked_by_library())
        raise AttributeError(name)


def test_who_asks_is_told_by_the_module_of_the_function():
    probe = Asked()
    assert not hasattr(probe, "anything")
    assert not any(probe.answers)


@pytest.mark.parametrize("function", [Layer._flatten_layers, saving_lib._walk_saveable])
def test_keras_reads_sublayers_in_functions_of_its_own(function):
    assert function.__globals__["__name__"].startswith("keras.")


def test_keras_reads_its_list_of_layers_as_an_attribute():
    """Why `Module._layers` answers Keras with Keras's list, and not by overriding its methods."""
    readers = re.findall(r"(\w+)\._layers\b", inspect.getsource(inspect.getmodule(Layer)))
    assert {"self", "layer"} <= set(readers), "also of other layers, so overriding is no way out"


def test_files_walk_the_attribute_layers_and_skip_the_private_list():
    skipped = saving_lib.get_attr_skipset("Layer")
    assert "_layers" in skipped
    assert "layers" not in skipped


@tf.function
def traced(model, x):
    return model(x) * len(model.variables)


def test_autograph_does_not_hide_who_asks():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    assert traced(model, tf.ones((1, 1))).shape == (1, 1)


def test_trackers_keep_their_stores():
    layer = keras.layers.Layer()
    layer.inner = keras.layers.Dense(1)
    collections.keep_collections(layer)
    layer.again = layer.inner
    layer.more = [keras.layers.Dense(1)]
    assert len(layer._layers) == 2
    assert type(layer.more) is tracking.TrackedList
    layer.more.append(keras.layers.Dense(1))
    assert len(layer._layers) == 3


def test_keras_replaces_collections():
    """Why there is a tracker of our own; if Keras stops doing so, it can go."""

    class Mine(dict):
        pass

    layer = keras.layers.Layer()
    layer.mine = Mine(a=1)
    assert type(layer.mine) is tracking.TrackedDict
    collections.keep_collections(layer)
    layer.mine = Mine(a=1)
    assert type(layer.mine) is Mine


def test_autograph_calls_for_the_program():
    class Item:
        def __getitem__(self, key):
            frame, seen = sys._getframe(1), []
            while frame is not None and frame.f_globals.get("__name__", "").startswith(
                "tensorflow"
            ):
                seen.append(frame.f_globals["__name__"])
                frame = frame.f_back
            found.append((seen, callers.caller(2)))
            return key

    found = []
    item = Item()

    @tf.function
    def traced():
        return operator.getitem(item, 0)

    traced()
    [(seen, who)] = found
    assert seen, "AutoGraph no longer makes calls itself; `_AUTOGRAPH` can go"
    assert all(name.startswith(callers._AUTOGRAPH) for name in seen)
    assert who is callers.Caller.IVY
