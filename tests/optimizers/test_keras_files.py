"""Files and checkpoints of Keras's optimizers in ours, and ours in theirs; those of 0.1.0."""

import io

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.optimizers import LAMB, LARS, SGD, Adam, AdamW
from keras_ivy.optimizers.keras_side import packs
from tests.optimizers.cases import variable_at

KERAS = keras.optimizers
HEAVY = {"momentum": 0.9}
DECAY = {"weight_decay": 0.1}
SUMS = {
    "gradient_accumulation_steps": 2,
    "use_ema": True,
    "ema_momentum": 0.7,
    "ema_overwrite_frequency": 3,
}

#: Keras's class, ours, and the options of both.
PAIRS = {
    "sgd": (KERAS.SGD, SGD, {}),
    "sgd momentum": (KERAS.SGD, SGD, HEAVY),
    "sgd nesterov": (KERAS.SGD, SGD, {**HEAVY, "nesterov": True, **DECAY}),
    "sgd sums": (KERAS.SGD, SGD, {**HEAVY, **SUMS}),
    "adam": (KERAS.Adam, Adam, {}),
    "adam sums": (KERAS.Adam, Adam, SUMS),
    "adamw": (KERAS.AdamW, AdamW, DECAY),
    "lamb": (KERAS.Lamb, LAMB, DECAY),
    "lamb sums": (KERAS.Lamb, LAMB, SUMS),
}
SCHEDULE = KERAS.schedules.ExponentialDecay(0.1, 3, 0.7)

#: So many tensors of one shape are a pack here.
FEW = 4

#: Enough small tensors of one shape for a pack, and others.
SHAPES = {**{f"many/w{i}": (3,) for i in range(FEW)}, "large/kernel": (128, 130), "bias": (2,)}


@pytest.fixture(scope="module", autouse=True)
def small_packs():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packs, "FEW", FEW)
        yield


def variables():
    rng = np.random.default_rng(3)
    return [variable_at(path, rng.normal(size=shape)) for path, shape in SHAPES.items()]


def train(optimizer, vs, steps):
    for t in steps:
        rng = np.random.default_rng(100 + t)
        optimizer.apply([tf.constant(rng.normal(size=v.shape), "float32") for v in vs], vs)


def by_store(old, new, folder):
    """The way of `.keras` and `.weights.h5` files."""
    store = {}
    old.save_own_variables(store)
    new.load_own_variables(store)


def by_checkpoint(old, new, folder):
    path = tf.train.Checkpoint(optimizer=old).write(str(folder / "c"))
    tf.train.Checkpoint(optimizer=new).read(path).assert_consumed()


@pytest.mark.parametrize("way", [by_store, by_checkpoint])
@pytest.mark.parametrize("rate", [0.1, SCHEDULE], ids=["number", "schedule"])
@pytest.mark.parametrize("ours_first", [False, True], ids=["theirs to ours", "ours to theirs"])
@pytest.mark.parametrize("name", PAIRS)
def test_each_goes_on_from_the_others_file(name, ours_first, rate, way, tmp_path):
    theirs, ours, options = PAIRS[name]
    pair = [theirs(rate, **options), ours(rate, variant="keras", **options)]
    old, new = pair[::-1] if ours_first else pair
    vs, copies = variables(), variables()
    train(old, vs, range(3))
    new.build(copies)
    way(old, new, tmp_path)
    for copy, v in zip(copies, vs, strict=True):
        copy.assign(v)
    train(old, vs, range(3, 7))
    train(new, copies, range(3, 7))
    for got, want, start in zip(copies, vs, variables(), strict=True):
        scale = np.abs(want.numpy()).max()
        np.testing.assert_allclose(got.numpy(), want.numpy(), atol=2e-6 * scale, err_msg=name)
        assert np.abs(want.numpy() - start.numpy()).max() > 1e-3


def test_largest_second_moments_are_refused(tmp_path):
    theirs, ours = KERAS.Adam(0.1, amsgrad=True), Adam(0.1, variant="keras")
    train(theirs, variables(), range(2))
    ours.build(variables())
    with pytest.warns(UserWarning, match="Skipping variable loading"):
        by_store(theirs, ours, tmp_path)
    with pytest.raises(AssertionError, match="velocity_hat"):
        by_checkpoint(theirs, ours, tmp_path)


def test_state_shows_what_is_subtracted():
    optimizer, w = SGD(0.5, momentum=0.5), variable_at("w", [1.0])
    optimizer.apply([tf.constant([2.0])], [w])
    assert optimizer._slots[0][0].numpy().tolist() == [-1.0]
    state = optimizer.state
    assert state.mw.w.numpy().tolist() == [1.0]
    optimizer.set_state(state)
    assert optimizer._slots[0][0].numpy().tolist() == [-1.0]


def as_0_1_0(optimizer):
    """What keras_ivy 0.1.0 wrote to a file: momentum as `state` shows it, a rate in float64."""
    store = {}
    optimizer.save_own_variables(store)
    for i, v in enumerate(optimizer.variables):
        if v is optimizer._learning_rate:
            store[str(i)] = store[str(i)].astype("float64")
        elif v.path.endswith("_mw"):
            store[str(i)] = -store[str(i)]
    return store


@pytest.mark.parametrize("options", [HEAVY, {**HEAVY, **SUMS}], ids=["momentum", "sums"])
def test_file_of_0_1_0_is_known_by_its_rate(options):
    old, new, vs, copies = SGD(0.1, **options), SGD(0.1, **options), variables(), variables()
    train(old, vs, range(3))
    new.build(copies)
    new.load_own_variables(as_0_1_0(old))
    for got, want in zip(new.variables, old.variables, strict=True):
        np.testing.assert_array_equal(got.numpy(), want.numpy())


def test_model_file_of_0_1_0_is_known_by_its_config():
    old, vs = SGD(SCHEDULE, **HEAVY), variables()
    train(old, vs, range(3))
    config = keras.saving.serialize_keras_object(old)
    del config["config"]["momentum_points"]
    new = keras.saving.deserialize_keras_object(config)
    new.build(variables())
    new.load_own_variables(as_0_1_0(old))
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(old))
    again.build(variables())
    by_store(old, again, None)
    for got, other, want in zip(new.variables, again.variables, old.variables, strict=True):
        np.testing.assert_array_equal(got.numpy(), want.numpy())
        np.testing.assert_array_equal(other.numpy(), want.numpy())


def test_file_in_float64_is_keras_own():
    keras.config.set_floatx("float64")
    try:
        w = keras.Variable([1.0], dtype="float64")
        theirs, ours = KERAS.SGD(0.1, **HEAVY), SGD(0.1, **HEAVY)
        theirs.apply([tf.constant([1.0], "float64")], [w])
        ours.build([w])
        by_store(theirs, ours, None)
        assert ours._slots[0][0].numpy().tolist() == [-0.1]
    finally:
        keras.config.set_floatx("float32")


class Old(tf.train.experimental.PythonState):
    """The node that 0.1.0 put into every checkpoint."""

    def serialize(self):
        file = io.BytesIO()
        np.savez(file, count=0)
        return file.getvalue()

    def deserialize(self, string_value):
        raise AssertionError


@pytest.mark.parametrize(
    ("make", "refused"),
    [
        (lambda: SGD(SCHEDULE, **HEAVY), True),
        (lambda: Adam(0.1), True),
        (lambda: SGD(SCHEDULE), False),
        (lambda: LARS(SCHEDULE, **HEAVY), False),
        (lambda: Adam(SCHEDULE), False),
    ],
)
def test_checkpoint_of_0_1_0_is_read_or_refused_before_anything_changes(make, refused, tmp_path):
    optimizer, w = make(), variable_at("w", [1.0])
    optimizer.build([w])
    count = tf.Variable(7, dtype=tf.as_dtype(optimizer._iterations.dtype))
    children = {"_iterations": count, "_step_state": tf.train.Checkpoint(saved=Old())}
    if isinstance(optimizer._learning_rate, keras.Variable):
        children["_learning_rate"] = tf.Variable(0.1, dtype="float64")
    old = tf.train.Checkpoint(optimizer=tf.train.Checkpoint(**children))
    path = old.write(str(tmp_path / "c"))
    if refused:
        with pytest.raises(ValueError, match=r"written by keras_ivy 0\.1\.0.*Received"):
            tf.train.Checkpoint(optimizer=optimizer).read(path)
    else:
        tf.train.Checkpoint(optimizer=optimizer).read(path)
    assert int(optimizer.iterations) == (0 if refused else 7)
