"""Files that are whole or not there: how one is put in place, and what a damaged one raises."""

import contextlib
import os
import pickle
import secrets
import stat
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Iterator

import tensorflow as tf

from keras_ivy.utils.exceptions import IvyFileError

__all__ = ["reading", "replacing", "write_all"]

#: What readers raise from inside on bytes that make no sense, or no end.
DAMAGE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SystemError,
    TypeError,
    ValueError,
    pickle.PickleError,
    struct.error,
    tf.errors.OpError,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)

#: What the system says about a file that cannot be opened at all, with its path.
_SYSTEM = (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError)

#: A name is at most 255 bytes on all usual systems; a character takes up to four.
_LONGEST = 45


@contextlib.contextmanager
def replacing(path: str | os.PathLike) -> Iterator[str]:
    """Give the name of a new file, and put it in place of `path` when all has gone well.

    Whoever dies before that leaves the old file as it was, and two who save at once do not meet:
    the last one wins, whole. The new file stands in the folder of the old one, under a name of its
    own that ends as `path` does; it is removed after an error. A link stays a link, to the new
    content; permissions stay, and a new file has the usual ones. A device or pipe is written as it
    is.

    Args:
        path: The file to replace or make. Its folder must exist.

    Yields:
        The name to write to.

    Raises:
        OSError: If `path` is a folder or may not be written, before anything is.
    """
    target = os.path.realpath(path)
    if os.path.isdir(target):
        raise IsADirectoryError(f"A folder stands there. Received: path={os.fspath(path)!r}")
    there = os.path.exists(target)
    if there and not os.access(target, os.W_OK):
        # Replacing asks the folder alone, and would undo the protection of a file.
        raise PermissionError(f"The file may not be written. Received: path={os.fspath(path)!r}")
    if there and not os.path.isfile(target):
        yield target
        return
    folder, name = os.path.split(target)
    if not os.path.isdir(folder):
        raise FileNotFoundError(
            f"There is no folder {folder!r}: make it first. Received: path={os.fspath(path)!r}"
        )
    part = os.path.join(folder, f".{secrets.token_hex(8)}-{name[-_LONGEST:]}")
    # Made first, and not by whoever writes: so nobody else has the name, and the mode is usual.
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    try:
        yield part
        if there:
            os.chmod(part, stat.S_IMODE(os.stat(target).st_mode))
        os.replace(part, target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.remove(part)


def write_all(path: str | os.PathLike, content: bytes | memoryview) -> None:
    """Put a file in place when it is complete.

    Args:
        path: The file.
        content: All its bytes.

    Raises:
        OSError: If it cannot be written; the old file is then as it was.
    """
    with replacing(path) as part, open(part, "wb") as file:
        file.write(content)


@contextlib.contextmanager
def reading(path: str | os.PathLike, what: str) -> Iterator[None]:
    """Turn whatever a damaged file raises into the one error that is documented.

    Args:
        path: The file, which the error names.
        what: What the file should be, such as `"an HDF5 file"`.

    Raises:
        IvyFileError: If the block raises anything that damage may be the reason of. That a file
            is not there, or may not be read, stays the system's own error.
    """
    try:
        yield
    except (IvyFileError, *_SYSTEM):
        raise
    except DAMAGE as error:
        said = str(error) or "no more is known"
        said = said if len(said) <= 2000 else f"{said[:2000]} ..."
        raise IvyFileError(
            f"The file cannot be read as {what}: {type(error).__name__}: {said.rstrip('.')}. "
            f"Received: path={os.fspath(path)!r}"
        ) from error
