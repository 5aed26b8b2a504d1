"""One pass forwards and backwards, and what it says about training."""

import math
from collections.abc import Callable

import keras

from keras_ivy.diagnostics.diagnosis import Diagnosis
from keras_ivy.diagnostics.finding import Finding
from keras_ivy.diagnostics.measuring.batch import take_batch
from keras_ivy.diagnostics.measuring.facts import Facts
from keras_ivy.diagnostics.measuring.passing import one_pass
from keras_ivy.diagnostics.measuring.steps import find_optimizer, loss_scale, update_ratios
from keras_ivy.diagnostics.measuring.taps import See
from keras_ivy.diagnostics.measuring.unchanged import unchanged
from keras_ivy.diagnostics.rules import remedies, signal, training, units, weights
from keras_ivy.initializers.model.targets import collect_targets
from keras_ivy.structure import names_of, sublayers
from keras_ivy.utils import checks

__all__ = ["diagnose", "examine"]

#: In the order in which causes come before what they cause.
RULES: tuple[Callable[[Facts], list[Finding]], ...] = (
    signal.non_finite,
    units.symmetry,
    units.dead,
    units.saturated,
    signal.forward,
    signal.backward,
    weights.no_gradient,
    signal.collapse,
    weights.duplicate,
    weights.scale,
    training.batch_drift,
    training.initial_loss,
    training.update,
)
#: How far the scale of a half-precision loss is lowered while gradients overflow.
_LOWER, _TRIES = 2.0**-5, 4


def diagnose(
    model: keras.layers.Layer,
    x: object,
    y: object = None,
    *,
    loss: object = None,
    optimizer: object = None,
    batch_size: int = 256,
    seed: int = 0,
) -> Diagnosis:
    """Say why a network does not train, or that nothing keeps it from training.

    One pass forwards and backwards in training mode shows what every layer puts out and what
    gradient comes back to it; of the tensors only numbers are kept. Model, optimizer, statistics
    and generators of random numbers are as before afterwards, bit for bit, after an error too.

    Args:
        model: A built Keras model, layer or `Module`.
        x: Inputs, as arrays (nested as the model takes them), or a data set whose first batch is
            taken.
        y: Targets. Without them the backward pass begins with a random sum of the outputs, and
            neither loss nor steps are judged.
        loss: A loss, or the name of one; by default the compiled one, or else the one that targets
            and outputs suggest: cross-entropy for whole numbers and one output a class, or the
            mean squared error. `report.summary["loss_of"]` says which.
        optimizer: An optimizer, or the name of one; by default the compiled one. Its step is taken
            and undone.
        batch_size: How many samples are drawn from arrays that have more; default 256.
        seed: Of that draw, and of what is random in the pass, an integer.

    Returns:
        A `Diagnosis`: `findings` with kind, severity, layer, evidence, remedy and reference,
        `rows` for every call of a layer, and `ok`. It prints as a table.

    Raises:
        TypeError: If the model is none of Keras's, or the arguments are of another type.
        ValueError: If the model is not built, or the data do not fit.

    Example:

    >>> keras.utils.set_random_seed(0)
    >>> layers = [keras.layers.Dense(32, "relu", name=f"hidden{i}") for i in range(20)]
    >>> model = keras.Sequential([keras.Input((32,)), *layers, keras.layers.Dense(1)])
    >>> report = diagnose(model, keras.random.normal((64, 32), seed=1))
    >>> [(finding.kind, finding.severity) for finding in report.findings][0]
    ('VANISHING_FORWARD', 'error')
    >>> report.findings[0].remedy
    'ivy.initialize_model(model, "kaiming", seed=0)'
    >>> import keras_ivy as ivy
    >>> diagnose(ivy.initialize_model(model, "kaiming", seed=0), keras.random.normal((64, 32))).ok
    True

    Reference: the checks and their sources are listed in `keras_ivy.diagnostics.KINDS`.
    """
    size = checks.whole("batch_size", batch_size, least=1)
    seed = checks.whole("seed", seed, least=0)
    collect_targets(model)  # or it says that this is no model
    find_optimizer(model, optimizer)
    inputs, wanted = take_batch(x, y, size, seed)
    return examine(model, inputs, wanted, loss=loss, optimizer=optimizer, seed=seed)


def examine(
    model: keras.layers.Layer,
    inputs: object,
    wanted: object,
    *,
    loss: object = None,
    optimizer: object = None,
    seed: int = 0,
    see: See | None = None,
) -> Diagnosis:
    """Diagnose a model by a batch of tensors.

    Args:
        model: The model.
        inputs: A batch of inputs.
        wanted: Its targets, or None.
        loss: As in `diagnose`.
        optimizer: As in `diagnose`.
        seed: Of what is random in the pass.
        see: Receives each call of a layer, and what it puts out.
    """
    targets = collect_targets(model)
    used = find_optimizer(model, optimizer)
    with unchanged(model, used[0] if used else None, seed % 2**31):
        scale = loss_scale([model, *sublayers(model).values()], used[0] if used else None)
        for _ in range(_TRIES):
            facts, gradients, name = one_pass(
                model, targets, inputs, wanted, loss, seed, scale, see
            )
            overflows = scale > 1.0 and not all(
                g.finite for g in facts.gradients.values() if g is not None
            )
            if not overflows or not facts.is_finite_forwards:
                break
            scale = max(1.0, scale * _LOWER)
        facts.optimizer = used
        if used is not None and wanted is not None:
            facts.updates = update_ratios(model, used[0], gradients)
    findings = signal.by_cause(facts, [finding for rule in RULES for finding in rule(facts)])
    findings = remedies.in_training(facts, findings, running=False)
    also = names_of(model).layers
    return Diagnosis(facts.rows(), findings, model.name, _summary(facts, name), also)


def _summary(facts: Facts, name: str) -> dict[str, float | int | str]:
    """The numbers of the whole model."""
    found: dict[str, float | int | str] = {
        "layers": len({call.path for call in facts.calls}),
        "parameters": sum(math.prod(variable.shape) for variable in facts.model.variables),
    }
    if facts.loss is not None:
        found["loss"] = facts.loss
    if facts.expected is not None:
        found["expected_loss"] = facts.expected.value
        found["informed_loss"] = facts.expected.informed
    found["loss_of"] = name
    hidden = facts.points[1:]
    found |= _slope("rms_per_layer", [point.rms for point in hidden])
    found |= _slope("gradient_per_layer", [point.grad for point in hidden])
    if hidden and hidden[-1].call.input is not None:
        cosine = hidden[-1].call.input.signal.similarity
        found |= {} if cosine is None else {"cosine_before_the_last_layer": cosine}
    if facts.optimizer is not None:
        found["optimizer"] = type(facts.optimizer[0]).__name__
    return found


def _slope(name: str, values: list[float | None]) -> dict[str, float]:
    """By how much a number changes from one layer with a kernel to the next, as a factor."""
    logs = [(i, math.log(v)) for i, v in enumerate(values) if v is not None and 0 < v < math.inf]
    if len(logs) < 2:
        return {}
    middle = sum(i for i, _ in logs) / len(logs)
    mean = sum(log for _, log in logs) / len(logs)
    rise = sum((i - middle) * (log - mean) for i, log in logs)
    return {name: math.exp(rise / sum((i - middle) ** 2 for i, _ in logs))}
