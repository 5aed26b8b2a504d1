"""Constructor arguments beyond Keras's: classes of layers, functions, dataclasses."""

from __future__ import annotations

import dataclasses
import json

import keras
import numpy as np
import pytest

import keras_ivy as ivy
from keras_ivy.module.encoding import decode, encode


@dataclasses.dataclass
class Inner:
    size: int
    activation: type[keras.layers.Layer] = ivy.ReLU


@dataclasses.dataclass
class Spec:
    widths: tuple[int, ...]
    inner: Inner | None = None
    initializer: keras.initializers.Initializer | None = None
    derived: int = dataclasses.field(init=False, default=0)

    def __post_init__(self):
        self.derived = sum(self.widths)


class Net(ivy.Module):
    def __init__(self, spec: Spec, act=ivy.gelu, parts: list | None = None):
        self.spec = spec
        self.act = act
        self.parts = [part() for part in parts or []]
        self.fc = ivy.Linear(2, spec.derived)
        ivy.Module.__init__(self)

    def _forward(self, x):
        return self.act(self.fc(x))


def round_trip(value, annotation=None, custom_objects=None):
    return decode(json.loads(json.dumps(encode(value))), annotation, custom_objects)


@pytest.mark.parametrize(
    "value",
    [
        ivy.ReLU,
        keras.layers.BatchNormalization,
        Net,
        ivy.relu,
        ivy.adaptive_avg_pool2d,
        [ivy.ReLU, None, 3],
        {"norm": ivy.LayerNorm, "sizes": (1, 2)},
        (ivy.relu, "relu", 0.5),
    ],
    ids=repr,
)
def test_encoding_keeps_classes_and_functions(value):
    assert round_trip(value) == value


def test_encoding_keeps_dataclasses():
    spec = Spec((2, 3), Inner(4, ivy.GELU), ivy.Constant(2.0))
    again = round_trip(spec, Spec | None)
    assert again.widths == (2, 3)
    assert again.derived == 5
    assert again.inner == Inner(4, ivy.GELU)
    assert float(again.initializer((1,))[0]) == 2.0


def test_encoding_finds_a_local_dataclass_by_annotation_or_custom_objects():
    @dataclasses.dataclass
    class Local:
        size: int

    assert round_trip(Local(3), Local) == Local(3)
    assert round_trip([Local(3)], list[Local]) == [Local(3)]
    assert round_trip(Local(3), custom_objects={"Local": Local}) == Local(3)
    with pytest.raises(ValueError, match=r"Local is not there. Import .*Received: '.*Local'"):
        round_trip(Local(3))


def test_encoding_refuses_other_classes():
    with pytest.raises(TypeError, match="no class of layers"):
        encode(dict)
    with pytest.raises(ValueError, match="registered as 'Nothing'"):
        decode({"ivy_class_value": "class Nothing"})
    with pytest.raises(ValueError, match="dataclass Popen is not there"):
        decode({"ivy_dataclass": "subprocess:Popen", "fields": {"args": "true"}})


def test_config_of_a_module_holds_them(tmp_path):
    net = Net(Spec((1, 2)), ivy.tanh, parts=[ivy.ReLU, ivy.Tanh])
    x = np.ones((1, 2), "float32")
    wanted = net(x)
    net.save(tmp_path / "net.keras")
    loaded = keras.models.load_model(tmp_path / "net.keras")
    np.testing.assert_array_equal(loaded(x), wanted)
    assert loaded.spec == net.spec
    assert [type(part) for part in loaded.parts] == [ivy.ReLU, ivy.Tanh]


def test_config_names_the_argument_that_it_cannot_hold():
    class Odd(ivy.Module):
        def __init__(self, thing):
            ivy.Module.__init__(self)

    with pytest.raises(TypeError, match=r"cannot hold the argument 'thing'.*Received: thing="):
        Odd(object()).get_config()
