"""Write the files in this folder: modules as version 0.1.0 saved them, before its state moved.

Run: `python -c "from tests.golden.module_files import make; make.main()"`, at the commit whose
files are wanted; not as a script, since pickles name the module that defines a class.
`tests/module/test_files_before.py` shows that what was written then loads.
"""

import pathlib

import keras
import numpy as np
import tensorflow as tf

import keras_ivy as ivy
from tests.module.nets import Late, Mixed, Statistics, X, Y

HERE = pathlib.Path(__file__).parent


class Whole(ivy.Module):
    """All that a module may hold: buffers, shared arrays, generators, names of Keras's."""

    def __init__(self, size=3, **kwargs):
        w = np.arange(1.0, 1.0 + size * size, dtype="float32").reshape(size, size) / 10.0
        self._layers = [ivy.Linear(size, size, v={"w": w, "b": np.full(size, i)}) for i in (0, 1)]
        self.kept = {"a.b": (keras.layers.Dense(2), ivy.Dropout(0.2, seed=3)), "none": None}
        self._size = size
        ivy.Module.__init__(self, buffers={"shift": np.ones(size, "float32")}, **kwargs)

    def _create_variables(self, device, dtype):
        inner = {"scale": tf.fill([self._size], tf.cast(2.0, dtype))}
        return {"own": inner, "count": tf.constant([3])}

    def _forward(self, x):
        for layer in self._layers:
            x = layer(x)
        dense, dropout = self.kept["a.b"]
        return dense(dropout(x * self.v.own.scale + self.buffers["shift"]))


#: What is saved, by name, and whether an optimizer goes along.
MADE = {
    "whole": (lambda: Whole(name="whole"), False),
    "mixed": (lambda: Mixed(name="mixed"), True),
    "late": (lambda: Late(hidden=2, name="late"), False),
    "statistics": (lambda: Statistics(name="statistics", training=False), False),
}


def filled(name):
    """One of the modules, called, with values that depend on nothing but places."""
    make, trained = MADE[name]
    module = make()
    module(X, training=False)
    for index, weight in enumerate(module.weights):
        if weight.dtype.startswith("float"):
            values = np.cos(index + np.arange(int(np.prod(weight.shape)))) + 1.5
            weight.assign(values.reshape(weight.shape).astype("float32"))
    if trained:
        module.compile(ivy.optimizers.Adam(0.01), "mse")
        module.fit(X, Y, shuffle=False, verbose=0)
    return module


def main():
    """Write all files, and what the modules compute and hold."""
    facts = {}
    for name in MADE:
        module = filled(name)
        module.save(HERE / f"{name}.keras")
        module.save(HERE / f"{name}.pkl")
        module.save_weights(HERE / f"{name}.weights.h5")
        module.save_weights(HERE / f"{name}.h5")
        facts[f"{name} outputs"] = module(X, training=False).numpy()
        facts |= {f"{name} v {path}": np.array(w) for path, w in module.v.flatten().items()}
        facts |= {f"{name} buffer {k}": np.array(w) for k, w in module.buffers.flatten().items()}
        if module.compiled:
            variables = enumerate(module.optimizer.variables)
            facts |= {f"{name} optimizer {i:03}": np.array(x) for i, x in variables}
        if name == "whole":
            tf.train.Checkpoint(model=module).write(str(HERE / f"{name}.ckpt"))
    np.savez_compressed(HERE / "facts.npz", **facts)
