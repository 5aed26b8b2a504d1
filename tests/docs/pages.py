"""The pages, and what they hold that can be run or followed."""

import contextlib
import io
import linecache
import pathlib
import re
from collections.abc import Iterator
from typing import NamedTuple

from tests.docs.printed import TOLERANCE

ROOT = pathlib.Path(__file__).parents[2]
DOCS = ROOT / "docs"
#: Pages that readers see: those of the site, and those in the root of the repository.
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]
_FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_TABLE = re.compile(r"^\|[^\n]*\| *here *\|\n\|[-|: ]+\|\n((?:\|[^\n]*\n)+)", re.MULTILINE)
_WITHIN = re.compile(r"<!-- numbers within (\d+) % -->\s*\Z")
_CODE = re.compile(r"(`+)(.+?)\1")


class Program(NamedTuple):
    """A program of a page, what the page says that it prints, and how exactly."""

    code: str
    said: str
    tolerance: float
    is_cell: bool = False


def name_of(page: pathlib.Path) -> str:
    """A page's path in the repository."""
    return page.relative_to(ROOT).as_posix()


def programs(page: pathlib.Path) -> list[Program]:
    """What a page says can be run, in order.

    Python blocks, each with the text block that directly follows it, and every piece of code in the
    last column of a table of docs/guide or docs/migrate that is headed "here".
    """
    text = page.read_text(encoding="utf-8")
    fences = list(_FENCE.finditer(text))
    found: list[tuple[int, Program]] = []
    for fence, following in zip(fences, [*fences, None][1:], strict=True):
        if fence[1] != "python":
            continue
        said, tolerance = "", TOLERANCE
        if following is not None and following[1] == "text":
            said = following[2]
            within = _WITHIN.search(text[fence.end() : following.start()])
            tolerance = int(within[1]) / 100 if within else TOLERANCE
        found.append((fence.start(), Program(fence[2], said, tolerance)))
    for table in _TABLE.finditer(text) if page.parent.name in ("guide", "migrate") else ():
        for row in table[1].splitlines():
            last = re.split(r"(?<!\\)\|", row)[-2].replace("\\|", "|")
            for _, code in _CODE.findall(last):
                found.append((table.start(), Program(code.strip(), "", TOLERANCE, True)))
    return [program for _, program in sorted(found, key=lambda pair: pair[0])]


def run(program: Program, name: str, namespace: dict) -> str:
    """Run a program of a page, and return what it prints."""
    # Where autograph looks for the source of a function that has no file.
    where = f"<{name}, {id(program)}>"
    linecache.cache[where] = len(program.code), None, program.code.splitlines(True), where
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(program.code, where, "exec"), namespace)
    return out.getvalue()


def commands(page: pathlib.Path) -> list[str]:
    """The lines of a page's bash blocks, without comments."""
    blocks = [
        text for language, text in _FENCE.findall(page.read_text("utf-8")) if language == "bash"
    ]
    return [line.split("  #")[0].strip() for block in blocks for line in block.splitlines() if line]


def without_code(text: str) -> str:
    """A page without its blocks and pieces of code."""
    return _CODE.sub("`", _FENCE.sub("", text))


def links(page: pathlib.Path) -> Iterator[tuple[str, str]]:
    """The links of a page that lead to the repository: path and anchor."""
    text = without_code(page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:", target):
            path, _, anchor = target.partition("#")
            yield path, anchor


def anchors(page: pathlib.Path) -> tuple[set[str], set[str]]:
    """The anchors of a page's heads as mkdocs makes them, and as GitHub does."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    heads = [
        re.sub(r"[`*]|\]\([^)]*\)|\[", "", h) for h in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    ]
    plain = [re.sub(r"[^\w\s-]", "", head).strip().lower() for head in heads]
    own = set(
        re.findall(r"^(?:::: |## .* \{ #|<a id=\")(\S+?)(?: \}|\"></a>)?$", text, re.MULTILINE)
    )
    here = {re.sub(r"[-\s]+", "-", head) for head in plain} | own
    return here, {re.sub(r"\s", "-", head) for head in plain} | own
