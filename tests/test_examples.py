"""The examples run as a reader runs them, and do what the pages say."""

import doctest
import inspect
import pathlib
import re
import runpy
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def run(script: pathlib.Path, monkeypatch, *arguments: str) -> None:
    """Run a script in this process, which has TensorFlow already; raises what it raises."""
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.setattr(sys, "argv", [str(script), *arguments])
    monkeypatch.syspath_prepend(str(script.parent))
    runpy.run_path(str(script), run_name="__main__")


@pytest.mark.slow
def test_why_it_does_not_train_prints_what_the_page_says(monkeypatch, tmp_path, capsys):
    pytest.importorskip("sklearn", reason="the example trains on the digits of scikit-learn")
    pytest.importorskip("matplotlib", reason="the example draws")
    page, picture = tmp_path / "report.html", tmp_path / "picture.png"
    run(EXAMPLES / "why_it_does_not_train.py", monkeypatch, str(page), str(picture))
    printed = capsys.readouterr().out
    text = (ROOT / "docs" / "seeing.md").read_text(encoding="utf-8")
    said = re.search(r"^```text\n(as it is:.*?)^```$", text, re.MULTILINE | re.DOTALL).group(1)
    assert doctest.OutputChecker().check_output(said, printed, FLAGS), printed
    assert float(printed.split()[-1]) > 0.95
    assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.slow
def test_fine_tuning_goes_on_where_a_new_optimizer_starts_again(monkeypatch, tmp_path, capsys):
    pytest.importorskip("sklearn", reason="the example trains on the digits of scikit-learn")
    pytest.importorskip("matplotlib", reason="the example draws")
    picture = tmp_path / "picture.png"
    run(EXAMPLES / "fine_tuning.py", monkeypatch, str(picture), "2")
    printed = capsys.readouterr().out
    rows = re.findall(r"^(\S+), (a new|the same) one +(.*)$", printed, re.MULTILINE)
    numbers = {(name, how): list(map(float, rest.split())) for name, how, rest in rows}
    theirs, same = numbers["keras.optimizers.Adam", "a new"], numbers["ivy.Adam", "the same"]
    assert numbers["ivy.Adam", "a new"] == pytest.approx(theirs, abs=1e-3)
    assert same[0] == pytest.approx(theirs[0], abs=1e-3)  # the same first phase
    assert same[2] < theirs[2]  # ten steps later
    rises = [list(map(float, line.split())) for line in re.findall(r"by seed: (.*)", printed)]
    assert min(rises[0]) > 1e-3, "a new optimizer raises the loss"
    assert max(rises[2]) < 5e-4, "the same one does not"
    assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    "script", sorted((EXAMPLES / "experiments").glob("[a-z]*.py")), ids=lambda path: path.stem
)
def test_experiments_find_what_they_expect(script, monkeypatch, tmp_path, capsys):
    pytest.importorskip("sklearn", reason="some train on the digits of scikit-learn")
    pytest.importorskip("matplotlib", reason="they draw")
    figure = tmp_path / "figure.png"
    with pytest.raises(SystemExit) as ended:
        run(script, monkeypatch, "--quick", "--figure", str(figure))
    printed = capsys.readouterr().out
    assert ended.value.code == 0, printed
    assert ": expected " in printed
    assert "NOT as expected" not in printed
    assert figure.read_bytes()[:4] == b"\x89PNG"
    sys.modules["matplotlib.pyplot"].close("all")


@pytest.mark.slow
@pytest.mark.parametrize(
    "script", sorted((EXAMPLES / "exercises").glob("*.py")), ids=lambda path: path.stem
)
def test_exercises_are_short_and_draw(script, monkeypatch, tmp_path, capsys):
    pytest.importorskip("sklearn", reason="some train on the digits of scikit-learn")
    pytest.importorskip("matplotlib", reason="they draw")
    assert len(script.read_text(encoding="utf-8").splitlines()) < 60
    picture = tmp_path / "picture.png"
    monkeypatch.setenv("MPLBACKEND", "Agg")
    main = runpy.run_path(str(script))["main"]
    quick = {"epochs": 1} if "epochs" in inspect.signature(main).parameters else {}
    main(str(picture), **quick)
    assert capsys.readouterr().out.strip()
    assert picture.read_bytes()[:4] == b"\x89PNG"
    sys.modules["matplotlib.pyplot"].close("all")


def test_every_exercise_of_the_document_is_solved():
    solved = [path.read_text(encoding="utf-8") for path in (EXAMPLES / "exercises").glob("*.py")]
    assert sorted(text[3:13] for text in solved) == [f"Exercise {i}" for i in range(1, 5)]
