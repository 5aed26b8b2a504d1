"""The functions that Ivy programs reach for, under Ivy's names, each against NumPy."""

import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from tests.networks.functional_layers import LAYERS, LOSSES
from tests.networks.functional_maths import MATHS

DATA_TYPES = [
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float16", "bfloat16", "float32", "float64", "complex64", "complex128"),
]
ROWS = [*MATHS, *LAYERS, *LOSSES]


def label(row):
    name, _, kwargs, _ = row
    return "-".join([name, *kwargs])


def check(result, wanted):
    if isinstance(wanted, tuple | list):
        assert isinstance(result, tuple | list)
        for a, b in zip(result, wanted, strict=len(wanted) > 1):
            check(a, b)
        return
    result, wanted = np.asarray(result), np.asarray(wanted)
    assert result.shape == wanted.shape
    assert result.dtype.kind == wanted.dtype.kind
    bound = 2e-5 * max(1.0, np.abs(wanted).max()) if wanted.dtype.kind == "f" else 0
    np.testing.assert_allclose(result, wanted, rtol=0, atol=bound)


@pytest.mark.parametrize("row", ROWS, ids=label)
def test_name_computes_what_numpy_does(row):
    name, args, kwargs, wanted = row
    check(getattr(ivy, name)(*args, **kwargs), wanted)


def place_of_array(args):
    return next((i for i, a in enumerate(args) if isinstance(a, np.ndarray)), None)


@pytest.mark.parametrize(
    "row",
    [
        row
        for row in ROWS
        if place_of_array(row[1]) is not None and not isinstance(row[3], tuple | list)
    ],
    ids=label,
)
def test_name_maps_over_containers(row):
    """A Container in the place of the first array gives a Container of results."""
    name, args, kwargs, wanted = row
    place = place_of_array(args)
    inside = ivy.Container(a=args[place], b={"c": args[place]})
    result = getattr(ivy, name)(*args[:place], inside, *args[place + 1 :], **kwargs)
    assert isinstance(result, ivy.Container)
    check(result.a, wanted)
    check(result.b.c, wanted)


def test_random_uniform_fills_its_range():
    x = np.asarray(ivy.random_uniform(low=-2.0, high=1.0, shape=(4000,), dtype="float64"))
    assert x.dtype == "float64"
    assert -2 <= x.min() < -1.99
    assert 0.99 < x.max() < 1
    assert abs(x.mean() + 0.5) < 0.06


def test_random_normal_has_its_moments():
    x = np.asarray(ivy.random_normal(mean=1.0, std=2.0, shape=(4000,)))
    assert abs(x.mean() - 1) < 0.12
    assert abs(x.std() - 2) < 0.1


def test_randint_draws_each_number():
    x = np.asarray(ivy.randint(2, 5, shape=(300,)))
    assert x.dtype == "int32"
    assert set(x) == {2, 3, 4}


def test_bernoulli_draws_by_probability():
    x = np.asarray(ivy.bernoulli(0.25, shape=(4000,)))
    assert set(x) == {0, 1}
    assert abs(x.mean() - 0.25) < 0.03


def test_multinomial_draws_what_is_likely():
    x = np.asarray(ivy.multinomial(3, 1000, probs=[[0.0, 0.25, 0.75]]))
    assert x.shape == (1, 1000)
    assert set(x[0]) == {1, 2}
    assert abs((x == 2).mean() - 0.75) < 0.06


def test_shuffle_keeps_the_rows():
    x = np.arange(60).reshape(20, 3)
    y = np.asarray(ivy.shuffle(x))
    assert not np.array_equal(x, y)
    assert np.array_equal(np.sort(y[:, 0]), x[:, 0])
    assert np.array_equal(y[:, 1], y[:, 0] + 1)


def test_seed_repeats_what_is_random():
    ivy.seed(seed_value=3)
    first = ivy.random_normal(shape=(3,)), ivy.dropout(np.ones(50, "float32"), 0.5)
    ivy.seed(seed_value=3)
    again = ivy.random_normal(shape=(3,)), ivy.dropout(np.ones(50, "float32"), 0.5)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))


@pytest.mark.parametrize(("scale", "kept"), [(True, 2.0), (False, 1.0)])
def test_dropout_drops_half(scale, kept):
    x = np.asarray(ivy.dropout(np.ones(4000, "float32"), 0.5, scale=scale, training=True))
    assert set(x) == {0, kept}
    assert abs((x == 0).mean() - 0.5) < 0.03


def test_exists_and_default_choose():
    assert (ivy.exists(None), ivy.exists(False), ivy.exists([])) == (False, True, True)
    assert (ivy.default(None, 3), ivy.default(0, 3)) == (3, 0)
    assert ivy.default(lambda: [][0], 3, catch_exceptions=True) == 3


def test_array_is_the_type_of_results():
    assert isinstance(ivy.array([1.0]), ivy.Array)
    assert isinstance(ivy.array([1.0]), ivy.NativeArray)
    assert (ivy.is_array(ivy.array([1.0])), ivy.is_array([1.0])) == (True, False)


def test_conversions_leave_the_array():
    x = ivy.array([[1, 2], [3, 4]], dtype=ivy.int64)
    assert ivy.dtype(x) == "int64"
    assert isinstance(ivy.to_numpy(x), np.ndarray)
    assert ivy.to_list(x) == [[1, 2], [3, 4]]
    assert ivy.to_scalar(x[0, 1]) == 2
    assert (ivy.shape(x), ivy.get_num_dims(x), int(ivy.size(x))) == ((2, 2), 2, 4)
    assert (ivy.pi, ivy.e, ivy.inf) == (np.pi, np.e, np.inf)
    assert ivy.has_nans(ivy.array([ivy.nan]))


@pytest.mark.parametrize(
    "name",
    [
        "bool",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "float16",
        "bfloat16",
        "float32",
        "float64",
        "complex64",
        "complex128",
    ],
)
def test_data_types_are_names_and_arguments(name):
    assert getattr(ivy, name) == name
    assert ivy.zeros((2,), dtype=getattr(ivy, name)).dtype.name == name
    assert ivy.astype(ivy.ones((2,)), getattr(tf, name)).dtype.name == name


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("inplace_update", 2.0), ("inplace_increment", 7.0), ("inplace_decrement", 3.0)],
)
def test_variables_change_in_place(name, wanted):
    variable = ivy.variable([5.0])
    assert getattr(ivy, name)(variable, [2.0]) is variable
    assert np.asarray(variable) == [wanted]


def test_backend_is_tensorflow():
    ivy.set_backend("tensorflow")
    assert ivy.current_backend_str() == "tensorflow"
    with pytest.raises(ValueError, match=r"Received: backend='torch'"):
        ivy.set_backend("torch")
    ivy.unset_backend()


def test_devices_are_names():
    assert ivy.zeros((2,), device="cpu").device.endswith("CPU:0")
    assert ivy.default_device().startswith("cpu")
    assert np.array_equal(ivy.to_device(ivy.ones((2,)), "cpu:0"), [1, 1])


def test_exceptions_have_ivys_names():
    exceptions = ivy.utils.exceptions
    assert issubclass(exceptions.IvyException, Exception)
    with pytest.raises(exceptions.IvyException):
        ivy.split(np.zeros(5), num_or_size_splits=2)
    with pytest.raises(ValueError, match="does not divide"):
        ivy.split(np.zeros(5), num_or_size_splits=2)


@pytest.mark.parametrize(
    ("name", "remedy"),
    [("update", "val"), ("increment", r"x \+ val"), ("decrement", "x - val")],
)
def test_changing_an_array_in_place_says_what_to_write(name, remedy):
    x = ivy.array([5.0])
    with pytest.raises(TypeError, match=rf"`x = ivy\.variable\(x\)`.*`x = {remedy}`"):
        getattr(ivy, f"inplace_{name}")(x, [2.0])
    assert np.asarray(x) == [5.0]
