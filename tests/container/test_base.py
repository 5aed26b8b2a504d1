"""Building, reading and writing a Container, and the errors about it."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from keras_ivy import Container, tree
from keras_ivy.utils.exceptions import IvyException, IvyValueError

PATH = st.lists(st.text("abz_1-", min_size=1, max_size=2), min_size=1, max_size=3).map("/".join)


def make():
    return Container(a=1, b={"c": 2, "d": 3})


def assert_sorted(c):
    assert list(c) == sorted(c)
    for value in c.values():
        if isinstance(value, Container):
            assert_sorted(value)


@given(st.lists(st.tuples(PATH, st.integers()), max_size=8))
def test_keys_stay_sorted_at_every_insertion(pairs):
    c, model = Container(), {}
    for path, value in pairs:
        keys = path.split("/")
        outer = ("/".join(keys[:i]) for i in range(1, len(keys)))
        if any(not isinstance(c.get(prefix, c), Container) for prefix in outer):
            before = c.cont_to_dict()
            with pytest.raises(KeyError, match="is a leaf"):
                c[path] = value
            assert c.cont_to_dict() == before
            continue
        c[path] = value
        inner = model
        *parents, last = path.split("/")
        for key in parents:
            inner = inner.setdefault(key, {})
        inner[last] = value
        assert_sorted(c)
    assert c.cont_to_dict() == model


@given(st.dictionaries(PATH, st.integers(), max_size=6))
def test_construction_equals_insertion_in_any_order(flat):
    prefixes = {p.rsplit("/", i)[0] for p in flat for i in range(1, p.count("/") + 1)}
    flat = {p: v for p, v in flat.items() if p not in prefixes}
    built = Container(flat)
    assert_sorted(built)
    for items in (list(flat.items()), list(reversed(flat.items()))):
        grown = Container()
        for path, value in items:
            grown[path] = value
        assert grown.flatten() == built.flatten() == dict(tree.items(tree.unflatten(flat)))
        assert Container(items).flatten() == built.flatten()


def test_every_way_of_writing_converts_and_sorts():
    ways = {
        "setitem": lambda c: c.__setitem__("aa", {"z": 1, "y": 2}),
        "setattr": lambda c: setattr(c, "aa", {"z": 1, "y": 2}),
        "update": lambda c: c.update({"aa": {"z": 1, "y": 2}}),
        "update_keyword": lambda c: c.update(aa={"z": 1, "y": 2}),
        "update_pairs": lambda c: c.update([("aa", {"z": 1, "y": 2})]),
        "setdefault": lambda c: c.setdefault("aa", {"z": 1, "y": 2}),
        "chains": lambda c: (c.__setitem__("aa/z", 1), c.__setitem__("aa.y", 2)),
    }
    for name, write in ways.items():
        c = make()
        write(c)
        assert type(c.aa) is Container, name
        assert c.flatten() == {"a": 1, "aa/y": 2, "aa/z": 1, "b/c": 2, "b/d": 3}, name
        assert list(c.aa) == ["y", "z"], name


def test_reading_by_chain_attribute_and_get():
    c = make()
    assert c["b/c"] == c["b.c"] == c.b.c == c.get("b/c") == 2
    assert c.get("b/x") is None
    assert c.get("x", 0) == 0
    assert c.pop("b/c") == 2
    assert c.pop("b/c", None) is None
    assert c.setdefault("b/d", 9) == 3
    assert "b/d" in c
    assert "b/c" not in c
    assert 3 not in c


def test_deleting_by_chain_and_attribute():
    c = make()
    del c["b/c"]
    del c.a
    assert c.flatten() == {"b/d": 3}
    c.clear()
    assert not c


def test_dict_protocol():
    c = make()
    assert isinstance(c, dict)
    assert list(c) == list(c.keys()) == ["a", "b"]
    assert [k for k, _ in c.items()] == ["a", "b"]
    assert dict(**c) == {"a": 1, "b": c.b}
    assert {**c, "x": 0}["x"] == 0
    assert len(c) == 2
    assert bool(c)
    assert not Container()
    assert c.popitem()[0] == "b"
    assert Container.fromkeys(["b", "a"], 0).flatten() == {"a": 0, "b": 0}
    match make():
        case {"b": {"c": found}}:
            assert found == 2
        case _:
            pytest.fail("a Container matches as a mapping")


def test_json_and_format_strings():
    assert json.loads(json.dumps(make())) == {"a": 1, "b": {"c": 2, "d": 3}}
    assert f"{Container(a=1)}" == "{\n    a: 1\n}"


def test_shallow_copies_share_and_branch_copies_do_not():
    c = make()
    c.copy().b.c = 7
    assert c.b.c == 7
    c.cont_copy().b.c = 8
    assert c.b.c == 7


def test_construction_never_writes_into_what_it_was_given():
    child = Container(x=1)
    built = Container({"child": child, "child/y": 2})
    assert built.flatten() == {"child/x": 1, "child/y": 2}
    assert child.flatten() == {"x": 1}


def test_options_are_inherited_and_kept():
    c = Container({"b": {"a": 1}}, print_indent=2, alphabetical_keys=False)
    for other in (c, c.b, c * 2, c.map(abs), c.cont_copy(), c.copy(), c.set("z", 1), c.merge({})):
        assert other.cont_config["print_indent"] == 2
        assert other.cont_config["alphabetical_keys"] is False


def test_keys_without_alphabetical_order_iterate_as_inserted():
    c = Container({"z": 1, "a": {"y": 2, "b": 3}}, alphabetical_keys=False)
    assert list(c) == ["z", "a"]
    assert [p for p, _ in (c * 2).cont_to_iterator()] == ["z", "a/y", "a/b"]
    assert list(c.map(abs)) == ["z", "a"]
    assert list(c.flatten()) == ["a/b", "a/y", "z"]


@pytest.mark.parametrize(
    ("key", "kind", "sentence"),
    [
        (3, TypeError, "keys of a Container are strings.*Received: key=3 of type int"),
        (None, TypeError, "Received: key=None"),
        (("a", "b"), TypeError, "keys of a Container are strings"),
        ("", ValueError, "cannot be the empty string"),
        ("a//b", ValueError, "cannot be the empty string. Received: key='a//b'"),
        ("/a", ValueError, "cannot be the empty string"),
        ("a/", ValueError, "cannot be the empty string"),
        ("a/x", KeyError, "'a' is a leaf"),
        ("b/c/d/e", KeyError, "'b/c' is a leaf.*Received: key='b/c/d/e'"),
    ],
)
def test_bad_keys_are_errors_and_change_nothing(key, kind, sentence):
    c = make()
    for write in (
        lambda: c.__setitem__(key, 0),
        lambda: c.update({"b": 0, key: 0}) if kind is not KeyError else c.__setitem__(key, 0),
    ):
        with pytest.raises(kind, match=sentence) as caught:
            write()
        assert isinstance(caught.value, IvyException)
        assert c.flatten() == make().flatten()


@pytest.mark.parametrize("key", [None, 1.5, True, ("a",), "", "a//b"])
def test_bad_keys_at_construction(key):
    with pytest.raises((TypeError, ValueError), match="Received: key="):
        Container({key: 1})


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("layr", "Did you mean 'layer'"),
        ("layer/kernl", "Did you mean 'layer/kernel'"),
        ("layer/kernel/x", "Unknown key chain"),
        ("a//b", "Unknown key chain"),
    ],
)
def test_unknown_keys_name_the_nearest(key, sentence):
    c = Container(layer={"kernel": 1, "bias": 2})
    for read in (lambda: c[key], lambda: c.pop(key), lambda: c.__delitem__(key)):
        with pytest.raises((KeyError, ValueError)) as caught:
            read()
        assert isinstance(caught.value, IvyException)
    with pytest.raises(KeyError, match=sentence):
        c[key]


def test_unknown_key_of_a_large_container_is_short():
    c = Container({f"key_{i}": i for i in range(600)})
    with pytest.raises(KeyError) as caught:
        c["nope"]
    assert len(str(caught.value)) < 300


def test_unknown_attributes():
    assert not hasattr(Container(), "anything")
    assert not hasattr(make(), "anything")
    with pytest.raises(AttributeError, match="Did you mean 'weights'") as caught:
        _ = Container(weights=1).weight
    assert isinstance(caught.value, IvyException)
    with pytest.raises(AttributeError, match="nope"):
        del make().nope


def test_attribute_that_is_a_method_cannot_be_set():
    c = make()
    with pytest.raises(AttributeError, match=r"container\['keys'\] = "):
        c.keys = 3
    c["keys"] = 3
    assert c["keys"] == 3
    assert callable(c.keys)


def test_attributes_of_the_leaves():
    c = Container(a=tf.zeros((2, 3)), b={"c": tf.ones(4)})
    assert c.shape.flatten() == {"a": (2, 3), "b/c": (4,)}
    assert c.dtype == "float32"
    assert c.numpy().b.c.tolist() == [1.0] * 4
    assert Container(a="x", b={"c": "y"}).upper.flatten() == {"a": "X", "b/c": "Y"}
    assert not hasattr(c, "upper")
    assert not hasattr(Container(a="x"), "split"[:-1])


@pytest.mark.parametrize("wrap", [np.array, tf.constant, keras.Variable, tf.Variable])
@pytest.mark.parametrize(
    "query", [2, -1, slice(1, None), [2, 0, -1], np.array([1, 1]), np.array([True, False, True])]
)
def test_leaves_are_indexed_as_numpy_does(wrap, query):
    vector, matrix = np.float32([5.0, 6.0, 7.0]), np.arange(6, dtype="float32").reshape(3, 2)
    c = Container(a=wrap(vector), b={"c": wrap(matrix)}, s=wrap(np.float32(3.0)))
    for q in (query, tf.constant(query)) if isinstance(query, np.ndarray) else (query,):
        got = c[q]
        np.testing.assert_array_equal(got.a, vector[query])
        np.testing.assert_array_equal(got.b.c, matrix[query])
        assert float(got.s) == 3.0


def test_methods_of_variables_are_called_leaf_by_leaf():
    v = Container(a=tf.Variable([1.0]), b={"c": tf.Variable(2.0)})
    v.assign_add(v * 10.0)
    assert v.numpy().flatten() == {"a": [11.0], "b/c": 22.0}


def test_asking_for_an_attribute_does_not_call_methods_that_change_leaves():
    c = Container(a=[3, 1, 2])
    c.sort  # noqa: B018
    assert c.a == [3, 1, 2]


def test_a_container_cannot_hold_itself():
    c = make()
    for key in ("b/self", "self"):
        with pytest.raises(ValueError, match="cannot hold itself"):
            c[key] = c
    with pytest.raises(ValueError, match="cannot hold itself"):
        c.b["up"] = Container(x=c)
    assert c.flatten() == make().flatten()


@pytest.mark.parametrize("source", [3, "ab", [1, 2], [("a", 1, 2)], tf.zeros(2), np.zeros((2, 2))])
def test_construction_from_something_else_is_an_error(source):
    with pytest.raises(TypeError, match="built from a mapping"):
        Container(source)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"ivyh": 3}, "`ivyh` can only be None. Received: ivyh=3"),
        ({"build_callable": True}, "can only be False"),
        ({"types_to_iteratively_nest": [dict]}, "sequence of list and tuple types"),
    ],
)
def test_options_without_a_meaning_are_errors(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        Container({"a": 1}, **options)


def test_mappings_of_other_kinds_convert():
    import collections
    import types

    for source in (collections.OrderedDict(b=1, a=2), types.MappingProxyType({"b": 1, "a": 2})):
        c = Container(source)
        assert c.flatten() == {"a": 2, "b": 1}
        assert type(Container(x=source).x) is Container


def test_whole_number_keys_become_strings_at_construction():
    assert list(Container({0: "x", 1: {2: "y"}}).flatten()) == ["0", "1/2"]


def test_deep_nesting_is_no_problem():
    c = Container()
    c["/".join("k" * 100)] = tf.constant(1.0)
    assert float((c + c).norm()) == 2.0
    assert len(repr(c)) > 100


def test_keras_tensors_as_leaves_print_and_calculate():
    x = keras.Input((3,))
    assert "keras.KerasTensor> shape=[None, 3]" in repr(Container(x=x))
    assert (Container(x=x) * 2.0).x.shape == (None, 3)


@pytest.mark.parametrize(
    ("mapping", "first", "second"),
    [
        ({1: 2, "1": 3}, "1", "'1'"),
        ({"1": 3, 1: 2}, "'1'", "1"),
        ({"a/b": 1, "a.b": 2}, "'a/b'", "'a.b'"),
        ({"x": {"y": {1: 2, "1": 3}}}, "1", "'1'"),
        ([(7, "int"), ("7", "text")], "7", "'7'"),
    ],
)
def test_keys_that_would_become_one_are_refused(mapping, first, second):
    with pytest.raises(IvyValueError, match=f"Received: {first} and {second}$"):
        Container(mapping)


def test_value_given_inside_and_as_a_chain_is_refused():
    with pytest.raises(IvyValueError, match="gives 'a/b' twice: inside 'a'"):
        Container({"a": {"b": 1}, "a/b": 2})
    assert Container({"a": {"b": 1}, "a/c": 2}) == Container(a={"b": 1, "c": 2})


def test_refused_keys_change_nothing():
    c = Container(a=1, b={"c": 2})
    for change in (c.__setitem__, c.set):
        with pytest.raises(IvyValueError, match="one key of a Container"):
            change("b", {1: 2, "1": 3})
    assert c == Container(a=1, b={"c": 2})


def test_keywords_still_replace_what_the_mapping_gives():
    assert Container({"a": 1, 2: 3}, a=4) == Container({"a": 4, "2": 3})
    assert Container({"a/b": 1}, **{"a.b": 2}) == Container({"a": {"b": 2}})
