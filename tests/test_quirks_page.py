"""The numbers of quirks that tests give as reasons are those of docs/ivy_quirks.md."""

import pathlib
import re

ROOT = pathlib.Path(__file__).parents[1]
PAGE = ROOT / "docs" / "ivy_quirks.md"
NUMBER = re.compile(r"\b([IFMLC]\d{1,2})\b(?=: )")


def numbered() -> list[str]:
    return re.findall(r"^\| ([A-Z]\d+) \|", PAGE.read_text("utf-8"), re.MULTILINE)


def test_every_quirk_has_one_number_and_numbers_have_no_gaps():
    found = numbered()
    assert len(set(found)) == len(found) >= 50
    for letter in "IFMLC":
        own = [int(number[1:]) for number in found if number[0] == letter]
        assert own == list(range(1, len(own) + 1)), letter


def test_reasons_in_tests_are_on_the_page():
    asked = {
        number
        for path in (ROOT / "tests").rglob("*.py")
        for number in NUMBER.findall(path.read_text("utf-8"))
    }
    assert {"L1", "L10"} <= asked
    assert asked - set(numbered()) == set()
