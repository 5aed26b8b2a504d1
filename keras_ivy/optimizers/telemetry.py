"""What an optimizer tells about itself: what every variable gets, and its trust ratios."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from keras_ivy import tree
from keras_ivy.adapters import keras_saving
from keras_ivy.optimizers import rules as rules_module
from keras_ivy.optimizers.checks import check_variables
from keras_ivy.optimizers.keys import unique_paths
from keras_ivy.optimizers.rules import Leaf
from keras_ivy.optimizers.tensors import is_zero
from keras_ivy.optimizers.updates import Treatment, adapts
from keras_ivy.optimizers.variants import MomentumVariant
from keras_ivy.utils.exceptions import IvyTypeError


class Row(NamedTuple):
    """What one variable gets; `rule` is the first of the `rules` that state something of it."""

    path: str
    shape: tuple[int, ...]
    decay: float
    adapts: bool
    lr_multiplier: float
    rule: Any
    frozen: bool
    rules: tuple = ()


class Explanation(list):
    """A list of `Row`s that prints as a table.

    Attributes:
        notes: What the table cannot show, as sentences.
    """

    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        head = ("path", "shape", "decay", "adapts", "lr x", "rule")
        table = [head]
        for row in self:
            adapted = "frozen: norm 0" if row.frozen else "yes" if row.adapts else "no"
            rule = ", ".join(map(repr, row.rules)) or "-"
            shape = "x".join(map(str, row.shape)) or "scalar"
            table.append(
                (row.path, shape, f"{row.decay:g}", adapted, f"{row.lr_multiplier:g}", rule)
            )
        widths = [max(len(line[i]) for line in table) for i in range(len(head))]
        lines = ["  ".join(f"{x:{w}}" for x, w in zip(line, widths, strict=True)) for line in table]
        return "\n".join([*(line.rstrip() for line in lines), *self.notes])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))


class Telemetry:
    """The methods that tell; `base.Optimizer` mixes them in."""

    def _init_telemetry(self) -> None:
        self.__dict__["_eager_ratios"] = {}
        # Not an attribute that TensorFlow tracks: ratios are no part of a checkpoint.
        self.__dict__["_ratio_values"] = None
        self._frozen_unknown = False

    def _make_ratios(self, count: int) -> None:
        """Make room for the trust ratios of `count` variables, if there are any.

        Beside each ratio stands whether there was one: NaN for "not yet" would be found by whoever
        looks for NaN, and could not be told from the ratio of a tensor that holds NaN.
        """
        if self._setting.ratio is not None:
            # No variable of the optimizer's: ratios are no part of its state.
            self.__dict__["_ratio_values"] = tf.Variable(
                tf.zeros([count, 2]), trainable=False, name="trust_ratios"
            )

    def _note_ratios(self, ratios: Mapping[tuple[int, ...], Any]) -> None:
        """Keep the trust ratios of a step, given as vectors by the indices of their variables."""
        if self._frozen_unknown:
            self._warn_of_frozen(self._trainable_variables)
        found = [(indices, r) for indices, r in ratios.items() if r is not None]
        if not found or self._ratio_values is None:
            return
        indices = [i for group, _ in found for i in group]
        values = [tf.reshape(tf.cast(r, tf.float32), [-1]) for _, r in found]
        new = tf.concat(values, 0)
        new = tf.stack([new, tf.ones_like(new)], 1)
        if indices != list(range(self._ratio_values.shape[0])):
            where = tf.constant(indices)[:, tf.newaxis]
            new = tf.tensor_scatter_nd_update(self._ratio_values, where, new)
        self._ratio_values.assign(new)

    def _warn_of_frozen(self, variables: Sequence[Any]) -> None:
        """Name the variables that this variant will never move, once.

        While a model is loaded its variables hold what they were initialised with: then this waits
        for the first step, whose variables have their values.
        """
        self._frozen_unknown = keras_saving.is_loading()
        if self._frozen_unknown:
            return
        setting = self._setting.ratio
        if setting is None or not setting.frozen:
            return
        frozen = [
            path
            for path, v, treatment in zip(
                unique_paths(variables), variables, self._treatments, strict=True
            )
            if adapts(setting, treatment) and is_zero(v)
        ]
        if frozen:
            warnings.warn(
                f"{type(self).__name__} with variant={self.variant!r} multiplies every step by the "
                "norm of the weight, so that these variables, which are all zeros, will never "
                f'move: {", ".join(frozen)}. Use `variant="paper"`, which moves them, or '
                '`rules="bias_norm"`, which leaves biases and normalisation parameters without '
                "a trust ratio.",
                stacklevel=4,
            )

    def _decay_without_decay(self, treatments: Sequence[Treatment]) -> str | None:
        """What weight decay does in a variant in which it decays nothing, if there is some."""
        adapted = [adapts(self._setting.ratio, t) for t in treatments if t.decay]
        if self._setting.decay != "norm" or not adapted:
            return None
        name = f"{type(self).__name__} with variant={self.variant!r}"
        if not any(adapted) or not any(t.decay > 0.0 for t in treatments):
            return f"{name} ignores this weight decay: nothing decays, and no rate changes."
        if isinstance(self._setting, MomentumVariant):
            return (
                f"{name} does not decay: it divides every step by `weight_decay * |w|`, as Ivy "
                "does, so that steps grow as the decay shrinks and can blow up the weights."
            )
        return (
            f"{name} does not decay: weight decay changes the norm in the trust ratio, and so the "
            "rate, alone, as in Ivy."
        )

    def _warn_of_decay(self) -> None:
        """Say once, as the optimizer is built, that its weight decay decays nothing."""
        said = self._decay_without_decay(self._treatments)
        if said is not None:
            warnings.warn(
                f'{said} Use `variant="paper"`, whose weights decay, or leave `weight_decay` out. '
                f"Received: weight_decay={self.weight_decay!r}",
                stacklevel=4,
            )

    def trust_ratios(self) -> dict[str, float]:
        """Return the trust ratio that every adapted tensor had in its last step, by path.

        Variables that share a path are told apart by their position among them: `proj/kernel/v0`.

        Empty before the first step, and for optimizers that do not adapt.

        Example:

        >>> from keras_ivy.optimizers import LARS
        >>> optimizer = LARS(learning_rate=0.1)
        >>> optimizer.apply([[0.0, 2.0]], [keras.Variable([3.0, 4.0], name="w")])
        >>> optimizer.trust_ratios()
        {'w': 2.5}
        """
        if not self.built:
            return {
                path: float(tf.convert_to_tensor(ratio))
                for path, ratio in self._cell.ratios().items()
            }
        if self._ratio_values is None:
            return {}
        value = self._ratio_values
        if isinstance(value, tf.distribute.DistributedValues):
            value = value.values[0]
        paths = unique_paths(self._trainable_variables)
        return {
            path: float(ratio)
            for path, (ratio, known) in zip(paths, np.asarray(value), strict=True)
            if known
        }

    def explain(self, model: Any) -> Explanation:
        """Tell what every variable of a model gets: decay, adaptation, rate, and by which rule.

        Nothing has to be built or compiled.

        Args:
            model: A built model or layer, a list of variables, or a Container of variables or
                tensors, whose leaves are matched by their paths in it, as `step` does.

        Returns:
            A list of `Row`s (`path`, `shape`, `decay`, `adapts`, `lr_multiplier`, `rule`,
            `frozen`) that prints as a table. `frozen` says that the variable is all zeros and that
            the variant multiplies its steps by its norm, so that it never moves. In a variant
            that does something else with weight decay, `decay` is 0 and `notes` say what.

        Raises:
            IvyTypeError: If `model` is something else, or not built.
            IvyValueError: If a rule that has to match something matches nothing.

        Example:

        >>> from keras_ivy.optimizers import LAMB
        >>> layer = keras.layers.Dense(2, name="dense")
        >>> layer.build((None, 3))
        >>> print(LAMB(variant="paper", weight_decay=0.1, rules="bias_norm").explain(layer))
        path          shape  decay  adapts  lr x  rule
        dense/kernel  3x2    0.1    yes     1     -
        dense/bias    2      0      no      1     preset 'bias_norm'
        """
        variables, values = _variables_of(model)
        setting = self._setting.ratio
        rows = []
        root = model if isinstance(model, keras.Layer) else None
        resolved = self._resolve(variables, root)
        paths = unique_paths(variables)
        for path, variable, value, (treatment, rules) in zip(
            paths, variables, values, resolved, strict=True
        ):
            adapted = adapts(setting, treatment)
            rows.append(
                Row(
                    path,
                    tuple(variable.shape),
                    0.0 if self._setting.decay == "norm" else treatment.decay,
                    adapted,
                    treatment.lr_multiplier,
                    rules[0] if rules else None,
                    adapted and setting.frozen and value is not None and is_zero(value),
                    rules,
                )
            )
        found = Explanation(rows)
        note = self._decay_without_decay([treatment for treatment, _ in resolved])
        found.notes = () if note is None else (note,)
        return found

    def _resolve(
        self, variables: Sequence[Any], root: keras.Layer | None = None, rules: Any = None
    ) -> list:
        """What the rules, and the exclusions from weight decay, say of every variable."""
        rules = self.rules if rules is None else rules
        resolved = rules_module.resolve(rules, variables, self._decay, optimizer=self, root=root)
        excluded = self._exclusions.excluded(variables)
        found = []
        for v, (treatment, by), out in zip(variables, resolved, excluded, strict=True):
            if self._overwrite_variable_with_gradient(v):
                treatment = Treatment(0.0, adapt=False)  # It becomes its gradient, as it is.
            elif out:
                treatment = treatment._replace(decay=0.0)
            else:
                treatment = treatment._replace(shared=_leaves_decay(by))
            found.append((treatment, by))
        return found


def _leaves_decay(rules: Any) -> bool:
    """Whether these rules leave the strength of decay to the optimizer."""
    rules = rules if isinstance(rules, tuple) else (rules,)
    stated = [rule.decay for rule in rules if rule is not None and rule.decay is not None]
    return not stated or stated[0] is True


def _variables_of(model: Any) -> tuple[list, list]:
    """The variables that an optimizer would train, and their values, or `None` where unknown."""
    if isinstance(model, keras.Layer):
        if not model.built:
            raise IvyTypeError(f"Build the model first. Received: {model!r}, which is not built")
        return list(model.trainable_variables), list(model.trainable_variables)
    if isinstance(model, Mapping):
        for path, x in tree.flatten(model).items():
            if not hasattr(x, "shape") or not hasattr(x, "dtype"):
                raise IvyTypeError(
                    "`explain` takes a Container of variables or tensors. "
                    f"Received: model with {path!r}: {x!r}"
                )
        # `step` knows leaves by their paths in the Container, whatever a variable calls itself.
        trained = {
            path: x
            for path, x in tree.flatten(model).items()
            if not isinstance(x, keras.Variable) or x.trainable
        }
        leaves = [
            Leaf(path, tuple(x.shape), keras.backend.standardize_dtype(x.dtype))
            for path, x in trained.items()
        ]
        known = keras.Variable | np.ndarray
        return leaves, [
            x if isinstance(x, known) or hasattr(x, "numpy") else None for x in trained.values()
        ]
    if isinstance(model, list | tuple):
        check_variables(model)
        return list(model), list(model)
    raise IvyTypeError(
        "`explain` takes a model, a layer, a list of variables or a Container. "
        f"Received: model={model!r}"
    )
