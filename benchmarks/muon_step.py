"""The cost of a step of Muon, against Keras's and against the matrix products alone.

    python benchmarks/muon_step.py [--blocks 12] [--modes function xla] [--rounds 3]

The shapes are those of BERT-base. Keras's Muon makes variables of two dimensions orthogonal, so
that all projections are `(768, 768)` here, and in "ours" they are one matrix each, as there; the
embeddings are called so, and go to AdamW in both. "ours by heads" has the projections of attention
as Keras's `MultiHeadAttention` has them, `(768, 12, 64)`, and makes each head orthogonal by itself,
which Keras's does not do: it hands such kernels to AdamW. "products" are the matrix products of
"ours" one after another, and nothing else.
"""

import argparse
import contextlib
import time
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from _timing import header, interleave

from keras_ivy.optimizers import Layout, Muon
from keras_ivy.optimizers.formulas.orthogonal import IN_A_ROW, LONG, Matrices
from keras_ivy.optimizers.rules.layouts import LayoutRow

WIDTH, HEADS, INNER, STEPS = 768, 12, 3072, 5
SIZE = WIDTH // HEADS


def tables() -> dict[str, tuple]:
    """What both leave to AdamW, but for vectors."""
    return {
        "words/embeddings": (30522, WIDTH),
        "positions/embeddings": (512, WIDTH),
        "segments/embeddings": (2, WIDTH),
    }


def shapes(blocks: int, by_heads: bool) -> dict[str, tuple]:
    """The trainable variables of BERT-base with so many blocks."""
    found = tables()
    inwards = (WIDTH, HEADS, SIZE) if by_heads else (WIDTH, WIDTH)
    outwards = (HEADS, SIZE, WIDTH) if by_heads else (WIDTH, WIDTH)
    for i in range(blocks):
        for name in ("query", "key", "value"):
            found[f"b{i}/{name}/kernel"] = inwards
        found[f"b{i}/output/kernel"] = outwards
        found[f"b{i}/up/kernel"] = (WIDTH, INNER)
        found[f"b{i}/down/kernel"] = (INNER, WIDTH)
        found |= {f"b{i}/v{j}": (WIDTH,) for j in range(9)} | {f"b{i}/up/bias": (INNER,)}
    return found | {"pooler/kernel": (WIDTH, WIDTH), "pooler/bias": (WIDTH,)}


def layout(given: dict[str, tuple]) -> Layout:
    """What `layout_of` would say of a model with these variables."""
    rows = []
    for path, shape in given.items():
        matrices = None
        if len(shape) == 2 and "embeddings" not in path:
            matrices = Matrices(shape, (0, 1), (1, *shape))
        elif len(shape) == 3:
            heads = shape.index(HEADS)
            order = (heads, *(axis for axis in range(3) if axis != heads))
            rest = [shape[axis] for axis in order[1:]]
            matrices = Matrices(shape, order, (HEADS, rest[0], rest[1]))
        rows.append(LayoutRow(path, shape, matrices, "kernel", matrices is not None))
    return Layout(rows)


def stepper(optimizer, given: dict[str, tuple], mode: str) -> Callable[[], object]:
    """Return a function that makes one step."""
    base = np.random.default_rng(0).normal(size=1_000_000).astype("float32")
    variables, grads = [], []
    for path, shape in given.items():
        *scopes, leaf = path.split("/")
        with contextlib.ExitStack() as stack:
            for scope in scopes:
                stack.enter_context(keras.name_scope(scope))
            value = np.resize(base, shape)
            variables.append(keras.Variable(0.05 * value, name=leaf))
            grads.append(tf.constant(0.01 * value))
    optimizer.build(variables)

    def apply():
        optimizer.apply(grads, variables)
        return optimizer.iterations + 0

    return compiled(apply, mode)


def compiled(fn: Callable, mode: str) -> Callable[[], object]:
    """Return a function that waits for its result."""
    function = tf.function(fn, jit_compile=mode == "xla", autograph=False)
    start = time.perf_counter()
    np.asarray(function())
    print(f"  first call {time.perf_counter() - start:6.1f} s", flush=True)
    return lambda: np.asarray(function())


def products(given: dict[str, tuple], mode: str) -> Callable[[], object]:
    """Return a function that makes the matrix products of a step of "ours" alone.

    Of matrices with orthonormal rows, whose products neither grow nor vanish.
    """
    rng = np.random.default_rng(0)
    sizes = [s for path, s in given.items() if len(s) == 2 and "embeddings" not in path]
    drawn = {
        s: tf.constant(np.eye(*s)[rng.permutation(s[0])].astype("float32")) for s in set(sizes)
    }
    # Variables, so that nothing is worked out beforehand, nor once for all.
    held = [tf.Variable(drawn[s]) for s in sizes]

    def multiply():
        ends = [iterate(x.value())[0, 0] for x in held]
        return tf.add_n(ends)

    return compiled(multiply, mode)


def iterate(x: tf.Tensor) -> tf.Tensor:
    """The products of the iteration on one matrix."""
    rows, columns = x.shape
    wide = rows <= columns

    def gram(x):
        return tf.matmul(x, x, transpose_a=not wide, transpose_b=wide)

    def multiplied(p, x):
        return tf.matmul(p, x) if wide else tf.matmul(x, p)

    if max(rows, columns) < LONG * min(rows, columns):
        for _ in range(STEPS):
            a = gram(x)
            x = multiplied(tf.matmul(a, a), x)
        return x
    for start in range(0, STEPS, IN_A_ROW):
        a, q = gram(x), None
        for i in range(start, min(start + IN_A_ROW, STEPS)):
            p = tf.matmul(a, a)
            q = p if q is None else tf.matmul(p, q)
            if i + 1 < min(start + IN_A_ROW, STEPS):
                a = tf.matmul(p, tf.matmul(a, p))
        x = multiplied(q, x)
    return x


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--blocks", type=int, default=12)
    parser.add_argument("--modes", nargs="+", default=["function", "xla"])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(header())
    whole, heads = shapes(options.blocks, False), shapes(options.blocks, True)
    count = sum(int(np.prod(s)) for s in whole.values())
    print(f"BERT-base, {options.blocks} blocks: {len(whole)} tensors, {count / 1e6:.1f}M elements")
    for mode in options.modes:
        ours = {"variant": "keras", "adam_learning_rate": None, "weight_decay": 0.004}
        functions = {
            "keras": stepper(keras.optimizers.Muon(1e-3), whole, mode),
            "ours": stepper(Muon(1e-3, adam_weight_decay=0.004, **ours), whole, mode),
            "products": products(whole, mode),
            "ours by heads": stepper(Muon(1e-3, layout=layout(heads), **ours), heads, mode),
        }
        medians = interleave(functions, rounds=options.rounds, warmup=1)
        for name, seconds in medians.items():
            print(
                f"{mode:9s} {name:14s} {seconds:8.3f} s   {seconds / medians['keras']:6.3f} x keras"
                f"   {seconds / medians['products']:6.3f} x products",
                flush=True,
            )


if __name__ == "__main__":
    main()
