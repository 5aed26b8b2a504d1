"""The record of changes that tests must notice speaks of the code as it is."""

import pathlib
import runpy

import pytest

ROOT = pathlib.Path(__file__).parents[1]


def test_recorded_changes_have_their_places_and_their_tests():
    recorded = runpy.run_path(str(ROOT / "tools/mutate.py"))["recorded"]
    try:
        changes = [change for change, _ in recorded(strict=True)]
    except SystemExit as lost:
        pytest.fail(str(lost))
    assert changes
    for change in changes:
        assert change.before != change.after
        for path in change.tests:
            assert (ROOT / path.partition("::")[0]).exists(), path
