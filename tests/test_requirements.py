"""What is said at import when the package cannot work with what is there."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

from keras_ivy.utils import requirements
from keras_ivy.utils.exceptions import IvyException

ROOT = pathlib.Path(__file__).parents[1]
ENV = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}

#: Keras imports its backend, and only some are installed beside TensorFlow. This one is `import
#: keras` as it goes where they are.
STAND_IN = """
import sys, types
keras = types.ModuleType("keras")
keras.__version__ = {version!r}
keras.backend = types.SimpleNamespace(backend=lambda: {backend!r})
sys.modules["keras"] = keras
"""


def failure(code: str, **env: str) -> str:
    """The last line of what a program that fails prints."""
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=ENV | env
    )
    assert run.returncode == 1, run.stderr
    return run.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize("backend", ["jax", "torch", "numpy", "openvino"])
def test_another_backend_is_refused_in_one_sentence(backend):
    code = STAND_IN.format(version="3.15.0", backend=backend) + "import keras_ivy.ops"
    line = failure(code)
    assert line.startswith("keras_ivy.utils.exceptions.IvyImportError: keras_ivy works with ")
    assert "TensorFlow backend alone" in line
    assert "KERAS_BACKEND=tensorflow" in line
    assert "~/.keras/keras.json" in line
    assert f"Received: backend={backend!r}" in line


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_a_backend_that_is_not_installed_is_refused_in_the_same_sentence(backend):
    blocked = f"import sys; sys.modules[{backend!r}] = None; import keras_ivy"
    line = failure(blocked, KERAS_BACKEND=backend)
    assert "IvyImportError: keras_ivy works with Keras's TensorFlow backend alone" in line
    assert f"Received: backend={backend!r}" in line


def test_real_keras_on_another_backend_is_refused():
    assert "Received: backend='numpy'" in failure("import keras_ivy", KERAS_BACKEND="numpy")


@pytest.mark.parametrize("version", ["3.14.1", "3.12.0", "2.15.0"])
def test_an_old_keras_is_refused_before_an_attribute_is_missed(version):
    line = failure(STAND_IN.format(version=version, backend="tensorflow") + "import keras_ivy")
    assert line == (
        "keras_ivy.utils.exceptions.IvyImportError: keras_ivy needs Keras 3.15 or later: "
        f'pip install -U "keras>=3.15". Received: version={version!r}'
    )


def test_an_old_tensorflow_is_refused():
    with pytest.raises(ImportError, match=r'pip install -U "tensorflow>=2.18"'):
        requirements.check_version("TensorFlow", "2.17.1")


@pytest.mark.parametrize(
    ("name", "version"),
    [("Keras", "3.15.0"), ("Keras", "3.16.0.dev2026102704"), ("Keras", "4.0"),
     ("TensorFlow", "2.18.0"), ("TensorFlow", "2.22.0rc0"), ("TensorFlow", "2.23.0-dev20261026")],
)  # fmt: skip
def test_new_versions_pass_pre_releases_too(name, version):
    requirements.check_version(name, version)


def test_programs_for_ivy_and_for_python_can_catch_it():
    with pytest.raises(IvyException):
        requirements.check_backend("jax")
    with pytest.raises(ImportError):
        requirements.check_backend("jax")


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", requirements.OLDEST)
def test_the_oldest_versions_are_said_the_same_everywhere(name):
    version = "{}.{}".format(*requirements.OLDEST[name])
    assert f'"{name.lower()}>={version}"' in text_of("pyproject.toml")
    assert f"{name} {version} or later" in text_of("README.md")


def test_the_oldest_python_is_said_the_same_everywhere():
    oldest = re.search(r'requires-python = ">=3\.(\d+)"', text_of("pyproject.toml")).group(1)
    listed = text_of("pyproject.toml")
    classified = re.findall(r'"Programming Language :: Python :: 3\.(\d+)"', listed)
    assert classified[0] == oldest == "11"  # Keras 3.15 itself wants Python 3.11
    assert f"Python 3.{oldest} or later" in text_of("README.md")
    assert f'target-version = "py3{oldest}"' in text_of("pyproject.toml")
