"""The pictures of training: axes named, a colour bar, and what to install."""

import sys

import keras
import numpy as np
import pytest

import keras_ivy as ivy
from tests.diagnostics.monitored import nested, trained

matplotlib = pytest.importorskip("matplotlib", reason="pictures are an extra")
matplotlib.use("Agg")
pyplot = pytest.importorskip("matplotlib.pyplot", reason="pictures are an extra")


def deep():
    layers = [keras.layers.Dense(6, "tanh", name=f"hidden{i}") for i in range(18)]
    return keras.Sequential([keras.Input((6,)), *layers, keras.layers.Dense(3, name="head")])


@pytest.fixture(scope="module")
def few():
    callbacks = [ivy.ActivationStats(), ivy.GradientStats()]
    trained(nested, callbacks, epochs=1)
    return callbacks


@pytest.fixture(scope="module")
def many():
    stats = ivy.ActivationStats(every=2)
    trained(deep, [stats], epochs=1)
    return stats


@pytest.fixture(autouse=True)
def closed():
    yield
    pyplot.close("all")


def test_lines_have_names_and_units(few):
    for stats, units in zip(few, ("standard deviation", "norm of the gradient"), strict=True):
        figure, axes = stats.plot()
        assert units in [ax.get_ylabel() for ax in axes]
        assert axes[-1].get_xlabel() == "batches of training"
        assert axes[0].get_legend() is not None
        figure.canvas.draw()
        _, own = pyplot.subplots()
        again, ax = stats.plot(ax=own)
        assert ax is own
        assert again is own.figure
        assert ax.get_ylabel() == units
        assert len(ax.lines) == 3
    row = few[0].records["head"]
    figure, axes = few[0].plot()
    (line,) = [each for each in axes[0].lines if each.get_label() == "head"]
    assert line.get_xdata()[-1] == row.step
    assert line.get_ydata()[-1] == row.mean


def test_many_layers_are_told_apart_by_a_scale_of_colours(many):
    figure, _ = many.plot()
    labels = [ax.get_ylabel() for ax in figure.axes]
    assert "layers, in the order of calls" in labels
    figure.canvas.draw()


def test_colours_are_counts_over_the_steps_with_a_colour_bar(few, many):
    for stats, unit in zip(few, ("activation", "log10 |gradient|"), strict=True):
        figure, axes = stats.color_dim()
        assert figure.axes[-1].get_ylabel() == "log(1 + number of values)"
        assert len(axes) == 3
        name = axes[-1].get_title()
        rows = stats.records.series(name)
        (mesh,) = axes[-1].collections
        wanted = np.log1p(np.array([row.histogram for row in rows]).T)
        np.testing.assert_allclose(mesh.get_array(), wanted)
        assert axes[-1].get_ylim() == (stats.BINS[0], stats.BINS[-1])
        _, own = pyplot.subplots()
        _, ax = stats.color_dim("head", ax=own)
        assert ax is own
        assert ax.get_ylabel() == unit
    figure, axes = many.color_dim()
    assert len(axes) == 16
    assert "16 of 19 layers" in figure._supylabel.get_text()
    figure, axes = many.color_dim(["hidden0", "head"])
    assert [ax.get_title() for ax in axes] == ["hidden0", "head"]
    _, own = pyplot.subplots()
    with pytest.raises(ValueError, match="One picture"):
        many.color_dim(ax=own)


def test_nothing_measured_and_nothing_installed_are_said(few, monkeypatch):
    with pytest.raises(ValueError, match="Nothing was measured"):
        ivy.ActivationStats().plot()
    with pytest.raises(ValueError, match="Nothing was measured"):
        ivy.GradientStats().color_dim()
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    for draw in (few[0].plot, few[0].color_dim, few[1].plot, few[1].color_dim):
        with pytest.raises(ImportError, match="pip install matplotlib"):
            draw()
