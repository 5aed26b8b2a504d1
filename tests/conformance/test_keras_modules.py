"""What `modules.py` and `stateless.py` in `adapters/keras/` rely on in Keras and TensorFlow."""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.adapters.keras import modules as keras_modules
from keras_ivy.adapters.keras import stateless


def test_build_is_wrapped_in_an_instance_attribute():
    layer = keras.Model(name="probe")
    assert "build" in vars(layer), "Keras no longer wraps `build`: `use_class_build` can go"
    keras_modules.use_class_build(layer)
    assert "build" not in vars(layer)
    assert layer.build.__func__ is keras.Model.build


def test_tracking_counts_layers_variables_and_generators():
    layer = keras.layers.Layer()
    parts = [keras.layers.Dense(1), keras.Variable([1.0]), keras.random.SeedGenerator(1)]
    for part in parts:
        keras_modules.track(layer, part)
        keras_modules.track(layer, part)
    assert layer._layers == parts[:1]
    assert len(layer.variables) == 2
    for part in parts:
        keras_modules.untrack(layer, part)
    assert layer.variables == [] == layer._layers


def test_tracked_variables_follow_trainable():
    layer = keras.layers.Layer(trainable=False)
    variable = keras.Variable([1.0])
    keras_modules.track_variable(layer, variable)
    assert not variable.trainable
    assert layer.weights[0] is variable


def test_checkpoint_names_are_added_and_removed(tmp_path):
    model = keras.Model(name="probe")
    keras_modules.track_for_checkpoints(model, tf.Variable(3.0), "x.y")
    path = tf.train.Checkpoint(model=model).write(str(tmp_path / "a"))
    assert any("x..y" in name for name, _ in tf.train.list_variables(path))
    keras_modules.untrack_for_checkpoints(model, "x.y")
    path = tf.train.Checkpoint(model=model).write(str(tmp_path / "b"))
    assert not any("x..y" in name for name, _ in tf.train.list_variables(path))


def test_deleted_lists_are_remembered_by_keras_until_told(tmp_path):
    model = keras.Model(name="probe")
    model.many = [1, 2]
    del model.many
    assert "many" in model._tracked, "Keras forgets deleted lists: `forget_attribute` can go"
    keras_modules.forget_attribute(model, "many")
    assert "many" not in model._tracked


class Probe(keras.layers.Layer):
    seen: list = []

    def call(self, x, training=None):
        self.seen.append((training, keras_modules.enclosing_training()))
        return x


@pytest.mark.parametrize("training", [True, False, None])
def test_the_training_of_the_call_that_goes_on(training):
    assert keras_modules.enclosing_training() is keras_modules.ABSENT
    Probe.seen.clear()
    Probe()(tf.ones(1), training=training)
    assert Probe.seen == [(training, training)]
    assert keras_modules.enclosing_training() is keras_modules.ABSENT


def test_the_training_said_for_the_layers_that_follow():
    class Outer(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.inner = Probe()

        def call(self, x):
            keras_modules.set_enclosing_training(True)
            return self.inner(x)

    Outer()(tf.ones(1))
    assert Probe.seen[-1] == (True, True)
    keras_modules.set_enclosing_training(True)
    assert keras_modules.enclosing_training() is keras_modules.ABSENT


def test_a_layer_leaves_its_training_behind():
    """Why `Module` puts the value back after a call."""

    class Outer(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.first, self.second = Probe(), Probe()

        def call(self, x):
            return self.second(self.first(x, training=True))

    Outer()(tf.ones(1))
    assert Probe.seen[-2:] == [(True, True), (True, True)]


def test_export_reads_the_recorded_shapes(tmp_path):
    class Model(keras.Model):
        def call(self, x):
            return x * 2.0

    model = Model()
    model(tf.ones((1, 3)))
    keras_modules.record_input_shapes(model, {"x_shape": (1, 5)})
    model.export(tmp_path / "m", verbose=False)
    served = tf.saved_model.load(str(tmp_path / "m"))
    assert served.serve(tf.ones((2, 5))).shape == (2, 5)


def test_name_scopes_begin_with_the_layers_name():
    layer = keras.layers.Layer(name="outer")
    with keras_modules.name_scope(layer):
        assert keras.Variable([1.0], name="w").path == "outer/w"


def test_fit_tells_training_only_to_calls_that_take_it():
    """Why `call` always has the argument."""

    class With(keras.Model):
        def call(self, x, training=None):
            return x

    class Without(keras.Model):
        def call(self, x):
            return x

    assert With()._call_has_training_arg
    assert not Without()._call_has_training_arg


def test_keras_reads_the_signature_of_call():
    class Signed(keras.Model):
        def call(self, *args, **kwargs):
            return args[0]

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    names = ("self", "x", "training")
    parameters = [inspect.Parameter(name, kind, default=None) for name in names]
    Signed.call.__signature__ = inspect.Signature(parameters)
    assert Signed()._call_has_training_arg


def test_scopes_hide_each_other_and_read_from_their_mapping():
    """Why `CallScope` copies the outer mapping, and how it fills its own."""
    variable = keras.Variable([1.0])
    assert stateless.current_scope() is None
    with keras.StatelessScope() as outer:
        assert stateless.current_scope() is outer
        outer.add_update((variable, tf.constant([2.0])))
        assert outer.state_mapping[id(variable)][0] == 2.0
        with keras.StatelessScope():
            assert float(variable.value[0]) == 1.0
        assert float(variable.value[0]) == 2.0
    assert float(variable.value[0]) == 1.0


def test_assignments_inside_a_scope_pass_through_add_update():
    variable, seen = keras.Variable([1.0]), []

    class Scope(keras.StatelessScope):
        def add_update(self, update):
            seen.append(update[0])
            super().add_update(update)

    with Scope():
        variable.assign([3.0])
    assert [v is variable for v in seen] == [True]


def test_losses_inside_a_scope_are_collected_on_request():
    class Adds(keras.layers.Layer):
        def call(self, x):
            self.add_loss(keras.ops.sum(x))
            return x

    with keras.StatelessScope(collect_losses=True) as scope:
        Adds()(tf.ones(3))
    assert [float(loss) for loss in scope.losses] == [3.0]


def test_stored_dtypes_and_values_see_through_scopes():
    variable = keras.Variable(np.ones(2, "float32"))
    assert stateless.stored_dtype(variable) == "float32"
    assert isinstance(stateless.raw_value(variable), tf.Variable)
    with keras.StatelessScope(state_mapping=[(variable, tf.zeros(2))]):
        assert float(stateless.raw_value(variable)[0]) == 1.0


def test_initial_values_hold_for_variables_made_inside_a_scope():
    early = keras.Variable(np.ones(2, "float32"))
    with keras.StatelessScope():
        late = keras.Variable(keras.initializers.Zeros(), shape=(2,))
        stateless.set_initial_value(late, tf.constant([3.0, 4.0]))
        stateless.set_initial_value(early, tf.constant([5.0, 6.0]))
    np.testing.assert_array_equal(late, [3.0, 4.0])
    np.testing.assert_array_equal(early, [5.0, 6.0])


def test_released_variables_have_values_inside_scopes_only():
    variable = keras.Variable(np.ones(2, "float32"))
    stateless.release(variable)
    assert stateless.raw_value(variable) is None
    with keras.StatelessScope(state_mapping=[(variable, tf.constant([3.0, 4.0]))]):
        np.testing.assert_array_equal(variable.value, [3.0, 4.0])


def test_moved_variables_keep_their_value():
    variable = keras.Variable(np.arange(2, dtype="float32"))
    stateless.move(variable, "cpu:0")
    np.testing.assert_array_equal(variable, [0.0, 1.0])


def test_weights_files_walk_public_and_private_attributes():
    """Why nothing of a module's own is a list, tuple or dict with layers in it."""
    import keras_ivy as ivy

    net = ivy.Sequential(ivy.Linear(2, 2), keras.layers.Dense(2))
    net(tf.ones((1, 2)))
    for name in dir(net):
        value = getattr(net, name, None)
        if name.startswith("_ivy") and isinstance(value, list | tuple | dict):
            leaves = keras.tree.flatten(value)
            assert not any(isinstance(x, keras.layers.Layer) for x in leaves), name
