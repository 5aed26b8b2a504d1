"""What array mode costs: eager calls of networks, single operators, and TensorFlow's own way.

Run: python benchmarks/array_mode.py. The bound: 5 % on a network's eager call while it is on; off,
the classes of arrays are TensorFlow's own, which tests/arrays/test_mode.py checks. Turning it on
costs as much as a hundred operators, once: it is told apart, and each case calls so often that it
does not count.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from _timing import header, interleave, report

import keras_ivy as ivy

WIDTH, BATCH, DEPTH = 64, 32, 8
X = tf.constant(np.random.default_rng(0).normal(size=(BATCH, 16, WIDTH)), "float32")


class Network(ivy.Module):
    """Blocks of attention and two linear layers, with the operators that such networks have."""

    def __init__(self) -> None:
        self.norms = [ivy.LayerNorm([WIDTH]) for _ in range(DEPTH)]
        self.attention = [ivy.MultiHeadAttention(WIDTH, num_heads=4) for _ in range(DEPTH)]
        self.hidden = [ivy.Linear(WIDTH, 2 * WIDTH) for _ in range(DEPTH)]
        self.out = [ivy.Linear(2 * WIDTH, WIDTH) for _ in range(DEPTH)]
        super().__init__()

    def _forward(self, x: tf.Tensor) -> tf.Tensor:
        parts = zip(self.norms, self.attention, self.hidden, self.out, strict=True)
        for norm, attention, hidden, out in parts:
            x = x + attention(norm(x))
            x = x + out(ivy.gelu(hidden(x))) * 0.5
            x = x[:, :, :WIDTH] - x.shape[-1] * 0.0
        return x


def stock() -> keras.Model:
    """Keras's own layers."""
    layers = [keras.layers.Dense(WIDTH, "relu") for _ in range(2 * DEPTH)]
    return keras.Sequential([keras.Input((16, WIDTH)), *layers])


def modes(call: Callable[[], object], count: int) -> dict[str, Callable[[], object]]:
    """Calls with array mode off and on."""

    def repeated() -> object:
        return [call() for _ in range(count)][-1]

    def on() -> object:
        with ivy.set_array_mode(True):
            return repeated()

    return {"off": repeated, "on": on}


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    print(header())
    network, dense = Network(), stock()
    small, other = X[0], X[1]
    whole = tf.range(WIDTH)
    cases = {
        "Ivy network, eager call": (lambda: network(X), 30),
        "Keras network, eager call": (lambda: dense(X), 60),
        "float32 + float32": (lambda: small + other, 3000),
        "float32 * 2.0": (lambda: small * 2.0, 3000),
        "x[:, 1]": (lambda: small[:, 1], 3000),
        "int32 + int32": (lambda: whole + whole, 3000),
    }
    for title, (call, count) in cases.items():
        report(title, interleave(modes(call, count), rounds=30, warmup=2), "off")
    switching = {"on and off": lambda: ivy.set_array_mode(True).__exit__()}
    print(f"switching: {interleave(switching, rounds=60)['on and off'] * 1e6:.0f} us")
    print("TensorFlow's numpy behavior, in a process of its own:")
    print(subprocess.run([sys.executable, "-c", NUMPY], capture_output=True, text=True).stdout)


#: What `experimental_enable_numpy_behavior` changes for everybody, and that nothing undoes.
NUMPY = """
import numpy as np, tensorflow as tf
whole, real, truth = tf.constant([1, 2]), tf.constant([1.0, 2.0]), tf.constant([True, False])
rows = {
    "np.sum(tensor)": lambda: type(np.sum(real)).__name__,
    "tensor has `reshape`": lambda: hasattr(real, "reshape"),
    "int32 / int32": lambda: (whole / whole).dtype.name,
    "int32 * 1.5": lambda: (whole * 1.5).dtype.name,
    "float32 * np.float64(2)": lambda: (real * np.float64(2)).dtype.name,
    "float32 * float64 array": lambda: (real * np.ones(2)).dtype.name,
    "bool * float32": lambda: (truth * real).dtype.name,
    "tensor[[0, 1]]": lambda: tf.reshape(tf.range(4), (2, 2))[[0, 1]].shape,
}
def told():
    found = {}
    for name, row in rows.items():
        try:
            found[name] = row()
        except Exception as error:
            found[name] = type(error).__name__
    return found
before = told()
tf.experimental.numpy.experimental_enable_numpy_behavior(prefer_float32=True)
after = told()
for name in rows:
    print(f"  {name:26s} {str(before[name]):12s} -> {after[name]}")
"""


if __name__ == "__main__":
    main()
