"""Pure functions on nested dicts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_ivy import SGD, Container, tree

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
