"""Array mode: on for a while, for whom, and TensorFlow as it was before and after."""

import gc
import sys
import types
import weakref

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy import drop_in
from keras_ivy.adapters.array_classes import CLASSES
from keras_ivy.arrays.mode import array_mode

X = np.arange(6, dtype="float32").reshape(2, 3)


def attributes():
    return [dict(vars(cls)) for cls in CLASSES]


def is_on():
    return array_mode(), hasattr(tf.constant(1.0), "to_numpy"), _promotes()


def _promotes():
    try:
        tf.constant(1) * 1.5
    except TypeError:
        return False
    return True


ON, OFF = (True, True, True), (False, False, False)


def test_it_is_off_by_default_and_tensors_are_tensorflows():
    assert is_on() == OFF
    for cls in CLASSES:
        own = [name for name, value in vars(cls).items() if "keras_ivy" in str(value)]
        assert own == []


def test_on_and_off_again_leaves_tensorflow_as_it_was():
    before = attributes()
    ivy.set_array_mode(True)
    assert is_on() == ON
    assert attributes() != before
    ivy.set_array_mode(False)
    assert is_on() == OFF
    assert attributes() == before
    ivy.unset_array_mode()
    assert is_on() == ON
    ivy.unset_array_mode()
    assert attributes() == before
    ivy.unset_array_mode()
    assert attributes() == before


def test_contexts_nest_and_end_with_exceptions():
    before = attributes()
    with ivy.set_array_mode(True):
        with ivy.set_array_mode(False):
            assert is_on() == OFF
            with ivy.ArrayMode(True):
                assert is_on() == ON
            assert is_on() == OFF
        assert is_on() == ON
        with pytest.raises(KeyError), ivy.set_array_mode(False):
            raise KeyError
        assert is_on() == ON
    assert attributes() == before


def test_a_context_may_be_entered_again():
    mode = ivy.ArrayMode(True)
    with mode, mode as inner:
        assert inner is mode
        assert inner.mode is True
        assert is_on() == ON
    assert is_on() == OFF
    with mode:
        assert is_on() == ON
    assert is_on() == OFF


def test_a_context_ends_what_it_has_begun_and_nothing_else():
    with ivy.set_array_mode(True):
        ivy.set_array_mode(False)  # and not unset
    assert is_on() == OFF
    ivy.unset_array_mode()
    mode = ivy.set_array_mode(True)
    ivy.unset_array_mode()
    with pytest.raises(KeyError), mode:
        raise KeyError
    assert is_on() == OFF


@pytest.mark.parametrize("bad", [1, None, "on", [True]])
def test_what_is_no_bool_is_refused(bad):
    with pytest.raises(TypeError, match="Received: mode="):
        ivy.set_array_mode(bad)
    assert is_on() == OFF


def test_the_door_turns_it_on_and_gives_back_what_was():
    before = attributes()
    with drop_in.install():
        assert is_on() == ON
        assert __import__("ivy").array_mode is True
        assert __import__("ivy").backend == "tensorflow"
        __import__("ivy").set_array_mode(False)
        assert __import__("ivy").array_mode is False
    assert attributes() == before
    with ivy.set_array_mode(True):
        with drop_in.install():
            ivy.unset_array_mode()
            ivy.unset_array_mode()
            assert is_on() == OFF
        assert is_on() == ON
    assert attributes() == before


def test_what_others_set_meanwhile_stays():
    def theirs(self, other):
        return "theirs"

    before = attributes()
    with ivy.set_array_mode(True):
        tf.Tensor.__rshift__ = theirs
    try:
        assert tf.constant(1) >> 1 == "theirs"
    finally:
        del tf.Tensor.__rshift__
    assert attributes() == before


# Who else uses tensors ---------------------------------------------------------------------------

LIBRARY = """
import tensorflow as tf

def same(x, y):
    return [x + y, x / y, 2 * x]

def halves(i):
    return i / i

def truths(b, x):
    try:
        return b * x
    except tf.errors.InvalidArgumentError:
        return b  # TensorFlow 2.18 refuses, later ones multiply truth values

def promoted(i):
    return i * 1.5

def has(x):
    return [hasattr(x, name) for name in ("reshape", "mean", "to_numpy", "T", "size", "data")]

def first_two(x):
    return x[[0, 1]]
"""


def module(name, text, file):
    made = types.ModuleType(name)
    made.__file__ = file
    sys.modules[name] = made
    exec(compile(text, file, "exec"), vars(made))
    return made


@pytest.fixture
def library(tmp_path):
    """A package among the installed ones that knows nothing of Ivy."""
    path = str(tmp_path / "site-packages" / "somelib" / "tensors.py")
    yield module("somelib.tensors", LIBRARY, path)
    del sys.modules["somelib.tensors"]


def test_installed_packages_see_tensorflows_own_tensors(library):
    x, i, b = tf.constant(X), tf.constant([1, 2, 4]), tf.constant([True, False, True])
    before = [library.same(x, x), library.halves(i), library.truths(b, x), library.first_two(x)]
    with ivy.set_array_mode(True):
        after = [library.same(x, x), library.halves(i), library.truths(b, x), library.first_two(x)]
        assert [(i / i).dtype, (b * x).dtype, x[[0, 1]].shape] == ["float32", "float32", (2, 3)]
        assert library.has(x) == [False] * 6
        with pytest.raises(TypeError, match=r"Cannot convert 1\.5 to EagerTensor of dtype int32"):
            library.promoted(i)
        with pytest.raises(tf.errors.InvalidArgumentError):
            library.same(x, i)
    for one, other in zip(tf.nest.flatten(before), tf.nest.flatten(after), strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
    assert [before[1].dtype, before[2].dtype] == ["float64", "bool"]


def test_installed_packages_that_import_ivy_see_ivys_arrays(tmp_path):
    path = str(tmp_path / "site-packages" / "ivy_models" / "parts.py")
    text = f"import keras_ivy as ivy\n{LIBRARY}"
    models = module("ivy_models.parts", text, path)
    other = module("ivy_models.tools", LIBRARY, path.replace("parts", "tools"))
    try:
        with ivy.set_array_mode(True):
            for found in (models, other):
                assert found.promoted(tf.constant([1])).dtype == "float64"
                assert found.has(tf.constant(X)) == [True] * 6
    finally:
        for name in ("ivy_models.parts", "ivy_models.tools"):
            del sys.modules[name]


def test_files_that_do_not_import_ivy_keep_all_that_tensorflow_computes(tmp_path):
    other = module("tensors_alone", LIBRARY, str(tmp_path / "tensors_alone.py"))
    x, i, b = tf.constant(X), tf.constant([1, 2, 4]), tf.constant([True, False, True])
    weights = keras.Variable([1, 2], dtype="int32")
    try:
        truths = (b * x).dtype
    except tf.errors.InvalidArgumentError:  # TensorFlow 2.18, which leaves it to Ivy
        truths = "float32"

    def results():
        return [
            other.same(x, x), other.same(i, i)[1], other.halves(i),
            other.first_two(x), other.same(x, np.float64(2.0)), other.same(x, X.astype("float64")),
            other.promoted(weights), other.same(tf.Variable(x), x), other.same(x, [1.0, 2.0, 3.0]),
        ]  # fmt: skip

    try:
        before = tf.nest.flatten(results())
        with ivy.set_array_mode(True):
            after = tf.nest.flatten(results())
            assert other.truths(b, x).dtype == truths
            assert other.promoted(i).dtype == "float64"  # which TensorFlow refuses
            assert other.same(x, tf.cast(x, "float64"))[0].dtype == "float64"
            assert other.first_two(x[0]).shape == (2,)
            assert other.has(x) == [True] * 6
            with pytest.raises(tf.errors.InvalidArgumentError):
                other.same(x, x[:, :2])
    finally:
        del sys.modules["tensors_alone"]
    assert [y.dtype for y in before] == [y.dtype for y in after]
    for one, two in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, two)


def test_a_file_is_asked_again_once_it_imports_ivy(tmp_path):
    other = module("later", LIBRARY, str(tmp_path / "later.py"))
    i = tf.constant([1, 2])
    try:
        with ivy.set_array_mode(True):
            assert other.halves(i).dtype == "float64"
            exec("from keras_ivy import Container", vars(other))
            assert other.halves(i).dtype == "float32"
    finally:
        del sys.modules["later"]


def test_operands_are_not_kept_by_what_was_refused():
    x = tf.constant([1, 2])
    seen = weakref.ref(x)
    with ivy.set_array_mode(True):
        gc.disable()
        try:
            x = (x * 1.5)[tf.constant([0])]
            assert seen() is None
        finally:
            gc.enable()


def test_numpy_reduces_tensors_as_before():
    x = tf.constant(X)
    with ivy.set_array_mode(True):
        for fn in (np.sum, np.mean, np.max, np.ravel, np.transpose, np.squeeze, np.cumsum):
            assert isinstance(fn(x), np.ndarray | np.generic), fn
            np.testing.assert_array_equal(fn(x), fn(X))


@pytest.mark.parametrize("eager", [True, False])
def test_keras_trains_bit_for_bit_the_same(eager):
    def weights():
        keras.utils.set_random_seed(3)
        layers = [
            keras.layers.Dense(8, "gelu"),
            keras.layers.BatchNormalization(),
            keras.layers.Reshape((4, 2)),
            keras.layers.LSTM(4),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(3, "softmax"),
        ]
        model = keras.Sequential([keras.Input((3,)), *layers])
        model.compile(
            keras.optimizers.AdamW(1e-2, clipnorm=1.0),
            "sparse_categorical_crossentropy",
            metrics=["accuracy", keras.metrics.MeanIoU(3, sparse_y_pred=False)],
            run_eagerly=eager,
        )
        data = tf.data.Dataset.from_tensor_slices((np.repeat(X, 4, 0), np.arange(8) % 3))
        data = data.map(lambda x, y: (x / 2.0, y)).shuffle(8, seed=1).batch(4)
        history = model.fit(data, epochs=1, verbose=0, shuffle=False).history
        return [*model.get_weights(), *map(np.asarray, history.values())]

    off = weights()
    with ivy.set_array_mode(True):
        on = weights()
    for one, other in zip(off, on, strict=True):
        np.testing.assert_array_equal(one, other)


def test_tensorflows_gradients_and_loops_are_the_same():
    def results(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(tf.linalg.inv(tf.linalg.matmul(x, x, transpose_b=True)))
            y += tf.while_loop(lambda i, _: i < 3, lambda i, t: (i + 1, t * y), (0, y))[1]
        return [y, tape.gradient(y, x), tf.map_fn(lambda row: row * 2.0, x)]

    x = tf.constant(X)
    off = results(x)
    with ivy.set_array_mode(True):
        on = results(x)
        traced = tf.function(results)(x)
    for one, other, third in zip(off, on, traced, strict=True):
        np.testing.assert_array_equal(one, other)
        np.testing.assert_allclose(one, third, rtol=1e-5)


def test_variables_and_symbolic_tensors_stay_what_they_are():
    kept = keras.Variable(X)
    inputs = keras.Input((3,))
    with ivy.set_array_mode(True):
        same = inputs
        assert (inputs == same) is True
        assert len({inputs, inputs}) == 1
        assert isinstance(kept, keras.Variable)
        assert tf.constant(X).shape == (2, 3)
        assert tf.constant(X).dtype is tf.float32
        assert str(tf.constant(1.0)) == "tf.Tensor(1.0, shape=(), dtype=float32)"
        assert tf.constant("a") + "b" == tf.constant("ab")
        assert (tf.constant([1.0]) == None) is False  # noqa: E711
        with pytest.raises(TypeError, match="unhashable"):
            hash(tf.constant(1.0))


def test_ivys_own_models_compute_the_same():
    net = ivy.Sequential(ivy.Linear(3, 4), ivy.GELU(), ivy.Linear(4, 2))
    attention = ivy.MultiHeadAttention(4, num_heads=2)
    recurrent = ivy.LSTM(3, 2)
    image = tf.random.stateless_normal((1, 5, 5, 2), (1, 2))
    convolution = ivy.Conv2D(2, 3, [3, 3], 1, "SAME")
    calls = [
        lambda: net(tf.constant(X)),
        lambda: attention(tf.ones((1, 3, 4))),
        lambda: recurrent(tf.constant(X)[None])[0],
        lambda: convolution(image),
    ]
    off = [call() for call in calls]
    with ivy.set_array_mode(True):
        on = [call() for call in calls]
    for one, other in zip(off, on, strict=True):
        np.testing.assert_array_equal(one, other)


def test_quotients_are_computed_once(monkeypatch):
    x = tf.constant(X, "float64")
    calls = []
    divide = tf.Tensor.__truediv__
    monkeypatch.setattr(tf.Tensor, "__truediv__", lambda *args: calls.append(1) or divide(*args))
    with ivy.set_array_mode(True):
        assert (x / 2.0).dtype == "float64"
        assert (x / x[:, :1]).dtype == "float64"
    assert len(calls) == 2


def test_modules_train_save_and_export_with_methods_in_their_code(tmp_path):
    class Net(ivy.Module):
        def __init__(self):
            self.lin = ivy.Linear(6, 2)
            ivy.Module.__init__(self)

        def _forward(self, x):
            x = x.reshape((-1, 6)) * (ivy.arange(6) > 2)
            return self.lin(x).softmax().permute_dims((0, 1)) / x.size

    x = np.stack([X, X + 1])
    with ivy.set_array_mode(True):
        net = Net()
        net.compile(ivy.Adam(1e-2), "mse")
        net.fit(x, np.zeros((2, 2), "float32"), verbose=0)
        y = net(x)
        net.save(tmp_path / "net.keras")
        again = keras.saving.load_model(tmp_path / "net.keras")
        np.testing.assert_array_equal(again(x), y)
        net.export(tmp_path / "served", verbose=False)
    served = tf.saved_model.load(str(tmp_path / "served"))
    np.testing.assert_allclose(served.serve(x), y, rtol=1e-6)  # off: it was traced


class Flat(ivy.Module):
    def __init__(self, method="reshape"):
        self._method = method
        self._linear = ivy.Linear(3, 2)
        super().__init__()

    def _forward(self, x):
        return getattr(self._linear(x), self._method)((-1,))


class Outer(ivy.Module):
    def __init__(self):
        self._flat = Flat()
        super().__init__()

    def _forward(self, x):
        return self._flat(x)


ROWS = np.ones((2, 3), "float32")


def compiled(module):
    module.compile("sgd", "mse")
    return module


@pytest.mark.parametrize(
    "run",
    [
        lambda: Flat()(ROWS),
        lambda: Outer()(ROWS),
        lambda: Flat()(keras.Input((3,))),
        lambda: Flat()(ROWS, v=Flat().v),
        lambda: compiled(Flat()).fit(ROWS, ROWS, verbose=0),
        lambda: Flat().predict(ROWS, verbose=0),
        lambda: tf.function(Flat())(ROWS),
        lambda: ivy.execute_with_gradients(
            lambda v: v.a.reshape((-1,)), ivy.Container(a=ivy.ones((2,)))
        ),
        lambda: ivy.value_and_grad(lambda v: v["a"].reshape((-1,)))({"a": ivy.ones((2,))}),
        lambda: ivy.grad(lambda x: x.reshape((-1,)))(ivy.ones((2,))),
        lambda: ivy.jac(lambda x: x.reshape((-1,)))(ivy.ones((2,))),
        lambda: ivy.vjp(lambda x: x.reshape((-1,)), ivy.ones((2,))),
        lambda: ivy.jvp(lambda x: x.reshape((-1,)), (ivy.ones((2,)),), (ivy.ones((2,)),)),
    ],
    ids=[
        "call",
        "inside",
        "symbolic",
        "v",
        "fit",
        "predict",
        "traced",
        "execute",
        "value",
        "grad",
        "jac",
        "vjp",
        "jvp",
    ],
)
def test_without_the_mode_a_method_of_ivys_says_how_to_get_it(run):
    with pytest.raises(AttributeError, match=r"no `reshape` .*`ivy\.set_array_mode\(True\)`"):
        run()


@pytest.mark.parametrize("make", [Flat, Outer])
def test_what_the_array_said_is_the_cause(make):
    with pytest.raises(AttributeError) as caught:
        make()(ROWS)
    assert "experimental_enable_numpy_behavior" in str(caught.value.__cause__)
    assert "experimental_enable_numpy_behavior" not in str(caught.value)


def test_a_loaded_module_says_so_too(tmp_path):
    with ivy.set_array_mode(True):
        module = Flat()
        expected = module(ROWS).to_list()
        module.save(tmp_path / "m.keras")
    again = ivy.Module.load(tmp_path / "m.keras")
    with pytest.raises(AttributeError, match=r"set_array_mode\(True\)"):
        again.predict(ROWS, verbose=0)
    with pytest.raises(AttributeError, match=r"set_array_mode\(True\)"):
        again.export(tmp_path / "served", verbose=False)
    with ivy.set_array_mode(True):
        assert again.predict(ROWS, verbose=0).tolist() == pytest.approx(expected)


@pytest.mark.parametrize("name", ["no_such_method", "as_strided"])
def test_what_array_mode_would_not_give_is_tensorflows_error(name):
    with pytest.raises(AttributeError) as caught:
        Flat(name)(ROWS)
    assert name in str(caught.value)
    assert "set_array_mode" not in str(caught.value)


def test_errors_about_something_else_stay():
    class Other(ivy.Module):
        def _forward(self, x):
            try:
                return x.reshape((-1,))
            except AttributeError:
                raise AttributeError("of the program's own") from None

    class Missing(ivy.Module):
        def _forward(self, x):
            try:
                return x.reshape((-1,))
            except AttributeError:
                return self.nothing

    with pytest.raises(AttributeError, match="of the program's own") as caught:
        Other()(ROWS)
    assert "set_array_mode" not in str(caught.value)
    with pytest.raises(AttributeError, match="no attribute 'nothing'") as caught:
        Missing()(ROWS)
    assert "set_array_mode" not in str(caught.value)


def test_a_misspelt_method_gets_the_nearest_names():
    x = ivy.ones((2,))
    with ivy.set_array_mode(True):
        assert not hasattr(x, "reshap")
        with pytest.raises(AttributeError, match=r"'reshap'\. Did you mean 'reshape'") as caught:
            x.reshap((1, 2))
        with pytest.raises(AttributeError, match="'_reshape'") as caught:
            x._reshape  # noqa: B018
        assert "Did you mean" not in str(caught.value)
