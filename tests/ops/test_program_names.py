"""Functions that programs of Ivy's reach for: caches, chunks, loops, nests, limits."""

import keras
import ml_dtypes
import numpy as np
import pytest
import scipy.signal
import scipy.special
import tensorflow as tf

import keras_ivy as ivy

X = tf.reshape(tf.range(12.0), (6, 2))


# -- caches and signatures ----------------------------------------------------------------------


def counted(function):
    calls = []

    def call(*args, **kwargs):
        calls.append(args)
        return function(*args, **kwargs)

    return ivy.cache_fn(call), calls


def test_cached_calls_are_told_apart_by_value_and_type():
    double, calls = counted(lambda x, scale=2: x * scale)
    large = np.arange(10_000.0)
    other = large.copy()
    other[5000] = -1  # both print alike
    assert double(large)[5000] == 10_000
    assert double(other)[5000] == -2
    assert double(large.copy())[5000] == 10_000
    assert len(calls) == 2
    assert (double(1), double(1.0), double(True)) == (2, 2.0, 2)
    assert len(calls) == 5
    assert double(1, scale=3) == 3
    assert double([1], scale=3) == [1, 1, 1]
    assert double((1,), scale=3) == (1, 1, 1)


def test_a_variable_that_changes_is_computed_anew():
    total, calls = counted(lambda v: float(ivy.sum(v)))
    v = ivy.variable([1.0, 2.0])
    assert (total(v), total(v), len(calls)) == (3.0, 3.0, 1)
    v.assign([5.0, 5.0])
    assert (total(v), len(calls)) == (10.0, 2)


def test_what_cannot_be_compared_is_computed_anew():
    size, calls = counted(len)
    assert (size({1}), size({1, 2}), size({1}), len(calls)) == (1, 2, 1, 3)
    double, calls = counted(lambda x: x * 2)
    traced = tf.function(lambda x: double(x))
    assert float(traced(tf.constant(1.0))) == 2.0
    assert float(traced(tf.constant(3.0))) == 6.0
    with pytest.raises(TypeError, match=r"cache_fn: `func` must be a function.*func=3"):
        ivy.cache_fn(3)


def test_keywords_go_to_those_that_take_them():
    given = {"x": 1, "alpha": 2, "rest": 3}
    first, second = ivy.match_kwargs(given, ivy.leaky_relu, ivy.elu)
    assert (first, second, given) == ({"x": 1, "alpha": 2}, {}, {"rest": 3})
    again = ivy.match_kwargs({"x": 1}, ivy.relu, ivy.elu, allow_duplicates=True)
    assert again == [{"x": 1}, {"x": 1}]
    assert ivy.arg_names(ivy.Linear)[:2] == ["input_channels", "output_channels"]
    assert ivy.arg_info(ivy.elu, idx=0)["param"].name == "x"
    with pytest.raises(ValueError, match=r"give `name` or `idx`"):
        ivy.arg_info(ivy.elu)
    with pytest.raises(ValueError, match=r"has the arguments.*name='nope'"):
        ivy.arg_info(ivy.elu, name="nope")


# -- chunks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 4, 6, 100])
def test_a_function_of_chunks_is_the_function(size):
    def function(x, y):
        return x * y, (ivy.sum(x, axis=1), {"d": x - y})

    got = ivy.split_func_call(function, [X, X + 1], "concat", chunk_size=size)
    tf.nest.map_structure(np.testing.assert_array_equal, got, function(X, X + 1))


@pytest.mark.parametrize("size", [1, 4, 6])
def test_sums_and_means_of_chunks(size):
    total = ivy.split_func_call(lambda x: ivy.sum(x, axis=0), [X], "sum", chunk_size=size)
    np.testing.assert_allclose(total, X.numpy().sum(0))
    mean = ivy.split_func_call(lambda x: ivy.mean(x, axis=0), [X], "mean", chunk_size=size)
    np.testing.assert_allclose(mean, X.numpy().mean(0), rtol=1e-6)


def test_chunks_of_containers_along_axes():
    given = ivy.Container(a=X, b=2 * X)
    got = ivy.split_func_call(
        lambda c, m: c * m, [given, tf.constant([[1.0], [2.0]])], "concat", chunk_size=1,
        input_axes=[1, 0], output_axes=1,
    )  # fmt: skip
    np.testing.assert_array_equal(got.b, 2 * X * [1.0, 2.0])


def test_the_size_of_chunks_follows_the_split_factor():
    sizes = []

    def function(x):
        sizes.append(x.shape[0])
        return x

    ivy.split_func_call(function, [X], "concat")
    assert sizes == [1] * 6
    try:
        ivy.set_split_factor(0.5, device="cpu")
        assert ivy.split_factor("cpu") == 0.5
        sizes.clear()
        ivy.split_func_call(function, [X], "concat", max_chunk_size=5)
        assert sizes == [3, 3]
    finally:
        ivy.set_split_factor(0.0, device="cpu")
    with pytest.raises(ValueError, match=r"at least 0"):
        ivy.set_split_factor(-1.0)


def test_gradients_of_chunks_stop_if_asked():
    w = ivy.variable(2.0)
    for stops, wanted in ((False, 66.0), (True, None)):
        with tf.GradientTape() as tape:
            y = ivy.split_func_call(lambda x: x * w, [X], "sum", chunk_size=2, stop_gradients=stops)
            total = tf.reduce_sum(y)
        grad = tape.gradient(total, w.value)
        assert grad is wanted if wanted is None else float(grad) == wanted


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mode": "median"}, "`mode` must be one of"),
        ({"chunk_size": 0}, "`chunk_size` must be at least 1"),
        ({"input_axes": [0, 0]}, "`input_axes` is one axis"),
        ({"input_axes": 5}, "no such axis.*input_axes=5"),
        ({"inputs": [X, X[:2]]}, r"sizes \[6, 2\]"),
    ],
)
def test_chunks_that_mean_nothing_are_refused(change, message):
    options = {"inputs": [X], "mode": "concat", "chunk_size": 2, **change}
    inputs, mode = options.pop("inputs"), options.pop("mode")
    with pytest.raises(ValueError, match=message):
        ivy.split_func_call(lambda *xs: xs[0], inputs, mode, **options)


# -- loops ---------------------------------------------------------------------------------------


def test_loops_and_branches_are_those_of_python_and_of_graphs():
    def power(x, n):
        def more(i, y):
            return i < n

        return ivy.while_loop(more, lambda i, y: (i + 1, y * x), {"i": n * 0, "y": x / x})[1]

    assert power(2.0, 5) == 32.0
    graph = tf.function(power)
    assert float(graph(tf.constant(2.0), tf.constant(5))) == 32.0
    assert float(graph(tf.constant(3.0), tf.constant(2))) == 9.0

    def size(x):
        return ivy.if_else(lambda x: x > 0, lambda x: x, lambda x: -x, {"x": x})

    assert size(-3) == 3
    assert float(tf.function(size)(tf.constant(-3.0))) == 3.0
    assert ivy.for_loop([1, 2], lambda k, xs: (xs[0] + k, xs[1] * k), [0, 1]) == (3, 2)
    with pytest.raises(TypeError, match=r"`body_fn` must be a function"):
        ivy.while_loop(lambda: True, 3, [])


# -- types ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["float16", "bfloat16", "float32", "float64"])
def test_limits_of_floats_are_those_of_numpy(name):
    ours, theirs = ivy.finfo(name), ml_dtypes.finfo(name)
    assert (ours.bits, ours.max, ours.eps) == (theirs.bits, theirs.max, theirs.eps)
    assert ivy.finfo(tf.zeros(2, name)).max == theirs.max


def test_limits_of_whole_numbers_are_those_of_numpy():
    assert ivy.iinfo(tf.uint8).max == 255
    assert ivy.iinfo(np.int64([1])).min == -(2**63)
    with pytest.raises(TypeError, match=r"floating point numbers. Received: int32"):
        ivy.finfo("int32")
    with pytest.raises(TypeError, match=r"whole numbers. Received: float32"):
        ivy.iinfo(1.0)


@pytest.mark.parametrize("source", ["bool", "int8", "uint8", "int32", "float16", "float64"])
@pytest.mark.parametrize("target", ["bool", "int8", "uint16", "int64", "float32", "complex64"])
def test_casts_are_possible_as_in_numpy(source, target):
    assert ivy.can_cast(source, target) == np.can_cast(source, target)


def test_casts_of_bfloat16_lose_nothing():
    assert ivy.can_cast("bfloat16", "float32")
    assert not ivy.can_cast("bfloat16", "float16")
    assert ivy.can_cast("uint8", "bfloat16")
    assert not ivy.can_cast("int16", "bfloat16")


def test_questions_about_types():
    assert ivy.default_uint_dtype(input=np.uint8([1])) == "uint8"
    assert ivy.default_complex_dtype(input=np.complex128([1])) == "complex128"
    assert [ivy.infer_default_dtype(d) for d in ("complex64", "bool", "uint8", "int64")] == [
        "complex64", "bool", "uint32", "int32",
    ]  # fmt: skip
    assert not ivy.valid_dtype("string")
    assert ivy.as_native_dtype("float16") is tf.float16
    assert ivy.dtype_bits("int8") == 8
    assert ivy.itemsize(tf.zeros(1, tf.complex128)) == 16
    assert not ivy.is_hashable_dtype([])
    a, b = ivy.promote_types_of_inputs(2, np.float16([1.5]))
    assert (a.dtype, b.dtype) == ("float16", "float16")
    a, b = ivy.promote_types_of_inputs(np.int8([1]), 1.5)
    assert a.dtype == b.dtype == "float32"


# -- nests ---------------------------------------------------------------------------------------


def nest():
    return {"a": [1, (2, 3)], "b": {"c": 4}}


def test_nests_are_edited_at_indices():
    assert ivy.multi_index_nest(nest(), [["a", 1, 0], ["b", "c"]]) == [2, 4]
    assert ivy.set_nest_at_indices(nest(), [["a", 1, 0], ["b", "c"]], [20, 40]) == {
        "a": [1, (20, 3)], "b": {"c": 40},
    }  # fmt: skip
    assert ivy.map_nest_at_indices(nest(), [["a", 0], ["b", "c"]], str)["b"] == {"c": "4"}
    assert ivy.insert_into_nest_at_index(nest(), ["a", 1, 1], 9)["a"] == [1, (2, 9, 3)]
    assert ivy.insert_into_nest_at_index(nest(), ["b", "d"], 5)["b"] == {"c": 4, "d": 5}
    assert ivy.prune_nest_at_index(nest(), ["a", 1, 0])["a"] == [1, (3,)]
    pruned = ivy.prune_nest_at_indices([0, 1, [2, 3], 4], [[1], [2, 0], [-1], [2, 1]])
    assert pruned == [0, []]
    copied = ivy.copy_nest(given := nest())
    copied["a"].append(0)
    assert given == nest()


@pytest.mark.parametrize(
    "call",
    [
        lambda x: ivy.set_nest_at_indices(x, [["a", 0], ["z"]], [1, 2]),
        lambda x: ivy.map_nest_at_indices(x, [["a", 0], ["a", 7]], str),
        lambda x: ivy.prune_nest_at_indices(x, [["a", 0], ["z"]]),
        lambda x: ivy.insert_into_nest_at_index(x, ["a", 9], 1),
        lambda x: ivy.insert_into_nest_at_index(x, ["z", 0], 1),
    ],
)
def test_indices_of_nothing_are_refused_before_anything_changes(call):
    given = nest()
    with pytest.raises(IndexError, match=r"Received: index="):
        call(given)
    assert given == nest()


def test_several_nests_and_many_calls():
    total = ivy.nested_multi_map(lambda xs, _: sum(xs), [nest(), nest()])
    assert total == {"a": [2, (4, 6)], "b": {"c": 8}}
    some = ivy.nested_multi_map(lambda xs, i: i, [nest()], [["b", "c"]])
    assert some == {"a": [1, (2, 3)], "b": {"c": ["b", "c"]}}
    rest = ivy.nested_multi_map(lambda xs, i: 0, [nest()], [["b", "c"]], False, True)
    assert rest == {"a": [0, (0, 0)], "b": {}}
    with pytest.raises(ValueError, match=r"have one structure"):
        ivy.nested_multi_map(lambda xs, _: 0, [[1], [1, 2]])
    assert ivy.map(lambda x, y: x + y, {"x": 1}, {"y": [1, 2]}) == [2, 3]
    assert ivy.map(lambda y: (y, 2 * y), unique={"y": [1.0, 2.0]}, mean=True) == (1.5, 3.0)
    assert float(ivy.map(lambda y: y, unique={"y": [X[0, 1], X[1, 1]]}, mean=True)) == 2.0
    with pytest.raises(ValueError, match=r"lists of one length.*\[1, 2\]"):
        ivy.map(lambda x, y: x, unique={"x": [1], "y": [1, 2]})
    assert ivy.prune_empty([[], {"a": None}, 1]) == [1]
    assert ivy.prune_empty([None, []], keep_nones=True) == [None]
    assert ivy.prune_empty([[]], base=False) is None


# -- places --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reduction", "wanted"),
    [("sum", [-3, 5, 0, 7]), ("min", [-2, 5, 0, 3]), ("max", [-1, 5, 0, 4])],
)
def test_scattered_updates_of_one_place_are_joined_among_themselves(reduction, wanted):
    indices = tf.constant([[0], [1], [0], [3], [3]])
    updates = [-1.0, 5.0, -2.0, 3.0, 4.0]
    got = ivy.scatter_nd(indices, updates, (4,), reduction=reduction)
    assert got.numpy().tolist() == wanted
    flat = ivy.scatter_flat(indices[:, 0], updates, size=4, reduction=reduction)
    assert flat.numpy().tolist() == wanted
    rows = ivy.scatter_nd(indices, np.outer(updates, [1, 1]), (4, 2), reduction=reduction)
    assert rows.numpy()[:, 1].tolist() == wanted
    inputs = keras.Input(batch_shape=(5,))
    model = keras.Model(inputs, ivy.scatter_nd(indices, inputs, (4,), reduction=reduction))
    assert model(tf.constant(updates)).numpy().tolist() == wanted


def test_scatter_keeps_what_it_kept():
    got = ivy.scatter_nd([[1], [1]], [True, False], (2,), reduction="replace")
    assert got.numpy().tolist() == [False, False]
    with pytest.raises(ValueError, match=r"one of.*'max'.*reduction='mean'"):
        ivy.scatter_nd([[0]], [1], (2,), reduction="mean")
    with pytest.raises(ValueError, match=r"`size` is needed"):
        ivy.scatter_flat([0], [1])


@pytest.mark.parametrize("args", [(3,), (3, 4), (3, 4, 1), (4, 2, -1)])
def test_triangles_are_those_of_numpy(args):
    n, m, k = (*args, *(None, 0)[len(args) - 1 :])
    for name in ("tril_indices", "triu_indices"):
        wanted = getattr(np, name)(n, k, m)
        got = getattr(ivy, name)(*args)
        np.testing.assert_array_equal(np.stack(got), np.stack(wanted))


@pytest.mark.parametrize("k", range(-2, 5))
@pytest.mark.parametrize("axes", [(0, 1), (1, 0), (-1, 0)])
def test_turns_are_those_of_numpy(k, axes):
    x = np.arange(24).reshape(2, 3, 4)
    np.testing.assert_array_equal(ivy.rot90(x, k=k, axes=axes), np.rot90(x, k, axes))


def test_sizes_and_indices_of_grids():
    assert ivy.broadcast_shapes((2, 1), (3,), ()) == (2, 3)
    with pytest.raises(ivy.exceptions.IvyBroadcastShapeError, match=r"do not broadcast"):
        ivy.broadcast_shapes((2,), (3,))
    np.testing.assert_array_equal(ivy.indices((2, 3)), np.indices((2, 3)))
    for ours, theirs in zip(
        ivy.indices((2, 3), sparse=True), np.indices((2, 3), sparse=True), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)
    assert list(ivy.ndindex((2, 2))) == list(np.ndindex(2, 2))
    with pytest.raises(ValueError, match=r"there are 6 entries"):
        ivy.unravel_index([6], (2, 3))


def test_expanding_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"shape=\(-1, 2\), x of shape \(2,\)"):
        ivy.expand([1, 2], (-1, 2))
    with pytest.raises(ValueError, match=r"expand"):
        ivy.expand([1, 2], (3,))


# -- gradients -----------------------------------------------------------------------------------


def test_derivatives_of_functions():
    v = ivy.Container(a=tf.constant([1.0, 2.0]), b={"c": tf.constant(3.0)})

    def loss(v, scale):
        return ivy.sum(v.a**2) * v.b.c * scale

    got = ivy.grad(loss)(v, 2.0)
    assert type(got) is ivy.Container
    np.testing.assert_allclose(got.a, [12.0, 24.0])
    np.testing.assert_allclose(got.b.c, 10.0)
    both = ivy.grad(loss, argnums=(0, 1))(v, 2.0)
    assert float(both[1]) == 15.0
    assert float(ivy.grad(ivy.grad(ivy.grad(lambda x: x**4)))(2.0)) == 48.0
    with pytest.raises(ValueError, match=r"`jac` takes any array"):
        ivy.grad(lambda x: x)(X)
    with pytest.raises(ValueError, match=r"argnums=2"):
        ivy.grad(loss, argnums=2)(v, 1.0)


def test_jacobians_and_products_with_them():
    def function(x):
        return ivy.stack([x[0] * x[1], ivy.sin(x[2]), x[0]])

    x = np.array([1.0, 2.0, 3.0])
    wanted = np.array([[2, 1, 0], [0, 0, np.cos(3.0)], [1, 0, 0]])
    np.testing.assert_allclose(ivy.jac(function)(tf.constant(x)), wanted, atol=1e-12)
    direction, weights = np.array([1.0, -1.0, 0.5]), np.array([2.0, 1.0, -1.0])
    y, change = ivy.jvp(function, [tf.constant(x)], [tf.constant(direction)])
    np.testing.assert_allclose(change, wanted @ direction, atol=1e-12)
    y, back = ivy.vjp(function, tf.constant(x))
    np.testing.assert_allclose(back(tf.constant(weights))[0], weights @ wanted, atol=1e-12)
    np.testing.assert_allclose(y, [2.0, np.sin(3.0), 1.0])
    with pytest.raises(ValueError, match=r"of the same shape"):
        ivy.jvp(function, [tf.constant(x)], [tf.constant(x[:2])])
    assert ivy.requires_gradient(ivy.Linear(1, 1).v)
    assert not ivy.requires_gradient(ivy.Container(a=X))


# -- draws and windows ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("draw", "mean", "deviation"),
    [
        (lambda **k: ivy.gamma(3.0, 2.0, shape=(20_000,), **k), 1.5, 3**0.5 / 2),
        (lambda **k: ivy.beta(2.0, 3.0, shape=(20_000,), **k), 0.4, 0.2),
        (lambda **k: ivy.poisson(4.0, shape=(20_000,), **k), 4.0, 2.0),
        (lambda **k: ivy.dirichlet([1.0, 3.0], size=(20_000,), **k)[:, 0], 0.25, (3 / 80) ** 0.5),
    ],
)
def test_draws_have_mean_and_deviation(draw, mean, deviation):
    x = draw(seed=3).numpy()
    assert abs(x.mean() - mean) < 5 * deviation / len(x) ** 0.5
    assert abs(x.std() / deviation - 1) < 0.05
    np.testing.assert_array_equal(draw(seed=3), x)
    assert not np.array_equal(draw(seed=4), x)
    assert draw(seed=3, dtype="float64").dtype == tf.float64


def test_draws_are_of_positive_parameters_and_one_shape():
    with pytest.raises(ValueError, match=r"gamma: `rate` is positive"):
        ivy.gamma(1.0, 0.0)
    with pytest.raises(ValueError, match=r"not both"):
        ivy.beta([1.0, 2.0], 1.0, shape=(2,))
    assert ivy.beta([1.0, 2.0], 1.0).shape == (2,)


@pytest.mark.parametrize("size", [0, 1, 2, 5, 8])
@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize("name", ["hann", "hamming", "blackman", "kaiser"])
def test_windows_are_those_of_scipy(name, size, periodic):
    args = (("kaiser", 12.0) if name == "kaiser" else name, size, periodic)
    wanted = scipy.signal.get_window(*args) if size else np.zeros(0)
    got = getattr(ivy, f"{name}_window")(size, periodic=periodic, dtype="float64")
    np.testing.assert_allclose(got, wanted, rtol=1e-6, atol=1e-7)


def test_transforms_along_axes_and_of_sizes():
    x = np.random.default_rng(0).normal(size=(3, 4, 5))
    np.testing.assert_allclose(ivy.fft2(x, s=(2, 6), dim=(0, 2)), np.fft.fft2(x, (2, 6), (0, 2)))
    np.testing.assert_allclose(ivy.rfftn(x, axes=(0, 1)), np.fft.rfftn(x, axes=(0, 1)), atol=1e-12)
    np.testing.assert_allclose(ivy.rfft(x, n=7, axis=1), np.fft.rfft(x, 7, 1), atol=1e-12)
    np.testing.assert_allclose(ivy.ifftn(x, s=(4, 5)), np.fft.ifftn(x, (4, 5), (1, 2)), atol=1e-12)
    with pytest.raises(ValueError, match=r"no such axes"):
        ivy.fft2(x[0, 0])


def test_samples_between_and_beyond():
    xp, fp = np.array([0.0, 1.0, 3.0]), np.array([1.0, -1.0, 5.0])
    x = np.linspace(-1, 4, 21)
    np.testing.assert_allclose(ivy.interp(x, xp, fp), np.interp(x, xp, fp))
    wanted = np.interp(x, xp, fp, left=7.0, right=9.0)
    np.testing.assert_allclose(ivy.interp(x, xp, fp, left=7.0, right=9.0), wanted)


@pytest.mark.parametrize("reduction", ["none", "sum", "mean", "batchmean"])
@pytest.mark.parametrize("log_target", [False, True])
def test_divergences_are_those_of_scipy(reduction, log_target):
    p, q = np.array([[0.5, 0.5, 0.0], [0.2, 0.3, 0.5]]), np.full((2, 3), 1 / 3)
    if log_target:
        p = np.where(p == 0, 0.1, p)
    wanted = scipy.special.rel_entr(p, q)
    wanted = {"sum": wanted.sum(), "mean": wanted.mean(), "batchmean": wanted.sum() / 2}.get(
        reduction, wanted
    )
    target = np.log(p) if log_target else p
    got = ivy.kl_div(np.log(q), target, reduction=reduction, log_target=log_target)
    np.testing.assert_allclose(got, wanted, atol=1e-12)


def test_losses_of_counts_with_options():
    rate, count = np.array([0.5, 2.0]), np.array([0.0, 3.0])
    plain = ivy.poisson_nll_loss(rate, count, log_input=False, reduction="none")
    np.testing.assert_allclose(plain, rate - count * np.log(rate + 1e-8))
    full = ivy.poisson_nll_loss(rate, count, log_input=False, full=True, reduction="sum")
    stirling = 3 * np.log(3) - 3 + np.log(2 * np.pi * 3) / 2
    np.testing.assert_allclose(full, plain.numpy().sum() + stirling)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: ivy.vander([1.0, 2.0], N=10**9), "vander: `N`.*Received: N="),
        (lambda: ivy.ndindex(tf.constant([2.0, 3.0])), "ndindex: `shape`.*Received: "),
        (
            lambda: ivy.split_func_call(ivy.abs, [tf.ones([3])], "concat", output_axes=7),
            "no such axis. Received: output_axes=7",
        ),
    ],
)
def test_sizes_and_axes_that_cannot_be_are_refused(call, match):
    with pytest.raises((TypeError, ValueError), match=match):
        call()
