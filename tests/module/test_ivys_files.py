"""What real Ivy 1.0.0.5 saved, in each of its ways, loads into the module of one's own program."""

import pathlib
import pickle
import shutil

import keras
import numpy as np
import pytest

import keras_ivy as ivy
from keras_ivy import commands

FILES = pathlib.Path(__file__).parents[1] / "golden" / "ivy_files"
EXPECTED = np.load(FILES / "net_expected.npz")
#: Names of files, and what wrote them.
SAVED = {
    "net.hdf5": "module.save_weights",
    "net_v.pkl": "module.v.cont_to_disk_as_pickled",
    "net_v.pickle": "pickle.dump(module.v, file)",
    "net_module.pickle": "module.save",
}
PROGRAM = """
import ivy


class Block(ivy.Module):
    def __init__(self, size):
        self.fc, self._norm = ivy.Linear(size, size), ivy.LayerNorm([size])
        super().__init__()

    def _create_variables(self, device=None, dtype=None):
        return {"scale": ivy.zeros((3,))}

    def _forward(self, x):
        return ivy.relu(self._norm(self.fc(x))) * self.v.scale + x


class Net(ivy.Module):
    def __init__(self):
        self._layers = [Block(3) for _ in range(2)]
        self._out = ivy.Linear(3, 1)
        super().__init__()

    def _forward(self, x):
        for layer in self._layers:
            x = layer(x)
        return self._out(x)
"""


def net():
    names = {}
    with ivy.drop_in.install():
        exec(PROGRAM, names)
    return names["Net"]()


def assert_loaded(module):
    found = {path.replace("/", "|"): np.asarray(w) for path, w in module.v.flatten().items()}
    assert set(found) == set(EXPECTED.files) - {"x", "y"}
    for path, value in found.items():
        np.testing.assert_array_equal(value, EXPECTED[path])
    np.testing.assert_allclose(module(EXPECTED["x"]), EXPECTED["y"], rtol=2e-6)


@pytest.mark.parametrize("name", SAVED)
def test_weights_of_real_ivy_load_by_one_line(name):
    module = net()
    module.load_weights(FILES / name, allow_pickle=not name.endswith(".hdf5"))
    assert_loaded(module)


@pytest.mark.parametrize("name", SAVED)
def test_weights_of_real_ivy_are_a_container(name):
    module = net()
    module.v = ivy.Container.load(FILES / name, allow_pickle=not name.endswith(".hdf5"))
    assert_loaded(module)


@pytest.mark.parametrize("name", [n for n in SAVED if n != "net.hdf5"])
def test_pickles_are_read_when_they_are_allowed_alone(name, tmp_path):
    module = net()
    before = {path: np.array(w) for path, w in module.v.flatten().items()}
    with pytest.raises(OSError, match=r"a pickle is a program.*allow_pickle=True.*save_weights"):
        module.load_weights(FILES / name)
    with pytest.raises(ValueError, match=r"`allow_pickle=True`|a module of real Ivy"):
        ivy.Module.load(FILES / name)
    for path, value in before.items():
        np.testing.assert_array_equal(module.v[path], value)
    # Another name tells nothing: it is taken to be HDF5 unless a pickle is allowed.
    shutil.copy(FILES / name, tmp_path / "weights")
    with pytest.raises(OSError, match="weights"):
        module.load_weights(tmp_path / "weights")
    module.load_weights(tmp_path / "weights", allow_pickle=True)
    assert_loaded(module)


def test_hdf5_is_known_by_its_content(tmp_path):
    shutil.copy(FILES / "net.hdf5", tmp_path / "weights.pkl")
    module = net()
    module.load_weights(tmp_path / "weights.pkl")
    assert_loaded(module)


def test_a_module_of_real_ivy_is_no_module_here():
    with pytest.raises(OSError, match=r"a module of real Ivy.*load_weights\(path, allow_pickle"):
        ivy.Module.load(FILES / "net_module.pickle", allow_pickle=True)


def test_reading_a_whole_module_runs_nothing_of_the_program(tmp_path, monkeypatch):
    """Classes of the program, and functions that its pickle names, are stood in for."""
    content = (FILES / "net_module.pickle").read_bytes()
    assert b"ivynet" in content
    (tmp_path / "ivynet.py").write_text("raise SystemError('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    module = net()
    module.load_weights(FILES / "net_module.pickle", allow_pickle=True)
    assert_loaded(module)


def test_weights_of_another_structure_change_nothing(tmp_path):
    values = ivy.Container.load(FILES / "net_v.pkl", allow_pickle=True)
    values["out/w"] = np.zeros((2, 3), "float32")
    with (tmp_path / "other.pkl").open("wb") as file:
        pickle.dump(values.cont_to_dict(), file)
    module = net()
    before = {path: np.array(w) for path, w in module.v.flatten().items()}
    with pytest.raises(ValueError, match=r"'out/w'.*\(2, 3\)"):
        module.load_weights(tmp_path / "other.pkl", allow_pickle=True)
    for path, value in before.items():
        np.testing.assert_array_equal(module.v[path], value)
    with pytest.raises(TypeError, match="`allow_pickle` must be"):
        module.load_weights(FILES / "net.hdf5", allow_pickle="yes")


@pytest.mark.parametrize("name", SAVED)
@pytest.mark.parametrize("target", ["net.keras", "net.weights.h5"])
def test_weights_become_files_of_keras(name, target, tmp_path):
    pickled = not name.endswith(".hdf5")
    ivy.convert_weights(net(), FILES / name, tmp_path / target, allow_pickle=pickled)
    if target.endswith(".keras"):
        loaded = keras.saving.load_model(tmp_path / target)
    else:
        loaded = net()
        loaded.load_weights(tmp_path / target)
    assert_loaded(loaded)


def test_converting_tells_what_it_cannot(tmp_path):
    with pytest.raises(ValueError, match=r"ends in '.keras' or '.weights.h5'. Received: target="):
        ivy.convert_weights(net(), FILES / "net.hdf5", tmp_path / "net.hdf5")
    with pytest.raises(OSError, match="a pickle is a program"):
        ivy.convert_weights(net(), FILES / "net_v.pkl", tmp_path / "net.keras")
    with pytest.raises(TypeError, match=r"`module` is a Module. Received: module=None"):
        ivy.convert_weights(None, FILES / "net.hdf5", tmp_path / "net.keras")
    assert not list(tmp_path.iterdir())


def test_converting_on_the_command_line(tmp_path, capsys):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    target = str(tmp_path / "net.weights.h5")
    source = str(FILES / "net_module.pickle")
    convert = ["convert", f"{program}:Net", source, target]
    assert commands.main(convert) == 2
    assert "a pickle is a program" in capsys.readouterr().err
    assert commands.main([*convert, "--allow-pickle"]) == 0
    assert f"{target}: 12 weights" in capsys.readouterr().out
    loaded = net()
    loaded.load_weights(target)
    assert_loaded(loaded)
    assert commands.main(["convert", f"{program}:Other", source, target]) == 2
    assert "no such class or function; it has ['Block', 'Net']" in capsys.readouterr().err
    assert commands.main(["convert", "Net", source, target]) == 2
    assert "`net.py:Net`" in capsys.readouterr().err


def test_converting_says_how_to_give_the_constructor_its_arguments(tmp_path, capsys):
    program = tmp_path / "factory.py"
    program.write_text(
        PROGRAM + "\n\nclass Sized(Net):\n    def __init__(self, width):\n"
        "        Net.__init__(self)\n\n\ndef make():\n    return Sized(3)\n"
    )
    rest = [str(FILES / "net.hdf5"), str(tmp_path / "net.weights.h5")]
    assert commands.main(["convert", f"{program}:Sized", *rest]) == 2
    said = capsys.readouterr().err
    assert "missing a required argument: 'width'" in said
    assert "`factory.py:make`" in said
    assert commands.main(["convert", f"{program}:make", *rest]) == 0
