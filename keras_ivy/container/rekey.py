"""Ivy's spellings for renaming, joining, cutting and slicing key chains."""

from collections.abc import Callable, Mapping
from typing import Any

import keras

from keras_ivy.container.keys import missing_key, split_chain
from keras_ivy.container.node import Node
from keras_ivy.utils.exceptions import IvyTypeError

__all__ = ["Rekey"]


class Rekey:
    """The same leaves under other key chains."""

    def _rekeyed(self, rename: Callable[[str], str], include_empty: bool = False) -> Any:
        out = self._new(self._config)
        for path, leaf in self.cont_to_iterator(include_empty=include_empty):
            out[rename(path)] = leaf
        return out

    @staticmethod
    def cont_flatten_key_chain(
        key_chain: str,
        replacement: str = "__",
        above_height: int | None = None,
        below_depth: int | None = None,
    ) -> str:
        """Join the keys of a key chain into fewer.

        Args:
            key_chain: The chain.
            replacement: The text that joins the keys.
            above_height: The number of keys at the end that stay apart.
            below_depth: The number of keys at the start that stay apart.

        Example:

        >>> from keras_ivy import Container
        >>> Container.cont_flatten_key_chain("a/b/c/d", above_height=1, below_depth=1)
        'a/b__c/d'
        """
        keys = split_chain(key_chain)
        start, stop = below_depth or 0, len(keys) - (above_height or 0)
        if start < stop:
            keys[start:stop] = [replacement.join(keys[start:stop])]
        return "/".join(keys)

    def cont_flatten_key_chains(
        self,
        include_empty: bool = False,
        above_height: int | None = None,
        below_depth: int | None = None,
    ) -> Any:
        """Return a copy in which the keys of every key chain are joined by two underscores.

        Args:
            include_empty: Whether empty containers are kept.
            above_height: The number of keys at the end of each chain that stay apart.
            below_depth: The number of keys at the start of each chain that stay apart.

        Example:

        >>> from keras_ivy import Container
        >>> Container(a={"b": {"c": 1}}, e=3).cont_flatten_key_chains(above_height=1)
        {
            a__b: {
                c: 1
            },
            e: 3
        }
        """
        return self._rekeyed(
            lambda path: self.cont_flatten_key_chain(
                path, above_height=above_height, below_depth=below_depth
            ),
            include_empty,
        )

    def cont_format_key_chains(self, format_fn: Callable[[str], str]) -> Any:
        """Return a copy with every key chain replaced by `format_fn(key chain)`."""
        return self._rekeyed(format_fn)

    def cont_sort_by_key(self) -> Any:
        """Return a copy whose keys are sorted, also if the options say otherwise."""
        out = self._new(self._config)
        for key in sorted(self):
            value = self[key]
            dict.__setitem__(
                out, key, value.cont_sort_by_key() if isinstance(value, Node) else value
            )
        return out

    def cont_restructure_key_chains(
        self, keychain_mapping: Mapping[str, str], keep_orig: bool = True, replace: bool = True
    ) -> Any:
        """Return a copy with some values moved to other key chains.

        Args:
            keychain_mapping: From key chains to new ones.
            keep_orig: Whether all other values are kept.
            replace: Whether a moved value leaves its old place.

        Raises:
            KeyError: If there is no such key chain.

        Example:

        >>> from keras_ivy import Container
        >>> Container(a=1, b={"c": 2}).cont_restructure_key_chains({"b/c": "d/e"})
        {
            a: 1,
            d: {
                e: 2
            }
        }
        """
        mapping = {old: {"key_chain": new} for old, new in keychain_mapping.items()}
        return self.cont_restructure(mapping, keep_orig, replace)

    def cont_restructure(
        self,
        mapping: Mapping[str, str | Mapping[str, Any]],
        keep_orig: bool = True,
        replace: bool = True,
    ) -> Any:
        """Return a copy with some values moved to other key chains, and rearranged.

        Args:
            mapping: From key chains to new ones, or to dicts of `key_chain` and, in the notation
                of `keras.ops.rearrange`, `pattern` and `axes_lengths`.
            keep_orig: Whether all other values are kept.
            replace: Whether a moved value leaves its old place.

        Raises:
            KeyError: If there is no such key chain.
        """
        for old in mapping:
            if old not in self:
                raise missing_key(self, old)
        out = self._new(self._config)
        if keep_orig:
            out = self.cont_prune_key_chains(list(mapping)) if replace else self._copy_branches()
        for old, target in mapping.items():
            value = self[old]
            target = {"key_chain": target} if isinstance(target, str) else target
            if target.get("pattern") is not None:
                value = keras.ops.rearrange(
                    value, target["pattern"], **(target.get("axes_lengths") or {})
                )
            out[target["key_chain"]] = value
        return out

    def cont_cutoff_at_depth(self, depth_cutoff: int) -> Any:
        """Return a copy in which containers `depth_cutoff` keys down are empty.

        Example:

        >>> from keras_ivy import Container
        >>> Container(a={"b": {"c": 1}}, e=3).cont_cutoff_at_depth(1)
        {
            a: {},
            e: 3
        }
        """
        if depth_cutoff < 1:
            return self._like({})
        return self._like(
            {
                k: v.cont_cutoff_at_depth(depth_cutoff - 1) if isinstance(v, Node) else v
                for k, v in self.items()
            }
        )

    def cont_cutoff_at_height(self, height_cutoff: int) -> Any:
        """Return a copy in which containers of at most `height_cutoff` levels are empty.

        Example:

        >>> from keras_ivy import Container
        >>> Container(a={"b": {"c": 1}}, e=3).cont_cutoff_at_height(1)
        {
            a: {
                b: {}
            },
            e: 3
        }
        """
        if self.cont_max_depth <= height_cutoff:
            return self._like({})
        return self._like(
            {
                k: v.cont_cutoff_at_height(height_cutoff) if isinstance(v, Node) else v
                for k, v in self.items()
            }
        )

    def cont_slice_via_key(self, slice_key: str) -> Any:
        """Return a copy in which containers that have a key are replaced by what it holds.

        Example:

        >>> from keras_ivy import Container
        >>> Container(a={"x": 1, "y": 2}, z=5).cont_slice_via_key("x")
        {
            a: 1,
            z: 5
        }
        """
        if slice_key in self.keys():
            return self[slice_key]
        return self._like(
            {
                k: v.cont_slice_via_key(slice_key) if isinstance(v, Node) else v
                for k, v in self.items()
            }
        )

    def cont_slice_keys(self, key_slice: Any, all_depths: bool = False) -> Any:
        """Return a copy with some of the keys, chosen by position or by name.

        Args:
            key_slice: A position, a slice of positions, `"b:d"` for the keys from `b` to `d`
                inclusive; or a dict from depths to such slices.
            all_depths: Whether the slice is applied on every level.

        Raises:
            TypeError: If the slice is of another type.

        Example:

        >>> from keras_ivy import Container
        >>> Container(a=1, b=2, c=3, d=4).cont_slice_keys("b:c")
        {
            b: 2,
            c: 3
        }
        """
        return self._sliced(key_slice, all_depths, 0)

    def _sliced(self, key_slice: Any, all_depths: bool, depth: int) -> Any:
        here = key_slice.get(depth) if isinstance(key_slice, Mapping) else key_slice
        chosen = list(self) if here is None else _keys_in(list(self), here)
        out = {}
        for key in chosen:
            value = self[key]
            if isinstance(value, Node) and (all_depths or isinstance(key_slice, Mapping)):
                value = value._sliced(key_slice, all_depths, depth + 1)
            out[key] = value
        return self._like(out)


def _keys_in(keys: list[str], key_slice: Any) -> list[str]:
    if isinstance(key_slice, str) and key_slice.count(":") == 1:
        first, last = key_slice.split(":")
        return [key for key in keys if (not first or first <= key) and (not last or key <= last)]
    if isinstance(key_slice, int) and not isinstance(key_slice, bool):
        return [keys[key_slice]]
    if isinstance(key_slice, slice):
        return keys[key_slice]
    raise IvyTypeError(
        "A slice of keys is a position, a slice, 'first:last' or a dict from depths to these. "
        f"Received: key_slice={key_slice!r} of type {type(key_slice).__name__}"
    )
