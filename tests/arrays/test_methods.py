"""Methods and properties of arrays: all that Ivy's class has, on every kind of array."""

import json
import pathlib

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy import ops, optimizers
from keras_ivy.arrays.attributes import PROPERTIES, RULES, unbound
from keras_ivy.arrays.names import METHODS, PROMOTING
from tests.golden.load import HERE
from tests.networks import functional_layers, functional_maths

RECORDED = json.loads((HERE / "array_methods.json").read_text(encoding="utf-8"))
X = np.arange(6, dtype="float32").reshape(2, 3)

#: Kinds of arrays that a program holds.
KINDS = {
    "tf.Tensor": tf.constant,
    "keras.Variable": lambda x: keras.Variable(x, dtype=x.dtype.name),
    "tf.Variable": tf.Variable,
}
#: Functions of an array, with what NumPy says of them.
ROWS = [
    (name, args, kwargs, expected)
    for module in (functional_maths, functional_layers)
    for rows in vars(module).values()
    if isinstance(rows, list)
    for name, args, kwargs, expected in [
        row for row in rows if isinstance(row, tuple) and len(row) == 4
    ]
    if name in METHODS and name not in RULES and isinstance(args[0], np.ndarray)
]


@pytest.fixture(autouse=True)
def _array_mode():
    with ivy.set_array_mode(True):
        yield


def test_the_names_are_those_of_ivy():
    assert set(RECORDED["methods"]) == METHODS
    assert len(METHODS) > 400
    assert PROMOTING < METHODS
    here = set(PROPERTIES) | {"shape", "dtype", "device"}  # which TensorFlow has
    assert set(RECORDED["properties"]) - here == {"dynamic_backend"}  # there is one backend


def flat(result):
    if isinstance(result, list | tuple) and result and hasattr(result[0], "shape"):
        return [np.asarray(x) for x in result]
    return [np.asarray(result)]


@pytest.mark.parametrize("kind", KINDS)
def test_methods_compute_what_numpy_does(kind):
    assert len({row[0] for row in ROWS}) > 100
    for name, (first, *rest), kwargs, expected in ROWS:
        found = getattr(KINDS[kind](first), name)(*rest, **kwargs)
        for one, other in zip(flat(found), flat(expected), strict=True):
            np.testing.assert_allclose(one, other, rtol=2e-4, atol=2e-5, err_msg=name)


def test_methods_compute_the_same_while_traced():
    @tf.function(autograph=True)
    def traced(x):
        y = x.reshape((3, 2)).permute_dims((1, 0)).expand_dims(axis=0).squeeze(axis=0)
        return (y * 2).mean(axis=1), y.T, y.size, y[tf.constant([1])], y.matmul(y.T)

    mean, t, size, row, product = traced(tf.constant(X))
    y = X.reshape(3, 2).T
    np.testing.assert_allclose(mean, 2 * y.mean(1))
    np.testing.assert_array_equal(t, y.T)
    assert size == 6
    np.testing.assert_array_equal(row, y[[1]])
    np.testing.assert_allclose(product, y @ y.T)


def test_methods_are_nodes_of_functional_models(tmp_path):
    inputs = keras.Input((2, 3))
    y = (inputs.reshape((-1, 6)) * 2 + 1).expand_dims(axis=1).squeeze(axis=1).relu()
    y = y - y.mean(axis=-1, keepdims=True)
    model = keras.Model(inputs, [y, (inputs > 2.5).astype("float32").sum(axis=(1, 2))])
    model.save(tmp_path / "m.keras")
    flat = 2 * X.reshape(1, 6) + 1
    for each in (model, keras.saving.load_model(tmp_path / "m.keras")):
        found = each(X[None])
        np.testing.assert_allclose(found[0], flat - flat.mean(), rtol=1e-6)
        np.testing.assert_array_equal(found[1], [3.0])


def test_symbolic_tensors_promote_as_others_do():
    whole, real = keras.Input((3,), dtype="int32"), keras.Input((3,), dtype="float32")
    outputs = [whole * 1.5, 1.5 * whole, whole / whole, whole + real, real * 2, whole > 2.5]
    assert [y.dtype for y in outputs] == [
        "float64",
        "float64",
        "float32",
        "float64",
        "float32",
        "bool",
    ]
    model = keras.Model([whole, real], outputs)
    found = model([np.int32([[1, 2, 3]]), np.float32([[1, 2, 3]])])
    assert [y.numpy().tolist() for y in found[:3]] == [
        [[1.5, 3.0, 4.5]],
        [[1.5, 3.0, 4.5]],
        [[1.0] * 3],
    ]
    assert found[5].numpy().tolist() == [[False, False, True]]


@pytest.mark.parametrize("kind", KINDS)
def test_properties(kind):
    x = KINDS[kind](X)
    assert ivy.is_float_dtype(x.dtype)
    assert not ivy.is_int_dtype(x.dtype)
    assert (x.size, x.ndim, x.itemsize, x.strides, x.base) == (6, 2, 4, (12, 4), None)
    assert (x.backend, x.get_num_dims()) == ("tensorflow", 2)
    np.testing.assert_array_equal(x.T, X.T)
    np.testing.assert_array_equal(x.mT, X.T)
    assert isinstance(x.data, tf.Tensor)
    np.testing.assert_array_equal(x.data, X)
    np.testing.assert_array_equal(KINDS[kind](np.complex64([1 + 2j])).imag, [2.0])
    assert KINDS[kind](np.float32(3.0)).size == 1
    for bad in (np.zeros(3, "float32"), np.zeros((2, 2, 2), "float32")):
        with pytest.raises(ValueError, match=r"`T` is for arrays of two axes;.*Received"):
            KINDS[kind](bad).T  # noqa: B018
    with pytest.raises(ValueError, match="`mT` is for arrays of two axes or more"):
        KINDS[kind](np.zeros(3, "float32")).mT  # noqa: B018


def test_sizes_that_are_not_known_are_tensors():
    sizes = tf.function(lambda x: x.size, input_signature=[tf.TensorSpec((None, 3))])
    assert sizes(X).numpy() == 6
    inputs = keras.Input((3,))
    assert keras.Model(inputs, inputs.size)(X).numpy() == 6


def test_every_method_that_is_not_here_has_its_reason():
    page = (pathlib.Path(__file__).parents[2] / "docs" / "ivy_support.md").read_text("utf-8")
    reasons = page[page.index("## Why names are left out") :]
    missing = {n for n in METHODS if n not in RULES and not hasattr(ivy, n)}
    assert len(missing) < 50
    assert {name for name in missing if f"`{name}`" not in reasons} == set()


def test_methods_are_functions_of_the_array_too():
    np.testing.assert_allclose(unbound("mean")(tf.constant(X), axis=0), X.mean(0))
    for name in ("T", "nonsense"):
        with pytest.raises(AttributeError, match=rf"no such method. Received: Array\.{name}"):
            unbound(name)


def test_arrays_are_written_as_numpy_writes_them(tmp_path):
    tf.constant(X).to_file(tmp_path / "x.bin")
    np.testing.assert_array_equal(np.fromfile(tmp_path / "x.bin", "float32"), X.ravel())
    tf.constant(X).to_file(tmp_path / "x.txt", ",", "%.1f")
    assert (tmp_path / "x.txt").read_text() == "0.0,1.0,2.0,3.0,4.0,5.0"


def test_methods_whose_array_stands_elsewhere():
    x, y = tf.constant(X), tf.constant(X + 1)
    for name, expected in [
        ("concat", np.concatenate([X, X + 1])), ("stack", np.stack([X, X + 1])),
        ("vstack", np.vstack([X, X + 1])), ("hstack", np.hstack([X, X + 1])),
        ("dstack", np.dstack([X, X + 1])), ("column_stack", np.column_stack([X, X + 1])),
        ("concat_from_sequence", np.concatenate([X, X + 1])),
    ]:  # fmt: skip
        np.testing.assert_array_equal(getattr(x, name)([y]), expected, err_msg=name)
    np.testing.assert_array_equal(x.concat([y], axis=1), np.concatenate([X, X + 1], 1))
    np.testing.assert_allclose(x.multi_dot([tf.transpose(y), y]), X @ (X + 1).T @ (X + 1))
    outer = x.batched_outer([y]).numpy()
    np.testing.assert_allclose(outer, np.einsum("bi,bj->bij", X, X + 1))
    np.testing.assert_array_equal(x.einsum("ij,ij->i", y), np.einsum("ij,ij->i", X, X + 1))
    np.testing.assert_array_equal((x > 2).where(x, 0.0), np.where(X > 2, X, 0))
    assert (x > 2).where(x, tf.ones_like(x, "float64")).dtype == "float64"
    assert [x[0, 1].item(), x.item(4), x.tolist()[1]] == [1.0, 4.0, [3.0, 4.0, 5.0]]
    np.testing.assert_array_equal(x.view((3, 2)), X.reshape(3, 2))
    np.testing.assert_array_equal(x.view(), X)
    np.testing.assert_array_equal(x.unsqueeze(1), X[:, None])
    draws = tf.constant([[0.0, 1.0, 0.0]]).multinomial(3, 4, seed=1)
    np.testing.assert_array_equal(draws, [[1, 1, 1, 1]])


def test_methods_of_two_arrays_promote_as_operators_do():
    whole, real = tf.constant([1, 2]), tf.constant([1.0, 2.0])
    for name in sorted(PROMOTING & set(ops.__all__)):
        if "bitwise" in name or name in ("cross", "gcd", "lcm"):
            continue
        pair = whole[:, None], real[None]
        if name in ("matmul", "dot", "inner", "vecdot", "tensordot", "outer", "kron"):
            pair = whole, real
        options = {"axes": 1} if name == "tensordot" else {}
        found = getattr(pair[0], name)(pair[1], **options)
        expected = getattr(tf.cast(pair[0], "float64"), name)(
            tf.cast(pair[1], "float64"), **options
        )
        np.testing.assert_allclose(np.asarray(found), np.asarray(expected), err_msg=name)
        if not isinstance(found, bool):
            assert found.dtype == expected.dtype, name


def test_optimizer_functions_are_methods():
    step, mw, vw = tf.constant([1.0]).adam_step(tf.zeros(1), tf.zeros(1), 1)
    expected = optimizers.adam_step(tf.constant([1.0]), tf.zeros(1), tf.zeros(1), 1)
    np.testing.assert_array_equal([step, mw, vw], expected)
    updated = tf.constant([1.0]).gradient_descent_update(tf.constant([2.0]), 0.1)
    np.testing.assert_allclose(updated, [0.8], rtol=1e-6)


def test_what_is_not_there_says_so():
    x = tf.constant(X)
    missing = sorted(n for n in METHODS if n not in RULES and not hasattr(ivy, n))
    for name in missing[:3]:
        with pytest.raises(AttributeError, match=rf"no function.*Received: x\.{name}"):
            getattr(x, name)
        assert not hasattr(x, name)
    for kind in KINDS.values():
        with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
            kind(X).nonsense  # noqa: B018
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        keras.Input((3,)).nonsense  # noqa: B018


@pytest.mark.parametrize("kind", ["keras.Variable", "tf.Variable"])
def test_variables_change_where_a_program_writes(kind):
    x = KINDS[kind](X)
    x[0] = 7.0
    x[1, tf.constant([0, 2])] = tf.constant([8.0, 9.0])
    np.testing.assert_array_equal(x.numpy(), [[7, 7, 7], [8, 4, 9]])


def test_tensors_never_change_and_say_what_to_write():
    x = tf.constant(X)
    with pytest.raises(
        TypeError, match=r"never change: write `x = ivy\.set_item\(x, query, value\)"
    ):
        x[0] = 1.0
    y = x
    y += 1
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(y, X + 1)


def test_inplace_operators_make_new_arrays():
    for operator, expected in [
        ("+=", X + 2), ("-=", X - 2), ("*=", X * 2), ("/=", X / 2), ("//=", X // 2), ("%=", X % 2),
        ("**=", X**2),
    ]:  # fmt: skip
        names = {"x": tf.constant(X), "v": keras.Variable(X), "i": tf.constant([1, 2])}
        exec(f"x {operator} 2\nv {operator} 2\ni {operator} 2.5", names)
        np.testing.assert_allclose(names["x"], expected)
        np.testing.assert_allclose(names["v"], expected)
        assert names["i"].dtype == "float64"


def test_gradients_flow_through_methods_operators_and_indices():
    w = keras.Variable(X)
    with tf.GradientTape() as tape:
        y = (w.reshape((3, 2))[tf.constant([0, 2])] * tf.constant([1, 2])).astype("float32").sum()
    np.testing.assert_array_equal(tape.gradient(y, w.value), [[1, 2, 0], [0, 1, 2]])


def test_truth_values_among_themselves():
    one, other = tf.constant([True, True, False]), tf.constant([True, False, False])
    assert (one * other).numpy().tolist() == [True, False, False]
    assert (one + other).numpy().tolist() == [True, True, False]
    assert [(one < other).dtype, (one % one[:1]).dtype] == ["bool", "int8"]
    assert (one > other).numpy().tolist() == [False, True, False]
