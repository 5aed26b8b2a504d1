"""What a variant does otherwise than one expects, said once, when the optimizer is built."""

import warnings
from collections.abc import Sequence

from keras_ivy.adapters.keras import saving as keras_saving
from keras_ivy.optimizers.formulas.methods import formula_of
from keras_ivy.optimizers.formulas.updates import Treatment
from keras_ivy.optimizers.ivy_side.keys import unique_paths
from keras_ivy.optimizers.keras_side.tensors import is_zero
from keras_ivy.optimizers.parts.host import Host
from keras_ivy.typing import Variable

__all__ = ["Quirks", "decay_in_gradient", "decay_without_decay"]


class Quirks:
    """What an optimizer warns of.

    Args:
        host: The optimizer.
    """

    def __init__(self, host: Host):
        self._host = host
        self._waits = False

    def say(self, variables: Sequence[Variable]) -> None:
        """Warn of what this optimizer, built for these variables, does."""
        self._warn_of_frozen(variables)
        said = decay_without_decay(self._host, self._host._treated.now())
        if said is not None:
            warnings.warn(
                f'{said} Use `variant="paper"`, whose weights decay, or leave `weight_decay` out. '
                f"Received: weight_decay={self._host.weight_decay!r}",
                stacklevel=4,
            )

    def say_late(self) -> None:
        """Warn of variables whose values were not known when the optimizer was built."""
        if self._waits:
            self._warn_of_frozen(self._host._trainable_variables)

    def _warn_of_frozen(self, variables: Sequence[Variable]) -> None:
        """Name the variables that this variant will never move, once.

        While a model is loaded its variables hold what they were initialised with: then this waits
        for the first step, whose variables have their values.
        """
        self._waits = keras_saving.is_loading()
        formula = formula_of(self._host)
        treatments = self._host._treated.now()
        if self._waits:
            return
        self._warn_of_still(variables, treatments)
        if formula.ratio is None or not formula.ratio.frozen:
            return
        frozen = [
            path
            for path, v, treatment in zip(
                unique_paths(variables), variables, treatments, strict=True
            )
            if formula.adapts_to(treatment) and is_zero(v)
        ]
        if frozen:
            warnings.warn(
                f"{type(self._host).__name__} with variant={self._host.variant!r} multiplies every "
                "step by the norm of the weight, so that these variables, which are all zeros, "
                f'will never move: {", ".join(frozen)}. Use `variant="paper"`, which moves them, '
                'or `rules="bias_norm"`, which leaves biases and normalisation parameters without '
                "a trust ratio.",
                stacklevel=5,
            )

    def _warn_of_still(
        self, variables: Sequence[Variable], treatments: Sequence[Treatment]
    ) -> None:
        """Name the variables of norm zero whose norm stays."""
        kept = [t.hyperball for t in treatments]
        if not any(kept):
            return
        named = zip(unique_paths(variables), variables, kept, strict=True)
        still = [path for path, v, keeps in named if keeps and is_zero(v)]
        if still:
            warnings.warn(
                "`hyperball` keeps the norm of these variables, which are all zeros, so that they "
                f'will never move: {", ".join(still)}. Use `rules="bias_norm"`, which leaves '
                "biases and normalisation parameters out, or `Rule(..., hyperball=False)`.",
                stacklevel=6,
            )


def decay_without_decay(host: Host, treatments: Sequence[Treatment]) -> str | None:
    """Return what weight decay does in a variant in which it decays nothing, if there is some."""
    formula = formula_of(host)
    adapted = [formula.adapts_to(t) for t in treatments if t.decay]
    if formula.instead_of_decay is None or not adapted:
        return None
    name = f"{type(host).__name__} with variant={host.variant!r}"
    if not any(adapted) or not any(t.decay > 0.0 for t in treatments):
        return f"{name} ignores this weight decay: nothing decays, and no rate changes."
    return f"{name} does not decay: {formula.instead_of_decay}."


def decay_in_gradient(host: Host, treatments: Sequence[Treatment]) -> str | None:
    """Return what weight decay does in an AdamW that does not decouple it, if there is some."""
    said = formula_of(host).coupled_decay
    if said is None or not any(treatment.decay for treatment in treatments):
        return None
    return f"{type(host).__name__} with variant={host.variant!r} {said}."
