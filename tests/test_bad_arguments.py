"""Arguments of kinds that no sweep makes: lists that are empty, functions, axes, shapes."""

import keras
import numpy as np
import pytest

import keras_ivy as ivy

X = np.ones((2, 3), "float32")
LISTS = {
    "concat": lambda given: ivy.Container.concat(given),
    "stack": lambda given: ivy.Container.stack(given),
    "cont_list_join": lambda given: ivy.Container.cont_list_join(given),
    "cont_list_stack": lambda given: ivy.Container.cont_list_stack(given, 0),
}


@pytest.mark.parametrize("name", LISTS)
def test_no_containers_are_refused(name):
    with pytest.raises(ValueError, match=r"hold one container at least. Received: containers="):
        LISTS[name]([])
    for bad in ("", None, [1], [None]):
        with pytest.raises(TypeError, match="Received: "):
            LISTS[name](bad)
    assert list(LISTS[name]([ivy.Container(a=ivy.ones((1,))) for _ in "ab"])) == ["a"]


@pytest.mark.parametrize("bad", ["", "abc", None, 5, {}, keras.Variable([1.0])])
def test_an_optimizer_is_built_for_a_list(bad):
    optimizer = ivy.Adam(0.1)
    with pytest.raises(TypeError, match=r"built for a list of variables.*Received: variables="):
        optimizer.build(bad)
    assert not optimizer.built
    optimizer.build(v for v in [keras.Variable([1.0])])
    assert optimizer.built


@pytest.mark.parametrize("bad", ["x", 5, None, (2, "a"), (2, None), (2, float("nan")), (2, 1.5)])
def test_kernel_fans_of_no_shape(bad):
    with pytest.raises(TypeError, match=r"Received: shape"):
        ivy.initializers.kernel_fans(bad)


def test_kernel_fans_of_sizes_of_other_kinds():
    assert ivy.initializers.kernel_fans(np.array([2, 3])) == (2, 3)
    with pytest.raises(ValueError, match="Received: shape=-1"):
        ivy.initializers.kernel_fans((2, -1))


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: ivy.vmap(5), TypeError),
        (lambda: ivy.vmap(None), TypeError),
        (lambda: ivy.vmap(abs, in_axes="x"), TypeError),
        (lambda: ivy.vmap(abs, in_axes=1.5), TypeError),
        (lambda: ivy.vmap(abs, in_axes=(0, True)), TypeError),
        (lambda: ivy.vmap(abs, out_axes=None), TypeError),
        (lambda: ivy.vmap(abs, out_axes=10**25), ValueError),
        (lambda: ivy.vmap(lambda x: x, in_axes=2)(X), ValueError),
        (lambda: ivy.vmap(lambda x: x)(3.0), ValueError),
        (lambda: ivy.vmap(lambda a, b: a + b)(X, X[:1]), ValueError),
    ],
)
def test_vmap_over_what_is_not_there(make, error):
    with pytest.raises(error, match=r"vmap: .*Received: ") as raised:
        make()
    assert type(raised.value).__module__.startswith("keras_ivy")


def test_vmap_over_axes_from_the_end():
    y = ivy.vmap(lambda a, b: a * b, in_axes=(-1, 0), out_axes=-1)(X, ivy.array([1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(y, X * [1.0, 2.0, 3.0])


DRAWS = {
    "random_uniform": lambda seed: ivy.random_uniform(shape=(3,), seed=seed),
    "random_normal": lambda seed: ivy.random_normal(shape=(3,), seed=seed),
    "randint": lambda seed: ivy.randint(0, 9, shape=(3,), seed=seed),
    "bernoulli": lambda seed: ivy.bernoulli([0.5] * 9, seed=seed),
    "multinomial": lambda seed: ivy.multinomial(9, 3, seed=seed),
    "shuffle": lambda seed: ivy.shuffle(list(range(9)), seed=seed),
    "dropout": lambda seed: ivy.dropout(np.ones(9, "float32"), 0.5, seed=seed),
    "Dropout": lambda seed: ivy.Dropout(0.5, seed=seed)(np.ones(9, "float32"), training=True),
}


@pytest.mark.parametrize("name", DRAWS)
def test_seeds_are_whole_numbers_of_any_kind(name):
    draw = DRAWS[name]
    first, second = draw(np.int64(7)), draw(7)
    assert np.array_equal(first, second)
    for bad in ("7", 1.5, [1], np.ones(2, "int64")):
        with pytest.raises(TypeError, match="seed"):
            draw(bad)


@pytest.mark.parametrize("bad", [-1, 2**32, "x", 0.5])
def test_the_global_seed_is_checked_before_any_generator_is_seeded(bad):
    before = np.random.get_state()[1].tolist()
    with pytest.raises((TypeError, ValueError), match="seed_value"):
        ivy.seed(bad)
    assert np.random.get_state()[1].tolist() == before
