"""Every public callable with one argument spoiled: no raw error, nothing endless or meaningless.

The calls run in processes of their own, whose memory is limited; `run.py` prints what it finds.
"""

import collections
import json
import os
import subprocess
import sys

import pytest

from tests.sweep.meanings import allowed, allowed_in_functions, allowed_in_methods

#: Parts of the sweep, with the least number of calls in each, so that one that shrinks is noticed.
PARTS = {"constructors": 28000, "functions": 33000, "methods": 9500}
#: Of how many calls one is made in every run.
SHARES = {"constructors": 7, "functions": 40, "methods": 20}

#: What a callable takes of the bad values, by part.
ALLOWED = {
    "constructors": allowed,
    "functions": allowed_in_functions,
    "methods": allowed_in_methods,
}


@pytest.mark.parametrize("part", PARTS)
def test_a_share_of_the_calls_is_refused_or_means_something(part):
    share = SHARES[part]
    check([part, "--share", str(share)], PARTS[part] // share - 200)


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
def test_no_other_call_is_raw_endless_or_meaningless(part):
    share = SHARES[part]
    check([part, "--share", str(share), "--rest"], PARTS[part] * (share - 1) // share)


def check(part, least):
    """Run a part of the sweep, and compare what it finds with what has a meaning."""
    command = [sys.executable, "-m", "tests.sweep.run", *part]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=900, check=False
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, (rows[-1:], done.stderr[-2000:])
    counts = rows.pop()["counts"]
    wrong = [row for row in rows if row[3] != "accepted"]
    assert wrong == []
    assert sum(counts.values()) >= least
    meaningless = collections.defaultdict(list)
    for name, argument, label, _, _ in rows:
        if label not in ALLOWED[part[0]](name, argument):
            meaningless[f"{name}({argument}=...)"].append(label)
    assert dict(meaningless) == {}
