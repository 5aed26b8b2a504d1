"""Selecting, splitting, merging, summaries; what Ivy's spellings do beyond the recordings."""

import re

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from keras_ivy import Container
from keras_ivy.container import container_map
from keras_ivy.container.table import LeafRow
from keras_ivy.utils.exceptions import IvyException

PATHS = ["a", "b/c", "b/d", "e/f/g", "e/f/h"]
FLAT = st.dictionaries(st.sampled_from(PATHS), st.integers(-9, 9), min_size=1)


def make():
    return Container(
        encoder={"layer_0": {"w": 1, "b": 2}, "layer_1": {"w": 3, "b": 4}}, head={"w": 5, "bias": 6}
    )


# -- select, split, merge -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        ("w", ["encoder/layer_0/w", "encoder/layer_1/w", "head/w"]),
        ("b", ["encoder/layer_0/b", "encoder/layer_1/b"]),
        ("head", ["head/bias", "head/w"]),
        ("encoder/layer_0", ["encoder/layer_0/b", "encoder/layer_0/w"]),
        (r"layer_\d+/b", ["encoder/layer_0/b", "encoder/layer_1/b"]),
        ("encoder/.*/w", ["encoder/layer_0/w", "encoder/layer_1/w"]),
        ("b|bias", ["encoder/layer_0/b", "encoder/layer_1/b", "head/bias"]),
        (re.compile("HEAD/W", re.IGNORECASE), ["head/w"]),
        (["layer_0/w", "bias"], ["encoder/layer_0/w", "head/bias"]),
        (lambda path, leaf: leaf > 4, ["head/bias", "head/w"]),
        (lambda path, leaf: False, []),
        ([], []),
    ],
)
def test_select_keeps_the_leaves_that_match(patterns, expected):
    selected = make().select(patterns)
    assert list(selected.flatten()) == expected
    assert all(selected[path] == make()[path] for path in expected)


@pytest.mark.parametrize(
    ("pattern", "kind", "sentence"),
    [
        ("hed", KeyError, "No path matches. Did you mean 'head'?.* Received: pattern='hed'"),
        ("*/w", ValueError, "regular expression.*any keys are `.*`. Received: pattern='\\*/w'"),
        (3, TypeError, "A pattern is a string.*Received: "),
        ([3], TypeError, "Received: pattern=3 of type int"),
    ],
)
def test_select_refuses_patterns_that_cannot_be_meant(pattern, kind, sentence):
    with pytest.raises(kind, match=sentence) as caught:
        make().select(pattern)
    assert isinstance(caught.value, IvyException)


@given(FLAT, st.lists(st.sampled_from([".*c", "b", "e/f", "a", "g|h"]), max_size=3))
def test_split_is_a_partition_that_merge_undoes(flat, patterns):
    c = Container(flat)
    patterns = [p for p in patterns if any(re.search(rf"(^|/)({p})(/|$)", path) for path in flat)]
    parts = c.split(*patterns)
    assert len(parts) == len(patterns) + 1
    assert sum(len(p.flatten()) for p in parts) == len(flat)
    assert Container.merge(*parts).flatten() == c.flatten()


def test_split_refuses_a_pattern_that_matches_nothing():
    with pytest.raises(KeyError, match=r"No path matches. Did you mean 'head'.*pattern='hed'"):
        make().split("encoder", "hed")


def test_split_gives_each_leaf_to_the_first_match():
    weights, encoder, rest = make().split("w", "encoder")
    assert list(weights.flatten()) == ["encoder/layer_0/w", "encoder/layer_1/w", "head/w"]
    assert list(encoder.flatten()) == ["encoder/layer_0/b", "encoder/layer_1/b"]
    assert list(rest.flatten()) == ["head/bias"]
    both, _ = make().split(["head", "b"])
    assert len(both.flatten()) == 4


@given(FLAT, FLAT, FLAT)
def test_merge_is_associative_and_the_last_wins(x, y, z):
    a, b, c = Container(x), Container(y), Container(z)
    assert a.merge(b).flatten() == dict(sorted({**x, **y}.items()))
    assert a.merge(b, c).flatten() == a.merge(b).merge(c).flatten() == a.merge(b.merge(c)).flatten()
    assert a.flatten() == Container(x).flatten(), "nothing is changed in place"


def test_merge_copies_what_it_nests():
    inner = Container(x={"y": 1})
    merged = Container(a=1).merge(inner)
    merged["x/y"] = 2
    assert inner.x.y == 1
    assert Container.merge({"a": 1}, {"a": {"b": 2}}, {"a": {"c": 3}}).flatten() == {
        "a/b": 2,
        "a/c": 3,
    }
    assert not Container.merge()


def test_set_leaves_the_container_as_it_was():
    c = make()
    new = c.set("head/w", {"x": 9}).set("new/deep", 1)
    assert new.flatten() == {
        **{p: x for p, x in c.flatten().items() if p != "head/w"},
        "head/w/x": 9,
        "new/deep": 1,
    }
    assert c.flatten() == make().flatten()
    with pytest.raises(KeyError, match="'head/w' is a leaf"):
        c.set("head/w/x", 1)


@given(FLAT)
def test_flatten_and_unflatten_are_inverse(flat):
    c = Container(flat)
    assert type(c.flatten()) is dict
    assert list(c.flatten()) == sorted(flat, key=lambda p: p.split("/"))
    assert Container.unflatten(c.flatten()).cont_to_dict() == c.cont_to_dict()


# -- map ------------------------------------------------------------------------------------------


def test_map_takes_further_containers_and_dicts():
    c = make()
    assert c.map(lambda x, y: x - y, c).cont_all_false()
    assert c.map(lambda x, y: x - y, c.cont_to_dict()).cont_all_false()
    with pytest.raises(ValueError, match="'encoder/layer_0/b' is only in the first") as caught:
        c.map(lambda x, y: x, c.head)
    assert isinstance(caught.value, IvyException)


def test_map_to_dicts_nests_them():
    c = Container(a=2).map(lambda x: {"square": x * x, "cube": x**3})
    assert type(c.a) is Container
    assert c.flatten() == {"a/cube": 8, "a/square": 4}


def test_container_map_walks_containers_among_the_arguments():
    c = Container(a=1, b={"c": 2})
    assert container_map(lambda x, y, z=0: (x, y, z), 5, c, z=c * 10).flatten() == {
        "a": (5, 1, 10),
        "b/c": (5, 2, 20),
    }
    assert container_map(max, 1, 2) == 2
    assert container_map(lambda x, y: (x, y), c, {"k": 1}).a == (1, {"k": 1})


# -- numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("ord", [1, 2, np.inf])
@pytest.mark.parametrize("graph", [False, True])
def test_norm_is_that_of_one_long_vector(ord, graph):
    c = Container(
        a=tf.constant([[3.0, -4.0]], "float64"), b={"c": tf.Variable(12.0, dtype="float64")}
    )
    norm = (tf.function(lambda: c.norm(ord)) if graph else lambda: c.norm(ord))()
    assert norm.dtype == "float64"
    np.testing.assert_allclose(norm, np.linalg.norm([3.0, -4.0, 12.0], ord), rtol=1e-12)


def test_norm_of_half_precision_does_not_overflow():
    c = Container(a=tf.fill([100], tf.constant(1000.0, "float16")))
    assert c.norm().dtype == "float16"
    assert float(c.norm()) == 10000.0


def test_norm_has_gradient_zero_at_zero():
    c = Container(a=tf.zeros(2))
    with tf.GradientTape() as tape:
        tape.watch(c)
        norm = c.norm()
    assert tape.gradient(norm, c).a.numpy().tolist() == [0.0, 0.0]


def test_norm_of_numbers_and_of_nothing():
    assert float(Container(a=3, b={"c": 4.0}).norm()) == 5.0
    assert float(Container().norm()) == 0.0
    with pytest.raises(TypeError, match=r"'a' is no number\. Received: 'text'"):
        Container(a="text").norm()
    with pytest.raises(ValueError, match="Received: ord=3"):
        Container(a=1.0).norm(3)


def test_norm_agrees_with_tensorflows_global_norm():
    rng = np.random.default_rng(0)
    c = Container({f"l{i}": {"w": tf.constant(rng.normal(size=(3, i + 1)))} for i in range(5)})
    expected = tf.linalg.global_norm(list(c.flatten().values()))
    np.testing.assert_allclose(c.norm(), expected, rtol=1e-12)


def test_assign_sets_variables_in_place_and_replaces_the_rest():
    v = Container(a=keras.Variable([1.0, 2.0]), b={"c": tf.Variable(3.0), "n": 4})
    leaf = v.a
    assert v.assign({"a": [5.0, 6.0], "b": {"c": 7.0, "n": 8}}) is v
    assert v.a is leaf
    assert v.a.numpy().tolist() == [5.0, 6.0]
    assert v.b.c.numpy() == 7.0
    assert v.b.n == 8


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"a": [0.0, 0.0]}, "'b/c' is only in the first"),
        ({"a": [0.0, 0.0], "b": {"c": [0.0]}}, r"'b/c' of shape \(\). Received: shape=\(1,\)"),
    ],
)
def test_assign_checks_before_it_assigns(values, sentence):
    v = Container(a=keras.Variable([1.0, 2.0]), b={"c": tf.Variable(3.0)})
    with pytest.raises(ValueError, match=sentence):
        v.assign(values)
    assert v.a.numpy().tolist() == [1.0, 2.0]


def test_describe_is_text_and_rows():
    table = Container(w=keras.Variable([[1.0, 3.0]]), step=3, x=keras.Input((2,))).describe()
    assert str(table) == repr(table)
    assert table.rows[1] == LeafRow("w", (1, 2), "float32", 2, 2.0, 1.0)
    assert table.rows[2] == LeafRow("x", (None, 2), "float32")
    assert table["w"] is table.rows[1]
    assert str(table).endswith("2 arrays, 2 elements, 8 bytes")
    assert str(Container().describe()).endswith("0 arrays, 0 elements, 0 bytes")


def test_describe_works_in_a_graph():
    seen = []
    tf.function(lambda x: seen.append(Container(x=x).describe()))(tf.ones((2, 3)))
    assert seen[0].rows == (LeafRow("x", (2, 3), "float32", 6),)


# -- stacking -------------------------------------------------------------------------------------


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_stack_and_unstack_are_inverse(axis):
    parts = [Container(a=tf.constant([[1.0, 2.0]]) * i, b={"c": tf.ones((1, 2))}) for i in range(3)]
    stacked = Container.stack(parts, axis=axis)
    assert stacked.a.shape[axis] == 3
    assert parts[0].stack(parts[1:], axis=axis).a.shape == stacked.a.shape
    for part, back in zip(parts, stacked.unstack(axis), strict=True):
        assert Container.cont_identical([part, back], same_arrays=False)


def test_variables_are_stacked_and_split_by_their_values():
    v = Container(a=keras.Variable([[1.0, 2.0]]), b={"c": tf.Variable([[3.0, 4.0]])})
    stacked = Container.stack([v, v * 2])
    assert stacked.a.numpy().tolist() == [[[1, 2]], [[2, 4]]]
    assert stacked.b.c.numpy().tolist() == [[[3, 4]], [[6, 8]]]
    assert Container.concat([v, v]).a.numpy().tolist() == [[1, 2], [1, 2]]
    assert v.unstack()[0].a.numpy().tolist() == [1, 2]
    assert [part.a.numpy().tolist() for part in v.split_conts(2, axis=1)] == [[[1]], [[2]]]
    assert isinstance(v.a, keras.Variable)


def test_split_conts_by_number_and_by_sizes():
    c = Container(a=tf.range(6), b=tf.range(6, 12))
    assert [p.b.numpy().tolist() for p in c.split_conts(3)] == [[6, 7], [8, 9], [10, 11]]
    assert [p.a.numpy().tolist() for p in c.split_conts([1, 2, 3])] == [[0], [1, 2], [3, 4, 5]]
    joined = Container.concat(c.split_conts([1, 2, 3]))
    assert joined.a.numpy().tolist() == list(range(6))


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda c: c.unstack(), r"share the size of axis 0. Received: sizes=\{'a': 2, 'b': 3\}"),
        (lambda c: c.unstack(1), "'a' has no axis 1"),
        (lambda c: c.select("a").split_conts(3), "of size 2 has no equal parts"),
        (lambda c: c.select("a").split_conts([1, 2]), "must add up to 2"),
        (lambda c: c.select("a").cont_unstack_conts(0, dim_size=3), "Received: dim_size=3"),
        (lambda c: Container.stack([c, c.select("a")]), "'b' is only in the first"),
        (lambda c: Container.cont_list_stack([c], 1), "Received: dim=1"),
        (lambda c: Container.cont_unify(c, "cpu", "max"), "Received: mode='max'"),
        (lambda c: c.cont_multi_map(sum, [1]), r"Received: containers=\[1\]"),
        (lambda c: Container.diff(c, c, diff_keys=["one"]), "one name for each of 2 containers"),
        (lambda c: c.cont_prune_keys_from_key_chains(), "absolute=None, containing=None"),
    ],
)
def test_operations_on_several_containers_refuse(act, sentence):
    with pytest.raises(ValueError, match=sentence) as caught:
        act(Container(a=tf.zeros(2), b=tf.zeros(3)))
    assert isinstance(caught.value, IvyException)


def test_multi_map_checks_the_keys_if_asked():
    a, b = Container(x={"y": 1}), Container(x={"y": 1, "z": 2})
    seen = []
    Container.cont_multi_map(lambda xs, path: seen.append((path, xs)), [a, b])
    assert seen == [("x/y", [1, 1]), ("x/z", [2])]
    with pytest.raises(ValueError, match="differ in their keys at 'x/'"):
        Container.cont_multi_map(lambda xs, path: xs, [a, b], assert_identical=True)


# -- diff -----------------------------------------------------------------------------------------


def test_diff_takes_dicts_and_works_as_a_method():
    a, b = make(), make().set("head/w", 50)
    expected = {"head/w/left": 5, "head/w/right": 50}
    for found in (
        Container.diff(a, b, mode="diff_only", diff_keys=["left", "right"]),
        a.diff(b, mode="diff_only", diff_keys=["left", "right"]),
        a.diff(b.cont_to_dict(), mode="diff_only", diff_keys=["left", "right"]),
    ):
        assert found.flatten() == expected
    assert a.diff(a, mode="diff_only").flatten() == {}
    assert a.diff(a, mode="same_only").flatten() == a.flatten()


@given(FLAT, FLAT)
def test_diff_splits_every_path_into_same_or_different(x, y):
    a, b = Container(x), Container(y)
    same = a.diff(b, mode="same_only").flatten()
    different = a.diff(b, mode="diff_only").flatten()
    assert same == {p: v for p, v in x.items() if p in y and y[p] == v}
    if {"b", "e"}.isdisjoint(p.partition("/")[0] for p in {*x, *y}):
        assert {p.rpartition("/")[0] for p in different} == {
            p for p in {*x, *y} if x.get(p) != y.get(p)
        }


@pytest.mark.parametrize("mode", ["all", "same_only", "diff_only"])
def test_diff_keeps_empty_branches_that_both_have_where_it_keeps_what_is_the_same(mode):
    a = Container(x={}, y=1, z={"w": 1})
    found = a.diff(Container(x={}, y=1, z={"w": 2}), mode=mode)
    assert ("x" in found) == (mode != "diff_only")
    assert ("z" in found) == (mode != "same_only")


def test_partly_identical_containers_share_a_key():
    same = Container.cont_identical_structure
    assert same([Container(a=1), Container(a=2, b=3)], partial=True)
    assert not same([Container(a=1), Container(b=3)], partial=True)
    assert not same([Container(), Container(b=3)], partial=True)
    assert not same([Container(b=3), Container()], partial=True)


def test_diff_of_lists_of_arrays():
    a, b = Container(x=[tf.ones(2), 1]), Container(x=[tf.ones(2), 2])
    assert a.diff(a.cont_deep_copy(), mode="diff_only").flatten() == {}
    assert "x" in a.diff(b, mode="diff_only")


# -- Ivy's spellings ------------------------------------------------------------------------------


def test_prune_keys_from_key_chains_refuses_to_hide_a_value():
    with pytest.raises(ValueError, match="Two values would stand at 'a'"):
        Container(x={"a": 1}, y={"a": 2}).cont_prune_keys_from_key_chains(["x", "y"])
    with pytest.raises(TypeError, match="`absolute` is a list of strings"):
        make().cont_prune_keys_from_key_chains("w")


def test_slice_keys_refuses_other_slices():
    with pytest.raises(TypeError, match=r"Received: key_slice=1\.5"):
        make().cont_slice_keys(1.5)


def test_restructure_refuses_unknown_chains():
    with pytest.raises(KeyError, match="Did you mean 'head/w'"):
        make().cont_restructure_key_chains({"head/ww": "x"})


def test_from_flat_list_refuses_a_short_list_and_leaves_it():
    leaves = [1, 2]
    with pytest.raises(IndexError, match=r"has 6 leaves\. Received: a list of 2"):
        make().cont_from_flat_list(leaves)
    assert leaves == [1, 2]


def test_sort_by_key_sorts_all_levels():
    c = Container({"z": 1, "a": {"y": 2, "b": 3}}, alphabetical_keys=False).cont_sort_by_key()
    assert [p for p, _ in c.cont_to_iterator()] == ["a/b", "a/y", "z"]


def test_duplicates_by_identity_of_variables():
    v = keras.Variable(1.0)
    assert Container(a=v, b={"c": v}, d=keras.Variable(1.0)).cont_duplicate_array_keychains() == (
        ("a", "b/c"),
    )


def test_inplace_update_is_all_or_nothing():
    c = make()
    with pytest.raises(TypeError):
        c.cont_inplace_update({"head": {"w": 0, 3: 1.5, None: 2}})
    assert c.flatten() == make().flatten()
