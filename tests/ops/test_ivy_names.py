"""Names that Ivy programs reach for: pooling, indexing, nests, defaults; against NumPy."""

import collections

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy.ops.dispatch import FunctionCall

RNG = np.random.default_rng(17)


def windows(size, parts):
    """The slices that adaptive pooling divides an axis into."""
    return [slice(i * size // parts, -(-(i + 1) * size // parts)) for i in range(parts)]


@pytest.mark.parametrize("shape", [(2, 3, 7, 5), (3, 8, 4)])
@pytest.mark.parametrize("sizes", [(3, 2), (1, 1), (7, 4), 2])
def test_adaptive_max_pool2d_takes_the_largest_of_each_window(shape, sizes):
    x = RNG.normal(size=shape).astype("float32")
    pairs = (sizes, sizes) if isinstance(sizes, int) else sizes
    expected = [
        [x[..., rows, columns].max((-2, -1)) for columns in windows(shape[-1], pairs[1])]
        for rows in windows(shape[-2], pairs[0])
    ]
    expected = np.moveaxis(np.array(expected), (0, 1), (-2, -1))
    np.testing.assert_array_equal(ivy.adaptive_max_pool2d(x, sizes), expected)
    unknown = tf.function(
        lambda x: ivy.adaptive_max_pool2d(x, sizes),
        input_signature=[tf.TensorSpec((None,) * len(shape))],
    )
    np.testing.assert_array_equal(unknown(x), expected)


def test_adaptive_max_pool3d_divides_three_axes():
    x = RNG.normal(size=(2, 3, 5, 4, 6))
    y = ivy.adaptive_max_pool3d(x, (2, 3, 4)).numpy()
    assert y.shape == (2, 3, 2, 3, 4)
    for i, a in enumerate(windows(5, 2)):
        for j, b in enumerate(windows(4, 3)):
            for k, c in enumerate(windows(6, 4)):
                np.testing.assert_array_equal(y[..., i, j, k], x[:, :, a, b, c].max((2, 3, 4)))


def test_adaptive_max_pool2d_in_a_functional_model():
    inputs = keras.Input((3, None, 6))
    model = keras.Model(inputs, ivy.adaptive_max_pool2d(inputs, 2))
    assert model.output_shape == (None, 3, 2, 2)
    x = RNG.normal(size=(1, 3, 5, 6)).astype("float32")
    np.testing.assert_array_equal(model(x), ivy.adaptive_max_pool2d(x, 2))


def test_a_node_for_a_function_that_is_not_there_names_the_nearest():
    with pytest.raises(
        ValueError, match=r"no such function\. Did you mean .*'adaptive_max_pool2d'"
    ):
        FunctionCall("adaptive_max_pool2")
    with pytest.raises(ValueError, match=r"no such function\. Received: function=3"):
        FunctionCall(3)


def test_adaptive_max_pool2d_names_the_wrong_rank():
    with pytest.raises(ValueError, match=r"adaptive_max_pool2d: `input` has 3 or 4 axes.*\(2, 3\)"):
        ivy.adaptive_max_pool2d(np.ones((2, 3)), 2)


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("shape", [(), (4,), (4, 3), (4, 3, 2), (4, 3, 2, 1)])
def test_atleast_adds_axes_as_numpy(rank, shape):
    x = RNG.normal(size=shape)
    expected = getattr(np, f"atleast_{rank}d")(x)
    np.testing.assert_array_equal(getattr(ivy, f"atleast_{rank}d")(x), expected)
    several = getattr(ivy, f"atleast_{rank}d")(x, 1.0)
    assert [a.shape.rank if hasattr(a.shape, "rank") else a.ndim for a in several] == [
        max(rank, len(shape)),
        rank,
    ]


@pytest.mark.parametrize("name", ["hsplit", "vsplit", "dsplit"])
@pytest.mark.parametrize("parts", [2, [1, 3]])
def test_splits_are_those_of_numpy(name, parts):
    x = RNG.normal(size=(4, 4, 4))
    ours, theirs = getattr(ivy, name)(x, parts), getattr(np, name)(x, parts)
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a, b)


def test_hsplit_of_a_vector_and_dstack_are_those_of_numpy():
    x, y = RNG.normal(size=(2, 6))
    for a, b in zip(ivy.hsplit(x, 3), np.hsplit(x, 3), strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(ivy.dstack([x, y]), np.dstack([x, y]))


def test_splits_name_what_does_not_fit():
    with pytest.raises(ValueError, match=r"dsplit: `ary` has at least 3 axes.*\(2, 3\)"):
        ivy.dsplit(np.ones((2, 3)), 1)
    with pytest.raises(ValueError, match="Received"):
        ivy.vsplit(np.ones((3, 2)), 2)


QUERIES = [
    1,
    -1,
    (slice(None), 2),
    (0, slice(1, None, 2)),
    (Ellipsis, -1),
    (None, 0),
    np.array([2, 0, -1]),
    (np.array([0, -1]), np.array([1, 2])),
    (np.array([[0], [1]]), np.array([1, 2])),
    np.array([True, False, True]),
    RNG.random((3, 4)) < 0.5,
]


@pytest.mark.parametrize("query", QUERIES, ids=repr)
def test_get_item_and_set_item_are_those_of_numpy(query):
    x = RNG.normal(size=(3, 4, 2))
    np.testing.assert_array_equal(ivy.get_item(x, query), x[query])
    for value in (7.0, RNG.normal(size=x[query].shape)):
        expected = x.copy()
        expected[query] = value
        given = tf.constant(x)
        np.testing.assert_array_equal(ivy.set_item(given, query, value), expected)
        np.testing.assert_array_equal(given, x)


def test_set_item_passes_gradients_to_what_is_left():
    x, value = tf.constant([1.0, 2.0, 3.0]), tf.constant([10.0])
    with tf.GradientTape() as tape:
        tape.watch([x, value])
        y = tf.reduce_sum(ivy.set_item(x, slice(1, 2), value) ** 2)
    dx, dv = tape.gradient(y, [x, value])
    np.testing.assert_array_equal(dx, [2.0, 0.0, 6.0])
    np.testing.assert_array_equal(dv, [20.0])


def test_set_item_changes_variables_unless_a_copy_is_asked_for():
    w = keras.Variable([1.0, 2.0])
    assert ivy.set_item(w, 0, 5.0, copy=True).numpy().tolist() == [5.0, 2.0]
    assert w.numpy().tolist() == [1.0, 2.0]
    assert ivy.set_item(w, 0, 5.0) is w
    assert w.numpy().tolist() == [5.0, 2.0]


def test_set_item_maps_over_containers():
    c = ivy.set_item(ivy.Container(a=[1, 2], b=[3, 4]), 0, 9)
    assert [c.a.numpy().tolist(), c.b.numpy().tolist()] == [[9, 2], [9, 4]]


Point = collections.namedtuple("Point", "x y")
NEST = {"a": [1, (2, Point(3, 4))], "b": {"c": 5}}


def test_nested_map_keeps_the_types_of_nests():
    assert ivy.nested_map(lambda n: -n, NEST) == {
        "a": [-1, (-2, Point(-3, -4))],
        "b": {"c": -5},
    }
    mapped = ivy.nested_map(lambda n: -n, NEST, to_mutable=True)
    assert mapped == {"a": [-1, [-2, [-3, -4]]], "b": {"c": -5}}
    assert ivy.nested_map(len, NEST["a"][1:], to_ignore=tuple) == [2]
    assert isinstance(ivy.nested_map(str, ivy.Container(a=1)), ivy.Container)


def test_indices_of_a_nest_lead_to_its_leaves():
    indices = ivy.all_nested_indices(NEST)
    assert [ivy.index_nest(NEST, i) for i in indices] == [1, 2, 3, 4, 5]
    assert ivy.nested_argwhere(NEST, lambda n: n > 3) == [["a", 1, 1, 1], ["b", "c"]]
    assert len(ivy.all_nested_indices(NEST, include_nests=True)) == 5 + 4
    assert ivy.nested_any(NEST, lambda n: n == 5)
    assert not ivy.nested_any(NEST, lambda n: n == 6)


def test_setting_in_a_nest_changes_it_unless_told_otherwise():
    nest = {"a": [1, (2, 3)], "b": 4}
    kept = ivy.set_nest_at_index(nest, ["a", 1, -1], 9, shallow=False)
    assert kept == {"a": [1, (2, 9)], "b": 4}
    assert nest == {"a": [1, (2, 3)], "b": 4}
    assert ivy.map_nest_at_index(nest, ["a", 1, 0], lambda n: 10 * n) is nest
    assert nest == {"a": [1, (20, 3)], "b": 4}


@pytest.mark.parametrize("index", [["c"], ["a", 7], ["b", "c", 0]])
def test_nests_name_the_index_that_is_not_there(index):
    with pytest.raises(IndexError, match="nothing at"):
        ivy.index_nest(NEST, index)


@pytest.mark.parametrize(("in_axes", "out_axes"), [((1, 0), 1), ((0, None), 0), ((0, 2), -1)])
def test_vmap_equals_a_loop(in_axes, out_axes):
    shapes = {(1, 0): ((3, 5, 4), (5, 4, 2)), (0, None): ((5, 3, 4), (4, 2)), (0, 2): ((5, 3, 4),
              (4, 2, 5))}  # fmt: skip
    a, b = (RNG.normal(size=s) for s in shapes[in_axes])
    parts = [
        np.take(a, i, in_axes[0]) @ (b if in_axes[1] is None else np.take(b, i, in_axes[1]))
        for i in range(5)
    ]
    y = ivy.vmap(ivy.matmul, in_axes, out_axes)(a, b)
    np.testing.assert_allclose(y, np.stack(parts, out_axes), rtol=1e-12)


def test_vmap_maps_nests_and_refuses_what_has_no_axis():
    double = ivy.vmap(lambda d: {"y": d["x"] * 2, "s": ivy.sum(d["x"])})
    out = double({"x": np.arange(6.0).reshape(2, 3)})
    assert out["y"].shape == (2, 3)
    assert out["s"].numpy().tolist() == [3.0, 12.0]
    with pytest.raises(ValueError, match=r"in_axes=None for 1 arguments"):
        ivy.vmap(ivy.sum, None)([1.0])


def test_set_default_dtype_is_for_arrays_and_layers_until_undone():
    ivy.set_default_dtype("float64")
    ivy.set_default_float_dtype("bfloat16")
    assert ivy.default_dtype() == ivy.Linear(2, 1).v.w.dtype == "bfloat16"
    ivy.unset_default_float_dtype()
    assert ivy.default_float_dtype() == ivy.zeros(1).dtype == ivy.Linear(2, 1).v.w.dtype
    assert keras.config.floatx() == "float64"
    ivy.unset_default_dtype()
    assert keras.config.floatx() == ivy.default_dtype() == ivy.Linear(2, 1).v.w.dtype == "float32"
    ivy.unset_default_dtype()
    assert ivy.default_dtype() == "float32"


def test_set_default_dtype_gives_back_a_mixed_policy():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        ivy.set_default_dtype("float64")
        assert keras.config.dtype_policy().name == "float64"
        ivy.unset_default_dtype()
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
    finally:
        keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize("dtype", ["int32", "bool", "complex64", "nothing"])
def test_set_default_dtype_refuses_what_no_layer_can_have(dtype):
    with pytest.raises(ValueError, match=f"Received: dtype='{dtype}'"):
        ivy.set_default_dtype(dtype)
    assert ivy.default_dtype() == "float32"


def test_set_default_device_refuses_what_is_not_there():
    with pytest.raises(ValueError, match="There is no such device"):
        ivy.set_default_device("gpu:7")
    assert ivy.default_device() == "cpu"


@pytest.mark.parametrize(
    ("name", "shape", "axes"),
    [("dropout1d", (50, 4, 9), (1,)), ("dropout2d", (50, 4, 3, 9), (1, 2)),
     ("dropout3d", (50, 2, 3, 2, 9), (1, 2, 3))],
)  # fmt: skip
def test_channel_dropout_drops_whole_channels(name, shape, axes):
    x = np.ones(shape, "float32")
    for first in (False, True):
        given = np.moveaxis(x, -1, 1) if first else x
        layout = {"data_format": "channels_first"} if first else {}
        y = getattr(ivy, name)(given, 0.25, **layout).numpy()
        y = np.moveaxis(y, 1, -1) if first else y
        np.testing.assert_array_equal(y, y.max(axes, keepdims=True) * x)
        kept = y.max(axes) > 0
        assert 0.6 < kept.mean() < 0.9
        np.testing.assert_allclose(y.max(axes)[kept], 1 / 0.75, rtol=1e-6)
    assert getattr(ivy, name)(x, 0.25, training=False).numpy().min() == 1


def test_kinds_of_arrays():
    tensor, variable = tf.constant(1.0), keras.Variable(1.0)
    for question in (ivy.is_ivy_array, ivy.is_native_array):
        assert question(tensor)
        assert question(variable)
        assert not question(1.0)
        assert question(tensor, exclusive=True)
        assert not question(variable, exclusive=True)
    assert ivy.is_ivy_container(ivy.Container())
    assert not ivy.is_ivy_container({})
