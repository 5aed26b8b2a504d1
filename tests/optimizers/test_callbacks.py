"""`TrustRatioLogger` where batches, optimizers and ratios are not one for one."""

import keras
import numpy as np
import pytest

from keras_ivy.optimizers import LAMB, LARS, SGD, Adam, LossScaleOptimizer, Rule, TrustRatioLogger

X = np.linspace(-1.0, 1.0, 16, dtype="float32").reshape(16, 1)


def fit(optimizer, callback, epochs=1, steps=1):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, name="d")])
    model.compile(optimizer, "mse", steps_per_execution=steps)
    return model.fit(
        X, X, batch_size=1, epochs=epochs, verbose=0, shuffle=False, callbacks=[callback]
    )


@pytest.mark.parametrize(
    ("every", "steps", "want"),
    [
        (4, 1, [4, 8, 12, 16, 20, 24, 28, 32]),
        (4, 4, [4, 8, 12, 16, 20, 24, 28, 32]),
        (2, 4, [4, 8, 12, 16, 20, 24, 28, 32]),
        (6, 4, [8, 12, 20, 24, 32]),
        (5, 8, [8, 16, 24, 32]),
    ],
)
def test_every_counts_batches(every, steps, want, tmp_path, monkeypatch):
    written = []
    callback = TrustRatioLogger(str(tmp_path), every=every)
    monkeypatch.setattr(callback, "_write", lambda ratios, step: written.append(step))
    fit(LAMB(0.1, variant="paper"), callback, epochs=2, steps=steps)
    assert written == want


def test_multi_optimizer_of_a_callable_is_logged():
    kernels, others = LAMB(0.1, variant="paper"), SGD(0.1)
    multi = keras.optimizers.MultiOptimizer(
        lambda v: kernels if v.path.endswith("kernel") else others
    )
    history = fit(multi, TrustRatioLogger()).history
    assert [name.rpartition("/")[2] for name in history if "trust" in name] == ["kernel"]


@pytest.mark.parametrize("apart", [True, False])
def test_variables_of_one_path_in_several_optimizers_are_all_logged(apart):
    def tower():
        inputs = keras.Input((3,))
        return keras.Model(inputs, keras.layers.Dense(2, name="proj")(inputs))

    a, b, inputs = tower(), tower(), keras.Input((3,))
    joined = keras.layers.Concatenate()([a(inputs), b(inputs)])
    model = keras.Model(inputs, keras.layers.Dense(1, name="top")(joined))
    of_a = {id(v) for v in a.variables}
    first, second = (LARS(0.1, variant="paper", rules="bias_norm") for _ in "12")
    optimizer = first
    if apart:
        optimizer = keras.optimizers.MultiOptimizer(lambda v: first if id(v) in of_a else second)
    model.compile(optimizer, "mse")
    x = np.random.default_rng(0).normal(size=(8, 3))
    history = model.fit(x, x[:, :1], verbose=0, callbacks=[TrustRatioLogger()]).history
    ratios = {n.removeprefix("trust_ratio/"): v[-1] for n, v in history.items() if "trust" in n}
    assert sorted(ratios) == ["proj/kernel/v0", "proj/kernel/v1", "top/kernel"]
    if apart:
        own, others = first.trust_ratios(), second.trust_ratios()
        assert ratios["proj/kernel/v0"] == own["proj/kernel"]
        assert ratios["proj/kernel/v1"] == others["proj/kernel"] != own["proj/kernel"]


def test_multi_optimizer_of_others_is_refused():
    theirs = keras.optimizers.SGD(0.1)
    multi = keras.optimizers.MultiOptimizer(lambda v: theirs)
    with pytest.raises(TypeError, match="needs an optimizer of keras_ivy"):
        fit(multi, TrustRatioLogger())


@pytest.mark.parametrize(
    "make",
    [
        lambda: Adam(0.1),
        lambda: SGD(0.1),
        lambda: LossScaleOptimizer(Adam(0.1)),
        lambda: LAMB(0.1, variant="paper", rules=[Rule(".*", adapt=False)]),
    ],
    ids=["adam", "sgd", "adam in a loss scale", "lamb that adapts nothing"],
)
def test_nothing_to_log_is_said(make):
    with pytest.warns(UserWarning, match=r"logs nothing.*Received: (Adam|SGD|LAMB)"):
        fit(make(), TrustRatioLogger())
