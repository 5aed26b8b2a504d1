"""Collections of layers keep their class, methods and attributes, however deep they are."""

import collections
from typing import NamedTuple

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy

X = np.ones((1, 2), "float32")


def layer():
    return ivy.Linear(2, 2)


class Spec(ivy.Container):
    def sizes(self):
        return len(self)


class Stack(list):
    def last(self):
        return self[-1]


class Named(dict):
    def first(self):
        return next(iter(self.values()))


class Pair(NamedTuple):
    left: object
    right: object


class Point(tuple):
    def both(self):
        return self[0], self[1]


class Holder(ivy.Module):
    def __init__(self, value):
        self.stages = value
        super().__init__()

    def _forward(self, x):
        for each in self._each():
            x = each(x)
        return x

    def _each(self):
        return list(self._flatten_layers(include_self=False, recursive=False))


@pytest.mark.parametrize("wrap", [lambda c: [c], lambda c: (c,), lambda c: {"k": [c]}, lambda c: c])
@pytest.mark.parametrize(
    ("make", "works"),
    [
        (lambda: ivy.Container(a=layer(), b={"c": layer()}), lambda c: c.cont_map),
        (lambda: Spec(a=layer(), b={"c": layer()}), lambda c: c.sizes()),
        (lambda: Stack([layer(), layer()]), lambda c: c.last()),
        (lambda: Named(a=layer(), b=layer()), lambda c: c.first()),
        (lambda: collections.defaultdict(list, a=[layer(), layer()]), lambda c: c["new"]),
        (lambda: collections.OrderedDict(a=layer(), b=layer()), lambda c: c.move_to_end("a")),
        (lambda: Pair(layer(), [layer()]), lambda c: c._asdict()),
        (lambda: Pair(layer(), ivy.Container(a=layer())), lambda c: c.right.cont_map),
        (lambda: Point((layer(), layer())), lambda c: c.both()),
        (lambda: Point(([layer()], layer())), lambda c: c.both()),
    ],
)
def test_collections_keep_their_class(wrap, make, works, tmp_path):
    net = Holder(wrap(make()))
    found = net.stages
    while not isinstance(found, type(make())) or type(found) in (list, tuple):
        found = next(iter(found.values())) if isinstance(found, dict) else found[0]
    works(found)
    assert len(net.weights) == 4 == len(net.v.flatten()) == len(net.trainable_variables)
    outputs = net(X)
    other = Holder(wrap(make()))
    other(X)
    net.save_weights(tmp_path / "n.weights.h5")
    other.load_weights(tmp_path / "n.weights.h5")
    np.testing.assert_allclose(other(X), outputs)
    path = tf.train.Checkpoint(net=net).write(str(tmp_path / "c"))
    third = Holder(wrap(make()))
    tf.train.Checkpoint(net=third).read(path).assert_existing_objects_matched()
    np.testing.assert_allclose(third(X), outputs)
    net.export(tmp_path / "e", verbose=False)


@pytest.mark.parametrize(
    "grow",
    [
        lambda s: s.append(ivy.Container(a=layer())),
        lambda s: s.extend([ivy.Container(a=layer())]),
        lambda s: s.insert(0, ivy.Container(a=layer())),
        lambda s: s[0].cont_set_at_key_chain("z", layer(), inplace=True),
        lambda s: s[0].__setattr__("z", layer()),
        lambda s: s[1].append(layer()),
        lambda s: s[2]["new"].append(layer()),
        lambda s: s[3].update({"k": [ivy.Container(a=layer())]}),
    ],
)
def test_keras_is_told_what_comes_later(grow):
    net = Holder([ivy.Container(a=layer()), Stack(), collections.defaultdict(list), {}])
    inputs = keras.Input((2,))
    outer = keras.Model(inputs, net(inputs))
    assert len(outer.weights) == 2
    grow(net.stages)
    assert len(outer.weights) == 4
    assert len(outer.trainable_variables) == 4 == len(net.v.flatten())
    containers = [x for x in net.stages if isinstance(x, ivy.Container)]
    assert all(callable(c.cont_map) for c in containers)


def test_containers_of_settings_and_variables_in_collections():
    net = Holder(
        [ivy.Container(size=3, names=["a"]), {"v": ivy.Container(w=keras.Variable([1.0]))}]
    )
    assert net.stages[0].size == 3
    assert [w.shape for w in net.weights] == [(1,)]
    assert list(net.v.flatten()) == ["stages/v1/v/w"]
