"""What becomes of a call: refused in our form, refused by Python or a backend, raw, accepted."""

import contextlib
import io
import resource
import signal
import warnings

import tensorflow as tf

from keras_ivy.utils.exceptions import IvyException

#: Classes of errors that tell about the program, and nothing about the argument.
RAW = (
    AttributeError,
    LookupError,
    StopIteration,
    RecursionError,
    AssertionError,
    ArithmeticError,
    NameError,
    MemoryError,
    EOFError,
    tf.errors.OpError,
)
#: Seconds that a call may take; those that mean something take a few milliseconds.
PATIENCE = 10


class TooLong(BaseException):
    """Raised by the timer; no `except Exception` of a library catches it."""


@contextlib.contextmanager
def within(seconds):
    """Raise `TooLong` if the block takes longer."""

    def stop(*_):
        raise TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def limit_memory(gigabytes):
    """Let this process allocate that much more than it has, and no more."""
    with open("/proc/self/statm", encoding="ascii") as file:
        pages = int(file.read().split()[0])
    most = pages * resource.getpagesize() + gigabytes * 2**30
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def outcome(call):
    """Return `(kind, detail)` of a call.

    The kinds are `"refused"` (in our form), `"python"` (another TypeError, ValueError or
    NotImplementedError), `"raw"`, `"endless"` and `"accepted"`.
    """
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(io.StringIO()),
            within(PATIENCE),
        ):
            warnings.simplefilter("ignore")
            call()
    except TooLong:
        return "endless", f"more than {PATIENCE} s"
    except IvyException as error:
        text = str(error)
        if len(text) > 2000:
            return "raw", f"an error of {len(text)} characters: {text[:80]}"
        return "refused", f"{type(error).__name__}: {text[:200]}"
    except (NotImplementedError, OSError) as error:
        return "python", f"{type(error).__name__}: {str(error)[:160]}"
    except RAW as error:
        if "Exception encountered when calling" in str(error):
            return "python", "a layer of Keras's, of its own input"
        return "raw", f"{type(error).__name__}: {str(error)[:160]}"
    except RuntimeError as error:
        if "TooLong" in str(error):  # the timer rang inside of a library in C++
            return "endless", f"more than {PATIENCE} s"
        return "raw", f"{type(error).__name__}: {str(error)[:160]}"
    except (TypeError, ValueError) as error:
        text = str(error)
        if "ambiguous" in text or not text or len(text) > 3000:
            return "raw", f"{type(error).__name__}: {text[:160]}"
        return "python", f"{type(error).__name__}: {text[:160]}"
    return "accepted", ""
