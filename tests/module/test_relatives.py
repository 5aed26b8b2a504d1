"""The modules above and below one, by the names of Ivy before 1.0, and `_dev`."""

import gc

import keras
import numpy as np
import pytest

import keras_ivy as ivy


class Net(ivy.Module):
    def __init__(self):
        self.layers = [ivy.Linear(2, 3), ivy.Sequential(ivy.Tanh(), ivy.Linear(3, 1))]
        super().__init__()

    def _build(self, *args, **kwargs):
        self.seen = self._dev, self._device

    def _forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


def test_modules_know_their_place():
    net = Net()
    inner = net.layers[1][1]
    assert [m.mod_depth() for m in (net, net.layers[0], inner)] == [0, 1, 2]
    assert [m.mod_height() for m in (net, net.layers[0], net.layers[1])] == [2, 0, 1]
    assert net.top_mod is None
    assert net.top_v is None
    assert inner.top_mod() is net
    assert inner.top_mod(1) is net.layers[1]
    assert inner.top_mod(depth=0) is inner
    assert list(inner.top_v(1).flatten()) == ["submodules/v1/b", "submodules/v1/w"]
    assert "layers__v1__submodules__v1__w" in inner.top_v(flatten_key_chains=True)
    with pytest.raises(ValueError, match=r"there are 2 modules above.*depth=3"):
        inner.top_mod(3)


def test_variables_are_shown_under_the_keys_above(capsys):
    net = Net()
    inner = net.layers[1][1]
    above = inner.v_with_top_v_key_chains()
    assert list(above.flatten()) == ["layers/v1/submodules/v1/b", "layers/v1/submodules/v1/w"]
    assert above.layers.v1.submodules.v1.w is inner.v.w
    assert list(inner.v_with_top_v_key_chains(depth=0).flatten()) == ["b", "w"]
    inner.show_v_in_top_v()
    assert "submodules" in capsys.readouterr().out
    assert list(net.v_with_top_v_key_chains().flatten()) == list(net.v.flatten())


def test_layers_inside_by_key():
    net = Net()
    shown = net.sub_mods(show_v=False)
    assert list(shown.flatten()) == [
        "layers/v0",
        "layers/v1/submodules/v0",
        "layers/v1/submodules/v1",
    ]
    assert shown.layers.v1.submodules.v0.startswith("Tanh(")
    assert net.sub_mods().layers.v0.w is net.v.layers.v0.w
    assert net.sub_mods(depth=1, show_v=False).layers.v1.startswith("Sequential(")
    assert next(iter(net.sub_mods(flatten_key_chains=True))) == "layers__v0__b"
    assert net.layers[0].sub_mods(show_v=False).startswith("Linear(")


def test_stock_layers_inside_count():
    class Mixed(ivy.Module):
        def __init__(self):
            self._body = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3), ivy.Tanh()])
            super().__init__()

        def _forward(self, x):
            return self._body(x)

    net = Mixed()
    assert net.mod_height() == 2
    assert list(net.sub_mods(show_v=False).flatten()) == ["body/layers/v0", "body/layers/v1"]
    assert net.sub_mods().body.layers.v0.kernel.shape == (2, 3)


def test_a_module_in_two_is_in_the_first_while_that_holds_it():
    shared = ivy.Linear(2, 2)
    first, second = ivy.Sequential(shared), ivy.Sequential(shared)
    assert shared.top_mod() is first
    del first
    gc.collect()
    third = ivy.Sequential(shared)
    assert shared.top_mod() in (second, third)


def test_a_module_that_is_taken_out_is_in_none():
    net = Net()
    layer = net.layers[0]
    del net.layers
    assert net.v is not None
    assert layer.top_mod is None


def test_ivys_names_of_the_device():
    net = Net()
    assert net.seen == ("cpu", "cpu")
    assert net._dev == net._device == net.device
    net._device = "cpu:0"
    assert net._device == "cpu:0"
    assert np.shape(net(np.ones((1, 2), "float32"))) == (1, 1)
    with pytest.raises(AttributeError, match=r"'Net' object has no attribute '_devices'"):
        net._devices  # noqa: B018


class Told(ivy.Module):
    """A program in the style of Ivy's own layers."""

    def __init__(self, width, **options):
        self.width = width
        super().__init__(width, gain=2.0, **options)

    def _build(self, width, gain):
        self.seen = {name: getattr(self, f"_{name}") for name in PRIVATE}
        self._layer = ivy.Linear(width, 1, device=self._device, dtype=self._dtype)

    def _forward(self, x):
        return self._layer(x)


PRIVATE = ("args", "built", "build_mode", "kwargs", "store_vars", "training", "with_partial_v")


def test_what_ivys_modules_keep_under_private_names():
    told = Told(3, dtype="float64", training=False, with_partial_v=True, build_mode="explicit")
    told.build()
    assert told.seen == {
        "args": (3,),
        "built": False,
        "build_mode": "explicit",
        "kwargs": {"gain": 2.0},
        "store_vars": True,
        "training": False,
        "with_partial_v": True,
    }
    assert told._built
    assert told._dtype == told._layer.v.w.dtype == "float64"
    assert list(told._v.flatten()) == ["layer/b", "layer/w"]
    assert told.train()._training


def test_the_private_dtype_is_that_of_variables_whatever_is_computed_in():
    told = Told(2, dtype="mixed_float16")
    assert (told._dtype, told._layer.compute_dtype) == ("float32", "float32")


def test_private_names_are_free_for_the_program(tmp_path):
    class Sets(ivy.Module):
        def __init__(self, kind="a text"):
            self._dtype, self._args, self._training = kind, [1, 2], None
            super().__init__()

        def _forward(self, x):
            return x

    module = Sets()
    assert (module._dtype, list(module._args), module._training) == ("a text", [1, 2], None)
    module.save(tmp_path / "m.keras")
    again = ivy.Module.load(tmp_path / "m.keras", custom_objects={"Sets": Sets})
    assert again._dtype == "a text"


@pytest.mark.parametrize("name", ["show_graph", "trace_graph"])
def test_what_draws_graphs_says_what_to_use(name):
    with pytest.raises(AttributeError, match=rf"`tf\.function\(fn\)`.* Received: {name}$"):
        getattr(ivy.Identity(), name)
    assert not hasattr(ivy.Identity(), name)
