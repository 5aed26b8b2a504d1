"""The pictures: what is drawn, that axes are named, and the style that all share."""

import sys

import numpy as np
import pytest

import keras_ivy as ivy
from keras_ivy.diagnostics.plots import Series, line_style, new_figure, plot_series
from tests.diagnostics.cases import X, Y, mlp

pyplot = pytest.importorskip("matplotlib.pyplot", reason="pictures are an extra")


@pytest.fixture(autouse=True)
def _closed():
    yield
    pyplot.close("all")


def is_complete(ax) -> bool:
    """Whether both axes are named, and every line but the marks of bounds is explained."""
    named = ax.get_ylabel() != ""
    return named and (len(ax.lines) < 2 or ax.get_legend() is not None)


def test_diagnosis_draws_its_numbers():
    model = mlp(3, "relu")
    model.compile("adam", "sparse_categorical_crossentropy")
    report = ivy.diagnose(model, X, Y)
    figure, axes = report.plot()
    assert len(axes) == 3
    assert all(is_complete(ax) for ax in axes)
    assert axes[-1].get_xlabel() == "layers, in the order of calls"
    drawn = axes[0].lines[0].get_ydata()
    np.testing.assert_allclose(drawn, [row.rms for row in report])
    assert [t.get_text() for t in axes[-1].get_xticklabels()] == [row.name for row in report]
    figure.canvas.draw()


def test_reports_draw_on_axes_that_are_given():
    model = mlp(2, "relu")
    _, (left, right) = pyplot.subplots(1, 2)
    assert ivy.diagnose(model, X).plot(ax=left) == (left.figure, left)
    assert ivy.weight_stats(model).plot(ax=right) == (right.figure, right)
    assert left.get_ylabel() == "root mean square"
    assert right.get_ylabel() == "standard deviation"


def test_every_line_is_drawn_however_many():
    series: Series = {f"line {i}": [1.0, 2.0 + i] for i in range(11)}
    _, ax = plot_series(series, ["a", "b"], "rms", "many")
    assert [line.get_label() for line in ax.lines] == list(series)
    assert len({str(line_style(i)) for i in range(8)}) == 8


def test_what_no_logarithm_has_leaves_a_gap():
    _, ax = plot_series({"rms": [1.0, 0.0, None, np.inf, np.nan, 4.0]}, list("abcdef"), "rms", "")
    assert list(ax.lines[0].get_xdata()) == [0, 5]
    ax.figure.canvas.draw()


def test_a_figure_leaves_the_settings_of_matplotlib_alone():
    import matplotlib

    before = dict(matplotlib.rcParams)
    _, ax = new_figure()
    assert dict(matplotlib.rcParams) == before
    assert not ax.spines["top"].get_visible()


def test_without_matplotlib_the_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    report = ivy.weight_stats(mlp(1, "relu"))
    with pytest.raises(
        ImportError, match=r"pip install matplotlib, or pip install .keras_ivy.plot"
    ):
        report.plot()
