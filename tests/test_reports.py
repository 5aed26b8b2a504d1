"""What every report has: names beside paths, keys, the order of calls, and the forms it takes."""

import copy
import json
import pickle
import sys

import keras
import numpy as np
import pytest

import keras_ivy as ivy

K = keras.layers

#: A name that is markup for a browser and for rich.
HOSTILE = "<b>[red]x"


def net(name="net"):
    """Two blocks of one builder, twelve layers, an LSTM and a head."""

    def block(name):
        return keras.Sequential([keras.Input((8,)), K.Dense(8, name="deep")], name=name)

    hidden = [K.Dense(8, name=f"hidden{i}") for i in range(10)]
    rest = [K.Reshape((2, 4)), K.LSTM(4, name="rnn"), K.Dense(1, name="head")]
    layers = [block("inner"), block("other"), *hidden, *rest]
    return keras.Sequential([keras.Input((8,)), *layers], name=name)


@pytest.fixture(scope="module")
def model():
    return net()


X = np.random.default_rng(0).standard_normal((16, 8)).astype("float32")


def planned(model):
    return ivy.initialize_model(model, "kaiming", seed=0, dry_run=True)


def explained(model):
    optimizer = ivy.LAMB(weight_decay=0.1, variant="paper", rules="bias_norm")
    return optimizer.explain(model)


def stepped(model):
    optimizer = ivy.LAMB(0.0, variant="paper")
    model.optimizer = optimizer
    optimizer.apply(
        [keras.ops.ones(v.shape) for v in model.trainable_variables], model.trainable_variables
    )
    return optimizer.trust_ratios()


#: Reports of variables, by name: a function of a model.
OF_VARIABLES = {"initialize_model": planned, "weight_stats": ivy.weight_stats}
REPORTS = {
    **OF_VARIABLES,
    "lsuv": lambda model: ivy.initializers.lsuv(net(), X, verbose=0),
    "diagnose": lambda model: ivy.diagnose(model, X),
}


@pytest.fixture(params=OF_VARIABLES)
def of_variables(request, model):
    return OF_VARIABLES[request.param](model)


@pytest.fixture(params=REPORTS)
def report(request, model):
    return REPORTS[request.param](model)


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("layers/v3/bias", "layers/v3/bias"),
        ("hidden1/bias", "layers/v3/bias"),
        ("hidden1", "layers/v3/kernel"),
        ("layers/v3", "layers/v3/kernel"),
        ("inner/deep/kernel", "layers/v0/layers/v0/kernel"),
        ("other/deep", "layers/v1/layers/v0/kernel"),
        ("inner", "layers/v0/layers/v0/kernel"),
        ("rnn", "layers/v13/cell/kernel"),
        ("rnn/recurrent_kernel", "layers/v13/cell/recurrent_kernel"),
    ],
)
def test_variables_are_found_by_names_and_paths(model, of_variables, key, path):
    assert of_variables[key].path == path
    assert of_variables[key] is of_variables[path]
    assert key in of_variables
    assert ivy.fans_of(model, key) == ivy.fans_of(model, path)


@pytest.mark.parametrize("key", ["deep", "deep/kernel", "kernel", "layers", "v0/kernel"])
def test_ambiguous_keys_are_refused_with_the_candidates(model, of_variables, key):
    candidate = "layers/v0/layers/v0/kernel"
    with pytest.raises(KeyError, match=rf"{candidate}.*Received: key='{key}'"):
        of_variables[key]
    with pytest.raises(ValueError, match=rf"{candidate}.*Received: variable='{key}'"):
        ivy.fans_of(model, key)


@pytest.mark.parametrize("key", ["hiden1/kernel", "idden1", "hidden", ""])
def test_unknown_keys_are_refused_with_the_nearest(model, of_variables, key):
    with pytest.raises(KeyError, match="No row has this path or name"):
        of_variables[key]
    assert key not in of_variables
    with pytest.raises(ValueError, match="has no variable of this name"):
        ivy.fans_of(model, key)
    if key.startswith("hiden"):
        with pytest.raises(KeyError, match=r"Did you mean.*'hidden1/kernel'"):
            of_variables[key]


def test_rows_stand_in_the_order_of_calls(report):
    names = [str(getattr(row, "name", "")).split("/")[0] for row in report]
    seen = [name for name in dict.fromkeys(names) if name.startswith("hidden")]
    assert seen == [f"hidden{i}" for i in range(10)]
    assert [row.path for row in report][-1].startswith("layers/v14")
    assert all(name in str(report) for name in ("hidden9", "head"))


def test_every_form_has_the_same_rows(report):
    data = json.loads(report.to_json())
    assert data == report.to_dict()
    assert len(data["rows"]) == len(report.rows) == len(report) == len(report.to_dicts())
    assert [row["path"] for row in data["rows"]] == [row.path for row in report]
    pandas = pytest.importorskip("pandas", reason="data frames are an extra")
    frame = report.to_dataframe()
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame["path"]) == [row.path for row in report.rows]
    again = pickle.loads(pickle.dumps(report))
    assert str(again) == str(report) == repr(report)
    assert again["hidden3"] == report["hidden3"]


def test_html_has_every_row_and_escapes(report):
    html = report._repr_html_()
    assert html.count("<tr>") == len(report) + 1
    hostile = net(HOSTILE)
    hostile.layers[3].name = HOSTILE
    html = ivy.weight_stats(hostile)._repr_html_()
    assert "&lt;b&gt;[red]x/kernel" in html
    assert "<b>" not in html


def test_rich_prints_the_same_numbers(report):
    rich = pytest.importorskip("rich.console", reason="rich tables are an extra")
    for width in (400, 40):
        console = rich.Console(width=width, record=True, file=open_nowhere())
        console.print(report)
        text = "".join(console.export_text().split())
        for line in report.cells():
            for cell in line:
                assert "".join(cell.split()) in text


def open_nowhere():
    class Nowhere:
        def write(self, text):
            return len(text)

        def flush(self):
            pass

    return Nowhere()


def test_names_are_no_markup_of_rich():
    rich = pytest.importorskip("rich.console", reason="rich tables are an extra")
    model = net()
    model.layers[3].name = HOSTILE
    console = rich.Console(width=400, record=True, file=open_nowhere())
    console.print(ivy.weight_stats(model))
    assert f"{HOSTILE}/kernel" in console.export_text()


def test_print_is_plain_where_there_is_no_terminal(report, capsys):
    report.print()
    assert capsys.readouterr().out == f"{report}\n"


def test_print_is_plain_without_rich(model, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "rich.console", None)
    report = planned(model)
    report.print()
    assert capsys.readouterr().out == f"{report}\n"


def test_a_diagnosis_tells_layers_of_one_name_apart_by_those_around_them(model):
    report = ivy.diagnose(model, X)
    assert report["inner/deep"].path == "layers/v0/layers/v0"
    assert report["other/deep"].path == report["layers/v1/layers/v0"].path
    with pytest.raises(KeyError, match=r"layers/v0/layers/v0.*Received: key='deep'"):
        report["deep"]


def test_renamed_layers_are_found_by_their_new_names():
    model = net()
    assert ivy.fans_of(model, "inner/deep") == (8, 8)
    model.layers[0].layers[0].name = "renamed"
    assert ivy.fans_of(model, "inner/renamed") == ivy.fans_of(model, "renamed/kernel") == (8, 8)
    assert planned(model)["renamed"].path == "layers/v0/layers/v0/kernel"
    assert planned(model)["other/deep/bias"].path == "layers/v1/layers/v0/bias"


def test_pictures_take_axes(report):
    pyplot = pytest.importorskip("matplotlib.pyplot", reason="pictures are an extra")
    figure, ax = pyplot.subplots()
    assert report.plot(ax=ax) == (figure, ax)
    assert ax.get_ylabel()
    assert ax.lines
    other, axes = report.plot()
    assert other is not figure
    assert axes is not ax
    pyplot.close("all")


@pytest.mark.parametrize(
    ("package", "call"),
    [("pandas", lambda r: r.to_dataframe()), ("matplotlib.pyplot", lambda r: r.plot())],
)
def test_what_is_missing_is_named(report, package, call, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    name = package.split(".")[0]
    with pytest.raises(
        ImportError, match=rf"pip install {name}, or pip install \"keras_ivy\[plot\]"
    ):
        call(report)
    assert report.to_dict()["rows"]


# -- reports that are a list or a dictionary too -------------------------------------------------


def test_an_explanation_is_a_list_that_knows_names():
    model = net("explained")
    told = explained(model)
    assert isinstance(told, list)
    assert told[:1] == [told[0]] == list(told)[:1]
    row = told["hidden1"]
    assert row is told["hidden1/kernel"] is told["layers/v3/kernel"] is told[row.path]
    assert (row.key, row.name) == ("layers/v3/kernel", "hidden1/kernel")
    assert told["rnn/bias"].key == "layers/v13/cell/bias"
    assert "hidden1/bias" in told
    assert row in told
    assert "hidden99" not in told
    for key in ("deep", "kernel"):
        with pytest.raises(KeyError, match="Several rows have this name"):
            told[key]
    assert [r.key.split("/")[1] for r in told if "hidden" in r.name][::2] == [
        f"v{i}" for i in range(2, 12)
    ]
    rows = json.loads(told.to_json())["rows"]
    assert rows[1]["rule"] == "preset 'bias_norm'"
    assert repr(told) == str(told)
    assert told._repr_html_().count("<tr>") == len(told) + 1


def test_an_explanation_of_a_container_counts_numbers_as_numbers():
    v = ivy.variables(net())
    keys = [row.path for row in ivy.SGD().explain(v)]
    assert keys.index("layers/v9/kernel") < keys.index("layers/v10/kernel")


def test_trust_ratios_are_a_dictionary_that_knows_names():
    model = net("ratios")
    ratios = stepped(model)
    plain = dict(ratios)
    assert isinstance(ratios, dict)
    assert ratios == plain
    assert json.loads(json.dumps(ratios)) == plain
    path = model.layers[3].kernel.path
    assert ratios["hidden1"] == ratios["layers/v3/kernel"] == ratios["hidden1/kernel"]
    assert ratios["hidden1"] == plain[path] > 0
    assert ratios.get("hidden1") is None, "keys of the dictionary are as ever"
    with pytest.raises(KeyError, match="Several rows have this name"):
        ratios["deep"]
    assert [row.key for row in ratios.rows][4] == "layers/v2/kernel"
    for copied in (pickle.loads(pickle.dumps(ratios)), copy.deepcopy(ratios)):
        assert copied == ratios
        assert str(copied) == str(ratios)
        assert copied["layers/v3/bias"] == ratios["layers/v3/bias"]
    assert len(ratios.to_dict()["rows"]) == len(ratios) == ratios._repr_html_().count("<tr>") - 1


def test_names_of_twins_of_an_optimizer_are_told_apart_by_structure():
    model = net("twins")
    for layer, other in zip(model.layers[2:4], model.layers[4:6], strict=True):
        layer.name = other.name = "same"
    told = explained(model)
    with pytest.raises(KeyError, match="Several rows have this name"):
        told["same"]
    assert told["layers/v2/kernel"].key == "layers/v2/kernel"


@pytest.mark.parametrize("made", [explained, stepped])
def test_their_pictures_take_axes(made):
    pyplot = pytest.importorskip("matplotlib.pyplot", reason="pictures are an extra")
    figure, ax = pyplot.subplots()
    report = made(net())
    assert report.plot(ax=ax) == (figure, ax)
    assert sum(len(line.get_xdata()) for line in ax.lines) == len(report)
    pyplot.close("all")


def test_nothing_to_show():
    assert str(ivy.Adam().trust_ratios()) == "(no rows)"
    assert ivy.Adam().trust_ratios() == {}
    assert str(ivy.SGD().explain([])) == "(no rows)"
    assert ivy.SGD().explain([]) == []
    with pytest.raises(KeyError, match="There are no rows"):
        ivy.Adam().trust_ratios()["d"]
