"""The programs of Ivy's stateful-API document, each under `import keras_ivy as ivy`.

One test a code block of the document, in its order and with its spellings (`dev`,
`_create_variables(self, dev)`, `Module.__init__(self, dev, v)`, `reduce_mean(...)[0]`); names and
sizes are ours. Where real Ivy 1.0.0.5 cannot run a block, the reason stands beside the test.
"""

import numpy as np
import pytest

import keras_ivy as ivy


class Affine(ivy.Module):
    """Block 1: a linear layer made from nothing.

    Real Ivy cannot run it: it calls `_create_variables(device=..., dtype=...)`, ignores a
    positional `v`, and has no `dev` in `random_uniform`.
    """

    def __init__(self, size_in, size_out, with_bias=True, dev=None, v=None):
        self._size_in = size_in
        self._w_shape = (size_out, size_in)
        self._b_shape = (size_out,)
        self._with_bias = with_bias
        ivy.Module.__init__(self, dev, v)

    def _create_variables(self, dev):
        v = {"w": ivy.random_uniform(shape=self._w_shape, dev=dev)}
        if self._with_bias:
            v = dict(**v, b=ivy.random_uniform(shape=self._b_shape, dev=dev))
        return v

    def _forward(self, inputs):
        return ivy.linear(inputs, self.v.w, self.v.b if self._with_bias else None)


def shapes(v):
    return {path: tuple(leaf.shape) for path, leaf in v.cont_to_iterator()}


def test_own_layer_creates_its_variables():
    layer = Affine(2, 4)
    assert shapes(layer.v) == {"b": (4,), "w": (4, 2)}
    x = np.array([[1.0, 2.0]], "float32")
    expected = x @ np.asarray(layer.v.w).T + np.asarray(layer.v.b)
    np.testing.assert_allclose(layer(x), expected, rtol=1e-6)


def test_own_layer_without_bias_has_one_variable():
    assert shapes(Affine(2, 4, with_bias=False).v) == {"w": (4, 2)}


def test_v_given_by_position_is_used():
    v = ivy.Container(w=np.full((4, 2), 2.0, "float32"), b=np.zeros(4, "float32"))
    layer = Affine(2, 4, True, None, v)
    np.testing.assert_allclose(layer(np.ones((1, 2), "float32")), np.full((1, 4), 4.0))


def test_printing_v_shows_small_arrays_in_full(capsys):
    layer = Affine(2, 4, v=ivy.Container(w=ivy.zeros((4, 2)), b=ivy.ones((4,))))
    print(layer.v)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "{"
    assert lines[1].startswith("    b: ")
    assert lines[1].endswith("([1., 1., 1., 1.]),")
    assert lines[2].startswith("    w: ")
    assert [len(line) - len(line.lstrip()) for line in lines[3:6]] == [lines[2].index("[[") + 1] * 3
    assert lines[-1] == "}"


def attributes():
    class Net(ivy.Module):
        def __init__(self):
            self.linear0 = Affine(3, 64)
            self.linear1 = Affine(64, 1)
            ivy.Module.__init__(self)

        def _forward(self, x):
            x = ivy.relu(self.linear0(x))
            return ivy.sigmoid(self.linear1(x))

    return Net()


def as_list():
    class Net(ivy.Module):
        def __init__(self):
            self.linear = [Affine(3, 64), Affine(64, 1)]
            ivy.Module.__init__(self)

        def _forward(self, x):
            x = ivy.relu(self.linear[0](x))
            return ivy.sigmoid(self.linear[1](x))

    return Net()


def as_tuple():
    class Net(ivy.Module):
        def __init__(self):
            self.linear = (Affine(3, 64), Affine(64, 1))
            ivy.Module.__init__(self)

        def _forward(self, x):
            x = ivy.relu(self.linear[0](x))
            return ivy.sigmoid(self.linear[1](x))

    return Net()


def as_dict():
    class Net(ivy.Module):
        def __init__(self):
            self.linear = {"key0": Affine(3, 64), "key1": Affine(64, 1)}
            ivy.Module.__init__(self)

        def _forward(self, x):
            x = ivy.relu(self.linear["key0"](x))
            return ivy.sigmoid(self.linear["key1"](x))

    return Net()


def nested_list():
    class Net(ivy.Module):
        def __init__(self):
            self.linear = [[Affine(3, 64), Affine(64, 64)], Affine(64, 1)]
            ivy.Module.__init__(self)

        def _forward(self, x):
            for linear in self.linear[0]:
                x = ivy.relu(linear(x))
            return ivy.sigmoid(self.linear[1](x))

    return Net()


def duplicates():
    """Real Ivy keeps `linear0` and `linear1` instead of `linear/v0` and `linear/v1`."""

    class Net(ivy.Module):
        def __init__(self):
            self.linear0 = Affine(3, 64)
            self.linear1 = Affine(64, 64)
            self.linear3 = Affine(64, 1)
            self.linear = [self.linear0, self.linear1, Affine(64, 64)]
            ivy.Module.__init__(self)

        def _forward(self, x):
            x = ivy.relu(self.linear[0](x))
            x = ivy.relu(self.linear[1](x))
            x = ivy.relu(self.linear[2](x))
            return ivy.sigmoid(self.linear3(x))

    return Net()


def stateful_activations():
    class Net(ivy.Module):
        def __init__(self):
            self.linear0 = Affine(3, 64)
            self.linear1 = Affine(64, 1)
            self.relu = ivy.ReLU()
            self.sigmoid = ivy.Sigmoid()
            ivy.Module.__init__(self)

        def _forward(self, x):
            x = self.relu(self.linear0(x))
            return self.sigmoid(self.linear1(x))

    return Net()


def sequential():
    return ivy.Sequential(Affine(3, 64), ivy.ReLU(), Affine(64, 1), ivy.Sigmoid())


def layer_shapes(**layers):
    flat = {}
    for path, (size_in, size_out) in layers.items():
        path = path.replace("__", "/")
        flat |= {f"{path}/b": (size_out,), f"{path}/w": (size_out, size_in)}
    return flat


STRUCTURES = [
    (attributes, layer_shapes(linear0=(3, 64), linear1=(64, 1))),
    (as_list, layer_shapes(linear__v0=(3, 64), linear__v1=(64, 1))),
    (as_tuple, layer_shapes(linear__v0=(3, 64), linear__v1=(64, 1))),
    (as_dict, layer_shapes(linear__key0=(3, 64), linear__key1=(64, 1))),
    (
        nested_list,
        layer_shapes(linear__v0__v0=(3, 64), linear__v0__v1=(64, 64), linear__v1=(64, 1)),
    ),
    (
        duplicates,
        layer_shapes(linear__v0=(3, 64), linear__v1=(64, 64), linear__v2=(64, 64), linear3=(64, 1)),
    ),
    (stateful_activations, layer_shapes(linear0=(3, 64), linear1=(64, 1))),
    (sequential, layer_shapes(submodules__v0=(3, 64), submodules__v2=(64, 1))),
]
IDS = [make.__name__ for make, _ in STRUCTURES]


@pytest.mark.parametrize(("make", "expected"), STRUCTURES, ids=IDS)
def test_structure_has_the_key_chains_of_the_document(make, expected):
    model = make()
    assert shapes(model.v) == expected
    assert list(shapes(model.v)) == sorted(expected)


@pytest.mark.parametrize(("make", "expected"), STRUCTURES, ids=IDS)
def test_structure_prints_large_arrays_as_their_shape(make, expected):
    lines = str(make().v).splitlines()
    shown = [line.strip().rstrip(",") for line in lines]
    for path, shape in expected.items():
        key = path.rsplit("/", 1)[-1]
        sizes = f"shape={list(shape)})"
        if np.prod(shape) > 10:
            assert any(
                line.startswith(f"{key}: (<class") and line.endswith(sizes) for line in shown
            )
        else:
            assert any(line.startswith(f"{key}: ") and line.endswith("])") for line in shown)
    branches = {part for path in expected for part in path.split("/")[:-1]}
    assert {line[:-3] for line in shown if line.endswith(": {")} == branches


@pytest.mark.parametrize(("make", "expected"), STRUCTURES, ids=IDS)
def test_plain_gradient_descent_lowers_the_loss(make, expected):
    model = make()
    model.v = (model.v - 0.5) * 0.1  # uniform draws from [0, 1) would saturate the sigmoid
    x_in = ivy.array([1.0, 2.0, 3.0])
    target = ivy.array([0.0])
    lr = 0.001

    def loss_fn(v):
        out = model(x_in, v=v)
        return ivy.reduce_mean((out - target) ** 2)[0]

    before = {path: np.array(leaf) for path, leaf in model.v.cont_to_iterator()}
    first, grads = ivy.execute_with_gradients(loss_fn, model.v)
    for _ in range(100):
        loss, grads = ivy.execute_with_gradients(loss_fn, model.v)
        model.v = model.v - grads * lr
    assert float(loss) < 0.99 * float(first)
    assert shapes(grads) == expected
    # The first update, by hand: v - lr * dL/dv from a central difference in one weight.
    path = next(path for path in expected if path.endswith("/b") and expected[path] == (1,))

    def shifted(delta):
        v = {p: value + delta * (p == path) for p, value in before.items()}
        return float(loss_fn(ivy.Container(v)))

    numeric = (shifted(1e-2) - shifted(-1e-2)) / 2e-2
    model.v = ivy.Container(before)
    _, grads = ivy.execute_with_gradients(loss_fn, model.v)
    np.testing.assert_allclose(np.asarray(grads[path])[0], numeric, rtol=2e-2, atol=1e-6)


class InitializedAffine(ivy.Module):
    """The document's layer with initializers, arguments by position as there."""

    def __init__(
        self,
        size_in,
        size_out,
        weight_initializer=ivy.GlorotUniform(),  # noqa: B008 - as the document writes it
        bias_initializer=ivy.Zeros(),  # noqa: B008
        with_bias=True,
        dev=None,
        v=None,
    ):
        self._size_in = size_in
        self._size_out = size_out
        self._w_init = weight_initializer
        self._b_init = bias_initializer
        self._with_bias = with_bias
        ivy.Module.__init__(self, dev, v)

    def _create_variables(self, dev):
        shape = (self._size_out, self._size_in)
        v = {"w": self._w_init.create_variables(shape, dev, self._size_out, self._size_in)}
        if self._with_bias:
            bias = self._b_init.create_variables((self._size_out,), dev, self._size_out)
            v = dict(**v, b=bias)
        return v

    def _forward(self, inputs):
        return ivy.linear(inputs, self.v.w, self.v.b if self._with_bias else None)


def test_layer_with_initializers_draws_glorot_weights_and_zero_biases():
    layer = InitializedAffine(200, 100)
    w, b = np.asarray(layer.v.w), np.asarray(layer.v.b)
    limit = (6 / 300) ** 0.5
    assert w.shape == (100, 200)
    assert 0.99 * limit < np.abs(w).max() <= limit
    np.testing.assert_array_equal(b, np.zeros(100))


def test_initializers_are_one_line_subclasses():
    class Glorot(ivy.Uniform):
        def __init__(self):
            super().__init__(numerator=6, fan_mode="fan_sum", power=0.5, gain=1)

    class Nought(ivy.Constant):
        def __init__(self):
            super().__init__(constant=0.0)

    layer = InitializedAffine(30, 20, Glorot(), Nought())
    assert np.abs(np.asarray(layer.v.w)).max() <= (6 / 50) ** 0.5
    np.testing.assert_array_equal(layer.v.b, np.zeros(20))
    assert issubclass(ivy.GlorotUniform, ivy.Uniform)
    assert issubclass(ivy.Zeros, ivy.Constant)


class HandWrittenAdam(ivy.Optimizer):
    """The document's optimizer: a subclass that implements `_step` on containers."""

    def __init__(
        self,
        lr=1e-4,
        beta1=0.9,
        beta2=0.999,
        epsilon=1e-07,
        inplace=None,
        stop_gradients=True,
        trace_on_next_step=False,
        dev=None,
    ):
        ivy.Optimizer.__init__(self, lr, inplace, stop_gradients, True, trace_on_next_step, dev)
        self._beta1 = beta1
        self._beta2 = beta2
        self._epsilon = epsilon
        self._mw = None
        self._vw = None
        self._first_pass = True
        self._should_trace = False

    def _step(self, v, grads):
        if self._first_pass:
            self._mw = grads
            self._vw = grads**2
            self._first_pass = False
        new_v, self._mw, self._vw = ivy.adam_update(
            v,
            grads,
            self._lr if isinstance(self._lr, float) else self._lr(),
            self._mw,
            self._vw,
            self._count,
            self._beta1,
            self._beta2,
            self._epsilon,
            self._inplace,
            self._stop_gradients,
        )
        return new_v

    def set_state(self, state):
        self._mw = state.mw
        self._vw = state.vw

    @property
    def state(self):
        return ivy.Container({"mw": self._mw, "vw": self._vw})


@pytest.mark.parametrize("make_optimizer", [ivy.Adam, HandWrittenAdam])
def test_optimizer_trains_in_the_four_line_loop(make_optimizer):
    model = attributes()
    model.v = (model.v - 0.5) * 0.1
    x_in = ivy.array([1.0, 2.0, 3.0])
    target = ivy.array([0.0])
    optimizer = make_optimizer(0.001)

    def loss_fn(v):
        out = model(x_in, v=v)
        return ivy.reduce_mean((out - target) ** 2)[0]

    before = {path: np.array(leaf) for path, leaf in model.v.cont_to_iterator()}
    first, first_grads = ivy.execute_with_gradients(loss_fn, model.v)
    model.v = optimizer.step(model.v, first_grads)
    # The first update has a closed form: lr * sqrt(1 - b2) / (1 - b1 + eps) * g / (|g| + eps).
    alpha = np.sqrt(1 - 0.999) / (1 - 0.9 + 1e-7)
    for path, leaf in model.v.cont_to_iterator():
        g = np.asarray(first_grads[path], "float64")
        expected = before[path] - 0.001 * alpha * g / (np.abs(g) + 1e-7)
        np.testing.assert_allclose(leaf, expected, rtol=1e-5, atol=1e-7)
    for _ in range(20):
        loss, grads = ivy.execute_with_gradients(loss_fn, model.v)
        model.v = optimizer.step(model.v, grads)
    assert float(loss) < 0.98 * float(first)


def test_handwritten_optimizer_equals_the_library_s():
    grads = ivy.Container(a=ivy.array([0.1, -2.0]), b=ivy.Container(c=ivy.array([3.0])))
    v = ivy.Container(a=ivy.array([1.0, 2.0]), b=ivy.Container(c=ivy.array([-1.0])))
    mine, theirs = HandWrittenAdam(0.01), ivy.Adam(0.01)
    w = v
    for _ in range(5):
        v, w = mine.step(v, grads), theirs.step(w, grads)
    for path, leaf in v.cont_to_iterator():
        np.testing.assert_allclose(leaf, w[path], rtol=1e-6)
        np.testing.assert_allclose(mine.state.mw[path], theirs.state.mw[path], rtol=1e-6)
