"""Configs that nobody wrote, and which class a file means."""

import os
import runpy
import subprocess
import sys
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from tests.module.nets import Net, X, values


class Everything(ivy.Module):
    """An argument of every kind."""

    def __init__(
        self,
        size,
        *more,
        layer=None,
        init=ivy.GlorotUniform(),  # noqa: B008
        sizes=(1, 2),
        options=None,
        activation=keras.activations.relu,
        array=None,
        **kwargs,
    ):
        self.layer, self.init, self.activation = layer, init, activation
        self.told = (size, more, sizes, options, array)
        super().__init__(**kwargs)

    def _forward(self, x):
        return self.activation(self.layer(x))


class ByPosition(ivy.Module):
    def __init__(self, a, /, b, *, c=3):
        self.told = (a, b, c)
        super().__init__()


class NoExtras(ivy.Module):
    """Takes neither a name nor a dtype."""

    def __init__(self, hidden=2):
        self.parts = [ivy.Linear(3, hidden)]
        super().__init__()

    def _forward(self, x):
        return self.parts[0](x)


def again(module):
    return type(module).from_config(module.get_config())


def test_arguments_of_every_kind_come_back():
    module = Everything(
        7,
        "a",
        2.5,
        layer=keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]),
        init=ivy.Siren(w0=3.0),
        sizes=(4, 5),
        options={"deep": [1, {"er": None}]},
        activation=keras.activations.tanh,
        array=np.array([1.0, 2.0]),
        name="mine",
        trainable=False,
        dtype="float64",
    )
    other = again(module)
    size, more, sizes, options, array = other.told
    assert (size, tuple(more), tuple(sizes)) == (7, ("a", 2.5), (4, 5))
    assert options == {"deep": [1, {"er": None}]}
    np.testing.assert_array_equal(array, [1.0, 2.0])
    assert other.init.get_config() == module.init.get_config()
    assert other.activation is keras.activations.tanh
    assert (other.name, other.trainable, other.dtype) == ("mine", False, "float64")
    assert other.layer is not module.layer
    assert [w.shape for w in other.layer.weights] == [w.shape for w in module.layer.weights]


def test_defaults_are_written_down():
    config = Everything(1).get_config()
    assert config["init"]["class_name"] == "GlorotUniform"
    assert config["size"] == 1
    assert not {"v", "buffers", "device"} & set(config)


def test_positional_only_and_keyword_only_arguments_come_back():
    assert again(ByPosition(1, 2, c=4)).told == (1, 2, 4)


def test_modules_that_take_no_extras_keep_name_and_dtype():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        module = NoExtras(hidden=5)
    finally:
        keras.config.set_dtype_policy("float32")
    module.trainable = False
    other = again(module)
    assert (other.name, other.trainable, other.compute_dtype) == (module.name, False, "bfloat16")
    assert other.parts[0].compute_dtype == "bfloat16"
    assert other(X).dtype == "bfloat16"
    assert keras.config.dtype_policy().name == "float32"


def test_v_is_not_part_of_a_config_but_of_the_file(tmp_path):
    source = Net()
    module = Net(v=source.v * 2.0)
    module(X)
    module.save(tmp_path / "m.keras")
    loaded = keras.saving.load_model(tmp_path / "m.keras")
    for path, value in values(module.v).items():
        np.testing.assert_array_equal(loaded.v[path], value)


@pytest.mark.parametrize("value", [object(), tf.data.Dataset.range(3), {"a": [object()]}])
def test_arguments_that_cannot_be_encoded_are_named(value):
    module = Everything(value)
    with pytest.raises(TypeError, match=r"(?s)config of Everything cannot hold.*'size'.*Received"):
        module.get_config()
    assert again(Everything(1)).told[0] == 1


def test_a_config_of_ones_own_is_used():
    class Own(ivy.Module):
        def __init__(self, size, **kwargs):
            super().__init__(**kwargs)
            self.size = size.value

        def get_config(self):
            return {**super().get_config(), "size": self.size}

        @classmethod
        def from_config(cls, config):
            return cls(types.SimpleNamespace(value=config.pop("size")), **config)

    module = Own(types.SimpleNamespace(value=4), name="own")
    assert (again(module).size, again(module).name) == (4, "own")
    assert keras.models.clone_model(module).size == 4


def make(module_name, qualname, size):
    """A class called `Twin`, as if defined in a module of that name."""

    def init(self):
        self.part = ivy.Linear(size, size)
        ivy.Module.__init__(self)

    return type(
        "Twin",
        (ivy.Module,),
        {
            "__init__": init,
            "__module__": module_name,
            "__qualname__": qualname,
            "_forward": lambda self, x: self.part(x),
        },
    )


def test_two_classes_of_one_name_do_not_mix(tmp_path):
    first, second = make("pkg_a", "Twin", 2), make("pkg_b", "Twin", 3)
    for index, (cls, size) in enumerate([(first, 2), (second, 3)]):
        module = cls()
        module(np.ones((1, size), "float32"))
        module.save(tmp_path / f"{index}.keras")
    for index, cls in enumerate([first, second]):
        assert type(keras.saving.load_model(tmp_path / f"{index}.keras")) is cls
    nested = ivy.Sequential(first(), first())
    assert all(type(layer) is first for layer in again(nested))


def test_a_class_that_is_gone_is_not_guessed_among_several():
    config = make("pkg_gone", "Gone.Twin", 2)().get_config()
    config["ivy_class"] = "elsewhere:Twin"
    make("pkg_c", "Twin", 2)
    with pytest.raises(ValueError, match=r"Several classes are named 'Twin'.*elsewhere:Twin"):
        make("pkg_d", "Twin", 3).from_config(config)


def test_the_config_of_another_class_is_taken_as_asked():
    class Sub(NoExtras):
        pass

    module = Sub.from_config(NoExtras(hidden=4).get_config())
    assert type(module) is Sub
    assert module.parts[0].v.w.shape == (4, 3)


DEFINE = """
import sys
import numpy as np
import keras
import keras_ivy as ivy

class Small(ivy.Module):
    def __init__(self, size):
        self.body = [keras.layers.Dense(size), ivy.Linear(size, 1)]
        ivy.Module.__init__(self)

    def _forward(self, x):
        return self.body[1](self.body[0](x))

x = np.ones((2, 3), "float32")

def save(name):
    m = Small(4)
    np.save(f"{sys.argv[1]}/{name}.npy", m(x))
    m.save(f"{sys.argv[1]}/{name}.keras")

def load(name):
    m = keras.saving.load_model(f"{sys.argv[1]}/{name}.keras")
    np.testing.assert_array_equal(m(x), np.load(f"{sys.argv[1]}/{name}.npy"))
"""


def run(tmp_path, code):
    env = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(tmp_path)}
    result = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, env=env
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.slow
def test_a_file_opens_wherever_the_class_is_defined(tmp_path, monkeypatch):
    (tmp_path / "small_net.py").write_text(DEFINE)
    (tmp_path / "script.py").write_text(DEFINE + "save('script')")
    imported = "from small_net import *\n"
    # Whoever saves may know of anything; processes that load know of their own class alone.
    monkeypatch.setattr(sys, "argv", ["script.py", str(tmp_path)])
    runpy.run_path(str(tmp_path / "script.py"), run_name="__main__")
    run(tmp_path, imported + "load('script'); save('module')")
    run(tmp_path, DEFINE + "load('script'); load('module')")


def test_registered_names():
    assert keras.saving.get_registered_name(ivy.Linear) == "keras_ivy>Linear"
    assert keras.saving.get_registered_name(Net) == "keras_ivy.user>Net"
    assert keras.saving.get_registered_object("keras_ivy.user>NoExtras") is NoExtras


def test_a_name_that_the_user_registers_stays():
    @keras.saving.register_keras_serializable("mine", "Special")
    class Special(ivy.Module):
        pass

    assert keras.saving.get_registered_name(Special) == "mine>Special"
    config = keras.saving.serialize_keras_object(Special())
    assert type(keras.saving.deserialize_keras_object(config)) is Special
