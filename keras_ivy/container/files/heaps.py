"""The heaps of an HDF5 file, which hold text of any length, looked over before HDF5 reads them.

HDF5 walks through a heap by the sizes that stand in it, and never ends where one of them is zero:
a single damaged bit hangs the process. So whoever reads such text looks through the heaps first.
"""

import mmap
import os

from keras_ivy.utils.exceptions import IvyFileError

__all__ = ["check_heaps"]

#: How a heap begins: its signature and the only version that there is.
_BEGIN = b"GCOL\x01"
#: The least size of a heap; HDF5 itself refuses smaller ones.
_LEAST = 4096


def check_heaps(path: str | os.PathLike, length: int = 8) -> None:
    """Refuse a file one of whose heaps HDF5 could not walk through.

    Args:
        path: The file.
        length: How many bytes the file writes a size in: 2, 4 or 8.

    Raises:
        IvyFileError: If the objects of a heap do not fill it.
    """
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        at = whole.find(_BEGIN)
        while at >= 0:
            size = int.from_bytes(whole[at + 8 : at + 8 + length], "little")
            # What is no heap, or reaches beyond the end, HDF5 tells by itself.
            if _LEAST <= size <= len(whole) - at and not _is_filled(whole[at : at + size], length):
                raise IvyFileError(
                    f"The file is damaged: the heap of text at byte {at:,} is not filled by what "
                    f"is in it. Take a copy that is whole. Received: path={os.fspath(path)!r}"
                )
            at = whole.find(_BEGIN, at + 1)


def _is_filled(heap: bytes, length: int) -> bool:
    """Whether the objects of a heap follow one another up to its end."""
    # The heap and each object begin with eight bytes and a size, aligned. What is free is the
    # object with the index 0, whose size counts its own beginning; too little for one is left.
    head = _aligned(8 + length)
    at = head
    while at + head <= len(heap):
        index = int.from_bytes(heap[at : at + 2], "little")
        size = int.from_bytes(heap[at + 8 : at + 8 + length], "little")
        if index == 0 and size < head:
            return False
        at += size if index == 0 else head + _aligned(size)
    return at <= len(heap)


def _aligned(size: int) -> int:
    return -(-size // 8) * 8
