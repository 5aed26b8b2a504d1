"""A progress bar for what may take long: on a terminal, after two seconds, and never elsewhere."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

import keras

__all__ = ["slow_progress"]

#: Seconds until a bar is shown, seconds between two drawings, and letters of the bar.
_PATIENCE, _PAUSE, _WIDTH = 2.0, 0.1, 30


@contextlib.contextmanager
def slow_progress(total: int, unit: str) -> Iterator[Callable[[int], None]]:
    """Yield a function that is told how much is done.

    A bar appears on the standard output after two seconds, if that is a terminal and Keras may
    write there (`keras.config.disable_interactive_logging`); its line is ended whatever happens.

    Args:
        total: How much there is to do.
        unit: What is counted, as `"variables"`.

    Example:

    >>> with slow_progress(3, "variables") as done:
    ...     for i in range(3):
    ...         done(i + 1)
    """
    start = time.monotonic()
    drawn: float | None = None

    def done(count: int) -> None:
        nonlocal drawn
        now = time.monotonic()
        if now - start < _PATIENCE or (drawn is None and count >= total):
            return
        if drawn is not None and now - drawn < _PAUSE and count < total:
            return
        if not sys.stdout.isatty() or not keras.config.is_interactive_logging_enabled():
            return
        drawn = now
        filled = _WIDTH * count // max(total, 1)
        bar = "=" * filled + "." * (_WIDTH - filled)
        sys.stdout.write(f"\r{count}/{total} {unit} [{bar}] {now - start:.0f} s")
        sys.stdout.flush()

    try:
        yield done
    finally:
        if drawn is not None:
            sys.stdout.write("\n")
            sys.stdout.flush()
