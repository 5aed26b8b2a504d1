"""From which update on a variable counts: those that join later have a count of their own.

The bias correction of Adam depends on how many gradients a moment has seen. A variable that joins
an optimizer after a thousand updates has seen none: it counts from there, or its first steps would
be several times too long. Variables that joined together are a cohort; the first, cohort 0, counts
from zero. When a cohort joined stands in a variable, so that files can be read while a function is
compiled.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from keras_ivy.optimizers.parts.host import Host
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["Cohorts"]


class Cohorts:
    """The cohorts of an optimizer's variables.

    Args:
        host: The optimizer.
    """

    def __init__(self, host: Host):
        self._host = host
        #: The cohort of every variable, by index.
        self.members: tuple[int, ...] = ()
        #: After how many updates the cohorts from 1 on have joined.
        self.starts: list[tf.Variable] = []

    def begin(self, count: int) -> None:
        """Let so many variables count from zero."""
        self.members = (0,) * count

    def of(self, index: int) -> int:
        """Return the cohort of a variable."""
        return self.members[index] if index < len(self.members) else 0

    def join(self, former: Sequence[int | None], updates: int) -> None:
        """Let variables join after so many updates.

        Args:
            former: For every variable the index that it had, or `None` for one that joins.
            updates: How many updates were made.
        """
        new = 0
        if updates and None in former:
            new = self._made(updates)
        self.members = tuple(new if i is None else self.of(i) for i in former)

    def _made(self, updates: int) -> int:
        """Return a cohort that joined after so many updates."""
        with tf.init_scope():
            self.starts.append(tf.Variable(tf.constant(updates, tf.int64), trainable=False))
        return len(self.starts)

    def count(self, cohort: int, updates: tf.Tensor) -> tf.Tensor:
        """Return how many updates a cohort has seen, after so many in all."""
        if not cohort:
            return updates
        return updates - tf.cast(self.starts[cohort - 1], updates.dtype)

    def numbers(self) -> list[int]:
        """Return, for every variable, after how many updates it joined."""
        with tf.init_scope():
            values = [0, *(int(np.asarray(_own(start))) for start in self.starts)]
        return [values[cohort] for cohort in self.members]

    def set(self, numbers: Sequence[int], traced: bool) -> None:
        """Let every variable count from where a state or a file says.

        Args:
            numbers: After how many updates each variable joined.
            traced: Whether a function has been compiled with the cohorts that there are.

        Raises:
            IvyValueError: If that function could not tell variables apart that have to be.
        """
        numbers = list(map(int, numbers))
        if numbers == self.numbers():
            return
        wanted: dict[int, set[int]] = {}
        for cohort, number in zip(self.members, numbers, strict=True):
            wanted.setdefault(cohort, set()).add(number)
        fits = all(len(each) == 1 for each in wanted.values()) and wanted.get(0, {0}) == {0}
        if fits:
            for cohort, each in wanted.items():
                if cohort:
                    self.starts[cohort - 1].assign(each.pop())
            return
        if traced:
            raise IvyValueError(
                "These variables have joined the optimizer at other times than those of the state, "
                "and a function that was compiled with it counts for them together. Make another "
                "optimizer of its config, `build` it, and load into that. "
                f"Received: updates before each joined={numbers}, here {self.numbers()}"
            )
        cohorts = {0: 0}
        for number in numbers:
            if number not in cohorts:
                cohorts[number] = self._made(number)
        self.members = tuple(cohorts[number] for number in numbers)
        self._host._treated.regroup()

    def variables(self) -> list[tf.Variable]:
        """What functions read."""
        return list(self.starts)


def _own(value: Any) -> Any:
    """A variable's own copy, of one that is mirrored."""
    return value.values[0] if isinstance(value, tf.distribute.DistributedValues) else value
