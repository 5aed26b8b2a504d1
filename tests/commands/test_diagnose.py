"""`python -m keras_ivy diagnose`: exit codes, files, and what is printed."""

import json
import runpy
import sys
import textwrap
import warnings

import keras
import numpy as np
import pytest

import keras_ivy as ivy
from keras_ivy.commands import main

K = keras.layers


@pytest.fixture
def files(tmp_path):
    """A function that writes a model of some kernels, and data; it returns both names."""

    def write(kernel):
        layers = [K.Dense(16, "relu", kernel_initializer=kernel(), name=f"h{i}") for i in range(3)]
        model = keras.Sequential([keras.Input((8,)), *layers, K.Dense(3, "softmax", name="head")])
        random = np.random.default_rng(0)
        x = random.standard_normal((64, 8)).astype("float32")
        model.save(tmp_path / "model.keras")
        np.savez(tmp_path / "data.npz", x=x, y=random.integers(0, 3, 64))
        return str(tmp_path / "model.keras"), str(tmp_path / "data.npz")

    return write


def test_healthy_network_ends_with_0(files, capsys):
    assert main(["diagnose", *files(keras.initializers.HeNormal)]) == 0
    assert "nothing found that keeps it from training" in capsys.readouterr().out


def test_sick_network_ends_with_1_and_writes_what_was_asked(files, tmp_path, capsys):
    page, numbers = tmp_path / "r.html", tmp_path / "r.json"
    names = files(keras.initializers.Zeros)
    assert main(["diagnose", *names, "--html", str(page), "--json", str(numbers)]) == 1
    assert "SYMMETRY" in capsys.readouterr().out
    data = json.loads(numbers.read_text())
    assert data["ok"] is False
    assert len(data["rows"]) == 4
    text = page.read_text()
    assert text.startswith("<!doctype html>")
    assert text.index("SYMMETRY") < text.index("<table>")
    for outside in ("http://", "https://", "src=", "@import", "url("):
        assert outside not in text


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["diagnose"],
        ["diagnose", "missing.keras", "missing.npz"],
        ["diagnos"],
        ["diagnose", "a", "b", "--batch-size", "many"],
    ],
)
def test_what_cannot_run_ends_with_2(arguments, capsys):
    if not arguments:
        assert main(arguments) == 0  # it shows what there is
        assert "diagnose" in capsys.readouterr().out
        return
    assert main(arguments) == 2
    assert capsys.readouterr().err


def test_damaged_files_and_data_that_do_not_fit_end_with_2(files, tmp_path, capsys):
    model, data = files(keras.initializers.HeNormal)
    wrong = tmp_path / "wrong.npz"
    np.savez(wrong, x=np.zeros((4, 5), "float32"))
    damaged = tmp_path / "damaged.keras"
    damaged.write_bytes(b"no zip")
    objects = tmp_path / "objects.npz"
    np.savez(objects, x=np.array([{}], object))
    nothing = tmp_path / "nothing.npz"
    np.savez(nothing, z=np.zeros(3))
    for pair in ((model, wrong), (damaged, data), (model, objects), (model, nothing)):
        assert main(["diagnose", *map(str, pair)]) == 2
        assert "Error" in capsys.readouterr().err


def test_safe_mode_is_on(tmp_path, capsys):
    inputs = keras.Input((2,))
    model = keras.Model(inputs, K.Dense(1)(K.Lambda(lambda x: x + 1)(inputs)))
    model.save(tmp_path / "m.keras")
    np.savez(tmp_path / "d.npz", x=np.ones((4, 2), "float32"))
    assert main(["diagnose", str(tmp_path / "m.keras"), str(tmp_path / "d.npz")]) == 2
    assert "safe" in capsys.readouterr().err.lower()


def test_module_says_its_version(monkeypatch, capsys):
    """As `python -m keras_ivy`, which `test_run.py` starts as a process."""
    monkeypatch.setattr(sys, "argv", ["keras_ivy", "--version"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("keras_ivy", run_name="__main__")
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"keras_ivy {ivy.version.__version__}\n"


def test_bar_is_shown_on_a_terminal_alone(files, capsys, monkeypatch):
    names = files(keras.initializers.HeNormal)
    assert main(["diagnose", *names]) == 0
    assert "stage" not in capsys.readouterr().out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert main(["diagnose", *names]) == 0
    shown = capsys.readouterr().out
    assert "3/3" in shown
    assert "h0" in shown


def test_data_are_looked_at_before_the_model_is_loaded(files, tmp_path, capsys):
    _, data = files(keras.initializers.HeNormal)
    damaged = tmp_path / "damaged.keras"
    damaged.write_bytes(b"no zip")
    single = tmp_path / "x.npy"
    np.save(single, np.zeros((4, 8), "float32"))
    assert main(["diagnose", str(damaged), str(single)]) == 2
    said = capsys.readouterr().err
    assert 'np.savez("data.npz", x=x, y=y)' in said
    assert "x.npy" in said
    for page in (tmp_path / "none" / "r.html", tmp_path / "r.pdf"):
        assert main(["diagnose", str(damaged), data, "--html", str(page)]) == 2
        said = capsys.readouterr().err
        assert page.name in said
        assert "no .keras file" not in said
        assert not page.exists()


def test_the_remedy_is_a_program_that_runs(files, tmp_path, capsys, monkeypatch):
    model, data = files(keras.initializers.Zeros)
    assert main(["diagnose", model, data]) == 1
    program = capsys.readouterr().out.partition("The first remedy, as a program:\n")[2]
    monkeypatch.chdir(tmp_path)
    exec(textwrap.dedent(program), {})
    assert main(["diagnose", "mended.keras", data]) == 0
    assert "as a program" not in capsys.readouterr().out


def test_a_model_that_was_compiled_and_never_fitted_loads_without_a_warning(files, capsys):
    path, data = files(keras.initializers.HeNormal)
    model = keras.models.load_model(path)
    model.compile("adam", "sparse_categorical_crossentropy")
    model.save(path)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        assert main(["diagnose", path, data]) == 0
    assert "compiled loss" in capsys.readouterr().out
