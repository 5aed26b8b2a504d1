"""The site: what its pages are made of, and that each is reached."""

import importlib.util
import inspect
import re

import pytest

import keras_ivy as ivy
from tests.docs.pages import DOCS, ROOT, name_of

_spec = importlib.util.spec_from_file_location("make_pages", ROOT / "tools" / "make_pages.py")
make_pages = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(make_pages)

AGAIN = "run python tools/make_pages.py"
CONFIG = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")


def test_made_pages_are_what_the_script_makes():
    for path, text in make_pages.made().items():
        assert path.read_text(encoding="utf-8") == text, f"{name_of(path)} is stale: {AGAIN}"
    there = set((DOCS / "api").glob("*.md")) | {DOCS / "catalogue.md"}
    assert there == set(make_pages.made())


def entries() -> list[str]:
    """The names that have an entry on an API page."""
    pages = sorted((DOCS / "api").glob("*.md"))
    entry = re.compile(r"^(?:::: |## .* \{ #|<a id=\")(\S+?)(?: \}|\"></a>)?$", re.MULTILINE)
    return [name for page in pages for name in entry.findall(page.read_text("utf-8"))]


@pytest.mark.parametrize(
    "package",
    [ivy, ivy.layers, ivy.optimizers, ivy.initializers, ivy.diagnostics, ivy.ops],
    ids=lambda package: package.__name__,
)
def test_every_public_name_is_on_one_page(package):
    found = entries()
    assert len(set(found)) == len(found)
    documented = {name.removeprefix("keras_ivy.") for name in found}
    missing = []
    for name in package.__all__:
        value = getattr(package, name)
        if inspect.ismodule(value) or name == "__version__":
            continue
        inside = f"{package.__name__}.{name}".removeprefix("keras_ivy.")
        if name not in documented and inside not in documented:
            missing.append(name)
    assert missing == [], f"these public names are on no page: {AGAIN}"


def test_the_catalogue_has_every_registered_name():
    text = (DOCS / "catalogue.md").read_text(encoding="utf-8")
    for name in [*ivy.list_initializers("*_ivy"), *ivy.list_optimizers("*_ivy"), "lamb_paper"]:
        assert f"`{name}`" in text
    for cls in (ivy.LAMB, ivy.LARS, ivy.Adam):
        for variant in cls.variants:
            assert f'| {cls.__name__} | `variant="{variant}"` |' in text


def test_the_catalogue_tells_where_variants_differ():
    text = (DOCS / "catalogue.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r'^\| (\w+ \| `variant="\w+"`) \| (.*) \|$', text, re.MULTILINE))
    for cls in (ivy.SGD, ivy.Adam, ivy.AdamW, ivy.LAMB, ivy.LARS, ivy.Muon):
        for name, setting in cls.variants.items():
            for other, another in cls.variants.items():
                if setting != another:
                    mine, its = (rows[f'{cls.__name__} | `variant="{n}"`'] for n in (name, other))
                    told_together = cls is ivy.AdamW and {name, other} == {"paper", "keras"}
                    assert mine != its or told_together, (cls, name, other)
    for said in ('scale="rms"', "adam_beta_2=0.999", "adam_epsilon=1e-07", "adam_nesterov=False"):
        assert f"`{said}`" in rows['Muon | `variant="keras"`']
    assert rows['SGD | `variant="independent"`'] == '`decay="independent"`'
    assert rows['SGD | `variant="keras"`'].endswith('the same as `"ivy"`, `"paper"`')


def test_the_catalogue_tells_formula_and_paper():
    text = (DOCS / "catalogue.md").read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if "`siren_ivy`" in line)
    assert "`limit = sqrt(6 / fan_in) / w0`" in row
    assert "https://arxiv.org/abs/2006.09661" in row


def test_every_page_is_in_the_navigation():
    for page in DOCS.rglob("*.md"):
        assert page.relative_to(DOCS).as_posix() in CONFIG, f"{name_of(page)} is in no menu"


def test_the_site_fetches_nothing():
    assert "font: false" in CONFIG
    for path in (DOCS / "assets").iterdir():
        assert "http" not in path.read_text(encoding="utf-8")
    assert re.findall(r"https?://\S+", CONFIG) == [
        "http://127.0.0.1:8000.",
        "https://keras-ivy.example/docs/",
    ]
