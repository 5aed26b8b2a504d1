"""Are the weights of the right size, each of its own draw, and do they learn?"""

import math

import keras

from keras_ivy.diagnostics.finding import Finding, make
from keras_ivy.diagnostics.measuring.facts import Facts
from keras_ivy.diagnostics.measuring.kernels import duplicates
from keras_ivy.diagnostics.rules import remedies
from keras_ivy.initializers.fans.axes import axes_of
from keras_ivy.initializers.model.schemes.layers import activation_after
from keras_ivy.initializers.model.targets import Target

__all__ = ["duplicate", "no_gradient", "scale"]

#: How many times larger or smaller than any usual scheme a kernel may be; after training more.
OFF, OFF_TRAINED, FAR_OFF = 2.0, 10.0, 10.0
#: The rms of what a layer puts out that is well: 1 before a ReLU is 0.7 after it.
WELL_LOW, WELL_HIGH = 0.5, 2.0


def scale(facts: Facts) -> list[Finding]:
    """SCALE: kernels whose standard deviation no usual scheme with their true fans gives.

    The schemes are He's, Xavier's and LeCun's, of both fans; few values may miss them by chance.
    What two kernels of a layer make up for between them, or LSUV has measured, is no fault.
    """
    off = []
    for target in facts.kernels:
        row = facts.weights[target.path]
        if row.std == 0.0 or not math.isfinite(row.std) or target.path in facts.symmetric:
            continue
        if _is_compensated(facts, target):
            continue
        low, high = _usual(target)
        slope = _slope(target)
        size = math.hypot(row.std, row.mean) * slope
        factor = size / high if size > high else size / low if size < low else 1.0
        count = math.prod(target.shape)
        allowed = (OFF_TRAINED if facts.is_trained else OFF) * math.exp(3 / math.sqrt(2 * count))
        if max(factor, 1 / factor) > allowed:
            off.append((target, size, factor))
    whole = len(off) > 3 or len(off) * 2 > len(facts.kernels)
    found = []
    for target, size, factor in off:
        fan_in, fan_out = target.geometry.fans
        wanted = size / factor
        how = f"{max(factor, 1 / factor):.3g} times too {'large' if factor > 1 else 'small'}"
        said = (
            f"{facts.weight_name(target)} has the standard deviation {size:.3g}, {how} for its "
            f"fans ({fan_in:g}, {fan_out:g})"
        )
        said += _guessed(target, size)
        path = facts.owners[id(target.variable)]
        remedy = remedies.initialize(facts) if whole else remedies.initialize_layers(facts, [path])
        severity = "error" if max(factor, 1 / factor) > FAR_OFF else "warning"
        numbers = {"std": size, "wanted": wanted, "factor": factor}
        where = (target.layer.name, path)
        found.append(make("SCALE", severity, where, said, remedy, **numbers))
    return found


def _is_compensated(facts: Facts, target: Target) -> bool:
    """Whether what the layer puts out is of the usual size, and not because it is bounded."""
    path = facts.owners[id(target.variable)]
    calls = [call for call in facts.calls if call.path == path]
    if not calls or isinstance(facts.layers[path], keras.layers.RNN):
        return False
    return all(
        call.output is not None
        and WELL_LOW <= call.output.signal.rms <= WELL_HIGH
        and remedies.is_unbounded(call)
        for call in calls
    )


def _guessed(target: Target, size: float) -> str:
    """Where a shape alone explains the standard deviation, which fans it suggests."""
    guess = axes_of(target.shape).fans
    if guess == target.geometry.fans:
        return ""
    names = {"He": 2 / guess[0], "LeCun": 1 / guess[0], "Xavier": 2 / sum(guess)}
    for name, variance in names.items():
        if abs(size / math.sqrt(variance) - 1) < 0.1:
            counted = ", ".join(f"{fan:g}" for fan in guess)
            return f"; it is {name}'s for ({counted}), which the shape suggests"
    return ""


def _usual(target: Target) -> tuple[float, float]:
    """The least and the greatest standard deviation that a usual scheme gives a kernel."""
    fan_in, fan_out = target.geometry.fans
    # A fan counts all gates, groups or channels where they are drawn as one matrix.
    several = target.geometry.block_count if target.role == "recurrent" else 1
    gates = target.geometry.block_count if _is_gated(target) else 1
    least = max(fan_in, fan_out * max(several, gates))
    smallest = (
        min(fan_in, fan_out) if _is_by_fan_out(target) else min(fan_in, (fan_in + fan_out) / 2)
    )
    return math.sqrt(1 / least), math.sqrt(2 / smallest)


def _is_by_fan_out(target: Target) -> bool:
    """Whether the layer's initializer scales by the outputs, as He's second formula does."""
    initializers = (v for k, v in vars(target.layer).items() if k.endswith("initializer"))
    return any(getattr(each, "mode", None) == "fan_out" for each in initializers)


def _is_gated(target: Target) -> bool:
    cells = (keras.layers.LSTMCell, keras.layers.GRUCell)
    return isinstance(target.layer, cells)


def _slope(target: Target) -> float:
    """The steepest slope of the layer's activation around zero: 30 of SIREN's `sin(30 x)`."""
    activation = activation_after(target.layer)
    if activation is None:
        return 1.0
    try:
        points = keras.ops.convert_to_tensor([[-1e-3, 0.0, 1e-3]], "float32")
        low, middle, high = keras.ops.convert_to_numpy(activation(points)).ravel()
    except (ValueError, TypeError):  # it takes something else than a matrix
        return 1.0
    slope = max(abs(high - middle), abs(middle - low)) / 1e-3
    return float(slope) if slope > 2.0 else 1.0


def duplicate(facts: Facts) -> list[Finding]:
    """DUPLICATE: kernels of one shape that hold the same draw."""
    symmetric = facts.symmetric
    kernels = [target for target in facts.trained_kernels if target.path not in symmetric]
    found = []
    for group in duplicates(kernels):
        paths = ", ".join(facts.weight_name(target) for target in group)
        said = f"{len(group)} kernels are equal value for value: {paths}"
        first = group[1]
        where = (first.layer.name, facts.owners[id(first.variable)])
        remedy = remedies.draw(facts)
        found.append(make("DUPLICATE", "warning", where, said, remedy, kernels=float(len(group))))
    return found


def no_gradient(facts: Facts) -> list[Finding]:
    """NO_GRADIENT: trainable weights that the loss does not depend on by any derivative."""
    lost: dict[str, list[Target]] = {}
    for target in facts.targets:
        key = id(target.variable)
        if key in facts.gradients and facts.gradients[key] is None:
            lost.setdefault(facts.owners[key], []).append(target)
    called = {call.path for call in facts.calls}
    found = []
    for path, targets in lost.items():
        names = ", ".join(facts.weight_name(target) for target in targets)
        why = (
            "it is called, but its output reaches the loss by no derivative"
            if path in called
            else "it is never called"
        )
        said = f"no gradient reaches {len(targets)} of its weights ({names}): {why}"
        remedy = f"{remedies.layer_code(facts, path)}.trainable = False"
        if not path or len(facts.variables_of(path)) > len(targets):
            remedy += "  # or connect what is left out"
        severity = "error"
        learns = any(
            facts.gradients.get(id(other.variable)) is not None
            for other in facts.variables_of(path)
        )
        if path in called and learns:
            # Such as the output embedding of a language model whose head is left off.
            severity = "warning"
            remedy = _freeze(facts, targets) or remedy
        where = (facts.layers[path].name, path)
        number = float(len(targets))
        found.append(make("NO_GRADIENT", severity, where, said, remedy, variables=number))
    return found


def _freeze(facts: Facts, targets: list[Target]) -> str | None:
    """The line that freezes single variables, where they have names; the others go on learning."""
    parts = []
    for target in targets:
        path, _, name = target.path.rpartition("/")
        if getattr(facts.layers.get(path), name, None) is not target.variable:
            return None
        parts.append(f"{remedies.layer_code(facts, path)}.{name}.trainable")
    return f"{' = '.join(parts)} = False  # or connect what is left out"
