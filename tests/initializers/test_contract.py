"""What holds for every initializer: configs, seeds, dtypes, shapes, graphs, Keras layers."""

import copy
import json
import pickle

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy.initializers as initializers
from keras_ivy.utils.exceptions import IvyException
from tests.initializers.cases import CASES, NAMES, RANDOM, concrete, make

ids = {"ids": lambda case: case[0] if isinstance(case, tuple) else None}
#: Keras's initializers have a hidden seed from Python's generator, and dtypes of their own.
OURS = [case for case in RANDOM if case[0] != "Adopted"]
#: Biases of gates and classes have a length of their own.
SIZABLE = [
    case for case in CASES if len(case[2][-1]) > 1 and case[2][0] != (8,) and case[2][0] != (12,)
]
DTYPES = ["float64", "float32", "float16", "bfloat16"]


def values(tensor):
    return np.asarray(keras.ops.cast(tensor, "float64"))


def test_every_class_has_a_row():
    assert concrete() == set(NAMES)


@pytest.mark.parametrize("case", CASES, **ids)
@pytest.mark.parametrize("dtype", DTYPES)
def test_call_fills_shapes_of_every_rank_and_dtype(case, dtype):
    name, arguments, shapes, _ = case
    for shape in shapes:
        out = make(name, arguments)(shape, dtype)
        assert tuple(out.shape) == shape
        assert keras.backend.standardize_dtype(out.dtype) == dtype
        assert np.isfinite(values(out)).all()


@pytest.mark.parametrize("case", CASES, **ids)
def test_dtype_defaults_to_floatx(case):
    name, arguments, shapes, _ = case
    keras.config.set_floatx("float64")
    try:
        out = make(name, arguments)(shapes[0])
    finally:
        keras.config.set_floatx("float32")
    assert out.dtype == "float64"


@pytest.mark.parametrize("case", RANDOM, **ids)
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_is_a_rounded_float32_draw(case, dtype):
    name, arguments, shapes, _ = case
    init = make(name, arguments, seed=5)
    expected = keras.ops.cast(init(shapes[-1], "float32"), dtype)
    np.testing.assert_array_equal(values(init(shapes[-1], dtype)), values(expected))


@pytest.mark.parametrize("case", SIZABLE, **ids)
def test_zero_size_dimensions_give_empty_tensors(case):
    name, arguments, shapes, _ = case
    shape = (*shapes[-1][:-2], 0, shapes[-1][-1])
    assert make(name, arguments)(shape).shape == shape


@pytest.mark.parametrize("case", CASES, **ids)
def test_config_round_trip_keeps_every_argument(case):
    name, arguments, shapes, _ = case
    init = make(name, arguments, seed=3)
    config = json.loads(json.dumps(init.get_config()))
    assert set(arguments) <= set(config)
    again = type(init).from_config(config)
    assert again.get_config() == init.get_config()
    np.testing.assert_array_equal(values(again(shapes[-1])), values(init(shapes[-1])))


@pytest.mark.parametrize("case", CASES, **ids)
@pytest.mark.parametrize(
    "duplicate",
    [
        lambda init: init.clone(),
        copy.deepcopy,
        lambda init: pickle.loads(pickle.dumps(init)),
        lambda init: keras.initializers.deserialize(keras.initializers.serialize(init)),
        lambda init: keras.initializers.get(keras.initializers.serialize(init)),
        lambda init: initializers.get(keras.initializers.serialize(init)),
    ],
    ids=["clone", "deepcopy", "pickle", "serialize", "keras-get", "get"],
)
def test_copies_draw_the_same_values(case, duplicate):
    name, arguments, shapes, _ = case
    init = make(name, arguments, seed=3)
    again = duplicate(init)
    assert type(again) is type(init)
    np.testing.assert_array_equal(values(again(shapes[-1])), values(init(shapes[-1])))


@pytest.mark.parametrize("case", CASES, **ids)
def test_repr_names_class_and_arguments(case):
    name, arguments, _, _ = case
    text = repr(make(name, arguments))
    assert text.startswith(f"{name}(")
    assert all(f"{word}=" in text for word in arguments)


@pytest.mark.parametrize("case", RANDOM, **ids)
def test_integer_seed_repeats_and_another_differs(case):
    name, arguments, shapes, _ = case
    init, other = make(name, arguments, seed=3), make(name, arguments, seed=4)
    first = values(init(shapes[-1]))
    np.testing.assert_array_equal(first, values(init(shapes[-1])))
    assert (first != values(other(shapes[-1]))).any()


@pytest.mark.parametrize("case", RANDOM, **ids)
@pytest.mark.parametrize("seed", [None, "generator"])
def test_without_integer_seed_every_call_draws_anew(case, seed):
    name, arguments, shapes, _ = case
    seed = keras.random.SeedGenerator(3) if seed else None
    init = make(name, arguments, seed=seed)
    draws = [values(init(shapes[-1])) for _ in range(3)]
    draws += [values(init.clone()(shapes[-1])), values(init.clone()(shapes[-1]))]
    for i, first in enumerate(draws):
        for second in draws[i + 1 :]:
            assert (first != second).any()


@pytest.mark.parametrize("case", RANDOM, **ids)
@pytest.mark.parametrize("seed", [None, "generator"])
def test_set_random_seed_makes_runs_equal(case, seed):
    name, arguments, shapes, _ = case

    def run():
        keras.utils.set_random_seed(7)
        init = make(name, arguments, seed=keras.random.SeedGenerator() if seed else None)
        return [values(init(shapes[-1])) for _ in range(2)]

    for first, second in zip(run(), run(), strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("case", RANDOM, **ids)
def test_generator_config_starts_a_new_generator_elsewhere(case):
    name, arguments, shapes, _ = case
    init = make(name, arguments, seed=keras.random.SeedGenerator(3))
    elsewhere = json.loads(json.dumps(init.get_config()))  # as another process would read it
    fresh = type(init).from_config(elsewhere)
    assert fresh.seed is not init.seed
    np.testing.assert_array_equal(values(fresh(shapes[-1])), values(init(shapes[-1])))


@pytest.mark.parametrize("case", OURS, **ids)
def test_seeded_draw_leaves_global_generators_alone(case):
    name, arguments, shapes, _ = case
    keras.utils.set_random_seed(7)
    expected = values(keras.random.normal((3,))), np.random.rand(), tf.random.normal((2,)).numpy()
    keras.utils.set_random_seed(7)
    make(name, arguments, seed=3)(shapes[-1])
    found = values(keras.random.normal((3,))), np.random.rand(), tf.random.normal((2,)).numpy()
    for first, second in zip(expected, found, strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("case", RANDOM, **ids)
def test_draw_is_pure_and_equals_the_call(case):
    name, arguments, shapes, _ = case
    init = make(name, arguments)
    if not init.needs_fans:
        drawn = init.draw(shapes[-1], None, None, "float32", 9)
        np.testing.assert_array_equal(
            values(drawn), values(make(name, arguments, seed=9)(shapes[-1]))
        )
    drawn = values(init.draw(shapes[-1], 7, 5, "float32", 9))
    np.testing.assert_array_equal(drawn, values(init.draw(shapes[-1], 7, 5, "float32", 9)))
    assert (drawn != values(init.draw(shapes[-1], 7, 5, "float32", 10))).any()
    assert init.get_config() == make(name, arguments).get_config()


@pytest.mark.parametrize("case", CASES, **ids)
def test_create_variables_takes_the_arguments_of_ivy(case):
    name, arguments, shapes, _ = case
    init = make(name, arguments, seed=3)
    first = init.create_variables(shapes[-1], "cpu", 5, 7, dtype="float32")
    second = init.create_variables(var_shape=shapes[-1], dev="cpu", fan_in=7, fan_out=5)
    np.testing.assert_array_equal(values(first), values(second))
    np.testing.assert_array_equal(values(first), values(init.draw(shapes[-1], 7, 5, "float32", 3)))


@pytest.mark.parametrize("case", CASES, **ids)
def test_call_inside_a_compiled_function(case):
    name, arguments, shapes, random = case
    init = make(name, arguments)

    @tf.function(autograph=False)
    def draw():
        return init(shapes[-1])

    first, second = draw(), draw()
    assert first.shape == shapes[-1]
    if name != "Adopted":  # a Keras initializer has its seed for good
        assert (values(first) != values(second)).any() == random


@pytest.mark.parametrize("case", OURS, **ids)
@pytest.mark.parametrize("dtype", ["int32", "bool", "uint8"])
def test_integer_dtypes_are_refused(case, dtype):
    name, arguments, shapes, _ = case
    with pytest.raises(IvyException, match=f"Received: dtype='{dtype}'"):
        make(name, arguments)(shapes[-1], dtype)


@pytest.mark.parametrize("case", CASES, **ids)
@pytest.mark.parametrize("seed", ["1", 1.5, True, [1]])
def test_bad_seeds_are_refused(case, seed):
    name, arguments, _, _ = case
    with pytest.raises(TypeError, match="Received: seed="):
        make(name, arguments, seed=seed)


@pytest.mark.parametrize("seed", [2**63, -(2**63) - 1])
def test_seeds_beyond_64_bits_are_refused(seed):
    with pytest.raises(ValueError, match="64 bits"):
        initializers.GlorotUniform(seed=seed)


@pytest.mark.parametrize("seed", [0, -5, 2**63 - 1, np.int64(3)])
def test_seeds_of_64_bits_work(seed):
    assert initializers.GlorotUniform(seed=seed)((2, 2)).shape == (2, 2)


@pytest.mark.parametrize("shape", [(None, 3), (-1, 2), (2.5, 2), "ab", (3, "4")])
def test_bad_shapes_are_refused(shape):
    with pytest.raises(ValueError, match="Received: shape="):
        initializers.GlorotUniform()(shape)


@pytest.mark.parametrize("shape", [5, [2, 3], (np.int64(2), 3), tf.TensorShape((2, 3))])
def test_shapes_of_other_types_work(shape):
    assert initializers.Ones()(shape).shape == tuple(np.ones(shape).shape)


def test_a_subclass_in_the_style_of_ivy_works_in_keras():
    class Fans(initializers.Initializer):
        def create_variables(self, var_shape, device, fan_out=None, fan_in=None, dtype=None):
            return keras.ops.full(var_shape, fan_in + fan_out / 1000, dtype)

    layer = keras.layers.Dense(4, kernel_initializer=Fans())
    layer.build((None, 3))
    np.testing.assert_allclose(layer.kernel.numpy(), np.full((3, 4), 3.004), rtol=1e-6)
    assert Fans().clone().seed is None


def test_a_new_scheme_is_one_line():
    class Mine(initializers.Normal):
        arguments = ()

        def __init__(self, **options):
            super().__init__(3.0, "fan_geo_avg", 0.5, 1.0, **options)

    init = Mine(seed=1)
    assert init.stddev(2, 6) == pytest.approx((3 / 12**0.5) ** 0.5)
    assert init.clone().get_config() == {"seed": 1}
    assert init((3, 4)).shape == (3, 4)
