"""TensorFlow's operation dispatch: what an operation does with an argument it cannot convert.

An operation that fails to convert its arguments to tensors asks the registered dispatchers before
it raises. Operations that succeed never ask, so that registering one costs them nothing.
"""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

__all__ = ["install"]

#: Modules of operations on tensors. The others hold functions of structures, such as `tf.map_fn`
#: and `tf.while_loop`, to which a tree of tensors is one argument.
_MODULES = ("math_ops", "array_ops", "nn_ops", "nn_impl", "clip_ops", "linalg_ops", "bitwise_ops")
_CONVERSIONS = ("tensor_conversion", "tensor_conversion_registry")


class _Dispatcher(tf.__internal__.dispatch.GlobalOpDispatcher):
    def __init__(self, kind: type, apply: Callable, convert: Callable):
        self._kind, self._apply, self._convert = kind, apply, convert

    def handle(self, op: Callable, args: tuple, kwargs: dict[str, Any]) -> Any:
        module = getattr(op, "__module__", "").rpartition(".")[2].removeprefix("gen_")
        if module not in (*_MODULES, *_CONVERSIONS):
            return self.NOT_SUPPORTED
        if not any(isinstance(value, self._kind) for value in (*args, *kwargs.values())):
            return self.NOT_SUPPORTED
        return (self._convert if module in _CONVERSIONS else self._apply)(op, *args, **kwargs)


def install(kind: type, apply: Callable, convert: Callable) -> None:
    """Let operations on tensors accept arguments of a class.

    Args:
        kind: The class. The dispatcher holds it for the life of the process.
        apply: Called as `apply(op, *args, **kwargs)` in place of an operation that failed.
        convert: The same for conversions to a tensor. Keras converts its arguments before it
            calculates, then asks for their `dtype` and `shape`.
    """

    def refuse(value: Any, dtype: Any = None, name: Any = None, as_ref: bool = False) -> None:
        # TensorFlow's own refusal prints the whole value, which takes longer than the operation.
        raise TypeError(
            f"A {kind.__name__} holds many tensors and cannot become one. Received: a "
            f"{kind.__name__} with keys {list(value)[:10]}"
        )

    tf.register_tensor_conversion_function(kind, refuse)
    _Dispatcher(kind, apply, convert).register()
