"""`tf.train.Checkpoint` saves and restores a Container, whatever its leaves."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy import Container

KINDS = {
    "keras.Variable": keras.Variable,
    "tf.Variable": tf.Variable,
    "tf.Tensor": tf.constant,
    "numpy": np.array,
}


def make(kind, factor=1.0):
    wrap = KINDS[kind]
    return Container(
        a=wrap(np.float32([1.0, 2.0]) * factor), b={"c": wrap(np.float32([[3.0]]) * factor)}
    )


def numbers(c):
    return {path: np.asarray(leaf).tolist() for path, leaf in c.flatten().items()}


@pytest.mark.parametrize("kind", KINDS)
def test_checkpoint_restores_every_kind_of_leaf(kind, tmp_path):
    saved, fresh = make(kind), make(kind, 0.0)
    path = tf.train.Checkpoint(c=saved).save(tmp_path / "ckpt")
    leaf = fresh.b.c
    status = tf.train.Checkpoint(c=fresh).restore(path)
    status.assert_consumed()
    status.assert_existing_objects_matched()
    assert numbers(fresh) == numbers(saved) == {"a": [1.0, 2.0], "b/c": [[3.0]]}
    assert type(fresh.b.c) is type(saved.b.c)
    if "Variable" in kind:
        assert fresh.b.c is leaf


@pytest.mark.parametrize("kind", KINDS)
def test_checkpoint_of_module_attribute(kind, tmp_path):
    def module(factor):
        out = tf.Module()
        out.weights = make(kind, factor)
        return out

    path = tf.train.Checkpoint(m=module(1.0)).write(str(tmp_path / "ckpt"))
    fresh = module(0.0)
    tf.train.Checkpoint(m=fresh).read(path).assert_consumed()
    assert numbers(fresh.weights) == {"a": [1.0, 2.0], "b/c": [[3.0]]}


def test_checkpoint_holds_the_key_chains(tmp_path):
    path = tf.train.Checkpoint(c=make("keras.Variable")).write(str(tmp_path / "ckpt"))
    names = [name for name, _ in tf.train.list_variables(path) if name.startswith("c/")]
    assert sorted(n.partition("/.ATTRIBUTES")[0] for n in names) == ["c/a", "c/b/c"]


def test_checkpoint_of_variables_restores_into_tensors_and_back(tmp_path):
    for i, (old, new) in enumerate((("tf.Variable", "tf.Tensor"), ("numpy", "keras.Variable"))):
        path = tf.train.Checkpoint(c=make(old)).save(tmp_path / f"ckpt{i}")
        fresh = make(new, 0.0)
        tf.train.Checkpoint(c=fresh).restore(path).assert_consumed()
        assert numbers(fresh) == {"a": [1.0, 2.0], "b/c": [[3.0]]}


def test_checkpoint_restores_plain_values(tmp_path):
    values = {"i": 3, "f": 0.1, "t": True, "s": "Adam é", "y": b"\x00\xff", "z": 1 + 2j}
    saved = Container({**values, "n": None, "l": [1]})
    path = tf.train.Checkpoint(c=saved).save(tmp_path / "ckpt")
    fresh = Container(i=0, f=0.0, t=False, s="", y=b"", z=0j, n=None, l=[2])
    tf.train.Checkpoint(c=fresh).restore(path).assert_consumed()
    for key, value in values.items():
        assert fresh[key] == value
        assert type(fresh[key]) is type(value)
    assert fresh.l == [2], "a list is no value that a checkpoint holds"


def test_checkpoint_restored_before_the_leaves_exist(tmp_path):
    path = tf.train.Checkpoint(c=make("tf.Variable")).save(tmp_path / "ckpt")
    fresh = Container()
    tf.train.Checkpoint(c=fresh).restore(path)
    fresh["a"] = tf.Variable([0.0, 0.0])
    fresh["b/c"] = tf.constant([[0.0]])
    assert numbers(fresh) == {"a": [1.0, 2.0], "b/c": [[3.0]]}


def test_checkpoint_restores_replaced_leaves(tmp_path):
    c = make("tf.Tensor")
    checkpoint = tf.train.Checkpoint(c=c)
    first = checkpoint.save(tmp_path / "first")
    c.a = c.a * 10.0
    second = checkpoint.save(tmp_path / "second")
    for path, expected in ((first, [1.0, 2.0]), (second, [10.0, 20.0]), (first, [1.0, 2.0])):
        checkpoint.restore(path).assert_consumed()
        assert c.a.numpy().tolist() == expected


def test_checkpoint_of_another_shape_is_an_error(tmp_path):
    path = tf.train.Checkpoint(c=make("tf.Tensor")).save(tmp_path / "ckpt")
    fresh = Container(a=tf.zeros(3), b={"c": tf.zeros((1, 1))})
    with pytest.raises(ValueError, match=r"'a' of shape \(3,\). Received: shape=\(2,\)"):
        tf.train.Checkpoint(c=fresh).restore(path)


def test_checkpoint_misses_of_keys_are_reported(tmp_path):
    path = tf.train.Checkpoint(c=make("tf.Variable")).save(tmp_path / "ckpt")
    fresh = make("tf.Variable")
    del fresh["b/c"]
    with pytest.raises(AssertionError):
        tf.train.Checkpoint(c=fresh).restore(path).assert_consumed()
    tf.train.Checkpoint(c=fresh).restore(path).expect_partial()


def test_checkpoint_manager_and_background_writing(tmp_path):
    c = make("tf.Variable")
    options = tf.train.CheckpointOptions(experimental_enable_async_checkpoint=True)
    checkpoint = tf.train.Checkpoint(c=c)
    path = checkpoint.save(str(tmp_path / "async"), options=options)
    checkpoint.sync()
    c.a.assign([0.0, 0.0])
    tf.train.Checkpoint(c=c).restore(path).assert_consumed()
    assert c.a.numpy().tolist() == [1.0, 2.0]
    manager = tf.train.CheckpointManager(tf.train.Checkpoint(c=c), str(tmp_path / "m"), 2)
    manager.save()
    assert manager.latest_checkpoint.endswith("-1")


def test_copies_are_tracked_on_their_own(tmp_path):
    c = make("tf.Tensor")
    path = tf.train.Checkpoint(c=c).save(tmp_path / "ckpt")
    twin = c.cont_copy()
    c.a = c.a * 0.0
    tf.train.Checkpoint(c=twin).restore(path).assert_consumed()
    assert c.a.numpy().tolist() == [0.0, 0.0]
    assert twin.a.numpy().tolist() == [1.0, 2.0]
