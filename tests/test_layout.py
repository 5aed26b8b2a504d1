"""The architecture, checked: imports point down only and files stay small."""

import ast
import pathlib
import re
from collections.abc import Iterator

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
    "arrays": 6,
    "module": 6,
    "layers": 7,
    "stateful": 8,
    "diagnostics": 8,
    "drop_in": 8,
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
    added = set(re.findall(r"^ *__all__ \+= (\w+)\.__all__$", text, re.MULTILINE))
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


#: At most so many of a hundred public signatures of a part say `Any`; a ceiling may only fall.
SAY_ANY = {
    "adapters": 0,
    "arrays": 0,
    "commands": 0,
    "container": 15,
    "diagnostics": 0,
    "drop_in": 0,
    "functional": 24,
    "initializers": 0,
    "layers": 7,
    "module": 8,
    "ops": 3,
    "optimizers": 4,
    "registration": 0,
    "second_order": 0,
    "structure": 0,
    "tree": 8,
    "utils": 5,
}

#: The same of all parts together.
ALL_SAY_ANY = 5


def said(annotation: ast.expr | None) -> set[str]:
    """The names in an annotation, also where they are written as text; `Any` if there is none."""
    if annotation is None:
        return {"Any"}
    names = set()
    for node in ast.walk(annotation):
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Attribute) and node.attr == "Any":
            names.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names |= set(re.findall(r"(?<![\w.])[A-Za-z_]\w*", node.value))
    return names


def aliases_of_any() -> set[str]:
    """`Any`, and the names of types that are made of it, at first or second hand."""
    aliases: dict[str, set[str]] = {}
    for path in FILES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.Assign | ast.AnnAssign):
                continue
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if isinstance(node.value, ast.Name | ast.Subscript | ast.BinOp):
                for name in map(ast.unparse, targets):
                    aliases[name] = aliases.get(name, set()) | said(node.value)
    found = {"Any"}
    while more := {name for name, names in aliases.items() if names & found} - found:
        found |= more
    return found


def signatures(body: list[ast.stmt], owner: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    """Public functions, and the public methods and constructors of public classes, by name."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from signatures(node.body, f"{owner}{node.name}.")
        elif isinstance(node, ast.FunctionDef):
            if not node.name.startswith("_") or node.name in ("__init__", "__new__"):
                yield f"{owner}{node.name}", node
        elif isinstance(node, ast.If):
            yield from signatures([*node.body, *node.orelse], owner)


def arguments(function: ast.FunctionDef) -> list[ast.arg]:
    """The arguments of a function, but for what it is a method of."""
    args = function.args
    named = [*args.posonlyargs, *args.args]
    if named and named[0].arg in ("self", "cls") and named[0].annotation is None:
        named = named[1:]
    return [a for a in (*named, args.vararg, *args.kwonlyargs, args.kwarg) if a is not None]


def says(function: ast.FunctionDef, names: set[str]) -> bool:
    """Whether a signature says one of these names, or leaves a type out."""
    annotations = [argument.annotation for argument in arguments(function)]
    if function.name not in ("__init__", "__new__"):
        annotations.append(function.returns)
    return any(said(annotation) & names for annotation in annotations)


@pytest.fixture(scope="module")
def say_any() -> dict[str, tuple[int, list[str]]]:
    """How many public signatures every part has, and which of them say `Any`."""
    anything = aliases_of_any()
    found: dict[str, tuple[int, list[str]]] = {}
    for path in FILES:
        count, over = found.get(unit(path), (0, []))
        for name, function in signatures(ast.parse(path.read_text(encoding="utf-8")).body):
            count += 1
            if says(function, anything):
                over.append(f"{path.relative_to(PACKAGE)}:{function.lineno} {name}")
        if count:
            found[unit(path)] = (count, over)
    return found


def test_every_part_has_a_ceiling_for_any(say_any):
    assert set(say_any) == set(SAY_ANY)


@pytest.mark.parametrize("part", sorted(SAY_ANY))
def test_few_public_signatures_say_any(part, say_any):
    count, over = say_any[part]
    assert 100 * len(over) <= SAY_ANY[part] * count, (
        f"{len(over)} of {count} public signatures of {part} say `Any`, more than "
        f"{SAY_ANY[part]} %:\n" + "\n".join(over)
    )


def test_few_public_signatures_of_the_package_say_any(say_any):
    count = sum(count for count, _ in say_any.values())
    over = sum(len(over) for _, over in say_any.values())
    assert 100 * over <= ALL_SAY_ANY * count, f"{over} of {count} public signatures say `Any`"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_what_takes_an_optimizer_or_a_model_says_what_of_it(path):
    found = [
        f"{node.name}({argument.arg})"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        for argument in arguments(node)
        if argument.arg.endswith("optimizer") or argument.arg in ("layer", "model", "module")
        if "Any" in said(argument.annotation)
    ]
    assert not found, (
        f"{path.name}: {found} need a type: `keras.Model`, `keras.layers.Layer`, or a protocol "
        "such as `optimizers.parts.host.Host`"
    )


#: So many private names of other modules are used; the number may only fall.
PRIVATE_NAMES = 19

#: Methods of Ivy's, which programs override and modules call.
OVERRIDDEN = {"_build", "_create_variables", "_extra_repr", "_forward", "_getframe"}


def own_names(tree: ast.Module) -> set[str]:
    """The names that a file defines: of functions, classes, variables, and attributes of `self`."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names |= {node.attr} if ast.unparse(node.value) in ("self", "cls") else set()
    return names


def promised_names() -> set[str]:
    """The names that a protocol declares: whoever asks for them there says so in its types."""
    return {
        name
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and "Protocol" in map(ast.unparse, node.bases)
        for name in own_names(ast.Module(node.body, []))
    }


def test_few_private_names_of_other_modules_are_used():
    promised, used = promised_names() | OVERRIDDEN, []
    for path in FILES:
        if unit(path) == "adapters":
            continue  # Keras's and TensorFlow's, each with a test of its own.
        tree = ast.parse(path.read_text(encoding="utf-8"))
        fine = own_names(tree) | promised | {"_asdict", "_fields", "_make", "_replace"}
        # A class knows the names of those that it derives from.
        classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
        owners = {"self", "cls", "super()", *(ast.unparse(b) for c in classes for b in c.bases)}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Attribute) or not re.match(r"_[^_]", node.attr):
                continue
            owner = ast.unparse(node.value)
            if node.attr not in fine and owner not in owners:
                where = f"{path.relative_to(PACKAGE)}:{node.lineno}"
                used.append(f"{where} {owner}.{node.attr}")
    assert len(used) <= PRIVATE_NAMES, "\n".join(used)


#: Folders that have no rooms yet; the list only shrinks.
CROWDED = {""}


@pytest.mark.parametrize("folder", sorted({path.parent for path in FILES}))
def test_folder_has_at_most_14_siblings(folder):
    name = str(folder.relative_to(PACKAGE)).removeprefix(".")
    found = {path.relative_to(folder).parts[0] for path in FILES if folder in path.parents}
    assert name in CROWDED or len(found - {"__init__.py"}) <= 14
