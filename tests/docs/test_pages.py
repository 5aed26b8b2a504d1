"""Pages are true: their programs run and print what they say, their links lead somewhere."""

import pathlib
import re
import struct

import keras
import pytest

from keras_ivy.registration import INITIALIZERS, OPTIMIZERS
from tests.docs.pages import DOCS, PAGES, ROOT, anchors, links, name_of, programs, run
from tests.docs.printed import agrees


@pytest.fixture(autouse=True)
def _unregistered():
    """Forget the classes that pages register."""
    tables = [keras.saving.get_custom_objects(), INITIALIZERS, OPTIMIZERS]
    before = [dict(table) for table in tables]
    yield
    for table, kept in zip(tables, before, strict=True):
        table.clear()
        table.update(kept)


RUN = [page for page in PAGES if programs(page)]
#: What pages ask for beyond the package, by the import that says so.
EXTRAS = ("matplotlib", "sklearn", "optax", "pandas")


@pytest.mark.parametrize("page", RUN, ids=name_of)
def test_programs_print_what_the_page_says(page, monkeypatch, tmp_path):
    found = programs(page)
    for extra in EXTRAS:
        if any(re.search(rf"^\s*(?:from|import) {extra}\b", p.code, re.MULTILINE) for p in found):
            pytest.importorskip(extra, reason=f"the page uses {extra}, an extra")
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.chdir(tmp_path)
    namespace = {"__name__": "page"}
    try:
        for program in found:
            printed = run(program, name_of(page), namespace)
            assert program.is_cell or agrees(program.said, printed, program.tolerance), (
                f"{name_of(page)} says\n{program.said}\nbut\n{program.code}\nprints\n{printed}"
            )
    finally:
        keras.config.set_dtype_policy("float32")
    for picture in tmp_path.glob("*.png"):
        assert picture.name in page.read_text(encoding="utf-8")
        assert size_of(picture) == size_of(page.parent / picture.name)


def size_of(picture: pathlib.Path) -> tuple[int, int]:
    """Width and height of a PNG."""
    data = picture.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", data[16:24])


def test_pages_with_programs_are_found():
    assert ROOT / "README.md" in RUN
    assert DOCS / "optimizers.md" in RUN
    assert len(RUN) > 20


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page):
    for path, anchor in links(page):
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{name_of(page)} links to {path}, which is not there"
        assert target.is_relative_to(ROOT), f"{name_of(page)} links out of the repository: {path}"
        if anchor:
            here, there = anchors(target)
            assert anchor in here & there, (
                f"{name_of(page)} links to {path}#{anchor}; there are {sorted(here & there)}"
            )


def test_links_are_found():
    assert ("docs/optimizers.md", "") in {(path, "") for path, _ in links(ROOT / "README.md")}


@pytest.mark.parametrize("page", sorted((DOCS / "gallery").glob("[a-h,j-z]*.md")), ids=name_of)
def test_a_page_of_the_gallery_draws_what_it_shows(page):
    text = page.read_text(encoding="utf-8")
    shown = [path for path, _ in links(page) if re.fullmatch(r"[^/]+\.png", path)]
    assert shown
    for name in shown:
        assert f'savefig("{name}"' in text
    assert f"]({page.name})" in (DOCS / "gallery" / "index.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("said", "printed", "same"),
    [
        ("0.97", "0.98", True),
        ("0.97", "0.90", False),
        ("3 of 4", "3 of 5", False),
        ("1.5e-09", "1.52e-09", True),
        ("1.5e-09", "1.5e-08", False),
        ("loss 0..., then", "loss 0.21, then", True),
        ("a  b\n", "a b", True),
        ("a b", "ab", False),
        ("-0.5", "0.5", False),
        ("v10 0.5", "v11 0.5", False),
        ("(3, 16)", "(3, 16)", True),
        ("", "anything", False),
    ],
)
def test_how_output_is_compared(said, printed, same):
    assert agrees(said, printed) is same
