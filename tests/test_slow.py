"""What quick runs leave out: the list is of tests that are there, and no area is left out whole."""

import ast
import collections
import os
import pathlib
import runpy
import subprocess
import sys

import pytest

from tools import slow_tests

ROOT = pathlib.Path(__file__).parents[1]
LISTED = slow_tests.read_list()
LINES = [line for line in slow_tests.LIST.read_text("utf-8").splitlines() if line[:1] != "#"]


def functions(path: pathlib.Path) -> dict[str, bool]:
    """The test functions of a file, and whether they are marked as slow in the file itself."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        node.name: any("mark.slow" in ast.unparse(mark) for mark in node.decorator_list)
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_the_list_is_sorted_and_says_everything_once():
    names = [line.split()[1] for line in LINES]
    assert names == sorted(set(names))
    assert dict.fromkeys(names) == dict.fromkeys(LISTED)
    assert all(number >= 0 for number in LISTED.values())


@pytest.mark.parametrize("file", sorted({name.partition("::")[0] for name in LISTED}))
def test_what_is_listed_is_there_and_marked_once(file):
    listed = {name.partition("::")[2] for name in LISTED if name.startswith(f"{file}::")}
    if file.startswith("tests/"):
        found = functions(ROOT / file)
        assert listed <= set(found)
        assert not any(found[name] for name in listed)
    else:  # examples of docstrings
        module = file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        assert (ROOT / file).exists()
        assert all(name == module or name.startswith(f"{module}.") for name in listed)


def test_every_area_is_in_quick_runs():
    quick = collections.Counter()
    for path in (ROOT / "tests").rglob("test_*.py"):
        area = path.relative_to(ROOT / "tests").parts[0]
        for name, marked in functions(path).items():
            line = f"{path.relative_to(ROOT).as_posix()}::{name}"
            quick[area] += not marked and LISTED.get(line, 1) > 0
    folders = {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")}
    assert len(folders) > 10
    assert {area: quick[area] for area in folders if quick[area] < 5} == {}


class Item:
    def __init__(self, nodeid):
        self.nodeid, self.marks = nodeid, []

    def add_marker(self, mark):
        self.marks.append(mark)


def marked(names):
    """Which of some tests the hook of conftest.py marks."""
    items = [Item(name) for name in names]
    runpy.run_path(str(ROOT / "conftest.py"))["pytest_collection_modifyitems"](items)
    return [item.marks == ["slow"] for item in items]


def test_so_many_cases_are_kept_as_the_list_says():
    none = next(name for name, kept in LISTED.items() if kept == 0)
    some = next(name for name, kept in LISTED.items() if kept == 2)
    assert marked([f"{none}[{i}]" for i in range(4)]) == [True] * 4
    assert marked([f"{some}[{i}]" for i in range(6)]) == [True, True, False, True, True, False]
    assert marked([f"{some}[{i}]" for i in range(2)]) == [False, False]
    assert marked([f"{some}_of_another_name[0]", none]) == [False, True]


def test_a_function_keeps_the_cases_that_fit_into_the_budget():
    times = {"long": [1.5], "many": [0.125] * 16, "quick": [0.125, 0.25], "mixed": [0.1, 0.5]}
    assert slow_tests.to_list(times, budget=0.5) == {"long": 0, "many": 4, "mixed": 1}


def test_a_list_that_is_far_from_the_times_is_told():
    times = {"new": [0.25] * 10, "kept": [0.25] * 10, "gone": [0.01] * 3, "near": [0.7]}
    told = list(slow_tests.disagreements(times, {"kept": 2, "gone": 1}))
    assert told == [
        "0.03 s altogether, and listed: gone",
        "2.5 s in quick runs: new (10 of 10 cases)",
    ]


FILE = """
import pytest

@pytest.mark.slow
def test_marked():
    pass

@pytest.mark.parametrize("case", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_other(case):
    pass
"""

CONFTEST = """
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker("slow")
"""


def test_what_its_own_file_marks_is_not_measured(tmp_path):
    """Nor told to be far from its line: what the list marks is measured."""
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = slow\n")
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_file.py").write_text(FILE)
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tools.slow_tests", "."],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "KERAS_IVY_TIMES": str(tmp_path)},
        check=True,
    )
    times = slow_tests.by_function(tmp_path)
    assert {name: len(taken) for name, taken in times.items()} == {"test_file.py::test_other": 1}


def test_the_list_is_written_as_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(slow_tests, "LIST", tmp_path / "slow.txt")
    assert slow_tests.read_list() == {}
    slow_tests.write_list({"tests/b.py::test_b": 12, "tests/a.py::test_a": 0})
    assert list(slow_tests.read_list().items()) == [
        ("tests/a.py::test_a", 0),
        ("tests/b.py::test_b", 12),
    ]
