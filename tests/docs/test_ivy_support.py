"""The page on what of Ivy is here: it is what its script makes, and every gap has a reason."""

import importlib.util
import pathlib
import re

import pytest

import keras_ivy as ivy
from keras_ivy.ops.ivy.left_out import REASON_OF, REASONS

ROOT = pathlib.Path(__file__).parents[2]
_spec = importlib.util.spec_from_file_location("ivy_support", ROOT / "tools" / "ivy_support.py")
support = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(support)

MODULES = [(part, *row) for part in support.PARTS for row in support.modules(part)]


def test_page_is_what_the_script_makes():
    assert support.PAGE.read_text(encoding="utf-8") == support.page()


@pytest.mark.parametrize(
    ("part", "module", "here", "lacking"), MODULES, ids=[f"{m[0]}.{m[1]}" for m in MODULES]
)
def test_every_name_is_here_or_has_a_reason(part, module, here, lacking):
    assert [name for name in lacking if support.reason_of(name) is None] == []
    for name in here:
        if part == "functional":
            assert callable(getattr(ivy, name))
        elif part == "container" and not name.startswith("cont_"):
            assert callable(getattr(ivy.Container, name)) or name == "dtype"


def test_reasons_are_of_names_that_are_missing():
    missing = {name.removeprefix("static_") for *_, lacking in MODULES for name in lacking}
    assert set(REASON_OF) == missing
    assert len(REASON_OF) == sum(len(names.split()) for names in REASONS.values())


def test_the_page_counts_the_names():
    text = support.PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `ivy\.\S+` \| (\d+) \| (\d+) \|", text, re.MULTILINE)
    recorded = [len(names) for part in support.PARTS for names in support.RECORDED[part].values()]
    assert [int(total) for total, _ in rows] == recorded
    assert sum(int(here) for _, here in rows) > 1150
