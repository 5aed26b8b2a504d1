"""Files that a stranger might send: none runs anything, reads another file, hangs or half loads.

One case for each published advisory about loading Keras models that can concern this package, and
those of its own formats. What is promised stands in `SECURITY.md`.
"""

import contextlib
import dataclasses
import io
import json
import os
import pickle
import time
import warnings
import zipfile

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy import Container
from keras_ivy.adapters.keras import saving as keras_saving
from keras_ivy.container.files import stored
from keras_ivy.optimizers.ivy_side.state import SavedState
from keras_ivy.utils.exceptions import IvyException, IvyFileError

SECRET = b"TOP SECRET OF ANOTHER FILE!!"


class Net(ivy.Module):
    """A module with one layer; its weights are `fc/b` and `fc/w`."""

    def __init__(self):
        self.fc = ivy.Linear(7, 1)
        ivy.Module.__init__(self)

    def _forward(self, x):
        return self.fc(x)


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret.txt"
    path.write_bytes(SECRET)
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["w"] = np.frombuffer(SECRET, "f4")
        file["fc/b"] = np.zeros(1, "f4")
        file["fc/w"] = np.frombuffer(SECRET, "f4").reshape(1, 7)
    return path


# -- HDF5: CVE-2026-1669, -12480, -0897 ----------------------------------------------------------


def external_storage(file, secret):
    file.create_dataset("fc/w", (1, 7), "f4", external=[(str(secret), 0, 28)])


def external_link(file, secret):
    file["fc"] = h5py.ExternalLink(str(secret.with_suffix(".h5")), "/fc")


def dangling_external_link(file, secret):
    file["fc"] = h5py.ExternalLink(str(secret), "/fc")


def external_link_to_a_leaf(file, secret):
    file.create_group("fc")["w"] = h5py.ExternalLink(str(secret.with_suffix(".h5")), "/w")


def soft_link(file, secret):
    file["hidden/b"], file["hidden/w"] = np.zeros(1, "f4"), np.zeros((1, 7), "f4")
    file["fc"] = h5py.SoftLink("/hidden")


def soft_link_to_a_leaf(file, secret):
    file["fc/v"] = np.zeros((1, 7), "f4")
    file["fc/w"] = h5py.SoftLink("/fc/v")


def soft_link_cycle(file, secret):
    file["fc"] = h5py.SoftLink("/")


def virtual_dataset(file, secret):
    layout = h5py.VirtualLayout((1, 7), "f4")
    layout[:] = h5py.VirtualSource(str(secret.with_suffix(".h5")), "fc/w", (1, 7))
    file.create_virtual_dataset("fc/w", layout)


def virtual_dataset_of_the_same_file(file, secret):
    file["x"] = np.zeros(7, "f4")
    layout = h5py.VirtualLayout((1, 7), "f4")
    layout[0] = h5py.VirtualSource(".", "x", (7,))
    file.create_virtual_dataset("fc/w", layout)


def hard_link_cycle(file, secret):
    group = file.create_group("fc")
    group["again"] = group


def cycle_to_the_root(file, secret):
    file["fc/again"] = file["/"]


def shared_groups(file, secret):
    """Two links to each of forty groups: a million million paths."""
    inner = file.create_group("g0")
    inner["w"] = np.zeros(1)
    for level in range(1, 41):
        outer = file.create_group(f"g{level}")
        outer["x"] = outer["y"] = inner
        inner = outer


def shared_empty_groups(file, secret):
    inner = file.create_group("g0")
    for level in range(1, 41):
        outer = file.create_group(f"g{level}")
        outer["x"] = outer["y"] = inner
        inner = outer


def deep_groups(file, secret):
    group = file
    for _ in range(3000):
        group = group.create_group("g")
    group["w"] = 1.0


def shape_bomb(file, secret):
    file.create_dataset("fc/w", (1 << 20, 1 << 20), "f4", chunks=(1 << 10, 1 << 10))


def compressed_bomb(file, secret):
    data = file.create_dataset("fc/w", (1 << 31,), "f4", chunks=(1 << 20,), compression="gzip")
    data[: 1 << 20] = 1.0


def many_small_bombs(file, secret):
    for i in range(40):
        file.create_dataset(f"fc/w{i}", (1 << 26,), "f4", chunks=(1 << 20,))


def contiguous_bomb(file, secret):
    file.create_dataset("fc/w", (1 << 40,), "f4")


def tiny_chunks(file, secret):
    """What one flipped bit made of four numbers in chunks of four."""
    file.create_dataset("fc/b", (1 << 24,), "f4", chunks=(1,))


def note_bomb(file, secret):
    data = file.create_dataset("fc/w", data=np.zeros((1, 7), "f4"))
    data.attrs.create(
        "keras_ivy", np.array(["str"] * 1000, dtype=object), dtype=h5py.string_dtype()
    )


def huge_note(file, secret):
    file.create_dataset("fc/w", data=np.zeros(7)).attrs["keras_ivy_scalar"] = True


def unknown_note(file, secret):
    file.create_dataset("fc/w", data=np.zeros(1)).attrs["keras_ivy"] = "eval"


def number_note(file, secret):
    file.create_dataset("fc/w", data=np.zeros(1)).attrs["keras_ivy"] = -1


def list_note(file, secret):
    file.create_dataset("fc/w", data=np.zeros(1)).attrs["keras_ivy"] = [1, 2]


def text_note_on_numbers(file, secret):
    file.create_dataset("fc/w", data=np.zeros(1)).attrs["keras_ivy"] = "str"


def note_on_nothing(file, secret):
    file.create_dataset("fc/w", data=np.zeros(0)).attrs["keras_ivy_scalar"] = True


def keys_that_are_one(file, secret):
    file["fc.w"] = file["fc/w"] = np.zeros((1, 7), "f4")


def key_without_an_end(file, secret):
    file["fc..w"] = np.zeros((1, 7), "f4")


def key_that_is_no_text(file, secret):
    file.create_group("x")
    group = file.create_group("fc")
    group.id.links.create_hard(b"w\xff", file.id, b"/x")


REFUSED = [
    external_storage,
    external_link,
    dangling_external_link,
    external_link_to_a_leaf,
    soft_link,
    soft_link_to_a_leaf,
    soft_link_cycle,
    virtual_dataset,
    virtual_dataset_of_the_same_file,
    hard_link_cycle,
    cycle_to_the_root,
    shared_groups,
    shared_empty_groups,
    deep_groups,
    shape_bomb,
    compressed_bomb,
    many_small_bombs,
    contiguous_bomb,
    tiny_chunks,
    note_bomb,
    huge_note,
    unknown_note,
    number_note,
    list_note,
    text_note_on_numbers,
    note_on_nothing,
    keys_that_are_one,
    key_without_an_end,
    key_that_is_no_text,
]


@pytest.mark.parametrize("write", REFUSED, ids=lambda write: write.__name__)
def test_hostile_hdf5_is_refused_by_every_reader(write, secret, tmp_path):
    path = tmp_path / "evil.h5"
    with h5py.File(path, "w") as file:
        write(file, secret)
    net = Net()
    leaf = Container(fc={"b": tf.Variable([5.0]), "w": tf.Variable([[5.0] * 7])})
    before = [np.array(w) for w in net.weights]
    for read in (
        Container.load,
        lambda p: Container.load(p, strict=False),
        Container.cont_load,
        Container.cont_from_disk_as_hdf5,
        Container().load,
        leaf.load,
        net.load_weights,
    ):
        with pytest.raises((ValueError, KeyError), match=r"evil\.h5") as caught:
            read(path)
        assert isinstance(caught.value, IvyException)
    for weight, value in zip(net.weights, before, strict=True):
        np.testing.assert_array_equal(weight, value)
    assert leaf.fc.b.numpy() == 5.0
    assert leaf.fc.w.numpy().tolist() == [[5.0] * 7]


@pytest.mark.parametrize("write", REFUSED, ids=lambda write: write.__name__)
def test_hostile_weights_of_keras_are_refused(write, secret, tmp_path):
    path = tmp_path / "evil.weights.h5"
    net = Net()
    net(np.zeros((1, 7), "float32"))
    net.save_weights(path)
    with h5py.File(path, "a") as file:
        file.move("fc", "elsewhere")
        write(file, secret)
    before = [np.array(w) for w in net.weights]
    with pytest.raises(IvyFileError, match=r"evil\.weights\.h5"):
        net.load_weights(path)
    for weight, value in zip(net.weights, before, strict=True):
        np.testing.assert_array_equal(weight, value)


def test_the_bytes_of_other_files_never_arrive(secret, tmp_path):
    """CVE-2026-1669 and -12480 in the words of their reports."""
    for write in (external_storage, external_link, external_link_to_a_leaf, virtual_dataset):
        path = tmp_path / f"{write.__name__}.h5"
        with h5py.File(path, "w") as file:
            write(file, secret)
        with h5py.File(path) as file:  # the attack is real
            assert SECRET in np.asarray(file["fc/w"]).tobytes(), write.__name__
        net = Net()
        with pytest.raises(IvyFileError, match="not read"):
            net.load_weights(path)
        assert SECRET not in np.asarray(net.fc.v.w).tobytes()


@pytest.mark.parametrize(
    "write", [external_storage, external_link, external_link_to_a_leaf, virtual_dataset]
)
def test_adding_to_a_file_writes_to_no_other(write, secret, tmp_path):
    path = tmp_path / "evil.h5"
    with h5py.File(path, "w") as file:
        write(file, secret)
    others = {p: p.read_bytes() for p in (secret, secret.with_suffix(".h5"))}
    c = Container(fc={"w": tf.ones((1, 7)), "x": tf.ones((1, 7))})
    for options in ({"mode": "a"}, {"mode": "a", "max_batch_size": 1}, {"starting_index": 1}):
        with pytest.raises(IvyFileError, match=r"evil\.h5"):
            c.cont_to_disk_as_hdf5(path, **options)
    assert {p: p.read_bytes() for p in others} == others


def test_other_objects_in_a_file_are_no_leaves(tmp_path):
    with h5py.File(tmp_path / "c.h5", "w") as file:
        file["x"] = np.ones(2, "f4")
        file["named"] = np.dtype("f4")
        file["nothing"] = h5py.Empty("f4")
        file["records"] = np.zeros(2, dtype=[("a", "f4")])
        file["blob"] = np.void(b"abc")
        file.create_dataset("ragged", (2,), h5py.vlen_dtype("f4"))
        file.create_dataset("packed", (2,), np.dtype(("f4", (3,))))
        file.create_dataset("pointer", (1,), h5py.ref_dtype)
    with pytest.raises(TypeError, match=r"strict=False.*c\.h5"):
        Container.load(tmp_path / "c.h5")
    assert list(Container.load(tmp_path / "c.h5", strict=False)) == ["x"]


def test_honest_files_of_unusual_form_load(tmp_path):
    """The limits are for bombs: what compresses well, is shared, foreign or empty is none."""
    path = tmp_path / "c.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("zeros", data=np.zeros(1 << 24, "f4"), compression="gzip")
        file.create_dataset("best", data=np.zeros(1 << 24, "f4"), compression="gzip",
                            compression_opts=9, shuffle=True)  # fmt: skip
        file["tied/a"] = np.arange(3.0)
        file["tied/b"] = file["tied/a"]
        file["again"] = file["tied"]
        file["other_endian"] = np.arange(3, dtype=">f4")
        file["scalar"] = np.float64(2.0)
        file["texts"] = np.array([b"ab", b"c"])
        file["none"] = np.zeros((0, 3), "f4")
        file.create_group("empty")
        file.create_dataset("unwritten", (100, 100), "f4", maxshape=(None, None))
    c = Container.load(path)
    assert c.zeros.shape == c.best.shape == (1 << 24,)
    assert c.tied.b.numpy().tolist() == c.again.a.numpy().tolist() == [0.0, 1.0, 2.0]
    assert c.other_endian.numpy().tolist() == [0.0, 1.0, 2.0]
    assert c.scalar.numpy() == 2.0
    assert c.texts.numpy().tolist() == [b"ab", b"c"]
    assert c.none.shape == (0, 3)
    assert isinstance(c.empty, Container)
    assert not c.empty
    assert not c.unwritten.numpy().any()


def test_a_part_of_a_large_sparse_file_loads(tmp_path):
    path = tmp_path / "c.h5"
    Container(x=tf.ones((2, 1000))).cont_to_disk_as_hdf5(path, max_batch_size=1_000_000_000)
    assert Container.cont_from_disk_as_hdf5(path, slice(1, 3)).x.numpy()[:, 0].tolist() == [1, 0]
    with pytest.raises(IvyFileError, match="bytes"):
        Container.load(path)


def test_shapes_are_compared_before_values_are_read(tmp_path, monkeypatch):
    """Two hundred million bytes that nobody asked for are not inflated."""
    path = tmp_path / "w.h5"
    with h5py.File(path, "w") as file:
        file["fc/w"] = np.zeros((1, 7), "f4")
        file.create_dataset("fc/b", (50_000_000,), "f4", chunks=(1 << 20,))
    read = []
    monkeypatch.setattr(h5py.Dataset, "__getitem__", lambda self, key: read.append(self.name))
    net, c = Net(), Container(fc={"b": tf.Variable([5.0]), "w": tf.Variable([[5.0] * 7])})
    for load in (net.load_weights, c.load, lambda p: c.load(p, strict=False)):
        with pytest.raises(ValueError, match=r"fc/b.*50000000.*w\.h5"):
            load(path)
    assert not read


# -- what cannot be saved --------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["a\0one", "\ud800", "deep/\0"])
def test_keys_that_hdf5_would_cut_are_refused_by_name(key, tmp_path):
    with pytest.raises(ValueError, match=r"NUL.*key="):
        Container({key: 1.0}).save(tmp_path / "c.h5")
    with pytest.raises(ValueError, match=r"NUL.*key="):
        Container({key: {}}).save(tmp_path / "c.h5")
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("leaf", ["a\0b", "\udfff", 1 << 64, -(1 << 64)])
def test_leaves_that_hdf5_would_cut_are_refused_by_name(leaf, tmp_path):
    with pytest.raises(ValueError, match=r"'x/y' cannot be written"):
        Container(x={"y": leaf}).save(tmp_path / "c.h5")
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("levels", [stored.DEEPEST, stored.DEEPEST + 1])
def test_what_is_written_is_no_deeper_than_what_is_read(levels, tmp_path):
    deep = {"w": 1.0}
    for _ in range(levels):
        deep = {"a": deep}
    path = tmp_path / "c.h5"
    if levels > stored.DEEPEST:
        with pytest.raises(ValueError, match=f"at most {stored.DEEPEST} levels"):
            Container(deep).save(path)
        return
    Container(deep).save(path)
    assert list(Container.load(path).flatten().values()) == [1.0]


# -- pickles and JSON ------------------------------------------------------------------------------


class Program:
    def __reduce__(self):
        return os.mkdir, ("ran",)


def test_pickles_are_not_read_by_their_suffix(tmp_path, monkeypatch):
    """As `numpy.load`: a pickle is a program, and a file name is no reason to run one."""
    monkeypatch.chdir(tmp_path)
    for name in ("m.pkl", "m.pickle"):
        with open(name, "wb") as file:
            file.write(pickle.dumps(Program()))
        for load in (Container.load, Container(a=1).load, ivy.Module.load):
            with pytest.raises(IvyFileError, match=f"program.*allow_pickle=True.*{name}"):
                load(name)
    os.rename("m.pkl", "m")
    for load in (Container.load, ivy.Module.load):
        with pytest.raises(IvyFileError):
            load("m")
    assert not os.path.exists("ran")


def test_pickles_that_never_end(tmp_path):
    shared = {"x": 1}
    for _ in range(34):
        shared = {"x": shared, "y": shared}
    loop = {}
    loop["loop"] = [loop]
    nested = 1
    for _ in range(400):
        nested = [nested]
    pair = ("x",)
    for _ in range(34):
        pair = (pair, pair)
    path = tmp_path / "c.pkl"
    for content in (shared, loop):
        path.write_bytes(pickle.dumps(content))
        with pytest.raises(IvyFileError, match=r"c\.pkl"):
            Container.load(path, allow_pickle=True)
    path.write_bytes(pickle.dumps({"a": pair}))
    assert type(Container.load(path, allow_pickle=True).a) is tuple


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[1]",
        b"{",
        b'{"a": ' * 5000,
        b'{"a.b": 1, "a/b": 2}',
        b'{"": 1}',
        b'{"a": ' + b"9" * 10000 + b"}",
    ],
    ids=range(8),
)
def test_hostile_json(content, tmp_path):
    path = tmp_path / "c.json"
    path.write_bytes(content)
    c = Container(a=tf.Variable(1.0))
    for load in (Container.load, c.load, Container.cont_from_disk_as_json):
        with pytest.raises(IvyFileError, match=r"c\.json"):
            load(path)
    assert c.a.numpy() == 1.0


# -- .keras archives: CVE-2025-1550, -8747, -9905, -9906, -12058, CVE-2026-1462, -12479, -12481 ----

RAN = []


@dataclasses.dataclass
class Job:
    """Some dataclass of the program that nobody registered, and that does things."""

    command: str

    def __post_init__(self):
        RAN.append(self.command)


@dataclasses.dataclass
class Sizes:
    width: int = 3
    act: type[keras.layers.Layer] | None = None


class Unregistered(keras.layers.Layer):
    """A layer of the program that nobody registered."""

    def __init__(self, *args, **kwargs):
        RAN.append(args)
        super().__init__()


class Configured(ivy.Module):
    """A module whose constructor takes everything that a config may carry."""

    def __init__(self, size=3, spec=None, norm=None, act=None, sizes: Sizes | None = None):
        self.fc = ivy.Linear(size, size)
        self.spec, self.act = spec, act
        self.norm = norm(size) if isinstance(norm, type) else norm
        ivy.Module.__init__(self)

    def _forward(self, x):
        return self.fc(x)


def archive(path, extra_files=(), **changes):
    """Write a `.keras` file of `Configured` whose config says something else."""
    module = Configured()
    module(np.zeros((1, 3), "float32"))
    module.save(path.with_name("honest.keras"))
    with zipfile.ZipFile(path.with_name("honest.keras")) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "config.json":
                config = json.loads(content)
                config["config"].update(changes)
                content = json.dumps(config).encode()
            new.writestr(name, content)
        for name, content in extra_files:
            new.writestr(name, content)
    return path


def job(where="tests.test_hostile_files:Job"):
    return {"ivy_dataclass": where, "fields": {"command": "echo"}}


def layer_class(name, origin):
    return {"ivy_class_value": f"class {name}", "origin": origin}


LAMBDA = {
    "module": "keras.layers",
    "class_name": "Lambda",
    "config": {
        "name": "evil",
        "function": {
            "class_name": "__lambda__",
            "config": {"code": "4wAAAA==", "defaults": None, "closure": None},
        },
    },
    "registered_name": None,
}
TFSM = {
    "module": "keras.layers",
    "class_name": "TFSMLayer",
    "config": {"name": "evil", "filepath": "elsewhere", "call_endpoint": "serve"},
    "registered_name": None,
}
LOOKUP = {
    "module": "keras.layers",
    "class_name": "StringLookup",
    "config": {"name": "evil", "vocabulary": "/etc/passwd"},
    "registered_name": None,
}


def function(module, name):
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


def instance(module, name, **config):
    return {"module": module, "class_name": name, "config": config, "registered_name": name}


HOSTILE_CONFIGS = {
    "a dataclass of the program": {"spec": job()},
    "a dataclass in a list": {"spec": [1, {"a": job()}]},
    "a dataclass in a tuple": {"spec": {"ivy_tuple": [job()]}},
    "a dataclass in the annotated one": {
        "sizes": {"ivy_dataclass": "x:Sizes", "fields": {"width": job()}}
    },
    "a dataclass of the library": {"spec": job("keras_ivy.module.options:Options")},
    "a class that is none": {"spec": job("subprocess:Popen")},
    "a class through a module": {"spec": job("tests.test_hostile_files:dataclasses.sys")},
    "a registered layer as a dataclass": {"spec": job("keras_ivy:Linear")},
    "an unregistered layer": {
        "norm": layer_class("Unregistered", "tests.test_hostile_files:Unregistered")
    },
    "Lambda as a class": {"norm": layer_class("Lambda", "keras.src:Lambda")},
    "Lambda by its long name": {
        "norm": layer_class("Lambda", "keras.src.layers.core.lambda_layer:Lambda")
    },
    "Lambda in the annotated dataclass": {
        "sizes": {"ivy_dataclass": "x:Sizes", "fields": {"act": layer_class("Lambda", "keras:L")}}
    },
    "TFSMLayer as a class": {"norm": layer_class("TFSMLayer", "keras.layers:TFSMLayer")},
    "TorchModuleWrapper as a class": {
        "norm": layer_class("TorchModuleWrapper", "keras.layers:TorchModuleWrapper")
    },
    "no layer as a class": {"norm": layer_class("Adam", "keras.optimizers:Adam")},
    "Lambda as an argument": {"norm": LAMBDA},
    "Lambda in a list": {"spec": [[LAMBDA]]},
    "TFSMLayer as an argument": {"norm": TFSM},
    "StringLookup of a file": {"norm": LOOKUP},
    "get_file": {"act": function("keras.utils", "get_file")},
    "load_model": {"act": function("keras.saving", "load_model")},
    "enable_unsafe_deserialization": {
        "act": function("keras.config", "enable_unsafe_deserialization")
    },
    "os.system": {"act": function("os", "system")},
    "a function of builtins": {"act": function("builtins", "exec")},
    "a class of subprocess": {"act": instance("subprocess", "Popen", args=["true"])},
    "a class of keras that is no layer": {"act": instance("keras.src.utils.file_utils", "Path")},
    "an unknown ivy function": {"act": {"ivy_function": "os.system"}},
    "a later ivy function": {"act": {"ivy_function": "gelu_of_a_later_version"}},
}

DAMAGED_CONFIGS = {
    "a number as a dataclass": {"spec": {"ivy_dataclass": 5, "fields": {}}},
    "nothing as a dataclass": {"spec": {"ivy_dataclass": None, "fields": {}}},
    "no fields": {"sizes": {"ivy_dataclass": "x:Sizes"}},
    "fields that are a list": {"sizes": {"ivy_dataclass": "x:Sizes", "fields": [1]}},
    "unknown fields": {"sizes": {"ivy_dataclass": "x:Sizes", "fields": {"depth": 1}}},
    "a number as a class": {"norm": {"ivy_class_value": 5}},
    "a list as an origin": {"norm": {"ivy_class_value": "class ReLU", "origin": [1]}},
    "a number as a function": {"act": {"ivy_function": 5}},
    "a list as a function": {"act": {"ivy_function": ["relu"]}},
    "a number as a tuple": {"spec": {"ivy_tuple": 5}},
    "a number as the class": {"ivy_class": 5},
    "a number as ties": {"ivy_ties": 5},
    "numbers as ties": {"ivy_ties": [[1, 2]]},
    "an argument that is none": {"no_such": 1},
}


@pytest.mark.parametrize("name", [*HOSTILE_CONFIGS, *DAMAGED_CONFIGS])
def test_hostile_archives_are_refused(name, tmp_path):
    path = archive(tmp_path / "evil.keras", **(HOSTILE_CONFIGS | DAMAGED_CONFIGS)[name])
    RAN.clear()
    with pytest.raises((ValueError, TypeError)):
        keras.saving.load_model(path)
    with pytest.raises(IvyFileError, match=r"evil\.keras"):
        ivy.Module.load(path)
    module = Configured()
    config = {**module.get_config(), **(HOSTILE_CONFIGS | DAMAGED_CONFIGS)[name]}
    with pytest.raises((ValueError, TypeError)):
        Configured.from_config(config)
    assert not RAN
    assert keras_saving.is_safe()


def test_an_unknown_function_names_the_nearest(tmp_path):
    path = archive(tmp_path / "m.keras", act={"ivy_function": "gelu_of_a_later_version"})
    with pytest.raises(ValueError, match=r"'gelu'.*'gelu_of_a_later_version'"):
        keras.saving.load_model(path)
    path = archive(tmp_path / "m.keras", act={"ivy_function": "gellu"})
    with pytest.raises(ValueError, match=r"Did you mean .*'gelu'"):
        keras.saving.load_model(path)


def test_who_trusts_a_file_may_say_so(tmp_path):
    path = archive(tmp_path / "m.keras", spec=job(), norm=None)
    RAN.clear()
    keras.saving.load_model(path, safe_mode=False)
    assert RAN == ["echo"]
    loaded = keras.saving.load_model(path, custom_objects={"Job": Job})
    assert loaded.spec == Job("echo")
    assert ivy.Module.load(path, custom_objects={"Job": Job}).spec == Job("echo")
    where = layer_class("Unregistered", "tests.test_hostile_files:Unregistered")
    path = archive(tmp_path / "n.keras", norm=where)
    assert type(keras.saving.load_model(path, safe_mode=False).norm) is Unregistered
    with keras.saving.custom_object_scope({"Unregistered": Unregistered}):
        assert type(keras.saving.load_model(path).norm) is Unregistered


@pytest.mark.parametrize(
    "name",
    ["../outside.txt", "/tmp/keras_ivy_out.txt", "assets/../../outside.txt", "..\\outside.txt"],
)
def test_members_of_archives_that_belong_elsewhere(name, tmp_path):
    """CVE-2026-12479 and the traversals: nothing is written outside."""
    path = archive(tmp_path / "m.keras", extra_files=[(name, b"x")])
    for load in (ivy.Module.load, Configured().load_weights):
        with pytest.raises(IvyFileError, match=r"outside|keras_ivy_out"):
            load(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras's own function passes over them with a warning
        keras.saving.load_model(path)
    assert not (tmp_path.parent / "outside.txt").exists()
    assert not os.path.exists("/tmp/keras_ivy_out.txt")


def test_archives_that_inflate_or_lead_away(tmp_path):
    path = archive(tmp_path / "m.keras")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("assets/zeros", bytes(1 << 27))
    link = archive(tmp_path / "link.keras")
    with zipfile.ZipFile(link, "a") as file:
        member = zipfile.ZipInfo("assets/link")
        member.external_attr = 0o120777 << 16
        file.writestr(member, "/etc/passwd")
    for evil in (path, link):
        for load in (ivy.Module.load, Configured().load_weights):
            with pytest.raises(IvyFileError, match=f"member.*{evil.name}"):
                load(evil)


def test_archives_that_are_none(tmp_path):
    path = archive(tmp_path / "m.keras")
    whole = path.read_bytes()
    module = Configured()
    for content in (b"", b"PK\x03\x04", b"junk", whole[:-30], whole[: len(whole) // 2]):
        path.write_bytes(content)
        for load in (ivy.Module.load, module.load_weights):
            with pytest.raises(IvyFileError, match=r"m\.keras"):
                load(path)


def test_layer_names_that_are_paths_write_nothing_outside(tmp_path):
    model = keras.Sequential([keras.Input((3,)), ivy.Linear(3, 2)])
    path = tmp_path / "m.keras"
    model.save(path)
    with zipfile.ZipFile(path) as file:
        members = {name: file.read(name) for name in file.namelist()}
    config = json.loads(members["config.json"])
    config["config"]["layers"][1]["config"]["name"] = "../../outside"
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(name, json.dumps(config) if name == "config.json" else content)
    with contextlib.suppress(ValueError):
        keras.saving.load_model(path).save(tmp_path / "again.keras")
    assert set(os.listdir(tmp_path)) <= {"m.keras", "again.keras"}


def test_a_saved_optimizer_reaches_no_code(tmp_path):
    for value in (function("os", "system"), LAMBDA, {"class_name": "__lambda__", "config": {}}):
        config = ivy.LAMB(rules=[ivy.Rule("bias", decay=False)]).get_config()
        for key in ("learning_rate", "weight_decay", "rules"):
            changed = {**config, key: value if key != "rules" else [value]}
            with pytest.raises((ValueError, TypeError)):
                keras.optimizers.deserialize({"class_name": "keras_ivy>LAMB", "config": changed})


def test_functions_that_a_graph_may_name_are_a_closed_list():
    for name in ("os.system", "eval", "load", 5, None, ["relu"], "__import__"):
        with pytest.raises((TypeError, ValueError), match="no such function"):
            keras.saving.deserialize_keras_object(
                {
                    "module": "keras_ivy.ops.dispatch",
                    "class_name": "FunctionCall",
                    "registered_name": "keras_ivy>FunctionCall",
                    "config": {"function": name},
                }
            )


@pytest.mark.parametrize("pattern", ["(a+)+!", "(" * 5000, "a" * 100_000, "(a|a)*!", "(?:a*)*b"])
def test_a_saved_rule_does_not_search_for_ever(pattern, tmp_path):
    """A regular expression of a file meets the names of layers of the same file."""
    net = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, name="a" * 60)])
    net.compile(ivy.AdamW(weight_decay=0.1, rules=[ivy.Rule("bias", decay=False)]), "mse")
    net.fit(np.ones((2, 3)), np.ones((2, 1)), verbose=0)
    net.save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as file:
        members = {name: file.read(name) for name in file.namelist()}
    text = members["config.json"].decode()
    assert text.count('"match": "bias"') == 1
    members["config.json"] = text.replace('"match": "bias"', f'"match": "{pattern}"').encode()
    with zipfile.ZipFile(tmp_path / "m.keras", "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    start = time.monotonic()
    with pytest.raises((ValueError, TypeError)):
        keras.saving.load_model(tmp_path / "m.keras")
    assert time.monotonic() - start < 10


def test_the_state_in_a_checkpoint_holds_what_it_stores():
    state = SavedState(None)

    def packed(compression, **arrays):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", compression) as archive:
            for name, content in arrays.items():
                archive.writestr(f"{name}.npy", content)
        return file.getvalue()

    def array(value):
        file = io.BytesIO()
        np.save(file, value)
        return file.getvalue()

    program = io.BytesIO()
    np.save(program, np.array([Program()], object), allow_pickle=True)
    huge = io.BytesIO()
    header = {"descr": "<f8", "fortran_order": False, "shape": (1 << 50,)}
    np.lib.format.write_array_header_1_0(huge, header)
    damaged = array(np.zeros(4)).replace(b"(4,)", b"(4,(")
    for content in (
        b"",
        b"junk",
        packed(zipfile.ZIP_STORED, version=array(1)),
        packed(zipfile.ZIP_DEFLATED, count=array(1), version=array(np.zeros(1 << 24))),
        packed(zipfile.ZIP_STORED, count=program.getvalue(), version=array(1)),
        packed(zipfile.ZIP_STORED, count=huge.getvalue(), version=array(1)),
        packed(zipfile.ZIP_STORED, count=damaged, version=array(1)),
    ):
        with pytest.raises(IvyFileError, match="state of an optimizer"):
            state.deserialize(content)
    assert not os.path.exists("ran")


def test_text_that_many_share_is_counted(tmp_path, monkeypatch):
    """Thousands of elements may point at one long text of the file; h5py writes none such."""
    with h5py.File(tmp_path / "c.h5", "w") as file:
        file.create_dataset("t", data=["x" * 100] * 1000, dtype=h5py.string_dtype())
    assert Container.load(tmp_path / "c.h5").t.shape == (1000,)
    monkeypatch.setattr(stored, "_FREE", 1000)
    monkeypatch.setattr(stored, "_RATIO", 0.1)
    with pytest.raises(IvyFileError, match="far more text"):
        Container.load(tmp_path / "c.h5")
