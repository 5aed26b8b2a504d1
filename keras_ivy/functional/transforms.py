"""Derivatives as functions, under Ivy's names: `grad`, `jac`, `jvp`, `vjp`."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import tensorflow as tf

from keras_ivy.container import Container
from keras_ivy.functional.array_errors import run
from keras_ivy.typing import Array, ArrayLike
from keras_ivy.utils.checks import received, whole
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

__all__ = ["grad", "jac", "jvp", "requires_gradient", "vjp"]


def _function(owner: str, func: object) -> None:
    if not callable(func):
        raise IvyTypeError(f"{owner}: `func` must be a function. {received('func', func)}")


def _tensor(x: Any) -> Any:
    """A leaf as what a tape can watch: floating point numbers, as `execute_with_gradients` does."""
    x = x.value if isinstance(x, keras.Variable) else x
    x = tf.convert_to_tensor(x)
    return x if x.dtype.is_floating or x.dtype.is_complex else tf.cast(x, keras.config.floatx())


def _watched(tape: tf.GradientTape, x: Any) -> Any:
    x = keras.tree.map_structure(_tensor, x)
    tape.watch(keras.tree.flatten(x))
    return x


def _derivative(tape: tf.GradientTape, y: Any, x: Any) -> Any:
    leaves = keras.tree.flatten(x)
    found = tape.gradient(y, leaves, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return keras.tree.pack_sequence_as(x, [tf.convert_to_tensor(one) for one in found])


def grad(func: Callable[..., Array], argnums: int | Sequence[int] = 0) -> Callable[..., Array]:
    """Return the function that computes the gradient of another.

    Args:
        func: A function of arrays, Containers or nests of arrays that returns one number.
        argnums: The number of the argument, or several.

    Returns:
        A function of the same arguments that returns the gradient, in the structure of the
        argument; a tuple of gradients for several.

    Raises:
        ValueError: If there is no such argument, or `func` returns more than one number.

    Example:

    >>> float(grad(lambda x: x**2)(tf.constant(3.0)))
    6.0
    >>> float(grad(grad(lambda x: x**3))(tf.constant(2.0)))
    12.0

    Reference: Ivy's `functional/ivy/gradients.py`.
    """
    _function("grad", func)
    several = isinstance(argnums, list | tuple)
    numbers = [whole("argnums", n, 0, owner="grad") for n in (argnums if several else [argnums])]  # type: ignore[union-attr]

    def gradient(*args: Any, **kwargs: Any) -> Any:
        if max(numbers, default=0) >= len(args):
            raise IvyValueError(
                f"grad: there are {len(args)} arguments by position. Received: argnums={argnums}"
            )
        with tf.GradientTape(persistent=len(numbers) > 1) as tape:
            given = [_watched(tape, x) if i in numbers else x for i, x in enumerate(args)]
            y = tf.convert_to_tensor(run(func, *given, **kwargs))
            if y.shape.num_elements() not in (1, None):
                raise IvyValueError(
                    "grad: the function returns one number; `jac` takes any array. "
                    f"Received: a result of shape {tuple(y.shape)}"
                )
        found = tuple(_derivative(tape, y, given[n]) for n in numbers)
        return found if several else found[0]

    return gradient


def jac(func: Callable[[Array], Array]) -> Callable[[ArrayLike], Array]:
    """Return the function that computes the Jacobian of another.

    Args:
        func: A function of one array, Container or nest that returns an array.

    Returns:
        A function of the same argument that returns, for every array in it, an array of the axes of
        the result and then those of the argument.

    Example:

    >>> jac(lambda x: x**2)(tf.constant([1.0, 2.0])).numpy().tolist()
    [[2.0, 0.0], [0.0, 4.0]]
    """
    _function("jac", func)

    def jacobian(x: Any) -> Any:
        with tf.GradientTape(persistent=True) as tape:
            x = _watched(tape, x)
            y = tf.convert_to_tensor(run(func, x))
        leaves = keras.tree.flatten(x)
        found = [
            tape.jacobian(y, leaf, unconnected_gradients=tf.UnconnectedGradients.ZERO)
            for leaf in leaves
        ]
        return keras.tree.pack_sequence_as(x, found)

    return jacobian


def vjp(
    func: Callable[..., Array], *primals: ArrayLike
) -> tuple[Array, Callable[[ArrayLike], tuple[Array, ...]]]:
    """Return what a function returns, and the function that takes its derivative back.

    Args:
        func: A function of arrays, Containers or nests.
        *primals: Its arguments.

    Returns:
        The result, and a function of an array, or nest, of its structure that returns a tuple: for
        every argument the product of that with the Jacobian.

    Example:

    >>> y, back = vjp(lambda x: x**2, tf.constant([1.0, 2.0]))
    >>> y.numpy().tolist(), back(tf.constant([1.0, 10.0]))[0].numpy().tolist()
    ([1.0, 4.0], [2.0, 40.0])
    """
    _function("vjp", func)
    with tf.GradientTape(persistent=True) as tape:
        given = tuple(_watched(tape, x) for x in primals)
        y = run(func, *given)

    def back(cotangents: ArrayLike) -> tuple[Array, ...]:
        outputs, weights = keras.tree.flatten(y), keras.tree.flatten(cotangents)
        if len(outputs) != len(weights):
            raise IvyValueError(
                f"vjp: there is an array for each of {len(outputs)} results. "
                f"{received('cotangents', cotangents)}"
            )
        leaves = keras.tree.flatten(given)
        found = tape.gradient(
            outputs, leaves, [tf.cast(w, o.dtype) for w, o in zip(weights, outputs, strict=True)],
            unconnected_gradients=tf.UnconnectedGradients.ZERO,
        )  # fmt: skip
        return tuple(keras.tree.pack_sequence_as(given, found))

    return y, back


def jvp(
    func: Callable[..., Array], primals: Sequence[ArrayLike], tangents: Sequence[ArrayLike]
) -> tuple[Array, Array]:
    """Return what a function returns, and how that changes along a direction.

    Args:
        func: A function of arrays, Containers or nests.
        primals: Its arguments, in a list.
        tangents: The direction, in the structure of the arguments.

    Returns:
        The result, and the product of the Jacobian with the direction, of the same structure.

    Raises:
        ValueError: If the direction has another structure.

    Example:

    >>> y, change = jvp(lambda x: x**2, [tf.constant([1.0, 2.0])], [tf.constant([1.0, 0.5])])
    >>> change.numpy().tolist()
    [2.0, 2.0]
    """
    _function("jvp", func)
    for name, value in (("primals", primals), ("tangents", tangents)):
        if not isinstance(value, list | tuple):
            raise IvyTypeError(f"jvp: `{name}` is a list of arguments. {received(name, value)}")
    given = keras.tree.map_structure(_tensor, list(primals))
    moved = keras.tree.map_structure(_tensor, list(tangents))
    leaves, directions = keras.tree.flatten(given), keras.tree.flatten(moved)
    shapes = [tuple(x.shape) for x in leaves], [tuple(x.shape) for x in directions]
    if shapes[0] != shapes[1]:
        raise IvyValueError(
            "jvp: `tangents` has an array of the same shape for each of `primals`. "
            f"Received: shapes {shapes[1]} for {shapes[0]}"
        )
    with tf.autodiff.ForwardAccumulator(leaves, directions) as accumulator:
        y = run(func, *given)
    return y, keras.tree.map_structure(
        lambda leaf: accumulator.jvp(leaf, unconnected_gradients=tf.UnconnectedGradients.ZERO), y
    )


def requires_gradient(x: object) -> bool:
    """Return whether gradients are taken of something by default: of variables that are trained.

    Example:

    >>> requires_gradient(keras.Variable(1.0)), requires_gradient(tf.constant(1.0))
    (True, False)
    """
    if isinstance(x, Container):
        return any(map(requires_gradient, keras.tree.flatten(x)))
    return isinstance(x, tf.Variable | keras.Variable) and bool(x.trainable)
