"""Values and gradients of functions of containers: `value_and_grad`, `execute_with_gradients`."""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import keras
import tensorflow as tf

from keras_ivy.adapters.keras import stateless
from keras_ivy.container import Container
from keras_ivy.container.base import share_names
from keras_ivy.functional.array_errors import run
from keras_ivy.utils.checks import choice, flag, received, summary
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

__all__ = ["execute_with_gradients", "value_and_grad"]

Result = TypeVar("Result")
Xs = TypeVar("Xs")

#: Keys and positions that lead into a nest.
Chain = tuple[str | int, ...]


def value_and_grad(
    fn: Callable[..., Result], has_aux: bool = False
) -> Callable[..., tuple[Result, Any]]:
    """Return a function that computes `fn` and its gradient with respect to the first argument.

    The gradient has the structure of that argument: a Container gives a Container. Calls nest:
    the gradient of a function that calls `value_and_grad(...)` is of second order.

    Args:
        fn: A function that returns a scalar, or with `has_aux` the pair `(scalar, anything)`. A
            tensor that is no scalar is summed up, as TensorFlow does.
        has_aux: Whether `fn` returns a pair of which only the first part is differentiated.

    Returns:
        A function `(v, *args, **kwargs) -> (fn(v, *args, **kwargs), gradient)`. Variables that
        `fn` does not use have a gradient of zeros; gradients of embeddings come dense.

    Raises:
        TypeError: If a leaf is no number, or the result cannot be differentiated.

    Example:

    >>> cube = lambda v: v["x"] ** 3
    >>> value, grad = value_and_grad(cube)({"x": 2.0})
    >>> float(value), float(grad["x"])
    (8.0, 12.0)
    >>> slope = lambda v: value_and_grad(cube)(v)[1]["x"]
    >>> float(value_and_grad(slope)({"x": 2.0})[1]["x"])
    12.0
    """

    _called("fn", fn, "value_and_grad")
    has_aux = flag("has_aux", has_aux, "value_and_grad")

    @functools.wraps(fn)
    @tf.autograph.experimental.do_not_convert
    def wrapped(v: Any, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        def scalar(result: Any) -> Any:
            if not has_aux:
                return result
            if not isinstance(result, tuple | list) or len(result) != 2:
                raise IvyTypeError(
                    "With has_aux=True the function returns a pair (value, aux). "
                    f"Received: {result!r}"
                )
            return result[0]

        result, (grads,) = _gradients(
            lambda xs: fn(xs, *args, **kwargs), v, lambda result: [scalar(result)]
        )
        return result, grads

    return wrapped


@tf.autograph.experimental.do_not_convert
def execute_with_gradients(
    func: Callable[[Xs], Result],
    xs: Xs,
    retain_grads: bool | None = None,
    xs_grad_idxs: Sequence[Sequence] | None = None,
    ret_grad_idxs: Sequence[Sequence] | None = None,
    *,
    non_finite: str = "zero",
) -> tuple[Result, Any]:
    """Call `func(xs)` and return `(result, gradients)`, as Ivy does.

    The gradients have the structure of `xs`. Calls nest for higher orders.

    Args:
        func: A function of `xs` that returns what is differentiated, or a tuple of it and
            anything else.
        xs: A Container, dict, list, tuple, or a single tensor or variable. Whole numbers are cast
            to float32 first.
        retain_grads: Whether an enclosing gradient may pass through the result and the gradients.
            Defaults to None, which means yes; False makes constants of both.
        xs_grad_idxs: The key chains in `xs` to differentiate, such as `[["encoder", "w"]]`; the
            gradients of the rest are zeros. Defaults to None, all of `xs`.
        ret_grad_idxs: The index chains of the results to differentiate. With several, the
            gradients are a Container with one entry a chain: `"0"`, `"1"`, ... Defaults to None,
            the result, or the first of a tuple.
        non_finite: `"zero"` (default) replaces infinite and undefined gradients by zero, as Ivy
            does; `"keep"` shows them.

    Returns:
        The result of `func`, and the gradients. Where `func` returns a tuple, `grads["0"]` reads
        the gradients too: there Ivy nests them under that key.

    Raises:
        TypeError: If a leaf is no number, or the result cannot be differentiated.
        ValueError: If an option is unknown or an index leads nowhere.

    Example:

    >>> v = Container(a=3.0, b={"c": 2.0})
    >>> loss, grads = execute_with_gradients(lambda v: v.a**2 * v.b.c, v)
    >>> float(loss), float(grads.a), float(grads.b.c)
    (18.0, 12.0, 9.0)

    Reference: Ivy's `functional/ivy/gradients.py`.
    """
    _called("func", func, "execute_with_gradients")
    if retain_grads is not None:
        flag("retain_grads", retain_grads, "execute_with_gradients")
    choice("non_finite", non_finite, ("zero", "keep"), "execute_with_gradients")
    chains = None if ret_grad_idxs is None else _chains(ret_grad_idxs, "ret_grad_idxs")

    def chosen(result: Any) -> list:
        if chains is None:
            return [result[0] if isinstance(result, tuple | list) and result else result]
        return [_at(result, chain, "ret_grad_idxs") for chain in chains]

    keep = None if xs_grad_idxs is None else _chains(xs_grad_idxs, "xs_grad_idxs")
    result, grads = _gradients(
        func, xs, chosen, keep, non_finite == "zero", 1 if chains is None else len(chains)
    )
    if retain_grads is False:
        result, grads = _constants(result), [_constants(g) for g in grads]
    if chains is not None and len(chains) > 1:
        named = zip(chains, grads, strict=True)
        return result, Container({"/".join(map(str, chain)): g for chain, g in named})
    (found,) = grads
    if chains is None and isinstance(result, tuple | list) and isinstance(found, Container):
        found = _UnderZero(found)
    return result, found


def _called(name: str, value: Any, owner: str) -> None:
    if not callable(value) or isinstance(value, type):
        raise IvyTypeError(f"{owner}: `{name}` must be a function. {received(name, value)}")


class _UnderZero(Container):
    """Gradients that can be read under `"0"` too, where Ivy puts them for a tuple of results."""

    def _find(self, chain: str) -> Any:
        head, _, rest = chain.replace(".", "/").partition("/")
        if head == "0" and not dict.__contains__(self, "0"):
            return super()._find(rest)
        return super()._find(chain)

    def __reduce__(self) -> tuple:
        return Container, (dict(self),)


def _gradients(
    func: Callable,
    xs: Any,
    outputs: Callable[[Any], list],
    keep: list[Chain] | None = None,
    zero_non_finite: bool = False,
    count: int = 1,
) -> tuple[Any, list]:
    """Return `func(xs)`, and for each of its chosen outputs the gradients in the form of `xs`."""
    leaves = keras.tree.flatten(xs)
    arguments, prepared = _prepare(xs, leaves)
    wanted = [True] * len(leaves) if keep is None else _selected(arguments, prepared, keep)
    sources = [_source(leaf) for leaf, want in zip(prepared, wanted, strict=True) if want]
    with tf.GradientTape(persistent=count > 1) as tape:
        tape.watch(sources)
        result = run(func, arguments)
        targets = [_differentiable(y, result) for y in outputs(result)]
    packed = []
    for target in targets:
        found = iter(tape.gradient(target, sources))
        flat = [
            _dense(next(found) if want else None, leaf, zero_non_finite)
            for leaf, want in zip(prepared, wanted, strict=True)
        ]
        packed.append(_packed(arguments, flat))
    return result, packed


def _prepare(xs: Any, leaves: list) -> tuple[Any, list]:
    """Return `xs` and its leaves with floats for numbers, and no tensor in two places."""
    prepared, seen = [], set()
    for leaf in leaves:
        new = _as_float(leaf)
        if id(new) in seen:
            new = tf.identity(new)  # its two places have a gradient each
        seen.add(id(new))
        prepared.append(new)
    if all(new is old for new, old in zip(prepared, leaves, strict=True)):
        return xs, leaves
    return _packed(xs, prepared), prepared


def _packed(xs: Any, leaves: list) -> Any:
    """Return other leaves in the form of `xs`, found by the names by which those of `xs` are."""
    out = keras.tree.pack_sequence_as(xs, leaves)
    if isinstance(out, Container) and isinstance(xs, Container):
        share_names(out, xs)
    return out


def _as_float(leaf: Any) -> Any:
    """Return a leaf as a float tensor, or as itself where it is a variable of floats."""
    if isinstance(leaf, keras.Variable):
        value = leaf.value
        if value is stateless.raw_value(leaf) and keras.backend.is_float_dtype(leaf.dtype):
            return leaf
        leaf = value
    if leaf is None or isinstance(leaf, str | bytes) or getattr(leaf, "dtype", 0) == tf.string:
        raise IvyTypeError(
            "Gradients are taken with respect to tensors, variables and numbers. "
            f"Received: a leaf {summary(leaf)} of type {type(leaf).__name__}"
        )
    tensor = leaf if isinstance(leaf, tf.Tensor) else tf.convert_to_tensor(leaf)
    known = tensor.dtype.is_floating or tensor.dtype.is_complex
    return tensor if known else tf.cast(tensor, "float32")


def _source(leaf: Any) -> Any:
    return leaf.value if isinstance(leaf, keras.Variable) else leaf


def _differentiable(y: Any, result: Any) -> Any:
    if not tf.is_tensor(y) or not (y.dtype.is_floating or y.dtype.is_complex):
        raise IvyTypeError(
            "What is differentiated has to be a tensor of floats; `ret_grad_idxs` tells where in "
            f"the result it is. Received: {y!r} in a result of type {type(result).__name__}"
        )
    return y


def _dense(grad: Any, leaf: Any, zero_non_finite: bool) -> tf.Tensor:
    """Return a gradient as a tensor: zeros for none, rows summed up for IndexedSlices."""
    if grad is None:
        return tf.zeros_like(_source(leaf))
    if isinstance(grad, tf.IndexedSlices):
        grad = tf.convert_to_tensor(grad)
    if zero_non_finite and grad.dtype.is_floating:
        grad = tf.where(tf.math.is_finite(grad), grad, tf.zeros_like(grad))
    return grad


def _constants(nest: Any) -> Any:
    return keras.tree.map_structure(lambda x: tf.stop_gradient(x) if tf.is_tensor(x) else x, nest)


def _chains(indices: Any, name: str) -> list[Chain]:
    """Return index chains as tuples; a string is a key chain, a number a chain of one."""
    if isinstance(indices, str | bytes) or not isinstance(indices, Sequence) or not indices:
        raise IvyTypeError(f"`{name}` is a list of index chains. Received: {name}={indices!r}")
    return [
        tuple(c.replace(".", "/").split("/"))
        if isinstance(c, str)
        else tuple(c)
        if isinstance(c, Sequence)
        else (c,)
        for c in indices
    ]


def _at(nest: Any, chain: Chain, name: str) -> Any:
    here = nest
    for key in chain:
        inside = isinstance(here, Mapping) and key in here
        inside |= _is_index(key, here)
        # Ivy's [[0]] means the one result, or all of `xs`, where there is nothing to index.
        if not inside and len(chain) == 1 and key == 0:
            return here
        if not inside:
            raise IvyValueError(
                f"`{name}` leads nowhere at {key!r} in a {type(here).__name__}. "
                f"Received: {name} with {list(chain)}"
            )
        here = here[key]
    return here


def _is_index(key: Any, here: Any) -> bool:
    """Whether a key is the place of an item of a list or tuple, counted from either end."""
    if not isinstance(here, list | tuple) or not isinstance(key, int) or isinstance(key, bool):
        return False
    return -len(here) <= key < len(here)


def _selected(arguments: Any, leaves: list, chains: list[Chain]) -> list[bool]:
    chosen = {
        id(leaf)
        for chain in chains
        for leaf in keras.tree.flatten(_at(arguments, chain, "xs_grad_idxs"))
    }
    return [id(leaf) in chosen for leaf in leaves]
