"""What `Module.__init__` was told, checked."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.typing import DTypeLike
from keras_ivy.utils import checks
from keras_ivy.utils.checks import received
from keras_ivy.utils.exceptions import IvyTypeError

__all__ = ["BUILD_MODES", "Options", "policy_of", "positional_device_and_v"]

BUILD_MODES = ("on_init", "explicit", "on_call")


@dataclasses.dataclass(frozen=True)
class Options:
    """What `Module.__init__` was told.

    Attributes:
        args: The positional arguments of `_build`.
        kwargs: Its keyword arguments.
        v: Values for the variables, until they have them.
        build_mode: One of `BUILD_MODES`.
        store_vars: Whether the module keeps its own variables.
        with_partial_v: Whether `v` may leave variables out.
        device: Where variables are made.
        dtype: The dtype or policy that was asked for.
    """

    args: tuple = ()
    kwargs: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    v: Mapping[str, object] | None = None
    build_mode: str = "on_init"
    store_vars: bool = True
    with_partial_v: bool = False
    device: str | None = None
    dtype: Any = None

    def __post_init__(self) -> None:
        checks.choice("build_mode", self.build_mode, BUILD_MODES)
        checks.flag("store_vars", self.store_vars)
        checks.flag("with_partial_v", self.with_partial_v)


def positional_device_and_v(
    owner: str,
    args: tuple,
    kwargs: Mapping[str, object],
    device: str | None,
    v: Mapping[str, object] | None,
) -> tuple[str | None, Mapping | None]:
    """Return device and `v` of a call `Module.__init__(self, dev, v)`."""
    fits = not kwargs and len(args) <= 2 and (len(args) < 2 or isinstance(args[1], Mapping | None))
    if not fits or not isinstance(args[0], str | None) or (device, v) != (None, None):
        raise IvyTypeError(
            f"{owner} has no `_build` that these arguments could go to; by "
            "position `Module.__init__` takes a device and `v`. "
            f"Received: args={args!r}, kwargs={dict(kwargs)!r}"
        )
    return args[0], args[1] if len(args) > 1 else None


def policy_of(dtype: DTypeLike | keras.DTypePolicy | dict) -> Any:
    """Return a dtype, or a policy, as Keras takes it."""
    if isinstance(dtype, str | keras.DTypePolicy | dict):
        return dtype
    if isinstance(dtype, tf.DType | type | np.dtype):
        return keras.backend.standardize_dtype(tf.as_dtype(dtype))
    raise IvyTypeError(
        f"`dtype` is a data type or the policy of Keras's. {received('dtype', dtype)}"
    )
