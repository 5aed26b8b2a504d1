"""Functions and layers inside `tf.vectorized_map` and `ivy.vmap`, against a Python loop."""

import importlib.util
import pathlib

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy import ops


def _load(folder, name):
    path = pathlib.Path(__file__).parents[1] / folder / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"{folder}_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


calls, cases = _load("ops", "calls"), _load("layers", "cases")

#: Sizes of results depend on values, or the function asks about shapes alone.
SHAPELESS = {"shape", "size", "get_num_dims"}
#: Functions that TensorFlow or Keras makes of branches, whose gradients TensorFlow cannot map.
BRANCHING = {"matrix_exp", "nanmedian"}
#: Functions of floating point numbers; those of single entries map by their nature.
NAMES = sorted(
    n for n, row in calls.ROWS.items()
    if "f" in row.types and row.symbolic and not row.draws and not row.once
    and n not in SHAPELESS | BRANCHING and not getattr(ops, n).__module__.endswith("elementwise")
)  # fmt: skip


def looped(fn, *stacks):
    """The results of a loop."""
    parts = [fn([s[i] for s in stacks]) for i in range(len(stacks[0]))]
    return [tf.stack(p) for p in zip(*(tf.nest.flatten(part) for part in parts), strict=True)]


def both(fn, *stacks):
    """The results of `tf.vectorized_map`, and those of a loop."""
    return tf.nest.flatten(tf.vectorized_map(fn, list(stacks))), looped(fn, *stacks)


def agree(mapped, loop, bound):
    for a, b in zip(mapped, loop, strict=True):
        assert a.shape == b.shape
        a, b = (x.numpy().astype(complex if x.dtype.is_complex else float) for x in (a, b))
        np.testing.assert_allclose(a, b, rtol=bound, atol=bound * max(1, np.abs(b).max(initial=0)))


def values_and_gradients(name):
    """A function of a list of arrays, which calls one of the package's; three lists, stacked."""
    row = calls.ROWS[name]
    maker = calls.Maker("tensor", "float32")
    made = row.make(maker)
    where = {id(x): i for i, x in enumerate(maker.made)}

    def fn(xs):
        def swap(value):
            if isinstance(value, list):
                return [swap(v) for v in value]
            if isinstance(value, dict):
                return {k: swap(v) for k, v in value.items()}
            return xs[where[id(value)]] if id(value) in where else value

        with tf.GradientTape() as tape:
            tape.watch(xs)
            out = calls.call(getattr(ops, name), tuple(swap(v) for v in made))
            floats = [y for y in tf.nest.flatten(out) if y.dtype.is_floating]
            total = tf.add_n([tf.reduce_sum(y**2) for y in floats]) if floats else 0.0
        if not row.gradient or not floats:
            return tf.nest.flatten(out)
        grads = tape.gradient(total, xs)
        return [*tf.nest.flatten(out), *[tf.convert_to_tensor(g) for g in grads if g is not None]]

    return fn, [tf.stack([x, 0.75 * x, 0.5 * x]) for x in maker.made]


#: One map for several functions takes less time than one for each.
GROUPS = [NAMES[i : i + 20] for i in range(0, len(NAMES), 20)]


@pytest.mark.parametrize("names", GROUPS, ids=lambda names: names[0])
def test_functions_map_as_in_a_loop(names):
    fns, stacks = zip(*map(values_and_gradients, names), strict=True)
    every = lambda xs: [fn(x) for fn, x in zip(fns, xs, strict=True)]
    mapped = tf.vectorized_map(every, list(stacks))
    wrong = {}
    for name, found, fn, given in zip(names, mapped, fns, stacks, strict=True):
        try:
            agree(found, looped(fn, *given), 1e-5 * calls.ROWS[name].loose)
        except AssertionError as error:
            wrong[name] = str(error)
    assert wrong == {}


@pytest.mark.xfail(raises=ValueError, reason="TensorFlow cannot map the gradient of a branch")
@pytest.mark.parametrize("name", sorted(BRANCHING))
def test_functions_of_branches_map_as_in_a_loop(name):
    fn, stacks = values_and_gradients(name)
    agree(*both(fn, *stacks), 1e-5 * calls.ROWS[name].loose)


@pytest.mark.parametrize("case", cases.CASES, ids=lambda c: c[0])
def test_layers_map_as_in_a_loop(case):
    name, cls, options, shape = case[:4]
    layer = cls(**options)
    layer.eval()
    rng = np.random.default_rng(3)
    low, high = (0.1, 0.9) if name == "logit" else (-1.0, 1.0)
    x = tf.constant(rng.uniform(low, high, (3, *shape)), "float32")
    if name == "embedding":
        x = tf.constant(rng.integers(0, 4, (3, *shape)))
    layer(x[0])
    variables = [v.value for v in layer.trainable_variables]

    def fn(xs):
        with tf.GradientTape() as tape:
            tape.watch(xs)
            out = tf.nest.flatten(layer(xs[0]))
            total = tf.add_n([tf.reduce_sum(tf.math.abs(y) ** 2) for y in out])
        sources = [*variables, *(x for x in xs if x.dtype.is_floating)]
        grads = tape.gradient(total, sources)
        return [*out, *[tf.convert_to_tensor(g) for g in grads if g is not None]]

    agree(*both(fn, x), 2e-5)


@pytest.mark.parametrize("sequence", [True, False])
@pytest.mark.parametrize("state", [True, False])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("steps", [4, None])
def test_gradients_of_each_example_of_an_lstm(sequence, state, layers, steps):
    lstm = ivy.LSTM(3, 2, num_layers=layers, return_sequence=sequence, return_state=state)
    x = tf.constant(np.random.default_rng(0).normal(size=(3, 1, 4, 3)), "float32")
    variables = [v.value for v in lstm.trainable_variables]

    def fn(xs):
        with tf.GradientTape() as tape:
            tape.watch(xs)
            out = tf.nest.flatten(lstm(xs[0]))
            total = tf.add_n([tf.reduce_sum(y**2) for y in out])
        return [*out, *tape.gradient(total, [*variables, *xs])]

    signature = [tf.TensorSpec((3, 1, steps, 3))]
    mapped = tf.function(lambda x: tf.vectorized_map(fn, [x]), input_signature=signature)(x)
    agree(mapped, looped(fn, x), 1e-5)


def test_a_masked_lstm_maps_as_in_a_loop():
    lstm = ivy.LSTM(3, 2, return_sequence=False, return_state=False)
    x = tf.constant(np.random.default_rng(0).normal(size=(3, 1, 4, 3)), "float32")
    mask = tf.constant([[[True, True, False, False]], [[True] * 4], [[False, True] * 2]])

    def fn(xs):
        with tf.GradientTape() as tape:
            tape.watch(xs[0])
            y = lstm(xs[0], mask=xs[1])
        return [y, tape.gradient(y, xs[0])]

    agree(*both(fn, x, mask), 1e-5)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_borders_of_max_pooling_hold_nothing(n):
    x = -tf.ones((2, *(4,) * n, 3)) - tf.random.stateless_uniform((2, *(4,) * n, 3), [1, 2])
    pool = getattr(ivy, f"max_pool{n}d")
    mapped = ivy.vmap(lambda a: pool(a[tf.newaxis], 3, 2, 1)[0])(x)
    np.testing.assert_array_equal(mapped, pool(x, 3, 2, 1))
    layer = getattr(ivy, f"MaxPool{n}D")(3, 2, 1)
    mapped = ivy.vmap(lambda a: layer(a[tf.newaxis])[0])(x)
    np.testing.assert_array_equal(mapped, pool(x, 3, 2, 1))


def test_borders_of_a_number_hold_it():
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    mapped = ivy.vmap(lambda a: ivy.constant_pad(a, (1, 2), value=3.0))(x)
    np.testing.assert_array_equal(mapped, np.pad(x, [(0, 0), (1, 2)], constant_values=3.0))
    mapped = ivy.vmap(lambda a: ivy.pad(a, (1, 1), constant_values=-1))(tf.cast(x, "int32"))
    np.testing.assert_array_equal(mapped, np.pad(x, [(0, 0), (1, 1)], constant_values=-1))
    value = keras.Variable(5.0)
    padded = ivy.vmap(lambda a: ivy.pad(a, (1, 0), constant_values=value))(x)
    assert padded.numpy()[:, 0].tolist() == [5.0, 5.0]
