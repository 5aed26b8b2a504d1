"""Formulas alone, optimizers that are a formula and a class, and ones that have methods instead."""

import dataclasses
import inspect
import json
from typing import NamedTuple

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy import optimizers
from keras_ivy.container import Container
from keras_ivy.optimizers import SGD, Adam, Optimizer, Rule
from keras_ivy.optimizers.formulas import variants
from keras_ivy.optimizers.formulas.formula import Formula, Updated
from keras_ivy.optimizers.formulas.methods import MethodFormula, formula_of
from keras_ivy.optimizers.formulas.moments import MomentFormula
from keras_ivy.optimizers.formulas.momentum import MomentumFormula
from keras_ivy.optimizers.formulas.norms import norm
from keras_ivy.optimizers.formulas.updates import Treatment, pull_of
from tests.optimizers.cases import CASES, SHAPES, gradients, variables, weights

every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def classes():
    """Every optimizer that the package exports."""
    found = [getattr(optimizers, name) for name in optimizers.__all__]
    return [c for c in found if inspect.isclass(c) and issubclass(c, Optimizer) and c != Optimizer]


@pytest.mark.parametrize("cls", classes(), ids=lambda c: c.__name__)
def test_every_optimizer_has_a_row_for_every_variant(cls):
    rows = [case.make() for case in CASES.values() if case.cls is cls]
    assert rows, f"{cls.__name__} needs a row in tests/optimizers/cases.py"
    if "Paper" not in cls.__name__:
        assert {row.variant for row in rows} == (set(cls.variants) or {None})


@every_case
def test_formula_is_a_value(case):
    formula = case.make()._formula
    assert formula == case.make()._formula
    assert hash(formula) == hash(case.make()._formula)
    with pytest.raises(dataclasses.FrozenInstanceError):
        formula.variant = None
    assert formula.slot_names == case.make().slot_names
    assert formula_of(case.make()) == formula


@every_case
def test_formula_changes_nothing_that_it_is_given(case):
    formula = case.make()._formula
    w, g = tf.constant([3.0, 4.0]), tf.constant([1.0, -1.0])
    slots = tuple(tf.constant([0.5, 0.25]) for _ in formula.slot_names)
    s = formula.scalars(tf.constant(0.1), tf.constant(3, tf.int64), tf.float32)
    first, again = (formula.update(w, g, slots, s, Treatment(0.1), norm) for _ in range(2))
    np.testing.assert_array_equal(first.weight, again.weight)
    assert [x.numpy().tolist() for x in (w, g, *slots)][:2] == [[3.0, 4.0], [1.0, -1.0]]
    assert (first.ratio is not None) == formula.adapts_to(Treatment(0.1))
    for slot in formula.stored(formula.stored(slots)):
        assert slot.numpy().tolist() == [0.5, 0.25]


def test_moments_follow_the_paper():
    beta_1, beta_2, epsilon, rate = 0.8, 0.9, 0.01, 0.1
    formula = MomentFormula(variants.ADAM["paper"], beta_1, beta_2, epsilon)
    w, m, v = 1.0, 0.0, 0.0
    tensors = [tf.constant(x, tf.float64) for x in (w, m, v)]
    for t in range(1, 4):
        g = 0.5 * t - 1.0
        m, v = beta_1 * m + (1 - beta_1) * g, beta_2 * v + (1 - beta_2) * g * g
        w -= rate * (m / (1 - beta_1**t)) / (np.sqrt(v / (1 - beta_2**t)) + epsilon)
        s = formula.scalars(tf.constant(rate, tf.float64), tf.constant(t - 1), tf.float64)
        new = formula.update(
            tensors[0], tf.constant(g, tf.float64), tuple(tensors[1:]), s, Treatment(), norm
        )
        tensors = [new.weight, *new.slots]
        np.testing.assert_allclose(tensors, [w, m, v], rtol=1e-14)


def test_momentum_follows_its_formula():
    formula = MomentumFormula(variants.SGD["paper"], momentum=0.5, nesterov=True)
    s = formula.scalars(tf.constant(0.25), tf.constant(0), tf.float32)
    w, m = tf.constant([4.0]), tf.constant([2.0])
    new = formula.update(w, tf.constant([8.0]), (m,), s, Treatment(), norm)
    assert (float(new.slots[0][0]), float(new.weight[0])) == (3.0, 4.0 - (0.5 * 3.0 + 2.0))


class Sign(NamedTuple):
    """What a step of `SignFormula` shares."""

    rate: tf.Tensor
    decay: tf.Tensor | None = None


@dataclasses.dataclass(frozen=True)
class SignFormula(Formula[Sign]):
    """Lion, without its second decay: the sign of an average."""

    beta: float

    slot_names = ("average",)

    def scalars(self, rate, count, dtype, decay=None, fused=False):
        return Sign(tf.cast(rate, dtype), decay)

    def update(self, w, g, slots, s, treatment, norm):
        average = self.beta * slots[0] + (1.0 - self.beta) * g
        rate = s.rate * treatment.lr_multiplier
        return Updated(w - rate * (tf.sign(average) + pull_of(treatment, s) * w), (average,))


@keras.saving.register_keras_serializable("tests")
class SignDescent(Optimizer):
    """An optimizer that Ivy does not have: it has no variants, and invents none."""

    def __init__(self, learning_rate=1e-4, beta=0.9, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self.beta = beta

    @property
    def _formula(self):
        return SignFormula(self.beta)

    def get_config(self):
        return super().get_config() | {"beta": self.beta}


def by_hand(steps, rate=0.25, beta=0.5, decay=0.1):
    w = weights()
    average = dict.fromkeys(SHAPES, 0.0)
    for t in range(steps):
        for path, g in zip(SHAPES, gradients(t), strict=True):
            average[path] = beta * average[path] + (1 - beta) * g
            pull = 0.0 if "bias" in path else decay
            w[path] = w[path] - rate * (np.sign(average[path]) + pull * w[path])
    return list(w.values())


OPTIONS = {"beta": 0.5, "weight_decay": 0.1, "rules": [Rule("bias", decay=False)]}


@pytest.mark.parametrize("wrap", [lambda f: f, tf.function], ids=["eager", "function"])
def test_optimizer_of_a_formula_trains(wrap):
    optimizer, trained = SignDescent(0.25, **OPTIONS), variables("float64")
    optimizer.build(trained)
    apply = wrap(lambda *grads: optimizer.apply(list(grads), trained))
    for t in range(3):
        apply(*(tf.constant(g, tf.float64) for g in gradients(t)))
    for got, want in zip(trained, by_hand(3), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-12)
    assert set(optimizer.state) == {"average", "count"}


def test_optimizer_of_a_formula_steps():
    optimizer = SignDescent(0.25, **OPTIONS)
    v = Container.unflatten({k: tf.constant(w) for k, w in weights().items()})
    for t in range(3):
        v = optimizer.step(v, Container.unflatten(dict(zip(SHAPES, gradients(t), strict=True))))
    for path, want in zip(SHAPES, by_hand(3), strict=True):
        np.testing.assert_allclose(v.flatten()[path], want, rtol=1e-12)


def test_optimizer_without_variants_says_none():
    optimizer = SignDescent(0.25, **OPTIONS)
    config = json.loads(json.dumps(keras.optimizers.serialize(optimizer)))
    assert config["config"]["variant"] is None
    again = keras.optimizers.deserialize(config)
    assert again.get_config() == optimizer.get_config()
    assert "variant" not in repr(optimizer)
    # Configs of version 0.1.0 say "ivy" of every optimizer.
    old = SignDescent.from_config({**optimizer.get_config(), "variant": "ivy"})
    assert old.variant is None
    with pytest.raises(ValueError, match="variant='paper'"):
        SignDescent(variant="paper")


def test_methods_in_the_place_of_a_formula():
    class Methods(Optimizer):
        slot_names = ("last",)

        def _scalars(self, rate, count, dtype):
            return tf.cast(rate, dtype)

        def _update(self, w, g, slots, scalars, treatment, norm):
            return w - scalars * (g + slots[0]), (g,), None

    optimizer, w = Methods(0.5), keras.Variable([4.0])
    for _ in range(2):
        optimizer.apply([tf.constant([2.0])], [w])
    assert isinstance(formula_of(optimizer), MethodFormula)
    assert float(w[0]) == 4.0 - 1.0 - 2.0


def test_missing_method_is_named():
    class Lacking(Optimizer):
        def _scalars(self, rate, count, dtype):
            return rate

    with pytest.raises(NotImplementedError, match="Lacking lacks `_update`"):
        Lacking().apply([tf.ones(1)], [keras.Variable([1.0])])


@pytest.mark.parametrize("size", [2, 2**15])
def test_replaced_scalars_are_heard_whatever_kernels_there_are(size):
    class Halved(Adam):
        def _scalars(self, rate, count, dtype):
            return super()._scalars(0.5 * rate, count, dtype)

    results = []
    for optimizer in (Halved(0.5), Adam(0.25)):
        w = keras.Variable(np.ones(size, "float32"))
        optimizer.apply([tf.fill([size], 2.0)], [w])
        results.append(w.numpy())
    np.testing.assert_allclose(*results, rtol=1e-6)


def test_rows_that_a_replaced_formula_moves_are_read():
    class Decaying(SGD):
        def _update(self, w, g, *rest):
            return super()._update(0.5 * w, g, *rest)

    w = keras.Variable([[2.0], [4.0]])
    grad = tf.IndexedSlices(tf.constant([[1.0]]), tf.constant([1]), tf.constant([2, 1]))
    Decaying(0.5, lazy_slots=True).apply([grad], [w])
    assert w.numpy().tolist() == [[2.0], [1.5]]
