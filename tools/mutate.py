"""Change the package in small ways, one at a time, and tell which changes no test notices.

A change that survives the tests of its area is a behaviour that nobody checks. Run it before a
release or after larger work; it is no part of CI, for it takes a minute or two a change::

    python tools/mutate.py                                # forty random changes, seed 0
    python tools/mutate.py --count 10 --seed 7 --folder optimizers
    python tools/mutate.py --list --seed 7                # only print them
    python tools/mutate.py --record --seed 8             # and add them to tools/mutations.toml
    python tools/mutate.py --recorded                     # the changes of tools/mutations.toml

Random changes are spread evenly over the folders: a comparison, an arithmetic or logical operator,
a number or flag is exchanged, a branch of a conditional swapped, a keyword argument, a call made
for its effect or a returned value dropped. Each is applied to a copy of the checkout, and pytest
runs there: the examples of the changed file first, then the test files named like it, then the rest
of the area's tests, up to the first failure.

`tools/mutations.toml` records changes (`file`, `before`, `after`, and `tests` that are enough to
notice it), and those that make no difference (`equivalent`, the reason): of the random ones these
count as noticed. The exit code is 1 if less than nine of ten are noticed.
"""

import argparse
import ast
import dataclasses
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterator

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "keras_ivy"
RECORD = ROOT / "tools" / "mutations.toml"
#: Folder or file of the package -> its tests, where they are not in `tests/<folder>`.
AREAS = {
    "adapters": ("tests/conformance", "tests/module", "tests/optimizers/test_interop.py"),
    "structure": ("tests/test_structure.py", "tests/module", "tests/functional"),
    "ops": ("tests/ops", "tests/networks", "tests/layers/test_golden.py"),
    "stateful": ("tests/test_stateful_names.py", "tests/test_stateful_api_document.py"),
    "utils": ("tests/test_devices.py", "tests/ops", "tests/container", "tests/optimizers"),
    "tree.py": ("tests/test_tree.py", "tests/container"),
    "second_order.py": ("tests/conformance", "tests/layers/test_second_order.py"),
    "registration.py": ("tests/conformance", "tests/initializers/test_strings.py"),
}
_COMPARISONS = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.Is: "is not", ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in",
}  # fmt: skip
_ARITHMETIC = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*", ast.FloorDiv: "*", ast.Mod: "*",
    ast.Pow: "*", ast.MatMult: "*",
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Mutation:
    """One change of one file: the text from `start` to `stop` becomes `after`."""

    file: str
    start: int
    stop: int
    before: str
    after: str
    tests: tuple[str, ...] = ()

    def __str__(self) -> str:
        line = (ROOT / self.file).read_text(encoding="utf-8").count("\n", 0, self.start) + 1
        before, after = (" ".join(text.split()) for text in (self.before, self.after))
        return f"{self.file}:{line}: `{before[:70]}` -> `{after[:70] or '(removed)'}`"

    def applied(self, text: str) -> str:
        """Return the text of the file with the change."""
        return text[: self.start] + self.after + text[self.stop :]


class _Candidates(ast.NodeVisitor):
    """Collects the changes that one file offers."""

    def __init__(self, file: str, text: str):
        self.file, self.text, self.found = file, text, []
        self._starts = [0]
        for line in text.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def offset(self, line: int, column: int) -> int:
        """Return the place of a line and column; columns count bytes of UTF-8."""
        start = self._starts[line - 1]
        raw = self.text[start : self._starts[line]].encode()[:column]
        return start + len(raw.decode())

    def add(self, node: ast.AST, after: str) -> None:
        """Offer to put something in place of a node."""
        start = self.offset(node.lineno, node.col_offset)
        stop = self.offset(node.end_lineno, node.end_col_offset)
        self.found.append(Mutation(self.file, start, stop, self.text[start:stop], after))

    def source(self, node: ast.AST) -> str:
        """Return the text of a node."""
        return ast.get_source_segment(self.text, node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        # Annotations and decorators say nothing at run time, or everything at import.
        for default in [*node.args.defaults, *filter(None, node.args.kw_defaults)]:
            self.visit(default)
        for statement in node.body:
            self.visit(statement)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_Raise(self, node: ast.Raise) -> None:
        """Leave the words of errors alone."""

    def visit_Compare(self, node: ast.Compare) -> None:
        if len(node.ops) == 1:
            left, right = self.source(node.left), self.source(node.comparators[0])
            self.add(node, f"({left} {_COMPARISONS[type(node.ops[0])]} {right})")
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if type(node.op) in _ARITHMETIC and not isinstance(node.left, ast.JoinedStr):
            left, right = self.source(node.left), self.source(node.right)
            self.add(node, f"({left} {_ARITHMETIC[type(node.op)]} {right})")
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        word = " or " if isinstance(node.op, ast.And) else " and "
        self.add(node, "(" + word.join(f"({self.source(v)})" for v in node.values) + ")")
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        self.add(node, f"({self.source(node.operand)})")
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        body, test, other = (self.source(n) for n in (node.body, node.test, node.orelse))
        self.add(node, f"(({other}) if {test} else ({body}))")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self.add(node, str(not node.value))
        elif isinstance(node.value, int):
            self.add(node, str(node.value + 1))
        elif isinstance(node.value, float):
            self.add(node, repr(2 * node.value if node.value else 1.0))

    def visit_Call(self, node: ast.Call) -> None:
        named = [k for k in node.keywords if k.arg is not None]
        if named:
            last, before = node.keywords[-1], [*node.args, *node.keywords[:-1]]
            if last.arg is not None:
                kept = ", ".join(self.source(part) for part in before)
                self.add(node, f"{self.source(node.func)}({kept})")
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Call):
            self.add(node, "pass")
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None and not isinstance(node.value, ast.Constant):
            self.add(node, "return None")
        self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Leave texts alone."""


def candidates(path: pathlib.Path) -> list[Mutation]:
    """Return all changes that a file offers, in order; each leaves valid Python."""
    text = path.read_text(encoding="utf-8")
    visitor = _Candidates(str(path.relative_to(ROOT)), text)
    visitor.visit(ast.parse(text))
    return [m for m in visitor.found if _is_valid(m.applied(text))]


def _is_valid(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def area_of(file: str) -> str:
    """Return the folder of the package, or the file's name if it is in none."""
    return pathlib.PurePosixPath(file).relative_to("keras_ivy").parts[0]


def draw(count: int, seed: int, folder: str | None) -> list[Mutation]:
    """Return random changes, as many from each folder as from the others."""
    areas = defaultdict(list)
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.name != "__init__.py" and path.name != "version.py":
            areas[area_of(str(path.relative_to(ROOT)))].append(path)
    chosen = [folder] if folder else sorted(areas)
    generator = random.Random(seed)
    drawn: list[Mutation] = []
    while len(drawn) < count:
        for area in generator.sample(chosen, len(chosen)):
            mutation = generator.choice(candidates(generator.choice(areas[area])) or [None])
            if mutation is not None and mutation not in drawn and len(drawn) < count:
                drawn.append(mutation)
    return drawn


def recorded(strict: bool) -> Iterator[tuple[Mutation, str | None]]:
    """Yield the changes of the record, and why one makes no difference if that is known.

    What the code no longer holds ends the program if `strict`, and is passed over otherwise.
    """
    rows = tomllib.loads(RECORD.read_text(encoding="utf-8"))["mutation"]
    paths = [ROOT / row["file"] for row in rows]
    texts = [p.read_text(encoding="utf-8") if p.is_file() else "" for p in paths]
    lost = [
        f"{RECORD.name}: {row['file']} holds this {text.count(row['before'])} times, "
        f"and must hold it once: {row['before']!r}"
        for row, text in zip(rows, texts, strict=True)
        if text.count(row["before"]) != 1
    ]
    if lost and strict:
        sys.exit("\n".join(lost))
    for row, text in zip(rows, texts, strict=True):
        if text.count(row["before"]) != 1:
            continue
        start = text.index(row["before"])
        stop = start + len(row["before"])
        tests = tuple(row.get("tests", ()))
        mutation = Mutation(row["file"], start, stop, row["before"], row["after"], tests)
        yield mutation, row.get("equivalent")


def record(mutation: Mutation, by: str | None) -> None:
    """Add a change to the record, with as much of the text around it as finds it again.

    Args:
        mutation: The change.
        by: The first test that noticed it, whose file is enough from then on.
    """
    text = (ROOT / mutation.file).read_text(encoding="utf-8")
    start, stop = mutation.start, mutation.stop
    while True:
        start = text.rfind("\n", 0, start) + 1
        start += len(text[start:stop]) - len(text[start:stop].lstrip())
        stop = text.find("\n", stop)
        if text.count(text[start:stop]) == 1:
            break
        start = text.rfind("\n", 0, start)
    before, at = text[start:stop], mutation.start - start
    after = before[:at] + mutation.after + before[at + len(mutation.before) :]
    row = {"file": mutation.file, "before": before, "after": after}
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in row.items()]
    test = (by or "").removeprefix("FAILED ").removeprefix("ERROR ").partition("::")[0]
    if test.startswith("tests/"):
        lines.append(f"tests = [{json.dumps(test.split()[0])}]")
    with RECORD.open("a", encoding="utf-8") as file:
        file.write("\n".join(["", "[[mutation]]", *lines, ""]))


def _tests_of(mutation: Mutation) -> list[str]:
    """Return what pytest runs for a change, most likely to notice first."""
    area = area_of(mutation.file)
    folders = mutation.tests or AREAS.get(area, (f"tests/{area}",))
    files = []
    for folder in folders:
        path = ROOT / folder
        files += [path] if path.is_file() else sorted(path.rglob("test_*.py"))
    stem = pathlib.PurePosixPath(mutation.file).stem.strip("_")
    words = {stem, stem.rstrip("s"), *stem.split("_")}
    files.sort(key=lambda f: ("distribution" in f.stem, not any(w in f.stem for w in words)))
    return [mutation.file, *(str(file.relative_to(ROOT)) for file in files)]


def noticed_by(mutation: Mutation, copy: pathlib.Path, timeout: float) -> str | None:
    """Return the first test that fails with the change, None if none does.

    A change that makes a loop endless fails no test: it shows as one that survived.
    """
    path = copy / mutation.file
    text = path.read_text(encoding="utf-8")
    path.write_text(mutation.applied(text), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider"]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    try:
        run = subprocess.run(
            [*command, *_tests_of(mutation)],
            cwd=copy, env=environment, capture_output=True, text=True, timeout=timeout,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        print(f"no end after {timeout:.0f} s", flush=True)
        return None
    finally:
        path.write_text(text, encoding="utf-8")
    if run.returncode == 0:
        return None
    told = [line for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return told[0] if told else "pytest could not run: " + (run.stdout + run.stderr)[-300:]


def _result(mutation: Mutation) -> tuple[str, str]:
    """Return a file and its text with a change: two spellings of one change have the same."""
    text = (ROOT / mutation.file).read_text(encoding="utf-8")
    return mutation.file, mutation.applied(text)


def main() -> int:
    """Run the changes and print a row for each."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=40, help="how many random changes")
    parser.add_argument("--seed", type=int, default=0, help="which random changes")
    parser.add_argument("--folder", help="a folder or file of keras_ivy/, e.g. ops or tree.py")
    parser.add_argument("--recorded", action="store_true", help="run the recorded ones instead")
    parser.add_argument("--record", action="store_true", help="add what was run to the record")
    parser.add_argument("--list", action="store_true", help="print the changes and run nothing")
    parser.add_argument("--timeout", type=float, default=1800, help="seconds for one change")
    options = parser.parse_args()

    known = {_result(m): why for m, why in recorded(strict=options.recorded)}
    if options.recorded:
        mutations = [
            m for m, _ in recorded(strict=True) if options.folder in (None, area_of(m.file))
        ]
    else:
        mutations = draw(options.count, options.seed, options.folder)
    survivors = []
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "checkout"
        if not options.list:
            skipped = shutil.ignore_patterns(".git", ".venv*", "__pycache__", ".hypothesis")
            shutil.copytree(ROOT, copy, ignore=skipped)
        for mutation in mutations:
            why = known.get(_result(mutation))
            if options.list or why:
                print(mutation, f"  equivalent: {why}" if why else "", flush=True)
                continue
            start = time.perf_counter()
            by = noticed_by(mutation, copy, options.timeout)
            survivors += [] if by else [mutation]
            seconds = time.perf_counter() - start
            print(f"{'noticed ' if by else 'SURVIVED'} {seconds:4.0f} s  {mutation}", flush=True)
            if by:
                print(f"                 {by[:110]}", flush=True)
            if options.record and not options.recorded and _result(mutation) not in known:
                record(mutation, by)
    if options.list or not mutations:
        return 0
    noticed = len(mutations) - len(survivors)
    print(f"{noticed} of {len(mutations)} noticed")
    return int(noticed < 0.9 * len(mutations))


if __name__ == "__main__":
    sys.exit(main())
