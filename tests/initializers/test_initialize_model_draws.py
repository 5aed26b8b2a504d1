"""Whole-model initialization: what is drawn, and with which seed."""

import keras
import numpy as np
import pytest

import keras_ivy.initializers as ivy
from keras_ivy.initializers.model.initialize import initialize_model
from keras_ivy.structure import has_automatic_name, walk

L = keras.layers


def mlp(*widths, **options):
    layers = [L.Dense(width, "relu", **options) for width in widths]
    return keras.Sequential([keras.Input((64,)), *layers, L.Dense(10)])


def values(model):
    return {entry.path: np.asarray(entry.variable.value) for entry in walk(model)}


def equal(first, second):
    return first.keys() == second.keys() and all(
        np.array_equal(first[path], second[path]) for path in first
    )


# --- the weight-initialization document ----------------------------------------------------------

DOCUMENT = [
    ("xavier", None, "uniform", lambda i, o: np.sqrt(2 / (i + o))),
    (
        "xavier",
        {"gain": 2.0, "distribution": "uniform"},
        "uniform",
        lambda i, o: np.sqrt(8 / (i + o)),
    ),
    ("xavier", {"distribution": "normal"}, "normal", lambda i, o: np.sqrt(2 / (i + o))),
    ("kaiming", {"mode": "fan_out", "nonlinearity": "relu"}, "normal", lambda i, o: np.sqrt(2 / o)),
    (
        "kaiming",
        {"mode": "fan_out", "nonlinearity": "relu", "distribution": "normal"},
        "normal",
        lambda i, o: np.sqrt(2 / o),
    ),
    (ivy.xavier_uniform, None, "uniform", lambda i, o: np.sqrt(2 / (i + o))),
    (ivy.xavier_normal, None, "normal", lambda i, o: np.sqrt(2 / (i + o))),
    (ivy.kaiming_uniform, None, "uniform", lambda i, o: np.sqrt(2 / i)),
    (ivy.kaiming_normal, None, "normal", lambda i, o: np.sqrt(2 / i)),
    ("uniform", {"a": -0.5, "b": 0.5}, "uniform", lambda i, o: 1 / np.sqrt(12)),
    ("normal", {"mean": 0.0, "std": 0.02}, "normal", lambda i, o: 0.02),
    (ivy.normal, None, "normal", lambda i, o: 1.0),
]


@pytest.mark.parametrize(("scheme", "config", "distribution", "std"), DOCUMENT)
def test_the_document_examples_give_its_deviations(scheme, config, distribution, std):
    model = keras.Sequential([keras.Input((784,)), L.Dense(256, "relu"), L.Dense(10)])
    assert initialize_model(model, scheme, config, seed=2) is model
    kernel = np.asarray(model.layers[0].kernel.value)
    assert kernel.std() == pytest.approx(std(784, 256), rel=0.01)
    assert abs(kernel.mean()) < 4 * kernel.std() / np.sqrt(kernel.size)
    largest = np.abs(kernel).max() / kernel.std()
    assert largest < 1.74 if distribution == "uniform" else 4 < largest < 6
    assert not np.any(model.layers[0].bias.value)


def test_the_document_uniform_default_is_from_zero_to_one():
    model = initialize_model(mlp(32), ivy.uniform, seed=1)
    kernel = np.asarray(model.layers[0].kernel.value)
    assert 0 <= kernel.min() < 0.01
    assert 0.99 < kernel.max() < 1


# --- what may be passed --------------------------------------------------------------------------

FORMS = {
    "name": "he_uniform",
    "name with arguments": "variance_scaling(scale=2.0, distribution='uniform')",
    "ivy name": "kaiming_uniform_ivy",
    "ours": ivy.KaimingUniform(),
    "keras instance": keras.initializers.HeUniform(),
    "config": keras.initializers.serialize(keras.initializers.HeUniform()),
    "list": [(".*", "he_uniform")],
    "dict": {L.Dense: "he_uniform"},
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_scheme_gives_the_same_draw(form):
    model, other = mlp(32), mlp(32)
    initialize_model(model, FORMS[form], seed=3)
    initialize_model(other, ivy.KaimingInitializer(distribution="uniform"), seed=3)
    for path, value in values(model).items():
        np.testing.assert_allclose(value, values(other)[path], rtol=1e-5)


def test_keras_initializers_get_true_fans():
    model = keras.Sequential([keras.Input((8, 8, 512)), L.DepthwiseConv2D(3)])
    initialize_model(model, keras.initializers.HeNormal(), seed=1)
    assert np.std(model.layers[0].kernel.value) == pytest.approx(np.sqrt(2 / 9), rel=0.05)


def test_a_function_may_be_a_scheme():
    model = initialize_model(mlp(8), lambda shape, dtype=None: np.full(shape, 0.5, dtype))
    assert np.all(model.layers[0].kernel.value == 0.5)


def test_fans_that_an_initializer_was_given_stay():
    model = initialize_model(mlp(256), ivy.KaimingNormal(fans=(800, None)), seed=1)
    assert np.std(model.layers[0].kernel.value) == pytest.approx(0.05, rel=0.02)


@pytest.mark.parametrize("scheme", ["zeros", "zero"])
def test_zero_initialization_makes_all_units_equal(scheme):
    model = initialize_model(mlp(8), scheme)
    assert not any(np.any(value) for value in values(model).values())


def test_small_random_initialization_has_deviation_one_hundredth():
    model = initialize_model(mlp(256), "small_random", seed=1)
    assert np.std(model.layers[0].kernel.value) == pytest.approx(0.01, rel=0.02)


def test_convolution_formulas_of_the_document():
    model = keras.Sequential([keras.Input((8, 8, 16)), L.Conv2D(32, 3)])
    initialize_model(model, ivy.xavier_normal, seed=1)
    assert np.std(model.layers[0].kernel.value) == pytest.approx(np.sqrt(2 / (9 * 48)), rel=0.03)
    initialize_model(model, ivy.kaiming_normal, seed=1)
    assert np.std(model.layers[0].kernel.value) == pytest.approx(np.sqrt(2 / (9 * 16)), rel=0.03)


# --- matrices ------------------------------------------------------------------------------------


def assert_orthogonal(matrix):
    """The shorter side is orthonormal."""
    matrix = np.asarray(matrix, "float64")
    product = matrix.T @ matrix if matrix.shape[0] >= matrix.shape[1] else matrix @ matrix.T
    np.testing.assert_allclose(product, np.eye(len(product)), atol=2e-6)


@pytest.mark.parametrize(("layer", "gates"), [(L.LSTM(8), 4), (L.GRU(8), 3), (L.SimpleRNN(8), 1)])
@pytest.mark.parametrize("scheme", ["orthogonal", keras.initializers.Orthogonal()])
def test_orthogonal_is_so_for_each_gate(layer, gates, scheme):
    model = keras.Sequential([keras.Input((5, 6)), layer])
    initialize_model(model, scheme, seed=1)
    for kernel in (layer.cell.kernel, layer.cell.recurrent_kernel):
        for gate in np.split(np.asarray(kernel.value), gates, axis=1):
            assert_orthogonal(gate)


def test_orthogonal_sees_all_heads_of_attention_as_one_matrix():
    query = keras.Input((4, 32))
    attention = L.MultiHeadAttention(4, 8)
    model = keras.Model(query, attention(query, query))
    initialize_model(model, "orthogonal", seed=1)
    assert_orthogonal(np.reshape(attention.query_dense.kernel.value, (32, 32)))
    assert_orthogonal(np.reshape(attention.output_dense.kernel.value, (32, 32)))


def test_orthogonal_treats_experts_groups_and_channels_apart():
    inputs = keras.Input((3, 8))
    experts = L.EinsumDense("bhi,hio->bho", (3, 8))
    model = keras.Model(inputs, experts(inputs))
    initialize_model(model, "orthogonal", seed=1)
    for expert in experts.kernel.value:
        assert_orthogonal(expert)
    grouped, depthwise = L.Conv2D(8, 3, groups=2), L.DepthwiseConv2D(3, depth_multiplier=2)
    model = keras.Sequential([keras.Input((8, 8, 8)), grouped, depthwise])
    initialize_model(model, "orthogonal", seed=1)
    for group in np.split(np.asarray(grouped.kernel.value), 2, axis=-1):
        assert_orthogonal(group.reshape(36, 4))
    for channel in np.moveaxis(np.asarray(depthwise.kernel.value), 2, 0):
        assert_orthogonal(channel.reshape(9, 2))


def test_orthogonal_turns_a_transposed_kernel_round():
    layer = L.Conv2DTranspose(4, 2)
    initialize_model(keras.Sequential([keras.Input((8, 8, 3)), layer]), "orthogonal", seed=1)
    kernel = np.asarray(layer.kernel.value)  # (2, 2, out, in)
    assert_orthogonal(np.moveaxis(kernel, 2, 3).reshape(12, 4))


def test_delta_orthogonal_convolutions_keep_the_norm():
    model = keras.Sequential(
        [keras.Input((6, 6, 8)), *(L.Conv2D(8, 3, padding="same", groups=2) for _ in range(4))]
    )
    initialize_model(model, "delta_orthogonal", seed=1)
    x = np.random.default_rng(0).standard_normal((2, 6, 6, 8)).astype("float32")
    assert np.linalg.norm(model(x)) == pytest.approx(np.linalg.norm(x), rel=1e-5)


@pytest.mark.parametrize("scheme", ["dirac", "identity"])
def test_dirac_and_identity_make_convolutions_copy(scheme):
    layers = [L.Conv2D(4, 3, padding="same", groups=2), L.DepthwiseConv2D(3, padding="same")]
    model = initialize_model(keras.Sequential([keras.Input((5, 5, 4)), *layers]), scheme)
    x = np.random.default_rng(0).standard_normal((1, 5, 5, 4)).astype("float32")
    np.testing.assert_allclose(model(x), x, rtol=1e-6)


# --- traps (facts, section 1f): each fails on plain Keras -----------------------------------------


@pytest.mark.parametrize("seed", [None, 5])
def test_a_shared_instance_gives_no_two_equal_layers(seed):
    scheme = keras.initializers.GlorotUniform(seed=seed)
    model = keras.Sequential(
        [keras.Input((8,)), *(L.Dense(8, kernel_initializer=scheme) for _ in range(3))]
    )
    kernels = [np.asarray(layer.kernel.value) for layer in model.layers]
    assert np.array_equal(kernels[0], kernels[1])  # Keras's trap
    for shared in (scheme, ivy.GlorotUniform(seed=seed)):
        initialize_model(model, shared)
        kernels = [np.asarray(layer.kernel.value) for layer in model.layers]
        assert not np.any(kernels[0] == kernels[1])
        assert not np.any(kernels[1] == kernels[2])


@pytest.mark.parametrize("seed", [1, keras.random.SeedGenerator(1)])
def test_query_key_and_value_differ(seed):
    scheme = keras.initializers.GlorotUniform(seed=seed)
    attention = L.MultiHeadAttention(2, 4, kernel_initializer=scheme)
    inputs = keras.Input((3, 8))
    model = keras.Model(inputs, attention(inputs, inputs))
    q, k, v = (getattr(attention, f"{n}_dense") for n in ("query", "key", "value"))
    assert np.array_equal(q.kernel.value, v.kernel.value)  # Keras's trap
    for shared in (scheme, ivy.GlorotUniform(seed=seed)):
        initialize_model(model, shared)
        assert not np.any(np.equal(q.kernel.value, k.kernel.value))
        assert not np.any(np.equal(k.kernel.value, v.kernel.value))


def test_bidirectional_directions_differ():
    scheme = keras.initializers.Orthogonal(seed=1)
    layer = L.Bidirectional(L.LSTM(8, recurrent_initializer=scheme))
    model = keras.Sequential([keras.Input((3, 8)), layer])
    forward, backward = (getattr(layer, f"{d}_layer").cell for d in ("forward", "backward"))
    assert np.array_equal(forward.recurrent_kernel.value, backward.recurrent_kernel.value)
    initialize_model(model, scheme)
    assert not np.any(np.equal(forward.recurrent_kernel.value, backward.recurrent_kernel.value))


def test_einsum_layers_take_a_scheme_without_axes():
    class Older(keras.initializers.VarianceScaling):
        """A subclass written before Keras 3.15, whose constructor knows no axes."""

        def __init__(self, seed=None):
            super().__init__(1.0, "fan_in", "uniform", seed)

        def get_config(self):
            return {"seed": None}

    with pytest.raises(TypeError):
        L.EinsumDense("ab,bc->ac", 4, kernel_initializer=Older()).build((None, 4))
    layer = L.EinsumDense("ab,bc->ac", 4)
    model = keras.Sequential([keras.Input((4,)), layer])
    initialize_model(model, Older(), seed=1)
    assert np.abs(layer.kernel.value).max() < np.sqrt(3 / 4)


@pytest.mark.parametrize(("dtype", "keras_values"), [("bfloat16", 128), ("float16", 1024)])
def test_half_precision_is_drawn_in_float32_and_rounded(dtype, keras_values):
    layer = L.Dense(256, dtype=dtype)
    model = keras.Sequential([keras.Input((256,), dtype=dtype), layer])
    distinct = len(np.unique(np.asarray(layer.kernel.value).astype("float32")))
    assert distinct <= keras_values  # Keras's trap
    initialize_model(model, "xavier", seed=1)
    kernel = np.asarray(layer.kernel.value)
    assert len(np.unique(kernel.astype("float32"))) > 2 * keras_values
    exact = initialize_model(
        keras.Sequential([keras.Input((256,)), L.Dense(256)]), "xavier", seed=1
    )
    np.testing.assert_array_equal(kernel, np.asarray(exact.layers[0].kernel.value).astype(dtype))


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_orthogonal_works_in_half_precision(dtype):
    # Keras's own default, Orthogonal, raises here for recurrent kernels.
    layer = L.LSTM(8, dtype=dtype, recurrent_initializer="zeros")
    model = keras.Sequential([keras.Input((3, 4), dtype=dtype), layer])
    initialize_model(model, "orthogonal", seed=1)
    gate = np.asarray(layer.cell.recurrent_kernel.value)[:, :8].astype("float32")
    np.testing.assert_allclose(gate.T @ gate, np.eye(8), atol=0.02)


def test_float64_is_drawn_in_float64():
    model = keras.Sequential([keras.Input((64,), dtype="float64"), L.Dense(64, dtype="float64")])
    initialize_model(model, "xavier", seed=1)
    kernel = np.asarray(model.layers[0].kernel.value)
    assert not np.array_equal(kernel, kernel.astype("float32"))


# --- seeds ---------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_model_and_another_another():
    first = values(initialize_model(mlp(16, 16), "xavier", seed=1))
    assert equal(first, values(initialize_model(mlp(16, 16), "xavier", seed=1)))
    second = values(initialize_model(mlp(16, 16), "xavier", seed=2))
    assert not np.any(first["layers/v0/kernel"] == second["layers/v0/kernel"])


def test_without_a_seed_every_call_draws_anew():
    model = mlp(16)
    first = values(initialize_model(model, "xavier"))
    assert not equal(first, values(initialize_model(model, "xavier")))
    keras.utils.set_random_seed(1)
    first = values(initialize_model(model, "xavier"))
    keras.utils.set_random_seed(1)
    assert equal(first, values(initialize_model(model, "xavier")))


def test_the_seed_of_an_initializer_counts_unless_one_is_given():
    model = mlp(16)
    first = values(initialize_model(model, ivy.GlorotUniform(seed=1)))
    assert equal(first, values(initialize_model(model, "glorot_uniform", seed=1)))
    second = values(initialize_model(model, ivy.GlorotUniform(seed=1), seed=2))
    assert not equal(first, second)


def test_a_seed_generator_advances_but_not_in_a_dry_run():
    model, generator = mlp(16), keras.random.SeedGenerator(4)
    planned = initialize_model(model, "xavier", seed=generator, dry_run=True)
    first = values(initialize_model(model, "xavier", seed=generator))
    assert planned["layers/v0/kernel"].std_after == pytest.approx(first["layers/v0/kernel"].std())
    assert not equal(first, values(initialize_model(model, "xavier", seed=generator)))


def test_a_layer_added_at_the_end_leaves_the_others_alone():
    short = values(initialize_model(mlp(16), "xavier", seed=1))
    long = values(
        initialize_model(
            keras.Sequential([keras.Input((64,)), L.Dense(16), L.Dense(10), L.Dense(3)]),
            "xavier",
            seed=1,
        )
    )
    assert all(np.array_equal(long[path], value) for path, value in short.items())


def test_a_layer_inserted_among_named_ones_leaves_them_alone():
    def model(*extra):
        layers = [L.Dense(8, name="first"), *extra, L.Dense(8, name="last")]
        return initialize_model(keras.Sequential([keras.Input((8,)), *layers]), "xavier", seed=1)

    plain, longer = model(), model(L.Dense(8))
    for name in ("first", "last"):
        np.testing.assert_array_equal(
            plain.get_layer(name).kernel.value, longer.get_layer(name).kernel.value
        )


@pytest.mark.parametrize("name", ["Dense", "Conv2D", "MultiHeadAttention", "LSTM", "ReLU", "PReLU"])
def test_automatic_names_are_recognised(name):
    arguments = {"Dense": (1,), "Conv2D": (1, 1), "MultiHeadAttention": (1, 1), "LSTM": (1,)}
    make = getattr(L, name)
    assert has_automatic_name(make(*arguments.get(name, ())))
    assert has_automatic_name(make(*arguments.get(name, ())))
    assert not has_automatic_name(make(*arguments.get(name, ()), name="mine"))
