"""Damaged heaps of HDF5 files, on which HDF5 itself never ends."""

import subprocess
import sys

import h5py
import numpy as np
import pytest

from keras_ivy import Container
from keras_ivy.container.files.heaps import check_heaps
from keras_ivy.utils.exceptions import IvyFileError

#: Loads a file with each bit changed of the beginning of its heap, in a process that can be ended.
PROGRAM = """
import pathlib, sys
from keras_ivy import Container
from keras_ivy.utils.exceptions import IvyFileError

path = pathlib.Path(sys.argv[1])
whole = path.read_bytes()
begin = whole.index(b"GCOL")
bits = [(begin + i, 1 << bit) for i in range(112) for bit in range(8)]
# Sixteen zeros: an object of no bytes.
changes = [(at, bytes([whole[at] ^ bit])) for at, bit in bits]
changes += [(begin + i, bytes(16)) for i in range(16, 112, 8)]
refused = 0
for at, new in changes:
    path.write_bytes(whole[:at] + new + whole[at + len(new) :])
    try:
        Container.load(path)
    except (IvyFileError, TypeError):
        refused += 1
print(refused, len(changes))
"""


def text(path):
    Container(a=1.5, b={"c": 3}, e="text", f="another text").save(path)
    return path


def test_a_heap_that_is_damaged_anywhere_ends(tmp_path):
    command = [sys.executable, "-c", PROGRAM, str(text(tmp_path / "c.h5"))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    refused, total = (int(part) for part in done.stdout.split())
    assert 100 < refused < total


def test_a_heap_that_is_not_filled_is_refused(tmp_path):
    path = text(tmp_path / "c.h5")
    whole = path.read_bytes()
    begin = whole.index(b"GCOL")
    check_heaps(path)
    path.write_bytes(whole[: begin + 16] + bytes(16) + whole[begin + 32 :])
    with pytest.raises(IvyFileError, match=rf"heap of text at byte {begin:,} .*c\.h5"):
        check_heaps(path)


def test_many_heaps_are_walked(tmp_path):
    """Of text longer than a heap, of none, and of a size of which too little is left."""
    path = tmp_path / "c.h5"
    texts = ["", "x" * 10_000, *("y" * length for length in range(200))] * 20
    with h5py.File(path, "w") as file:
        file["texts"] = np.array(texts, object)
    assert path.read_bytes().count(b"GCOL") > 10
    check_heaps(path)
    assert Container.load(path)["texts"].numpy().tolist() == [each.encode() for each in texts]


@pytest.mark.parametrize("length", [4, 8])
def test_sizes_of_other_lengths(length, tmp_path):
    path = tmp_path / "c.h5"
    access = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    access.set_sizes(8, length)
    with h5py.File(h5py.h5f.create(bytes(path), h5py.h5f.ACC_TRUNC, fcpl=access)) as file:
        file["texts"] = np.array(["one", "two"], object)
    check_heaps(path, length)
    assert Container.load(path)["texts"].numpy().tolist() == [b"one", b"two"]


def test_values_that_look_like_a_heap_are_values(tmp_path):
    """They are not looked at where no text of any length is in the file."""
    damaged = b"GCOL\x01\0\0\0" + (4096).to_bytes(8, "little") + bytes(4080)
    path = tmp_path / "c.h5"
    values = np.frombuffer(damaged, "u1")
    Container(a=values).save(path)
    np.testing.assert_array_equal(Container.load(path)["a"], values)
