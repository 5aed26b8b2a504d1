"""Muon: momentum whose matrices are made orthogonal."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import keras

from keras_ivy.optimizers.base import Optimizer
from keras_ivy.optimizers.formulas import variants
from keras_ivy.optimizers.formulas.moments import MomentFormula
from keras_ivy.optimizers.formulas.muon import MuonFormula
from keras_ivy.optimizers.formulas.orthogonal import Matrices
from keras_ivy.optimizers.formulas.variants import MuonVariant
from keras_ivy.optimizers.ivy_side.keys import keys_of
from keras_ivy.optimizers.parts.spellings import (
    check_flag,
    check_range,
    check_whole,
    ivy_spellings,
)
from keras_ivy.optimizers.parts.timed import Held, as_timed, timed_config
from keras_ivy.optimizers.parts.treatments import Resolved, check_hyperball, with_norms_kept
from keras_ivy.optimizers.rules import Leaf, RulesLike, first_stated, path_of
from keras_ivy.optimizers.rules.layouts import Layout, by_shape
from keras_ivy.registration import register
from keras_ivy.structure import walk
from keras_ivy.typing import LearningRate, Variable
from keras_ivy.utils import checks
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

__all__ = ["Muon"]


@register("muon_ivy")
class Muon(Optimizer):
    """Muon: momentum whose matrices are made nearly orthogonal, and AdamW for all else.

    `m' = momentum * m + (1 - momentum) * g`, and with `nesterov` `u = momentum * m' +
    (1 - momentum) * g`, else `u = m'`. Of every matrix in `u`, of so many `rows` that are summed
    and so many `columns` that come out, a Newton-Schulz iteration makes a matrix `O` whose singular
    values are all near one: `w' = w - learning_rate * (scale * O + weight_decay * w)`.

    Which matrices there are, the layers tell: with `layout=layout_of(model)` every head, gate,
    group and expert has its own, windows of convolutions are folded into the rows, and the output
    layer is AdamW's. Without a layout a variable of two dimensions is a matrix, unless `embedding`
    is in its path, as in Keras's Muon, and so the output layer is made orthogonal too. `explain`
    shows what is seen, and a rule may say otherwise: `Rule("head", orthogonalize=False)`.

    | variant | as in | scale | AdamW's `beta_2`, `epsilon` |
    |---|---|---|---|
    | `"paper"` | `optax.contrib.muon` | width | 0.999, 1e-8 |
    | `"jordan"` | Keller Jordan's, `torch.optim.Muon` | width | 0.95, 1e-10 |
    | `"moonlight"` | Moonlight (Kimi) | rms | 0.95, 1e-8 |
    | `"keras"` | `keras.optimizers.Muon` | rms | 0.999, 1e-7 |
    | `"dion"` | Microsoft's Dion | spectral | 0.95, 1e-8 |
    | `"independent"` | the first; weight decay does not depend on rates | width | 0.999, 1e-8 |

    The scales are `sqrt(max(1, columns / rows))` for width, `sqrt(columns / rows)` for spectral,
    and `0.2 * sqrt(max(rows, columns))` for rms, with which a matrix moves about as far as by Adam
    at that rate. `"paper"` and `"independent"` correct both parts of `u` for the start of the
    average, `momentum * m' / (1 - momentum ** (t + 1)) + (1 - momentum) * g / (1 - momentum ** t)`,
    and AdamW looks ahead in the same way; in `"moonlight"`, `"keras"` and `"dion"` `m` is a sum
    without `1 - momentum`, which is the same direction. `"dion"` has coefficients of its own for
    the iteration.

    Args:
        learning_rate: Of the matrices: a number, a schedule, a scalar variable or a callable.
        momentum: Decay of the buffer, in `[0, 1)`: a number, or as `weight_decay` over time.
        nesterov: Whether to look ahead; AdamW does too in `"paper"`.
        steps: Number of turns of the iteration, at least 1.
        weight_decay: Of the matrices, decoupled: `learning_rate * weight_decay * w` is subtracted.
        adam_learning_rate: Of everything else, so that callbacks that set `learning_rate` leave it
            alone: a number, a schedule, a callable, or `None` for that of the matrices.
        layout: What `layout_of(model)` returned; `None` to go by shapes.
        variant: Which of the above.
        adam_beta_1: AdamW's `beta_1`, in `[0, 1)`; `None` for 0.9.
        adam_beta_2: AdamW's `beta_2`, in `[0, 1)`; `None` for the variant's.
        adam_epsilon: AdamW's `epsilon`, at least 0; `None` for the variant's.
        adam_weight_decay: AdamW's weight decay.
        hyperball: Whether matrices keep their norm and `learning_rate` is an angle: see `Adam`.
        iteration_dtype: Type of the iteration, `"bfloat16"` to spare time and memory where the
            hardware has it; weights and moments stay as they are. `None` for that of the weight.
        rules, slot_dtype, lazy_slots, clipnorm, name, ...: Those of `Optimizer`.

    Raises:
        IvyValueError: If a hyperparameter is outside its range; in `build` and `step`, if the
            layout is that of another model.

    Note:
        A matrix has one slot, `mw`; what AdamW updates has `mw` and `vw`.

    Example:

    >>> import keras
    >>> w = keras.Variable([[2.0, 0.0], [0.0, 1.0]])
    >>> Muon(learning_rate=0.5).apply([[[30.0, 0.0], [0.0, -30.0]]], [w])
    >>> [[round(float(x), 1) for x in row] for row in w.numpy()]
    [[1.4, 0.0], [0.0, 1.6]]

    Reference:
        Jordan et al., "Muon: An optimizer for hidden layers in neural networks",
        kellerjordan.github.io/posts/muon. Liu et al., "Muon is Scalable for LLM Training",
        arXiv:2502.16982. Ahn et al., "Dion: Distributed Orthonormalized Updates", arXiv:2504.05295.
    """

    __module__ = "keras_ivy.optimizers"

    variants = variants.MUON

    _setting: MuonVariant
    momentum: Held
    adam_learning_rate: Held
    adam_beta_1: Held
    adam_beta_2: Held
    layout: Layout | None

    @ivy_spellings()
    def __init__(
        self,
        learning_rate: LearningRate = 0.02,
        momentum: LearningRate = 0.95,
        nesterov: bool = True,
        steps: int = 5,
        weight_decay: LearningRate = 0.0,
        adam_learning_rate: LearningRate | None = 3e-4,
        layout: Layout | Mapping | None = None,
        variant: str = "paper",
        *,
        adam_beta_1: LearningRate | None = None,
        adam_beta_2: LearningRate | None = None,
        adam_epsilon: float | None = None,
        adam_weight_decay: float = 0.0,
        hyperball: bool = False,
        iteration_dtype: str | None = None,
        rules: RulesLike = None,
        slot_dtype: str | None = None,
        lazy_slots: bool = False,
        schedule_counts: str = "steps",
        ema_counts: str = "steps",
        skip_nonfinite: bool = False,
        inplace: bool | None = None,
        stop_gradients: bool = True,
        trace_on_next_step: bool = False,
        device: str | None = None,
        init_on_first_step: bool | None = None,
        fallback_to_non_traced: bool | str | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
    ) -> None:
        momentum = as_timed("momentum", momentum)
        nesterov, steps = check_flag("nesterov", nesterov), check_whole("steps", steps, 1)
        own_rate = _as_rate(adam_learning_rate)
        checks.choice("iteration_dtype", iteration_dtype, (None, "bfloat16", "float32", "float64"))
        layout = _as_layout(layout)
        decays = check_range("adam_weight_decay", adam_weight_decay, -float("inf"), None, "()")
        super().__init__(
            learning_rate,
            inplace=inplace, stop_gradients=stop_gradients, trace_on_next_step=trace_on_next_step,
            device=device, variant=variant, weight_decay=weight_decay, rules=rules,
            slot_dtype=slot_dtype, lazy_slots=lazy_slots, schedule_counts=schedule_counts,
            ema_counts=ema_counts, skip_nonfinite=skip_nonfinite,
            init_on_first_step=init_on_first_step, fallback_to_non_traced=fallback_to_non_traced,
            clipnorm=clipnorm, clipvalue=clipvalue, global_clipnorm=global_clipnorm,
            use_ema=use_ema, ema_momentum=ema_momentum,
            ema_overwrite_frequency=ema_overwrite_frequency, loss_scale_factor=loss_scale_factor,
            gradient_accumulation_steps=gradient_accumulation_steps, name=name,
        )  # fmt: skip
        self.momentum, self.nesterov, self.steps = momentum, nesterov, steps
        self.adam_learning_rate = own_rate
        for option, value, usual in (
            ("adam_beta_1", adam_beta_1, self._setting.adam_beta_1),
            ("adam_beta_2", adam_beta_2, self._setting.adam_beta_2),
        ):
            setattr(self, option, as_timed(option, usual if value is None else value))
        epsilon = self._setting.adam_epsilon if adam_epsilon is None else adam_epsilon
        self.adam_epsilon = check_range("adam_epsilon", epsilon, 0.0, None, "[)")
        self.adam_weight_decay = decays
        self.hyperball = check_flag("hyperball", hyperball)
        self.iteration_dtype = iteration_dtype
        self.layout = layout
        check_hyperball(self, self.weight_decay)

    @property
    def _formula(self) -> MuonFormula:
        setting, now = self._setting, self._timed.setting
        variant = replace(setting.adam, nesterov=self.nesterov and setting.adam_nesterov)
        adam = MomentFormula(variant, now("adam_beta_1"), now("adam_beta_2"), self.adam_epsilon)
        rate = None if self.adam_learning_rate is None else now("adam_learning_rate")
        options = now("momentum"), self.nesterov, self.steps
        return MuonFormula(setting, *options, adam, rate, self.iteration_dtype)

    def _refine(
        self, variables: Sequence[Variable | Leaf], resolved: list[Resolved],
        root: keras.layers.Layer | None,
    ) -> list[Resolved]:  # fmt: skip
        """Say which variables are seen as which matrices, and leave the others to AdamW."""
        found: list[Resolved] = []
        seen = self._seen(variables, root)
        for v, (treatment, by), (matrices, usual) in zip(variables, resolved, seen, strict=True):
            stated = first_stated(by, "orthogonalize")
            if stated and matrices is None:
                raise IvyValueError(
                    "A rule says `orthogonalize=True` of what is no matrix: a vector, a scalar, or "
                    f"what the layout knows as none. Received: {path_of(v)!r} of "
                    f"shape={tuple(v.shape)}"
                )
            whole = self._overwrite_variable_with_gradient(v)
            if matrices is not None and not whole and (usual if stated is None else stated):
                treatment = treatment._replace(matrices=matrices)
                if self.hyperball:
                    ((treatment, _),) = with_norms_kept([(treatment, by)])
            elif treatment.shared:
                treatment = treatment._replace(decay=self.adam_weight_decay, shared=False)
            found.append((treatment, by))
        return found

    def _seen(
        self, variables: Sequence[Variable | Leaf], root: keras.layers.Layer | None
    ) -> list[tuple[Matrices | None, bool]]:
        """The matrices of every variable, and whether they are made orthogonal without a rule."""
        layout = self.layout
        if layout is None:
            return [(by_shape(path_of(v), v.shape), True) for v in variables]
        known = [None if isinstance(v, Leaf) else layout.of(v) for v in variables]
        keys: Sequence[str] = ()
        if None in known:
            places = {} if root is None else {id(e.variable): e.path for e in walk(root)}
            if all(id(v) in places for v in variables):
                keys = [places[id(v)] for v in variables]
            elif any(isinstance(v, Leaf) for v in variables):
                keys = [path_of(v) for v in variables]
            else:
                keys = keys_of(self, variables)
        rows = [
            layout.at(keys[i], variables[i].shape) if row is None else row
            for i, row in enumerate(known)
        ]
        return [(row.matrices, row.orthogonalize) for row in rows]

    def _notes(self) -> tuple[str, ...]:
        """That shapes do not tell of heads, gates, groups and windows."""
        if self.layout is not None:
            return ()
        return (
            "Without a layout, a variable of two dimensions is one matrix, be it the output "
            "layer's or several gates, and heads and windows are AdamW's, as in Keras's Muon: "
            "pass `layout=layout_of(model)`.",
        )

    def get_config(self) -> dict:
        """Return every option, for `from_config`."""
        config = super().get_config()
        timed = ("momentum", "adam_learning_rate", "adam_beta_1", "adam_beta_2")
        plain = ("nesterov", "steps", "adam_epsilon", "adam_weight_decay", "hyperball")
        layout = self.layout
        return {
            **config,
            **{name: timed_config(getattr(self, name)) for name in timed},
            **{name: getattr(self, name) for name in (*plain, "iteration_dtype")},
            "layout": None if layout is None else keras.saving.serialize_keras_object(layout),
        }


def _as_layout(layout: object) -> Layout | None:
    """Return a layout, that of a config too.

    Raises:
        IvyTypeError: If it is something else.
    """
    if isinstance(layout, Mapping) and "class_name" in layout:
        layout = keras.saving.deserialize_keras_object(dict(layout))
    if layout is None or isinstance(layout, Layout):
        return layout
    raise IvyTypeError(
        "`layout` is what `layout_of` makes of the model: `layout=layout_of(model)`. "
        f"{checks.received('layout', layout)}"
    )


def _as_rate(rate: object) -> Held:
    """Return the learning rate of AdamW as it is kept; `None` for that of the matrices."""
    return None if rate is None else as_timed("adam_learning_rate", rate)
