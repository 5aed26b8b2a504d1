"""The examples run as a reader runs them, and do what the README says."""

import doctest
import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def run(script: str, *arguments: str) -> str:
    """What a script prints that ends well, from another folder, without a screen."""
    env = os.environ | {"PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg", "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / script), *arguments],
        capture_output=True,
        text=True,
        env=env,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.mark.slow
def test_why_it_does_not_train_prints_what_the_readme_says(tmp_path):
    pytest.importorskip("sklearn", reason="the example trains on the digits of scikit-learn")
    pytest.importorskip("matplotlib", reason="the example draws")
    page, picture = tmp_path / "report.html", tmp_path / "picture.png"
    printed = run("why_it_does_not_train.py", str(page), str(picture))
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    said = re.search(r"^```text\n(as it is:.*?)^```$", text, re.MULTILINE | re.DOTALL).group(1)
    assert doctest.OutputChecker().check_output(said, printed, FLAGS), printed
    assert float(printed.split()[-1]) > 0.95
    assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
