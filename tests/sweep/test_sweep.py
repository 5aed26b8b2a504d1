"""Every public callable with one argument spoiled: no raw error, nothing endless or meaningless.

The calls run in processes of their own, whose memory is limited; `run.py` prints what it finds.
"""

import collections
import json
import os
import subprocess
import sys

import pytest

from tests.one_process import WITHOUT_EXTRAS
from tests.sweep.meanings import allowed, allowed_in_functions, allowed_in_methods

#: Parts of the sweep, with the least number of calls in each, so that one that shrinks is noticed.
PARTS = {"constructors": 28000, "methods": 9500, "functions": 33000}
#: Of how many calls one is made in every run.
SHARES = {"constructors": 7, "methods": 20, "functions": 40}

#: What a callable takes of the bad values, by part.
ALLOWED = {
    "constructors": allowed,
    "functions": allowed_in_functions,
    "methods": allowed_in_methods,
}


def test_a_share_of_the_calls_is_refused_or_means_something():
    check([], {part: PARTS[part] // share - 200 for part, share in SHARES.items()})


@pytest.mark.slow
def test_no_other_call_is_raw_endless_or_meaningless():
    check(["--rest"], {part: PARTS[part] * (n - 1) // n for part, n in SHARES.items()})


def check(options, least):
    """Run the sweep in one process, and compare what it finds with what has a meaning.

    `least` is of calls, by part.
    """
    shares = [str(share) for share in SHARES.values()]
    program = f"{WITHOUT_EXTRAS}from tests.sweep.run import main; main()"
    command = [sys.executable, "-c", program, *SHARES, "--share", *shares, *options]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=900, check=False
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, (lines[-1:], done.stderr[-2000:])
    counts = {line["part"]: line["counts"] for line in lines if isinstance(line, dict)}
    rows = [line for line in lines if isinstance(line, list)]
    wrong = [row for row in rows if row[4] != "accepted"]
    assert wrong == []
    assert counts.keys() == least.keys()
    for part, calls in counts.items():
        assert sum(calls.values()) >= least[part], part
    meaningless = collections.defaultdict(list)
    for part, name, argument, label, _, _ in rows:
        if label not in ALLOWED[part](name, argument):
            meaningless[f"{name}({argument}=...)"].append(label)
    assert dict(meaningless) == {}
