"""Constructor arguments beyond Keras's: classes of layers, functions, dataclasses."""

from __future__ import annotations

import collections.abc
import dataclasses
import json
import re
import typing

import keras
import numpy as np
import pytest

import keras_ivy as ivy
from keras_ivy.module.configs.encoding import decode, encode


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
    ids=lambda value: re.sub(" at 0x[0-9a-f]+", "", repr(value)),
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


@dataclasses.dataclass
class Base:
    size: int


@dataclasses.dataclass
class Child(Base):
    inner: Inner | None = None


Numbers = typing.NewType("Numbers", Inner)
Bound = typing.TypeVar("Bound", bound=Inner)


@pytest.mark.parametrize(
    "annotation",
    [
        Inner,
        Inner | None,
        list[Inner],
        dict[str, Inner],
        tuple[Inner, ...],
        typing.Optional[Inner],  # noqa: UP045 - the older spelling too
        typing.Annotated[Inner, "of the inner"],
        collections.abc.Sequence[Inner | int],
        collections.abc.Callable[[Inner], int],
        Child | Inner,
        Numbers,
        Bound,
    ],
    ids=str,
)
def test_annotations_name_dataclasses_in_any_place(annotation):
    assert round_trip(Inner(4), annotation) == Inner(4)


def test_annotations_name_classes_of_layers():
    class Mine(keras.layers.Layer):
        pass

    for annotation in (type[Mine], Mine, list[type[Mine]] | None):
        assert round_trip(Mine, annotation) is Mine
    with pytest.raises(ValueError, match="no class of layers registered as 'Mine'"):
        round_trip(Mine)


def test_an_annotated_base_class_does_not_name_those_derived_from_it():
    assert round_trip(Child(1, Inner(2)), Child) == Child(1, Inner(2))
    with pytest.raises(ValueError, match="Child is not there"):
        round_trip(Child(1), Base)


def test_registered_dataclasses_need_no_annotation():
    @keras.saving.register_keras_serializable("test_encoding")
    @dataclasses.dataclass
    class Registered:
        size: int

        def get_config(self):
            return dataclasses.asdict(self)

        @classmethod
        def from_config(cls, config):
            return cls(**config)

    assert round_trip([Registered(3)]) == [Registered(3)]
    with keras.saving.custom_object_scope({"Base": Base}):
        assert round_trip(Base(1)) == Base(1)


class Wide(ivy.Module):
    """Hands its further arguments on, and has an annotation that exists for type checkers alone."""

    def __init__(self, other: OnlyForTypeCheckers = None, *parts: Inner, **kwargs):  # noqa: F821
        super().__init__(**kwargs)
        self.parts = parts


class Narrow(Wide):
    def __init__(self, base: Base, **kwargs):
        super().__init__(**kwargs)
        self.base = base


class Keyed(ivy.Module):
    def __init__(self, **specs: Base):
        self.specs = {key: spec for key, spec in specs.items() if isinstance(spec, Base)}
        ivy.Module.__init__(self)


def test_annotations_of_all_kinds_of_arguments(tmp_path):
    for module, name in [
        (Narrow(Base(2)), "base"),
        (Wide(None, Inner(1), Inner(2)), "parts"),
        (Keyed(a=Base(1), b=Base(2)), "specs"),
    ]:
        again = keras.saving.deserialize_keras_object(
            json.loads(json.dumps(keras.saving.serialize_keras_object(module)))
        )
        assert getattr(again, name) == getattr(module, name)


def test_annotations_see_the_names_around_a_local_class():
    @dataclasses.dataclass
    class Local:
        size: int

    class Holder(ivy.Module):
        def __init__(self, spec: Local):
            assert Local
            self.spec = spec
            ivy.Module.__init__(self)

    again = Holder.from_config(Holder(Local(3)).get_config())
    assert again.spec == Local(3)


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


class Sizes(ivy.Container):
    """Holds the sizes of a network, and has a constructor of its own."""

    def __init__(self, inputs, *, parts):
        super().__init__(inputs=inputs, parts=parts)

    @property
    def outputs(self):
        return self.parts.last.size


class Sized(ivy.Module):
    def __init__(self, sizes, v=None):
        self._sizes = sizes
        super().__init__(v=v)

    def _build(self, *args, **kwargs):
        self._linear = ivy.Linear(self._sizes.inputs, self._sizes.outputs)

    def _forward(self, x):
        return self._linear(x)


@pytest.mark.parametrize(
    "sizes",
    [
        Sizes(3, parts={"last": {"size": 2, "shape": (1, 2)}}),
        ivy.Container(inputs=3, outputs=2, alphabetical_keys=False, b=1, a=[1]),
    ],
    ids=["own", "plain"],
)
@pytest.mark.parametrize("name", ["module.keras", "module.pkl"])
def test_containers_of_sizes_are_saved_with_a_module(sizes, name, tmp_path):
    module = Sized(sizes)
    x = np.arange(6, dtype="float32").reshape(2, 3)
    module.save(tmp_path / name)
    again = Sized.load(tmp_path / name, allow_pickle=True)
    found = again.get_config()["sizes"]
    assert found == module.get_config()["sizes"] == json.loads(json.dumps(found))
    np.testing.assert_array_equal(again(x), module(x))
    decoded = decode(encode(sizes))
    assert type(decoded) is type(sizes)
    assert list(decoded.cont_to_iterator()) == list(sizes.cont_to_iterator())


def test_a_class_of_containers_that_is_not_there_and_a_damaged_one():
    config = encode(Sizes(3, parts={"last": {"size": 2}}))
    with pytest.raises(ValueError, match=r"no class of containers Gone\. Import"):
        decode({**config, "ivy_container": "elsewhere:Gone"})
    moved = {**config, "ivy_container": "elsewhere:Sizes"}
    assert type(decode(moved, custom_objects={"Sizes": Sizes})) is Sizes
    with pytest.raises(ValueError, match=r"damaged: it does not say how Sizes is built"):
        decode({**config, "rest": []})
