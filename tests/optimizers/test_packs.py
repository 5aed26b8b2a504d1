"""Slots of many small tensors live together, and nobody notices but the clock."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.adapters.keras.variables import RowVariable
from keras_ivy.optimizers import LAMB, SGD, Adam, Rule
from keras_ivy.optimizers.keras_side import packs
from tests.optimizers.cases import CASES, variable_at

#: So many tensors of one shape are a pack here, which is as good as one of more and sooner trained.
FEW = 4
MANY = FEW + 2

#: Many of one shape, two of another, which is too few.
SHAPES = {f"net/l{i}/w": (3, 2) for i in range(MANY)} | {f"net/m{i}/w": (4,) for i in range(2)}


@pytest.fixture(autouse=True)
def small_packs(monkeypatch):
    monkeypatch.setattr(packs, "FEW", FEW)


def variables():
    """The variables, always of the same values."""
    rng = np.random.default_rng(0)
    return [variable_at(path, rng.normal(size=shape)) for path, shape in SHAPES.items()]


def gradients(step):
    """Gradients of one step."""
    rng = np.random.default_rng(10 + step)
    return [rng.normal(size=shape).astype("float32") for shape in SHAPES.values()]


def train(optimizer, trained, steps=range(3), chosen=None):
    """Make some steps; of the variables, only those chosen have a gradient."""
    for step in steps:
        grads = gradients(step)
        order = range(len(trained)) if chosen is None else chosen
        optimizer.apply([grads[i] for i in order], [trained[i] for i in order])
    return [v.numpy() for v in trained]


def rows_of(optimizer):
    """The slots that are entries of a stack."""
    return [v for v in optimizer.variables if isinstance(v, RowVariable)]


@pytest.fixture
def unpacked(monkeypatch):
    """Returns a function that makes optimizers build themselves without packs."""
    return lambda: monkeypatch.setattr(packs, "FEW", 10**6)


#: Which variables have a gradient, one run of steps after another.
RUNS = {"all": None, "every other": range(0, MANY, 2), "three": [3, 1, 2], "all again": None}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_packed_steps_equal_unpacked_ones(case, unpacked):
    packed, trained = case.make(0.05), variables()
    packed.build(trained)
    unpacked()
    plain, others = case.make(0.05), variables()
    plain.build(others)
    assert not rows_of(plain)
    for i, (run, chosen) in enumerate(RUNS.items()):
        steps = range(2 * i, 2 * i + 2)
        got, want = train(packed, trained, steps, chosen), train(plain, others, steps, chosen)
        for a, b in zip(got, want, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6, err_msg=run)
        for a, b in zip(packed.variables, plain.variables, strict=True):
            np.testing.assert_allclose(
                a.numpy(), b.numpy(), rtol=2e-5, atol=1e-6, err_msg=f"{run}: {a.path}"
            )


def test_variables_are_those_of_keras():
    ours, theirs = Adam(0.1), keras.optimizers.Adam(0.1)
    for optimizer in (ours, theirs):
        optimizer.build(variables())
    assert len(rows_of(ours)) == 2 * MANY
    assert [tuple(v.shape) for v in ours.variables] == [tuple(v.shape) for v in theirs.variables]
    names = [v.name.replace("_mw", "_momentum").replace("_vw", "_velocity") for v in ours.variables]
    assert names == [v.name for v in theirs.variables]
    assert rows_of(ours)[0].path == f"{ours.name}/net_l0_w_mw"


def test_pack_holds_tensors_that_are_treated_alike():
    optimizer = LAMB(0.1, variant="paper", weight_decay=0.1, rules=[Rule("l[0-2]/w", decay=False)])
    optimizer.build(variables())
    assert not rows_of(optimizer)
    optimizer = LAMB(0.1, variant="paper", weight_decay=0.1, rules=[Rule("l0/w", decay=False)])
    optimizer.build(variables())
    assert len(rows_of(optimizer)) == 2 * (MANY - 1)


@pytest.mark.parametrize(
    "make",
    [
        lambda: SGD(0.1),
        lambda: Adam(0.1, lazy_slots=True),
        lambda: Adam(0.1, slot_dtype="bfloat16"),
        lambda: CASES["lars-popular"].make(0.1),
    ],
    ids=["no slots", "lazy slots", "slots of another type", "no kernels"],
)
def test_no_pack_where_slots_are_used_otherwise(make):
    optimizer = make()
    optimizer.build(variables())
    assert not rows_of(optimizer)


@pytest.mark.parametrize("way", ["packed to plain", "plain to packed", "packed to packed"])
def test_checkpoint_goes_on_whether_packed_or_not(way, tmp_path, monkeypatch):
    before, after = way.split(" to ")

    def made(kind):
        monkeypatch.setattr(packs, "FEW", FEW if kind == "packed" else 10**6)
        optimizer, trained = Adam(0.1), variables()
        optimizer.build(trained)
        assert bool(rows_of(optimizer)) == (kind == "packed")
        return optimizer, trained, tf.train.Checkpoint(optimizer=optimizer, variables=trained)

    optimizer, trained, checkpoint = made(before)
    train(optimizer, trained)
    path = checkpoint.save(str(tmp_path / "c"))
    want = train(optimizer, trained, [3, 4])
    optimizer, trained, checkpoint = made(after)
    checkpoint.restore(path).assert_consumed()
    for a, b in zip(train(optimizer, trained, [3, 4]), want, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-7)


def test_checkpoint_is_restored_when_the_slots_are_made(tmp_path):
    optimizer, trained = Adam(0.1), variables()
    train(optimizer, trained)
    path = tf.train.Checkpoint(optimizer=optimizer, w=trained).save(str(tmp_path / "c"))
    later, trained = Adam(0.1), variables()
    status = tf.train.Checkpoint(optimizer=later, w=trained).restore(path)
    later.build(trained)
    status.assert_consumed()
    for a, b in zip(later.variables, optimizer.variables, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_state_and_set_state_reach_packed_slots():
    optimizer, trained = Adam(0.1), variables()
    train(optimizer, trained)
    state = optimizer.state
    other, fresh = Adam(0.1), variables()
    other.build(fresh)
    for v, w in zip(fresh, trained, strict=True):
        v.assign(w)
    other.set_state(state)
    want = train(optimizer, trained, [3, 4])
    for a, b in zip(train(other, fresh, [3, 4]), want, strict=True):
        np.testing.assert_array_equal(a, b)


def test_training_function_can_be_exported(tmp_path):
    module = tf.Module()
    module.trained = variables()
    module.optimizer = Adam(0.1)
    module.optimizer.build(module.trained)
    grads = [tf.constant(g) for g in gradients(0)]

    @tf.function(input_signature=[])
    def step():
        module.optimizer.apply(grads, module.trained)
        return module.trained[0] + 0.0

    module.step = step
    tf.saved_model.save(module, str(tmp_path))
    loaded = tf.saved_model.load(str(tmp_path))
    for _ in range(3):
        got = loaded.step()
    for _ in range(3):
        want = module.step()
    np.testing.assert_array_equal(got, want)
