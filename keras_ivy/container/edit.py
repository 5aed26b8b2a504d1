"""Ivy's spellings for setting and pruning: every method returns a new Container, if not asked."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from keras_ivy import tree
from keras_ivy.container.keys import missing_key
from keras_ivy.container.node import Node
from keras_ivy.container.query import chains_of
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

__all__ = ["Edit"]


class Edit:
    """Setting and pruning, by key chain and by key."""

    # -- setting ------------------------------------------------------------------------------

    def cont_set_at_keys(self, target_dict: Mapping[str, Any]) -> Any:
        """Return a copy in which the values of some keys, at any depth, are replaced.

        Note:
            The value replaces whatever stood at the key, a whole container included.

        Args:
            target_dict: From keys, not key chains, to the new values.

        Example:

        >>> from keras_ivy import Container
        >>> Container(w=1, q={"w": 2, "b": 3}).cont_set_at_keys({"w": 9})
        {
            q: {
                b: 3,
                w: 9
            },
            w: 9
        }
        """
        out = {}
        for key, value in self.items():
            if key in target_dict:
                out[key] = self._convert(target_dict[key])
            else:
                out[key] = value.cont_set_at_keys(target_dict) if isinstance(value, Node) else value
        return self._like(out)

    def cont_set_at_key_chain(self, key_chain: str, val: Any, inplace: bool = False) -> Any:
        """Return a copy with a value set at a key chain, which need not exist.

        Args:
            key_chain: The chain.
            val: The value.
            inplace: If True, this Container is changed and returned.
        """
        out = self if inplace else self._copy_branches()
        out[key_chain] = val
        return out

    def cont_set_at_key_chains(self, target_dict: Mapping, *, inplace: bool = False) -> Any:
        """Return a copy with values set at several key chains.

        Args:
            target_dict: Nested, or from key chains to values.
            inplace: If True, this Container is changed and returned.

        Example:

        >>> from keras_ivy import Container
        >>> Container(a=1, b={"c": 2}).cont_set_at_key_chains({"b": {"c": 5}, "d": 6})
        {
            a: 1,
            b: {
                c: 5
            },
            d: 6
        }
        """
        out = self._copy_branches()
        for chain, value in tree.items(target_dict, include_empty=True):
            out[chain] = value
        return self._become(out) if inplace else out

    def cont_overwrite_at_key_chain(self, key_chain: str, val: Any, inplace: bool = False) -> Any:
        """Return a copy with a value set at a key chain, which must exist.

        Raises:
            KeyError: If there is no such chain.
        """
        if key_chain not in self:
            raise missing_key(self, key_chain)
        return self.cont_set_at_key_chain(key_chain, val, inplace)

    def cont_overwrite_at_key_chains(self, target_dict: Mapping, *, inplace: bool = False) -> Any:
        """Return a copy with values set at several key chains, which must exist.

        Raises:
            KeyError: If one of the chains does not exist.
        """
        for chain in tree.paths(target_dict):
            if chain not in self:
                raise missing_key(self, chain)
        return self.cont_set_at_key_chains(target_dict, inplace=inplace)

    def cont_create_if_absent(self, key: str, value: Any) -> None:
        """Set a key chain unless it exists."""
        self.setdefault(key, value)

    def cont_inplace_update(self, dict_in: Mapping) -> None:
        """Set values from a nested dict; keys that it does not name stay.

        Example:

        >>> from keras_ivy import Container
        >>> v = Container(a=1, b={"c": 2, "d": 3})
        >>> v.cont_inplace_update({"b": {"c": 5}})
        >>> v.b
        {
            c: 5,
            d: 3
        }
        """
        self._become(self.merge(dict_in))

    # -- pruning ------------------------------------------------------------------------------

    def _filtered(self, keep: Callable[[str, Any], bool]) -> Any:
        """Return a Container of the leaves for which `keep(path, leaf)`; no empty containers."""

        def walk(branch: Any, prefix: str) -> Any:
            out = {}
            for key, value in branch.items():
                if isinstance(value, Node):
                    value = walk(value, f"{prefix}{key}/")
                    if len(value):
                        out[key] = value
                elif keep(f"{prefix}{key}", value):
                    out[key] = value
            return branch._like(out)

        return walk(self, "")

    def cont_prune_key_chain(self, key_chain: str) -> Any:
        """Return a copy without what stands at a key chain; see `cont_prune_key_chains`."""
        return self.cont_prune_key_chains([key_chain])

    def cont_prune_key_chains(self, key_chains: Any) -> Any:
        """Return a copy without what stands at some key chains.

        Chains that lead nowhere are ignored, and containers left empty are dropped.

        Args:
            key_chains: A chain, several, or a nested dict with the keys. None returns this
                Container.

        Example:

        >>> from keras_ivy import Container
        >>> Container(a=1, b={"c": 2, "d": 3}).cont_prune_key_chains(["a", "b/c"])
        {
            b: {
                d: 3
            }
        }
        """
        if key_chains is None:
            return self
        chains = [chain.replace(".", "/") for chain in chains_of(key_chains)]
        return self._filtered(
            lambda path, _: not any(path == c or path.startswith(f"{c}/") for c in chains)
        )

    def cont_prune_keys(self, query_keys: str | Iterable[str]) -> Any:
        """Return a copy without the leaves whose path contains one of the texts.

        Example:

        >>> from keras_ivy import Container
        >>> Container(abc=1, x={"b": 2, "y": 3}).cont_prune_keys("b")
        {
            x: {
                y: 3
            }
        }
        """
        texts = [query_keys] if isinstance(query_keys, str) else list(query_keys)
        return self._filtered(lambda path, _: not any(text in path for text in texts))

    def cont_prune_empty(self, keep_nones: bool = False, base: bool = True) -> Any:
        """Return a copy without empty containers and, unless `keep_nones`, without None.

        Args:
            keep_nones: Whether leaves that are None stay.
            base: If False, None is returned where nothing is left.
        """
        out = self._filtered(lambda _, leaf: keep_nones or leaf is not None)
        return out if base or len(out) else None

    def cont_prune_key_from_key_chains(
        self, absolute: str | None = None, containing: str | None = None
    ) -> Any:
        """Return a copy with a key taken out of all key chains, what it held moved up.

        Args:
            absolute: The key.
            containing: A text; every key that contains it is taken out.

        Raises:
            ValueError: If neither is given.

        Example:

        >>> from keras_ivy import Container
        >>> Container(a={"x": {"b": 1}}, x={"c": 2}).cont_prune_key_from_key_chains("x")
        {
            a: {
                b: 1
            },
            c: 2
        }
        """
        return self.cont_prune_keys_from_key_chains(
            None if absolute is None else [absolute], None if containing is None else [containing]
        )

    def cont_prune_keys_from_key_chains(
        self, absolute: Iterable[str] | None = None, containing: Iterable[str] | None = None
    ) -> Any:
        """Return a copy with several keys taken out of all key chains.

        Args:
            absolute: The keys.
            containing: Texts; every key that contains one of them is taken out.

        Raises:
            ValueError: If neither is given, or a moved value would hide another.
        """
        if absolute is None and containing is None:
            raise IvyValueError(
                "Give `absolute` or `containing`. Received: absolute=None, containing=None"
            )
        for name, value in (("absolute", absolute), ("containing", containing)):
            if isinstance(value, str):
                raise IvyTypeError(f"`{name}` is a list of strings. Received: {name}={value!r}")
        names, texts = set(absolute or ()), tuple(containing or ())

        def walk(branch: Any) -> Any:
            out: dict = {}
            for key, value in branch.items():
                value = walk(value) if isinstance(value, Node) else value
                taken = key in names or any(text in key for text in texts)
                moved = value if taken and isinstance(value, Node) else {key: value}
                for inner, leaf in moved.items():
                    if inner in out:
                        raise IvyValueError(
                            f"Two values would stand at {inner!r}. Received: "
                            f"absolute={absolute!r}, containing={containing!r}"
                        )
                    out[inner] = leaf
            return branch._like(out)

        return walk(self)
