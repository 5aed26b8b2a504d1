"""LSUV: scale kernels, layer by layer, until each layer puts out unit standard deviation."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import TypeAlias

import keras

from keras_ivy.initializers.checks import check_choice, check_number, check_whole
from keras_ivy.initializers.model.initialize import initialize_model
from keras_ivy.initializers.model.lsuv.observe import Output, restoring
from keras_ivy.initializers.model.lsuv.report import LSUVReport
from keras_ivy.initializers.model.lsuv.run import LSUVRun
from keras_ivy.initializers.model.rules import SchemeLike, assign_rules, skip_rules
from keras_ivy.initializers.model.targets import Target, collect_targets
from keras_ivy.initializers.random.seeds import Seed, standardize_seed
from keras_ivy.utils.checks import choice, flag
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError
from keras_ivy.utils.paths import Match

__all__ = ["lsuv"]

#: Inputs as arrays, nested in any way; a pair of them and targets; or what yields batches.
Data: TypeAlias = Output | Iterable[Output] | keras.utils.PyDataset


def lsuv(
    model: keras.layers.Layer,
    data: Data,
    *,
    target_std: float = 1.0,
    tolerance: float = 0.1,
    max_iterations: int = 10,
    on: str = "pre",
    start: SchemeLike | None = "orthogonal",
    batch_size: int = 32,
    batches: int = 1,
    skip: Match | Iterable[Match] = (),
    training: bool = False,
    seed: Seed = None,
    verbose: int | str = "auto",
) -> LSUVReport:
    """Layer-sequential unit variance: orthogonal kernels, scaled by what data does to them.

    In the order in which the layers are called, `W <- W * target_std / std(out)`, until the
    standard deviation of `out` over all its entries is `target_std` within the tolerance; a layer
    that is within it is left alone. Each layer is scaled while the batch passes through it, so one
    pass serves all layers.

    Every layer with a kernel takes part, in nested, shared and subclassed models as well, but
    for recurrent cells and embeddings, those of positions and class tokens included. Of a layer
    with two kernels the last is scaled. Only kernels (and with `start` their biases) change:
    statistics of normalisations and states of seed generators are put back, and everything is
    after an error.

    Args:
        model: A model or layer; it is built by a call on the data if need be.
        data: Inputs, as arrays (a list or dictionary of them for several inputs), a tuple
            `(x, y)` whose targets are ignored, or anything that yields batches, such as a
            `tf.data.Dataset` or a `keras.utils.PyDataset`.
        target_std: Standard deviation to reach, above 0; default 1.
        tolerance: Largest relative difference from it, above 0; default 0.1.
        max_iterations: How often a layer may be scaled, 1 or more; default 10.
        on: Measure before (`"pre"`, default) or after (`"post"`) the layer's own activation.
        start: Scheme of the kernels to begin with, as in `initialize_model`, or `None` to begin
            with those that are there; default `"orthogonal"`.
        batch_size: Size of the batches that arrays are cut into; default 32.
        batches: Number of batches; standard deviations are those of all batches together. Default
            1.
        skip: What to leave alone: layer classes, patterns or predicates, as in `InitRule`.
        training: Whether the model is called in training mode; default False.
        seed: Seed of the start; see `initialize_model`.
        verbose: 0 for no progress bar, 1 or `"auto"` (default) for one.

    Returns:
        An `LSUVReport` of the standard deviations before and after; the model is changed in place.

    Raises:
        ValueError: If a layer cannot reach the standard deviation, such as one whose output is
            constant or bounded by a sigmoid, or no layer can be scaled. The model is as it was.

    Example:

    >>> model = keras.Sequential([keras.Input((16,)), *(keras.layers.Dense(16) for _ in range(9))])
    >>> x = 100 * keras.random.normal((64, 16), seed=1)
    >>> report = lsuv(model, x, batch_size=64, verbose=0)
    >>> len(report), round(report[0].std_before), round(float(keras.ops.std(model(x))), 3)
    (9, ..., 1.0)

    Reference: Mishkin and Matas 2016, All you need is a good init, arXiv:1511.06422.
    """
    seed = standardize_seed(seed)
    training = flag("training", training, "lsuv")
    check_number("target_std", target_std, above=0)
    check_number("tolerance", tolerance, above=0)
    check_whole("max_iterations", max_iterations, least=1)
    check_choice("on", on, ("pre", "post"))
    choice("verbose", verbose, ("auto", True, False, 0, 1, 2), "lsuv")
    inputs = take_batches(
        data,
        check_whole("batch_size", batch_size, least=1),
        check_whole("batches", batches, least=1),
    )
    if not isinstance(model, keras.layers.Layer):
        raise IvyTypeError(f"`model` must be a Keras model. Received: model={model!r}")
    if not model.built:
        model(inputs[0])
    targets = collect_targets(model)
    kernels = scaled_kernels(targets, skip)
    run = LSUVRun(model, inputs, kernels, target_std, tolerance, max_iterations, on, training)
    with restoring(model.variables) as changed:
        before = run.measure()
        called = {kernel.path for kernel in kernels if id(kernel.layer) in before}
        if not called:
            raise IvyValueError(
                "The call on the data reaches none of the layers with a kernel: "
                f"{', '.join(kernel.path for kernel in kernels)}."
            )
        layers = {id(target.layer) for target in targets if target.path in called}
        if start is not None:
            biases = {t.path for t in targets if t.role == "bias" and id(t.layer) in layers}
            others = {target.path for target in targets} - called - biases
            skipped = (lambda target: target.path in others) if others else ()
            initialize_model(model, start, seed=seed, skip=skipped)
            changed += [target.variable for target in targets if target.path in biases]
        run.scale(progress_bar(len(before), verbose))
        changed += [target.variable for target in targets if target.path in called]
    return run.report(before)


def scaled_kernels(targets: Sequence[Target], skip: Match | Iterable[Match]) -> list[Target]:
    """Return the kernel to scale of each layer that can be scaled.

    Raises:
        IvyValueError: If there is none.
    """
    skipped = assign_rules(skip_rules(skip), targets)
    recurrent = {id(target.layer) for target in targets if target.role == "recurrent"}
    kernels: dict[int, Target] = {}
    for target in sorted(targets, key=lambda target: target.position):
        if (
            target.role == "kernel"
            and len(target.variable.shape) > 1
            and target.variable.trainable
            and target.path not in skipped
            and id(target.layer) not in recurrent
        ):
            kernels[id(target.layer)] = target
    if not kernels:
        raise IvyValueError(
            "There is no layer to scale: none has a trainable kernel that is not to be skipped. "
            f"The model has {', '.join(target.path for target in targets[:8]) or 'no variables'}."
        )
    return list(kernels.values())


def take_batches(data: Data, batch_size: int, batches: int) -> list[Output]:
    """Return the inputs of the first batches of whatever holds data.

    Example:

    >>> data = keras.ops.zeros((10, 2))
    >>> [len(batch) for batch in take_batches(data, batch_size=4, batches=2)]
    [4, 4]
    """
    if isinstance(data, tuple):
        data = data[0]
    leaves = keras.tree.flatten(data)
    if all(hasattr(leaf, "shape") for leaf in leaves) and leaves:
        data = keras.tree.map_structure(keras.ops.convert_to_tensor, data)
        sizes = {leaf.shape[0] for leaf in keras.tree.flatten(data) if len(leaf.shape)}
        scalars = any(len(leaf.shape) == 0 for leaf in keras.tree.flatten(data))
        if len(sizes) != 1 or scalars:
            raise IvyValueError(
                "All inputs must have the same number of samples. Received: shapes "
                f"{[tuple(leaf.shape) for leaf in leaves]}"
            )
        stops = range(0, min(sizes.pop(), batch_size * batches), batch_size)
        found = [
            keras.tree.map_structure(lambda leaf, at=at: leaf[at : at + batch_size], data)
            for at in stops
        ]
    elif isinstance(data, keras.utils.PyDataset):
        found = [data[index][0] for index in range(min(batches, data.num_batches or batches))]
    elif isinstance(data, Iterable) and not isinstance(data, str | dict | list):
        found = [keras.utils.unpack_x_y_sample_weight(item)[0] for item in islice(data, batches)]
    else:
        raise IvyTypeError(
            "`data` must be arrays, or something that yields batches. "
            f"Received: data of type {type(data).__name__}"
        )
    if not found:
        raise IvyValueError("There are no data. Received: an empty `data`")
    return found


def progress_bar(total: int, verbose: int | str) -> Callable[[int, float], None]:
    """Return a function that reports the layer that is done and its standard deviation."""
    if verbose not in ("auto", 0, 1):
        raise IvyValueError(f"`verbose` must be 0, 1 or 'auto'. Received: verbose={verbose!r}")
    if not verbose:
        return lambda done, std: None
    bar = keras.utils.Progbar(total, unit_name="layer", stateful_metrics=["std"])
    return lambda done, std: bar.update(done, [("std", std)])
