"""Write the pages that are made from the package: docs/api/*.md and docs/catalogue.md.

    python tools/make_pages.py            # after adding a public name, or changing a docstring
    python tools/make_pages.py --check    # exit code 1 if a page is not what this would write

An API page lists public names; mkdocstrings puts their signatures and docstrings there when the
site is built, and this script those of what the package makes while it is imported. The catalogue
is made of the registry of string names and of the classes' docstrings. `tests/docs/test_site.py`
fails if a public name is on no page, or a page is not what this writes.
"""

import argparse
import ast
import dataclasses
import functools
import importlib
import inspect
import os
import pathlib
import pkgutil
import re
import sys
import textwrap
from collections.abc import Callable, Iterator

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
sys.path.insert(0, str(ROOT))

import keras_ivy  # noqa: E402
from keras_ivy.registration import INITIALIZERS, OPTIMIZERS  # noqa: E402

#: Pages by name: title, what is said first, and the packages whose public names it holds. A name
#: belongs to the first page that one of its homes is on.
PAGES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "container": (
        "Container",
        "The nested dict with algebra. [Containers](../guide/containers.md) shows it at work.",
        ("keras_ivy.container",),
    ),
    "module": (
        "Module and Sequential",
        "Models in Ivy's way that are `keras.Model`s. "
        "[Modules](../guide/modules.md) shows them at work.",
        ("keras_ivy.module", "keras_ivy.layers.sequential"),
    ),
    "layers": (
        "Layers",
        "Ivy's layers: native Keras layers, each a `Module` too. "
        "[Layers](../guide/layers.md) says what they share.",
        ("keras_ivy.layers",),
    ),
    "functional": (
        "Functional calls and gradients",
        "Any Keras model as a function of its variables. "
        "[Functional calls](../guide/functional.md) shows them at work.",
        ("keras_ivy.functional", "keras_ivy.second_order"),
    ),
    "optimizers": (
        "Optimizers",
        "Keras optimizers that step on Containers as well. "
        "[Optimizers](../optimizers.md) is the guide, "
        "[the catalogue](../catalogue.md) the table of all.",
        ("keras_ivy.optimizers",),
    ),
    "initializers": (
        "Initializers",
        "Schemes for variables and whole models. "
        "[Initialize whole models](../initialization.md) is the "
        "guide, [the catalogue](../catalogue.md) the table of all.",
        ("keras_ivy.initializers",),
    ),
    "diagnostics": (
        "Seeing",
        "Reports on what a network does. [Seeing](../seeing.md) is the guide.",
        ("keras_ivy.diagnostics",),
    ),
    "functions_arrays": (
        "Functions: arrays",
        "Creation, shapes, indexing, random draws.",
        ("keras_ivy.ops.arrays",),
    ),
    "functions_maths": (
        "Functions: maths",
        "Elementwise functions, reductions, comparisons, linear algebra, transforms.",
        ("keras_ivy.ops.maths",),
    ),
    "functions_nn": (
        "Functions: networks",
        "What networks are made of: activations, norms, attention, losses; convolutions and pools.",
        ("keras_ivy.ops.nn", "keras_ivy.ops.spatial"),
    ),
    "functions_ivy": (
        "Functions: Ivy's own",
        "Devices, data types, nests, questions about arrays.",
        ("keras_ivy.ops.ivy", "keras_ivy.ops"),
    ),
    "package": (
        "The package",
        "Registration, exceptions, trees of any nested dict, and what runs programs of Ivy.",
        ("keras_ivy.registration", "keras_ivy.utils.exceptions", "keras_ivy.tree", "keras_ivy"),
    ),
}

#: Below the head of a page, since mkdocs takes a title from the first line alone.
MADE = "<!-- Made by tools/make_pages.py. -->"

#: Packages whose `__all__` is public.
PUBLIC = (
    "keras_ivy",
    "keras_ivy.container",
    "keras_ivy.layers",
    "keras_ivy.optimizers",
    "keras_ivy.initializers",
    "keras_ivy.functional",
    "keras_ivy.diagnostics",
    "keras_ivy.ops",
    "keras_ivy.tree",
    "keras_ivy.utils.exceptions",
)


def public_names() -> list[str]:
    """Every public name that is no module, by its shortest path, such as `keras_ivy.Linear`."""
    found: list[str] = []
    for package in PUBLIC:
        module = importlib.import_module(package)
        listed = getattr(module, "__all__", None) or [
            name
            for name, value in vars(module).items()
            if inspect.isclass(value) and value.__module__ == package and name[0] != "_"
        ]
        for name in listed:
            value = getattr(module, name)
            if inspect.ismodule(value) or name == "__version__":
                continue
            at_the_top = getattr(keras_ivy, name, None) is value
            found.append(f"{'keras_ivy' if at_the_top else package}.{name}")
    return list(dict.fromkeys(found))


def homes() -> dict[str, list[str]]:
    """Where each public name is at home: the modules of the package that list or define it."""
    found: dict[str, list[str]] = {}
    for info in pkgutil.walk_packages(keras_ivy.__path__, "keras_ivy."):
        module = sys.modules.get(info.name)
        for name in getattr(module, "__all__", ()) if module else ():
            found.setdefault(name, []).append(info.name)
    return found


def pages() -> dict[str, list[str]]:
    """The public names of every page, sorted."""
    listed_in = homes()
    found: dict[str, list[str]] = {page: [] for page in PAGES}
    for path in public_names():
        package, _, name = path.rpartition(".")
        value = getattr(importlib.import_module(package), name)
        says = getattr(value, "__module__", "") or ""
        here = [path, says if says.startswith("keras_ivy.") else "", *listed_in.get(name, ())]
        if type(value).__module__.startswith("keras_ivy.initializers"):  # ready instances
            here.insert(1, type(value).__module__)
        found[next(_pages_of(here))].append(path)
    return {page: sorted(paths, key=lambda path: path.lower()) for page, paths in found.items()}


def _pages_of(here: list[str]) -> Iterator[str]:
    for home in here:
        for page, (_, _, packages) in PAGES.items():
            if any(f"{home}.".startswith(f"{package}.") for package in packages[: _OWN[page]]):
                yield page
    yield "package"


#: How many of its packages a page is asked for: of the last one, what is on no other page.
_OWN = {page: -1 if page == "package" else None for page in PAGES}


def api_page(page: str, paths: list[str]) -> str:
    """The text of one API page."""
    title, said, _ = PAGES[page]
    lines = [f"# {title}", "", MADE, "", said, ""]
    for path in paths:
        package, _, name = path.rpartition(".")
        value = getattr(importlib.import_module(package), name)
        if is_written_out(value, name):
            home = _home(value)
            if f"{home.rpartition('.')[0]}.{name}" == home:
                # A function in a file of its own name: by the short path, the file is found.
                lines += [f'<a id="{path}"></a>', "", f"::: {home}.{name}", ""]
            else:
                lines += [f"::: {path}", ""]
        else:
            lines += [*_entry(path, name, value), ""]
    return "\n".join(lines)


@functools.cache
def _definitions(module: str) -> set[str]:
    """The functions and classes with a docstring that a module defines."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node)
    }


def is_written_out(value: object, name: str) -> bool:
    """Whether the source defines it by this name: mkdocstrings, which imports nothing, finds it."""
    if not (inspect.isfunction(value) or inspect.isclass(value)) or value.__name__ != name:
        return False
    home = _home(value)
    return home.startswith("keras_ivy.") and name in _definitions(home)


def _home(value: object) -> str:
    """The module that defines a function or class; a class may show its package instead."""
    if inspect.isfunction(value):
        return inspect.unwrap(value).__module__
    cls = value
    for module in [name for name in sys.modules if name.startswith("keras_ivy.")]:
        if vars(sys.modules[module]).get(cls.__name__) is cls and cls.__name__ in _definitions(
            module
        ):
            return module
    return ""


def _entry(path: str, name: str, value: object) -> list[str]:
    """An entry for what the package makes while it is imported: functions, constants."""
    head = [f"## `{name}` {{ #{path} }}", ""]
    if inspect.isfunction(value) or (
        inspect.isclass(value) and value.__module__.startswith("keras_ivy")
    ):
        said = inspect.getdoc(value) or ""
        shown = "(message)" if issubclass_of(value, BaseException) else _bare_signature(value)
        if value.__name__ != name:
            said = f"Another name of `{value.__name__}`.\n\n{said}"
        return [*head, "```py", f"{name}{shown}", "```", "", *_markdown(said)]
    if inspect.isclass(value):
        return [*head, f"The type `{value.__name__}`, by the name that Ivy's programs use for it."]
    if type(value).__module__.startswith("keras_ivy."):
        return [*head, f"A ready instance: `{value!r}`."]
    shown = f"`{value!r}`" if len(repr(value)) < 60 else ", ".join(f"`{key}`" for key in value)
    return [*head, f"A constant: {shown}."]


def issubclass_of(value: object, base: type) -> bool:
    """Whether this is a class derived from a base."""
    return inspect.isclass(value) and issubclass(value, base)


def _bare_signature(value: Callable[..., object]) -> str:
    """The arguments with their defaults, without types."""
    parameters = inspect.signature(value).parameters.values()
    bare = [each.replace(annotation=inspect.Parameter.empty) for each in parameters]
    return str(inspect.Signature(bare))


def _markdown(docstring: str) -> list[str]:
    """A docstring in Google's style as Markdown."""
    lines: list[str] = []
    inside = code = False
    for line in docstring.splitlines():
        section = re.fullmatch(r"(Args|Returns|Raises|Note|Example|Reference|Yields):(.*)", line)
        if code and not line.strip():
            lines += ["```", ""]
            code = False
            continue
        if section:
            inside = True
            lines += ["", f"**{section[1]}:**{section[2]}", ""]
        elif line.lstrip().startswith(">>>") and not code:
            code = True
            lines += ["", "```pycon", line.strip()]
        elif code:
            lines.append(line.strip())
        elif inside and re.match(r" {4}\S+: ", line):
            argument, _, text = line.strip().partition(": ")
            lines.append(f"* `{argument}`: {text}")
        else:
            lines.append(line.strip() if inside else line)
    text = "\n".join(lines + (["```"] if code else []))
    return re.sub(r"\n{3,}", "\n\n", text).strip().splitlines()


def index_page(found: dict[str, list[str]]) -> str:
    """The text of the page of all names."""
    total = sum(map(len, found.values()))
    lines = [
        "# API",
        "",
        MADE,
        "",
        f"{total} public names, each with one entry. "
        "What stands at the top of the package is shown by "
        "its short path; classes are found in their folder as well (`keras_ivy.layers.Linear`).",
        "",
    ]
    for page, paths in found.items():
        lines += [f"## {PAGES[page][0]}", ""]
        lines += [", ".join(f"[{_short(path)}]({page}.md#{path})" for path in paths), ""]
    return "\n".join(lines)


def _short(path: str) -> str:
    name = path.removeprefix("keras_ivy.")
    return f"`{name}`"


# The catalogue ------------------------------------------------------------------------------------

_ARXIV = re.compile(r"arXiv:(\d{4}\.\d{4,5})")


def sections(cls: type) -> tuple[list[str], str]:
    """The paragraphs of a docstring before its first section, and its reference."""
    text = inspect.getdoc(cls) or ""
    blocks = re.split(r"\n\s*\n", text)
    first = next(
        (i for i, block in enumerate(blocks) if re.match(r"(Args|Raises|Note|Example)s?:", block)),
        len(blocks),
    )
    reference = re.search(r"^Reference:\s*(.*?)(?:\n\s*\n|\Z)", text, re.MULTILINE | re.DOTALL)
    return blocks[:first], _one_line(reference.group(1)) if reference else ""


def _one_line(text: str) -> str:
    return " ".join(textwrap.dedent(text).split()).replace("|", "\\|")


def _linked(text: str) -> str:
    return _ARXIV.sub(r"[arXiv:\1](https://arxiv.org/abs/\1)", text)


def _by_class(table: dict[str, type]) -> dict[type, list[str]]:
    found: dict[type, list[str]] = {}
    for name, cls in sorted(table.items()):
        if cls.__module__.startswith("keras_ivy."):
            found.setdefault(cls, []).append(name)
    return found


def rows_of(table: dict[str, type], page: str) -> Iterator[str]:
    """The rows of the catalogue for one registry."""
    for cls, names in sorted(_by_class(table).items(), key=lambda item: item[0].__name__.lower()):
        paragraphs, reference = sections(cls)
        plain = [block for block in paragraphs[:2] if not re.match(r"\s*[-*] ", block)]
        at_the_top = getattr(keras_ivy, cls.__name__, None) is cls
        path = f"{'keras_ivy' if at_the_top else cls.__module__}.{cls.__name__}"
        strings = ", ".join(f"`{name}`" for name in names)
        formula = " ".join(_one_line(block) for block in plain)
        link = f"[{cls.__name__}](api/{page}.md#{path})"
        yield f"| {link} | {strings} | {formula} | {_linked(reference)} |"


def _flat(settings: object, before: str = "") -> dict[str, object]:
    """The fields of a variant by name, those of settings inside it by `outer.inner`."""
    found: dict[str, object] = {}
    for field in dataclasses.fields(settings):
        value = getattr(settings, field.name)
        if dataclasses.is_dataclass(value):
            found |= _flat(value, f"{before}{field.name}.")
        else:
            found[f"{before}{field.name}"] = value
    return found


def settings_of(cls: type, variant: str) -> str:
    """Those settings of a variant in which the variants of its class are not all alike."""
    table = {name: _flat(settings) for name, settings in cls.variants.items()}
    mine = table[variant]
    differing = [key for key in mine if any(other[key] != mine[key] for other in table.values())]
    same = [f'`"{name}"`' for name in table if name != variant and table[name] == mine]
    shown = ", ".join(f"`{key}={_quoted(mine[key])}`" for key in differing)
    return shown + (f"; the same as {', '.join(same)}" if same else "")


def _quoted(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


def variant_rows() -> Iterator[str]:
    """A row for every variant of every optimizer, with what its docstring says of it."""
    for cls in sorted(_by_class(OPTIMIZERS), key=lambda cls: cls.__name__.lower()):
        variants = getattr(cls, "variants", None)
        if not variants or "variants" not in vars(cls):
            continue
        text = inspect.getdoc(cls) or ""
        said: dict[str, str] = {}
        for item in re.findall(r"^- (.*?)(?=^- |\n\n|\Z)", text, re.MULTILINE | re.DOTALL):
            head, _, rest = _one_line(item).partition(": ")
            for name in re.findall(r'`"(\w+)"`', head):
                said[name] = rest
        for variant in variants:
            what = said.get(variant) or settings_of(cls, variant)
            yield f'| {cls.__name__} | `variant="{variant}"` | {what} |'


def catalogue() -> str:
    """The text of the catalogue."""
    lines = [
        "---\nhide: [toc]  # its room is the table's\n---",
        "# Catalogue",
        "",
        MADE,
        "",
        "Every initializer and optimizer that has a string name, from the registry: "
        "`ivy.list_initializers()` and `ivy.list_optimizers()` return the same names. "
        "Click on a head to "
        'sort. Names take arguments, as in `"siren_ivy(w0=6)"`, wherever Keras takes a name; '
        "`initialize_model` knows them without `_ivy` too.",
        "",
        "## Initializers",
        "",
        "| class | string names | what it does | paper or source |",
        "|---|---|---|---|",
        *rows_of(INITIALIZERS, "initializers"),
        "",
        'Schemes for whole models (`"auto"`, `"fixup"`, ...) are told in '
        "[Initialize whole models](initialization.md#schemes-for-whole-models).",
        "",
        "## Optimizers",
        "",
        "| class | string names | what it does | paper or source |",
        "|---|---|---|---|",
        *rows_of(OPTIMIZERS, "optimizers"),
        "",
        "## Variants",
        "",
        "Where a class tells its variants apart by a table, these are the settings in which they "
        "differ, by their names in `formulas/variants.py`; the page of the class says what they "
        "do.",
        "",
        "| optimizer | variant | where it differs |",
        "|---|---|---|",
        *variant_rows(),
        "",
    ]
    return "\n".join(lines)


def made() -> dict[pathlib.Path, str]:
    """Every page that this script makes, by path."""
    found = pages()
    texts = {DOCS / "api" / f"{page}.md": api_page(page, paths) for page, paths in found.items()}
    texts[DOCS / "api" / "index.md"] = index_page(found)
    texts[DOCS / "catalogue.md"] = catalogue()
    return texts


def main() -> int:
    """Write the pages, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    check = parser.parse_args().check
    stale = []
    for path, text in made().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(str(path.relative_to(ROOT)))
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    print(f"{'stale' if check else 'written'}: {', '.join(stale) or 'none'}")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
