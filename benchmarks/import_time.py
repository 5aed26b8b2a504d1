"""What `import keras_ivy` adds to `import keras`, in fresh processes.

python benchmarks/import_time.py
"""

import json
import os
import platform
import statistics
import subprocess
import sys

ROUNDS = 7
CODE = """
import json, time
start = time.perf_counter()
import keras
middle = time.perf_counter()
import keras_ivy
end = time.perf_counter()
print(json.dumps([middle - start, end - middle, keras.__version__]))
"""


def main() -> None:
    env = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}
    # Installed packages are compiled; so is a checkout from its second import on.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    runs = []
    for _ in range(1 + ROUNDS):
        command = [sys.executable, "-c", CODE]
        out = subprocess.run(command, check=True, capture_output=True, text=True, env=env)
        runs.append(json.loads(out.stdout))
    del runs[0]
    ours = [run[1] for run in runs]
    theirs = [run[0] for run in runs]
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, ",
        end="",
    )
    print(f"Keras {runs[0][2]}, {ROUNDS} processes")
    for name, values in (("import keras", theirs), ("+ import keras_ivy", ours)):
        low, middle, high = min(values), statistics.median(values), max(values)
        print(f"{name:20} median {middle:.3f} s  (min {low:.3f}, max {high:.3f})")


if __name__ == "__main__":
    main()
