"""When and how variables are made: build modes, signatures, seeds, constructors."""

import abc

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy.utils.exceptions import IvyException
from tests.module.nets import Late, Mixed, Net, Scale, X, values


def shapes(v):
    return {path: tuple(leaf.shape) for path, leaf in v.flatten().items()}


def maker(signature, body="{'w': ivy.ones(2)}"):
    scope = {"ivy": ivy}
    exec(f"def _create_variables({signature}): return {body}", scope)
    return type("Made", (ivy.Module,), {"_create_variables": scope["_create_variables"]})


@pytest.mark.parametrize(
    "signature",
    [
        "self",
        "self, dev",
        "self, device",
        "self, device, dtype",
        "self, device=None, dtype=None",
        "self, dtype",
        "self, *, dtype, device",
        "self, somewhere",
        "self, **kwargs",
        "self, *args, **kwargs",
    ],
)
def test_create_variables_may_take_what_it_needs(signature):
    assert shapes(maker(signature)().v) == {"w": (2,)}


@pytest.mark.parametrize(
    ("signature", "name"),
    [("self, dev", "dev"), ("self, device", "device"), ("self, where", "where")],
)
def test_create_variables_is_told_the_device(signature, name):
    cls = maker(signature, f"{{'w': ivy.ones(2)}} if {name} == 'cpu:0' else 3")
    assert shapes(cls(device="cpu:0").v) == shapes(cls(dev="cpu:0").v) == {"w": (2,)}


@pytest.mark.parametrize("dtype", ["float64", "float16", tf.float64, np.dtype("float64")])
def test_dtype_reaches_the_variables(dtype):
    name = keras.backend.standardize_dtype(tf.as_dtype(dtype))
    for cls in (maker("self, device, dtype", "{'w': ivy.ones(2, dtype=dtype)}"), maker("self")):
        module = cls(dtype=dtype)
        assert (module.v.w.dtype, module.dtype) == (name, name)


def test_whole_numbers_are_kept_and_not_trained():
    module = maker("self", "{'count': ivy.asarray([3]), 'w': ivy.ones(2)}")()
    assert module.v["count"].dtype == "int32"
    assert [v.name for v in module.trainable_variables] == ["w"]


def test_variables_are_named_by_their_keys():
    module = maker("self", "{'a': {'b/c': ivy.ones(2)}}")(name="outer")
    assert [v.path for v in module.weights] == ["outer/a/b/c"]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("3", "returns a dict of arrays. Received: 3 of type int"),
        ("{'w': None}", "no array for 'w'.*Received: None"),
        ("{'w': 'text'}", "no array for 'w'.*Received: 'text'"),
        ("{3.0: ivy.ones(1)}", "keys of a Container are strings.*3.0"),
    ],
)
def test_wrong_variables_are_named(body, sentence):
    with pytest.raises(TypeError, match=sentence):
        maker("self", body)()


class First(ivy.Module):
    """Calls the constructor before it sets anything."""

    def __init__(self, size, **kwargs):
        super().__init__(**kwargs)
        self.scale = Scale(size)
        self._size = size

    def _create_variables(self):
        return {"w": ivy.zeros(self._size)}

    def _forward(self, x):
        return self.scale(x) + self.v.w


class Last(ivy.Module):
    def __init__(self, size, **kwargs):
        self.scale = Scale(size)
        self._size = size
        super().__init__(**kwargs)
        assert shapes(self.v) == {"scale/w": (size,), "w": (size,)}

    _create_variables, _forward = First._create_variables, First._forward


class Between(First):
    """Calls the constructor of a class that calls it first."""

    def __init__(self, size):
        super().__init__(size)
        self.more = Scale(size)


@pytest.mark.parametrize("cls", [First, Last, Between])
def test_the_constructor_may_be_called_first_or_last(cls):
    module = cls(3)
    assert module.built
    expected = {"scale/w": (3,), "w": (3,)} | ({"more/w": (3,)} if cls is Between else {})
    assert shapes(module.v) == expected
    np.testing.assert_array_equal(module(tf.ones(3)), [2.0, 2.0, 2.0])
    given = module.v * 2.0 + 1.0
    if cls is not Between:
        assert values(cls(3, v=given).v)["w"].tolist() == [1.0, 1.0, 1.0]


def test_never_calling_the_constructor_is_an_error():
    class Forgot(ivy.Module):
        def __init__(self):
            self.scale = Scale()

    with pytest.raises(RuntimeError, match=r"Forgot.__init__ never called `ivy.Module.__init__"):
        Forgot()


def test_modules_may_be_abstract():
    class Abstract(ivy.Module, abc.ABC):
        @abc.abstractmethod
        def size(self): ...

    class Concrete(Abstract):
        def size(self):
            return 3

    assert Concrete().size() == 3
    with pytest.raises(TypeError, match="abstract"):
        Abstract()


def test_device_and_v_may_be_given_by_position():
    class Placed(Scale):
        def __init__(self, dev=None, v=None):
            self._size, self._value = 2, 2.0
            ivy.Module.__init__(self, dev, v)

    assert Placed("cpu", {"w": [8.0, 9.0]}).v.w.numpy().tolist() == [8.0, 9.0]
    assert Placed().v.w.numpy().tolist() == [2.0, 2.0]


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [((1, 2, 3), {}), ((3,), {}), (("cpu", [1.0]), {}), ((), {"unknown": 1})],
)
def test_arguments_that_nobody_takes_are_refused(args, kwargs):
    with pytest.raises(TypeError, match="has no `_build` that these arguments could go to"):
        ivy.Module(*args, **kwargs)


def test_unknown_build_mode_is_refused():
    with pytest.raises(ValueError, match="Received: build_mode='later'"):
        Scale(build_mode="later")
    with pytest.raises(IvyException):
        Scale(build_mode=None)


def test_explicit_build_waits():
    module = Scale(build_mode="explicit")
    assert (module.built, module.weights) == (False, [])
    v = module.build()
    assert module.built
    assert v.w is module.v.w
    again = module.build()
    assert again.w is v.w


@pytest.mark.parametrize("touch", [lambda m: m.v, lambda m: m(tf.ones(2))])
def test_reading_v_or_calling_builds(touch):
    module = Scale(build_mode="explicit")
    touch(module)
    assert module.built
    assert len(module.weights) == 1


def test_build_gets_the_arguments():
    class Asked(ivy.Module):
        def _build(self, *args, **kwargs):
            self.seen = [args, kwargs]

    assert list(Asked(1, "two", extra=3).seen) == [(1, "two"), {"extra": 3}]
    module = Asked(1, build_mode="explicit")
    module.build(5, k=6)
    assert list(module.seen) == [(5,), {"k": 6}]


def test_on_call_builds_from_the_first_input():
    module = Late()
    assert not module.built
    assert shapes(module.v) == {}
    assert module(X).shape == (8, 1)
    assert list(shapes(module.v)) == [
        "blocks/v0/b",
        "blocks/v0/w",
        "blocks/v1/b",
        "blocks/v1/w",
    ]
    kept = values(module.v)
    module(X)
    assert all(np.array_equal(kept[p], x) for p, x in values(module.v).items())


@pytest.mark.parametrize("mode", ["on_init", "explicit", "on_call"])
@pytest.mark.parametrize("traced", [False, True])
def test_on_call_inside_any_parent(mode, traced):
    class Parent(ivy.Module):
        def __init__(self):
            self.late = Late()
            super().__init__(build_mode=mode)

        def _forward(self, x):
            return self.late(x)

    module = Parent()
    call = tf.function(module) if traced else module
    y = call(X)
    assert len(module.v.flatten()) == len(module.trainable_variables) == 4
    np.testing.assert_allclose(call(X), y, rtol=1e-6)
    w0, w1 = (np.asarray(b.v.w) for b in module.late.blocks)
    np.testing.assert_allclose(y, X @ w0.T @ w1.T, rtol=1e-4, atol=1e-5)


def test_on_call_in_a_symbolic_model_and_fit():
    inputs = keras.Input((3,))
    model = keras.Model(inputs, Late()(inputs))
    assert len(model.trainable_variables) == 4
    late = Late()
    late.compile("sgd", "mse")
    late.fit(X, X[:, :1], verbose=0)
    assert len(late.trainable_variables) == 4


def test_on_call_takes_the_dtype_of_the_first_input():
    class Own(ivy.Module):
        def _create_variables(self, device, dtype):
            return {"w": ivy.ones(2, dtype=dtype)}

        def _forward(self, x):
            return x * self.v.w

    module = Own(build_mode="on_call")
    assert module(tf.ones(2, "float64")).dtype == "float64"
    assert (module.dtype, module.v.w.dtype) == ("float64", "float64")
    # NumPy's default is no choice, and a dtype that was given stays.
    assert Own(build_mode="on_call")(np.ones(2)).dtype == "float32"
    assert Own(build_mode="on_call", dtype="float32")(tf.ones(2, "float64")).dtype == "float32"


def test_on_call_keeps_a_mixed_policy():
    class Own(ivy.Module):
        def _create_variables(self, device, dtype):
            return {"w": ivy.ones(2, dtype=dtype)}

        def _forward(self, x):
            return x * self.v.w

    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        module = Own(build_mode="on_call")
        assert module(tf.ones(2, "float16")).dtype == "float16"
    finally:
        keras.config.set_dtype_policy(policy)
    assert module.v.w.dtype == "float32"
    assert module.dtype_policy.name == "mixed_float16"


def test_build_with_a_shape_builds_the_layers_inside():
    class Two(ivy.Module):
        def __init__(self):
            self.left, self.right = keras.layers.Dense(2), keras.layers.Dense(2)
            super().__init__()

        def _forward(self, xs):
            return self.left(xs[0]) + self.right(xs[1])

    module = Two()
    assert shapes(module.v) == {}
    module.build([(None, 3), (None, 4)])
    assert shapes(module.v)["right/kernel"] == (4, 2)
    late = Late()
    late.build((None, 5))
    assert shapes(late.v)["blocks/v0/w"] == (4, 5)


def test_v_of_the_constructor_waits_for_layers_that_are_built_later():
    source = Mixed()
    source(X)
    given = source.v * 2.0
    for first in (lambda m: m(X), lambda m: m.build((None, 3)), lambda m: m.predict(X, verbose=0)):
        module = Mixed(v=given)
        first(module)
        np.testing.assert_array_equal(module.blocks[0].kernel, given.blocks.v0.kernel)
        np.testing.assert_array_equal(module.head.v.w, given.head.w)


def test_v_of_the_constructor_of_an_on_call_module():
    source = Late()
    source(X)
    module = Late(v=source.v)
    np.testing.assert_array_equal(module(X), source(X))
    outer = keras.Sequential([Late(v=source.v)])
    np.testing.assert_allclose(outer.predict(X, verbose=0), source(X), rtol=1e-5, atol=1e-6)


def test_wrong_v_of_the_constructor_leaves_the_layers_as_they_were():
    scale = Scale()

    class Holder(ivy.Module):
        def __init__(self, v):
            self.scale, self.other = scale, Scale()
            super().__init__(v=v)

    with pytest.raises(ValueError, match=r"'other/w'.*shape"):
        Holder({"scale": {"w": [0.0, 0.0]}, "other": {"w": [1.0]}})
    assert scale.v.w.numpy().tolist() == [2.0, 2.0]


def test_wrong_v_of_an_explicit_build_can_be_put_right():
    module = Scale(build_mode="explicit", v={"wrong": [1.0]})
    for _ in range(2):
        with pytest.raises(ValueError, match="no value for 'w'; no variable at 'wrong'"):
            module.build()
        assert not module.built
        assert module.weights == []


def test_store_vars_false_keeps_no_variables():
    module = Scale(store_vars=False)
    assert len(module.v) == len(module.weights) == 0
    initial = module.build()
    np.testing.assert_array_equal(initial.w, [2.0, 2.0])
    np.testing.assert_array_equal(module(tf.ones(2), v=initial * 2.0), [4.0, 4.0])
    with pytest.raises(ValueError, match="store_vars=False"):
        module(tf.ones(2))
    with pytest.raises(ValueError, match="no value for 'w'"):
        module(tf.ones(2), v={})


def test_store_vars_false_inside_a_parent():
    class Parent(ivy.Module):
        def __init__(self):
            self.bare, self.own = Scale(store_vars=False), Scale()
            super().__init__()

        def _forward(self, x):
            return self.bare(x) + self.own(x)

    parent = Parent()
    assert list(parent.v.flatten()) == ["own/w"]
    v = {"bare": {"w": [1.0, 1.0]}, "own": {"w": [5.0, 5.0]}}
    np.testing.assert_array_equal(parent(tf.ones(2), v=v), [6.0, 6.0])
    with pytest.raises(ValueError, match="store_vars=False"):
        parent(tf.ones(2))


def test_no_forward_is_named():
    with pytest.raises(NotImplementedError, match="Net has no `_forward`"):
        type("Net", (ivy.Module,), {})()(tf.ones(1))


def test_trainable_and_name():
    module = Net(name="mine", trainable=False)
    assert (module.name, module.trainable, module.trainable_variables) == ("mine", False, [])
    assert len(module.v.flatten()) == 4
    assert ivy.Linear(1, 1, name="lin").name == "lin"
