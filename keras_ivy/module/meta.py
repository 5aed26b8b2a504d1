"""How a Module comes to be: the metaclass finishes it when the user's `__init__` has run."""

import abc
import inspect
from typing import TYPE_CHECKING, Any

from keras_ivy.module.building import finish
from keras_ivy.module.configs.registry import constructor_of

__all__ = ["ModuleMeta"]


class ModuleMeta(abc.ABCMeta):
    """Finishes a module when its whole constructor has run.

    So `Module.__init__` may be called first or last: variables are made when they are first asked
    for, at the latest here. It derives from `ABCMeta`, so that modules may be abstract.
    """

    @property
    def __signature__(cls) -> inspect.Signature:
        """The constructor's arguments, which `help` and editors would miss behind `__call__`."""
        parameters = list(inspect.signature(constructor_of(cls)).parameters.values())
        return inspect.Signature(parameters[1:])

    # To type checkers and editors a class is called as any other: `Net()` is a `Net`.
    if not TYPE_CHECKING:

        def __call__(cls, *args: Any, **kwargs: Any) -> Any:
            """Construct a module."""
            module = super().__call__(*args, **kwargs)
            if isinstance(module, cls):
                finish(module)
            return module
