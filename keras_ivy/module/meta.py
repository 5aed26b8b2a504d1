"""How a Module comes to be: what happens before and after the user's `__init__`."""

import abc
import functools
import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

import tensorflow as tf

__all__ = ["Cache", "Captured", "ModuleMeta", "Named", "call_through", "named_parameters"]


class Captured:
    """The arguments of a constructor; no list or tuple, so that nobody looks for layers in it."""

    __slots__ = ("args", "kwargs")

    def __init__(self, args: tuple, kwargs: dict[str, Any]):
        self.args = args
        self.kwargs = kwargs


class Cache:
    """What a module has found out about its structure; no tuple either.

    Attributes:
        listed: A structure, and its entries with whether the module made them.
        view: A structure, the variables that were shown, and the Container of them.
    """

    __slots__ = ("listed", "view")

    def __init__(self):
        self.listed: Any = None
        self.view: Any = None


class ModuleMeta(abc.ABCMeta):
    """Finishes a module when its whole constructor has run.

    So `Module.__init__` may be called first or last: variables are made when they are first asked
    for, at the latest here. It derives from `ABCMeta`, so that modules may be abstract.
    """

    @property
    def __signature__(cls) -> inspect.Signature:
        """The constructor's arguments, which `help` and editors would miss behind `__call__`."""
        parameters = list(inspect.signature(cls.__init__).parameters.values())
        return inspect.Signature(parameters[1:])

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """Construct a module."""
        module = super().__call__(*args, **kwargs)
        if isinstance(module, cls):
            module._ivy_finish()
        return module


def call_through(method: Callable) -> Callable:
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
        return self._ivy_run(run, args, kwargs, training, takes_training)

    if not takes_training:
        added = inspect.Parameter("training", inspect.Parameter.KEYWORD_ONLY, default=None)
        at = len(parameters)
        if parameters and parameters[-1].kind is inspect.Parameter.VAR_KEYWORD:
            at -= 1
        parameters.insert(at, added)
    call.__signature__ = inspect.Signature(parameters)
    return call


class Named(NamedTuple):
    """Which arguments of a method end up in `*args` and `**kwargs`.

    Attributes:
        count: The number of positional parameters, without `self`.
        names: The names of all parameters.
    """

    count: int
    names: frozenset[str]


def named_parameters(method: Callable) -> Named | None:
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
