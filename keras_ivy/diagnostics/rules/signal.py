"""Does the signal arrive, forwards and backwards?"""

import math

from keras_ivy.diagnostics.finding import Finding, make
from keras_ivy.diagnostics.measuring.facts import Facts, Point
from keras_ivy.diagnostics.rules import remedies

__all__ = ["backward", "by_cause", "collapse", "forward", "non_finite"]

#: How far a signal may fall or grow between the first hidden layer and the last one.
VANISHED, EXPLODED = 1e-2, 1e2
#: In training a signal may grow further, as features do that tell classes apart: not before here
#: does it come near to where half precision and softmax end.
_EXPLODED_TRAINED = 1e4
#: The same for gradients of normalised networks, and by how much they grow at each layer at least:
#: hundreds of layers with shortcuts may reach any ratio at the end and train well.
_EXPLODED_NORMALIZED, _STEEP = 1.5e2, 1.12
#: How near to one the cosine between two samples may come, where the inputs are further apart.
COLLAPSED = 1e-3
#: By how much inputs must be further apart.
_APART = 10.0


def non_finite(facts: Facts) -> list[Finding]:
    """NON_FINITE: the first place at which a value is no number, in inputs, weights or signal."""
    for target in facts.targets:
        row = facts.weights[target.path]
        if not (math.isfinite(row.min) and math.isfinite(row.max) and math.isfinite(row.mean)):
            where = (target.layer.name, facts.owners[id(target.variable)])
            remedy = remedies.initialize_layers(facts, [where[1]])
            if target.role not in ("kernel", "recurrent", "embedding", "bias"):
                remedy = (
                    'ivy.initialize_model(model, "layer_default", seed=0, skip_normalization=False)'
                )
            said = f"the weight {facts.weight_name(target)} holds values that are not finite"
            return [make("NON_FINITE", "error", where, said, remedy)]
    bad = [i for i, signal in enumerate(facts.inputs) if not signal.finite]
    if bad:
        first = facts.name(facts.calls[0]) if facts.calls else ("", "")
        said = f"input {bad[0] + 1} of {len(facts.inputs)} holds values that are not finite"
        remedy = "x = np.nan_to_num(x, posinf=0.0, neginf=0.0)"
        return [make("NON_FINITE", "error", first, said, remedy)]
    half = any(layer.compute_dtype == "float16" for layer in facts.layers.values())
    for call in facts.calls:
        if call.output is not None and not call.output.signal.finite:
            largest = _largest_before(facts, call)
            said = (
                "what it puts out is not finite, though its weights and the inputs are; the "
                f"largest value before is {largest:.3g}"
            )
            remedy = remedies.initialize(facts)
            if half and largest > 1e3:
                said += ", and float16 ends at 65504"
            return [make("NON_FINITE", "error", facts.name(call), said, remedy)]
    for call in reversed(facts.calls):
        if call.output is not None and not call.output.gradient.finite:
            largest = max(abs(call.output.signal.min), abs(call.output.signal.max))
            said = (
                "the gradient by its output is not finite, though the output is, "
                f"with {largest:.3g} as its largest value"
            )
            return [make("NON_FINITE", "error", facts.name(call), said, remedies.initialize(facts))]
    for target in facts.targets:
        gradient = facts.gradients.get(id(target.variable))
        if gradient is not None and not gradient.finite:
            where = (target.layer.name, facts.owners[id(target.variable)])
            said = f"the gradient of {facts.weight_name(target)} is not finite"
            return [make("NON_FINITE", "error", where, said, remedies.initialize(facts))]
    if facts.loss is not None and not math.isfinite(facts.loss):
        said = f"the loss is {facts.loss}, though the outputs are finite"
        remedy = "y = np.nan_to_num(y, posinf=0.0, neginf=0.0)"
        where = facts.name(facts.calls[-1]) if facts.calls else ("", "")
        return [make("NON_FINITE", "error", where, said, remedy)]
    return []


def _largest_before(facts: Facts, call: object) -> float:
    largest = 0.0
    for each in facts.calls:
        if each is call:
            break
        if each.output is not None:
            largest = max(largest, abs(each.output.signal.max), abs(each.output.signal.min))
    return largest


def forward(facts: Facts) -> list[Finding]:
    """VANISHING_FORWARD and EXPLODING_FORWARD: what reaches the last layer with a kernel."""
    points = facts.points
    if len(points) < 2:
        return []
    data, hidden, last = points[0].rms, points[1].rms, points[-1].rms
    if not all(math.isfinite(point.rms) for point in points):
        finite = [point for point in points if math.isfinite(point.rms)]
        low = min((point.rms for point in finite if point.rms), default=0.0)
        high = max((point.rms for point in finite), default=0.0)
        if not low or high / low <= EXPLODED or not math.isfinite(data):
            return []
        said = f"rms {low:.3g} grows to {high:.3g}, and beyond all numbers"
        remedy = _exploding(facts)
        where = facts.name(finite[-1].call)
        return [make("EXPLODING_FORWARD", "error", where, said, remedy, first=low, last=high)]
    low_base = max(hidden, min(data, 1.0))
    high_base = min(hidden, max(data, 1.0)) if hidden else max(data, 1.0)
    if last < VANISHED * low_base:
        point = next(p for p in points[1:] if p.rms < VANISHED * low_base)
        if point.rms == 0.0 and facts.fully_dead:
            return []  # DEAD says it
        least = min(points[1:], key=lambda each: each.rms)
        said, numbers = _course(points, low_base, least, point, "falls")
        remedy = remedies.initialize(facts)
        where = facts.name(point.before)
        return [make("VANISHING_FORWARD", "error", where, said, remedy, **numbers)]
    bound = EXPLODED
    if last > bound * high_base and facts.is_trained:
        bound = _EXPLODED_TRAINED
    if last > bound * high_base:
        point = next(p for p in points[1:] if p.rms > bound * high_base)
        peak = max(points[1:], key=lambda each: each.rms)
        said, numbers = _course(points, high_base, peak, point, "grows")
        where = facts.name(point.before)
        return [make("EXPLODING_FORWARD", "error", where, said, _exploding(facts), **numbers)]
    return []


def _course(
    points: list[Point], base: float, end: Point, here: Point, how: str
) -> tuple[str, dict[str, float]]:
    """The sentence, and the numbers, of a signal that falls, or grows, to its extreme."""
    depth = next(i for i, point in enumerate(points) if point is end)
    rate, last = (end.rms / base) ** (1 / depth), points[-1].rms
    said = (
        f"rms {base:.3g} {how} to {end.rms:.3g} over {depth} layers with a kernel, "
        f"by {rate:.3g} a layer; here it is {here.rms:.3g}"
    )
    if end is not points[-1]:
        said += f", and at the last layer {last:.3g}"
    return said, {"first": base, "last": last, "factor": rate, "layers": float(depth)}


def by_cause(facts: Facts, findings: list[Finding]) -> list[Finding]:
    """Put a signal that is lost before the units that are dead, or at their ends, after it."""
    order: dict[str, int] = {}
    for i, call in enumerate(facts.calls):
        order.setdefault(call.path, i)
    kinds = ("VANISHING_FORWARD", "EXPLODING_FORWARD")
    cause = next((f for f in findings if f.kind in kinds), None)
    if cause is None:
        return findings
    start = order.get(cause.path, 0)
    effects = [
        finding
        for finding in findings
        if finding.kind in ("DEAD", "SATURATED") and order.get(finding.path, 0) >= start
    ]
    if not effects:
        return findings
    rest = [f for f in findings if f is not cause and not any(f is each for each in effects)]
    place = sum(1 for f in rest if findings.index(f) < findings.index(cause))
    return [*rest[:place], cause, *effects, *rest[place:]]


def _exploding(facts: Facts) -> str:
    """Branches that are added without a normalisation explode under every scheme for layers."""
    branches = facts.branch_ends
    if len(branches) > 1 and not facts.is_normalized:
        return remedies.initialize_layers(facts, branches, "zeros")
    return remedies.initialize(facts)


def backward(facts: Facts) -> list[Finding]:
    """VANISHING_BACKWARD and EXPLODING_BACKWARD: what reaches the first hidden layer.

    Norms of whole tensors are compared, not root mean squares: a convolution that keeps the
    signal's size keeps the norm of the gradient, whatever it does to the size of the image.
    """
    points = [p for p in facts.points[1:] if p.grad is not None]
    if facts.has_zero_kernel:
        # A residual branch whose last kernel is zero has no gradient inside, as is meant.
        points = [p for p in points if p.grad]
    if len(points) < 2 or not all(math.isfinite(p.grad or 0.0) for p in points):
        return []
    first, last = points[0].grad or 0.0, points[-1].grad or 0.0
    if last == 0.0 and first == 0.0:
        return []
    depth = len(points) - 1
    numbers = {"first": first, "last": last, "layers": float(depth)}
    if first < VANISHED * last:
        if first == 0.0 and (facts.fully_dead or facts.symmetric):
            return []
        point = next(p for p in reversed(points) if (p.grad or 0.0) < VANISHED * last)
        rate = (first / last) ** (1 / depth)
        said = (
            f"the norm of the loss's gradient by the signal falls from {last:.3g} at the last "
            f"layer to {first:.3g} at the first, by {rate:.3g} a layer"
        )
        where = facts.name(point.before)
        return [make("VANISHING_BACKWARD", "error", where, said, _vanishing(facts), **numbers)]
    if first > EXPLODED * last:
        point = next(p for p in reversed(points) if (p.grad or 0.0) > EXPLODED * last)
        rate = (first / last) ** (1 / depth) if last else math.inf
        if facts.is_normalized and (rate < _STEEP or first < _EXPLODED_NORMALIZED * last):
            return []
        severity = "note" if facts.is_normalized else "error"
        said = (
            f"the norm of the loss's gradient by the signal grows from {last:.3g} at the last "
            f"layer to {first:.3g} at the first, by {rate:.3g} a layer"
        )
        remedy = _exploding(facts)
        if facts.is_normalized:
            said += "; normalisation does that, and shortcuts around the layers undo it"
            remedy = "optimizer = keras.optimizers.Adam(1e-3, clipnorm=1.0)  # and add shortcuts"
        where = facts.name(point.before)
        return [make("EXPLODING_BACKWARD", severity, where, said, remedy, **numbers)]
    return []


def _vanishing(facts: Facts) -> str:
    forward_is_well = facts.points[-1].rms > VANISHED * facts.points[1].rms
    if forward_is_well and _is_sigmoid(facts):
        calls = [call for call in facts.calls if "sigmoid" in call.units.kinds and not call.final]
        return remedies.activate_by_tanh(facts, calls)
    return remedies.initialize(facts)


def _is_sigmoid(facts: Facts) -> bool:
    """Whether most layers with a kernel are followed by a sigmoid."""
    calls = [call for call in facts.calls if "sigmoid" in call.units.kinds and not call.final]
    return len(calls) * 2 > len(facts.points)


def collapse(facts: Facts) -> list[Finding]:
    """RANK_COLLAPSE: samples, or positions of one sequence, that can no longer be told apart."""
    if len(facts.points) < 2 or facts.fully_dead or facts.symmetric:
        return []
    last = facts.points[-1].call.input
    if _is_sigmoid(facts) and any(f.kind == "VANISHING_BACKWARD" for f in backward(facts)):
        return []  # the slope of 1/4 at most does both, and one remedy mends both
    if last is None or not last.signal.finite or last.signal.rms == 0.0:
        return []
    where = facts.name(facts.points[-1].before)
    found = [("samples", [signal.similarity for signal in facts.inputs], last.signal.similarity)]
    cosines = [
        (call, call.output.signal.position_similarity)
        for call in facts.calls
        if call.output is not None and call.output.signal.position_similarity is not None
    ]
    if cosines:
        found.append(("positions of one sample", [cosines[0][1]], cosines[-1][1]))
    for what, before, after in found:
        known = [value for value in before if value is not None]
        if after is None or not known:
            continue
        if 1 - after < COLLAPSED and 1 - min(known) > _APART * (1 - after):
            if what != "samples":
                where = facts.name(cosines[-1][0])
            said = (
                f"the cosine between two {what} is {min(known):.4g} at first and {after:.7g} in "
                "the end, where they can't be told apart"
            )
            remedy = remedies.initialize(facts)
            numbers = {"input": min(known), "last": after}
            return [make("RANK_COLLAPSE", "error", where, said, remedy, **numbers)]
    return []
