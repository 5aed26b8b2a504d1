"""The architecture, checked: imports point down only and files stay small."""

import ast
import pathlib
import re

import pytest

PACKAGE = pathlib.Path(__file__).parents[1] / "keras_ivy"
FILES = sorted(PACKAGE.rglob("*.py"))

#: Lowest first. A module may import from its own rank or a lower one; ranks of equal number may
#: not import each other unless they share the name.
RANKS = {
    "typing": 0,
    "version": 0,
    "utils": 0,
    "adapters": 1,
    "registration": 2,
    "tree": 2,
    "structure": 2,
    "container": 3,
    "initializers": 4,
    "functional": 4,
    "second_order": 4,
    "ops": 5,
    "optimizers": 5,
    "module": 6,
    "layers": 7,
    "stateful": 8,
    "diagnostics": 8,
    "commands": 9,
    "__init__": 10,
    "__main__": 10,
}


#: Files of one concept, which may be longer: each is one class, most of it docstrings.
ONE_CONCEPT = {"container/base.py", "container/container.py", "container/ivy_names.py"}


def unit(path: pathlib.Path) -> str:
    """The part of the package a file belongs to: its folder, or its own name at the top."""
    relative = path.relative_to(PACKAGE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def imports(path: pathlib.Path) -> set[str]:
    """The parts of the package that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative import on line {node.lineno}"
            if node.module == "keras_ivy":
                found |= {alias.name for alias in node.names}
            elif node.module and node.module.startswith("keras_ivy."):
                found.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("keras_ivy.")}
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_down(path):
    here = unit(path)
    for there in imports(path) - {here}:
        assert RANKS[there] < RANKS[here], (
            f"{path.name} ({here}) imports {there}, which is above it"
        )


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_file_is_at_most_400_lines(path):
    limit = 600 if str(path.relative_to(PACKAGE)) in ONE_CONCEPT else 400
    assert len(path.read_text(encoding="utf-8").splitlines()) <= limit


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_star_imports_are_those_of_a_package_that_adds_up_lists(path):
    text = path.read_text(encoding="utf-8")
    stars = {
        n.module.rpartition(".")[2]
        for n in ast.walk(ast.parse(text))
        if isinstance(n, ast.ImportFrom) and n.names[0].name == "*"
    }
    added = set(re.findall(r"^__all__ \+= (\w+)\.__all__$", text, re.MULTILINE))
    assert stars == added
    assert not stars or path.name == "__init__.py"


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if unit(path) != "adapters"],
    ids=lambda p: str(p.relative_to(PACKAGE)),
)
def test_private_names_stand_in_adapters_only(path):
    text = path.read_text(encoding="utf-8")
    for private in ("keras.src", "tensorflow.python"):
        assert private not in text, f"{path.name} reaches into {private}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_what_takes_an_optimizer_says_what_of_it(path):
    found = [
        f"{node.name}({argument.arg})"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        for argument in (*node.args.args, *node.args.kwonlyargs)
        if argument.arg.endswith("optimizer")
        and (argument.annotation is None or ast.unparse(argument.annotation) == "Any")
    ]
    assert not found, f"{path.name}: {found} need a type, such as `optimizers.parts.host.Host`"


#: Folders that have no rooms yet; the list only shrinks.
CROWDED = {"", "adapters", "container", "initializers", "layers", "ops"}


@pytest.mark.parametrize("folder", sorted({path.parent for path in FILES}))
def test_folder_has_at_most_14_siblings(folder):
    name = str(folder.relative_to(PACKAGE)).removeprefix(".")
    found = {path.relative_to(folder).parts[0] for path in FILES if folder in path.parents}
    assert name in CROWDED or len(found - {"__init__.py"}) <= 14
