"""Classes derived from Container keep class, methods and attributes in whatever makes a copy."""

import copy
import pickle

import keras
import optree
import pytest
import tensorflow as tf

from keras_ivy import Container


class Spec(Container):
    def area(self):
        return self.h * self.w


def spec():
    made = Spec(h=2, w=3)
    made._units, made._tags = "cm", ["a"]
    return made


COPIES = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda s: pickle.loads(pickle.dumps(s)),
    "method": lambda s: s.copy(),
    "cont_copy": lambda s: s.cont_copy(),
    "cont_deep_copy": lambda s: s.cont_deep_copy(),
    "cont_combine": lambda s: s.cont_combine({"z": 1}),
    "merge": lambda s: Container.merge(s, {"z": 1}),
    "set": lambda s: s.set("z", 1),
    "map": lambda s: s.map(lambda x: x),
    "cont_map": lambda s: s.cont_map(lambda x, _: x),
    "map_with_path": lambda s: s.map_with_path(lambda _, x: x),
    "multi_map": lambda s: Container.cont_multi_map(lambda xs, _: xs[0], [s]),
    "select": lambda s: s.cont_slice_keys(slice(0, 2)),
}


@pytest.mark.parametrize("make", COPIES)
def test_class_and_attributes_are_kept(make):
    original = spec()
    made = COPIES[make](original)
    assert type(made) is Spec
    assert made.area() == 6
    if make != "select":
        assert made._units == "cm"
        assert (made._tags is original._tags) == (make not in ("deepcopy", "pickle"))
    nested = Container(a=original, b={"s": original})
    inner = COPIES[make](nested)
    assert type(inner) is Container
    if "b" in inner:
        assert type(inner.b.s) is type(inner.a) is Spec
        assert inner.b.s.area() == 6


def test_combining_returns_branches_of_one_side_as_they_are():
    made = Container(a=1).cont_combine(Container(b=spec(), c={"d": spec()}), {"e": 2})
    assert made.b.area() == made.c.d.area() == 6
    assert made.b._units == "cm"


def test_attributes_of_a_container_itself_and_of_views():
    plain = Container(a=1)
    plain._note = "n"
    assert copy.deepcopy(plain)._note == plain.copy()._note == "n"
    limited = Container(a=1, print_limit=3)
    assert (limited * 2)._config == copy.copy(limited)._config == limited._config


def test_arithmetic_makes_plain_containers_as_in_ivy():
    made = spec()
    for result in (made * 2, 2 * made, made + made, -made, keras.ops.exp(made * 1.0)):
        assert type(result) is Container
    tree = Spec(h=tf.constant(2.0), w=tf.constant(3.0))
    assert type(tf.nest.map_structure(lambda x: x, tree)) is Spec
    assert type(optree.tree_map(lambda x: x, tree)) is Container
    assert type(keras.ops.exp(keras.Variable([1.0]) * Container(a=tf.ones(1)))) is Container
