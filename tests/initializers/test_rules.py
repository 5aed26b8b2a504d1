"""Rules: what matches, who claims, and the schemes for each type of layer."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy.initializers as ivy
from keras_ivy.initializers import PerTarget, Rule, initialize_model
from keras_ivy.initializers.model.rules import as_rules, assign_rules
from keras_ivy.initializers.model.targets import collect_targets

L = keras.layers


def network():
    """A backbone of convolutions, an embedding branch, and a head."""
    image, ids = keras.Input((8, 8, 3)), keras.Input((4,), dtype="int32")
    backbone = keras.Sequential(
        [keras.Input((8, 8, 3)), L.Conv2D(4, 3), L.BatchNormalization(), L.Conv2D(4, 3)],
        name="backbone",
    )
    pooled = L.GlobalAveragePooling2D()(backbone(image))
    words = L.LSTM(4)(L.Embedding(9, 4)(ids))
    outputs = L.Dense(2, name="head")(L.Concatenate()([pooled, words]))
    return keras.Model([image, ids], outputs)


def claimed(*rules):
    """The names of the variables that each rule decides about."""
    targets = collect_targets(network())
    chosen = assign_rules(rules, targets)
    return [{t.seed_path for t in targets if chosen.get(t.path) is rule} for rule in rules]


CONVOLUTIONS = {"backbone/layers/v0/kernel", "backbone/layers/v2/kernel"}
NORM = {"backbone/layers/v1/gamma", "backbone/layers/v1/beta"}
STATISTICS = {"backbone/layers/v1/moving_mean", "backbone/layers/v1/moving_variance"}


@pytest.mark.parametrize(
    ("match", "role", "expected"),
    [
        (L.Conv2D, None, CONVOLUTIONS),
        (keras.Sequential, None, CONVOLUTIONS),
        ("backbone", None, CONVOLUTIONS),
        ("backbone/layers/v0", None, {"backbone/layers/v0/kernel"}),
        (lambda t: t.variable.shape[-1] == 4 and isinstance(t.layer, L.Conv2D), None, CONVOLUTIONS),
        ("head", None, {"head/kernel"}),
        ("head", "any", {"head/kernel", "head/bias"}),
        ("head/bias", None, {"head/bias"}),
        ("head/(bias|kernel)", None, {"head/kernel"}),
        (lambda t: t.path.endswith("head") or t.keras_path == "head/bias", None, {"head/bias"}),
        (L.BatchNormalization, None, NORM),
        (L.BatchNormalization, "state", STATISTICS),
        (".*gamma", None, {"backbone/layers/v1/gamma"}),
        ((L.Dense, L.Conv2D), None, {*CONVOLUTIONS, "head/kernel"}),
        ("ea", "weight", None),
    ],
)
def test_a_rule_claims_what_it_speaks_of(match, role, expected):
    if expected is None:
        with pytest.raises(ValueError, match="matches no variable"):
            claimed(Rule(match, "zeros", role=role))
        return
    assert claimed(Rule(match, "zeros", role=role)) == [expected]


def test_roles_tell_recurrent_kernels_and_embeddings_apart():
    recurrent, embedding, weight, bias = claimed(
        Rule(".*", "zeros", role="recurrent"),
        Rule(".*", "zeros", role="embedding"),
        Rule(".*", "zeros", role="weight"),
        Rule(".*", "zeros", role="bias"),
    )
    assert [name.rsplit("/", 1)[-1] for name in recurrent] == ["recurrent_kernel"]
    assert [name.rsplit("/", 1)[-1] for name in embedding] == ["embeddings"]
    assert len(weight) == 4
    assert {name.rsplit("/", 1)[-1] for name in bias} == {"bias"}


def test_a_layer_that_loops_over_a_cell_is_matched_by_its_own_class():
    (lstm,) = claimed(Rule(L.LSTM, "zeros"))
    assert {name.rsplit("/", 1)[-1] for name in lstm} == {"kernel", "recurrent_kernel"}


def test_the_first_rule_that_claims_decides():
    first, second, third = claimed(
        Rule("head", "zeros"), Rule(L.Dense, "ones"), Rule(".*", "xavier")
    )
    assert first == {"head/kernel"}
    assert second == set()
    assert third > CONVOLUTIONS


def test_a_rule_without_a_scheme_claims_all_it_matches():
    skip, rest = claimed(Rule("backbone", None), Rule(".*", "xavier", role="any"))
    assert skip == CONVOLUTIONS | NORM | STATISTICS | {
        "backbone/layers/v0/bias",
        "backbone/layers/v2/bias",
    }
    assert not rest & skip


def test_a_general_rule_leaves_biases_to_a_rule_that_names_them():
    model = network()
    initialize_model(model, [(".*", "xavier"), ("head/bias", "ones")])
    assert np.all(model.get_layer("head").bias.value == 1)
    assert not np.any(model.get_layer("backbone").layers[0].bias.value)


def test_rules_may_name_what_is_skipped_otherwise():
    model = network()
    norm = model.get_layer("backbone").layers[1]
    initialize_model(model, [(L.BatchNormalization, "zeros"), (".*", "xavier")])
    assert not np.any(norm.gamma.value)
    initialize_model(model, [Rule(".*moving_mean", "ones", role="state")])
    assert np.all(norm.moving_mean.value == 1)


def test_keras_paths_match_as_well_as_structural_ones():
    model = keras.Sequential([keras.Input((3,)), L.Dense(2), L.Dense(2)])
    name = model.layers[1].name
    initialize_model(model, {f"{name}/kernel": "ones"})
    assert np.all(model.layers[1].kernel.value == 1)
    assert not np.all(model.layers[0].kernel.value == 1)


def test_a_name_matches_whole_components_only():
    model = keras.Sequential(
        [keras.Input((3,)), L.Dense(2, name="conv1"), L.Dense(2, name="conv10")]
    )
    initialize_model(model, {"conv1": "ones"})
    assert not np.any(model.get_layer("conv10").kernel.value == 1)


def test_scale_multiplies_what_is_drawn():
    model = keras.Sequential([keras.Input((3,)), L.Dense(2)])
    initialize_model(model, Rule(".*", "ones", scale=0.25))
    assert np.all(model.layers[0].kernel.value == 0.25)
    report = initialize_model(model, Rule(".*", "ones", scale=0.25), dry_run=True)
    assert report["layers/v0/kernel"].scheme == "0.25 * Ones()"


def test_scaled_half_precision_is_rounded_once():
    model = keras.Sequential([keras.Input((9,), dtype="float16"), L.Dense(64, dtype="float16")])
    exact = keras.Sequential([keras.Input((9,)), L.Dense(64)])
    for each in (model, exact):
        initialize_model(each, Rule(".*", "xavier", scale=0.3), seed=1)
    expected = np.asarray(exact.layers[0].kernel.value).astype("float16")
    np.testing.assert_array_equal(model.layers[0].kernel.value, expected)


def test_a_scheme_may_depend_on_the_variable():
    model = keras.Sequential([keras.Input((3,)), L.Dense(2), L.Dense(5)])
    rule = Rule(".*", PerTarget(lambda target: f"constant({target.layer.units}.0)"))
    initialize_model(model, rule)
    assert [float(layer.kernel[0, 0]) for layer in model.layers] == [2.0, 5.0]
    before = np.array(model.layers[1].kernel.value)
    only_first = PerTarget(lambda target: "zeros" if target.layer.units == 2 else None)
    initialize_model(model, Rule(".*", only_first))
    assert np.array_equal(model.layers[1].kernel.value, before)


def test_rules_are_made_of_tuples_dictionaries_and_schemes():
    rules = as_rules([("head", "zeros"), (L.Dense, "normal", {"std": 0.1}), Rule(".*", "ones")])
    assert [rule.config for rule in rules] == [None, {"std": 0.1}, None]
    assert [rule.match for rule in as_rules({"a": "zeros", "b": "ones"})] == ["a", "b"]
    model = network()
    report = initialize_model(model, [("head", "zeros"), ivy.AutoScheme()], dry_run=True)
    assert "Zeros()" in {row.scheme for row in report if row.role == "kernel"}
    assert "RandomNormal(stddev=0.02)" in {row.scheme for row in report}


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("*", "zeros"), ValueError, r"any text is '\.\*' and not '\*'"),
        ((3, "zeros"), TypeError, "`match` must be"),
        ((int, "zeros"), TypeError, "must be a layer's"),
        (((L.Dense, int), "zeros"), TypeError, "`match` must be"),
        ((".*", "zeros", None, "weights"), ValueError, "`role` must be one of"),
    ],
)
def test_rules_say_what_is_wrong_when_they_are_made(arguments, error, message):
    with pytest.raises(error, match=message):
        Rule(*arguments)


def test_a_rule_whose_role_is_missing_lists_what_it_matches():
    with pytest.raises(
        ValueError, match=r"'head' with role 'recurrent' claims no variable.*v7/bias"
    ):
        claimed(Rule("head", "zeros", role="recurrent"))


# --- schemes for each type of layer ---------------------------------------------------------------


def test_auto_follows_the_layer_and_its_activation():
    inputs = keras.Input((6, 8))
    x = L.LSTM(8, return_sequences=True)(inputs)
    x = L.Dense(8, "relu", name="relu")(x)
    x = L.Dense(8, "gelu", name="gelu")(x)
    x = L.Dense(8, "tanh", name="tanh")(x)
    x = L.Conv1D(8, 3, name="before_norm")(x)
    x = L.LeakyReLU(0.2)(L.Dropout(0.1)(L.BatchNormalization()(x)))
    x = L.Dense(8, name="before_layer")(x)
    x = L.Activation("silu")(x)
    x = L.Dense(8, name="branching")(x)
    x = L.Add()([x, L.ReLU()(x)])
    x = L.Dense(8, lambda z: z**2, name="custom")(x)
    outputs = L.Dense(3, "softmax", name="head")(x)
    model = keras.Model(inputs, outputs)
    report = initialize_model(model, "auto", dry_run=True)
    schemes = {row.path: row.scheme for row in report}
    found = {
        layer.name: schemes[f"layers/v{i}/kernel"]
        for i, layer in enumerate(model.layers)
        if f"layers/v{i}/kernel" in schemes
    }
    xavier = "XavierInitializer()"
    assert found == {
        "relu": "VarianceScaling(scale=2.0)",
        "gelu": f"VarianceScaling(scale={round(ivy.calculate_gain('gelu') ** 2, 8)})",
        "tanh": xavier,
        "before_norm": f"VarianceScaling(scale={round(2 / 1.04, 8)})",
        "before_layer": f"VarianceScaling(scale={round(ivy.calculate_gain('silu') ** 2, 8)})",
        "branching": xavier,
        "custom": f"VarianceScaling(scale={round(1 / 3, 8)})",
        "head": xavier,
    }
    assert schemes["layers/v1/cell/kernel"] == xavier
    assert schemes["layers/v1/cell/recurrent_kernel"] == "Orthogonal()"


def test_auto_keeps_the_signal_of_a_deep_network():
    layers = [L.Dense(256, act) for act in ("relu", "gelu", "silu", "leaky_relu") * 8]
    model = keras.Sequential([keras.Input((256,)), *layers])
    initialize_model(model, "auto", seed=1)
    x = np.random.default_rng(0).standard_normal((64, 256)).astype("float32")
    assert 0.2 < np.sqrt(np.mean(np.square(model(x)))) < 5


def test_recurrent_layers_of_the_document_by_rules():
    layer = L.SimpleRNN(8)
    model = keras.Sequential([keras.Input((3, 6)), layer])
    rules = [Rule(".*", "orthogonal", role="recurrent"), Rule(".*", "xavier_normal")]
    initialize_model(model, rules, seed=1)
    recurrent = np.asarray(layer.cell.recurrent_kernel.value)
    np.testing.assert_allclose(recurrent.T @ recurrent, np.eye(8), atol=1e-5)
    assert not np.allclose(layer.cell.kernel[:6].numpy().T @ layer.cell.kernel.numpy(), np.eye(8))


def test_forget_gates_of_the_document_by_a_rule():
    layer = L.LSTM(4)
    model = keras.Sequential([keras.Input((3, 2)), layer])
    initialize_model(model, [(".*", "xavier"), (".*/bias", ivy.ForgetBias(2.0))])
    assert np.asarray(layer.cell.bias.value).tolist() == [0] * 4 + [2] * 4 + [0] * 8


def test_output_bias_of_the_document_starts_at_the_entropy_of_the_labels():
    model = keras.Sequential([keras.Input((4,)), L.Dense(8, "relu"), L.Dense(3, name="head")])
    frequencies = [0.7, 0.2, 0.1]
    rules = [
        ("head/kernel", "zeros"),
        ("head/bias", ivy.OutputBias(frequencies)),
        (".*", "kaiming"),
    ]
    initialize_model(model, rules)
    labels = np.repeat([0, 1, 2], [70, 20, 10])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    entropy = -np.sum(frequencies * np.log(frequencies))
    assert float(loss(labels, model(np.ones((100, 4), "float32")))) == pytest.approx(entropy)


def test_layer_default_starts_each_layer_anew_with_true_fans():
    inputs = keras.Input((8, 8, 256))
    x = L.DepthwiseConv2D(3, depthwise_initializer="he_normal")(inputs)
    x = L.PReLU(alpha_initializer=keras.initializers.Constant(0.25))(L.BatchNormalization()(x))
    x = L.SeparableConv2D(8, 3, pointwise_initializer="ones")(x)
    outputs = L.Dense(2, bias_initializer=keras.initializers.Constant(-4.6))(x)
    model = keras.Model(inputs, outputs)
    for variable in model.variables:
        variable.assign(variable * 0 + 9)
    initialize_model(model, "layer_default", seed=1)
    depthwise, norm, prelu, separable, head = model.layers[1:]
    assert np.std(depthwise.kernel.value) == pytest.approx(np.sqrt(2 / 9), rel=0.05)
    assert [float(np.mean(v.value)) for v in norm.variables] == [1, 0, 0, 1]
    assert np.all(prelu.alpha.value == 0.25)
    assert np.all(separable.pointwise_kernel.value == 1)
    assert np.std(separable.depthwise_kernel.value) == pytest.approx(1 / 3, rel=0.05)
    np.testing.assert_allclose(head.bias.value, -4.6, rtol=1e-6)


def test_layer_default_keeps_the_forget_bias_of_a_custom_one():
    layer = L.LSTM(2, bias_initializer=keras.initializers.Constant(0.5))
    model = keras.Sequential([keras.Input((3, 2)), layer])
    built = np.array(layer.cell.bias.value)
    layer.cell.bias.assign(built * 0)
    initialize_model(model, "layer_default")
    np.testing.assert_array_equal(layer.cell.bias.value, built)


def limits(model, seed=1):
    """The largest magnitude in each variable after PyTorch's defaults."""
    initialize_model(model, "torch_default", seed=seed)
    targets = collect_targets(model)
    return {t.seed_path: float(np.abs(t.variable.value).max()) for t in targets}


@pytest.mark.parametrize(
    ("layer", "shape", "bound"),
    [
        (L.Dense(300), (100,), 1 / 10),
        (L.Conv2D(64, 3), (8, 8, 16), 1 / 12),
        (L.Conv2D(64, 3, groups=4), (8, 8, 16), 1 / 6),
        (L.Conv2DTranspose(9, 3, 2), (8, 8, 64), 1 / 9),
        (L.LSTM(64), (5, 8), 1 / 8),
        (L.GRU(64), (5, 8), 1 / 8),
    ],
    ids=["Linear", "Conv2d", "groups", "ConvTranspose2d", "LSTM", "GRU"],
)
def test_torch_default_bounds_kernels_and_biases(layer, shape, bound):
    model = keras.Sequential([keras.Input(shape), layer])
    found = limits(model)
    assert len(found) >= 2
    for path, largest in found.items():
        assert 0.5 * bound < largest <= bound * (1 + 1e-6), path
        if "bias" not in path:
            assert largest > 0.98 * bound


def test_torch_default_of_attention_and_embeddings():
    ids = keras.Input((4,), dtype="int32")
    x = L.Embedding(500, 64, name="words")(ids)
    attention = L.MultiHeadAttention(4, 16, name="attention")
    model = keras.Model(ids, attention(x, x))
    found = limits(model)
    for name in ("query", "key", "value"):
        bound = np.sqrt(6 / (64 + 3 * 64))
        assert 0.98 * bound < found[f"attention/{name}_dense/kernel"] <= bound * (1 + 1e-6)
        assert found[f"attention/{name}_dense/bias"] == 0
    assert 0.98 / 8 < found["attention/output_dense/kernel"] <= 1 / 8 * (1 + 1e-6)
    assert found["attention/output_dense/bias"] == 0
    assert np.std(model.get_layer("words").embeddings.value) == pytest.approx(1, rel=0.02)


@pytest.mark.parametrize("cls", [L.LSTM, L.GRU])
def test_orthogonal_gates_carry_gradients_further_than_kerass_packed_matrix(cls):
    """The gradient at the first of 100 steps, relative to the last, grows a thousandfold."""

    def decay(model):
        x = tf.random.stateless_normal((8, 100, 16), (1, 2), dtype="float64")
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(model(x))
        norms = np.linalg.norm(tape.gradient(loss, x), axis=(0, 2))
        return norms[0] / norms[-1]

    model = keras.Sequential(
        [keras.Input((100, 16), dtype="float64"), cls(64, dtype="float64", seed=1)]
    )
    default = decay(model)
    initialize_model(model, [Rule(".*", "orthogonal", role="recurrent")], seed=1)
    assert decay(model) > 1000 * default
