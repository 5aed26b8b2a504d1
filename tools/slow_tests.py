"""Measure the tests, and write which of them quick runs leave out to `tests/slow.txt`.

    python tools/slow_tests.py                    # everything, which takes as long as the tests
    python tools/slow_tests.py tests/optimizers   # one area; the lines of others stay
    python tools/slow_tests.py --check FOLDER     # compare the list with what a run has measured

A test function is listed if its cases take more than `BUDGET` seconds together, with the number of
cases that a quick run (`-m "not slow"`) keeps: so many as fit into the budget, evenly spaced. What
is marked as slow in its own file is in no quick run, and neither measured nor listed. The time is
that of the processor, child processes included, so that other programs do not matter much.

It is a plugin of pytest, too, which is how it measures: with `-p tools.slow_tests`, every process
of the tests writes its times into the folder that `KERAS_IVY_TIMES` names.
"""

import argparse
import collections
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIST = ROOT / "tests" / "slow.txt"
#: Seconds that a quick run spends on the cases of one function.
BUDGET = 0.5
#: How far a time may be off before `--check` tells: machines differ, and so do two runs on one.
FACTOR = 4.0

HEAD = """\
# How many cases of a test function quick runs (`-m "not slow"`) keep, if not all of them.
# Measured by tools/slow_tests.py; tests/test_slow.py says what holds for a line.
"""


def seconds() -> float:
    """What the process and its children have used of the processor."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in usage)


class Times:
    """Notes what each test takes, set up and torn down, that its own file does not mark as slow."""

    def __init__(self, folder: str) -> None:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        self.path = pathlib.Path(folder) / f"{worker}-{os.getpid()}.json"
        self.taken: dict[str, float] = {}
        self.marked: set[str] = set()

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Note what is marked by its file: the list is read when all are collected."""
        if item.get_closest_marker("slow") is not None:
            self.marked.add(item.nodeid)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Measure a test."""
        before = seconds()
        result = yield
        if item.nodeid not in self.marked:
            self.taken[item.nodeid] = seconds() - before
        return result

    def pytest_sessionfinish(self) -> None:
        """Write what was measured."""
        if self.taken:
            self.path.write_text(json.dumps(self.taken), encoding="utf-8")


def pytest_configure(config: pytest.Config) -> None:
    """Measure if a folder is named."""
    if "KERAS_IVY_TIMES" in os.environ:
        config.pluginmanager.register(Times(os.environ["KERAS_IVY_TIMES"]))


def read_list() -> dict[str, int]:
    """Return the number of kept cases by test function."""
    lines = LIST.read_text(encoding="utf-8").splitlines() if LIST.exists() else []
    pairs = (line.split(maxsplit=1) for line in lines if line and not line.startswith("#"))
    return {name: int(kept) for kept, name in pairs}


def write_list(kept: dict[str, int]) -> None:
    """Write the list, sorted by name."""
    lines = [f"{kept[name]:3d} {name}\n" for name in sorted(kept)]
    LIST.write_text(HEAD + "".join(lines), encoding="utf-8")


def by_function(folder: pathlib.Path) -> dict[str, list[float]]:
    """Return the seconds of each case by test function, of all processes."""
    found = collections.defaultdict(list)
    for path in sorted(folder.glob("*.json")):
        for test, taken in json.loads(path.read_text(encoding="utf-8")).items():
            found[test.partition("[")[0]].append(taken)
    return dict(found)


def to_list(times: dict[str, list[float]], budget: float = BUDGET) -> dict[str, int]:
    """Return how many cases fit into the budget, of the functions that take more."""
    return {
        name: int(budget / statistics.fmean(taken))
        for name, taken in times.items()
        if sum(taken) > budget
    }


def measure(paths: Iterable[str], folder: str) -> int:
    """Run the tests, every one of them, and return pytest's exit code."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "auto", "-p", "tools.slow_tests"]
    environment = {**os.environ, "KERAS_IVY_TIMES": folder}
    return subprocess.run([*command, *paths], cwd=ROOT, env=environment, check=False).returncode


def disagreements(times: dict[str, list[float]], listed: dict[str, int]) -> Iterator[str]:
    """Yield the functions whose line is far from what they took."""
    for name, taken in sorted(times.items()):
        total, kept = sum(taken), listed.get(name, len(taken))
        quick = total * kept / len(taken)
        if quick > FACTOR * BUDGET:
            yield f"{quick:.1f} s in quick runs: {name} ({kept} of {len(taken)} cases)"
        elif name in listed and total < BUDGET / FACTOR:
            yield f"{total:.2f} s altogether, and listed: {name}"


def main() -> int:
    """Measure and write the list, or check it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("paths", nargs="*", help="tests to measure; everything if there are none")
    parser.add_argument("--check", type=pathlib.Path, help="a folder of measured times")
    options = parser.parse_args()
    if options.check is not None:
        wrong = list(disagreements(by_function(options.check), read_list()))
        print(*wrong, f"{len(wrong)} lines of {LIST.name} are far from the times", sep="\n")
        return bool(wrong)
    with tempfile.TemporaryDirectory() as folder:
        start = time.monotonic()
        code = measure(options.paths, folder)
        times = by_function(pathlib.Path(folder))
    if code:
        print("The tests fail, and the list stays as it was.")
        return code
    # What was measured is listed anew; what was not, stays.
    kept = {name: n for name, n in read_list().items() if options.paths and name not in times}
    write_list(kept | to_list(times))
    print(f"{sum(map(len, times.values()))} tests in {time.monotonic() - start:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
