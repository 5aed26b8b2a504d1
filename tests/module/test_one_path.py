"""Two keys that lead to one path: refused and named, since one layer would hide the other."""

import keras
import numpy as np
import pytest

import keras_ivy as ivy

X = np.ones((1, 2), "float32")


def layer():
    return ivy.Linear(2, 2)


class Holder(ivy.Module):
    def __init__(self, value):
        self.d = value
        super().__init__()


class Plain(keras.Model):
    def __init__(self, value):
        super().__init__()
        self.d = value

    def call(self, x):
        return x


class Thing:
    def __init__(self, **kwargs):
        vars(self).update(kwargs)


CASES = {
    "underscore": (lambda: {"z": layer(), "_z": layer()}, "'z' and '_z'"),
    "number": (lambda: {1: layer(), "1": layer()}, "1 and '1'"),
    "separator": (lambda: {"a.b": layer(), "a/b": layer()}, "'a.b' and 'a/b'"),
    "depth": (lambda: {"a.b": layer(), "a": {"b": layer()}}, None),
    "empty": (lambda: {"": layer(), "_": layer()}, "'' and '_'"),
    "branches": (lambda: {"z": [layer()], "_z": {"v0": layer()}}, "'z' and '_z'"),
    "container": (lambda: ivy.Container(z=layer(), _z=layer()), "'_z' and 'z'"),
    "object": (lambda: Thing(z=layer(), _z=layer()), "'z' and '_z'"),
    "list": (lambda: [{"k": {"z": layer(), "_z": layer()}}], "'z' and '_z'"),
    "variables": (lambda: {"z": keras.Variable([1.0]), "_z": keras.Variable([2.0])}, "'z' and"),
    "seeds": (
        lambda: {"z": keras.layers.Dropout(0.5), "_z": keras.layers.Dropout(0.5)},
        "'z' and",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_two_keys_of_one_path(case):
    make, both = CASES[case]
    match = both or r"d\['a(.b'\]|'\]\['b'\])\" and"
    with pytest.raises(ValueError, match=f"Two keys lead to one path.*Received: .*{match}"):
        Holder(make())
    net = Holder(layer())
    before = list(map(id, net.weights))
    with pytest.raises(ValueError, match="Two keys lead to one path"):
        net.d = make()
    assert list(map(id, net.weights)) == before
    model = Plain(make())
    model(X)
    for use in (ivy.variables, lambda m: ivy.initialize_model(m, "he_normal", seed=1)):
        with pytest.raises(ValueError, match="Two keys lead to one path"):
            use(model)


def test_later_additions_are_refused_too():
    net = Holder({"z": layer()})
    net.d["_z"] = layer()
    with pytest.raises(ValueError, match=r"Two keys.*'z' and '_z'"):
        net.v  # noqa: B018
    with pytest.raises(ValueError, match=r"Two keys.*'z' and '_z'"):
        net.weights  # noqa: B018


@pytest.mark.parametrize("names", [("c", "_c"), ("_c", "c"), ("layers", "_layers")])
def test_attributes_of_one_key(names):
    class Net(ivy.Module):
        def __init__(self):
            setattr(self, names[0], layer())
            setattr(self, names[1], [layer()])
            super().__init__()

    with pytest.raises(ValueError, match=f"Received: '{names[0]}' and '{names[1]}'"):
        Net()


def test_what_is_no_clash():
    shared = layer()
    net = Holder({"z": shared, "_z": shared, "a": 1, "_a": 2, "n": {"x": 1}, "_n": {"x": 2}})
    net.c = net._c = layer()
    net.size, net._size = 3, layer()
    assert sorted(net.v.flatten()) == ["c/b", "c/w", "d/z/b", "d/z/w", "size/b", "size/w"]
    stock = Plain(None)
    stock.c, stock._c = layer(), layer()
    stock(X)
    assert sorted(ivy.variables(stock).flatten()) == ["_c/b", "_c/w", "c/b", "c/w"]
