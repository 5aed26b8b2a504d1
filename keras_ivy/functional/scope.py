"""A call with other values: the scope, and what happens to updates made inside it."""

from collections.abc import Iterable

import keras
import tensorflow as tf

from keras_ivy.adapters.keras import stateless

__all__ = ["CallScope"]


class CallScope(keras.StatelessScope):
    """A `keras.StatelessScope` that keeps the values of the scope around it.

    Inside it, variables read the given values, and assignments change nothing but the scope.

    Args:
        values: `(variable, tensor)` pairs, checked.

    Attributes:
        updated: The variables that were assigned inside, by identity.
    """

    def __init__(self, values: Iterable[tuple[keras.Variable, tf.Tensor | tf.Variable]]):
        super().__init__(collect_losses=True)
        self.updated: dict[int, keras.Variable] = {}
        outer = stateless.current_scope()
        if outer is not None:
            self.state_mapping.update(outer.state_mapping)
        self._given = {id(variable): variable for variable, _ in values}
        self.state_mapping.update((id(variable), value) for variable, value in values)

    def add_update(self, update: tuple[keras.Variable, tf.Tensor]) -> None:
        """Record that a variable was assigned; Keras calls this."""
        self.updated[id(update[0])] = update[0]
        super().add_update(update)

    def value_of(self, variable: keras.Variable) -> tf.Tensor:
        """Return the value that a variable has at the end of the scope."""
        value = self.get_current_value(variable)
        return variable.value if value is None else value

    def pass_on_updates(self) -> None:
        """Assign, after the scope, what was assigned inside it.

        Statistics and seed states go on as if there had been no scope. A trainable variable
        whose value was given keeps its own.
        """
        for key, variable in self.updated.items():
            if key not in self._given or not variable.trainable:
                variable.assign(self.state_mapping[key])
