"""What the experiments share: options, the lines that they print, the digits, the figure."""

import argparse
import math
import os
import sys
import time
from collections.abc import Sequence
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

Data = tuple[np.ndarray, np.ndarray]


class Experiment:
    """A claim, what is expected of it, and what is found.

    Args:
        about: The docstring of the script; its first line is the claim.
    """

    def __init__(self, about: str):
        parser = argparse.ArgumentParser(description=about.splitlines()[0])
        parser.add_argument("--quick", action="store_true", help="fewer seeds, smaller networks")
        parser.add_argument("--figure", metavar="FILE", help="draw the figure (needs matplotlib)")
        options = parser.parse_args()
        self.quick: bool = options.quick
        self.path: str | None = options.figure
        self.missed: list[str] = []
        self.start = time.perf_counter()
        print(about.splitlines()[0])

    def check(
        self,
        what: str,
        found: float | Sequence[float],
        least: float = -math.inf,
        most: float = math.inf,
        unit: str = "",
    ) -> None:
        """Print a number beside the range that is expected, over seeds with its spread."""
        values = [float(x) for x in np.atleast_1d(found)]
        middle = sum(values) / len(values)
        holds = least <= middle <= most
        spread = f" ({min(values):.4g} to {max(values):.4g}, {len(values)} seeds)"
        wanted = {
            (False, True): f"at most {most:.7g}",
            (True, False): f"at least {least:.7g}",
        }.get((math.isfinite(least), math.isfinite(most)), f"{least:.7g} to {most:.7g}")
        print(
            f"  {what}: expected {wanted}{unit}, found {middle:.7g}{unit}"
            f"{spread if len(values) > 1 else ''}{'' if holds else '  <-- NOT as expected'}"
        )
        if not holds:
            self.missed.append(what)

    def note(self, text: str) -> None:
        """Print what belongs to the truth: a limit, or a result that speaks against us."""
        print(f"  note: {text}")

    def figure(self, columns: int = 1, **options: Any) -> tuple[Any, Any]:
        """The figure and its axes; both None if none is asked for."""
        if self.path is None:
            return None, None
        from keras_ivy.utils.plots import new_figure

        return new_figure(1, columns, size=(1 + 4 * columns, 3.6), **options)

    def end(self, figure: Any = None) -> None:
        """Save the figure, say what it took, and leave with 1 if a claim was missed."""
        if figure is not None:
            figure.savefig(self.path, dpi=90)
        print(f"  {time.perf_counter() - self.start:.0f} s{' (quick)' if self.quick else ''}")
        sys.exit(bool(self.missed))


def digits(flat: bool = True) -> tuple[Data, Data]:
    """The digits of scikit-learn, standardised as a whole: 1,437 for training, 360 for testing."""
    from sklearn.datasets import load_digits

    data = load_digits()
    order = np.random.default_rng(0).permutation(len(data.target))
    x, y = data.images[order].astype("float32"), data.target[order]
    x = (x - x.mean()) / x.std()
    x = x.reshape(len(x), -1) if flat else x[..., np.newaxis]
    return (x[360:], y[360:]), (x[:360], y[:360])
