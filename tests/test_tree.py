"""Pure functions on nested dicts."""

import pickle

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from keras_ivy import SGD, Container, tree
from keras_ivy.tree import edit, keys, maps, rekey, select

KEYS = st.text("abc-_019", min_size=1, max_size=3)
LEAVES = st.integers() | st.floats(allow_nan=False) | st.none() | st.lists(st.integers())
TREES = st.recursive(
    st.dictionaries(KEYS, LEAVES, min_size=1, max_size=4),
    lambda inner: st.dictionaries(KEYS, inner | LEAVES, min_size=1, max_size=4),
    max_leaves=12,
)


def ordered(node):
    """The keys of every level in the order in which they iterate."""
    return [(k, ordered(v)) if isinstance(v, dict) else k for k, v in node.items()]


@given(TREES)
def test_flatten_then_unflatten_is_identity_and_sorted(nested):
    back = tree.unflatten(tree.flatten(nested))
    assert back == nested
    assert ordered(back) == ordered(tree.core._sorted(nested))


@given(TREES)
def test_order_of_insertion_does_not_matter(nested):
    def reverse(node):
        return {k: reverse(v) if isinstance(v, dict) else v for k, v in reversed(node.items())}

    assert list(tree.flatten(reverse(nested)).items()) == list(tree.flatten(nested).items())


@given(TREES)
def test_container_and_dict_flatten_alike(nested):
    assert Container(nested).flatten() == tree.flatten(nested)
    assert Container(nested).cont_to_dict() == nested
    assert list(Container(nested).flatten()) == tree.paths(nested)


@given(TREES)
def test_map_of_identity_is_identity(nested):
    assert tree.map(lambda x: x, nested) == nested
    assert tree.map_with_path(lambda path, x, y: (path, x is y), nested, nested) == tree.unflatten(
        {path: (path, True) for path in tree.paths(nested)}
    )


def test_paths_sort_by_level_not_by_string():
    # As strings "a-b" < "a/b"; by levels "a" < "a-b".
    assert tree.paths({"a-b": 1, "a": {"b": 2}}) == ["a/b", "a-b"]


def test_items_include_empty_branches_if_asked():
    nested = {"a": {}, "b": {"c": {}, "d": 1}}
    assert tree.paths(nested) == ["b/d"]
    assert [p for p, _ in tree.items(nested, include_empty=True)] == ["a", "b/c", "b/d"]


def test_map_keeps_class_of_tree():
    assert type(tree.map(abs, Container(a=-1, b={"c": -2}))) is Container
    assert type(tree.map(abs, {"a": -1})) is dict


def test_map_keeps_empty_branches():
    assert tree.map(abs, {"a": {}, "b": -1}) == {"a": {}, "b": 1}


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"a": 1}, "'b/c' is only in the first. Received: 2 paths in the first, 1 in tree 1"),
        ({"a": 1, "b": {"c": 2}, "d": 3}, "'d' is only in tree 1"),
        ({"a": {"x": 1}, "b": {"c": 2}}, "'a' is only in the first, 'a/x' only in tree 1"),
        ({"a": 1, "b": 2}, "'b/c' is only in the first, 'b' only in tree 1"),
    ],
)
def test_map_of_unlike_trees_names_the_paths(other, sentence):
    with pytest.raises(ValueError, match=sentence):
        tree.map(lambda x, y: x, {"a": 1, "b": {"c": 2}}, other)


def test_map_with_what_is_no_tree_is_a_type_error():
    with pytest.raises(TypeError, match="tree 1=3"):
        tree.map(lambda x, y: x, {"a": 1}, 3)


@pytest.mark.parametrize("flat", [{"a": 1, "a/b": 2}, {"a/b": 2, "a": 1}, {"a/b/c": 1, "a/b": 2}])
def test_unflatten_through_a_leaf_is_an_error(flat):
    with pytest.raises(ValueError, match="is a leaf and cannot also hold"):
        tree.unflatten(flat)


@pytest.mark.parametrize("bad", [{1: 2}, {"a": {None: 2}}, {"a": 0, 1: 2}])
def test_keys_that_are_no_strings_are_named(bad):
    with pytest.raises(TypeError, match=r"keys of a tree are strings.*Received: key="):
        tree.flatten(bad)
    with pytest.raises(TypeError, match="Received: key="):
        SGD(0.1).step(bad, bad)


# -- what containers do, on any nested dict --------------------------------------------------------

NESTED = {"enc": {"w": 1.5, "b": [1, 2]}, "dec": {"w": 3.0}, "none": None, "empty": {}}

#: Function of a dict, and the same as a method of a Container.
ALIKE = {
    "select": (lambda t: select.select(t, "w"), lambda c: c.select("w")),
    "split": (lambda t: select.split(t, "enc")[1], lambda c: c.split("enc")[1]),
    "at_names": (lambda t: select.at_names(t, ["b"]), lambda c: c.cont_at_keys("b")),
    "without_paths": (
        lambda t: select.without_paths(t, ["enc/w"]), lambda c: c.cont_prune_key_chains(["enc/w"])
    ),
    "without_texts": (lambda t: select.without_texts(t, "ec"), lambda c: c.cont_prune_keys("ec")),
    "without_empty": (select.without_empty, lambda c: c.cont_prune_empty()),
    "merge": (
        lambda t: edit.merge(t, {"enc": {"w": 9}, "z": 1}),
        lambda c: c.merge({"enc": {"w": 9}, "z": 1}),
    ),
    "set": (lambda t: keys.with_value(t, "enc/c/d", 5), lambda c: c.set("enc/c/d", 5)),
    "set_names": (lambda t: edit.set_names(t, {"w": 0}), lambda c: c.cont_set_at_keys({"w": 0})),
    "without_names": (
        lambda t: edit.without_names(t, ["enc"]), lambda c: c.cont_prune_key_from_key_chains("enc")
    ),
    "renamed": (
        lambda t: rekey.renamed(t, str.upper), lambda c: c.cont_format_key_chains(str.upper)
    ),
    "sorted": (rekey.sorted_by_key, lambda c: c.cont_sort_by_key()),
    "cut_at_depth": (lambda t: rekey.cut_at_depth(t, 1), lambda c: c.cont_cutoff_at_depth(1)),
    "cut_at_height": (lambda t: rekey.cut_at_height(t, 1), lambda c: c.cont_cutoff_at_height(1)),
    "slice_keys": (lambda t: rekey.slice_keys(t, "d:e"), lambda c: c.cont_slice_keys("d:e")),
    "slice_via_key": (lambda t: rekey.slice_via_key(t, "w"), lambda c: c.cont_slice_via_key("w")),
    "map_some": (
        lambda t: maps.map_some(t, lambda x, path: path, ["enc/w"]),
        lambda c: c.cont_map(lambda x, path: path, ["enc/w"]),
    ),
    "copied": (tree.copied, lambda c: c.cont_copy()),
}  # fmt: skip


@pytest.mark.parametrize("name", ALIKE)
def test_functions_of_dicts_do_what_methods_of_containers_do(name):
    function, method = ALIKE[name]
    before = edit.to_dict(NESTED)
    made = function(NESTED)
    assert type(made) is dict
    assert all(type(v) is not Container for v in made.values())
    assert before == NESTED
    whole = method(Container(NESTED))
    assert type(whole) is Container
    assert whole.cont_to_dict() == made
    again = function(Container(NESTED))
    assert type(again) is Container
    assert again.cont_to_dict() == made


def test_a_path_through_a_leaf_is_refused():
    with pytest.raises(KeyError, match=r"'enc/w' is a leaf.*key='enc/w/x'"):
        keys.with_value(NESTED, "enc/w/x", 1)


def test_classes_of_containers_are_few_and_show_no_rooms():
    own = [c for c in Container.__mro__ if c.__module__.startswith("keras_ivy")]
    assert len(own) == 3
    assert repr(Container) == "<class 'keras_ivy.container.Container'>"
    made = pickle.dumps(Container(a=1, b={"c": 2}))
    assert b"keras_ivy.container." not in made
    assert pickle.loads(made).flatten() == {"a": 1, "b/c": 2}


def test_moved_values_are_rearranged_as_einops_does():
    x = np.arange(6.0, dtype="float32").reshape(2, 3)
    mapping = {
        "a": {"key_chain": "ones", "pattern": "h w -> 1 w h 1"},
        "b": {
            "key_chain": "parts",
            "pattern": "(two h) w -> h (w two)",
            "axes_lengths": {"two": 2},
        },
        "c": {"key_chain": "rest", "pattern": "h ...-> ... h"},
    }
    out = Container(a=x, b=x, c=tf.constant(x)).cont_restructure(mapping, keep_orig=False)
    np.testing.assert_array_equal(out.ones, x.T[None, :, :, None])
    np.testing.assert_array_equal(out.parts, x.T.reshape(1, 6))
    np.testing.assert_array_equal(out.rest, x.T)
    with pytest.raises(ValueError, match="left side names 1"):
        Container(a=x).cont_restructure({"a": {"key_chain": "b", "pattern": "h -> h"}})


def test_symbolic_values_are_rearranged():
    x = keras.Input(batch_shape=(4, 2, 3))
    out = Container(a=x).cont_restructure({"a": {"key_chain": "b", "pattern": "n h w -> n w h"}})
    assert out.b.shape == (4, 3, 2)
