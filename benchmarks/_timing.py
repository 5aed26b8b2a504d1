"""Time functions against each other on a machine that is not quiet.

The functions take turns in one process, so that a slow moment of the machine hits all of them;
ratios of medians are then meaningful where seconds are not.
"""

import os
import platform
import statistics
import time
from collections.abc import Callable

import keras
import tensorflow as tf

import keras_ivy


def header() -> str:
    """Say what the numbers were measured with."""
    return (
        f"keras_ivy {keras_ivy.__version__}, Keras {keras.__version__}, "
        f"TensorFlow {tf.__version__}, Python {platform.python_version()}, "
        f"{platform.machine()} with {os.cpu_count()} cores"
    )


def interleave(
    functions: dict[str, Callable[[], object]], rounds: int = 10, warmup: int = 2
) -> dict[str, float]:
    """Return the median seconds of each function, which take turns.

    The order is reversed in every second round, so that none always runs after the same other.

    Args:
        functions: What to time, by name; each should wait for its own result.
        rounds: How often each runs.
        warmup: How often each runs before, untimed.
    """
    seconds: dict[str, list[float]] = {name: [] for name in functions}
    for round_ in range(-warmup, rounds):
        names = list(functions) if round_ % 2 else list(reversed(functions))
        for name in names:
            start = time.perf_counter()
            functions[name]()
            if round_ >= 0:
                seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in seconds.items()}


def report(title: str, medians: dict[str, float], base: str) -> None:
    """Print the medians and their ratios to that of `base`."""
    print(f"{title}")
    for name, seconds in medians.items():
        print(f"  {name:24s} {seconds * 1e3:10.2f} ms   {seconds / medians[base]:6.3f} x {base}")
