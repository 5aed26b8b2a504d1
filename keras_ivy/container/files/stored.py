"""What an HDF5 file holds, looked over before any of it is read.

A file may come from a stranger. HDF5 can name other files and other datasets in place of values,
link groups into circles, and declare terabytes in a few bytes. Here groups are followed by hard
links alone, each once; every dataset's values have to be in the file itself, in an amount that
goes with its bytes; and the shapes are known to whoever wants to compare them before reading.
"""

import contextlib
import math
import os
from collections.abc import Iterable, Iterator, Sequence
from types import EllipsisType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import tensorflow as tf

from keras_ivy.container.files.heaps import check_heaps
from keras_ivy.utils.exceptions import IvyFileError, IvyIndexError, IvyTypeError
from keras_ivy.utils.files import reading

if TYPE_CHECKING:
    import h5py

__all__ = ["DEEPEST", "KIND", "NOTE", "PLAIN", "SCALAR", "Index", "Stored", "StoredFile", "opened"]

#: What picks along one axis of a dataset.
Pick: TypeAlias = int | slice | EllipsisType | Sequence[int] | np.ndarray
#: What picks along its leading axes.
Index: TypeAlias = Pick | tuple[Pick, ...]

#: Attribute of a dataset that says what the leaf was, where the dataset cannot: a Python number,
#: a text, or a dtype that HDF5 lacks.
KIND = "keras_ivy"
#: Attribute of a dataset of one element that was a scalar: Ivy cannot read scalar datasets.
SCALAR = "keras_ivy_scalar"
#: How the names of attributes of the file begin that say something beside the leaves.
NOTE = "keras_ivy:"
PLAIN = {"bool": bool, "int": int, "float": float, "complex": complex, "str": str}

#: Levels of groups in a file: more than any model has, and few enough for Python's stack.
DEEPEST = 200

#: Groups and leaves in a file, counted at each of their paths: groups that are shared multiply.
_MOST = 1_000_000

#: Up to here a dataset may be as empty as it likes: what was not written reads as zeros.
_FREE = 1 << 28
#: Above, its bytes in memory are at most this many times those in the file: gzip makes 1,032 bytes
#: of one, and no more.
_RATIO = 1_100
#: From here on Keras's own, tighter rule is kept.
_KERAS_FREE, _KERAS_RATIO = 1 << 32, 1_000
#: All datasets together: each may be free, a thousand of them may not.
_FREE_IN_ALL = 1 << 30
#: Chunks that a dataset may have without a byte for each; visiting one takes a microsecond or two.
_FREE_CHUNKS = 100_000


class Stored(NamedTuple):
    """One dataset of a file, not read yet.

    Attributes:
        name: The dataset's name in the file.
        shape: The shape of the leaf.
        dtype: The dtype of the leaf as TensorFlow writes it; `"string"` for text.
        kind: What the leaf was if it was no array: a key of `PLAIN`.
        scalar: Whether the only element of the dataset is the leaf.
        address: Where the dataset stands in the file; two links to one have one.
        data: The dataset.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    kind: str | None
    scalar: bool
    address: int
    data: "h5py.Dataset"


class StoredFile:
    """The leaves of an open file.

    Attributes:
        leaves: Every dataset by its path.
        notes: What was noted with the file beside the leaves, by name.
        odd: Sentences about what is no leaf, such as a table of records.
    """

    def __init__(self, path: str | os.PathLike, file: "h5py.File"):
        self._path = os.fspath(path)
        self._size = os.path.getsize(path)
        self.odd: list[str] = []
        self._groups: dict[int, tuple[dict, int]] = {}
        self._heaps_are_checked = False
        self._tree, _ = self._walk(file, [])
        self.leaves: dict[str, Stored] = dict(_flat(self._tree, ()))
        names = [name for name in file.attrs if name.startswith(NOTE)]
        self.notes = {name.removeprefix(NOTE): self._note(file, name) for name in names}

    def read(self, query: Index = slice(None), only: Iterable[str] | None = None) -> dict:
        """Return the values, as nested dicts.

        Args:
            query: An index of the leading axes of every dataset that has axes.
            only: The paths of the leaves to read; all, with empty groups, by default.

        Raises:
            IvyFileError: If the values are not in the file, or far more than the file.
        """
        wanted = self.leaves if only is None else {path: self.leaves[path] for path in only}
        distinct = self.check(wanted.values(), query)
        with reading(self._path, "an HDF5 file"):
            values = {address: self._value(leaf, query) for address, leaf in distinct.items()}
        if only is not None:
            return {path: values[leaf.address] for path, leaf in wanted.items()}
        return _filled(self._tree, values)

    def check(
        self, leaves: Iterable[Stored] | None = None, query: Index = slice(None)
    ) -> dict[int, Stored]:
        """Raise if the values cannot be in the file; return the datasets by address.

        Args:
            leaves: The leaves that are going to be read; all by default.
            query: As in `read`.
        """
        leaves = self.leaves.values() if leaves is None else leaves
        distinct = {leaf.address: leaf for leaf in leaves}
        total = sum(self._check_size(leaf, query) for leaf in distinct.values())
        if total > max(_FREE_IN_ALL, _RATIO * self._size):
            raise self._refused(f"it declares {total:,} bytes in a file of {self._size:,}")
        return distinct

    # -- the walk -----------------------------------------------------------------------------

    def _walk(self, group: "h5py.Group", above: list[int]) -> tuple[dict, int]:
        """Return the tree below a group, and how many paths there are in it."""
        import h5py

        address = h5py.h5o.get_info(group.id).addr
        if address in above:
            raise self._refused(f"the group {group.name!r} holds itself")
        if address in self._groups:
            return self._groups[address]
        self._check_types(group)
        if len(above) > DEEPEST:
            raise self._refused(f"its groups are more than {DEEPEST} levels deep")
        tree: dict[str, Any] = {}
        count = 1  # the group itself, or empty ones could multiply without end
        for key in group:
            if not _is_text(key):
                raise self._refused(f"the key {key!r} is no text")
            link = group.get(key, getlink=True)
            where = f"{group.name.rstrip('/')}/{key}"
            if not isinstance(link, h5py.HardLink):
                raise self._refused(
                    f"{where!r} is a link to something else ({type(link).__name__})"
                )
            item = group[key]
            if isinstance(item, h5py.Group):
                tree[key], inside = self._walk(item, [*above, address])
            else:
                leaf, inside = self._leaf(where, item), 1
                if leaf is None:
                    continue
                tree[key] = leaf
            count += inside
            if count > _MOST:
                raise self._refused(f"it has more than {_MOST:,} groups and leaves")
        self._groups[address] = tree, count
        return tree, count

    def _leaf(self, name: str, data: Any) -> Stored | None:
        """Return what is known about a dataset, or None if it is no leaf."""
        import h5py

        self._check_types(data)
        if not isinstance(data, h5py.Dataset):
            self.odd.append(f"{name!r} is a {type(data).__name__.lower()}, which holds no values")
            return None
        if data.external:
            raise self._refused(f"the values of {name!r} are in another file")
        if data.is_virtual:
            raise self._refused(f"the values of {name!r} are those of other datasets")
        kind, scalar = self._note(data, KIND), bool(self._note(data, SCALAR))
        if not isinstance(kind, str | None):
            raise self._refused(f"{name!r} is noted as {kind!r}")
        try:
            dtype = _dtype_of(data, kind)
        except (TypeError, ValueError):
            self.odd.append(f"{name!r} holds {_brief_type(data)}, which is no tensor")
            return None
        shape = data.shape
        if shape is None:
            self.odd.append(f"{name!r} holds nothing")
            return None
        if (scalar or kind in PLAIN) and shape not in ((1,), ()):
            raise self._refused(f"{name!r} is noted as one value, and has the shape {shape}")
        if kind not in (None, "bfloat16", *PLAIN) or (kind == "str") != (dtype == "text"):
            raise self._refused(f"{name!r} is noted as {kind!r}, and holds {dtype}")
        address = h5py.h5o.get_info(data.id).addr
        one = scalar or kind in PLAIN
        dtype = "string" if dtype == "text" else dtype
        return Stored(name, () if one else shape, dtype, kind, one, address, data)

    def _check_types(self, item: Any) -> None:
        """Look through the heaps of the file if something stands there, before it is read."""
        if self._heaps_are_checked:
            return
        import h5py

        named = [item.attrs.get_id(name) for name in item.attrs]
        for each in [*named, item] if isinstance(item, h5py.Dataset) else named:
            try:
                is_there = each.dtype.hasobject
            except (TypeError, ValueError):
                continue  # of a type that h5py does not read
            if is_there:
                check_heaps(self._path, item.file.id.get_create_plist().get_sizes()[1])
                self._heaps_are_checked = True
                return

    def _note(self, item: Any, name: str) -> Any:
        """Return one of our attributes, which are short; another's may be anything."""
        import h5py

        if name not in item.attrs:
            return None
        attribute = item.attrs.get_id(name)
        if attribute.shape is None or math.prod(attribute.shape) > 16:
            raise self._refused(f"the note {name!r} has the shape {attribute.shape}")
        if attribute.dtype.kind not in "biu" and h5py.check_string_dtype(attribute.dtype) is None:
            raise self._refused(f"the note {name!r} is of type {attribute.dtype}")
        return item.attrs[name]

    # -- the values ---------------------------------------------------------------------------

    def _check_size(self, leaf: Stored, query: Any) -> int:
        """Return how many bytes a leaf takes, or raise if they cannot be in the file."""
        data = leaf.data
        if leaf.dtype == "string":
            return 0  # counted as it is read
        try:
            # A view of one byte: no memory, whatever the shape.
            picked = np.broadcast_to(np.empty((), "u1"), data.shape)
            count = picked[query].size if data.shape and not leaf.scalar else picked.size
        except IndexError as error:
            raise IvyIndexError(
                f"{leaf.name!r} has shape {leaf.shape}. Received: an index {query!r}"
            ) from error
        except ValueError as error:
            raise self._refused(f"{leaf.name!r} has the shape {data.shape}") from error
        size = count * max(data.dtype.itemsize, tf.as_dtype(leaf.dtype).size)
        stored = data.id.get_storage_size()
        if (size > _FREE and size > _RATIO * stored) or (
            size > _KERAS_FREE and size > _KERAS_RATIO * stored
        ):
            raise self._refused(
                f"{leaf.name!r} of shape {data.shape} is {size:,} bytes, of which {stored:,} are "
                "stored"
            )
        if data.chunks:
            sides = zip(data.shape, data.chunks, strict=True)
            chunks = min(count, math.prod(-(-side // chunk) for side, chunk in sides))
            if chunks > max(_FREE_CHUNKS, stored):
                raise self._refused(
                    f"{leaf.name!r} of shape {data.shape} is in {chunks:,} chunks, of which "
                    f"{stored:,} bytes are stored"
                )
        return size

    def _value(self, leaf: Stored, query: Any) -> Any:
        data = leaf.data
        index = (0 if data.shape else ()) if leaf.scalar else (query if data.shape else ())
        if leaf.kind == "str":
            return data.asstr()[index]
        if leaf.dtype == "string":
            return self._texts(data, index)
        values = data[index]
        if leaf.kind in PLAIN:
            return PLAIN[leaf.kind](values)
        values = np.asarray(values)
        return tf.cast(
            tf.convert_to_tensor(values.astype(values.dtype.newbyteorder("="), copy=False)),
            leaf.dtype,
        )

    def _texts(self, data: "h5py.Dataset", index: Any) -> tf.Tensor:
        """Return a tensor of text, read one by one: many may share the bytes of a long one."""
        limit = max(_FREE, _RATIO * self._size)
        if math.prod(data.shape) > limit:
            raise self._refused(f"{data.name!r} has the shape {data.shape}")
        out = np.empty(data.shape, object)
        for place in np.ndindex(data.shape):
            out[place] = data[place]
            limit -= len(out[place])
            if limit < 0:
                raise self._refused(f"{data.name!r} has far more text than the file")
        return tf.convert_to_tensor(out[index] if data.shape else out.item())

    def _refused(self, why: str) -> IvyFileError:
        return IvyFileError(
            f"The file is not read: {why}. A file of weights holds its own values, by hard links, "
            f"in about as many bytes as they take. Received: path={self._path!r}"
        )


@contextlib.contextmanager
def opened(path: str | os.PathLike, strict: bool = True) -> Iterator[StoredFile]:
    """Open a file for reading, after a look at everything in it.

    Args:
        path: The file.
        strict: If False, what is no leaf is left out.

    Raises:
        IvyFileError: If the file is damaged, or its values are not all in it; see `SECURITY.md`.
        TypeError: If `strict` and it holds what is no tensor, number or text.
    """
    import h5py

    with contextlib.ExitStack() as closing:
        with reading(path, "an HDF5 file"):
            file = closing.enter_context(h5py.File(path, "r"))
            stored = StoredFile(path, file)
        if strict and stored.odd:
            raise IvyTypeError(
                f"{stored.odd[0]}; `strict=False` leaves it out. Received: path={os.fspath(path)!r}"
            )
        yield stored


def _is_text(key: str) -> bool:
    """Whether a key is text: h5py reads bytes that are none as lone surrogates."""
    return not any("\ud800" <= c <= "\udfff" for c in key)


def _dtype_of(data: "h5py.Dataset", kind: str | None) -> str:
    """Return the dtype of the tensor that a dataset becomes, or `"text"`.

    Raises:
        TypeError: If it becomes none.
    """
    import h5py

    dtype = data.dtype
    if h5py.check_string_dtype(dtype) is not None or dtype.kind == "S":
        return "text" if kind == "str" else "string"
    if dtype.kind not in "biufc" or dtype.subdtype is not None:
        raise TypeError(dtype)
    name = tf.as_dtype(dtype.newbyteorder("=")).name
    return "bfloat16" if kind == "bfloat16" and name == "float32" else name


def _brief_type(data: "h5py.Dataset") -> str:
    try:
        return str(data.dtype)
    except (TypeError, ValueError):
        return "values of a type of its own"


def _flat(tree: dict, above: tuple[str, ...]) -> Iterator[tuple[str, Stored]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, (*above, key))
        else:
            yield "/".join((*above, key)), value


def _filled(tree: dict, values: dict[int, Any]) -> dict:
    return {
        key: _filled(item, values) if isinstance(item, dict) else values[item.address]
        for key, item in tree.items()
    }
