"""A finding: what is wrong, where, by how much, and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["KINDS", "SEVERITIES", "Finding", "grouped"]

#: Worst first.
SEVERITIES = ("error", "warning", "note")

_GLOROT = "Glorot and Bengio 2010, Understanding the difficulty of training deep networks"
_HE = "He et al. 2015, arXiv:1502.01852"

#: Every kind of finding, with the reference that explains it.
KINDS: dict[str, str] = {
    "NON_FINITE": "Micikevicius et al. 2018, arXiv:1710.03740, for half precision",
    "SYMMETRY": "Goodfellow et al. 2016, Deep Learning, section 8.4",
    "DEAD": "Lu et al. 2019, arXiv:1903.06733",
    "SATURATED": _GLOROT,
    "VANISHING_FORWARD": _HE,
    "EXPLODING_FORWARD": _HE,
    "VANISHING_BACKWARD": _GLOROT,
    "EXPLODING_BACKWARD": "Pascanu et al. 2013, arXiv:1211.5063; Yang et al. 2019, "
    "arXiv:1902.08129, for batch normalisation",
    "NO_GRADIENT": "tf.GradientTape.gradient returns None for what is not connected",
    "RANK_COLLAPSE": "Schoenholz et al. 2017, arXiv:1611.01232; Dong et al. 2021, "
    "arXiv:2103.03404, for attention",
    "DUPLICATE": "keras.io/api/layers/initializers: one seed gives one draw",
    "SCALE": _HE,
    "BATCHNORM_DRIFT": "Ioffe and Szegedy 2015, arXiv:1502.03167, section 3.1",
    "INITIAL_LOSS": "Karpathy 2019, A recipe for training neural networks",
    "UPDATE": "Karpathy 2022, makemore part 3: updates of about 1e-3 of the weights",
}


@dataclass(frozen=True)
class Finding:
    """One thing that keeps a network from training.

    Args:
        kind: One of `KINDS`.
        severity: `"error"`, `"warning"` or `"note"`.
        layer: Name of the layer where it is seen; empty if it is the whole model.
        evidence: What was measured, in a sentence.
        remedy: A line of code that mends it, for a program in which the arguments of `diagnose`
            are called `model`, `x`, `y` and `optimizer`, keras_ivy `ivy`, and `keras` and `np` are
            imported.
        reference: Where to read about it.
        numbers: The numbers of the evidence by name.
        path: Structural path of the layer.
    """

    kind: str
    severity: str
    layer: str
    evidence: str
    remedy: str
    reference: str
    numbers: dict[str, float] = field(default_factory=dict)
    path: str = ""

    def __str__(self) -> str:
        where = f" {self.layer}" if self.layer else ""
        return f"{self.severity.upper()} {self.kind}{where}: {self.evidence}\n    {self.remedy}"


def make(
    kind: str,
    severity: str,
    layer: tuple[str, str],
    evidence: str,
    remedy: str,
    **numbers: float,
) -> Finding:
    """Return a finding; `layer` is name and path."""
    name, path = layer
    return Finding(kind, severity, name, evidence, remedy, KINDS[kind], numbers, path)


def grouped(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Return the findings, those of one kind, severity and remedy together.

    Example:

    >>> one, two = (make("SCALE", "warning", (name, name), "small", "x = 1") for name in "ab")
    >>> [len(group) for group in grouped([one, two, make("DEAD", "error", ("c", "c"), "", "")])]
    [2, 1]
    """
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.kind, finding.severity, finding.remedy), []).append(finding)
    return list(groups.values())
