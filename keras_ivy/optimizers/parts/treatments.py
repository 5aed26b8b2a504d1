"""What the rules, and the exclusions from weight decay, say of an optimizer's variables."""

from collections.abc import Sequence

import keras

from keras_ivy.optimizers.formulas.methods import formula_of
from keras_ivy.optimizers.formulas.updates import Treatment
from keras_ivy.optimizers.parts.host import Host
from keras_ivy.optimizers.rules import Rule, first_stated, resolve
from keras_ivy.optimizers.rules.leaf_places import Leaf
from keras_ivy.typing import Variable
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["Resolved", "Treatments", "check_hyperball", "with_norm_kept", "with_norms_kept"]

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
    ) -> list[Resolved]:
        """Return what every variable gets.

        Args:
            variables: Variables, or `Leaf`s of a Container.
            root: The model; by default it is looked for.

        Raises:
            IvyValueError: If a rule that has to match something matches nothing.
        """
        host = self._host
        decay = host._options.decay
        resolved = resolve(host.rules, variables, decay, optimizer=host, root=root)
        excluded = host._exclusions.excluded(variables)
        found = []
        for v, (treatment, by), out in zip(variables, resolved, excluded, strict=True):
            if host._overwrite_variable_with_gradient(v):
                treatment = Treatment(0.0, adapt=False)  # It becomes its gradient, as it is.
            elif out:
                treatment = treatment._replace(decay=0.0)
            else:
                treatment = treatment._replace(shared=first_stated(by, "decay") in (None, True))
            if first_stated(by, "hyperball"):
                treatment = with_norm_kept(treatment)
            found.append((treatment, by))
        found = host._refine(variables, found, root)
        if any(t.hyperball for t, _ in found) and not formula_of(host).keeps_norms:
            raise IvyValueError(
                "`hyperball` keeps norms of what SGD, Adam, AdamW and Muon train, without trust "
                "ratios and with their own formula. "
                f"Received: hyperball=True for {type(host).__name__}"
            )
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


def with_norm_kept(treatment: Treatment) -> Treatment:
    """Return a treatment in which the norm stays, so that there is nothing to decay."""
    return treatment._replace(decay=0.0, shared=False, hyperball=True)


def with_norms_kept(resolved: Sequence[Resolved]) -> list[Resolved]:
    """Let all norms stay of which no rule says otherwise, nor that they are not adapted to."""
    return [
        (with_norm_kept(t) if t.adapt and first_stated(by, "hyperball") is None else t, by)
        for t, by in resolved
    ]


def check_hyperball(host: Host, decay: object) -> None:
    """Refuse a weight decay of which nothing is left.

    Args:
        host: The optimizer.
        decay: Its weight decay.

    Raises:
        IvyValueError: If all norms stay.
    """
    free = any(rule.hyperball is False or rule.adapt is False for rule in host.rules)
    if host.hyperball and decay and not free:
        raise IvyValueError(
            "`hyperball` keeps the norms of weights, so that nothing decays: leave `weight_decay` "
            'out, or say which weights are free, as in `rules="bias_norm"` or '
            "`Rule(..., hyperball=False)`. "
            f"Received: hyperball=True, weight_decay={decay!r}"
        )
