"""The record of changes that tests must notice speaks of the code as it is."""

import pathlib
import tomllib

import pytest

ROOT = pathlib.Path(__file__).parents[1]
ROWS = tomllib.loads((ROOT / "tools/mutations.toml").read_text(encoding="utf-8"))["mutation"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['file']}:{row['before'][:40]}")
def test_a_recorded_change_has_its_place_and_its_tests(row):
    text = (ROOT / row["file"]).read_text(encoding="utf-8")
    assert text.count(row["before"]) == 1
    assert row["after"] != row["before"]
    for path in row.get("tests", ()):
        assert (ROOT / path.partition("::")[0]).exists(), path
