"""What `diagnose` and its report refuse, in a sentence that says the way out."""

import keras
import numpy as np
import pytest

import keras_ivy as ivy
from tests.diagnostics.cases import CLASSES, WIDTH, X, Y, mlp

ONE_HOT = np.eye(CLASSES, dtype="float32")[Y]


@pytest.mark.parametrize(
    ("loss", "y", "said"),
    [
        ("sparse_categorical_crossentropy", ONE_HOT, r"one-hot.*np\.argmax\(y, axis=-1\)"),
        ("sparse_categorical_crossentropy", Y + 5, "from 5 to 14, and the outputs have 10 classes"),
        ("categorical_crossentropy", Y, r"numbers of classes.*to_categorical\(y\)"),
        (
            "categorical_crossentropy",
            ONE_HOT[:, :4],
            r"refuses the targets\. Received.* \(128, 4\)",
        ),
    ],
)
@pytest.mark.parametrize("compiled", [True, False])
def test_targets_that_do_not_fit_the_loss(loss, y, said, compiled):
    model = mlp(1, "relu")
    if compiled:
        model.compile("sgd", loss)
    with pytest.raises(ValueError, match=said):
        ivy.diagnose(model, X, y, loss=None if compiled else loss)
    assert ivy.diagnose(model, X, ONE_HOT if loss.startswith("cat") else Y).ok


def test_a_model_that_is_not_built_has_no_weights_yet():
    with pytest.raises(
        ValueError, match=r"not built, so it has no weights yet.*build\(input_shape"
    ):
        ivy.diagnose(keras.Sequential([keras.layers.Dense(3)]), X)


def test_a_page_is_saved_under_the_name_of_one(tmp_path):
    report = ivy.diagnose(mlp(1, "relu"), X)
    for name in ("report.pdf", "report", "report.html.txt"):
        with pytest.raises(ValueError, match=rf"`\.html`.*{name}"):
            report.save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(FileNotFoundError, match=r"no folder .*none.*make it first"):
        report.save(tmp_path / "none" / "report.html")
    for name in ("report.html", "REPORT.HTM"):
        report.save(str(tmp_path / name))
        assert (tmp_path / name).read_text().startswith("<!doctype html>")


def test_the_name_of_a_file_is_no_axes():
    model = mlp(1, "relu")
    model.compile("sgd", "sparse_categorical_crossentropy")
    stats = ivy.ActivationStats()
    model.fit(X, Y, verbose=0, callbacks=[stats])
    schemes = {"He": "kaiming"}
    drawn = [
        ivy.diagnose(model, X).plot,
        ivy.weight_stats(model).plot,
        stats.plot,
        lambda ax: stats.color_dim("hidden0", ax),
        ivy.compare_initializations(schemes, lambda: mlp(1, "relu"), X).plot,
    ]
    for draw in drawn:
        with pytest.raises(TypeError, match=r'figure\.savefig\("file\.png"\).*ax=.p\.png'):
            draw("p.png")


def test_weights_of_one_name_are_told_by_their_paths():
    inner = [keras.Sequential([keras.Input((WIDTH,)), keras.layers.Dense(WIDTH, name="same")])
             for _ in range(2)]  # fmt: skip
    model = keras.Sequential([keras.Input((WIDTH,)), *inner])
    for variable in (inner[0].layers[0].kernel, inner[1].layers[0].kernel):
        variable.assign(9.0 * np.array(variable))
    evidence = [f.evidence for f in ivy.diagnose(model, X).findings if f.kind == "SCALE"]
    assert len({each.split()[0] for each in evidence}) == 2
