"""Run a part of the sweep and print what was found, as JSON lines.

    python -m tests.sweep.run constructors [--only layers] [--share 5] [--seed 1]

Run it in a process of its own: it limits the memory that this process can have.
"""

import argparse
import collections
import json
import sys
import zlib

from tests.sweep import constructors, outcome, values

#: Sizes of variables: as many as 10**9 mean gigabytes, which a large machine has.
SIZES = {
    "embed_dim", "embedding_dim", "filter_shape", "filter_size", "head_dim", "input_channels",
    "key_dim", "normalized_shape", "num_channels", "num_embeddings", "num_features", "num_heads",
    "output_channels", "shape", "value_dim",
}  # fmt: skip


def spoiled(good):
    """Pairs of an argument and a value, and the call's arguments with that value."""
    for argument in good:
        for label, make in values.VALUES.items():
            if label == "10**9" and argument in SIZES:
                continue
            yield argument, label, {**good, argument: make()}


def sweep(targets, share=1, seed=0):
    """Yield `(name, argument, value, kind, detail)` of one of `share` calls."""
    for name, (call, good) in targets:
        kind, detail = outcome.outcome(lambda call=call, good=good: call(**good))
        if kind != "accepted":
            yield name, "", "as it should be", "broken", detail
            continue
        for argument, label, arguments in spoiled(good):
            if zlib.crc32(f"{seed} {name} {argument} {label}".encode()) % share:
                continue
            yield (
                name, argument, label,
                *outcome.outcome(lambda call=call, a=arguments: call(**a)),
            )  # fmt: skip


PARTS = {"constructors": constructors.constructors}


def main():
    """Print the outcomes of one part."""
    parser = argparse.ArgumentParser()
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--only", default="", help="part of the names of callables")
    parser.add_argument("--share", type=int, default=1, help="make one of so many calls")
    parser.add_argument("--seed", type=int, default=0, help="which ones")
    options = parser.parse_args()
    targets = [t for t in PARTS[options.part]() if options.only in t[0]]
    outcome.limit_memory(2)
    counts = collections.Counter()
    for row in sweep(targets, options.share, options.seed):
        counts[row[3]] += 1
        if row[3] in ("raw", "endless", "broken", "accepted"):
            sys.stdout.write(json.dumps(row) + "\n")
            sys.stdout.flush()
    sys.stdout.write(json.dumps({"counts": counts}) + "\n")


if __name__ == "__main__":
    main()
