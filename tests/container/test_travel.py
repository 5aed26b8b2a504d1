"""A Container passes through every library as itself, in one sorted order."""

import copy
import pickle

import keras
import numpy as np
import optree
import pytest
import tensorflow as tf

from keras_ivy import Container
from keras_ivy.container import register_with_jax
from tests.one_process import failures_of

#: What has to be asked where nothing is imported yet.
LATE_JAX = """
import sys
sys.modules["jax"] = None  # TensorFlow looks for it on import
import tensorflow as tf
del sys.modules["jax"]
from keras_ivy import Container
assert not any(name.partition(".")[0] == "jax" for name in sys.modules)
import jax
assert type(jax.tree.map(lambda x: x + 1, Container(a=1))) is Container
"""
#: What has to be asked where TensorFlow has made no tensor yet.
STRATEGY = """
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from keras_ivy import Container
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
c = Container({"b": {"d": tf.constant([3.0])}, "a": tf.constant([1.0])})

@tf.function
def run(c):
    return strategy.run(lambda c: c * 2.0, args=(c,))

for result in (strategy.run(lambda c: c * 2.0, args=(c,)), run(c)):
    assert type(result) is Container and type(result.b) is Container
    summed = strategy.reduce("SUM", result, axis=None)
    assert type(summed) is Container, type(summed)
    assert summed.flatten()["b/d"].numpy() == [12.0]
rows = tf.data.Dataset.from_tensor_slices(Container.stack([c, c * 2])).batch(2)
for batch in strategy.experimental_distribute_dataset(rows):
    assert type(batch) is Container
with strategy.scope():
    v = c.map(tf.Variable)
strategy.run(lambda: v.assign_add(c))
assert v.b.d.numpy() == [6.0]
"""


@pytest.fixture(scope="module")
def failures():
    return failures_of({"jax": LATE_JAX, "strategy": STRATEGY})


PATHS = ["a", "b/c", "b/d"]


def make(**options):
    return Container(
        {"b": {"d": tf.constant([3.0, 4.0]), "c": tf.constant(2.0)}, "a": tf.constant([1.0])},
        **options,
    )


def assert_is(result, factor=1.0):
    """Check types on every level, the order of the keys, and the values."""
    assert type(result) is Container
    assert type(result.b) is Container
    assert list(result.flatten()) == PATHS
    expected = [np.array([1.0]), np.array(2.0), np.array([3.0, 4.0])]
    for leaf, value in zip(result.flatten().values(), expected, strict=True):
        np.testing.assert_allclose(np.asarray(leaf), value * factor, rtol=1e-6)


def double(x):
    return x * 2.0


def test_tf_nest_keeps_container():
    assert_is(tf.nest.map_structure(double, make()), 2.0)
    tf.nest.assert_same_structure(make(), make())
    flat = tf.nest.flatten(make())
    assert_is(tf.nest.pack_sequence_as(make(), flat))


@pytest.mark.parametrize("namespace", ["", "keras"])
def test_optree_keeps_container(namespace):
    assert_is(optree.tree_map(double, make(), namespace=namespace), 2.0)
    paths = optree.tree_paths(make(), namespace=namespace)
    assert paths == [("a",), ("b", "c"), ("b", "d")]
    accessors = optree.tree_accessors(make(), namespace=namespace)
    assert accessors[1](make()).numpy() == 2.0


def test_keras_tree_keeps_container():
    assert_is(keras.tree.map_structure(double, make()), 2.0)
    assert_is(keras.tree.pack_sequence_as(make(), keras.tree.flatten(make())))
    keras.tree.assert_same_structure(make(), make())
    paths = [path for path, _ in keras.tree.flatten_with_path(make())]
    assert paths == [("a",), ("b", "c"), ("b", "d")]


def test_jax_tree_keeps_container():
    import jax

    assert register_with_jax(Container)
    assert_is(jax.tree.map(double, make()), 2.0)
    numbers = make().to_numpy()
    assert_is(jax.jit(lambda c: jax.tree.map(double, c))(numbers), 2.0)
    assert_is(
        jax.grad(lambda c: sum(x.sum() for x in jax.tree.leaves(c)) * 2.0)(numbers) * numbers, 2.0
    )
    keys = [jax.tree_util.keystr(path) for path, _ in jax.tree_util.tree_leaves_with_path(make())]
    assert keys == ["['a']", "['b']['c']", "['b']['d']"]


def test_jax_is_told_when_it_is_imported_later(failures):
    assert failures["jax"] == ""


def test_dm_tree_and_tf_data_rules_rebuild_container():
    # Both rebuild a dict subclass from pairs, one of them from a generator.
    assert_is(Container([*make().items()]))
    assert_is(type(make())((k, v) for k, v in make().items()))


def test_every_library_agrees_with_insertion_order_reversed():
    scrambled = Container(alphabetical_keys=False)
    for path in reversed(PATHS):
        scrambled[path] = make()[path]
    assert list(scrambled) == ["b", "a"]
    expected = [np.asarray(x).tolist() for x in make().flatten().values()]
    for flatten in (tf.nest.flatten, optree.tree_leaves, keras.tree.flatten):
        assert [np.asarray(x).tolist() for x in flatten(scrambled)] == expected


def test_subclass_is_a_node_too():
    class Agent(Container):
        pass

    agent = Agent(make())
    assert len(keras.tree.flatten(agent)) == 3
    assert type(tf.nest.map_structure(double, agent)) is Agent
    assert_is(keras.tree.map_structure(double, agent), 2.0)


def test_tf_function_traces_once_and_keeps_container():
    traces = []

    @tf.function
    def step(c):
        traces.append(type(c))
        return c * 2.0

    assert_is(step(make()), 2.0)
    assert_is(step(step(make())), 4.0)
    assert_is(step(make(print_limit=3)), 2.0)
    assert traces == [Container]


def test_tf_function_accepts_input_signature():
    signature = make().map(tf.TensorSpec.from_tensor)
    step = tf.function(lambda c: c * 2.0, input_signature=[signature])
    assert_is(step(make()), 2.0)


def test_xla_keeps_container():
    assert_is(tf.function(lambda c: c * 2.0, jit_compile=True)(make()), 2.0)


def test_gradient_tape_gives_container():
    c = make()
    with tf.GradientTape() as tape:
        tape.watch(c)
        loss = (c * c).sum().map(lambda x: x)
        total = tf.add_n(list(loss.flatten().values()))
    assert_is(tape.gradient(total, c), 2.0)


def test_gradient_tape_finds_variables():
    c = make().map(keras.Variable)
    with tf.GradientTape() as tape:
        total = tf.add_n(list((c * c).sum().flatten().values()))
    assert_is(tape.gradient(total, c.map(lambda v: v.value)), 2.0)


def test_tf_data_keeps_container():
    rows = tf.data.Dataset.from_tensor_slices(Container.stack([make(), make() * 2.0]))
    first, second = rows
    assert_is(first)
    assert_is(second, 2.0)
    assert_is(next(iter(rows.map(double).batch(2).unbatch())), 2.0)
    assert type(rows.element_spec) is Container


def test_while_loop_keeps_container():
    _, result = tf.while_loop(lambda i, c: i < 3, lambda i, c: (i + 1, c * 2.0), (0, make()))
    assert_is(result, 8.0)

    @tf.function
    def power(c, n):
        for _ in tf.range(n):
            c = c * 2.0
        return c

    assert_is(power(make(), tf.constant(3)), 8.0)


def test_cond_keeps_container():
    branch = tf.function(lambda p, c: tf.cond(p, lambda: c, lambda: c * 2.0))
    assert_is(branch(tf.constant(True), make()))
    assert_is(branch(tf.constant(False), make()), 2.0)


def test_scan_and_map_fn_keep_container():
    stacked = Container.stack([make(), make() * 2.0])
    assert_is(tf.map_fn(double, stacked).unstack()[1], 4.0)
    sums = tf.scan(lambda a, c: tf.nest.map_structure(tf.add, a, c), stacked)
    assert_is(sums.unstack()[1], 3.0)


def test_vectorized_map_keeps_container():
    stacked = Container.stack([make(), make() * 2.0])
    assert_is(tf.vectorized_map(double, stacked).unstack()[1], 4.0)


def test_custom_gradient_keeps_container():
    @tf.custom_gradient
    def pass_through(*leaves):
        return leaves, lambda *grads: [g * 2.0 for g in grads]

    c = make()
    with tf.GradientTape() as tape:
        tape.watch(c)
        total = tf.add_n([tf.reduce_sum(x * x) for x in pass_through(*tf.nest.flatten(c))])
    assert_is(tape.gradient(total, c), 4.0)


def test_recompute_grad_keeps_container():
    @tf.recompute_grad
    def energy(c):
        return tf.add_n([tf.reduce_sum(x * x) for x in c.flatten().values()])

    c = make()
    with tf.GradientTape() as tape:
        tape.watch(c)
        total = energy(c)
    assert_is(tape.gradient(total, c), 2.0)


def test_mirrored_strategy_runs_with_container(failures):
    assert failures["strategy"] == ""


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickle_keeps_container_and_options(protocol):
    loaded = pickle.loads(pickle.dumps(make(print_limit=3), protocol))
    assert_is(loaded)
    assert loaded.cont_config["print_limit"] == 3


def test_pickle_keeps_variables():
    loaded = pickle.loads(pickle.dumps(make().map(keras.Variable)))
    assert_is(loaded)
    assert isinstance(loaded.a, keras.Variable)


def test_copy_is_shallow_and_deepcopy_is_deep():
    c = make().map(keras.Variable)
    shallow, deep = copy.copy(c), copy.deepcopy(c)
    assert shallow.b is c.b
    assert_is(deep)
    deep.b.c.assign(7.0)
    assert c.b.c.numpy() == 2.0
    assert type(deep.b.c) is type(c.b.c)


def test_deepcopy_keeps_shared_leaves_shared():
    x = tf.constant(1.0)
    deep = copy.deepcopy(Container(a=x, b=x))
    assert deep.a is deep.b
    assert deep.a is not x


def test_saved_model_accepts_and_returns_the_structure(tmp_path):
    module = tf.Module()
    module.weights = make().map(tf.Variable)
    module.step = tf.function(lambda c: c * module.weights)
    module.step.get_concrete_function(make().map(tf.TensorSpec.from_tensor))
    tf.saved_model.save(module, str(tmp_path))
    loaded = tf.saved_model.load(str(tmp_path))
    result = loaded.step(make())
    assert result["b"]["c"].numpy() == 4.0
    assert loaded.weights.b.c.numpy() == 2.0


def test_tf_module_finds_variables():
    module = tf.Module()
    module.weights = make().map(tf.Variable)
    assert [v.shape.rank for v in module.trainable_variables] == [1, 0, 1]


def test_keras_optimizer_takes_the_leaves():
    c = make().map(keras.Variable)
    optimizer = keras.optimizers.SGD(0.5)
    optimizer.apply(list((c * 1.0).flatten().values()), list(c.flatten().values()))
    assert_is(c, 0.5)


def test_multi_input_keras_model_takes_container():
    inputs = Container(a=keras.Input((1,), name="a"), b={"c": keras.Input((1,), name="c")})
    model = keras.Model(inputs, keras.layers.Add()([inputs.a, inputs.b.c]))
    batch = Container({"a": tf.ones((2, 1)), "b": {"c": tf.ones((2, 1))}})
    assert model(batch).numpy().tolist() == [[2.0], [2.0]]
    assert model.predict(batch, verbose=0).tolist() == [[2.0], [2.0]]
