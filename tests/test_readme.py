"""The README's commands are CI's, and it says what readers need first.

`tests/docs/test_pages.py` runs its programs, as those of all pages.
"""

import re

import keras
import pytest

from tests.docs.pages import ROOT, commands, links

README = ROOT / "README.md"


def test_ci_runs_the_commands_of_the_readme():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    installing = [line for line in commands(README) if "pip install" in line]
    assert len(installing) == 2
    for line in installing:
        assert line in script, f"the README says {line!r}, .ci/run does not"


@pytest.mark.parametrize("page", [README, ROOT / "docs" / "optimizers.md"])
def test_the_first_name_of_an_optimizer_comes_with_a_rate(page):
    names = re.findall(
        r'"((?:sgd|adam|adamw|lars|lamb)_(?:ivy|paper)[^"]*)"', page.read_text("utf-8")
    )
    assert names[0] == "lamb_ivy(learning_rate=0.01)"
    assert float(keras.optimizers.get(names[0]).learning_rate) == pytest.approx(0.01)


def test_it_is_short_and_shows_no_patterns():
    text = README.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 100
    assert "..." not in re.search(r"^```text\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)[1]


def test_every_tick_of_the_comparison_leads_to_its_evidence():
    rows = re.findall(r"^\| (.*?) \| (\[yes\].*?) \|", README.read_text("utf-8"), re.MULTILINE)
    assert len(rows) >= 8
    evidence = re.compile(r"^\[yes\]\(((?:tests|benchmarks|examples)/[^)]+)\)")
    for what, tick in rows:
        assert evidence.match(tick), what
    assert {evidence.match(tick)[1] for _, tick in rows} <= {path for path, _ in links(README)}
