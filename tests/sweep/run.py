"""Run parts of the sweep and print what was found, as JSON lines.

    python -m tests.sweep.run constructors [--only layers] [--share 5] [--seed 1]
    python -m tests.sweep.run constructors methods functions --share 7 20 40

Run it in a process of its own: it limits the memory that this process can have.
"""

import argparse
import collections
import json
import sys
import zlib

from tests.sweep import constructors, functions, methods, outcome, values

#: Sizes of variables: as many as 10**9 mean gigabytes, which a large machine has.
SIZES = {
    "embed_dim", "embedding_dim", "filter_shape", "filter_size", "head_dim", "input_channels",
    "key_dim", "normalized_shape", "num_channels", "num_embeddings", "num_features", "num_heads",
    "output_channels", "shape", "value_dim",
    "dimensions", "minlength", "window_length",
    "output_size", "num", "n", "n_rows", "n_cols", "depth", "repeats", "population_size", "size",
    "num_samples", "num_bands", "output_shape", "noise_shape", "batch_shape", "k", "stop", "high",
    "pad_width", "padding", "scale_factor", "kernel", "scale", "start", "step", "offset",
}  # fmt: skip


def spoiled(good, without=()):
    """Pairs of an argument and a value, and the call's arguments with that value."""
    for argument in good:
        for label, make in values.VALUES.items():
            if label in without:
                continue
            if label in ("10**9", "2**40") and argument in SIZES:
                continue
            yield argument, label, {**good, argument: make()}


def sweep(targets, share=1, seed=0, trace=False, rest=False):
    """Yield `(name, argument, value, kind, detail)` of one of `share` calls, or of the others."""
    for name, (call, good) in targets:
        # A symbolic tensor is an array to a function; its errors are then those of Keras.
        without = ("KerasTensor",) if name.startswith("functions.") else ()
        kind, detail = outcome.outcome(lambda call=call, good=good: call(**good))
        if kind != "accepted":
            yield name, "", "as it should be", "broken", detail
            continue
        for argument, label, arguments in spoiled(good, without):
            drawn = zlib.crc32(f"{seed} {name} {argument} {label}".encode()) % share == 0
            if drawn == rest:
                continue
            if trace:
                sys.stderr.write(f"{name}({argument}={label})\n")
            yield (
                name, argument, label,
                *outcome.outcome(lambda call=call, a=arguments: call(**a)),
            )  # fmt: skip


#: Functions that set a state of the whole library come last.
PARTS = {
    "constructors": constructors.constructors,
    "methods": methods.methods,
    "functions": functions.functions,
}


def main():
    """Print the outcomes of parts, one after another."""
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", choices=PARTS, nargs="+")
    parser.add_argument("--only", default="", help="part of the names of callables")
    parser.add_argument(
        "--share", type=int, nargs="+", default=[1], help="make one of so many calls, by part"
    )
    parser.add_argument("--rest", action="store_true", help="make those that --share leaves out")
    parser.add_argument("--seed", type=int, default=0, help="which ones")
    parser.add_argument("--start", default="", help="name of the first callable")
    parser.add_argument("--trace", action="store_true", help="tell each call before it is made")
    options = parser.parse_args()
    if len(options.share) == 1:
        options.share *= len(options.parts)
    outcome.limit_memory(2)
    for part, share in zip(options.parts, options.share, strict=True):
        run_part(part, share, options)


def run_part(part, share, options):
    """Print what calls of a part come to, if it is worth a look, and how many were made."""
    targets = [t for t in PARTS[part]() if options.only in t[0] and t[0] >= options.start]
    counts = collections.Counter()
    for row in sweep(targets, share, options.seed, options.trace, options.rest):
        counts[row[3]] += 1
        if row[3] in ("raw", "endless", "broken", "accepted"):
            sys.stdout.write(json.dumps([part, *row]) + "\n")
            sys.stdout.flush()
    sys.stdout.write(json.dumps({"part": part, "counts": counts}) + "\n")


if __name__ == "__main__":
    main()
