"""Rates by depth of many kinds of models, every variable's against a table written by hand."""

import keras
import numpy as np
import pytest

import keras_ivy as ivy
from keras_ivy.optimizers import AdamW, layerwise
from keras_ivy.structure import names_of, structure_of

DECAY = 0.5


def depths(model, **options):
    """The depth of every trainable variable, by the names of layers, from its multiplier."""
    rules = layerwise(model, DECAY, **options)
    explained = AdamW(0.1, weight_decay=0.1, rules=[*rules, "bias_norm"]).explain(model)
    titles = names_of(model).titles
    last = rules[-1].match.last
    assert len(explained) == len(model.trainable_variables)
    keys = {id(e.variable): titles[e.path] for e in structure_of(model).entries}
    found = {}
    for row, variable in zip(explained, model.trainable_variables, strict=True):
        assert row.path == variable.path
        found[keys[id(variable)]] = last + round(np.log(row.lr_multiplier) / np.log(1 / DECAY))
        assert row.decay == (0.1 if is_kernel(variable) else 0.0), row.path
    return found


def is_kernel(variable):
    """Whether a variable decays beside the preset: a matrix that is no bias of attention's."""
    name = variable.path.rpartition("/")[2]
    return len(variable.shape) > 1 and name not in ("bias", "gamma", "beta", "b")


def table(**layers):
    """`{"layer/variable": depth}` of `layer="variable variable", depth`."""
    return {f"{n}/{v}": d for n, (names, d) in layers.items() for v in names.split()}


NORM, DENSE = "gamma beta", "kernel bias"
ATTENTION = " ".join(f"{n}/{v}" for n in ("query", "key", "value", "attention_output") for v in (
    "kernel", "bias"))  # fmt: skip


class Positions(keras.layers.Layer):
    def build(self, shape):
        self.table = self.add_weight(shape=shape[1:], name="table")

    def call(self, x):
        return x + self.table


def flat_vit():
    """A ViT written out flat: nothing but the graph tells its blocks."""
    inputs = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(6, 4, 4, name="patches")(inputs)
    x = Positions(name="positions")(keras.layers.Reshape((4, 6))(x))
    for name in "abc":
        y = keras.layers.LayerNormalization(name=f"{name}_first")(x)
        y = keras.layers.MultiHeadAttention(2, 3, name=f"{name}_attention")(y, y)
        x = keras.layers.Add()([x, y])
        y = keras.layers.LayerNormalization(name=f"{name}_second")(x)
        y = keras.layers.Dense(8, "gelu", name=f"{name}_up")(y)
        x = x + keras.layers.Dropout(0.1)(keras.layers.Dense(6, name=f"{name}_down")(y))
    x = keras.layers.LayerNormalization(name="last_norm")(x)
    return keras.Model(
        inputs, keras.layers.Dense(5, name="head")(keras.layers.GlobalAveragePooling1D()(x))
    )


def test_vit_that_is_written_out_flat():
    want = table(patches=(DENSE, 0), positions=("table", 0))
    for depth, name in enumerate("abc", 1):
        want |= table(**{
            f"{name}_first": (NORM, depth), f"{name}_attention": (ATTENTION, depth),
            f"{name}_second": (NORM, depth), f"{name}_up": (DENSE, depth),
            f"{name}_down": (DENSE, depth),
        })  # fmt: skip
    assert depths(flat_vit()) == want | table(last_norm=(NORM, 4), head=(DENSE, 4))


def test_normalisations_after_the_additions_belong_to_what_follows():
    inputs = x = keras.Input((4, 6))
    x = keras.layers.Dense(6, name="embed")(x)
    want = table(embed=(DENSE, 0))
    for depth, name in enumerate("abc", 1):
        y = keras.layers.MultiHeadAttention(2, 3, name=f"{name}_attention")(x, x)
        x = keras.layers.LayerNormalization(name=f"{name}_first")(x + y)
        y = keras.layers.Dense(6, name=f"{name}_down")(keras.layers.Dense(8, name=f"{name}_up")(x))
        x = keras.layers.LayerNormalization(name=f"{name}_second")(x + y)
        want |= table(**{
            f"{name}_attention": (ATTENTION, depth), f"{name}_first": (NORM, depth),
            f"{name}_up": (DENSE, depth), f"{name}_down": (DENSE, depth),
            f"{name}_second": (NORM, depth + 1),
        })  # fmt: skip
    model = keras.Model(inputs, keras.layers.Dense(2, name="head")(x))
    assert depths(model) == want | table(head=(DENSE, 4))


def test_resnet_50_of_keras():
    model = keras.applications.ResNet50(weights=None, classes=3, input_shape=(32, 32, 3))
    want, depth = table(conv1_conv=(DENSE, 0), conv1_bn=(NORM, 0)), 0
    for stage, blocks in ((2, 3), (3, 4), (4, 6), (5, 3)):
        for block in range(1, blocks + 1):
            depth += 1
            for part in ("0", "1", "2", "3") if block == 1 else ("1", "2", "3"):
                front = f"conv{stage}_block{block}_{part}"
                want |= table(**{f"{front}_conv": (DENSE, depth), f"{front}_bn": (NORM, depth)})
    assert depth == 16
    assert depths(model) == want | table(predictions=(DENSE, 17))


def test_convnext_of_keras():
    model = keras.applications.ConvNeXtTiny(weights=None, classes=3, input_shape=(32, 32, 3))
    front, depth = "convnext_tiny", 0
    want = table(**{f"{front}_stem/{front}_stem_conv": (DENSE, 0),
                    f"{front}_stem/{front}_stem_layernorm": (NORM, 0)})  # fmt: skip
    for stage, blocks in enumerate((3, 3, 9, 3)):
        for block in range(blocks):
            depth += 1
            if stage and not block:
                down = f"{front}_downsampling_block_{stage - 1}/{front}_downsampling"
                want |= table(**{f"{down}_conv_{stage - 1}": (DENSE, depth),
                                 f"{down}_layernorm_{stage - 1}": (NORM, depth)})  # fmt: skip
            name = f"{front}_stage_{stage}_block_{block}"
            want |= table(**{
                f"{name}_depthwise_conv": (DENSE, depth), f"{name}_layernorm": (NORM, depth),
                f"{name}_pointwise_conv_1": (DENSE, depth),
                f"{name}_pointwise_conv_2": (DENSE, depth), f"{name}_layer_scale": ("gamma", depth),
            })  # fmt: skip
    head = {f"{front}_head_layernorm": (NORM, 19), f"{front}_head_dense": (DENSE, 19)}
    got = depths(model)
    assert {k: d for k, d in got.items() if "layer_scale" not in k} == {
        k: d for k, d in (want | table(**head)).items() if "layer_scale" not in k
    }
    scales = [d for k, d in got.items() if "layer_scale" in k]
    assert scales == list(range(1, 19))


def hub():
    # Installing it takes more than this project; whoever has it checks its models.
    return pytest.importorskip("keras_hub", reason="the models of keras-hub")


def test_bert_of_keras_hub():
    backbone = hub().models.BertBackbone(
        vocabulary_size=20, num_layers=3, num_heads=2, hidden_dim=4, intermediate_dim=6,
        max_sequence_length=5,
    )  # fmt: skip
    outputs = keras.layers.Dense(2, name="classes")(backbone(backbone.input)["pooled_output"])
    got = depths(keras.Model(backbone.input, outputs))
    for path, depth in got.items():
        want = 0 if "embedding" in path else 4
        for i in range(3):
            want = i + 1 if f"transformer_layer_{i}/" in path else want
        assert depth == want, path
    assert sum("transformer_layer_1/" in path for path in got) == 16
    assert {p.split("/")[-2] for p, d in got.items() if d == 4} == {"classes", "pooled_dense"}


def test_vit_of_keras_hub():
    got = depths(hub().models.ViTBackbone(
        image_shape=(8, 8, 3), patch_size=4, num_layers=3, num_heads=2, hidden_dim=4, mlp_dim=6
    ))  # fmt: skip
    blocks = [d for path, d in got.items() if "block" in path]
    assert sorted(set(blocks)) == [1, 2, 3]
    for path, depth in got.items():
        assert "block" in path or depth == (0 if "embedding" in path else 4), path


# -- ivy's modules, and layers written as classes ------------------------------------------------


class Block(ivy.Module):
    def __init__(self, size):
        self.first, self.second = ivy.Linear(size, 2 * size), ivy.Linear(2 * size, size)
        self.norm = ivy.LayerNorm((size,))
        ivy.Module.__init__(self)

    def _forward(self, x):
        return x + self.second(ivy.relu(self.first(self.norm(x))))


class Net(ivy.Module):
    def __init__(self):
        self.embed = ivy.Linear(3, 4)
        self.blocks = [Block(4), Block(4), Block(4)]
        self.norm = ivy.LayerNorm((4,))
        self.head = ivy.Linear(4, 2)
        ivy.Module.__init__(self)

    def _create_variables(self, device=None, dtype=None):
        return {"token": keras.Variable(np.ones((1, 4), "float32"))}

    def _forward(self, x):
        x = self.embed(x) + self.v.token
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


def by_key(model, **options):
    """`{structural path: depth}`."""
    rules = layerwise(model, DECAY, **options)
    rows = AdamW(0.1, rules=rules).explain(model)
    last = rules[-1].match.last
    return {r.key: last + round(np.log(r.lr_multiplier) / np.log(2)) for r in rows}


IVY_TABLE = {
    "token": 0, "embed/w": 0, "embed/b": 0, "norm/w": 4, "norm/b": 4, "head/w": 4, "head/b": 4,
    **{f"blocks/v{i}/{n}/{v}": i + 1 for i in range(3) for n in ("first", "second", "norm")
       for v in "wb"},
}  # fmt: skip


def test_ivy_module():
    got = by_key(Net())
    names = {path.rpartition("/")[2] for path in got}
    want = {k: d for k, d in IVY_TABLE.items() if k.rpartition("/")[2] in names or k in got}
    norm = {k: IVY_TABLE[k.rpartition("/")[0] + "/w"] for k in got if k not in IVY_TABLE}
    assert got == {k: d for k, d in want.items() if k in got} | norm
    assert len(got) == 3 + 3 * 6 + 4


def test_steps_on_a_container_fall_by_depth():
    model = Net()
    optimizer = ivy.SGD(1.0, rules=layerwise(model, DECAY))
    v = ivy.variables(model, trainable=True)
    new = optimizer.step(v, v.map(lambda x: np.ones(x.shape, "float32")))
    for path, depth in by_key(model).items():
        moved = np.asarray(v[path]) - np.asarray(new[path])
        np.testing.assert_allclose(moved, DECAY ** (4 - depth), rtol=1e-5, err_msg=path)


class Experts(keras.layers.Layer):
    """A block with lists inside that are none of blocks."""

    def __init__(self):
        super().__init__()
        self.self_attention = keras.layers.MultiHeadAttention(1, 2)
        self.experts = [keras.Sequential([keras.layers.Dense(4)]) for _ in range(3)]

    def call(self, x):
        x = x + self.self_attention(x, x)
        return x + sum(expert(x) for expert in self.experts)


class Stage(keras.layers.Layer):
    """Blocks in a list, behind a convolution."""

    def __init__(self, count):
        super().__init__()
        self.down = keras.layers.Dense(4)
        self.blocks = [Block(4) for _ in range(count)]

    def call(self, x):
        x = self.down(x)
        for block in self.blocks:
            x = block(x)
        return x


def test_blocks_with_lists_inside_are_blocks():
    inputs = keras.Input((5, 4))
    x = keras.layers.Dense(4, name="embed")(inputs)
    for _ in range(3):
        x = Experts()(x)
    model = keras.Model(inputs, keras.layers.Dense(2, name="head")(x))
    got = by_key(model)
    assert {d for k, d in got.items() if k.startswith("layers/v3/")} == {2}
    assert got["layers/v1/kernel"] == 0
    assert got["layers/v5/kernel"] == 4


def test_stages_of_blocks_are_taken_apart():
    inputs = keras.Input((4,))
    model = keras.Model(inputs, keras.layers.Dense(2)(Stage(3)(Stage(2)(inputs))))
    got = by_key(model)
    first = [got[f"layers/v1/blocks/v{i}/first/w"] for i in range(2)]
    second = [got[f"layers/v2/blocks/v{i}/first/w"] for i in range(3)]
    assert (first, second) == ([1, 2], [3, 4, 5])
    assert got["layers/v1/down/kernel"] == 0  # before all blocks
    assert got["layers/v2/down/kernel"] == 3  # between two: with the one that follows
    assert got["layers/v3/kernel"] == 6


def test_sub_model_shared_and_frozen_layers():
    inputs = keras.Input((4,))
    shared = keras.layers.Dense(4, name="shared")
    trunk = keras.Sequential([inputs, shared, *(Block(4) for _ in range(2))], name="trunk")
    outer = keras.Input((4,))
    model = keras.Model(outer, keras.layers.Dense(2, name="head")(shared(trunk(outer))))
    trunk.layers[1].trainable = False
    got = by_key(model)
    assert [d for k, d in got.items() if k.startswith("layers/v1/layers/v0/")] == [0, 0]
    assert {d for k, d in got.items() if "first" in k} == {2}
    heads = [d for k, d in got.items() if k.startswith(("layers/v2/", "layers/v3/"))]
    assert heads == [3, 3]
    # Frozen ones count where they stand, once they are trained again.
    trunk.layers[1].trainable = True
    assert {d for k, d in by_key(model).items() if "first" in k} == {1, 2}


def test_rules_of_a_part_hold_in_the_whole():
    trunk = keras.Sequential([keras.Input((4,)), *(Block(4) for _ in range(2))], name="trunk")
    inputs = keras.Input((4,))
    model = keras.Model(inputs, keras.layers.Dense(2, name="top")(trunk(inputs)))
    rules = layerwise(trunk, DECAY)
    rows = AdamW(0.1, rules=rules).explain(model)
    got = {r.key: r.lr_multiplier for r in rows}
    assert got["layers/v1/layers/v0/first/w"] == 0.25
    assert got["layers/v1/layers/v1/first/w"] == 0.5
    assert got["layers/v2/kernel"] == 1.0


def test_without_blocks_depth_counts_kernels():
    model = keras.Sequential([
        keras.Input((8, 8, 3)), keras.layers.Conv2D(2, 3, name="c1"),
        keras.layers.BatchNormalization(name="n1"), keras.layers.Conv2D(2, 3, name="c2"),
        keras.layers.BatchNormalization(name="n2"), keras.layers.Flatten(),
        keras.layers.Dense(2, name="d"),
    ])  # fmt: skip
    assert depths(model) == table(
        c1=(DENSE, 0), n1=(NORM, 0), c2=(DENSE, 1), n2=(NORM, 1), d=(DENSE, 2)
    )


def test_branches_of_a_graph_without_blocks_go_side_by_side():
    left, right = keras.Input((4,)), keras.Input((4,))
    a = keras.layers.Dense(4, name="a2")(keras.layers.Dense(4, name="a1")(left))
    b = keras.layers.Dense(4, name="b1")(right)
    joined = keras.layers.Concatenate()([a, b])
    model = keras.Model([left, right], keras.layers.Dense(2, name="top")(joined))
    assert depths(model) == table(a1=(DENSE, 0), a2=(DENSE, 1), b1=(DENSE, 0), top=(DENSE, 2))


def named():
    """Chains whose blocks nothing but the names tell."""
    inputs = x = keras.Input((4,))
    x = keras.layers.Dense(4, name="in")(x)
    for stage, block in ((0, 0), (0, 1), (1, 0)):
        x = keras.layers.Dense(4, name=f"s{stage}_b{block}_one")(x)
        x = keras.layers.Dense(4, name=f"s{stage}_b{block}_two")(x)
        x = keras.layers.Dense(4, name=f"pool{stage}{block}")(x)
    return keras.Model(inputs, keras.layers.Dense(2, name="out")(x))


def test_pattern_tells_blocks():
    want = table(out=(DENSE, 4), **{"in": (DENSE, 0)})
    for depth, name in enumerate(("s0_b0", "s0_b1", "s1_b0"), 1):
        want |= table(**{f"{name}_one": (DENSE, depth), f"{name}_two": (DENSE, depth)})
    want |= table(pool00=(DENSE, 2), pool01=(DENSE, 3), pool10=(DENSE, 4))
    assert depths(named(), pattern=r"s(\d)_b(\d)_(?:one|two)") == want


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: layerwise(named(), 0.0), ValueError, r"`decay` must be in \(0.0, 1.0\]"),
        (lambda: layerwise(named(), 1.5), ValueError, "decay=1.5"),
        (lambda: layerwise(named(), pattern="block.*"), ValueError, "fits no path.*pattern='block"),
        (lambda: layerwise(named(), pattern="s0_.*"), ValueError, "a group for each number"),
        (lambda: layerwise(named(), pattern="s(0_.*"), ValueError, "no regular expression"),
        (lambda: layerwise(keras.Sequential()), TypeError, "a built model or layer"),
        (lambda: layerwise([]), TypeError, r"Received: model=\[\]"),
        (lambda: layerwise(keras.Sequential([keras.Input((2,)), keras.layers.ReLU()])), ValueError,
         "no variables"),
    ],
)  # fmt: skip
def test_bad_arguments_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_rules_are_saved_with_the_model(tmp_path):
    model = named()
    rules = [*layerwise(model, DECAY, pattern=r"s(\d)_b(\d)_\w+"), "bias_norm"]
    model.compile(AdamW(0.01, weight_decay=0.1, rules=rules), "mse")
    x = np.ones((4, 4), "float32")
    model.fit(x, x[:, :2], verbose=0)
    model.save(tmp_path / "m.keras")
    loaded = keras.models.load_model(tmp_path / "m.keras")
    assert loaded.optimizer.get_config() == model.optimizer.get_config()
    rows = [[r[1:5] for r in m.optimizer.explain(m)] for m in (model, loaded)]
    assert rows[0] == rows[1]
    for each in (model, loaded):
        each.fit(x, x[:, :2], verbose=0)
    for one, other in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)


def test_config_tells_places_as_seen_from_the_whole(tmp_path):
    trunk = keras.Sequential([keras.Input((4,)), *(keras.layers.Dense(4) for _ in range(2))])
    inputs = keras.Input((4,))
    model = keras.Model(inputs, keras.layers.Dense(2)(trunk(inputs)))
    model.compile(AdamW(0.01, rules=layerwise(trunk, DECAY)), "mse")
    model.optimizer.build(model.trainable_variables)
    model.save(tmp_path / "m.keras")
    loaded = keras.models.load_model(tmp_path / "m.keras")
    rates = [r.lr_multiplier for r in loaded.optimizer.explain(loaded)]
    assert rates == [0.5, 0.5, 1.0, 1.0, 1.0, 1.0]


def test_multipliers_are_powers_and_training_follows_them():
    model = named()
    rules = layerwise(model)
    assert [r.lr_multiplier for r in rules] == [0.75**k for k in range(len(rules) - 1, -1, -1)]
    before = [v.numpy() for v in model.trainable_variables]
    optimizer = ivy.SGD(1.0, rules=rules)
    optimizer.apply([np.ones(v.shape, "float32") for v in before], model.trainable_variables)
    for row, old, v in zip(
        optimizer.explain(model), before, model.trainable_variables, strict=True
    ):
        np.testing.assert_allclose(old - v.numpy(), row.lr_multiplier, rtol=1e-5)
