"""Hooks of mkdocs (mkdocs.yml names this file): pages that do not stand in docs/.

README.md becomes the first page, and CHANGELOG.md, CONTRIBUTING.md and the others pages of
`about/`. What a page links to in examples/, tests/, benchmarks/ or the package becomes a page with
the source, so that every link resolves inside the site, without a network. A link to what is not
there is a warning of mkdocs, and so an error of `mkdocs build --strict`.
"""

import os
import pathlib
import posixpath
import re
from typing import Any

from mkdocs.structure.files import File, Files, InclusionLevel

ROOT = pathlib.Path(__file__).resolve().parent.parent
#: Pages of the site, by their files in the root of the repository.
PAGES = {
    "README.md": "index.md",
    "CHANGELOG.md": "about/changelog.md",
    "UPGRADING.md": "about/upgrading.md",
    "CONTRIBUTING.md": "about/contributing.md",
    "SECURITY.md": "about/security.md",
    "CODE_OF_CONDUCT.md": "about/conduct.md",
}
_LINK = re.compile(r"(?<=\]\()(?!https?:|mailto:|#)([^)\s#]+)(#[^)\s]*)?(?=\))")
_LANGUAGES = {".py": "python", ".md": "markdown", ".toml": "toml", ".txt": "text"}
#: Where each generated page comes from, by its path in the site.
_origin = {page: name for name, page in PAGES.items()}


def _source_page(path: str) -> str:
    return f"source/{path.strip('/').lstrip('.')}.md"


def _target(link: str, origin: str) -> str | None:
    """The path that a link in a file leads to, both in the repository, if it is there."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(origin), link))
    return path if not path.startswith("..") and (ROOT / path).exists() else None


def _place(path: str) -> str | None:
    """The path in the site of a path in the repository."""
    if path in PAGES:
        return PAGES[path]
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    return _source_page(path)


def _source_text(path: str) -> str:
    where = ROOT / path
    head = f"---\nsearch:\n  exclude: true\n---\n\n# {path}\n\n"
    if where.is_dir():
        names = sorted(p.name for p in where.iterdir() if p.is_file() and p.suffix in _LANGUAGES)
        return head + "\n".join(f"* `{name}`" for name in names) + "\n"
    language = _LANGUAGES.get(where.suffix, "bash")
    return f"{head}````{language}\n{where.read_text(encoding='utf-8').rstrip()}\n````\n"


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that do not stand in docs/."""
    origins = {f"docs/{file.src_uri}" for file in files if file.src_uri.endswith(".md")}
    origins |= {name for name in PAGES if (ROOT / name).exists()}
    for name in PAGES:
        if (ROOT / name).exists():
            text = (ROOT / name).read_text(encoding="utf-8")
            files.append(File.generated(config, PAGES[name], content=text))
    sources = set()
    for origin in origins:
        for link, _ in _LINK.findall((ROOT / origin).read_text(encoding="utf-8")):
            path = _target(link, origin)
            if path and path not in PAGES and not path.startswith("docs/"):
                sources.add(path)
    for path in sorted(sources):
        _origin[_source_page(path)] = ""
        page = File.generated(config, _source_page(path), content=_source_text(path))
        page.inclusion = InclusionLevel.NOT_IN_NAV
        files.append(page)
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Let links lead to the places of the site."""
    here = page.file.src_uri
    origin = _origin.get(here, f"docs/{here}")
    if not origin:
        return markdown

    def moved(match: re.Match[str]) -> str:
        path = _target(match[1], origin)
        if path is None:
            return match[0]
        place = os.path.relpath(_place(path), posixpath.dirname(here) or ".")
        return place + (match[2] or "")

    return _LINK.sub(moved, markdown)
