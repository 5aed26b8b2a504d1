"""Importing the package: quiet, and complete."""

import inspect
import json
import os
import pathlib
import re
import subprocess
import sys

import pytest

import keras_ivy

#: Answers every question of these tests, in the order in which they can be asked.
CODE = """
import json, os, sys
import keras

def mark():
    for number in (1, 2):
        os.write(number, b"MARK\\n")  # past the buffers, as the logs of C++ go

before = set(sys.modules)
sys.stdout.flush(), sys.stderr.flush()
mark()
import keras_ivy
sys.stdout.flush(), sys.stderr.flush()
mark()
new = sorted({name.partition(".")[0] for name in set(sys.modules) - before})

import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
try:
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    devices = len(tf.config.list_logical_devices("CPU"))
except RuntimeError as error:
    devices = str(error)
print(json.dumps({"new": new, "devices": devices}))
"""


@pytest.fixture(scope="module")
def imported() -> tuple[dict, list[str]]:
    """What a fresh process says of itself, and what the import printed there."""
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", CODE],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"},
    )
    parts = [text.split("MARK\n") for text in (done.stdout, done.stderr)]
    assert [len(part) for part in parts] == [3, 3]
    return json.loads(parts[0][2]), [part[1] for part in parts]


def test_import_prints_nothing(imported):
    assert imported[1] == ["", ""]


def test_import_leaves_optional_packages_alone(imported):
    optional = {"jax", "sklearn", "matplotlib", "rich", "scipy", "pandas", "pytest"}
    new = set(imported[0]["new"])
    assert "keras_ivy" in new
    assert new & optional == set()


def test_import_leaves_devices_to_be_configured(imported):
    assert imported[0]["devices"] == 2  # TensorFlow refuses once it has made a tensor


def test_every_public_name_is_there_once():
    assert [name for name in keras_ivy.__all__ if not hasattr(keras_ivy, name)] == []
    assert len(set(keras_ivy.__all__)) == len(keras_ivy.__all__)


def test_completion_shows_what_is_public_and_nothing_else():
    assert dir(keras_ivy) == sorted(keras_ivy.__all__)
    assert dir(keras_ivy.ops) == sorted(keras_ivy.ops.__all__)
    assert "adapters" not in dir(keras_ivy)
    assert "convolve" not in dir(keras_ivy.ops)


@pytest.mark.parametrize(
    "package", ["", "ops/", "ops/arrays/", "ops/ivy/", "ops/maths/", "ops/nn/", "ops/spatial/"]
)
def test_a_function_is_listed_where_it_is_written_and_not_again(package):
    root = pathlib.Path(keras_ivy.__file__).parent
    text = (root / package / "__init__.py").read_text(encoding="utf-8")
    words = set(re.findall(r'"(\w+)"|(?<=import )(\w+)', text))
    functions = {n for n in keras_ivy.ops.__all__ if inspect.isfunction(getattr(keras_ivy.ops, n))}
    assert len(functions) > 300
    assert words & functions == set()


def test_every_public_class_and_function_is_documented():
    public = {name: getattr(keras_ivy, name) for name in keras_ivy.__all__}
    own = {n: x for n, x in public.items() if getattr(x, "__module__", "").startswith("keras_ivy")}
    assert len(own) > 100
    assert [name for name, x in own.items() if not x.__doc__] == []


def test_a_misspelt_name_gets_the_nearest_ones():
    with pytest.raises(AttributeError, match=r"no attribute 'Lineer'\. Did you mean 'Linear'"):
        keras_ivy.Lineer  # noqa: B018
    with pytest.raises(AttributeError, match=r"no attribute '__wrapped__'$"):
        keras_ivy.__wrapped__  # noqa: B018
    assert not hasattr(keras_ivy, "Lineer")
    assert getattr(keras_ivy, "no_such_name_at_all", 3) == 3
