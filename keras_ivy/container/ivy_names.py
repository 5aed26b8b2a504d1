"""Ivy's spellings of what containers do: one line each, the work is done below.

The names, arguments and defaults are Ivy's. Examples stand with the functions of `keras_ivy.tree`.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from keras_ivy import tree
from keras_ivy.container import printing
from keras_ivy.container.base import Base
from keras_ivy.container.files import disk
from keras_ivy.container.files.stored import Index
from keras_ivy.container.guard import guard, some
from keras_ivy.tree import compare, edit, maps, reduce, rekey, select, shapes
from keras_ivy.tree.keys import missing_key
from keras_ivy.tree.rekey import KeySlice, Moved
from keras_ivy.typing import Array, Leaf

if TYPE_CHECKING:  # It stands above.
    from keras_ivy.container.container import Container

__all__ = ["IvyNames"]

Branch = Mapping[str, object]
Names = str | Iterable[str]
Path = str | os.PathLike


@guard
class IvyNames(Base):
    """The methods of Ivy's Container that begin with `cont_`."""

    # -- leaves -------------------------------------------------------------------------------

    def cont_map(
        self,
        func: Callable[[Any, str], object],
        key_chains: Iterable[str] | str | None = None,
        to_apply: bool = True,
        prune_unapplied: bool = False,
        map_sequences: bool = False,
        inplace: bool = False,
    ) -> Self:
        """Return the Container of `func(leaf, path)`; see `tree.maps.map_some`."""
        rebuild = Base._become if inplace else tree.like
        return maps.map_some(
            self, func, key_chains, to_apply, prune_unapplied, map_sequences, rebuild
        )

    def cont_map_sub_conts(
        self,
        func: Callable[[Any, str], object],
        key_chains: Iterable[str] | None = None,
        to_apply: bool = True,
        prune_unapplied: bool = False,
        inplace: bool = False,
        *,
        include_self: bool = True,
    ) -> Any:
        """Return the Container of `func(container, path)`; see `tree.maps.map_branches`."""
        rebuild = Base._become if inplace else tree.like
        return maps.map_branches(
            self, func, key_chains, to_apply, prune_unapplied, rebuild, include_self
        )

    @staticmethod
    def cont_multi_map(
        func: Callable[[list[Any], str], object],
        containers: Iterable[object],
        key_chains: Iterable[str] | str | None = None,
        to_apply: bool = True,
        prune_unapplied: bool = False,
        *,
        map_nests: bool = False,
        assert_identical: bool = False,
    ) -> Any:
        """Return the Container of `func([leaf of each], path)`; see `tree.maps.map_several`."""
        return maps.map_several(
            list(containers), func, key_chains, to_apply, prune_unapplied, map_nests,
            assert_identical, branch=Base,
        )  # fmt: skip

    def cont_all_true(self, assert_is_bool: bool = False) -> bool:
        """Whether every leaf, and every element of every array, is true."""
        return reduce.all_true(self, assert_is_bool)

    def cont_all_false(self, assert_is_bool: bool = False) -> bool:
        """Whether no leaf, and no element of any array, is true."""
        return reduce.all_false(self, assert_is_bool)

    def cont_as_bools(self, assert_is_bool: bool = False) -> Self:
        """Return the Container of the truth values of the leaves; arrays element by element."""
        return reduce.as_bools(self, assert_is_bool)

    def cont_copy(self) -> Self:
        """Return a copy in which every container is new and every leaf is shared."""
        return self._copy_branches()

    def cont_deep_copy(self) -> Self:
        """Return a copy in which arrays are new too; other leaves are shared."""
        return maps.deep_copied(self)

    def cont_to_iterator(
        self, key_chain: str = "", leaf_keys_only: bool = False, include_empty: bool = False
    ) -> Iterator[tuple[str, Any]]:
        """Yield `(path, leaf)` of every leaf; see `tree.in_order`."""
        return tree.in_order(self, key_chain, leaf_keys_only, include_empty)

    def cont_to_iterator_keys(
        self, key_chain: str = "", leaf_keys_only: bool = False, include_empty: bool = False
    ) -> Iterator[str]:
        """Yield the path of every leaf; see `cont_to_iterator`."""
        return (p for p, _ in tree.in_order(self, key_chain, leaf_keys_only, include_empty))

    def cont_to_iterator_values(self, include_empty: bool = False) -> Iterator[Any]:
        """Yield every leaf; see `cont_to_iterator`."""
        return (leaf for _, leaf in tree.in_order(self, include_empty=include_empty))

    def cont_to_flat_list(self) -> list[Any]:
        """Return the leaves in the order of their paths."""
        return [leaf for _, leaf in tree.in_order(self)]

    def cont_from_flat_list(self, flat_list: list[Leaf]) -> Self:
        """Return a Container of this one's keys and of leaves, which leave the list."""
        return edit.from_leaves(self, flat_list)

    def cont_to_nested_list(self) -> list[object]:
        """Return the leaves as lists in lists; leaves that are None are left out."""
        return edit.nested_lists(self)

    def cont_to_dict(self) -> dict[str, Any]:
        """Return nested plain dicts."""
        return edit.to_dict(self)

    def cont_to_raw(self) -> dict[str, Any] | list[Any]:
        """Return nested plain dicts, with the lists that were nested at construction restored."""
        return edit.raw(self)

    def cont_with_entries_as_lists(self) -> Self:
        """Return a copy with arrays as nested lists of numbers."""
        return maps.to_lists(self)

    def cont_num_arrays(self) -> int:
        """Return the number of leaves that are arrays."""
        return len(shapes.arrays(self))

    def cont_size_ordered_arrays(self, *, exclude: Iterable[str] = ()) -> "Container":
        """Return a flat Container of the arrays, from the smallest to the largest."""
        out = self._new(self._config._replace(alphabetical_keys=False))
        for path in shapes.by_size(self, tuple(exclude)):
            out[rekey.join_keys(path)] = self[path]
        return out

    # -- shapes, dtypes and devices -----------------------------------------------------------

    @property
    def cont_dtype(self) -> str | None:
        """The dtype of all arrays, or None where they differ or there are none."""
        return shapes.common_dtype(self)

    @property
    def cont_dev(self) -> str | None:
        """The device of all arrays, such as `"cpu"` or `"gpu:0"`, or None where they differ."""
        return shapes.common_device(self)

    @property
    def cont_shape(self) -> list[int | None]:
        """The sizes that all arrays share, axis by axis; None where they differ."""
        return shapes.common_shape(self)

    @property
    def cont_shapes(self) -> Self:
        """The Container of the shapes of the arrays; None for other leaves."""
        return shapes.shapes(self)

    def cont_reshape_like(
        self, target_dict: Branch, leading_shape: Sequence[int] | None = None
    ) -> Self:
        """Return the Container of the leaves in the shapes of a dict; see `tree.shapes`."""
        return shapes.reshape_like(self, self._plain(target_dict), leading_shape)

    def cont_unstack_conts(
        self, axis: int, keepdims: bool = False, dim_size: int | None = None
    ) -> list[Self]:
        """Return a list of containers, one for every index of an axis of size `dim_size`."""
        return shapes.unstack(self, axis, keepdims, dim_size)

    @staticmethod
    def cont_reduce(
        containers: Sequence["Container"], reduction: Callable[[list[Any]], object]
    ) -> "Container":
        """Return the Container of `reduction([leaf of each container])`."""
        return reduce.reduce(containers, reduction)

    @staticmethod
    def cont_list_join(containers: Sequence[Branch]) -> "Container":
        """Return the Container of the lists of several containers, joined."""
        return reduce.join_lists(some("cont_list_join", containers))

    @staticmethod
    def cont_list_stack(containers: Sequence[Branch], dim: int = 0) -> "Container":
        """Return the Container of lists of the leaves of several containers; `dim` is 0."""
        return reduce.list_leaves(some("cont_list_stack", containers), dim)

    @staticmethod
    def cont_unify(cont: Branch, device: str, mode: str, axis: int = 0) -> Array:
        """Return one array out of all the leaves; see `tree.reduce.unify`."""
        return reduce.unify(cont, device, mode, axis)

    # -- look-ups -----------------------------------------------------------------------------

    def cont_at_key_chain(self, key_chain: str, ignore_key_errors: bool = False) -> Any:
        """Return the value at a key chain; None if it is unknown and `ignore_key_errors`."""
        return None if ignore_key_errors and key_chain not in self else self[key_chain]

    def cont_at_key_chains(
        self, key_chains: Names | None, *, ignore_key_errors: bool = False
    ) -> Self:
        """Return a Container of the values at some key chains alone; all of it for None."""
        if key_chains is None:
            return self
        return select.at_paths(self, key_chains, ignore_key_errors)

    def cont_at_keys(self, queries: Names | None, *, containing: bool = False) -> Self:
        """Return a Container of the leaves that have a key of the given name on their way."""
        if queries is None:
            return self
        return select.at_names(self, [queries] if isinstance(queries, str) else queries, containing)

    def cont_has_key(self, query: str) -> bool:
        """Whether a key chain contains the text, in any part of it."""
        return any(query in path for path in tree.paths(self))

    def cont_has_key_chain(self, key_chain: str) -> bool:
        """Whether a key chain leads somewhere."""
        return key_chain in self

    def cont_all_key_chains(self, include_empty: bool = False) -> list[str]:
        """Return the path of every leaf, and of every empty container if asked for."""
        return [path for path, _ in tree.in_order(self, include_empty=include_empty)]

    def cont_key_chains_containing(self, sub_str: str, include_empty: bool = False) -> list[str]:
        """Return the paths that contain a text."""
        return [path for path in self.cont_all_key_chains(include_empty) if sub_str in path]

    @staticmethod
    def cont_common_key_chains(containers: Iterable[Branch]) -> list[str]:
        """Return the paths that all containers have."""
        return compare.common_paths(containers)

    def cont_if_exists(self, key: str) -> Any:
        """Return the value at a key or key chain, or None where there is none."""
        return self.get(key)

    def cont_try_kc(self, key: str) -> Any:
        """Return the value at a key or key chain, or this Container where there is none."""
        return self.get(key, self)

    @property
    def cont_max_depth(self) -> int:
        """The number of keys of the longest key chain; empty containers count."""
        return select.depth(self)

    def cont_find_sub_container(self, sub_cont: Branch, partial: bool = False) -> str | bool:
        """Return the path of a container inside this one, by the identity of its arrays."""
        return select.find_identical(self, sub_cont, partial)

    def cont_contains_sub_container(self, sub_cont: Branch, partial: bool = False) -> bool:
        """Whether a container is inside this one, by the identity of its arrays."""
        return select.find_identical(self, sub_cont, partial) is not False

    def cont_find_sub_structure(
        self, sub_cont: Branch, check_shapes: bool = True, partial: bool = False
    ) -> str | bool:
        """Return the path of a container of the same keys, types and shapes, or False."""
        return select.find_structure(self, sub_cont, check_shapes, partial)

    def cont_contains_sub_structure(
        self, sub_cont: Branch, check_shapes: bool = True, partial: bool = False
    ) -> bool:
        """Whether a container of the same keys, types and shapes is inside this one."""
        return select.find_structure(self, sub_cont, check_shapes, partial) is not False

    def cont_assert_contains_sub_container(self, sub_cont: Branch, partial: bool = False) -> None:
        """Raise `ValueError` with the differences unless a container is inside this one."""
        select.require_identical(self, sub_cont, partial, self._made)

    def cont_assert_contains_sub_structure(
        self, sub_cont: Branch, check_shapes: bool = True, partial: bool = False
    ) -> None:
        """Raise `ValueError` with the differences unless such a structure is inside this one."""
        select.require_structure(self, sub_cont, check_shapes, partial, self._made)

    def cont_duplicate_array_keychains(self) -> tuple[tuple[str, ...], ...]:
        """Return the paths of arrays that stand at several paths, grouped by array."""
        return select.duplicates(self)

    def cont_structural_diff(
        *containers: Branch,
        mode: str = "all",
        diff_keys: str | Sequence[str] = "diff",
        detect_key_diffs: bool = True,
        detect_shape_diffs: bool = True,
    ) -> "Container":
        """Return a Container that shows where containers differ in keys and shapes alone."""
        trees = [c if isinstance(c, Base) else Base._plain(c) for c in containers]
        return trees[0]._made(
            compare.difference(trees, mode, diff_keys, detect_key_diffs, False, detect_shape_diffs)
        )

    @staticmethod
    def cont_identical(
        containers: Sequence[Branch], check_types: bool = True, check_shapes: bool = True,
        same_arrays: bool = True, arrays_equal: bool = True, *, partial: bool = False,
    ) -> bool:  # fmt: skip
        """Whether containers have the same keys and arrays; see `tree.compare.identical`."""
        return compare.identical(
            containers, check_types, check_shapes, same_arrays, arrays_equal, partial
        )

    @staticmethod
    def cont_identical_structure(
        containers: Sequence[Branch], check_types: bool = True, check_shapes: bool = True, *,
        partial: bool = False,
    ) -> bool:  # fmt: skip
        """Whether containers have the same keys, types of leaves and shapes of arrays."""
        return compare.identical_structure(containers, check_types, check_shapes, partial)

    @staticmethod
    def cont_assert_identical(
        containers: Sequence[Branch], check_types: bool = True, check_shapes: bool = True,
        same_arrays: bool = True, arrays_equal: bool = True, *, partial: bool = False,
    ) -> None:  # fmt: skip
        """Raise `ValueError` with the differences unless `cont_identical` holds."""
        compare.require_identical(
            containers, check_types, check_shapes, same_arrays, arrays_equal, partial, Base._shown
        )

    @staticmethod
    def cont_assert_identical_structure(
        containers: Sequence[Branch],
        check_types: bool = True,
        check_shapes: bool = True,
        *,
        partial: bool = False,
        assert_and_assign: bool = False,
    ) -> None:
        """Raise `ValueError` with the differences unless `cont_identical_structure` holds.

        With `assert_and_assign` the leaves of the second are then set in the first.
        """
        compare.require_same_structure(containers, check_types, check_shapes, partial, Base._shown)
        if assert_and_assign:
            into: Any = containers[0]
            for path, leaf in tree.items(containers[1]):
                into[path] = leaf

    @staticmethod
    def cont_identical_configs(containers: Iterable["Container"]) -> bool:
        """Whether containers have the same options."""
        first, *rest = (c.cont_config for c in containers)
        return all(first == other for other in rest)

    @staticmethod
    def cont_identical_array_shapes(containers: Iterable[Branch]) -> bool:
        """Whether the arrays of containers, in order, have the same shapes."""
        return compare.same_shapes(containers)

    def cont_combine(*containers: Branch) -> "Container":
        """Return a Container with the keys of all containers; later ones win. See `merge`."""
        trees: Any = containers
        return trees[0] if len(trees) == 1 else Base._merged(*trees)

    def cont_set_at_keys(self, target_dict: Branch) -> Self:
        """Return a copy in which the values of some keys, at any depth, are replaced."""
        return edit.set_names(self, {k: self._convert(v) for k, v in target_dict.items()})

    def cont_set_at_key_chain(self, key_chain: str, val: object, inplace: bool = False) -> Self:
        """Return a copy with a value set at a key chain, which need not exist."""
        out = self if inplace else self._copy_branches()
        out[key_chain] = val
        return out

    def cont_set_at_key_chains(self, target_dict: Branch, *, inplace: bool = False) -> Self:
        """Return a copy with values set at several key chains."""
        out = self._copy_branches()
        for chain, value in tree.items(target_dict, include_empty=True):
            out[chain] = value
        return self._become(out) if inplace else out

    def cont_overwrite_at_key_chain(
        self, key_chain: str, val: object, inplace: bool = False
    ) -> Self:
        """Return a copy with a value set at a key chain, which must exist."""
        if key_chain not in self:
            raise missing_key(self, key_chain)
        return self.cont_set_at_key_chain(key_chain, val, inplace)

    def cont_overwrite_at_key_chains(self, target_dict: Branch, *, inplace: bool = False) -> Self:
        """Return a copy with values set at several key chains, which must exist."""
        for chain in tree.paths(target_dict):
            if chain not in self:
                raise missing_key(self, chain)
        return self.cont_set_at_key_chains(target_dict, inplace=inplace)

    def cont_create_if_absent(self, key: str, value: object) -> None:
        """Set a key chain unless it exists."""
        self.setdefault(key, value)

    def cont_inplace_update(self, dict_in: Branch) -> None:
        """Set values from a nested dict; keys that it does not name stay."""
        self._become(self._merged(dict_in))

    def cont_prune_key_chain(self, key_chain: str) -> Self:
        """Return a copy without what stands at a key chain; see `cont_prune_key_chains`."""
        return select.without_paths(self, [key_chain])

    def cont_prune_key_chains(self, key_chains: Names | None) -> Self:
        """Return a copy without what stands at some key chains; all of it for None."""
        return self if key_chains is None else select.without_paths(self, key_chains)

    def cont_prune_keys(self, query_keys: Names) -> Self:
        """Return a copy without the leaves whose path contains one of the texts."""
        return select.without_texts(self, query_keys)

    def cont_prune_empty(self, keep_nones: bool = False, base: bool = True) -> Self | None:
        """Return a copy without empty containers and None; None for nothing unless `base`."""
        out = select.without_empty(self, keep_nones)
        return out if base or len(out) else None

    def cont_prune_key_from_key_chains(
        self, absolute: str | None = None, containing: str | None = None
    ) -> Self:
        """Return a copy with a key taken out of all key chains, what it held moved up."""
        return edit.without_names(
            self,
            None if absolute is None else [absolute],
            None if containing is None else [containing],
        )

    def cont_prune_keys_from_key_chains(
        self, absolute: Iterable[str] | None = None, containing: Iterable[str] | None = None
    ) -> Self:
        """Return a copy with several keys taken out of all key chains."""
        return edit.without_names(self, absolute, containing)

    # -- other key chains ---------------------------------------------------------------------

    @staticmethod
    def cont_flatten_key_chain(
        key_chain: str,
        replacement: str = "__",
        above_height: int | None = None,
        below_depth: int | None = None,
    ) -> str:
        """Join the keys of a key chain into fewer; see `tree.rekey.join_keys`."""
        return rekey.join_keys(key_chain, replacement, above_height, below_depth)

    def cont_flatten_key_chains(
        self,
        include_empty: bool = False,
        above_height: int | None = None,
        below_depth: int | None = None,
    ) -> Self:
        """Return a copy in which the keys of every key chain are joined by two underscores."""
        return rekey.renamed(
            self, lambda path: rekey.join_keys(path, "__", above_height, below_depth), include_empty
        )

    def cont_format_key_chains(self, format_fn: Callable[[str], str]) -> Self:
        """Return a copy with every key chain replaced by `format_fn(key chain)`."""
        return rekey.renamed(self, format_fn)

    def cont_sort_by_key(self) -> Self:
        """Return a copy whose keys are sorted, also if the options say otherwise."""
        return rekey.sorted_by_key(self)

    def cont_restructure_key_chains(
        self, keychain_mapping: Mapping[str, str], keep_orig: bool = True, replace: bool = True
    ) -> Self:
        """Return a copy with some values moved to other key chains."""
        return rekey.moved(self, keychain_mapping, keep_orig, replace)

    def cont_restructure(
        self, mapping: Mapping[str, str | Moved], keep_orig: bool = True, replace: bool = True
    ) -> Self:
        """Return a copy with some values moved and rearranged; see `tree.rekey.moved`."""
        return rekey.moved(self, mapping, keep_orig, replace)

    def cont_cutoff_at_depth(self, depth_cutoff: int) -> Self:
        """Return a copy in which containers `depth_cutoff` keys down are empty."""
        return rekey.cut_at_depth(self, depth_cutoff)

    def cont_cutoff_at_height(self, height_cutoff: int) -> Self:
        """Return a copy in which containers of at most `height_cutoff` levels are empty."""
        return rekey.cut_at_height(self, height_cutoff)

    def cont_slice_via_key(self, slice_key: str) -> Any:
        """Return a copy in which containers that have a key are replaced by what it holds."""
        return rekey.slice_via_key(self, slice_key)

    def cont_slice_keys(self, key_slice: KeySlice, all_depths: bool = False) -> Self:
        """Return a copy with some of the keys, chosen by position or by name."""
        return rekey.slice_keys(self, key_slice, all_depths)

    def cont_save(self, file_path: Path, format: str = "h5") -> None:
        """Save to a file; see `save`."""
        disk.write(self, file_path, format)

    @staticmethod
    def cont_load(file_path: Path, format: str = "h5") -> "Container":
        """Load a new Container from a file; see `load`. `format="pickle"` runs what it says."""
        return disk.read(Base._plain, file_path, format=format)

    def cont_to_disk_as_hdf5(
        self,
        h5_obj_or_filepath: Path,
        starting_index: int = 0,
        mode: str | None = None,
        max_batch_size: int | None = None,
    ) -> None:
        """Save to an HDF5 file, or to a part of one; see `files.disk.write_part`."""
        disk.write_part(self, h5_obj_or_filepath, starting_index, mode, max_batch_size)

    @staticmethod
    def cont_from_disk_as_hdf5(
        h5_obj_or_filepath: Path, slice_obj: Index = slice(None)
    ) -> "Container":
        """Load a new Container from an HDF5 file, or an index of its datasets' leading axes."""
        return disk.read_part(Base._plain, h5_obj_or_filepath, slice_obj)

    def cont_to_disk_as_pickled(self, pickle_filepath: Path) -> None:
        """Save to a pickle of nested plain dicts, which Ivy reads; variables as their values."""
        disk.write(self, pickle_filepath, "pickle")

    @staticmethod
    def cont_from_disk_as_pickled(pickle_filepath: Path) -> "Container":
        """Load a new Container from a pickle, which runs what the pickle says; see `load`."""
        return disk.read(Base._plain, pickle_filepath, format="pickle")

    def cont_to_jsonable(self) -> Self:
        """Return a copy with arrays as text; `cont_with_entries_as_lists` gives their numbers."""
        return disk.jsonable(self)

    def cont_to_disk_as_json(self, json_filepath: Path) -> None:
        """Save to a JSON file; arrays as the text of their print, which loads as text."""
        disk.write(self, json_filepath, "json")

    @staticmethod
    def cont_from_disk_as_json(json_filepath: Path) -> "Container":
        """Load a new Container from a JSON file."""
        return disk.read(Base._plain, json_filepath, format="json")

    def cont_show(self) -> None:
        """Print the Container, its keys in colour if the output is a terminal."""
        printing.show(self, self._config)

    def cont_with_print_limit(
        self, print_limit: int | None, *, inplace: bool = False
    ) -> Self | None:
        """Return a copy that prints arrays of at most so many elements in full; None: all."""
        return self._configured(inplace, print_limit=print_limit)

    def cont_remove_print_limit(self, *, inplace: bool = False) -> Self | None:
        """Return a copy that prints every array in full."""
        return self._configured(inplace, print_limit=None)

    def cont_with_key_length_limit(
        self, key_length_limit: int, *, inplace: bool = False
    ) -> Self | None:
        """Return a copy that prints long keys shortened to `key_length_limit` characters."""
        return self._configured(inplace, key_length_limit=key_length_limit)

    def cont_remove_key_length_limit(self, *, inplace: bool = False) -> Self | None:
        """Return a copy that prints every key in full."""
        return self._configured(inplace, key_length_limit=None)

    def cont_with_print_indent(self, print_indent: int, *, inplace: bool = False) -> Self | None:
        """Return a copy that prints each level indented by `print_indent` spaces."""
        return self._configured(inplace, print_indent=print_indent)

    def cont_with_print_line_spacing(
        self, print_line_spacing: int, *, inplace: bool = False
    ) -> Self | None:
        """Return a copy that prints with `print_line_spacing` blank lines between lines."""
        return self._configured(inplace, print_line_spacing=print_line_spacing)

    def cont_with_default_key_color(
        self, default_key_color: str, *, inplace: bool = False
    ) -> Self | None:
        """Return a copy whose keys `cont_show` prints in the given colour."""
        return self._configured(inplace, default_key_color=default_key_color)

    @staticmethod
    def cont_trim_key(key: str, max_length: int | None) -> str:
        """Shorten a key to `max_length` of its characters, evenly spaced."""
        return printing.trim_key(key, max_length)
