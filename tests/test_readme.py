"""The README is true: its programs run and print what it says, its commands are CI's."""

import contextlib
import doctest
import io
import pathlib
import re

import keras
import pytest

ROOT = pathlib.Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def programs(page: pathlib.Path) -> list[tuple[str, str]]:
    """The Python blocks of a page, each with the text block that directly follows it."""
    blocks = FENCE.findall(page.read_text(encoding="utf-8"))
    followers = [*blocks[1:], ("", "")][: len(blocks)]
    return [
        (code, following[1] if following[0] == "text" else "")
        for (language, code), following in zip(blocks, followers, strict=True)
        if language == "python"
    ]


def commands(page: pathlib.Path) -> list[str]:
    """The lines of a page's bash blocks, without comments."""
    blocks = [
        text for language, text in FENCE.findall(page.read_text("utf-8")) if language == "bash"
    ]
    return [line.split("  #")[0].strip() for block in blocks for line in block.splitlines() if line]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_programs_print_what_the_page_says(page):
    namespace = {}
    checker = doctest.OutputChecker()
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    found = programs(page)
    for code, expected in found:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(code, page.name, "exec"), namespace)
        assert checker.check_output(expected, out.getvalue(), flags), (
            f"{page.name} says\n{expected}\nbut\n{code}\nprints\n{out.getvalue()}"
        )


def test_ci_runs_the_commands_of_the_readme():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    installing = [line for line in commands(ROOT / "README.md") if "pip install" in line]
    assert len(installing) == 2
    for line in installing:
        assert line in script, f"the README says {line!r}, .ci/run does not"


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "docs" / "optimizers.md"])
def test_the_first_name_of_an_optimizer_comes_with_a_rate(page):
    names = re.findall(
        r'"((?:sgd|adam|adamw|lars|lamb)_(?:ivy|paper)[^"]*)"', page.read_text("utf-8")
    )
    assert names[0] == "lamb_ivy(learning_rate=0.01)"
    assert float(keras.optimizers.get(names[0]).learning_rate) == pytest.approx(0.01)
