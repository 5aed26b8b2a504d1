"""All module snippets recorded from real Ivy, executed against our Module."""

import pytest

from tests.module.deviations import DEVIATIONS
from tests.module.recorded import CASES, assert_equal, run

AS_RECORDED = [name for name in CASES if name not in DEVIATIONS]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    """Snippets write files into the working directory."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", AS_RECORDED)
def test_module_equals_the_recording(name):
    assert CASES[name]["error"] is None
    assert_equal(CASES[name]["result"], run(name))


@pytest.mark.parametrize("name", DEVIATIONS)
def test_module_is_right_where_ivy_is_not(name):
    _, check = DEVIATIONS[name]
    try:
        result = run(name)
    except (TypeError, ValueError) as error:
        result = error
    check(result, CASES[name]["result"])


def test_every_recorded_error_is_accounted_for():
    failed = {name for name, case in CASES.items() if case["error"] is not None}
    assert failed <= set(DEVIATIONS) <= set(CASES)


def test_a_deviation_is_none_of_the_recorded_results():
    """No case is listed that would pass as recorded."""
    passing = []
    for name in DEVIATIONS:
        if CASES[name]["error"] is not None:
            continue
        try:
            assert_equal(CASES[name]["result"], run(name))
        except (AssertionError, TypeError, ValueError):
            continue
        passing.append(name)
    assert passing == []
