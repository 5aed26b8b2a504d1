"""The bar of `initialize_model`: on a terminal, after two seconds, and never elsewhere."""

import contextlib
import io
import itertools
import time

import keras
import pytest

import keras_ivy as ivy
from keras_ivy.initializers.model.progress import slow_progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def model():
    layers = [keras.layers.Dense(2, name=f"d{i}") for i in range(10)]
    return keras.Sequential([keras.Input((2,)), *layers])


def run(model, monkeypatch, stream, seconds):
    """Initialize with a clock that goes on by `seconds` whenever it is asked."""
    clock = itertools.count(0, seconds)
    with monkeypatch.context() as patched:
        patched.setattr("sys.stdout", stream)
        patched.setattr(time, "monotonic", lambda: float(next(clock)))
        ivy.initialize_model(model, "kaiming", seed=0)
    return stream.getvalue()


def test_a_bar_appears_after_two_seconds_on_a_terminal(model, monkeypatch):
    shown = run(model, monkeypatch, Terminal(), seconds=1)
    drawings = shown.split("\r")
    assert drawings[0] == ""
    assert drawings[1].startswith("1/20 variables [")
    assert drawings[-1].startswith("20/20 variables [==============================]")
    assert shown.endswith("\n")


@pytest.mark.parametrize(("stream", "seconds"), [(io.StringIO, 1), (Terminal, 0), (Terminal, 0.05)])
def test_silence_elsewhere_and_where_it_is_quick(model, monkeypatch, stream, seconds):
    assert run(model, monkeypatch, stream(), seconds) == ""


def test_silence_where_keras_is_told_so(model, monkeypatch):
    keras.config.disable_interactive_logging()
    try:
        assert run(model, monkeypatch, Terminal(), seconds=1) == ""
    finally:
        keras.config.enable_interactive_logging()


def test_the_bar_changes_no_value_and_its_line_ends_after_an_error(model, monkeypatch):
    run(model, monkeypatch, Terminal(), seconds=1)
    shown = [v.numpy() for v in model.variables]
    ivy.initialize_model(model, "kaiming", seed=0)
    for before, now in zip(shown, model.variables, strict=True):
        assert (before == now.numpy()).all()
    stream = Terminal()
    clock = itertools.count(0, 3)
    with monkeypatch.context() as patched:
        patched.setattr("sys.stdout", stream)
        patched.setattr(time, "monotonic", lambda: float(next(clock)))
        with contextlib.suppress(RuntimeError), slow_progress(2, "things") as done:
            done(1)
            raise RuntimeError
    assert stream.getvalue().startswith("\r1/2 things")
    assert stream.getvalue().endswith("\n")
