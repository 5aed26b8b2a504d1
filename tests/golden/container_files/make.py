"""Write files of containers as this commit writes them, once, for all commits after it.

Run from the root of the repository: `python -m tests.golden.container_files.make`. Not run again
when the code changes: the files show what the code of then wrote.
"""

import pathlib
import pickle

import keras
import numpy as np
import tensorflow as tf

from keras_ivy import Container

FOLDER = pathlib.Path(__file__).parent


def tensors() -> Container:
    """Leaves of every kind that all formats hold, and an empty branch."""
    return Container(
        {
            "encoder": {
                "w": tf.constant([[1.5, -2.0], [0.25, 3.0]]),
                "b": tf.constant([1, 2, 3], "int64"),
                "deep": {"on": True, "rate": 0.125, "name": "siren"},
            },
            "half": tf.constant([0.5, 1.5], "bfloat16"),
            "wide": np.array([1e-300, 2.0]),
            "none_here": {},
            "step": 7,
            "z": tf.constant(1.0 + 2.0j, "complex64"),
        }
    )


def variables() -> Container:
    """What a checkpoint is restored into."""
    return Container(
        b={"w": tf.Variable([1.0, 2.0]), "k": keras.Variable([[3.0]])}, a=tf.constant(4.0), n=5
    )


def optioned() -> Container:
    """Options and attributes, which pickles keep."""
    made = Container({"b": 1, "a": [2, {"q": 3}]}, print_limit=3, alphabetical_keys=False)
    made.inner = {"y": 1.0, "x": 2.0}
    made._note = "kept"
    return made


if __name__ == "__main__":
    tensors().save(FOLDER / "tensors.h5")
    tensors().save(FOLDER / "tensors.pkl")
    tensors().save(FOLDER / "tensors.json")
    for name, made in {"tensors": tensors(), "optioned": optioned()}.items():
        (FOLDER / f"{name}.dumps").write_bytes(pickle.dumps(made))
    tf.train.Checkpoint(v=variables()).write(str(FOLDER / "variables.ckpt"))
