"""docs/seeing.md: every line of its table runs, and it names every experiment and its claim."""

import ast
import pathlib
import re
import warnings

import keras
import numpy as np
import pytest

import keras_ivy as ivy

ROOT = pathlib.Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "seeing.md").read_text(encoding="utf-8")
LINES = dict(re.findall(r"^\| ([^|]+) \| `([^|`]+)` \|$", PAGE, re.MULTILINE))
X = np.random.default_rng(0).standard_normal((256, 32)).astype("float32")
Y = np.random.default_rng(1).integers(0, 10, 256)


def make_model():
    """A sick network: the kernels of its hidden layers are too small."""
    small = {"activation": "relu", "kernel_initializer": "random_normal"}
    hidden = [keras.layers.Dense(16, **small, name=f"hidden{i}") for i in range(12)]
    return keras.Sequential([keras.Input((32,)), *hidden, keras.layers.Dense(10, name="head")])


def test_the_table_has_what_the_documents_ask_for():
    wishes = " ".join(LINES)
    for word in ("visualise", "check", "monitor", "verify", "gradient norms", "scaling"):
        assert word in wishes
    assert len(LINES) >= 12


@pytest.mark.parametrize("wish", LINES)
def test_every_line_runs(wish, capsys):
    line = LINES[wish]
    pyplot = (
        pytest.importorskip("matplotlib.pyplot", reason="pictures are an extra")
        if ".plot(" in line
        else None
    )
    model = make_model()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss)
    names = {
        "ivy": ivy,
        "model": model,
        "x": X,
        "y": Y,
        "make_model": make_model,
        "schemes": {"He": "kaiming", "Xavier": "xavier"},
    }
    with warnings.catch_warnings():
        # The network is a sick one, and the monitors say so in words while it trains.
        warnings.filterwarnings("ignore", "At step", UserWarning)
        exec(compile(line, wish, "exec"), names)
    if "print" in line:
        assert capsys.readouterr().out.strip()
    if pyplot is not None:
        figure = pyplot.gcf()
        figure.canvas.draw()
        pyplot.close("all")


def test_every_experiment_is_listed_with_its_claim():
    scripts = sorted((ROOT / "examples" / "experiments").glob("[a-z]*.py"))
    assert len(scripts) >= 14
    for script in scripts:
        claim = ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))).splitlines()[0]
        assert f"| [{script.name}](../examples/experiments/{script.name}) | {claim} |" in PAGE


def test_pictures_of_the_pages_are_there():
    for page in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")):
        for name in re.findall(r"\]\(([^)]+\.png)\)", page.read_text(encoding="utf-8")):
            picture = page.parent / name
            assert picture.read_bytes()[:4] == b"\x89PNG"
            assert picture.stat().st_size < 150_000
