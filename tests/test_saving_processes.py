"""Files opened in a fresh process: with keras_ivy imported, and without."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest

import keras_ivy as ivy

ENV = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}
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
import sys
import numpy as np
{imports}
import keras
path, data, out = sys.argv[1:]
model = keras.models.load_model(path)
x, y = (np.load(data)[k] for k in "xy")
before = model.predict(x, verbose=0)
model.fit(x, y, epochs=2, shuffle=False, verbose=0)
np.savez(out, before=before, after=model.predict(x, verbose=0))
"""


def child(code: str, *args) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", code, *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, env=ENV)


@pytest.fixture
def user(tmp_path, monkeypatch):
    """A module of the user's, importable here and in a child process."""
    (tmp_path / "user_net.py").write_text(USER_CODE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(ENV, "PYTHONPATH", str(tmp_path))
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


@pytest.mark.slow
@pytest.mark.parametrize("make", [strings_model, module_model, sequential_model])
def test_keras_file_continues_in_a_fresh_process(user, tmp_path, make):
    model = make(user)
    model.compile(optimizer="adam_ivy", loss="mse")
    model.fit(X, Y, epochs=2, shuffle=False, verbose=0)
    path, data, out = (tmp_path / name for name in ("model.keras", "data.npz", "out.npz"))
    model.save(path)
    np.savez(data, x=X, y=Y)
    before = model.predict(X, verbose=0)
    model.fit(X, Y, epochs=2, shuffle=False, verbose=0)
    after = model.predict(X, verbose=0)

    result = child(LOAD.format(imports="import keras_ivy, user_net"), path, data, out)
    assert result.returncode == 0, result.stderr
    got = np.load(out)
    np.testing.assert_array_equal(got["before"], before)
    np.testing.assert_allclose(got["after"], after, rtol=1e-6, atol=1e-7)
    assert np.abs(after - before).max() > 1e-5


@pytest.mark.slow
@pytest.mark.parametrize("make", [strings_model, sequential_model])
def test_keras_file_without_the_import_names_the_package(user, tmp_path, make):
    model = make(user)
    model.compile(optimizer="adam_ivy", loss="mse")
    model.fit(X, Y, verbose=0)
    path = tmp_path / "model.keras"
    model.save(path)
    result = child(LOAD.format(imports=""), path, "none", "none")
    assert result.returncode != 0
    assert "keras_ivy" in result.stderr


@pytest.mark.slow
def test_keras_file_without_the_users_module_names_the_class(user, tmp_path):
    model = module_model(user)
    path = tmp_path / "model.keras"
    model.save(path)
    result = child(LOAD.format(imports="import keras_ivy"), path, "none", "none")
    assert result.returncode != 0
    assert "Residual" in result.stderr
