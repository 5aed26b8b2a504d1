"""A save is whole or has not been: over an old file, by many at once, killed, or failing."""

import itertools
import os
import pathlib
import random
import signal
import stat
import subprocess
import sys
import threading
import time

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy import Container
from tests.one_process import WITHOUT_EXTRAS


class Net(ivy.Module):
    def __init__(self, size=4):
        self.fc = ivy.Linear(3, size)
        ivy.Module.__init__(self)

    def _forward(self, x):
        return self.fc(x)


def net(value):
    module = Net()
    module(np.zeros((1, 3), "float32"))
    for weight in module.weights:
        weight.assign(tf.fill(weight.shape, float(value)))
    return module


def value_of(path):
    """What a file holds, if it is whole."""
    path = pathlib.Path(path)
    if path.name.endswith(".weights.h5"):
        module = net(-1)
        module.load_weights(path)
    elif path.name.startswith("module"):
        module = ivy.Module.load(path, allow_pickle=True)
    else:
        found = Container.load(path, allow_pickle=True)
        return found.fc if isinstance(found.fc, int) else int(found.fc.w.numpy()[0, 0])
    values = {int(x) for w in module.weights for x in np.asarray(w).flatten()}
    assert len(values) == 1
    return values.pop()


WAYS = {
    "c.h5": lambda path, x: net(x).v.save(path),
    "c.hdf5": lambda path, x: net(x).v.cont_to_disk_as_hdf5(path),
    "added.h5": lambda path, x: net(x).v.cont_to_disk_as_hdf5(path, mode="a"),
    "c.pkl": lambda path, x: net(x).v.save(path),
    "c.json": lambda path, x: Container(fc=int(x)).save(path),
    "w.h5": lambda path, x: net(x).save_weights(path),
    "k.weights.h5": lambda path, x: net(x).save_weights(path),
    "module.keras": lambda path, x: net(x).save(path),
    "module.pkl": lambda path, x: net(x).save(path),
}


@pytest.fixture(params=WAYS)
def way(request, tmp_path):
    return tmp_path / request.param, WAYS[request.param]


def test_an_error_leaves_the_old_file_and_nothing_else(way, tmp_path, monkeypatch):
    path, save = way
    save(path, 1)

    def fail(*args, **kwargs):
        raise OSError(28, "No space left on device")

    for thing, name in [(os, "replace"), (os, "chmod")]:
        with monkeypatch.context() as patch:
            patch.setattr(thing, name, fail)
            with pytest.raises(OSError, match="No space left"):
                save(path, 2)
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", lambda *args: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            save(path, 2)
    assert os.listdir(tmp_path) == [path.name]
    assert value_of(path) == 1
    save(path, 2)
    assert value_of(path) == 2


def test_links_permissions_and_pipes(way, tmp_path):
    path, save = way
    save(path, 1)
    usual = tmp_path / "usual"
    usual.touch()
    mode = stat.S_IMODE(usual.stat().st_mode)
    assert stat.S_IMODE(path.stat().st_mode) == mode, "a new file has the usual permissions"
    path.chmod(0o640)
    link = tmp_path / "links" / path.name
    link.parent.mkdir()
    link.symlink_to(path)
    save(link, 2)
    assert link.is_symlink()
    assert value_of(path) == 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(link.parent) == [path.name]
    folder = tmp_path / "folder" / path.name
    folder.mkdir(parents=True)
    with pytest.raises(OSError, match="folder"):
        save(folder, 3)


def test_a_protected_file_stays(way, monkeypatch):
    path, save = way
    save(path, 1)
    # As for anybody but root, who may write everything.
    allowed = os.access
    monkeypatch.setattr(os, "access", lambda p, m: m != os.W_OK and allowed(p, m))
    with pytest.raises(PermissionError, match=path.name):
        save(path, 2)
    assert value_of(path) == 1


def test_long_names(tmp_path):
    path = tmp_path / ("é" * 120 + ".h5")
    Container(a=1).save(path)
    assert Container.load(path).a == 1


def test_a_device_is_written_as_it_is():
    Container(a=1).save("/dev/null", format="json")
    assert not os.path.isfile("/dev/null")


def test_many_threads_save_to_one_name(way, tmp_path):
    path, save = way
    save(path, 0)
    errors, seen = [], []

    def work(number):
        try:
            for i in range(4):
                save(path, number)
                if i % 2:
                    seen.append(value_of(path))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert set(seen) <= {1, 2, 3, 4}
    assert os.listdir(tmp_path) == [path.name]


def test_keras_overwrite_asks(tmp_path, monkeypatch):
    answers = []
    monkeypatch.setattr("builtins.input", lambda *args: answers.pop(0))
    for name, save in [("m.keras", Net.save), ("m.weights.h5", Net.save_weights)]:
        path = tmp_path / name
        save(net(1), path)
        old = path.read_bytes()
        answers.append("n")
        save(net(2), path, overwrite=False)
        assert path.read_bytes() == old
        answers.append("y")
        save(net(2), path, overwrite=False)
        assert path.read_bytes() != old
        assert not answers
    net(1).save(tmp_path / "m.pkl", overwrite=False)
    with pytest.raises(ValueError, match=r"exists.*m\.pkl"):
        net(1).save(tmp_path / "m.pkl", overwrite=False)


def test_shards_are_written_beside_and_put_in_place(tmp_path, monkeypatch):
    path = tmp_path / "m.weights.json"
    net(1).save_weights(path, max_shard_size=0.01)
    names = sorted(os.listdir(tmp_path))
    assert names == ["m.weights.json", "m_00000.weights.h5"]
    with monkeypatch.context() as patch:
        patch.setattr(keras.Model, "save_weights", lambda *a, **k: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            net(2).save_weights(path, max_shard_size=0.01)
    assert sorted(os.listdir(tmp_path)) == names
    other = net(0)
    other.load_weights(path)
    assert float(other.fc.v.w[0, 0]) == 1.0


def test_callbacks_use_them(tmp_path):
    module = net(1)
    module.compile("sgd_ivy", "mse")
    path = tmp_path / "m.keras"
    save = keras.callbacks.ModelCheckpoint(path)
    for _ in range(2):
        module.fit(np.ones((4, 3)), np.ones((4, 4)), callbacks=[save], verbose=0)
    assert os.listdir(tmp_path) == ["m.keras"]


NET = """
import keras_ivy as ivy

class Killed(ivy.Module):
    def __init__(self):
        self.many = [ivy.Linear(50, 50) for _ in range(60)]
        ivy.Module.__init__(self)

    def _forward(self, x):
        for layer in self.many:
            x = layer(x)
        return x

class Large(ivy.Module):
    def __init__(self):
        self.many = [ivy.Linear(30, 30) for _ in range(40)]
        self.fc = ivy.Linear(300, 300)
        ivy.Module.__init__(self)

    def _forward(self, x):
        return self.fc(x)
"""

FULL_DISK = """
import os, resource, signal, sys
import numpy as np, keras_ivy as ivy, saved_net
from keras_ivy.adapters.keras import saving as keras_saving
from keras_ivy.container.files import hdf5
os.mkdir("full")
os.chdir("full")
net = saved_net.Large()
net(np.zeros((1, 300), "f4"))
few, many = ivy.Container(a=np.ones(300000, "f4")), net.v.map(np.asarray)
ways = {
    "few.h5": few.save, "many.h5": many.save, "c.pkl": few.save, "c.json": many.save,
    "parts.h5": lambda p: few.cont_to_disk_as_hdf5(p, max_batch_size=400000),
    "more.h5": lambda p: few.cont_to_disk_as_hdf5(p, mode="a"),
    "w.h5": net.save_weights, "k.weights.h5": net.save_weights,
    "m.keras": net.save, "m.pkl": net.save,
}
for name in ways:
    ivy.Container(a=1).save(name, format="h5")
most = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, most[1]))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
memory = hdf5._IN_MEMORY, keras_saving.is_memory_sufficient
for size in ("small", "large"):
    if size == "large":  # too large to build in memory
        hdf5._IN_MEMORY = 0
        keras_saving.is_memory_sufficient = lambda model: False
        del ways["k.weights.h5"], ways["m.keras"]  # Keras's own writers
        os.remove("k.weights.h5"), os.remove("m.keras")
    for name, save in ways.items():
        try:
            save(name)
        except OSError as error:
            if ivy.Container.load(name, format="h5").a != 1:
                print(size, name, "is gone")
        else:
            print(size, name, "did not fail")
    print(size, *sorted(set(os.listdir()) - set(ways)), "alive")
hdf5._IN_MEMORY, keras_saving.is_memory_sufficient = memory
resource.setrlimit(resource.RLIMIT_FSIZE, most)
os.chdir("..")
print("end", flush=True)
"""

SAVE_FOR_EVER = """
sys.stdin.readline()
net = saved_net.Killed()
net(np.zeros((1, 50), "f4"))
ways = [
    lambda: net.save("m.keras"), lambda: net.save_weights("m.weights.h5"),
    lambda: net.save("m.pkl"), lambda: net.save_weights("w.h5"), lambda: net.v.save("c.pkl"),
]
for way in ways: way()
print("saved", flush=True)
while True:
    for way in ways: way()
"""


@pytest.fixture(scope="module")
def child(tmp_path_factory):
    """A process that has saved on a full disk and waits; what it says of that; its folder."""
    folder = tmp_path_factory.mktemp("child")
    (folder / "saved_net.py").write_text(NET)
    root = str(pathlib.Path(ivy.__file__).parents[1])
    env = os.environ | {"PYTHONPATH": os.pathsep.join([root, str(folder)])}
    program = WITHOUT_EXTRAS + FULL_DISK + SAVE_FOR_EVER
    command, pipe = [sys.executable, "-c", program], subprocess.PIPE
    with subprocess.Popen(
        command, cwd=folder, env=env, stdin=pipe, stdout=pipe, text=True
    ) as process:
        try:
            said = itertools.takewhile(lambda line: line != "end\n", process.stdout)
            yield process, list(said), folder
        finally:
            process.kill()


@pytest.mark.slow
@pytest.mark.parametrize("size", ["small", "large"])
def test_a_full_disk_is_an_error_and_leaves_the_old_files(child, size):
    assert [line for line in child[1] if line.startswith(size)] == [f"{size} alive\n"]


def assert_files_are_whole(folder, module):
    module(np.zeros((1, 50), "float32"))
    module.load_weights(folder / "m.weights.h5")
    module.load_weights(folder / "w.h5")
    assert len(Container.load(folder / "c.pkl", allow_pickle=True).flatten()) == 120
    for name in ("m.keras", "m.pkl"):
        loaded = ivy.Module.load(folder / name, allow_pickle=True)
        assert len(loaded.weights) == 120


@pytest.mark.slow
def test_a_killed_save_leaves_a_whole_file(child, monkeypatch):
    process, _, folder = child
    monkeypatch.syspath_prepend(folder)
    import saved_net

    process.stdin.write("go on\n")
    process.stdin.flush()
    assert process.stdout.readline() == "saved\n"
    # Stopped, a process leaves the files that it would leave if it was killed there.
    for seed, stop in enumerate([signal.SIGSTOP, signal.SIGSTOP, signal.SIGKILL]):
        process.send_signal(signal.SIGCONT)
        time.sleep(random.Random(seed).uniform(0.05, 0.5))
        process.send_signal(stop)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        assert_files_are_whole(folder, saved_net.Killed())
    del sys.modules["saved_net"]
