"""The cost of an optimizer step against Keras's own optimizers, on the shapes of real models.

    python benchmarks/optimizer_step.py [--shapes resnet bert tiny large] [--modes function ...]

Ratios below one mean less time than Keras takes for the same algorithm in the same mode. LARS,
which Keras does not have, is measured against the formula written with `keras.ops`, variable by
variable.
"""

import argparse
import gc
import resource
import time

import keras
import numpy as np
import tensorflow as tf
from _timing import header, interleave
from keras import ops

from keras_ivy.optimizers import LAMB, LARS, SGD, Adam, AdamW


def resnet() -> list[tuple]:
    """The trainable variables of ResNet-50: 161 tensors, 25.6M elements."""
    shapes = [(7, 7, 3, 64), (64,), (64,)]
    before = 64
    for width, blocks in ((64, 3), (128, 4), (256, 6), (512, 3)):
        for block in range(blocks):
            if block == 0:
                shapes += [(1, 1, before, 4 * width), *[(4 * width,)] * 2]
            inside = before if block == 0 else 4 * width
            shapes += [(1, 1, inside, width), *[(width,)] * 2]
            shapes += [(3, 3, width, width), *[(width,)] * 2]
            shapes += [(1, 1, width, 4 * width), *[(4 * width,)] * 2]
        before = 4 * width
    return [*shapes, (2048, 1000), (1000,)]


def bert() -> list[tuple]:
    """The trainable variables of BERT-base: 199 tensors, 110M elements."""
    shapes = [(30522, 768), (512, 768), (2, 768), (768,), (768,)]
    for _ in range(12):
        for _ in range(4):
            shapes += [(768, 768), (768,)]
        shapes += [(768,), (768,), (768, 3072), (3072,), (3072, 768), (768,), (768,), (768,)]
    return [*shapes, (768, 768), (768,)]


SHAPES = {
    "resnet": resnet,
    "bert": bert,
    "tiny": lambda: [(64,)] * 1000,
    "large": lambda: [(50_000, 1000)],
}


class PlainLARS(keras.optimizers.Optimizer):
    """The formula of LARS as one writes it on Keras's base class."""

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable."""
        lr = ops.cast(learning_rate, variable.dtype)
        gradient = ops.cast(gradient, variable.dtype)
        weight_norm = ops.sqrt(ops.sum(ops.square(variable)))
        gradient_norm = ops.sqrt(ops.sum(ops.square(gradient)))
        ratio = weight_norm / (gradient_norm + 1e-12)
        self.assign_sub(variable, ratio * lr * gradient)


PAIRS = {
    "Adam": (lambda: keras.optimizers.Adam(1e-4), lambda: Adam(1e-4)),
    "AdamW": (
        lambda: keras.optimizers.AdamW(1e-4, weight_decay=0.01),
        lambda: AdamW(1e-4, weight_decay=0.01),
    ),
    "AdamW paper": (
        lambda: keras.optimizers.AdamW(1e-4, weight_decay=0.01),
        lambda: AdamW(1e-4, weight_decay=0.01, variant="paper"),
    ),
    "LAMB": (lambda: keras.optimizers.Lamb(1e-4), lambda: LAMB(1e-4)),
    "LAMB paper": (
        lambda: keras.optimizers.Lamb(1e-4, weight_decay=0.01),
        lambda: LAMB(1e-4, variant="paper", weight_decay=0.01),
    ),
    "LARS": (lambda: PlainLARS(1e-4), lambda: LARS(1e-4)),
    "SGD": (lambda: keras.optimizers.SGD(1e-4), lambda: SGD(1e-4)),
}

MODES = ("function", "xla", "eager")

#: TensorFlow hands every operation to a thread until it has timed it a hundred times and knows
#: which are short: all the difference to a thousand tiny tensors, and soon past in training.
WARMUP = 120


def stepper(optimizer, variables, grads, mode: str):
    """Return a function that makes one step, and the seconds of the first.

    The gradients are captured, not passed: a thousand arguments cost more than a step.
    """

    def apply():
        optimizer.apply(grads, variables)
        return optimizer.iterations + 0

    optimizer.build(variables)
    if mode != "eager":
        apply = tf.function(apply, jit_compile=mode == "xla", autograph=False)
    start = time.perf_counter()
    np.asarray(apply())
    return (lambda: np.asarray(apply())), time.perf_counter() - start


def measure(name: str, shapes: str, mode: str, rounds: int) -> None:
    """Print the ratio of one optimizer on one set of shapes in one mode."""
    rng = np.random.default_rng(0)
    base = rng.normal(size=1_000_000).astype("float32")
    values = [np.resize(base, shape) for shape in SHAPES[shapes]()]
    grads = [tf.constant(0.01 * v) for v in values]
    # Each trains variables of its own: compiled by XLA, a step leaves them in other buffers.
    (theirs, their_first), (ours, our_first) = (
        stepper(make(), [keras.Variable(0.05 * v) for v in values], grads, mode)
        for make in PAIRS[name]
    )
    del values
    warmup = WARMUP if (shapes, mode) == ("tiny", "function") else 1
    medians = interleave({"keras": theirs, "ours": ours}, rounds=rounds, warmup=warmup)
    print(
        f"{name:12s} {shapes:7s} {mode:9s} {medians['keras'] * 1e3:9.2f} ms "
        f"{medians['ours'] * 1e3:9.2f} ms   ratio {medians['ours'] / medians['keras']:6.3f}   "
        f"first step {their_first:6.2f} s {our_first:6.2f} s   "
        f"ratio {our_first / their_first:6.3f}",
        flush=True,
    )
    del theirs, ours, grads
    keras.backend.clear_session()
    gc.collect()


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--optimizers", nargs="+", default=list(PAIRS), choices=list(PAIRS))
    parser.add_argument("--shapes", nargs="+", default=list(SHAPES), choices=list(SHAPES))
    parser.add_argument("--modes", nargs="+", default=list(MODES), choices=MODES)
    parser.add_argument("--rounds", type=int, default=12)
    options = parser.parse_args()
    print(header())
    for shapes in options.shapes:
        made = [int(np.prod(s)) for s in SHAPES[shapes]()]
        print(f"{shapes}: {len(made)} tensors, {sum(made) / 1e6:.1f}M elements")
        for mode in options.modes:
            for name in options.optimizers:
                measure(name, shapes, mode, options.rounds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"peak memory of the process: {peak / 2**20:.2f} GiB")


if __name__ == "__main__":
    main()
