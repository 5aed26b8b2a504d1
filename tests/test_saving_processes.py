"""Files opened in a fresh process: with keras_ivy imported, and without."""

import sys

import keras
import numpy as np
import pytest

import keras_ivy as ivy
from tests.one_process import failures_of

X = np.linspace(-1.0, 1.0, 24, dtype="float32").reshape(8, 3)
Y = (X[:, :1] > 0).astype("float32")

USER_CODE = '''
import keras
import keras_ivy as ivy

class Residual(ivy.Module):
    """A block of the user's own, with an argument of every kind a config has to carry."""

    def __init__(self, size, layers=2, activation="relu", initializer=None):
        self._size = size
        self.blocks = [ivy.Linear(size, size, weight_initializer=initializer or ivy.GlorotUniform())
                       for _ in range(layers)]
        self.act = keras.layers.Activation(activation)
        ivy.Module.__init__(self)

    def _forward(self, x):
        for block in self.blocks:
            x = x + self.act(block(x))
        return x
'''

LOAD = """
import numpy as np
{imports}
import keras
path, data, out = {paths}
model = keras.models.load_model(path)
x, y = (np.load(data)[k] for k in "xy")
before = model.predict(x, verbose=0)
model.fit(x, y, epochs=2, shuffle=False, verbose=0)
np.savez(out, before=before, after=model.predict(x, verbose=0))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
def user(folder):
    """A module of the user's, importable here and in a child process."""
    (folder / "user_net.py").write_text(USER_CODE)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        import user_net

        yield user_net
    del sys.modules["user_net"]


def strings_model(user):
    inputs = keras.Input((3,))
    hidden = keras.layers.Dense(4, "tanh", kernel_initializer="glorot_ivy")(inputs)
    outputs = keras.layers.Dense(1, kernel_initializer="siren_ivy(w0=6)")(hidden)
    return keras.Model(inputs, outputs)


def module_model(user):
    inputs = keras.Input((3,))
    hidden = user.Residual(3, layers=2, activation="tanh", initializer=ivy.Siren(w0=2))(inputs)
    return keras.Model(inputs, keras.layers.Dense(1)(hidden))


def sequential_model(user):
    return ivy.Sequential(user.Residual(3), ivy.Linear(3, 4), ivy.ReLU(), ivy.Linear(4, 1))


MAKE = {"strings": strings_model, "module": module_model, "sequential": sequential_model}


def paths(folder, name):
    """Where a model is, what it is trained on, and where its outputs go."""
    return [str(folder / f"{name}{end}") for end in (".keras", "-data.npz", "-out.npz")]


@pytest.fixture(scope="module")
def saved(user, folder):
    """Every model saved after two epochs; its outputs then, and after two more."""
    wanted = {}
    for name, make in MAKE.items():
        keras.utils.set_random_seed(1234)
        model = make(user)
        model.compile(optimizer="adam_ivy", loss="mse")
        model.fit(X, Y, epochs=2, shuffle=False, verbose=0)
        path, data, _ = paths(folder, name)
        model.save(path)
        np.savez(data, x=X, y=Y)
        before = model.predict(X, verbose=0)
        model.fit(X, Y, epochs=2, shuffle=False, verbose=0)
        wanted[name] = before, model.predict(X, verbose=0)
    return wanted


#: What a program imports before it opens a file, in the order of the programs: each finds what the
#: earlier ones have imported, which is less.
IMPORTS = [
    ("strings", ""),
    ("sequential", ""),
    ("module", "import keras_ivy"),
    *((name, "import keras_ivy, user_net") for name in MAKE),
]


@pytest.fixture(scope="module")
def opened(saved, folder):
    """What opening each file fails with after each of the imports, in one fresh process."""
    programs = {
        f"{name} after {imports}": LOAD.format(imports=imports, paths=paths(folder, name))
        for name, imports in IMPORTS
    }
    failures = failures_of(
        programs, PYTHONPATH=str(folder), TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0"
    )
    return dict(zip(IMPORTS, failures.values(), strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("name", MAKE)
def test_keras_file_continues_in_a_fresh_process(saved, opened, folder, name):
    before, after = saved[name]
    assert opened[name, "import keras_ivy, user_net"] == ""
    got = np.load(paths(folder, name)[2])
    np.testing.assert_array_equal(got["before"], before)
    np.testing.assert_allclose(got["after"], after, rtol=1e-6, atol=1e-7)
    assert np.abs(after - before).max() > 1e-5


@pytest.mark.slow
@pytest.mark.parametrize("name", ["strings", "sequential"])
def test_keras_file_without_the_import_names_the_package(opened, name):
    assert "keras_ivy" in opened[name, ""]


@pytest.mark.slow
def test_keras_file_without_the_users_module_names_the_class(opened):
    assert "Residual" in opened["module", "import keras_ivy"]
