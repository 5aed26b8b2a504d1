"""The modules above and below one, under the names of Ivy before 1.0.

Ivy named modules there by how they print, which holds an address; here they are named as in `v`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import keras

from keras_ivy.container import Container
from keras_ivy.module.attributes import Attributes
from keras_ivy.module.record import own_record, record_of
from keras_ivy.module.variables.tracking import structure_now
from keras_ivy.ops.ivy.left_out import sentence
from keras_ivy.structure import sublayers
from keras_ivy.utils.checks import flag, whole
from keras_ivy.utils.exceptions import IvyAttributeError, IvyValueError

if TYPE_CHECKING:
    from keras_ivy.module.module import Module

__all__ = ["Relatives"]

#: What Ivy's modules keep of their arguments, and of their state, by Ivy's private names.
_PRIVATE: "dict[str, Callable[[Module], Any]]" = {
    "_args": lambda module: own_record(module).options.args,
    "_build_mode": lambda module: module.build_mode,
    "_built": lambda module: module.built,
    "_dev": lambda module: module.device,
    "_device": lambda module: module.device,
    "_dtype": lambda module: module.variable_dtype,
    "_kwargs": lambda module: own_record(module).options.kwargs,
    "_store_vars": lambda module: own_record(module).options.store_vars,
    "_training": lambda module: module.training,
    "_v": lambda module: module.v,
    "_with_partial_v": lambda module: own_record(module).options.with_partial_v,
}


class Relatives(Attributes):
    """The methods of `Module` that look at the modules above and below it."""

    if not TYPE_CHECKING:  # a checker would take every name for an attribute

        def __getattr__(self, name: str) -> Any:
            """Return what Ivy's modules keep under private names, unless the program set them."""
            if name in _PRIVATE and record_of(self) is not None:
                return _PRIVATE[name](self)
            reason = sentence(name) if name in ("show_graph", "trace_graph") else None
            if reason is not None:
                raise IvyAttributeError(f"{reason}. Received: {name}", name=name, obj=self)
            raise IvyAttributeError(
                f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self
            )

    def sub_mods(
        self, *, show_v: bool = True, depth: int | None = None, flatten_key_chains: bool = False
    ) -> Container | str:
        """Return the layers inside, as a Container by the keys that they have in `v`.

        Args:
            show_v: Whether layers without layers inside are shown by their variables, else by how
                they print.
            depth: How many levels are shown; all by default.
            flatten_key_chains: If True, the keys of a key chain are joined by two underscores.

        Returns:
            A Container; what stands in it if there is no layer inside, or `depth` is 0.

        Example:

        >>> import keras_ivy as ivy
        >>> ivy.Sequential(ivy.Linear(2, 1), ivy.Identity()).sub_mods(show_v=False)
        {
            submodules: {
                v0: Linear(in_features=2, out_features=1, with_bias=True),
                v1: Identity()
            }
        }
        """
        flag("show_v", show_v, "sub_mods")
        if depth is not None:
            whole("depth", depth, 0, owner="sub_mods")
        found = _below(self, show_v, depth)
        if flag("flatten_key_chains", flatten_key_chains, "sub_mods"):
            return found.cont_flatten_key_chains() if isinstance(found, Container) else found
        return found

    def mod_depth(self) -> int:
        """Return how many modules are above this one; 0 where it is in none.

        Example:

        >>> import keras_ivy as ivy
        >>> net = ivy.Sequential(ivy.Linear(2, 1))
        >>> net.mod_depth(), net[0].mod_depth()
        (0, 1)
        """
        return len(_above(self))

    def mod_height(self) -> int:
        """Return how many levels of layers are inside; 0 where there is none.

        Example:

        >>> import keras_ivy as ivy
        >>> ivy.Sequential(ivy.Sequential(ivy.ReLU())).mod_height()
        2
        """
        return _height(self)

    @property
    def top_mod(self) -> "Callable[..., Module] | None":
        """A function that returns the module `depth` levels above, the topmost by default.

        None where the module is in no other. A module in several is in the one that took it first.

        Example:

        >>> import keras_ivy as ivy
        >>> net = ivy.Sequential(ivy.Linear(2, 1))
        >>> net.top_mod is None, net[0].top_mod() is net
        (True, True)
        """
        above = _above(self)

        def top_mod(depth: int | None = None) -> "Module":
            return _at("top_mod", self, above, depth)

        return top_mod if above else None

    @property
    def top_v(self) -> Callable[..., Container] | None:
        """A function that returns the variables of the module that `top_mod` returns."""
        above = _above(self)

        def top_v(depth: int | None = None, flatten_key_chains: bool = False) -> Container:
            v = _at("top_v", self, above, depth).v
            return v.cont_flatten_key_chains() if flatten_key_chains else v

        return top_v if above else None

    def v_with_top_v_key_chains(
        self, *, depth: int | None = None, flatten_key_chains: bool = False
    ) -> Container:
        """Return the variables under the key chains that they have in a module above.

        Args:
            depth: How many levels above; the topmost module by default.
            flatten_key_chains: If True, the keys of a key chain are joined by two underscores.

        Example:

        >>> import keras_ivy as ivy
        >>> net = ivy.Sequential(ivy.Linear(2, 1))
        >>> list(net[0].v_with_top_v_key_chains().flatten())
        ['submodules/v0/b', 'submodules/v0/w']
        """
        top = _at("v_with_top_v_key_chains", self, _above(self), depth)
        flag("flatten_key_chains", flatten_key_chains, "v_with_top_v_key_chains")
        mine = {id(variable) for variable in self.v.flatten().values()}
        found = {path: w for path, w in top.v.flatten().items() if id(w) in mine}
        out = Container(found)
        return out.cont_flatten_key_chains() if flatten_key_chains else out

    def show_v_in_top_v(self, *, depth: int | None = None) -> None:
        """Print the variables under the key chains that they have in a module above."""
        self.v_with_top_v_key_chains(depth=depth).cont_show()

    def show_structure(self) -> None:
        """Print the module with the layers inside.

        Example:

        >>> import keras_ivy as ivy
        >>> ivy.Sequential(ivy.Identity(), ivy.Identity()).show_structure()
        Sequential(v0=Identity(), v1=Identity())
        {
            submodules: {
                v0: Identity(),
                v1: Identity()
            }
        }
        """
        print(repr(self))
        below = self.sub_mods(show_v=False)
        if isinstance(below, Container):
            print(below)


def _above(module: "Module") -> "list[Module]":
    """Return the modules above, the next one first."""
    found: list[Module] = []
    here = own_record(module).above
    while here is not None and (owner := here()) is not None and owner not in found:
        found.append(owner)
        here = own_record(owner).above
    return found


def _at(owner: str, module: "Module", above: "list[Module]", depth: int | None) -> "Module":
    if depth is None:
        return above[-1] if above else module
    whole("depth", depth, 0, owner=owner)
    if depth > len(above):
        raise IvyValueError(
            f"{owner}: there are {len(above)} modules above this one. Received: depth={depth}"
        )
    return module if depth == 0 else above[depth - 1]


def _inside(layer: keras.layers.Layer) -> dict[str, keras.layers.Layer]:
    """Return the layers right below one, by path."""
    if record_of(layer) is not None:
        structure_now(layer)
    below = sublayers(layer)
    first: dict[str, keras.layers.Layer] = {}
    for path in sorted(below, key=lambda path: path.split("/")):
        if not any(path.startswith(f"{other}/") for other in first):
            first[path] = below[path]
    return first


def _height(layer: keras.layers.Layer) -> int:
    return max((1 + _height(inner) for inner in _inside(layer).values()), default=0)


def _below(layer: keras.layers.Layer, show_v: bool, depth: int | None) -> Any:
    inside = {} if depth == 0 else _inside(layer)
    if inside:
        next_depth = None if depth is None else depth - 1
        return Container({k: _below(inner, show_v, next_depth) for k, inner in inside.items()})
    if not show_v:
        return repr(layer) if record_of(layer) is not None else type(layer).__name__
    if record_of(layer) is not None:
        structure_now(layer)
        return layer.v
    return Container({w.name: w for w in layer.weights})
