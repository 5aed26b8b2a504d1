"""Several programs in one fresh process, which starts TensorFlow once: that takes some seconds."""

import json
import os
import subprocess
import sys

#: For the begin of a program that needs neither: TensorFlow and Keras import both where they are
#: installed, which takes a third of their own start.
WITHOUT_EXTRAS = "import sys; sys.modules.update(jax=None, sklearn=None)\n"

_RUN = """
import json, sys, traceback
failures = {}
for name, code in json.loads(sys.stdin.read()).items():
    try:
        exec(code, {"__name__": "__main__"})
    except BaseException:
        failures[name] = traceback.format_exc()
    else:
        failures[name] = ""
print("FAILURES", json.dumps(failures))
"""


def failures_of(programs: dict[str, str], **environment: str) -> dict[str, str]:
    """Run programs one after another; return what each failed with, `""` for one that ended well.

    Later programs find what earlier ones have imported.
    """
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_EXTRAS + _RUN],
        input=json.dumps(programs),
        capture_output=True,
        text=True,
        env=os.environ | environment,
        timeout=600,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("FAILURES ")]
    assert lines, done.stderr[-3000:]
    found = json.loads(lines[-1].removeprefix("FAILURES "))
    assert list(found) == list(programs)
    return found
