"""Attributes of modules: what is found, what Keras reserves, what changes later."""

import collections
import inspect
import pydoc
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from tests.module.nets import Net, Scale, X, values


def paths(module):
    return list(module.v.flatten())


def same_variables(module):
    """`v` and Keras agree, and Keras counts nothing twice."""
    assert sorted(map(id, module.v.flatten().values())) == sorted(map(id, module.weights))


class Holder(ivy.Module):
    def __init__(self, **attributes):
        for name, value in attributes.items():
            setattr(self, name, value)
        super().__init__()

    def _forward(self, x):
        return x


Pair = collections.namedtuple("Pair", ["left", "right"])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (lambda: Scale(), ["a/w"]),
        (lambda: [Scale(), [Scale()]], ["a/v0/w", "a/v1/v0/w"]),
        (lambda: (Scale(), {"k": Scale()}), ["a/v0/w", "a/v1/k/w"]),
        (lambda: Pair(Scale(), Scale()), ["a/v0/w", "a/v1/w"]),
        (lambda: {"_x": Scale(), 1: Scale()}, ["a/1/w", "a/x/w"]),
        (lambda: collections.OrderedDict(z=Scale(), b=Scale()), ["a/b/w", "a/z/w"]),
        (lambda: types.SimpleNamespace(inner=[Scale()]), ["a/inner/v0/w"]),
        (lambda: ivy.Container(m=Scale()), ["a/m/w"]),
        (lambda: keras.Variable([1.0]), ["a"]),
        (lambda: [keras.Variable([1.0])], ["a/v0"]),
        (
            lambda: ivy.Sequential(Scale(), ivy.ReLU(), Scale()),
            ["a/submodules/v0/w", "a/submodules/v2/w"],
        ),
    ],
)
def test_variables_are_found_wherever_they_are(value, expected):
    for module in (Holder(a=value()), Holder(_a=value())):
        assert paths(module) == expected
        same_variables(module)


def test_sublayers_added_and_deleted_later():
    module = Holder(a=Scale())
    w = module.a.v.w
    module.b = Scale()
    assert paths(module) == ["a/w", "b/w"]
    assert module.v.a.w is w
    same_variables(module)
    del module.a
    assert paths(module) == ["b/w"]
    same_variables(module)
    module.b = Scale(size=5)
    assert module.v.b.w.shape == (5,)
    same_variables(module)


def test_lists_and_dicts_that_change_later():
    module = Holder(items=[Scale()], named={"a": Scale()}, nested=[[Scale()]])
    module.items.append(Scale())
    assert paths(module)[:2] == ["items/v0/w", "items/v1/w"]
    same_variables(module)
    module.items[0] = module.items[1]
    assert paths(module)[:2] == ["items/v0/w", "named/a/w"]
    same_variables(module)
    module.named["b"] = Scale()
    del module.named["a"]
    module.nested[0].append(Scale())
    assert paths(module) == ["items/v0/w", "named/b/w", "nested/v0/v0/w", "nested/v0/v1/w"]
    same_variables(module)
    module.items.pop()
    module.items.clear()
    module.named.clear()
    module.nested[0].pop(0)
    assert paths(module) == ["nested/v0/v0/w"]
    same_variables(module)


def test_a_layer_in_two_places_stays_until_the_last_is_gone():
    scale = Scale()
    module = Holder(z=scale, items=[scale])
    assert paths(module) == ["items/v0/w"]
    module.items.pop()
    assert paths(module) == ["z/w"]
    same_variables(module)


def test_late_builds_of_stock_layers_show_up():
    class Deep(ivy.Module):
        def __init__(self):
            self.body = [keras.Sequential([keras.layers.Dense(2)]), Scale()]
            super().__init__()

        def _forward(self, x):
            return self.body[1](self.body[0](x))

    module = Deep()
    assert paths(module) == ["body/v1/w"]
    module(X)
    assert paths(module) == ["body/v0/layers/v0/bias", "body/v0/layers/v0/kernel", "body/v1/w"]
    same_variables(module)


def test_frozen_stock_variables_leave_v_and_ivys_stay():
    class Both(ivy.Module):
        def __init__(self):
            self.stock, self.ours = keras.layers.Dense(2), ivy.Linear(2, 2)
            super().__init__()

        def _forward(self, x):
            return self.ours(self.stock(x))

    module = Both()
    module(X)
    assert len(module.v.flatten()) == 4
    module.trainable = False
    assert paths(module) == ["ours/b", "ours/w"]
    module.stock.trainable = True
    assert len(module.v.flatten()) == 4


RESERVED = [
    "weights",
    "variables",
    "trainable_variables",
    "trainable_weights",
    "non_trainable_variables",
    "losses",
    "metrics",
    "input",
    "output",
    "dtype",
    "path",
    "summary",
    "fit",
    "build",
    "call",
    "name",
    "loss",
    "optimizer",
    "trainable",
    "training",
    "device",
    "buffers",
    "_losses",
    "_metrics",
    "_trainable_variables",
]


@pytest.mark.parametrize("name", RESERVED)
@pytest.mark.parametrize("first", [False, True])
def test_names_that_keras_needs_are_refused(name, first):
    class Reserved(ivy.Module):
        def __init__(self):
            if first:
                super().__init__()
            setattr(self, name, [Scale()])
            super().__init__()

    with pytest.raises(AttributeError, match=f"'{name}'.*such as `my_{name.strip('_')}`"):
        Reserved()


@pytest.mark.parametrize("name", ["training", "trainable", "built", "device", "name"])
def test_names_with_a_meaning_can_be_set_to_what_they_mean(name):
    module = Scale()
    value = {"device": "cpu", "name": "other"}.get(name, False)
    setattr(module, name, value)
    assert getattr(module, name) == value


def test_a_property_of_the_users_own_may_take_layers():
    class Wrapped(ivy.Module):
        @property
        def encoder(self):
            return self._encoder

        @encoder.setter
        def encoder(self, layer):
            self._encoder = layer

        def __init__(self):
            self.encoder = Scale()
            super().__init__()

    assert paths(Wrapped()) == ["encoder/w"]


def test_refused_attributes_leave_the_module_as_it_was():
    module = Net()
    before, names = values(module.v), set(vars(module))
    for name in RESERVED:
        if name not in ("loss", "optimizer", "name"):
            with pytest.raises(AttributeError):
                setattr(module, name, Scale())
    assert {n for n in vars(module) if not n.startswith("_ivy")} == {
        n for n in names if not n.startswith("_ivy")
    }
    assert list(values(module.v)) == list(before)
    np.testing.assert_array_equal(module(X).shape, (8, 1))


def test_a_cycle_is_refused_before_it_exists():
    outer = Holder(inner=Holder(scale=Scale()))
    for attempt in (
        lambda: setattr(outer.inner, "back", outer),
        lambda: setattr(outer.inner, "back", [{"a": outer}]),
        lambda: setattr(outer, "me", outer),
    ):
        with pytest.raises(ValueError, match="A module cannot hold itself"):
            attempt()
    assert paths(outer) == ["inner/scale/w"]
    assert not hasattr(outer.inner, "back")


def test_a_cycle_through_a_list_is_reported_when_it_is_met():
    outer = Holder(items=[])
    outer.items.append(outer)
    with pytest.raises(ValueError, match="cannot hold itself: 'items/v0' leads back to the root"):
        outer.v  # noqa: B018


def test_a_plain_object_may_point_back():
    module = Holder(scale=Scale())
    outer = Holder(inner=module, other=Scale())
    module.trainer = types.SimpleNamespace(models=[module, outer], extra=Scale(), steps=3)
    module.trainer.itself = module.trainer
    assert paths(module) == ["scale/w", "trainer/extra/w"]
    assert paths(outer) == ["inner/scale/w", "inner/trainer/extra/w", "other/w"]
    same_variables(module)
    same_variables(outer)
    assert module(X) is not None


def test_containers_stay_containers():
    module = Holder(settings=ivy.Container(a=1, b={"c": 2}))
    assert isinstance(module.settings, ivy.Container)
    assert module.settings.b.c == 2


def test_deleting_and_writing_through_v():
    module = Holder(a=Scale())
    module.v.a.w = [5.0, 6.0]
    np.testing.assert_array_equal(module.a.v.w, [5.0, 6.0])
    module.v["a/w"] = tf.constant([7.0, 8.0])
    np.testing.assert_array_equal(module.a.v.w, [7.0, 8.0])
    module.v.a = {"w": [1.0, 1.0]}
    np.testing.assert_array_equal(module.a.v.w, [1.0, 1.0])
    module.v += 1.0
    module.v.a.w *= 3.0
    np.testing.assert_array_equal(module.a.v.w, [6.0, 6.0])
    for attempt in (
        lambda: module.v.pop("a"),
        lambda: module.v.__delitem__("a/w"),
        lambda: delattr(module.v.a, "w"),
    ):
        with pytest.raises(TypeError, match="cannot be deleted through `v`"):
            attempt()
    with pytest.raises(ValueError, match="no variable at 'b'"):
        module.v.b = tf.ones(1)
    assert paths(module) == ["a/w"]


def test_copies_of_v_are_plain_containers():
    module = Holder(a=Scale())
    copy = module.v.copy()
    copy["b"] = 3
    del copy["a"]
    snapshot = module.v.cont_deep_copy()
    module.v = module.v * 0.0
    np.testing.assert_array_equal(snapshot.a.w, [2.0, 2.0])
    assert type(module.v) is type(snapshot) is ivy.Container
    tf.nest.assert_same_structure(module.v, snapshot)
    keras.tree.assert_same_structure(module.v, snapshot)


def test_v_shows_the_values_of_now():
    module = Holder(a=Scale())
    v = module.v
    module.a.v = {"w": [9.0, 9.0]}
    np.testing.assert_array_equal(v.a.w, [9.0, 9.0])


def test_an_own_variable_and_an_attribute_of_one_key():
    class Clash(Scale):
        def __init__(self):
            self._w = ivy.Linear(1, 1)
            super().__init__()

    with pytest.raises(ValueError, match=r"both a variable of its own and an attribute at.*'w'"):
        Clash()


def test_help_shows_the_arguments_of_the_constructor():
    class Wide(ivy.Module):
        def __init__(self, width, depth=2, *, dtype=None):
            super().__init__(dtype=dtype)

        def _forward(self, x):
            return x

    assert str(inspect.signature(Wide)) == "(width, depth=2, *, dtype=None)"
    assert "Wide(width, depth=2, *, dtype=None)" in pydoc.plain(pydoc.render_doc(Wide))


class IntoDict:
    """Sets attributes as some of Ivy's models do, past every other class."""

    def __setattr__(self, name, value):
        self.__dict__[name] = value


class Direct(IntoDict, Net):
    pass


class Below(Direct):
    def __setattr__(self, name, value):
        super().__setattr__(name, value)


@pytest.mark.parametrize("kind", [Direct, Below])
def test_what_an_own_setattr_writes_into_dict_is_set(kind):
    module = kind()
    same_variables(module)
    assert module.first in module.layers
    start = module.v.to_numpy()
    module.v = start.map(lambda w: w + 0.5)
    w = {path: value + 0.5 for path, value in start.flatten().items()}
    hidden = np.tanh(X @ w["first/w"].T + w["first/b"])
    expected = hidden @ w["second/w"].T + w["second/b"]
    np.testing.assert_allclose(module(X), expected, rtol=1e-5, atol=1e-6)
    module.training = False
    assert not module.training
    module.trainable = False
    assert module.trainable_variables == []
    with pytest.raises(ValueError, match="first/w"):
        module.v = {"second": module.v.second}
    assert not {"v", "training", "trainable"} & set(vars(module))
    np.testing.assert_array_equal(module.v.first.b, start.first.b + 0.5)


def test_a_layer_that_an_own_setattr_writes_into_dict_is_replaced():
    module = Direct()
    module.first = ivy.Linear(3, 4)
    module.extra = [ivy.Linear(1, 1)]
    same_variables(module)
    assert paths(module)[:4] == ["extra/v0/b", "extra/v0/w", "first/b", "first/w"]
    with pytest.raises(ValueError, match="cannot hold itself"):
        module.first = module
    assert isinstance(module.first, ivy.Linear)


def test_an_own_setattr_that_passes_on_changed_values_or_refuses_is_left_alone():
    class Counting(Net):
        def __setattr__(self, name, value):
            if name == "closed":
                raise PermissionError(name)
            if name == "share":
                value = float(value)
            super().__setattr__(name, value)

    module = Counting()
    module.share = 1
    assert isinstance(module.share, float)
    with pytest.raises(PermissionError):
        module.closed = ivy.Linear(1, 1)
    assert "closed" not in vars(module)
    same_variables(module)
