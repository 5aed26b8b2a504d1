"""What must be there before anything else is imported: Keras 3.15 on the TensorFlow backend.

Imported first by `keras_ivy/__init__.py`, so that what is missing is said in one sentence and not
by whichever attribute happens to be asked for first.
"""

import os
import re

from keras_ivy.utils.exceptions import IvyImportError

#: The oldest versions that work.
OLDEST = {"Keras": (3, 15), "TensorFlow": (2, 18)}


def version_of(text: str) -> tuple[int, int]:
    """Return the first two numbers of a version.

    Example:

    >>> version_of("3.16.0.dev2026102704")
    (3, 16)
    """
    match = re.match(r"(\d+)\.(\d+)", text)
    if match is None:
        raise IvyImportError(f"A version begins with two numbers. Received: version={text!r}")
    return int(match.group(1)), int(match.group(2))


def check_backend(backend: str) -> None:
    """Refuse another backend than TensorFlow's.

    Raises:
        IvyImportError: If Keras computes with another one.
    """
    if backend != "tensorflow":
        raise IvyImportError(
            "keras_ivy works with Keras's TensorFlow backend alone: set the environment variable "
            'KERAS_BACKEND=tensorflow, or "backend": "tensorflow" in ~/.keras/keras.json, before '
            f"Keras is imported. Received: backend={backend!r}"
        )


def check_version(name: str, version: str) -> None:
    """Refuse a Keras or TensorFlow that is too old.

    Raises:
        IvyImportError: If it is.
    """
    major, minor = OLDEST[name]
    if version_of(version) < (major, minor):
        raise IvyImportError(
            f"keras_ivy needs {name} {major}.{minor} or later: "
            f'pip install -U "{name.lower()}>={major}.{minor}". Received: version={version!r}'
        )


try:
    import keras
except ImportError:
    # Keras imports its backend: without JAX, `KERAS_BACKEND=jax` ends here.
    check_backend(os.environ.get("KERAS_BACKEND", "tensorflow"))
    raise

check_version("Keras", keras.__version__)
check_backend(keras.backend.backend())

import tensorflow as tf  # noqa: E402 (only here is it certain that Keras uses it)

check_version("TensorFlow", tf.__version__)

#: The first two numbers of the versions. The files are asked, not what is installed: wheels of
#: `keras` and of `keras-nightly` unpack over each other, and the last one stands.
KERAS = version_of(keras.__version__)
TENSORFLOW = version_of(tf.__version__)
