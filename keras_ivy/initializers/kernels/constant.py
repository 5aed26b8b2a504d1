"""Constant values: nothing is drawn."""

import keras
import numpy as np

from keras_ivy.initializers.base import Drawn
from keras_ivy.initializers.checks import Shape
from keras_ivy.initializers.fans.options import Fan
from keras_ivy.initializers.random.seeds import Seed
from keras_ivy.registration import register
from keras_ivy.typing import Array
from keras_ivy.utils.checks import received
from keras_ivy.utils.devices import device_scope
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

#: The largest number of float32, in which variables usually are.
_LARGEST = float(np.finfo("float32").max)


@register("constant_ivy")
class Constant(Drawn):
    """Fill a variable with one value: `w = constant`.

    Args:
        constant: The value, a number or a boolean; default 0.
        seed: Accepted so that every initializer is constructed alike; nothing is drawn.

    Raises:
        IvyTypeError: If the constant is not a number.
        IvyValueError: If it is NaN, or too large for float32.

    Note:
        Without a dtype, `create_variables` keeps an integer or boolean constant as int32 or bool,
        as Ivy does; the Keras call then uses `keras.config.floatx()`, as Keras does.

    Example:

    >>> import numpy as np
    >>> np.asarray(Constant(2.5)((2, 2)))
    array([[2.5, 2.5],
           [2.5, 2.5]], dtype=float32)

    Reference: Ivy's `stateful/initializers.py`.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("constant",)
    any_dtype = True

    def __init__(self, constant: float = 0.0, seed: Seed = None):
        if isinstance(constant, np.generic):
            constant = constant.item()
        if not isinstance(constant, bool | int | float):
            raise IvyTypeError(
                "`constant` must be a number; to start from an array, pass the array itself to "
                f"the layer. {received('constant', constant)} of type {type(constant).__name__}"
            )
        if constant != constant:
            raise IvyValueError(f"`constant` must not be NaN. Received: constant={constant}")
        if abs(constant) > _LARGEST:
            raise IvyValueError(
                f"`constant` must be finite, also as float32. Received: constant={constant}"
            )
        self.constant = constant
        super().__init__(seed)

    def create_variables(
        self,
        var_shape: Shape,
        device: str | None = None,
        fan_out: Fan | None = None,
        fan_in: Fan | None = None,
        dtype: str | None = None,
        *,
        dev: str | None = None,
    ) -> Array:
        """Make the values of a variable in Ivy's way.

        Args:
            var_shape: Shape of the variable, a sequence or the length of a vector.
            device: Where to make it, such as `"cpu"` or `"gpu:0"`; by default Keras's choice.
            fan_out: Not needed.
            fan_in: Not needed.
            dtype: Data type, by default that of the constant.
            dev: Older spelling of `device`.

        Returns:
            A tensor of shape `var_shape`.
        """
        if dtype is None and isinstance(self.constant, int):
            dtype = "bool" if isinstance(self.constant, bool) else "int32"
        with device_scope(device, dev):
            return self.draw(var_shape, fan_in, fan_out, dtype)

    def _sample(
        self,
        shape: tuple[int, ...],
        fan_in: Fan | None,
        fan_out: Fan | None,
        dtype: str,
        seed: Seed,
    ) -> Array:
        whole = isinstance(self.constant, int) or (
            isinstance(self.constant, float) and self.constant.is_integer()
        )
        if "int" in dtype and not whole:
            raise IvyValueError(
                "The constant cannot be stored in that dtype without losing its value. "
                f"Received: constant={self.constant}, dtype={dtype!r}"
            )
        if "int" in dtype and not _holds(dtype, self.constant):
            raise IvyValueError(
                "The constant is out of the range of that dtype. "
                f"Received: constant={self.constant}, dtype={dtype!r}"
            )
        return keras.ops.full(shape, self.constant, dtype)


def _holds(dtype: str, constant: float) -> bool:
    limits = np.iinfo(dtype)
    return limits.min <= constant <= limits.max


@register("zeros_ivy")
class Zeros(Constant):
    """Fill a variable with zeros.

    Right for biases, and for the last layer of a residual branch; a whole layer of zero kernels
    gives all its units the same gradient.

    Args:
        seed: Accepted so that every initializer is constructed alike; nothing is drawn.

    Example:

    >>> import numpy as np
    >>> np.asarray(Zeros()(3))
    array([0., 0., 0.], dtype=float32)

    Reference: Ivy's `stateful/initializers.py`.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ()

    def __init__(self, seed: Seed = None):
        super().__init__(0.0, seed)

    def _sample(
        self,
        shape: tuple[int, ...],
        fan_in: Fan | None,
        fan_out: Fan | None,
        dtype: str,
        seed: Seed,
    ) -> Array:
        return keras.ops.zeros(shape, dtype)  # at half the cost of `full`


@register("ones_ivy")
class Ones(Constant):
    """Fill a variable with ones.

    Args:
        seed: Accepted so that every initializer is constructed alike; nothing is drawn.

    Example:

    >>> import numpy as np
    >>> np.asarray(Ones()(2, "int32"))
    array([1, 1], dtype=int32)

    Reference: Ivy's `stateful/initializers.py`.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ()

    def __init__(self, seed: Seed = None):
        super().__init__(1.0, seed)
