"""Initialize a whole model: by a scheme, by rules, with a look before."""

import contextlib
import functools
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, TypeVar, overload

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.initializers.base import Initializer
from keras_ivy.initializers.fans.lookup import warn_unknown
from keras_ivy.initializers.model.draw import base_seed, describe, draw_values, fold_seed
from keras_ivy.initializers.model.plan import NO_START, UNKNOWN, Plan, make_plans
from keras_ivy.initializers.model.progress import slow_progress
from keras_ivy.initializers.model.report import InitializationReport, InitializationRow
from keras_ivy.initializers.model.reproducible import draw_by_seed
from keras_ivy.initializers.model.rules import SchemeLike
from keras_ivy.initializers.model.schemes.names import resolve_rules
from keras_ivy.initializers.model.start_values import StartValue
from keras_ivy.initializers.model.targets import collect_targets, in_call_order
from keras_ivy.initializers.random.seeds import Seed, standardize_seed
from keras_ivy.typing import Array, InitializerLike
from keras_ivy.utils.checks import flag
from keras_ivy.utils.exceptions import IvyValueError
from keras_ivy.utils.paths import Match

__all__ = ["initialize_model"]

Model = TypeVar("Model", bound=keras.layers.Layer)


@overload
def initialize_model(
    model: Model,
    initializer: SchemeLike,
    initializer_config: Mapping[str, object] | None = ...,
    *,
    seed: Seed = ...,
    dry_run: Literal[False] = ...,
    bias: InitializerLike | None = ...,
    skip: Match | Iterable[Match] = ...,
    skip_normalization: bool = ...,
    skip_frozen: bool = ...,
    reset_optimizer: bool = ...,
) -> Model: ...
@overload
def initialize_model(
    model: Model,
    initializer: SchemeLike,
    initializer_config: Mapping[str, object] | None = ...,
    *,
    seed: Seed = ...,
    dry_run: Literal[True],
    bias: InitializerLike | None = ...,
    skip: Match | Iterable[Match] = ...,
    skip_normalization: bool = ...,
    skip_frozen: bool = ...,
    reset_optimizer: bool = ...,
) -> InitializationReport: ...
@overload
def initialize_model(
    model: Model,
    initializer: SchemeLike,
    initializer_config: Mapping[str, object] | None = ...,
    *,
    seed: Seed = ...,
    dry_run: bool,
    bias: InitializerLike | None = ...,
    skip: Match | Iterable[Match] = ...,
    skip_normalization: bool = ...,
    skip_frozen: bool = ...,
    reset_optimizer: bool = ...,
) -> Model | InitializationReport: ...
def initialize_model(
    model: Model,
    initializer: SchemeLike,
    initializer_config: Mapping[str, object] | None = None,
    *,
    seed: Seed = None,
    dry_run: bool = False,
    bias: InitializerLike | None = "zeros",
    skip: Match | Iterable[Match] = (),
    skip_normalization: bool = True,
    skip_frozen: bool = True,
    reset_optimizer: bool = False,
) -> Model | InitializationReport:
    """Give the weights of a built model new values, with the true fans of every layer.

    Weights are kernels, recurrent kernels and embeddings. By default biases become zero (the
    forget gates of an LSTM one, where its `unit_forget_bias` says so), and normalisations and
    frozen variables stay. Compiled, nested, shared and subclassed models all work; nothing is
    traced anew.

    Every variable is drawn with a seed made of `seed` and its structural path. So no two are
    equal by accident, the same seed gives the same model, and a layer added at the end or under
    a name of its own leaves the values of the others alone. Initializers and functions of one's
    own are told the seed as `self.seed`, and the global generators are seeded while they draw; one
    that draws from a generator of its own is refused if `seed` is given. Where it takes longer than
    two seconds, a bar is shown on a terminal.

    Args:
        model: A built model, layer or `Module`.
        initializer: One of
            a name, such as `"xavier"`, `"kaiming"`, `"orthogonal"`, `"small_random"`, `"zeros"`,
            any string that `keras_ivy.initializers.get` takes, or a whole-model scheme: `"auto"`,
            `"layer_default"`, `"torch_default"`, `"fixup"`, `"gpt2"`, ...;
            an initializer, ours or Keras's (whose guessed fans are replaced by the true ones);
            the config of one, `{"class_name": ..., "config": ...}`;
            a list of `InitRule`s, tuples `(match, initializer)` and schemes, or a dictionary
            `{match: initializer}`: for each variable the first that claims it decides, and
            weights that none claims stay.
        initializer_config: Arguments of a scheme that is named by a string.
        seed: An integer, a `keras.random.SeedGenerator`, or `None` for the initializer's own
            seed, or else a new one.
        dry_run: Change nothing and return an `InitializationReport`.
        bias: What the biases of initialized layers become: an initializer, or `None` to leave
            them alone; default `"zeros"`.
        skip: What to leave alone: layer classes, patterns or predicates, as in `InitRule`.
        skip_normalization: Leave scales, shifts and statistics of normalisations alone, unless a
            rule names them; if False they start anew, as the layers' own initializers say.
        skip_frozen: Leave variables that are not trainable alone.
        reset_optimizer: Reset the state of the compiled optimizer as well, step count included.

    Returns:
        The model itself; with `dry_run=True` an `InitializationReport` of path, name, shape, fans,
        scheme, and standard deviation before and after, in the order of calls.

    Raises:
        ValueError: If the model is not built, the scheme is unknown, a rule matches nothing, a
            scheme does not suit a variable, or does not draw from the seed that is given.
        TypeError: If an argument is of another type.

    Warns:
        UserWarning: If it has to guess the fans of a weight, or cannot tell what a variable is;
            see `register_fans`.

    Example:

    >>> model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(256, "relu")])
    >>> model = initialize_model(model, "kaiming", {"mode": "fan_out"}, seed=1)
    >>> round(float(keras.ops.std(model.layers[0].kernel)), 3)  # sqrt(2 / 256)
    0.088
    >>> report = initialize_model(model, {"bias": "ones"}, dry_run=True)
    >>> name = model.layers[0].name
    >>> report["layers/v0/bias"].scheme, report[f"{name}/kernel"].scheme
    ('Ones()', 'kept: no rule speaks of it')

    Reference: Glorot and Bengio 2010; He et al. 2015, arXiv:1502.01852.
    """
    for name, value in (
        ("dry_run", dry_run),
        ("skip_normalization", skip_normalization),
        ("skip_frozen", skip_frozen),
        ("reset_optimizer", reset_optimizer),
    ):
        flag(name, value, "initialize_model")
    targets = collect_targets(model)
    if reset_optimizer:
        _check_optimizer(model)
    rules = resolve_rules(initializer, initializer_config, targets)
    plans = make_plans(
        targets,
        rules,
        bias=bias,
        skip=skip,
        skip_normalization=skip_normalization,
        skip_frozen=skip_frozen,
    )
    seed = standardize_seed(seed)
    own = initializer.seed if isinstance(initializer, Initializer) else None
    with _restoring(seed if dry_run else None), _restoring(own if dry_run else None):
        common = base_seed(own if seed is None else seed)
        _warn_of_guesses(plans)
        values = _draw_all(plans, common, own_seeds=seed is None)
    if dry_run:
        return _report(plans, values, common)
    _assign_all([(plan.target.variable, value) for plan, value in zip(plans, values, strict=True)])
    if reset_optimizer:
        _reset_optimizer(model)
    return model


def _warn_of_guesses(plans: Sequence[Plan]) -> None:
    """Warn of weights drawn with guessed fans, and of vectors that stay for want of a role."""
    warn_unknown(
        (plan.target.layer, plan.target.variable)
        for plan in plans
        if plan.target.guessed
        and plan.target.is_weight
        and plan.initializer is not None
        and not isinstance(plan.initializer, StartValue)
    )
    learned = [plan.target for plan in plans if plan.reason == NO_START]
    if learned:
        named = ", ".join(f"{type(t.layer).__name__} ({t.path}, shape {t.shape})" for t in learned)
        warnings.warn(
            f"Left as they are, since nothing tells what they began with: {named}. What was "
            "learned stays in them; give them values, or name them in an `InitRule`, or give the "
            "layer a `get_config` that makes it anew.",
            UserWarning,
            stacklevel=3,
        )
    kept = [plan.target for plan in plans if plan.reason == UNKNOWN]
    if kept:
        named = ", ".join(f"{type(t.layer).__name__} ({t.path}, shape {t.shape})" for t in kept)
        warnings.warn(
            f"Left as they are, since no rule tells what they are: {named}. Tell it with "
            "`@keras_ivy.initializers.register_fans(LayerClass)`, or name them in an `InitRule`.",
            UserWarning,
            stacklevel=3,
        )


def _draw_all(plans: Sequence[Plan], common: int, *, own_seeds: bool) -> list[Array | None]:
    """Draw the values of every planned variable, or raise with the path of the one that fails."""
    taken: set[int] = set()
    bases: dict[int, int] = {}
    values: list[Array | None] = []
    with slow_progress(len(plans), "variables") as done:
        for i, plan in enumerate(plans):
            done(i)
            if plan.initializer is None:
                values.append(None)
                continue
            target, scheme = plan.target, plan.initializer
            if id(scheme) not in bases:
                bases[id(scheme)] = (
                    common if scheme.seed is None or not own_seeds else base_seed(scheme.seed)
                )
            shape = target.shape
            dtype = keras.backend.standardize_dtype(target.variable.dtype)
            seed = fold_seed(bases[id(scheme)], target.seed_path, taken)
            try:
                insist = not own_seeds or scheme.seed is not None
                draw = functools.partial(
                    draw_values, scheme, target.geometry, shape, dtype, seed, plan.scale
                )
                values.append(draw_by_seed(scheme, seed, draw, insist=insist))
            except (ValueError, TypeError) as error:
                raise IvyValueError(
                    f"Cannot initialize {target.path!r} ({type(target.layer).__name__}, "
                    f"{target.role}, shape {shape}) with {describe(scheme)}: {error} "
                    "Nothing has changed; give it a rule of its own, or skip it."
                ) from error
        done(len(plans))
    return values


def _report(
    plans: Sequence[Plan], values: Sequence[Array | None], seed: int
) -> InitializationReport:
    rows = []
    targets = [plan.target for plan in plans]
    for i in in_call_order(targets):
        plan, value, target = plans[i], values[i], targets[i]
        before = _std(keras.ops.copy(target.variable))
        scheme = f"kept: {plan.reason}"
        if value is not None and plan.initializer is not None:
            scheme = describe(plan.initializer)
        if plan.scale != 1 and value is not None:
            scheme = f"{plan.scale:.4g} * {scheme}"
        rows.append(
            InitializationRow(
                target.path,
                type(target.layer).__name__,
                target.shape,
                *target.geometry.fans,
                target.role,
                scheme,
                before,
                before if value is None else _std(value),
                target.full_name,
            )
        )
    return InitializationReport(rows, seed, {t.path: t.place.paths for t in targets})


def _std(values: Array) -> float:
    values = np.asarray(keras.ops.convert_to_numpy(values), "float64")
    return float(values.std()) if values.size else 0.0


def _assign_all(pairs: Sequence[tuple[keras.Variable, Array | None]]) -> None:
    """Assign all values, or, if one fails, none."""
    changed: list[tuple[keras.Variable, Array | None]] = []
    try:
        for variable, value in pairs:
            if value is not None:
                # No copy: `assign` gives the variable a new buffer, and this keeps the old one.
                changed.append((variable, tf.convert_to_tensor(variable.value)))
                variable.assign(value)
    except BaseException:
        for variable, value in changed:
            variable.assign(value)
        raise


@contextlib.contextmanager
def _restoring(seed: Seed) -> Iterator[None]:
    """Put a generator back where it was, so that a look has no effect."""
    if not isinstance(seed, keras.random.SeedGenerator):
        yield
        return
    state = keras.ops.copy(seed.state)
    try:
        yield
    finally:
        seed.state.assign(state)


def _check_optimizer(model: keras.Model) -> None:
    if getattr(model, "optimizer", None) is None:
        raise IvyValueError(
            f"{model.name!r} has no optimizer to reset; compile it, or leave out "
            "`reset_optimizer`. Received: reset_optimizer=True"
        )


def _reset_optimizer(model: keras.Model) -> None:
    """Give every variable of the optimizer the value that a new one would have.

    A new optimizer is asked, since not all slots begin with zero.
    """
    optimizer = model.optimizer
    if not optimizer.built:
        return
    fresh = type(optimizer).from_config(optimizer.get_config())
    fresh.build(model.trainable_variables)
    for variable, new in zip(optimizer.variables, fresh.variables, strict=True):
        variable.assign(new)
