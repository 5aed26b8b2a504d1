"""What AutoGraph adds to the first trace of a program, which converts what is left to it.

Run: python benchmarks/first_trace.py. Fresh processes take turns, with AutoGraph and without, since
a function is converted once in a process.
"""

import statistics
import subprocess
import sys
import time

import tensorflow as tf
from _timing import header, report

import keras_ivy as ivy

ROUNDS = 3
X = tf.ones((4, 4))


def functions(x: tf.Tensor) -> tf.Tensor:
    h = ivy.relu(ivy.layer_norm(ivy.matmul(x, x), [1]))
    loss = ivy.cross_entropy(ivy.softmax(ivy.dropout(h, 0.5)), ivy.softmax(x))
    return ivy.reduce_mean(loss)


def step(x: tf.Tensor, optimizer: ivy.Adam) -> tf.Tensor:
    return optimizer.step({"w": x}, {"w": x}).w


def trace(name: str, autograph: bool) -> float:
    """Return the seconds of processor time of a first trace."""
    optimizer = ivy.Adam(0.1)
    program = functions if name == "functions" else lambda x: step(x, optimizer)
    begin = time.process_time()
    tf.function(program, autograph=autograph).get_concrete_function(X)
    return time.process_time() - begin


def in_a_process(name: str, how: str) -> float:
    command = [sys.executable, __file__, name, how]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    print(header())
    for name in ("functions", "step"):
        seconds: dict[str, list[float]] = {"plain": [], "autograph": []}
        for _ in range(ROUNDS):
            for how, values in seconds.items():
                values.append(in_a_process(name, how))
        report(name, {how: statistics.median(x) for how, x in seconds.items()}, "plain")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(trace(sys.argv[1], sys.argv[2] == "autograph"))
    else:
        main()
