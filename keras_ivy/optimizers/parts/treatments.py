"""What the rules, and the exclusions from weight decay, say of an optimizer's variables."""

from collections.abc import Sequence

import keras

from keras_ivy.optimizers.formulas.updates import Treatment
from keras_ivy.optimizers.parts.host import Host
from keras_ivy.optimizers.rules import Rule, resolve
from keras_ivy.optimizers.rules.leaf_places import Leaf
from keras_ivy.typing import Variable

__all__ = ["Resolved", "Treatments"]

#: What a variable gets, and the rules that say so.
Resolved = tuple[Treatment, tuple[Rule, ...]]


class Treatments:
    """The treatments of an optimizer's variables.

    Args:
        host: The optimizer.
    """

    def __init__(self, host: Host):
        self._host = host
        self._kept: tuple[Treatment, ...] = ()

    def resolve(
        self,
        variables: Sequence[Variable | Leaf],
        root: keras.Layer | None = None,
        rules: tuple[Rule, ...] | None = None,
    ) -> list[Resolved]:
        """Return what every variable gets.

        Args:
            variables: Variables, or `Leaf`s of a Container.
            root: The model; by default it is looked for.
            rules: Rules that take the place of the optimizer's.

        Raises:
            IvyValueError: If a rule that has to match something matches nothing.
        """
        host = self._host
        rules = host.rules if rules is None else rules
        decay = host._options.decay
        resolved = resolve(rules, variables, decay, optimizer=host, root=root)
        excluded = host._exclusions.excluded(variables)
        found = []
        for v, (treatment, by), out in zip(variables, resolved, excluded, strict=True):
            if host._overwrite_variable_with_gradient(v):
                treatment = Treatment(0.0, adapt=False)  # It becomes its gradient, as it is.
            elif out:
                treatment = treatment._replace(decay=0.0)
            else:
                treatment = treatment._replace(shared=_leaves_decay(by))
            found.append((treatment, by))
        return found

    def keep(self, resolved: Sequence[Resolved]) -> None:
        """Keep what the optimizer's variables get, in their order."""
        self._kept = tuple(treatment for treatment, _ in resolved)
        self.regroup()

    def regroup(self) -> None:
        """Tell apart what joined at different times."""
        of = self._host._engine.cohorts.of
        self._kept = tuple(
            t if t.cohort == of(i) else t._replace(cohort=of(i)) for i, t in enumerate(self._kept)
        )

    def now(self) -> tuple[Treatment, ...]:
        """Return what the optimizer's variables get, with the weight decay of now."""
        decay, kept = self._host._options.decay, self._kept
        if any(treatment.shared and treatment.decay != decay for treatment in kept):
            self._kept = kept = tuple(t._replace(decay=decay) if t.shared else t for t in kept)
        return kept


def _leaves_decay(rules: Sequence[Rule]) -> bool:
    """Whether these rules leave the strength of decay to the optimizer."""
    stated = [rule.decay for rule in rules if rule.decay is not None]
    return not stated or stated[0] is True
