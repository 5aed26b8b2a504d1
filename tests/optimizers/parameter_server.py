"""Train under parameter servers in this process, and on one device; print what comes of it.

A program of its own, since the servers live as long as their process:

    python -m tests.optimizers.parameter_server '["adam-ivy"]' '[{"use_ema": true}]'

prints the largest difference of each case after three steps, and what each option is told.
"""

import json
import os
import socket
import sys

import keras
import numpy as np
import tensorflow as tf

from tests.optimizers.cases import CASES

GRADS = [np.float32([[1.0, -0.5], [0.25, 2.0]]), np.float32([0.5, 0.0])]
START = [np.float32([[1.0, 2.0], [3.0, -4.0]]), np.float32([0.5, -1.0])]


def cluster() -> tf.distribute.ParameterServerStrategy:
    """One worker and one parameter server."""
    sockets = [socket.socket() for _ in range(2)]
    for s in sockets:
        s.bind(("localhost", 0))
    worker, server = (f"localhost:{s.getsockname()[1]}" for s in sockets)
    for s in sockets:
        s.close()
    spec = tf.train.ClusterSpec({"worker": [worker], "ps": [server]})
    for job in ("worker", "ps"):
        tf.distribute.Server(spec, job_name=job, task_index=0, protocol="grpc", start=True)
    resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(spec, rpc_layer="grpc")
    return tf.distribute.ParameterServerStrategy(resolver)


def trained(case: str, strategy=None, coordinator=None) -> list[np.ndarray]:
    """The weights after three steps."""
    with (strategy or tf.distribute.get_strategy()).scope():
        variables = [keras.Variable(w) for w in START]
        optimizer = CASES[case].make()
        optimizer.build(variables)

    def replica():
        optimizer.apply([tf.constant(g) for g in GRADS], variables)

    run = tf.function(lambda: strategy.run(replica), autograph=False)
    for _ in range(3):
        if strategy is None:
            replica()
        else:
            coordinator.schedule(run)
            coordinator.join()
    return [v.numpy() for v in variables]


def refusal(options: dict, strategy: tf.distribute.Strategy) -> str | None:
    """What an optimizer says when it is built with options that need copies."""
    with strategy.scope():
        try:
            CASES["adam-ivy"].make(**options).build([keras.Variable(START[1])])
        except ValueError as error:
            return str(error)
    return None


def main() -> None:
    """Print the comparison and the refusals as JSON."""
    cases, options = map(json.loads, sys.argv[1:])
    strategy = cluster()
    coordinator = tf.distribute.coordinator.ClusterCoordinator(strategy)
    differences = {
        case: max(
            float(np.max(np.abs(a - b)))
            for a, b in zip(trained(case), trained(case, strategy, coordinator), strict=True)
        )
        for case in cases
    }
    refusals = [refusal(option, strategy) for option in options]
    print("RESULTS", json.dumps([differences, refusals]), flush=True)
    os._exit(0)  # TensorFlow's servers cannot be stopped.


if __name__ == "__main__":
    main()
