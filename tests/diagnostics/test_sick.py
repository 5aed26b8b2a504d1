"""Sick networks get their verdict, and the remedy that is printed mends it."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from tests.diagnostics.cases import (
    CLASSES,
    WIDTH,
    K,
    X,
    Y,
    he,
    mlp,
    never_called,
    normalized,
    prepared,
    recurrent,
    residual,
    separable,
    spread,
    subclassed,
    transformer,
    unconnected,
)

constant = keras.initializers.Constant


def run(remedy, model, x, y, optimizer=None):
    """Do what the remedy says; return model, inputs and targets."""
    names = {"model": model, "x": x, "y": y, "optimizer": optimizer}
    names |= {"ivy": ivy, "keras": keras, "np": np}
    exec(remedy, names)
    return names


def copied(model, first, second):
    second_layer = model.get_layer(second)
    second_layer.kernel.assign(model.get_layer(first).kernel)


def drifted(model, variance):
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.moving_variance.assign(variance * keras.ops.ones(WIDTH))


def bad_value(model):
    values = np.array(model.get_layer("hidden1").kernel)
    values[0, 0] = np.nan
    model.get_layer("hidden1").kernel.assign(values)


def low_rank(model):
    """Every hidden kernel sees one direction alone."""
    random = np.random.default_rng(0)
    for layer in model.layers[:-1]:
        left, right = random.standard_normal((2, WIDTH))
        layer.kernel.assign(np.outer(left, right) * (1.3 / WIDTH))


def spoiled_units(model, share):
    for layer in model.layers[1:-1]:
        bias = np.zeros(WIDTH)
        bias[: int(share * WIDTH)] = -20
        layer.bias.assign(bias)


#: Each row of the published table, and more of every kind at several depths and widths.
SICK = {
    "relu30_glorot": (lambda: mlp(30, "relu", K.Dense(1).kernel_initializer.__class__), {
        "VANISHING_FORWARD", "VANISHING_BACKWARD"}),
    "relu20_wide": (lambda: mlp(20, "relu", lambda: he(0.25), width=96), {"VANISHING_FORWARD"}),
    "relu8_small": (lambda: mlp(8, "relu", lambda: spread(0.02)), {"VANISHING_FORWARD", "SCALE"}),
    "relu4_tiny": (lambda: mlp(4, "relu", lambda: spread(1e-3)), {"VANISHING_FORWARD", "SCALE"}),
    "subclassed_relu20": (
        lambda: subclassed(20, tf.nn.relu, lambda: he(0.3)), {"VANISHING_FORWARD"}),
    "relu10_std1": (
        lambda: mlp(10, "relu", lambda: spread(1.0)),
        {"EXPLODING_FORWARD", "EXPLODING_BACKWARD", "SCALE", "INITIAL_LOSS"}),
    "relu5_narrow_std2": (
        lambda: mlp(5, "relu", lambda: spread(2.0), width=32), {"EXPLODING_FORWARD"}),
    "residual_unnormalised": (lambda: residual(10, he), {"EXPLODING_FORWARD"}),
    "relu6_zeros": (lambda: mlp(6, "relu", lambda: "zeros"), {"SYMMETRY", "DEAD"}),
    "relu6_constant": (lambda: mlp(6, "relu", lambda: constant(0.01)), {"SYMMETRY"}),
    "tanh6_constant": (
        lambda: mlp(6, "tanh", lambda: constant(0.05)), {"SYMMETRY", "SATURATED"}),
    "tanh2_ones": (lambda: mlp(2, "tanh", lambda: "ones", width=16), {"SYMMETRY"}),
    "relu6_bias": (lambda: mlp(6, "relu", he, bias=constant(-3.0)), {"DEAD"}),
    "relu3_bias": (lambda: mlp(3, "relu", he, bias=constant(-9.0), width=24), {"DEAD"}),
    "relu4_half_dead": (
        lambda: prepared(mlp(4, "relu"), lambda m: spoiled_units(m, 0.4)), {"DEAD"}),
    "subclassed_bias": (
        lambda: prepared(
            subclassed(3), lambda m: [x.bias.assign(x.bias - 9.0) for x in m.hidden]),
        {"DEAD"}),
    "sigmoid10_glorot": (
        lambda: mlp(10, "sigmoid", lambda: keras.initializers.GlorotUniform()),
        {"VANISHING_BACKWARD"}),
    "sigmoid6": (
        lambda: mlp(6, "sigmoid", lambda: keras.initializers.GlorotNormal(), width=48),
        {"VANISHING_BACKWARD"}),
    "tanh10_std1": (
        lambda: mlp(10, "tanh", lambda: spread(1.0)), {"SATURATED", "EXPLODING_BACKWARD"}),
    "tanh3_std1": (lambda: mlp(3, "tanh", lambda: spread(1.0), width=96), {"SATURATED"}),
    "subclassed_tanh": (
        lambda: subclassed(4, tf.tanh, lambda: spread(1.0)), {"SATURATED"}),
    "lstm_std1": (
        lambda: recurrent(
            lambda u, **k: K.LSTM(
                u, kernel_initializer=spread(5.0), recurrent_initializer=spread(5.0), **k), 1),
        {"SATURATED", "SCALE"}),
    "separable8": (
        lambda: separable(8), {"VANISHING_FORWARD", "VANISHING_BACKWARD", "SCALE"}),
    "separable2": (lambda: separable(2, width=64), {"SCALE"}),
    "normalised30": (lambda: normalized(30), {"EXPLODING_BACKWARD"}),
    "drifted": (
        lambda: prepared(normalized(2), lambda m: drifted(m, 400.0)), {"BATCHNORM_DRIFT"}),
    "drifted_down": (
        lambda: prepared(normalized(3), lambda m: drifted(m, 1e-4)), {"BATCHNORM_DRIFT"}),
    "drifted_by_kernels": (
        lambda: normalized(3, lambda: spread(1e-3)), {"BATCHNORM_DRIFT", "SCALE"}),
    "copied": (
        lambda: prepared(mlp(4, "relu"), lambda m: copied(m, "hidden1", "hidden2")),
        {"DUPLICATE"}),
    "one_seed": (
        lambda: mlp(3, "relu", lambda: keras.initializers.HeNormal(seed=1)), {"DUPLICATE"}),
    "one_seed_attention": (
        lambda: keras.Sequential([
            keras.Input((WIDTH,)), K.Reshape((8, 8)), SelfAttention(),
            K.Flatten(), K.Dense(CLASSES)]),
        {"DUPLICATE"}),
    "large_head": (
        lambda: mlp(3, "relu", head=lambda: spread(3.0)), {"INITIAL_LOSS", "SCALE"}),
    "unconnected": (unconnected, {"NO_GRADIENT"}),
    "never_called": (never_called, {"NO_GRADIENT"}),
    "low_rank": (lambda: prepared(mlp(3, "linear"), low_rank), {"RANK_COLLAPSE"}),
    "ordered": (
        lambda: mlp(8, "tanh", lambda: spread(0.05), bias=constant(1.0)), {"RANK_COLLAPSE"}),
    "attention_alone": (lambda: transformer(4, shortcuts=False), {"RANK_COLLAPSE"}),
    "nan_weight": (lambda: prepared(mlp(3, "relu"), bad_value), {"NON_FINITE"}),
    "overflow": (
        lambda: mlp(30, "relu", lambda: spread(20.0)), {"NON_FINITE", "EXPLODING_FORWARD"}),
}  # fmt: skip


@keras.saving.register_keras_serializable("tests")
class SelfAttention(keras.layers.Layer):
    def build(self, shape):
        initializer = keras.initializers.GlorotUniform(seed=3)
        self.inner = K.MultiHeadAttention(2, 4, kernel_initializer=initializer)
        self.inner.build(shape, shape)

    def call(self, x):
        return self.inner(x, x)


#: What no initializer can mend.
LASTING = {"normalised30": {"EXPLODING_BACKWARD"}, "attention_alone": {"RANK_COLLAPSE"}}


@pytest.mark.parametrize("name", SICK)
def test_sick_network_is_told_and_mended(name):
    make, kinds = SICK[name]
    model = make()
    report = ivy.diagnose(model, X, Y)
    found = {finding.kind for finding in report.findings}
    assert kinds <= found, f"{report}"
    names = {layer.name for layer in ivy.structure.sublayers(model).values()}
    for finding in report.findings:
        assert finding.layer in names
        assert any(letter.isdigit() for letter in finding.evidence)
        assert finding.reference
    wanted = kinds - LASTING.get(name, set())
    remedies = {f.remedy: {(g.kind, g.layer) for g in report.findings
                           if g.remedy == f.remedy and g.kind in wanted}
                for f in report.findings if f.kind in wanted}  # fmt: skip
    for remedy, gone in remedies.items():
        now = run(remedy, model, X, Y)
        after = ivy.diagnose(model, now["x"], now["y"])
        assert not {(f.kind, f.layer) for f in after.findings} & gone, f"{remedy}\n{after}"
        if len(remedies) == 1:
            assert not after.kinds & wanted, f"{remedy}\n{after}"
        if len(remedies) > 1:
            model = make()


def test_every_kind_has_a_sick_network():
    kinds = set().union(*(kinds for _, kinds in SICK.values()))
    assert kinds | {"UPDATE"} == set(ivy.diagnostics.KINDS)


@pytest.mark.parametrize(
    ("optimizer", "severity"),
    [
        (lambda: keras.optimizers.SGD(1e-7), "error"),
        (lambda: keras.optimizers.Adam(3.0), "error"),
        (lambda: keras.optimizers.Adam(1e-6), "warning"),
        (lambda: ivy.LAMB(0.5, variant="paper"), "warning"),
    ],
)
@pytest.mark.parametrize("depth", [1, 3, 6])
def test_step_that_is_far_off_is_told_and_mended(optimizer, severity, depth):
    model, optimizer = mlp(depth, "relu"), optimizer()
    report = ivy.diagnose(model, X, Y, optimizer=optimizer)
    assert [(f.kind, f.severity) for f in report.findings] == [("UPDATE", severity)]
    run(report.findings[0].remedy, model, X, Y, optimizer)
    assert ivy.diagnose(model, X, Y, optimizer=optimizer).findings == []


def test_schedule_is_replaced_by_compiling():
    model = mlp(2, "relu")
    schedule = keras.optimizers.schedules.ExponentialDecay(1e-8, 10, 0.9)
    model.compile(keras.optimizers.SGD(schedule), "sparse_categorical_crossentropy")
    report = ivy.diagnose(model, X, Y)
    assert report.kinds == {"UPDATE"}
    run(report.findings[0].remedy, model, X, Y)
    assert ivy.diagnose(model, X, Y).findings == []


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_inputs_that_are_not_standardised_are_named(activation):
    model = mlp(2, activation, he)
    x = 300.0 + 50 * X
    report = ivy.diagnose(model, x, Y)
    mended = [f for f in report.findings if f.remedy.startswith("x = ")]
    assert mended, report
    now = run(mended[0].remedy, model, x, Y)
    assert mended[0].kind not in ivy.diagnose(model, now["x"], Y).kinds


def test_inputs_that_are_not_finite_are_named():
    x = X.copy()
    x[0, 0] = np.inf
    model = mlp(2, "relu")
    (finding,) = ivy.diagnose(model, x, Y).findings
    assert (finding.kind, finding.layer) == ("NON_FINITE", "hidden0")
    now = run(finding.remedy, model, x, Y)
    assert ivy.diagnose(model, now["x"], Y).ok


def test_rare_classes_want_a_bias():
    model = keras.Sequential(
        [keras.Input((WIDTH,)), K.Dense(16, "relu", name="h"), K.Dense(1, "sigmoid", name="head")]
    )
    y = np.zeros(1000, "int32")
    y[:5] = 1
    x = np.random.default_rng(0).standard_normal((1000, WIDTH)).astype("float32")
    report = ivy.diagnose(model, x, y, batch_size=1000)
    assert [(f.kind, f.layer) for f in report.findings] == [("INITIAL_LOSS", "head")]
    run(report.findings[0].remedy, model, x, y)
    assert ivy.diagnose(model, x, y, batch_size=1000).findings == []


def test_targets_far_from_zero_want_a_bias():
    model = keras.Sequential([keras.Input((WIDTH,)), K.Dense(1, name="head")])
    y = 100 + np.random.default_rng(0).standard_normal((SAMPLES := len(X), 1)).astype("float32")
    report = ivy.diagnose(model, X, y, loss="mse", batch_size=SAMPLES)
    assert report.kinds == {"INITIAL_LOSS"}
    run(report.findings[0].remedy, model, X, y)
    after = ivy.diagnose(model, X, y, loss="mse", batch_size=SAMPLES)
    assert after.findings == []
    assert after.summary["loss"] == pytest.approx(float(np.var(y)), rel=1e-3)


def test_no_rate_makes_up_for_gradients_that_vanish():
    model = mlp(30, "relu", keras.initializers.GlorotUniform)
    model.compile("adam", "sparse_categorical_crossentropy")
    model.get_layer("head").kernel.assign(1e-6 * np.array(model.get_layer("head").kernel))
    report = ivy.diagnose(model, X, Y)
    assert "VANISHING_BACKWARD" in report.kinds
    assert report["hidden3"].update_ratio < 1e-4
    assert "UPDATE" not in report.kinds


def test_a_weight_that_is_left_out_does_not_freeze_its_layer():
    class Tied(K.Layer):
        def __init__(self, **options):
            super().__init__(**options)
            self.used = self.add_weight(shape=(WIDTH, WIDTH), name="used")
            self.spare = self.add_weight(shape=(WIDTH, WIDTH), name="spare")

        def call(self, x):
            return x @ self.used

    model = keras.Sequential([keras.Input((WIDTH,)), Tied(name="tied"), K.Dense(2)])
    (finding,) = [f for f in ivy.diagnose(model, X).findings if f.kind == "NO_GRADIENT"]
    assert (finding.severity, finding.layer) == ("warning", "tied")
    exec(finding.remedy, {"model": model})
    assert model.get_layer("tied").used.trainable
    assert not model.get_layer("tied").spare.trainable
    assert "NO_GRADIENT" not in ivy.diagnose(model, X).kinds


def separables(depth, **options):
    layers = [
        K.SeparableConv2D(32, 3, padding="same", activation="relu", name=f"sep{i}", **options)
        for i in range(depth)
    ]
    first = K.Conv2D(32, 3, padding="same", activation="relu", name="stem")
    last = [K.GlobalAveragePooling2D(), K.Dense(CLASSES, "softmax", name="head")]
    return keras.Sequential([keras.Input((8, 8, 1)), first, *layers, *last])


IMAGES = X.reshape(-1, 8, 8, 1)


def test_depthwise_kernels_within_a_layer_get_no_gain_by_the_remedy():
    keras.utils.set_random_seed(3)
    model = separables(6)
    report = ivy.diagnose(model, IMAGES, Y)
    assert {"VANISHING_FORWARD", "SCALE"} <= report.kinds
    assert {f.remedy for f in report.findings} == {'ivy.initialize_model(model, "auto", seed=0)'}
    run(report.findings[0].remedy, model, IMAGES, Y)
    assert ivy.diagnose(model, IMAGES, Y).findings == []
    rows = ivy.weight_stats(model)
    # 1 / fan_in for what feeds the other kernel, 2 / fan_in for what feeds the ReLU.
    assert rows["sep3/depthwise_kernel"].lecun_ratio == pytest.approx(1.0, rel=0.15)
    assert rows["sep3/pointwise_kernel"].he_ratio == pytest.approx(1.0, rel=0.15)


def first_of(kind, report):
    return next(finding for finding in report.findings if finding.kind == kind)


def test_samples_that_are_alike_under_the_right_scheme_get_another_remedy():
    model = ivy.initialize_model(separables(14), "auto", seed=2)
    x = 1.0 + 0.02 * IMAGES
    x[:64] *= 2
    x[:32, :4] = 0
    report = ivy.diagnose(model, x)
    (finding,) = report.findings
    assert (finding.kind, finding.remedy) == ("RANK_COLLAPSE", "ivy.lsuv(model, x)")
    run(finding.remedy, model, x, Y)
    assert finding.remedy not in {f.remedy for f in ivy.diagnose(model, x).findings}


@pytest.mark.parametrize("normalized", [False, True])
def test_what_lsuv_has_measured_is_not_told_to_be_off(normalized):
    keras.utils.set_random_seed(5)
    model = separables(4)
    if normalized:
        x = inputs = keras.Input((8, 8, 1))
        for i in range(4):
            x = K.SeparableConv2D(32, 3, padding="same", use_bias=False, name=f"sep{i}")(x)
            x = K.ReLU()(K.BatchNormalization()(x))
        x = K.Dense(CLASSES, "softmax")(K.GlobalAveragePooling2D()(x))
        model = keras.Model(inputs, x)
    before = ivy.diagnose(model, IMAGES, Y)
    assert "SCALE" in before.kinds
    told = first_of("SCALE", before)
    assert told.evidence.startswith(f"{told.layer}/depthwise_kernel has the standard deviation")
    ivy.lsuv(model, IMAGES, verbose=0)
    after = ivy.diagnose(model, IMAGES, Y)
    assert after.findings == [], after
    # The pair makes up for each other; each alone is off still.
    assert ivy.weight_stats(model)["sep2/depthwise_kernel"].lecun_ratio < 0.5


def test_the_signal_that_is_lost_comes_before_the_units_that_are_dead_by_it():
    def shut(model):
        for name in ("hidden14", "hidden15"):
            model.get_layer(name).bias.assign(np.full(WIDTH, -1e-3))

    model = prepared(mlp(16, "relu", lambda: spread(0.02)), shut)
    kinds = [f.kind for f in ivy.diagnose(model, X, Y).findings]
    assert kinds.index("VANISHING_FORWARD") < kinds.index("DEAD")
    # And after the units that take it away.
    kinds = [f.kind for f in ivy.diagnose(SICK["relu6_bias"][0](), X, Y).findings]
    assert kinds[0] == "DEAD"


def test_a_signal_is_said_to_grow_to_its_peak():
    model = mlp(6, "relu", lambda: spread(1.0))
    model.get_layer("hidden5").kernel.assign(0.02 * np.array(model.get_layer("hidden5").kernel))
    finding = first_of("EXPLODING_FORWARD", ivy.diagnose(model, X, Y))
    rms = [row.rms for row in ivy.diagnose(model, X, Y)][:-1]
    assert f"grows to {max(rms):.3g}" in finding.evidence
    assert finding.evidence.endswith(f"at the last layer {rms[-1]:.3g}")


def test_the_remedy_of_a_model_that_was_trained_says_what_is_lost():
    model = mlp(20, "relu", lambda: spread(0.1))
    model.compile(keras.optimizers.SGD(1e-6), "sparse_categorical_crossentropy")
    model.fit(X, Y, verbose=0)
    remedy = first_of("VANISHING_FORWARD", ivy.diagnose(model, X, Y)).remedy
    assert remedy.startswith('ivy.initialize_model(model, "kaiming", seed=0)  # it forgets')
