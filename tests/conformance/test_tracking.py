"""What keras_ivy relies on in TensorFlow's object graph."""

import tensorflow as tf

from keras_ivy.adapters.tensorflow import tracking

#: Where a checkpoint keeps its object graph.
GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"


def test_trackable_is_the_class_that_variables_and_modules_derive_from():
    assert issubclass(tf.Module, tracking.Trackable)
    assert issubclass(tf.Variable, tracking.Trackable)


def test_trackable_dict_is_kept_as_attribute_and_asked_for_children(tmp_path):
    class Probe(tracking.Trackable, dict):
        def _trackable_children(self, save_type="checkpoint", **kwargs):
            return {"child": self["child"]}

        def _lookup_dependency(self, name, cached_dependencies=None):
            return self.get(name)

    module = tf.Module()
    module.probe = Probe(child=tf.Variable(3.0))
    assert type(module.probe) is Probe, "tf.Module wraps trackable dicts: checkpoints lose them"
    path = tf.train.Checkpoint(module=module).write(str(tmp_path / "ckpt"))
    names = [name for name, _ in tf.train.list_variables(path)]
    assert "module/probe/child/.ATTRIBUTES/VARIABLE_VALUE" in names, (
        "`_trackable_children` is not asked, or variables are saved under another name than "
        "the one LeafState uses"
    )
    module.probe["child"].assign(0.0)
    tf.train.Checkpoint(module=module).read(path).assert_consumed()
    assert module.probe["child"].numpy() == 3.0


def test_plain_dict_subclass_is_still_dropped(tmp_path):
    class Plain(dict):
        pass

    module = tf.Module()
    module.plain = Plain(child=tf.Variable(3.0))
    path = tf.train.Checkpoint(module=module).write(str(tmp_path / "ckpt"))
    names = [name for name, _ in tf.train.list_variables(path)]
    assert not any("child" in name for name in names), (
        "TensorFlow tracks dict subclasses now: Container need no longer derive from Trackable"
    )


def test_leaf_protocol_of_checkpoints(tmp_path):
    class Cell(tracking.Trackable):
        def __init__(self, value):
            self.value = value

        def _serialize_to_tensors(self):
            return {"x": tf.constant(self.value)}

        def _restore_from_tensors(self, restored_tensors):
            self.value = restored_tensors["x"].numpy()
            return tf.no_op()

    path = tf.train.Checkpoint(cell=Cell(3.0)).write(str(tmp_path / "ckpt"))
    fresh = Cell(0.0)
    tf.train.Checkpoint(cell=fresh).read(path).assert_consumed()
    assert fresh.value == 3.0, "objects no longer save through `_serialize_to_tensors`"


def test_deferred_restores_wait_under_the_name_that_container_looks_at(tmp_path):
    path = tf.train.Checkpoint(x=tf.train.Checkpoint(v=tf.Variable(3.0))).write(
        str(tmp_path / "ckpt")
    )

    class Probe(tracking.Trackable, dict):
        pass

    probe = Probe()
    tf.train.Checkpoint(x=probe).read(path)
    assert "v" in probe._self_unconditional_deferred_dependencies
    variable = tf.Variable(0.0)
    probe._handle_deferred_dependencies("v", variable)
    assert variable.numpy() == 3.0


def test_split_gives_savedmodels_variables_and_checkpoints_the_rest(tmp_path):
    class State(tf.train.experimental.PythonState):
        value = b"saved"

        def serialize(self):
            return self.value

        def deserialize(self, string_value):
            self.value = string_value

    class Probe(tf.Module):
        def __init__(self):
            super().__init__()
            self.split = tracking.Split()
            self.split.count = tf.Variable(1.0)
            self.split.state = State()

        @tf.function(input_signature=[])
        def add(self):
            return self.split.count.assign_add(1.0)

    probe = Probe()
    path = tf.train.Checkpoint(probe=probe).write(str(tmp_path / "ckpt"))
    names = [name for name, _ in tf.train.list_variables(path) if name.startswith("probe")]
    assert names == ["probe/split/state/.ATTRIBUTES/py_state"], (
        "checkpoints ask `_trackable_children` otherwise: see Split in adapters/tensorflow"
    )
    probe.split.state.value = b"other"
    tf.train.Checkpoint(probe=probe).read(path).assert_consumed()
    assert probe.split.state.value == b"saved"
    probe.add()
    tf.saved_model.save(probe, str(tmp_path / "saved"))
    assert tf.saved_model.load(str(tmp_path / "saved")).add().numpy() == 3.0, (
        "SavedModels ask `_trackable_children` otherwise: see Split in adapters/tensorflow"
    )


def test_exporting_adds_to_savedmodels_and_leaves_no_trace_in_checkpoints(tmp_path):
    class Plain(tf.Module):
        def __init__(self):
            super().__init__()
            self.rate = tf.Variable(3.0)
            hidden = tf.Variable(1.0)
            self._hidden = lambda: hidden

        @tf.function(input_signature=[])
        def add(self):
            return self._hidden().assign_add(self.rate)

    class Probe(tracking.Exporting, Plain):
        def _exported_children(self):
            return {"hidden": self._hidden()}

    def graph_of(module):
        path = tf.train.Checkpoint(probe=module).write(str(tmp_path / "ckpt"))
        reader = tf.train.load_checkpoint(path)
        return path, sorted(reader.get_variable_to_shape_map()), reader.get_tensor(GRAPH)

    path, names, graph = graph_of(Probe())
    _, plain_names, plain_graph = graph_of(Plain())
    assert (names, graph) == (plain_names, plain_graph), (
        "checkpoints ask `_trackable_children` otherwise: see Exporting in adapters/tensorflow"
    )
    tf.train.Checkpoint(probe=Plain()).read(path).assert_consumed()
    tf.saved_model.save(Probe(), str(tmp_path / "saved"))
    assert tf.saved_model.load(str(tmp_path / "saved")).add().numpy() == 4.0, (
        "SavedModels ask `_trackable_children` otherwise: see Exporting in adapters/tensorflow"
    )
