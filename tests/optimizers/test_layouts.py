"""As which matrices the variables of every layer are seen: tables written by hand, and loops."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy.optimizers import Muon, layout_of
from tests.optimizers.test_muon import orthogonal

layers = keras.layers
ADAM = None


def built(layer, *shapes):
    layer.build(*shapes)
    return layer


def attention(heads=3, size=4, width=10, **more):
    layer = layers.MultiHeadAttention(heads, size, **more)
    return built(layer, (None, 7, width), (None, 7, width))


def grouped():
    layer = layers.GroupQueryAttention(6, 4, 2)
    return built(layer, (None, 7, 10), (None, 7, 10))


def cut(axis, count, gather=lambda block: block):
    """A function that cuts a kernel along an axis into matrices, and one that puts them back."""

    def apart(x):
        return [gather(block) for block in np.split(x, count, axis)]

    return apart


def squeeze(axis):
    return lambda block: np.squeeze(block, axis)


def rows_of(*lead):
    """Fold all but the last axis into rows."""
    return lambda block: block.reshape(-1, block.shape[-1])


def transposed(block):
    """`(*window, out, in)` as rows of inputs: window and input by output."""
    return np.moveaxis(block, -2, -1).reshape(-1, block.shape[-2])


#: `(layer, {variable: how it is cut into matrices (inputs, outputs), or None})`.
TABLE = {
    "dense": (lambda: built(layers.Dense(5), (None, 3)), {"kernel": cut(0, 1), "bias": ADAM}),
    "one output": (lambda: built(layers.Dense(1), (None, 3)), {"kernel": ADAM, "bias": ADAM}),
    "convolution": (
        lambda: built(layers.Conv2D(6, (2, 3), strides=2), (None, 9, 9, 4)),
        {"kernel": cut(0, 1, rows_of()), "bias": ADAM},
    ),
    "window of one": (
        lambda: built(layers.Conv2D(6, 1, use_bias=False), (None, 9, 9, 4)),
        {"kernel": cut(0, 1, rows_of())},
    ),
    "gray images": (
        lambda: built(layers.Conv2D(6, 3, use_bias=False), (None, 9, 9, 1)),
        {"kernel": cut(0, 1, rows_of())},
    ),
    "groups": (
        lambda: built(layers.Conv1D(6, 3, groups=2), (None, 9, 4)),
        {"kernel": cut(2, 2, rows_of()), "bias": ADAM},
    ),
    "groups of one input": (
        lambda: built(layers.Conv1D(8, 3, groups=4), (None, 9, 4)),
        {"kernel": ADAM, "bias": ADAM},
    ),
    "depthwise": (
        lambda: built(layers.DepthwiseConv2D(3, depth_multiplier=2), (None, 9, 9, 4)),
        {"kernel": ADAM, "bias": ADAM},
    ),
    "separable": (
        lambda: built(layers.SeparableConv1D(6, 3), (None, 9, 4)),
        {"depthwise_kernel": ADAM, "pointwise_kernel": cut(0, 1, rows_of()), "bias": ADAM},
    ),
    "transposed": (
        lambda: built(layers.Conv2DTranspose(6, (2, 3)), (None, 9, 9, 4)),
        {"kernel": cut(0, 1, transposed), "bias": ADAM},
    ),
    "lstm": (
        lambda: built(layers.LSTM(5), (None, 9, 3)),
        {"kernel": cut(1, 4), "recurrent_kernel": cut(1, 4), "bias": ADAM},
    ),
    "gru": (
        lambda: built(layers.GRU(5), (None, 9, 3)),
        {"kernel": cut(1, 3), "recurrent_kernel": cut(1, 3), "bias": ADAM},
    ),
    "simple": (
        lambda: built(layers.SimpleRNN(5), (None, 9, 3)),
        {"kernel": cut(0, 1), "recurrent_kernel": cut(0, 1), "bias": ADAM},
    ),
    "conv lstm": (
        lambda: built(layers.ConvLSTM1D(5, 2), (None, 9, 8, 3)),
        {"kernel": cut(2, 4, rows_of()), "recurrent_kernel": cut(2, 4, rows_of()), "bias": ADAM},
    ),
    "attention": (
        attention,
        {
            **{f"{name}/kernel": cut(1, 3, squeeze(1)) for name in ("query", "key", "value")},
            "attention_output/kernel": cut(0, 3, squeeze(0)),
            **{f"{n}/bias": ADAM for n in ("query", "key", "value", "attention_output")},
        },
    ),
    "grouped attention": (
        grouped,
        {
            "query/kernel": cut(1, 4, squeeze(1)),
            **{f"{name}/kernel": cut(1, 2, squeeze(1)) for name in ("key", "value")},
            "attention_output/kernel": cut(0, 4, squeeze(0)),
            **{f"{n}/bias": ADAM for n in ("query", "key", "value", "attention_output")},
        },
    ),
    "experts": (
        lambda: built(layers.EinsumDense("bei,eio->beo", (3, 5), bias_axes="eo"), (None, 3, 4)),
        {"kernel": cut(0, 3, squeeze(0)), "bias": ADAM},
    ),
    "two axes out": (
        lambda: built(layers.EinsumDense("bi,ixy->bxy", (2, 3)), (None, 4)),
        {"kernel": cut(0, 1, lambda x: x.reshape(4, 6))},
    ),
    "two axes in": (
        lambda: built(layers.EinsumDense("bxy,oxy->bo", (5,)), (None, 2, 3)),
        {"kernel": cut(0, 1, lambda x: x.reshape(5, 6).T)},
    ),
    "embedding": (lambda: built(layers.Embedding(9, 4), (None, 3)), {"embeddings": ADAM}),
    "norms": (
        lambda: built(layers.LayerNormalization(axis=(1, 2)), (None, 4, 3)),
        {"gamma": ADAM, "beta": ADAM},
    ),
    "ivy linear": (
        lambda: ivy.Linear(4, 6),
        {"w": cut(0, 1, np.transpose), "b": ADAM},
    ),
    "ivy convolution": (
        lambda: ivy.Conv2D(4, 6, (2, 3), 1, "SAME"),
        {"w": cut(0, 1, rows_of()), "b": ADAM},
    ),
    "ivy transposed": (
        lambda: ivy.Conv1DTranspose(4, 6, 3, 1, "SAME"),
        {"w": cut(0, 1, transposed), "b": ADAM},
    ),
    "ivy depthwise": (
        lambda: ivy.DepthwiseConv2D(4, (3, 3), 1, "SAME"),
        {"w": ADAM, "b": ADAM},
    ),
    "ivy embedding": (lambda: ivy.Embedding(9, 4), {"w": ADAM}),
    "ivy lstm": (
        lambda: ivy.LSTM(3, 5),
        {"input/layer_0/w": cut(1, 4), "recurrent/layer_0/w": cut(1, 4)},
    ),
    "ivy attention": (
        lambda: ivy.MultiHeadAttention(12, num_heads=3),
        {
            "in_proj_weights": cut(0, 9, np.transpose),
            "out_proj_weights": cut(1, 3, np.transpose),
            "in_proj_bias": ADAM,
            "out_proj_bias": ADAM,
        },
    ),
    "ivy attention of sizes": (
        lambda: ivy.MultiHeadAttention(12, key_dim=5, value_dim=7, num_heads=3),
        {
            **{f"{name}_proj_weights": cut(0, 3, np.transpose) for name in "qkv"},
            "out_proj_weights": cut(1, 3, np.transpose),
            "in_proj_bias": ADAM,
            "out_proj_bias": ADAM,
        },
    ),
}


def expected(table, path, name):
    ends = [key for key in table if any(f"/{x}".endswith(f"/{key}") for x in (name, path))]
    assert len(ends) == 1, (path, name, sorted(table))
    return table[ends[0]]


@pytest.mark.parametrize("name", TABLE)
def test_matrices_are_those_of_the_table(name):
    make, table = TABLE[name]
    layer = make()
    layout = layout_of(layer, output=False)
    trained = {id(v) for v in layer.trainable_variables}
    found = {id(v): row for v, row in known_rows(layer, layout) if id(v) in trained}
    assert len(found) == len(table) == len(trained)
    for v, row in known_rows(layer, layout):
        if id(v) not in trained:
            continue
        cutting = expected(table, row.path, row.name)
        assert row.orthogonalize == (cutting is not None), row
        if cutting is not None:
            x = np.random.default_rng(0).normal(size=v.shape)
            got = row.matrices.of(tf.constant(x))
            np.testing.assert_array_equal(got, np.stack(cutting(x)))
            np.testing.assert_array_equal(row.matrices.back(got, v.shape), x)


def known_rows(layer, layout):
    return [(v, layout.of(v)) for v in layer.variables if layout.of(v) is not None]


# -- models ------------------------------------------------------------------------------------


def transformer(width=12, heads=3, classes=4):
    """A block of everything: an embedding, attention, recurrent gates, a convolution, a head."""
    i = keras.Input((6,), dtype="int32")
    x = layers.Embedding(9, width, name="words")(i)
    x = x + layers.MultiHeadAttention(heads, 5, name="attention")(x, x)
    x = layers.LayerNormalization(name="norm")(x)
    x = layers.Conv1D(8, 3, groups=2, name="conv")(x)
    x = layers.GRU(7, name="memory")(x)
    return keras.Model(i, layers.Softmax()(layers.Dense(classes, name="head")(x)))


def loop(model, optimizer, steps, rate=0.02, beta=0.95):
    """Kernels after steps with gradients from a generator, matrix by matrix, in NumPy."""
    kinds = {
        "query/kernel": TABLE["attention"][1]["query/kernel"],
        "key/kernel": TABLE["attention"][1]["key/kernel"],
        "value/kernel": TABLE["attention"][1]["value/kernel"],
        "attention_output/kernel": TABLE["attention"][1]["attention_output/kernel"],
        "conv/kernel": TABLE["groups"][1]["kernel"],
        "gru_cell/kernel": TABLE["gru"][1]["kernel"],
        "gru_cell/recurrent_kernel": TABLE["gru"][1]["recurrent_kernel"],
    }
    found = {}
    for i, v in enumerate(model.trainable_variables):
        cutting = [cut for end, cut in kinds.items() if v.path.endswith(end)]
        if not cutting:
            continue
        (apart,) = cutting
        w = apart(np.asarray(v, "float64"))
        m = [0.0] * len(w)
        for t in range(1, steps + 1):
            for j, g in enumerate(apart(gradient(i, t, v.shape))):
                m[j] = beta * m[j] + (1 - beta) * g
                u = beta * m[j] / (1 - beta ** (t + 1)) + (1 - beta) * g / (1 - beta**t)
                scale = max(1.0, g.shape[1] / g.shape[0]) ** 0.5
                w[j] = w[j] - rate * scale * orthogonal(u)
        found[v.path] = np.stack(w), apart
    return found


def gradient(index, step, shape):
    return np.random.default_rng([index, step]).normal(size=shape)


@pytest.fixture
def float64():
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize("side", ["apply", "function", "step"])
def test_every_head_gate_and_group_moves_as_in_a_loop(side, float64):
    model = transformer()
    vs = model.trainable_variables
    optimizer = Muon(layout=layout_of(model))
    want = loop(model, optimizer, 3)
    assert len(want) == 7
    if side == "step":
        v = ivy.variables(model)
        paths = {id(e): path for path, e in v.flatten().items()}
        index = {paths[id(x)]: i for i, x in enumerate(vs)}
        values = v.map(tf.convert_to_tensor)
        for t in range(1, 4):
            grads = {p: tf.constant(gradient(i, t, vs[i].shape)) for p, i in index.items()}
            values = optimizer.step(values, ivy.Container.unflatten(grads))
        got = {v.path: values.flatten()[paths[id(v)]].numpy() for v in vs}
    else:
        optimizer.build(vs)
        apply = lambda *grads: optimizer.apply(list(grads), vs)
        apply = tf.function(apply, autograph=False) if side == "function" else apply
        for t in range(1, 4):
            apply(*(tf.constant(gradient(i, t, v.shape)) for i, v in enumerate(vs)))
        got = {v.path: v.numpy() for v in vs}
    for path, (matrices, apart) in want.items():
        np.testing.assert_allclose(np.stack(apart(got[path])), matrices, rtol=0, atol=1e-12)


def outputs(model):
    """The layers of what is the output layer's, by name."""
    rows = [row for row in layout_of(model).rows if row.role == "output layer"]
    return sorted(row.name.split("/")[-2] for row in rows)


def two_heads():
    i = keras.Input((3,))
    x = layers.Dense(4, name="body")(i)
    a = layers.Activation("tanh")(layers.Dense(2, name="policy")(x))
    return keras.Model(i, [a, layers.Reshape((3, 1))(layers.Dense(3, name="value")(x))])


def nested():
    i = keras.Input((5, 3))
    inner = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dense(2, name="top")])
    return keras.Model(i, layers.TimeDistributed(inner)(i))


def residual():
    i = keras.Input((4,))
    return keras.Model(i, i + layers.Dense(4)(i))


class Own(keras.Model):
    def __init__(self):
        super().__init__()
        self.body = layers.Dense(4, name="body")
        self.head = layers.Dense(2, name="head")

    def call(self, x):
        return self.head(self.body(x))


def own():
    model = Own()
    model(np.ones((1, 3), "float32"))
    return model


@pytest.mark.parametrize(
    ("make", "want"),
    [
        (transformer, ["head"]),
        (two_heads, ["policy", "value"]),
        (nested, ["top"]),
        (residual, []),
        (own, ["head"]),
        (lambda: keras.Sequential([keras.Input((3, 2)), layers.LSTM(4)]), []),
        (lambda: ivy.Sequential(ivy.Linear(3, 4), ivy.ReLU(), ivy.Linear(4, 2)), ["linear_1"]),
        (lambda: built(layers.Dense(2), (None, 3)), ["dense"]),
    ],
    ids=["graph", "two heads", "nested", "residual", "own", "recurrent", "ivy", "layer"],
)
def test_output_layers_are_left_to_adamw(make, want):
    keras.backend.clear_session()
    assert outputs(make()) == want


def test_output_layers_can_be_told():
    model = transformer()
    update = lambda output: {row.name: row.update for row in layout_of(model, output).rows}
    assert update(False)["head/kernel"] == "Muon"
    told = update(("conv", layers.GRU))
    assert (told["head/kernel"], told["conv/kernel"]) == ("Muon", "AdamW")
    assert told["memory/gru_cell/kernel"] == "AdamW"
    with pytest.raises(ValueError, match=r"matches no variable.*Received: output='nothing'"):
        layout_of(model, "nothing")


def test_layout_needs_a_built_model():
    with pytest.raises(TypeError, match=r"takes a built model.*Received: model="):
        layout_of(keras.Sequential([layers.Dense(2)]))
    with pytest.raises(TypeError, match=r"`layout=layout_of\(model\)`. Received: layout="):
        Muon(layout="heads")
