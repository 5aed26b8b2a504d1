"""The named variants: every published form of the update, as settings of one mechanism.

Two families cover all optimizers here. The moment family (Adam, AdamW, LAMB) follows two running
moments; the momentum family (SGD, LARS) follows the gradient, with or without momentum. Where two
systems disagree, they disagree in the settings below and in nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from keras_ivy.utils.exceptions import IvyValueError, nearest


@dataclass(frozen=True)
class TrustRatio:
    """How a tensor's rate follows its own norms: `coefficient * |w| / |update|`.

    Args:
        coefficient: Default of the factor in front of the ratio.
        guard: Added to the denominator whatever its value, as Ivy's stable division does.
        frozen: What a tensor of norm zero does: `True` never moves it (Ivy), `False` takes a
            ratio of one (the papers).
        minimum: Default lower bound of the ratio, or `None`.
        maximum: Default upper bound of the ratio, or `None`.
        largest_weight_norm: Upper bound of `|w|` in the numerator, or `None`.
        only_decayed: Whether only tensors with weight decay are adapted.
    """

    coefficient: float = 1.0
    guard: float = 0.0
    frozen: bool = False
    minimum: float | None = None
    maximum: float | None = None
    largest_weight_norm: float | None = None
    only_decayed: bool = False


@dataclass(frozen=True)
class MomentVariant:
    """Settings of the moment family.

    Args:
        first_pass: Whether the first step takes `m = g` and `v = g * g` instead of averaging with
            zeros.
        correction: Where the bias correction acts: `"direction"`, `"rate"` (so that it scales
            weight decay too) or `"none"`.
        epsilon: Where epsilon is added: `"ivy"` (to `sqrt(v)` and to `1 - beta_1 ** t`), `"raw"`
            (to `sqrt(v)`) or `"corrected"` (to the square root of the corrected `v`).
        decay: What weight decay does: `"gradient"` adds `decay * w` to the gradient, `"update"`
            to the direction, `"norm"` only to the direction whose norm is taken, `"before"`
            shrinks the weight by `rate * decay * w` ahead of the step, `"independent"` by
            `decay * w`, whatever the rate.
        ratio: The trust ratio, or `None` for none.
        global_clipnorm: Default of the clipping by global norm.
        nesterov: Whether the direction looks ahead: `beta_1 * m' / (1 - beta_1 ** (t + 1))`
            `+ (1 - beta_1) * g / (1 - beta_1 ** t)` in the place of `m' / (1 - beta_1 ** t)`.
    """

    first_pass: bool = False
    correction: str = "direction"
    epsilon: str = "corrected"
    decay: str = "before"
    ratio: TrustRatio | None = None
    global_clipnorm: float | None = None
    nesterov: bool = False


@dataclass(frozen=True)
class MomentumVariant:
    """Settings of the momentum family.

    Args:
        decay: As in `MomentVariant`: `"gradient"`, `"norm"`, `"before"` or `"independent"`.
        denominator: What the ratio divides by: `"split"` is `|g| + decay * |w|`, `"sum"` is
            `|g + decay * w|`, `"momentum"` is the norm of the step that momentum proposes,
            `"gradient"` is `|g|`.
        lr_in_momentum: Whether the buffer holds steps (rate included) or gradients.
        clip_by_rate: Whether `rate * ratio` may not exceed `rate` (LARC).
        decay_frozen: Whether a tensor whose ratio fell back to one still decays.
        ratio: The trust ratio, or `None` for none.
    """

    decay: str = "before"
    denominator: str = "split"
    lr_in_momentum: bool = True
    clip_by_rate: bool = False
    decay_frozen: bool = True
    ratio: TrustRatio | None = None


@dataclass(frozen=True)
class MuonVariant:
    """Settings of Muon.

    Args:
        averages: Whether the buffer is an average, `m' = beta * m + (1 - beta) * g`, or a sum,
            `m' = beta * m + g`.
        corrected: Whether buffer and gradient are divided by what averages lack at the start,
            which Nesterov's mixture of the two depends on.
        scale: What the orthogonal matrix is multiplied with, of `rows` inputs and `columns`
            outputs: `"width"` is `sqrt(max(1, columns / rows))`, `"spectral"`
            `sqrt(columns / rows)`, `"rms"` `0.2 * sqrt(max(rows, columns))`, with which a step is
            about as long as Adam's.
        coefficients: `(a, b, c)` of the turns; the last one goes on where there are more.
        epsilon: Added to the norm that a matrix is divided by.
        decay: What weight decay does, as in `MomentVariant`: `"before"` or `"independent"`.
        adam: How what is no matrix is updated.
        adam_nesterov: Whether that looks ahead where matrices do.
        adam_beta_1: Default decay of its first moment.
        adam_beta_2: Default decay of its second moment.
        adam_epsilon: Default of its epsilon.
    """

    averages: bool = False
    corrected: bool = False
    scale: str = "width"
    coefficients: tuple[tuple[float, float, float], ...] = ((3.4445, -4.7750, 2.0315),)
    epsilon: float = 1e-7
    decay: str = "before"
    adam: MomentVariant = MomentVariant()  # It is frozen.
    adam_nesterov: bool = False
    adam_beta_1: float = 0.9
    adam_beta_2: float = 0.95
    adam_epsilon: float = 1e-8


_IVY_LAMB = TrustRatio(guard=1e-12, frozen=True, maximum=10.0)
_PAPER_LARS = TrustRatio(coefficient=1e-3)

SGD = {
    **{name: MomentumVariant() for name in ("ivy", "paper", "keras")},
    "independent": MomentumVariant(decay="independent"),
}

ADAM = {
    "ivy": MomentVariant(first_pass=True, epsilon="ivy"),
    "paper": MomentVariant(),
    "keras": MomentVariant(epsilon="raw"),
    "independent": MomentVariant(decay="independent"),
}

ADAMW = {
    "ivy": MomentVariant(first_pass=True, epsilon="ivy", decay="gradient"),
    "paper": MomentVariant(decay="before"),
    "keras": MomentVariant(epsilon="raw", decay="before"),
    "independent": MomentVariant(decay="independent"),
    "addons": MomentVariant(epsilon="raw", decay="independent"),
}

LAMB = {
    "ivy": MomentVariant(first_pass=True, epsilon="ivy", decay="norm", ratio=_IVY_LAMB),
    "paper": MomentVariant(decay="update", ratio=TrustRatio()),
    "keras": MomentVariant(decay="before", ratio=TrustRatio()),
    "lambc": MomentVariant(decay="update", ratio=TrustRatio(maximum=1.0)),
    "nvlamb": MomentVariant(decay="update", ratio=TrustRatio(), global_clipnorm=1.0),
    "apex": MomentVariant(decay="update", ratio=TrustRatio(only_decayed=True), global_clipnorm=1.0),
    "torch_optimizer": MomentVariant(
        correction="none", decay="update", ratio=TrustRatio(largest_weight_norm=10.0)
    ),
    "deepspeed": MomentVariant(
        correction="rate",
        epsilon="raw",
        decay="update",
        ratio=TrustRatio(minimum=0.01, maximum=10.0),
    ),
}

LARS = {
    "ivy": MomentumVariant(
        decay="norm", denominator="gradient", ratio=TrustRatio(guard=1e-12, frozen=True)
    ),
    "paper": MomentumVariant(decay="gradient", ratio=_PAPER_LARS),
    "simclr": MomentumVariant(decay="gradient", denominator="sum", ratio=_PAPER_LARS),
    "popular": MomentumVariant(
        decay="gradient", denominator="momentum", lr_in_momentum=False, ratio=_PAPER_LARS
    ),
    "larc": MomentumVariant(
        decay="gradient",
        lr_in_momentum=False,
        clip_by_rate=True,
        decay_frozen=False,
        ratio=TrustRatio(coefficient=0.02),
    ),
}


_DION = (
    (4.0848, -6.8946, 2.9270),
    (3.9505, -6.3029, 2.6377),
    (3.7418, -5.5913, 2.3037),
    (2.8769, -3.1427, 1.2046),
    (2.8366, -3.0525, 1.2012),
)

MUON = {
    "paper": MuonVariant(
        averages=True, corrected=True, epsilon=1e-8, adam_nesterov=True, adam_beta_2=0.999
    ),
    "jordan": MuonVariant(averages=True, adam_epsilon=1e-10),
    "moonlight": MuonVariant(scale="rms", adam=MomentVariant(epsilon="raw")),
    "keras": MuonVariant(
        scale="rms",
        adam=MomentVariant(epsilon="raw"),
        adam_beta_2=0.999,
        adam_epsilon=1e-7,
    ),
    "dion": MuonVariant(scale="spectral", coefficients=_DION),
    "independent": MuonVariant(
        averages=True,
        corrected=True,
        epsilon=1e-8,
        decay="independent",
        adam=MomentVariant(decay="independent"),
        adam_nesterov=True,
        adam_beta_2=0.999,
    ),
}


#: A variant of any family.
Variant = MomentVariant | MomentumVariant | MuonVariant


def chosen(table: Mapping[str, Variant], variant: str | None) -> str | None:
    """Return the variant that an optimizer means: the first of its table if it names none.

    An optimizer without variants has none; its configs of version 0.1.0 say `"ivy"` all the same.

    Example:

    >>> chosen(LAMB, None), chosen(LAMB, "paper"), chosen({}, "ivy")
    ('ivy', 'paper', None)
    """
    if not table:
        return None if isinstance(variant, str) and variant == "ivy" else variant
    return next(iter(table)) if variant is None else variant


def lookup(table: Mapping[str, Variant], variant: str, optimizer: str) -> Variant:
    """Return the settings of a variant.

    Raises:
        IvyValueError: If `table` has no such variant.
    """
    if not isinstance(variant, str) or variant not in table:
        raise IvyValueError(
            f"Unknown variant of {optimizer}. {nearest(str(variant), table)} "
            f"Received: variant={variant!r}"
        )
    return table[variant]
