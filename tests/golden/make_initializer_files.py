"""Write `initializer_files.bin`, which `tests/initializers/test_old_files.py` reads.

    python -m tests.golden.make_initializer_files

Pickles and configs, by the commit that came before initializers had rooms. Written anew, they would
test nothing.
"""

import pathlib
import pickle

import keras
import numpy as np

from keras_ivy import initializers
from tests.initializers.cases import CASES, make

FILE = pathlib.Path(__file__).parent / "initializer_files.bin"
RULES = [
    initializers.Rule("bias", "zeros"),
    initializers.Rule(keras.layers.Dense, "normal(std=0.5)"),
]
SCHEMES = [
    getattr(initializers, name)
    for name in sorted(initializers.__all__)
    if name.endswith("Scheme") and name != "Scheme"
]


def reports():
    """What the functions for whole models return."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(2)])
    x = np.linspace(-1.0, 1.0, 12, dtype="float32").reshape(4, 3)
    return [
        initializers.initialize_model(model, "he_normal", seed=1, dry_run=True),
        initializers.lsuv(model, x, seed=1, verbose=0),
        initializers.geometry_of(model.layers[0], model.layers[0].kernel),
    ]


def main():
    """Write all of them."""
    made = {name: make(name, arguments, seed=3) for name, arguments, _, _ in CASES}
    things = {
        "configs": {name: keras.initializers.serialize(each) for name, each in made.items()},
        "initializers": made,
        "rules": RULES,
        "schemes": SCHEMES,
        "reports": reports(),
    }
    FILE.write_bytes(pickle.dumps(things))


if __name__ == "__main__":
    main()
