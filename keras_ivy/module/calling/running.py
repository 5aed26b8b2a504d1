"""The user's `_forward`, as Keras sees it and as it is run."""

import dataclasses
import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import tensorflow as tf

from keras_ivy.adapters.keras import modules as keras_modules
from keras_ivy.module.calling.frames import Frame, frames, resolve_training
from keras_ivy.module.record import own_record

if TYPE_CHECKING:
    from keras_ivy.module.module import Module

__all__ = ["Named", "call_through", "hide", "named_parameters"]


def call_through(method: Callable[..., object]) -> Callable[..., Any]:
    """Return the `call` that Keras sees for a `_forward` or `call`: with `training` in any case.

    Keras reads the signature to tell inputs from options, and passes `training` in `fit` and
    `predict` only to a `call` that has the argument.
    """
    parameters = list(inspect.signature(method).parameters.values())
    takes_training = any(p.name == "training" for p in parameters)
    # A `_forward` is looked up when it is called; a `call` was put aside, and is called itself.
    dynamic = method.__name__ == "_forward"

    @tf.autograph.experimental.do_not_convert
    def call(self: Any, *args: Any, training: Any = None, **kwargs: Any) -> Any:
        run = self._forward if dynamic else functools.partial(method, self)
        return _run(self, run, args, kwargs, training, takes_training)

    if not takes_training:
        added = inspect.Parameter("training", inspect.Parameter.KEYWORD_ONLY, default=None)
        at = len(parameters)
        if parameters and parameters[-1].kind is inspect.Parameter.VAR_KEYWORD:
            at -= 1
        parameters.insert(at, added)
    vars(call)["__signature__"] = inspect.Signature(parameters)
    return call


def _run(
    module: "Module",
    method: Callable[..., Any],
    args: tuple,
    kwargs: dict[str, Any],
    training: Any,
    takes_training: bool,
) -> Any:
    """Run the user's method, from inside Keras's `call`."""
    stack = frames.stack
    entered = bool(stack) and stack[-1].module is module
    if not entered:  # `call` itself was called, as `stateless_call` does
        stack.append(Frame(module, *resolve_training(own_record(module).training, training)))
    try:
        frame = stack[-1]
        training = frame.training
        if frame.hidden:
            args = tuple(frame.hidden.get(i, x) for i, x in enumerate(args))
            kwargs = {name: frame.hidden.get(name, x) for name, x in kwargs.items()}
        frame.inputs = args, kwargs
        if keras_modules.enclosing_training() is None:
            # The entry of the call: stock Keras layers inside ask Keras.
            keras_modules.set_enclosing_training(training)
        if takes_training:
            kwargs["training"] = training
        return method(*args, **kwargs)
    finally:
        if not entered:
            stack.pop()


@dataclasses.dataclass(frozen=True, slots=True)
class Named:
    """Which arguments of a method end up in `*args` and `**kwargs`.

    Attributes:
        count: The number of positional parameters, without `self`.
        names: The names of all parameters.
    """

    count: int
    names: frozenset[str]


def named_parameters(method: Callable[..., object]) -> Named | None:
    """Return the parameters of a method that has `*args` or `**kwargs` too, else None."""
    parameters = list(inspect.signature(method).parameters.values())[1:]
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    if all(p.kind not in variadic for p in parameters):
        return None
    keyword_only = (*variadic, inspect.Parameter.KEYWORD_ONLY)
    return Named(
        count=sum(p.kind not in keyword_only for p in parameters),
        names=frozenset(p.name for p in parameters if p.kind not in variadic) | {"training"},
    )


def hide(frame: Frame, named: Named, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
    """Put what is no tensor among `*args` and `**kwargs` aside, since Keras takes no mixture."""
    hidden = frame.hidden
    for index, x in enumerate(args[named.count :], named.count):
        if not _is_array(x):
            hidden[index] = x
    for name, x in kwargs.items():
        if name not in named.names and not _is_array(x):
            hidden[name] = x
    if not hidden:
        return args, kwargs
    return (
        tuple(None if i in hidden else x for i, x in enumerate(args)),
        {name: None if name in hidden else x for name, x in kwargs.items()},
    )


def _is_array(x: Any) -> bool:
    return isinstance(x, dict | list | tuple) or hasattr(x, "shape")
