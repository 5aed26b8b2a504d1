"""Maths as methods: one table, checked against NumPy and against keras.ops."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy import Container
from keras_ivy.container.methods import TABLE
from keras_ivy.ops.leafwise import leafwise
from keras_ivy.utils.exceptions import IvyException

#: Attributes under which layers usually hold other layers and variables.
USUAL = """
    kernel bias gamma beta moving_mean moving_variance embeddings w b linear dense conv conv1
    conv2d dropout embedding encoder decoder attention query key value output head layers block
    body lstm gru cell running_mean running_var recurrent_kernel token pos mlp fc out proj q k v
    qkv weight weights features classifier pool bn ln embed
"""

RNG = np.random.default_rng(0)


def make(low=0.2, high=0.9, shape=(2, 3)):
    draw = lambda s: tf.constant(RNG.uniform(low, high, s))
    return Container(a=draw(shape), b={"c": draw(shape[::-1])})


#: Method -> the same in NumPy.
UNARY = {
    "abs": np.abs, "acos": np.arccos, "asin": np.arcsin, "atan": np.arctan, "atanh": np.arctanh,
    "asinh": np.arcsinh, "ceil": np.ceil, "cos": np.cos, "cosh": np.cosh, "exp": np.exp,
    "expm1": np.expm1, "floor": np.floor, "isfinite": np.isfinite, "isnan": np.isnan,
    "log": np.log, "log10": np.log10, "log1p": np.log1p, "log2": np.log2, "negative": np.negative,
    "reciprocal": np.reciprocal, "round": np.round, "sign": np.sign, "sin": np.sin,
    "sinh": np.sinh, "sqrt": np.sqrt, "square": np.square, "tan": np.tan, "tanh": np.tanh,
    "trunc": np.trunc, "mean": np.mean, "sum": np.sum, "prod": np.prod, "max": np.max,
    "min": np.min, "std": np.std, "var": np.var, "cumsum": lambda x: np.cumsum(x),
    "argmax": np.argmax, "argmin": np.argmin, "zeros_like": np.zeros_like,
    "ones_like": np.ones_like, "flip": np.flip, "any": np.any, "all": np.all,
    "reduce_mean": np.mean, "median": np.median, "matrix_transpose": np.transpose,
    "relu": lambda x: np.maximum(x, 0), "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softplus": lambda x: np.log1p(np.exp(x)),
    "mish": lambda x: x * np.tanh(np.log1p(np.exp(x))),
    "vector_norm": lambda x: np.linalg.norm(x.ravel()),
    "acosh": None,
}  # fmt: skip


@pytest.mark.parametrize("name", [n for n, f in UNARY.items() if f])
def test_method_equals_numpy_leaf_by_leaf(name):
    c = make()
    result = getattr(c, name)()
    assert type(result) is Container
    for path, leaf in c.flatten().items():
        np.testing.assert_allclose(result[path], UNARY[name](leaf.numpy()), rtol=1e-10)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda c: c.sum(axis=0), lambda x: x.sum(0)),
        (lambda c: c.mean(1, True), lambda x: x.mean(1, keepdims=True)),
        (lambda c: c.std(correction=1), lambda x: x.std(ddof=1)),
        (lambda c: c.var(axis=0, correction=1), lambda x: x.var(0, ddof=1)),
        (lambda c: c.clip(0.3, 0.5), lambda x: x.clip(0.3, 0.5)),
        (lambda c: c.reshape((-1,)), np.ravel),
        (lambda c: c.permute_dims((1, 0)), np.transpose),
        (lambda c: c.expand_dims(0), lambda x: x[None]),
        (lambda c: c.pow(3), lambda x: x**3),
        (lambda c: c.leaky_relu(), lambda x: np.where(x > 0, x, 0.2 * x)),
        (lambda c: (-c).leaky_relu(alpha=0.5), lambda x: -0.5 * x),
        (lambda c: c.astype("float32"), lambda x: x.astype("float32")),
        (lambda c: c.vector_norm(axis=0), lambda x: np.linalg.norm(x, axis=0)),
        (lambda c: c.vector_norm(ord=1), lambda x: np.abs(x).sum()),
        (
            lambda c: c.vector_norm(axis=1, keepdims=True),
            lambda x: np.linalg.norm(x, axis=1)[:, None],
        ),
        (lambda c: c.remainder(0.25), lambda x: x % 0.25),
        (lambda c: c.softmax(axis=-1).sum(axis=-1), lambda x: np.ones(len(x))),
        (lambda c: c.where(c.zeros_like(), c), lambda x: 0 * x),
    ],
)
def test_method_with_arguments(call, expected):
    c = make()
    for path, leaf in c.flatten().items():
        result = call(c)[path]
        np.testing.assert_allclose(result, expected(leaf.numpy()), rtol=1e-6)


def test_gelu_is_exact_by_default_as_in_ivy():
    x = tf.constant([0.7], "float64")
    for approximate in (False, True):
        expected = keras.ops.gelu(x, approximate=approximate)
        made = Container(x=x).gelu(approximate=approximate).x
        np.testing.assert_allclose(made, expected, rtol=1e-6)
    assert made.dtype == "float64"


def test_further_containers_are_walked_together():
    c = make()
    for other in (c * 2, (c * 2).cont_to_dict()):
        assert (c.add(other) == c * 3).cont_all_true()
    assert (c.maximum(c * 2) == c * 2).cont_all_true()
    assert (c.multiply(tf.constant(2.0, "float64")) == c * 2).cont_all_true()
    with pytest.raises(ValueError, match="'b/c' is only in the first"):
        c.add(c.select("a"))


def test_key_chains_choose_the_leaves():
    c = make()
    assert c.sum(key_chains="b/c").a is c.a
    assert c.sum(key_chains=["b/c"]).b.c.shape == ()
    assert c.sum(key_chains=["b/c"], to_apply=False).b.c is c.b.c
    assert list(c.sum(key_chains=["b/c"], prune_unapplied=True).flatten()) == ["b/c"]
    mixed = Container(a=tf.constant(4.0), name="text")
    assert mixed.sqrt(key_chains=["a"]).a.numpy() == 2.0


def test_out_is_written_into():
    c = make()
    out = Container(a=tf.Variable(tf.zeros((2, 3), "float64")), b={"c": None})
    variable = out.a
    assert c.exp(out=out) is out
    assert out.a is variable
    np.testing.assert_allclose(variable, np.exp(c.a))
    np.testing.assert_allclose(out.b.c, np.exp(c.b.c))


@pytest.mark.parametrize("leaf", ["text", None, tf.ones((2, 3))])
def test_failures_name_method_and_leaf(leaf):
    with pytest.raises((TypeError, ValueError), match=r"`matmul` failed on 'b/bad'") as caught:
        Container(a=tf.ones((2, 2)), b={"bad": leaf}).matmul(tf.ones((2, 2)))
    assert isinstance(caught.value, IvyException)


def test_methods_are_documented_and_named():
    for name in TABLE:
        method = vars(Container)[name]
        assert method.__name__ == name
        assert method.__qualname__ == f"Container.{name}"
        assert method.__doc__.startswith("Return the Container of `")
    assert "`keras_ivy.sqrt`" in Container.sqrt.__doc__
    assert "`keras.ops.softmax`" in Container.softmax.__doc__


def test_methods_hide_no_usual_names_of_variables_and_layers():
    assert not [name for name in USUAL.split() if hasattr(Container, name)]


def test_methods_work_in_graphs():
    c = make()
    step = tf.function(lambda c: c.sqrt().sum(axis=0))
    assert (step(c) - c.sqrt().sum(axis=0)).cont_map(
        lambda x, _: float(abs(x).numpy().max())
    ).a < 1e-12


def test_python_numbers_as_leaves():
    assert float(Container(a=4).sqrt().a) == 2.0


LEAVES = {
    "float32": tf.constant([[0.3, -0.7], [0.2, 0.9]]),
    "float64": tf.constant([[0.3, -0.7], [0.2, 0.9]], "float64"),
    "int32": tf.constant([[1, 2], [3, 4]]),
    "bool": tf.constant([[True, False], [True, True]]),
    "complex64": tf.constant([[0.3 + 0.1j, 0.7], [0.2, 0.9 - 1j]], "complex64"),
    "numpy": np.array([[0.3, 0.7], [0.2, 0.9]]),
    "python": 0.5,
}
#: What methods take beside the leaf, where it is no second leaf.
GIVEN = {
    "astype": ("float32",), "cast": ("float32",), "broadcast_to": ((3, 2, 2),),
    "full_like": (2.0,), "permute_dims": ((1, 0),), "roll": (1,), "tile": ((2, 1),),
}  # fmt: skip
PAIRS = {
    "add", "atan2", "divide", "equal", "floor_divide", "greater", "greater_equal", "less",
    "less_equal", "logaddexp", "logical_and", "logical_or", "logical_xor", "matmul", "maximum",
    "minimum", "multiply", "not_equal", "outer", "pow", "remainder", "subtract",
}  # fmt: skip


def answer(function, *args):
    try:
        return [np.array(x) for x in keras.tree.flatten(function(*args).a)]
    except (TypeError, ValueError, tf.errors.OpError) as error:
        return type(error)


@pytest.mark.parametrize("name", sorted(leafwise()))
def test_methods_and_functions_are_one(name):
    function = getattr(ivy, name)
    for kind, leaf in LEAVES.items():
        given = GIVEN.get(name, (leaf,) if name in PAIRS else ())
        method = answer(getattr(Container, name), Container(a=leaf), *given)
        whole = answer(function, Container(a=leaf), *given)
        if isinstance(whole, type):
            assert isinstance(method, type), kind
            continue
        for x, y in zip(method, whole, strict=True):
            assert x.dtype == y.dtype, kind
            np.testing.assert_array_equal(x, y, err_msg=kind)


@pytest.mark.parametrize("ord", [0, 1, 2, 3, np.inf])
@pytest.mark.parametrize("axis", [None, 0, -1])
@pytest.mark.parametrize("keepdims", [False, True])
def test_the_norm_of_a_matrix_as_a_vector(ord, axis, keepdims):
    m = RNG.normal(size=(2, 3))
    made = Container(w=m).vector_norm(axis, keepdims, ord).w
    same = ivy.vector_norm(Container(w=m), axis=axis, keepdims=keepdims, ord=ord).w
    np.testing.assert_array_equal(made, same)
    flat = m.ravel() if axis is None else m
    expected = np.linalg.norm(flat, ord=ord, axis=0 if axis is None else axis)
    if keepdims:
        expected = np.reshape(expected, (1, 1)) if axis is None else np.expand_dims(expected, axis)
    assert made.shape == expected.shape
    np.testing.assert_allclose(made, expected, rtol=1e-12)


@pytest.mark.parametrize("name", ["var", "std"])
@pytest.mark.parametrize("correction", [0, 1, 0.5])
def test_moments_with_a_correction(name, correction):
    m = RNG.normal(size=(2, 3))
    made = getattr(Container(w=m), name)(axis=1, correction=correction, keepdims=True).w
    expected = getattr(np, name)(m, axis=1, ddof=correction, keepdims=True)
    np.testing.assert_allclose(made, expected, rtol=1e-12)
