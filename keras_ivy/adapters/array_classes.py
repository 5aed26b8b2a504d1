"""The classes whose objects are arrays, and attributes that are put on them for a while.

Python looks operators up on the class, so that array mode can give them to arrays only there. What
is relied on: `tf.Tensor`, `tf.Variable`, `keras.Variable` and `keras.KerasTensor` are classes whose
attributes can be set, and their subclasses inherit what is set.
"""

from collections.abc import Callable

import keras
import tensorflow as tf

__all__ = ["CLASSES", "Attributes"]

#: The classes of arrays: TensorFlow's tensors, eager and in graphs, variables, symbolic tensors.
CLASSES: tuple[type, ...] = (tf.Tensor, tf.Variable, keras.Variable, keras.KerasTensor)


class Attributes:
    """Attributes of the classes of arrays, which `restore` removes again.

    Nothing else on the classes is touched: what another package sets meanwhile stays.
    """

    def __init__(self) -> None:
        self._set: list[tuple[type, str, object, object]] = []

    def put(self, cls: type, name: str, make: Callable[..., object]) -> None:
        """Set an attribute of a class.

        Args:
            cls: The class.
            name: The attribute.
            make: Makes it from the one that the class has or inherits, or from None.
        """
        own = vars(cls).get(name, _NOTHING)
        made = make(getattr(cls, name, None))
        setattr(cls, name, made)
        self._set.append((cls, name, own, made))

    def restore(self) -> None:
        """Give the classes the attributes that they had, the last one set first."""
        while self._set:
            cls, name, own, made = self._set.pop()
            if vars(cls).get(name) is not made:
                continue
            if own is _NOTHING:
                delattr(cls, name)
            else:
                setattr(cls, name, own)


_NOTHING = object()
