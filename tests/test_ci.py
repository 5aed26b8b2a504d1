"""What `.ci/run` tests with: three pinned sets of versions, and the tests for two of them."""

import pathlib
import re
import tomllib

import pytest

ROOT = pathlib.Path(__file__).parents[1]
CI = ROOT / ".ci"
SETS = ("lowest", "newest", "next")


def lines(name: str) -> list[str]:
    text = (CI / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def pins(name: str) -> dict[str, str]:
    return dict(line.split("==") for line in lines(f"{name}.txt"))


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def floors() -> dict[str, str]:
    """What pyproject.toml asks for, the tests' own packages included."""
    asked = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]]
    return dict(each.split(">=") for each in asked if ">=" in each)


@pytest.mark.parametrize("name", [*SETS, "docs"])
def test_every_version_is_pinned(name):
    assert lines(f"{name}.txt") != []
    for line in lines(f"{name}.txt"):
        assert re.fullmatch(r"[\w-]+==\d+(\.\d+)+((rc|\.dev|\.post)\d+)?", line), line


def test_lowest_is_what_the_package_allows():
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
    parts = (".ci/package", 'ruff" check', ".ci/docs", "lowest next", "-m pytest -q", "PIP_CON")
    places = [script.index(part) for part in parts]
    assert places == sorted(places)
    assert "--pre" not in script
    assert all(name in script for name in SETS)


def test_hooks_lint_with_the_versions_of_the_script():
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    found = dict(re.findall(r"\b([a-z]+)==([\d.]+)", text))
    assert set(found) == {"mypy", "numpy", "ruff"}
    assert found == {name: pins("newest")[name] for name in found}


def test_the_site_is_built_with_what_the_extra_asks_for():
    asked = {re.split(r"[\[>]", each)[0] for each in PROJECT["optional-dependencies"]["docs"]}
    assert asked <= set(pins("docs"))


def test_the_subset_runs_on_the_wheel_and_everything_on_the_archive():
    script = (CI / "run").read_text(encoding="utf-8")
    wheel, source = script.index("unpack wheel"), script.index("unpack source")
    assert wheel < script.index('rm -r "$outside/wheel/keras_ivy"') < script.index("subset.txt |")
    assert source < script.index('cd "$outside/source"') < script.index("pytest -n auto")


def test_workflows_call_the_scripts_and_pin_their_actions():
    called = ""
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        text = path.read_text(encoding="utf-8")
        assert text.startswith("# UNTESTED: there is no GitHub here to run it.")
        for action in re.findall(r"uses: (\S+)", text):
            assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action), f"{path.name}: {action}"
        called += "".join(re.findall(r"- run: (.+)$", text, re.MULTILINE))
    assert all(f".ci/{name}" in called for name in ("run", "nightly", "docs", "package"))


def test_the_archive_names_every_folder_of_the_checkout():
    text = (ROOT / "MANIFEST.in").read_text(encoding="utf-8")
    for folder in (
        ".ci",
        ".github",
        "benchmarks",
        "docs",
        "examples",
        "keras_ivy",
        "tests",
        "tools",
    ):
        assert (ROOT / folder).is_dir()
        assert f"graft {folder}\n" in text


def test_the_version_is_said_once_and_cited():
    from keras_ivy.version import __version__

    assert "version" in PROJECT["dynamic"]
    assert "version" not in PROJECT
    cited = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"version: {__version__}\n" in cited
    assert f"## {__version__} " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
