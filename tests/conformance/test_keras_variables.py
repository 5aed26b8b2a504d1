"""What `keras_ivy.adapters.keras.variables` relies on in Keras and TensorFlow."""

import copy
import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.adapters.keras.variables import RowVariable, place_again


def rows():
    """A stack, and its two entries."""
    stack = keras.Variable([[1.0, 2.0], [3.0, 4.0]], name="stack")
    return stack, [RowVariable(stack, i, f"row{i}") for i in range(2)]


@pytest.mark.parametrize(
    "name",
    [
        "_initialize",
        "_initialize_with_initializer",
        "_direct_assign",
        "_serialize_to_tensors",
        "_restore_from_tensors",
        "_copy_trackable_to_cpu",
        "_export_to_saved_model_graph",
        "_write_object_proto",
        "_shared_name",
    ],
)
def test_keras_variable_has_the_hook(name):
    assert hasattr(keras.Variable, name), f"Keras's Variable no longer has {name}"


def test_export_hook_takes_what_tensorflow_passes():
    parameters = inspect.signature(keras.Variable._export_to_saved_model_graph).parameters
    assert list(parameters) == ["self", "object_map", "tensor_map", "options", "kwargs"]


def test_row_reads_its_entry():
    stack, (_, row) = rows()
    assert isinstance(row, keras.Variable)
    assert (row.name, tuple(row.shape), row.dtype, row.ndim) == ("row1", (2,), "float32", 1)
    np.testing.assert_array_equal(row.numpy(), [3.0, 4.0])
    np.testing.assert_array_equal(np.array(row), [3.0, 4.0])
    np.testing.assert_array_equal(row + 1.0, [4.0, 5.0])
    np.testing.assert_array_equal(tf.square(row), [9.0, 16.0])
    np.testing.assert_array_equal(keras.ops.square(row), [9.0, 16.0])
    stack.assign(stack + 1.0)
    np.testing.assert_array_equal(row.numpy(), [4.0, 5.0])
    assert "row1" in repr(row)


def test_row_assigns_its_entry():
    stack, (_, row) = rows()
    row.assign([5.0, 6.0])
    row.assign_add([1.0, 1.0])
    np.testing.assert_array_equal(stack.numpy(), [[1.0, 2.0], [6.0, 7.0]])


def test_row_works_in_functions():
    stack, (first, second) = rows()

    @tf.function(jit_compile=True)
    def swap():
        one, other = tf.identity(first), tf.identity(second)
        first.assign(other)
        second.assign(one)

    swap()
    np.testing.assert_array_equal(stack.numpy(), [[3.0, 4.0], [1.0, 2.0]])


def test_row_refuses_what_has_another_shape():
    stack, (row, _) = rows()
    with pytest.raises(ValueError, match="shape"):
        row.assign([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(stack.numpy(), [[1.0, 2.0], [3.0, 4.0]])


def test_row_has_no_handle():
    _, (row, _) = rows()
    with pytest.raises(AttributeError, match="entry of a stack"):
        _ = row.handle


def test_rows_are_copied_together():
    stack, (_, row) = rows()
    other_stack, other = copy.deepcopy((stack, row))
    other.assign([0.0, 0.0])
    np.testing.assert_array_equal(other_stack.numpy(), [[1.0, 2.0], [0.0, 0.0]])
    np.testing.assert_array_equal(row.numpy(), [3.0, 4.0])


def test_checkpoint_holds_rows_as_variables(tmp_path):
    _, (row, _) = rows()
    path = tf.train.Checkpoint(x=row).save(str(tmp_path / "rows"))
    plain = keras.Variable([0.0, 0.0])
    tf.train.Checkpoint(x=plain).restore(path).assert_consumed()
    np.testing.assert_array_equal(plain.numpy(), [1.0, 2.0])
    plain.assign([8.0, 9.0])
    path = tf.train.Checkpoint(x=plain).save(str(tmp_path / "plain"))
    stack, (_, row) = rows()
    tf.train.Checkpoint(x=row).restore(path).assert_consumed()
    np.testing.assert_array_equal(stack.numpy(), [[1.0, 2.0], [8.0, 9.0]])


def test_asynchronous_checkpoint_holds_rows(tmp_path):
    _, (row, _) = rows()
    options = tf.train.CheckpointOptions(experimental_enable_async_checkpoint=True)
    checkpoint = tf.train.Checkpoint(x=row)
    path = checkpoint.save(str(tmp_path / "rows"), options=options)
    checkpoint.sync()
    row.assign([0.0, 0.0])
    tf.train.Checkpoint(x=row).restore(path)
    np.testing.assert_array_equal(row.numpy(), [1.0, 2.0])


def test_saved_model_holds_rows(tmp_path):
    module = tf.Module()
    module.stack, (module.row, _) = rows()
    module.read = tf.function(lambda: module.row + 0.0, input_signature=[])
    tf.saved_model.save(module, str(tmp_path))
    loaded = tf.saved_model.load(str(tmp_path))
    np.testing.assert_array_equal(loaded.read(), [1.0, 2.0])
    np.testing.assert_array_equal(loaded.row, [1.0, 2.0])
    assert not loaded.row.trainable


def test_place_again_keeps_object_and_value():
    count = keras.Variable(3, dtype="int64", trainable=False)
    before = count.value
    with tf.distribute.MirroredStrategy(["CPU:0"]).scope():
        place_again(count)
    assert count.value is not before
    assert isinstance(count.value, tf.distribute.DistributedValues)
    assert (count.numpy(), count.dtype) == (3, "int64")
