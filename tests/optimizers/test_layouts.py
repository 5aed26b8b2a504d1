"""As which matrices the variables of every layer are seen: tables written by hand, and loops."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy.optimizers import Muon, Rule, layout_of
from tests.optimizers.muon_runs import orthogonal

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


def transformer(width=12, heads=3, classes=4, gates=True):
    """A block of everything: an embedding, attention, recurrent gates, a convolution, a head."""
    i = keras.Input((6,), dtype="int32")
    x = layers.Embedding(9, width, name="words")(i)
    x = x + layers.MultiHeadAttention(heads, 5, name="attention")(x, x)
    x = layers.LayerNormalization(name="norm")(x)
    x = layers.Conv1D(8, 3, groups=2, name="conv")(x)
    x = layers.GRU(7, name="memory")(x) if gates else layers.GlobalAveragePooling1D()(x)
    return keras.Model(i, layers.Softmax()(layers.Dense(classes, name="head")(x)))


def loop(model, steps, rate=0.02, beta=0.95):
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
    want = loop(model, 3)
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


# -- the life of a layout ----------------------------------------------------------------------


light = functools.partial(transformer, gates=False)
DATA = np.random.default_rng(0).integers(0, 9, size=(16, 6)), np.arange(16) % 4


def compiled(model, **options):
    optimizer = Muon(layout=layout_of(model), **options)
    model.compile(optimizer, keras.losses.SparseCategoricalCrossentropy())
    return model


def updates(model):
    return {row.key: row.update for row in model.optimizer.explain(model)}


def fitted(model, epochs=1):
    model.fit(*DATA, batch_size=8, epochs=epochs, shuffle=False, verbose=0)
    return model


@pytest.mark.parametrize("suffix", ["keras", "weights.h5"])
def test_files_hold_the_layout_and_training_goes_on(tmp_path, suffix):
    model = fitted(compiled(light(), weight_decay=0.1))
    path = str(tmp_path / f"model.{suffix}")
    if suffix == "keras":
        model.save(path)
        again = keras.models.load_model(path)
        assert again.optimizer.layout == model.optimizer.layout
    else:
        model.save_weights(path)
        again = compiled(light(), weight_decay=0.1)
        again.optimizer.build(again.trainable_variables)
        again.load_weights(path)
    assert updates(again) == updates(model)
    assert "Muon 3 of 12x5" in updates(again).values()
    for one in (model, again):
        fitted(one)
    for a, b in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_layout_fits_a_clone_and_its_state():
    model = fitted(compiled(light()))
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    optimizer = Muon.from_config(model.optimizer.get_config())
    clone.compile(optimizer, keras.losses.SparseCategoricalCrossentropy())
    optimizer.build(clone.trainable_variables)
    optimizer.set_state(model.optimizer.state)
    assert updates(clone) == updates(model)
    for one in (model, clone):
        fitted(one)
    for a, b in zip(model.get_weights(), clone.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_matrices_have_one_slot():
    model = fitted(compiled(light()))
    state = model.optimizer.state
    moments = {name: set(state[name].flatten()) for name in ("mw", "vw")}
    muon = {path for path, update in updates(model).items() if update.startswith("Muon")}
    assert moments["mw"] == set(updates(model))
    assert moments["vw"] == moments["mw"] - muon
    kept = {v.path for v in model.optimizer.variables}
    assert not any("query_kernel_vw" in path for path in kept)
    other = Muon(layout=layout_of(model, output=False))
    other.build(model.trainable_variables)
    with pytest.raises(ValueError, match=r"keeps \['mw', 'vw'\] of 'layers/.*strict=False"):
        model.optimizer.set_state(other.state)
    report = model.optimizer.set_state(other.state, strict=False)
    assert [key for key in report.new if key.endswith("kernel")] == list(report.new)
    assert len(report.new) == 1


def test_frozen_layers_are_known_when_they_join():
    model = light()
    model.get_layer("attention").trainable = False
    fitted(compiled(model))
    model.get_layer("attention").trainable = True
    optimizer = model.optimizer
    model.compile(optimizer, keras.losses.SparseCategoricalCrossentropy())
    before = model.get_layer("attention").get_weights()
    fitted(model)
    assert "Muon 3 of 12x5" in updates(model).values()
    after = model.get_layer("attention").get_weights()
    assert all(np.any(a != b) for a, b in zip(before, after, strict=True))


def test_shared_and_nested_layers_are_known_once():
    shared = layers.Dense(4, name="shared")
    i = keras.Input((4,))
    inner = keras.Sequential([keras.Input((4,)), shared, layers.Dense(4, name="own")], name="inner")
    model = keras.Model(i, layers.Dense(2, name="head")(inner(shared(i)) + inner(i)))
    layout = layout_of(model)
    assert len(layout.rows) == len(model.variables) == 6
    assert sum(row.update == "Muon" for row in layout.rows) == 2
    model.compile(Muon(layout=layout), "mse")
    model.fit(np.ones((8, 4)), np.ones((8, 2)), verbose=0)


def test_layout_of_another_model_is_refused_before_anything_changes():
    model = light()
    for other, message in (
        (light(width=18), r"has shape .* make it of the model as it is now"),
        (two_heads(), "does not know a variable that the optimizer trains"),
    ):
        optimizer = Muon(layout=layout_of(other))
        with pytest.raises(ValueError, match=message):
            optimizer.build(model.trainable_variables)
        assert not optimizer.built
        v = ivy.variables(model)
        with pytest.raises(ValueError, match=message):
            optimizer.step(v, v.map(tf.ones_like))
        assert int(optimizer.state.count) == 0


def test_a_part_of_a_model_is_known_by_its_variables():
    model = light()
    optimizer = Muon(layout=layout_of(model))
    optimizer.build(model.get_layer("attention").trainable_variables)
    assert [t.matrices is not None for t in optimizer._treatments] == [True, False] * 4


def test_rules_say_who_is_orthogonal():
    model = transformer()
    rules = [Rule("words", orthogonalize=True), Rule(layers.GRU, orthogonalize=False)]
    rules += [Rule("head/kernel", orthogonalize=True)]
    optimizer = Muon(layout=layout_of(model), rules=rules)
    got = {row.name: row.update for row in optimizer.explain(model)}
    assert got["words/embeddings"] == "Muon 9x12"
    assert got["memory/gru_cell/kernel"] == "AdamW"
    assert got["head/kernel"] == "Muon 7x4"
    plain = Muon(rules=[Rule("head/kernel", orthogonalize=False)])
    got = {row.name: row.update for row in plain.explain(model)}
    assert (got["head/kernel"], got["memory/gru_cell/kernel"]) == ("AdamW", "Muon 8x21")


def test_rule_for_what_is_no_matrix_is_refused():
    model = light()
    optimizer = Muon(layout=layout_of(model), rules=[Rule("norm/gamma", orthogonalize=True)])
    with pytest.raises(ValueError, match=r"of what is no matrix.*'norm/gamma' of shape=\(12,\)"):
        optimizer.build(model.trainable_variables)


def test_explain_says_that_there_is_no_layout():
    model = light()
    without = Muon().explain(model)
    assert any("pass `layout=layout_of(model)`" in note for note in without.notes)
    assert {row.name: row.update for row in without}["attention/query/kernel"] == "AdamW"
    assert not Muon(layout=layout_of(model)).explain(model).notes


def test_mirrored_variables_are_known():
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    with strategy.scope():
        model = compiled(light())
    fitted(model)
    assert "Muon 3 of 12x5" in updates(model).values()


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "bfloat16"])
def test_low_precision_trains(policy):
    keras.config.set_dtype_policy(policy)
    try:
        model = compiled(light(), iteration_dtype="bfloat16", adam_learning_rate=0.01)
        losses = model.fit(*DATA, epochs=12, verbose=0).history["loss"]
    finally:
        keras.config.set_dtype_policy("float32")
    assert losses[-1] < 0.8 * losses[0]


def test_a_layer_that_no_rule_knows_is_read_by_shape_with_a_warning():
    class Odd(layers.Layer):
        def build(self, shape):
            self.kernel = self.add_weight(shape=(3, shape[-1], 4), name="odd")
            self.plain = self.add_weight(shape=(shape[-1], 4), name="w")

    layer = built(Odd(), (None, 5))
    with pytest.warns(UserWarning, match=r"No rule tells the fans of: Odd \(.*/odd"):
        layout = layout_of(layer, output=False)
    assert {row.path: row.seen for row in layout.rows} == {"kernel": "15x4", "plain": "5x4"}


def test_a_layout_prints_finds_rows_and_is_a_value():
    layout = layout_of(light())
    assert "conv/kernel" in str(layout)
    assert layout["attention/query"].seen == "3 of 12x5"
    again = type(layout).from_config(layout.get_config())
    assert again == layout
    assert hash(again) == hash(layout)
    assert again != layout_of(light(), output=False)
