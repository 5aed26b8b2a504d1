"""What `.ci/run` tests with: three pinned sets of versions, and the tests for two of them."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).parents[1]
CI = ROOT / ".ci"
SETS = ("lowest", "newest", "next")


def lines(name: str) -> list[str]:
    text = (CI / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def pins(name: str) -> dict[str, str]:
    return dict(line.split("==") for line in lines(f"{name}.txt"))


def floors() -> dict[str, str]:
    """What setup.py asks for, the tests' own packages included."""
    text = (ROOT / "setup.py").read_text(encoding="utf-8")
    return dict(re.findall(r'"([a-z0-9-]+)>=([0-9.]+)"', text))


@pytest.mark.parametrize("name", SETS)
def test_every_version_is_pinned(name):
    assert lines(f"{name}.txt") != []
    for line in lines(f"{name}.txt"):
        assert re.fullmatch(r"[\w-]+==\d+(\.\d+)+((rc|\.dev|\.post)\d+)?", line), line


def test_lowest_is_what_setup_allows():
    wanted = floors()
    for package in ("tensorflow", "keras", "numpy", "h5py", "optree"):
        parts = pins("lowest")[package].split(".")
        assert parts[: wanted[package].count(".") + 1] == wanted[package].split("."), package


def test_next_has_one_keras():
    assert "keras" not in pins("next")
    assert "dev" in pins("next")["keras-nightly"]
    assert pins("next")["tensorflow"] == "2.22.0rc0"


@pytest.mark.parametrize("name", ["lowest", "next"])
def test_the_subset_has_what_it_imports(name):
    assert set(pins(name)) >= {"pytest", "hypothesis", "scipy", "scikit-learn"}


def test_every_test_of_the_subset_is_there_once():
    listed = lines("subset.txt")
    assert len(set(listed)) == len(listed)
    assert [path for path in listed if not (ROOT / path).exists()] == []
    goldens = {f"tests/{path.relative_to(ROOT / 'tests').as_posix()}" for path in
               (ROOT / "tests").glob("*/test_golden*.py")}  # fmt: skip
    assert goldens <= set(listed)


def test_the_script_lints_first_and_runs_every_set():
    script = (CI / "run").read_text(encoding="utf-8")
    places = [
        script.index(part)
        for part in ("ruff check", "lowest next", "-m pytest -q", "PIP_CONSTRAINT=")
    ]
    assert places == sorted(places)
    assert "--pre" not in script
    assert all(name in script for name in SETS)


def test_hooks_lint_with_the_versions_of_the_script():
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    found = dict(re.findall(r"\b([a-z]+)==([\d.]+)", text))
    assert set(found) == {"mypy", "numpy", "ruff"}
    assert found == {name: pins("newest")[name] for name in found}
