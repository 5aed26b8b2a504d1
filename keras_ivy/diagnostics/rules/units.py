"""Are the units alive, and do they differ?"""

import math

from keras_ivy.diagnostics.finding import Finding, make
from keras_ivy.diagnostics.measuring.facts import Facts
from keras_ivy.diagnostics.measuring.taps import Call
from keras_ivy.diagnostics.rules import remedies

__all__ = ["dead", "saturated", "symmetry"]

#: Share of dead units that are more than what samples that are alike explain.
DEAD_ERROR, DEAD_WARNING = 0.5, 0.2
SATURATED = 0.5
#: Share of a layer's outputs that are alike and learn alike.
ALIKE_ERROR = 0.5


def dead(facts: Facts) -> list[Finding]:
    """DEAD: units whose ReLU lets nothing through.

    In deep networks samples grow alike, and about as many units are shut for all of a batch as
    are open for all of it. That is no fault: only what there is more of shut units counts, and
    more than chance makes.
    """
    found = []
    for call in facts.calls:
        share, always = call.units.dead, call.units.open
        if share is None or always is None or call.final:
            continue
        more = share - always
        chance = 3 * math.sqrt((share + always) / call.units.count)
        if more <= DEAD_WARNING or (more <= chance and always):
            continue
        severity = "error" if more > DEAD_ERROR else "warning"
        said = f"{share:.0%} of its units let nothing through, for any sample"
        owner = _kernel_before(facts, call)
        large = remedies.standardize(facts)
        remedy = remedies.initialize_layers(facts, [owner.path]) if owner else None
        if large is not None and owner is facts.points[0].call:
            remedy, more_said = large
            said += more_said
        found.append(
            make(
                "DEAD",
                severity,
                facts.name(call),
                said,
                remedy or remedies.initialize(facts),
                dead=share,
                open=always,
            )
        )
    return _whole_model(facts, found)


def _whole_model(facts: Facts, found: list[Finding]) -> list[Finding]:
    """Where several layers are ill, the line that mends one of them mends too little."""
    if len(found) < 2:
        return found
    line = remedies.initialize(facts)
    return [
        Finding(f.kind, f.severity, f.layer, f.evidence, line, f.reference, f.numbers, f.path)
        if f.remedy.startswith("ivy.initialize_model")
        else f
        for f in found
    ]


def _kernel_before(facts: Facts, call: Call) -> Call | None:
    """The layer with a kernel that an activation follows, or is part of."""
    before = None
    kernels = {id(point.call) for point in facts.points}
    for each in facts.calls:
        if id(each) in kernels:
            before = each
        if each is call:
            return before
    return before


def saturated(facts: Facts) -> list[Finding]:
    """SATURATED: values of tanh and sigmoid at their ends, where they have no slope."""
    found = []
    for call in facts.calls:
        share = call.units.saturated_share
        if share is None or share <= SATURATED or call.final:
            continue
        said = f"{share:.0%} of the values of its {_squashes(call)} are at an end"
        remedy = remedies.initialize(facts)
        large = remedies.standardize(facts)
        if (
            large is not None
            and facts.points
            and _kernel_before(facts, call) is (facts.points[0].call)
        ):
            remedy, more = large
            said += more
        found.append(make("SATURATED", "error", facts.name(call), said, remedy, saturated=share))
    return found


def _squashes(call: Call) -> str:
    return " and ".join(k for k in dict.fromkeys(call.units.kinds) if k in ("tanh", "sigmoid"))


def symmetry(facts: Facts) -> list[Finding]:
    """SYMMETRY: outputs of a kernel that are alike and get the same gradient stay alike."""
    found = []
    for path, share in facts.symmetric.items():
        target = next(t for t in facts.kernels if t.path == path)
        severity = "error" if share > ALIKE_ERROR else "warning"
        row = facts.weights[path]
        values = f"all values are {row.min:.3g}" if row.min == row.max else "columns are equal"
        name = facts.weight_name(target)
        said = f"{share:.0%} of the outputs of {name} are alike and learn alike: {values}"
        where = (target.layer.name, facts.owners[id(target.variable)])
        remedy = remedies.draw(facts)
        found.append(make("SYMMETRY", severity, where, said, remedy, share=share))
    return found
