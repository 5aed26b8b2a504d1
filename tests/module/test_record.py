"""What a module knows of itself: one record, whose phase one function changes."""

import pathlib
import re

import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy.module.record import Event, Phase, Record, advance, record_of
from keras_ivy.structure import parts
from tests.module.nets import Late, Mixed, Net, Scale, X

PACKAGE = pathlib.Path(ivy.__file__).parent

NEW, STARTED, BUILDING, BUILT, REBUILDING = Phase
INITIALIZED, BUILD, DONE, UNFINISHED, FAILED = Event


@pytest.mark.parametrize("make", [Net, Mixed, Late, Scale, lambda: ivy.LSTM(3, 4)])
def test_nothing_else_stands_among_the_attributes(make):
    module = make()
    module(X if make is not Scale else X[:, :2]) if not isinstance(module, ivy.LSTM) else module.v
    module.v, module.buffers, repr(module), module.get_config()
    module.train(False)
    assert [name for name in vars(module) if name.startswith("_ivy")] == ["_ivy_record"]
    assert parts(module) is record_of(module) is module._ivy_record
    assert not hasattr(module._ivy_record, "__dict__")


def test_the_record_is_no_attribute_of_the_program():
    module = Net()
    with pytest.raises(AttributeError, match="cannot have an attribute '_ivy_record'"):
        module._ivy_record = 3
    module._ivy, module.record = ivy.Linear(3, 2), {"made": True}  # which are free
    assert "ivy/w" in module.v
    assert record_of(module).phase is BUILT


def test_other_layers_have_no_record():
    module = Mixed()
    assert record_of(module.blocks[0]) is None
    assert isinstance(record_of(module.blocks[1]), Record)


@pytest.mark.parametrize(
    ("events", "phases"),
    [
        ([INITIALIZED, BUILD, DONE], [STARTED, BUILDING, BUILT]),
        ([INITIALIZED, BUILD, FAILED, BUILD, DONE], [STARTED, BUILDING, STARTED, BUILDING, BUILT]),
        ([INITIALIZED, BUILD, UNFINISHED], [STARTED, BUILDING, STARTED]),
        ([BUILD, DONE, INITIALIZED], [BUILDING, BUILT, BUILT]),
        ([BUILD, FAILED, INITIALIZED], [BUILDING, NEW, STARTED]),
        ([INITIALIZED, BUILD, DONE, BUILD, DONE], [STARTED, BUILDING, BUILT, REBUILDING, BUILT]),
        ([INITIALIZED, BUILD, DONE, BUILD, FAILED], [STARTED, BUILDING, BUILT, REBUILDING, BUILT]),
        (
            [INITIALIZED, BUILD, DONE, BUILD, UNFINISHED],
            [STARTED, BUILDING, BUILT, REBUILDING, STARTED],
        ),
        ([INITIALIZED, BUILD, DONE, INITIALIZED], [STARTED, BUILDING, BUILT, BUILT]),
    ],
)
def test_phases_follow_events(events, phases):
    record = Record()
    assert record.phase is NEW
    assert not record.initialized
    for event, phase in zip(events, phases, strict=True):
        advance(record, event)
        assert record.phase is phase
        assert record.made == (phase in (BUILT, REBUILDING))
        assert record.building == (phase in (BUILDING, REBUILDING))


def test_one_function_changes_the_phase():
    places = [
        (path.name, line)
        for path in PACKAGE.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"\.phase = |phase=", line)
    ]
    assert {name for name, _ in places} == {"record.py"}
    assert len(places) == 4


def test_lower_parts_read_no_private_entries_of_modules():
    """They ask `structure.parts`; names of `Parts` are public."""
    allowed = {"structure", "module", "layers"}
    found = [
        (str(path.relative_to(PACKAGE)), name)
        for path in PACKAGE.rglob("*.py")
        if path.relative_to(PACKAGE).parts[0] not in allowed
        for name in re.findall(r"[\"'.](_ivy_\w+)", path.read_text(encoding="utf-8"))
    ]
    # What a kernel of Keras's own layers holds, kept with the layer by the one who asks.
    assert set(found) <= {("optimizers/rules/leaf_places.py", "_ivy_leaf_prefixes")}


class Twice(ivy.Module):
    """Its `_build` may be run again, and may fail."""

    def __init__(self, early=False):
        if early:
            self.build(2)
        ivy.Module.__init__(self, *(() if early else (2,)))

    def _build(self, size=0):
        if size < 0:
            raise ValueError("no such size")
        self.fc = ivy.Linear(size, size)

    def _forward(self, x):
        return self.fc(x)


def test_a_failed_build_leaves_a_built_module_built():
    module = Twice()
    for size in (3, -1):
        if size < 0:
            with pytest.raises(ValueError, match="no such size"):
                module.build(size)
        else:
            module.build(size)
        assert module._ivy_record.phase is BUILT
        assert module.v.fc.w.shape == (3, 3)


def test_a_constructor_may_build_before_it_initializes():
    module = Twice(early=True)
    assert module._ivy_record.phase is BUILT
    assert module(tf.ones((1, 2))).shape == (1, 2)


def test_building_early_does_not_stand_for_initializing():
    class Forgot(Twice):
        def __init__(self):
            self.build(2)

    with pytest.raises(RuntimeError, match="never called"):
        Forgot()


def test_a_training_flag_that_is_no_bool_is_named():
    with pytest.raises(TypeError, match=r"`training` must be `True` or `False`.*'yes'"):
        Net()(X, training="yes")


def test_a_parameter_of_a_module_without_variables_is_refused():
    module = Late()
    with pytest.raises(ValueError, match=r"first call.*Received: name=.more."):
        module.register_parameter("more", [1.0])
    module(X)
    module.register_parameter("more", [1.0])
    assert "more" in module.v
