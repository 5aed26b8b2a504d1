"""Several replicas equal one device, in programs of their own: see `distributed`."""

import json
import os
import pathlib
import socket
import subprocess
import sys

import keras
import pytest
import tensorflow as tf

from keras_ivy.optimizers import Adam
from tests.optimizers.cases import CASES, FEW
from tests.optimizers.distributed import FEATURES, STEPPING

ROOT = pathlib.Path(__file__).parents[2]

#: Seconds that a program may take; a cluster whose other worker has failed waits forever.
TIMEOUT = 900

#: Sums over two halves of a batch, and over a whole, differ by rounding in float32.
BOUND = 3e-6

#: Every row of the case list goes through a loop on two replicas, with all that the base class
#: does around an update. A row differs from others in its formula, which knows nothing of replicas:
#: what else may go wrong is a matter of features, modes and strategies, and is tried with few rows.
TOGETHER = tuple(f"{case}/together" for case in CASES)
FEW_TOGETHER = tuple(f"{case}/together" for case in FEW)
ALONE = tuple(f"{case}/alone" for case in (*FEW, "lamb-nvlamb", "lars-popular"))
ONE_BY_ONE = tuple(f"{FEW[i % len(FEW)]}/{feature}" for i, feature in enumerate(FEATURES))
PACKED = tuple(f"{case}/packed" for case in FEW[1:])
STEPS = tuple(f"{case}/{how}" for case in (*FEW, "sgd-ivy") for how in STEPPING)
WORKER_CASES = tuple(
    case for case in dict.fromkeys(FEW_TOGETHER + ONE_BY_ONE) if "bfloat16" not in case
)

#: By number of replicas, which share a program: the modes, and the cases that each trains.
PROGRAMS = {
    2: {
        "loop": tuple(dict.fromkeys(TOGETHER + ALONE + ONE_BY_ONE + PACKED)),
        "fit": (*dict.fromkeys(FEW_TOGETHER + ONE_BY_ONE), "adam-ivy/joins", "lamb-paper/joins"),
        "step": STEPS,
        "one": FEW_TOGETHER,
        "central": (*(f"{case}/alone" for case in FEW), "adamw-paper/loss scale"),
    },
    4: {
        "loop": (*FEW_TOGETHER, "sgd-momentum/alone"),  # which no clipping levels out
        "fit": ("adam-ivy/together", "lamb-paper/together"),
        "step": STEPS[:6],
    },
}
WORKER = {"worker": WORKER_CASES, "refused": ("adam-ivy/bfloat16 slots",)}


def start(replicas, modes, **environment):
    """Start the program."""
    return subprocess.Popen(
        [
            *(sys.executable, "-W", "ignore", "-m", "tests.optimizers.distributed"),
            *(str(replicas), json.dumps(modes)),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": "-1", **environment},
    )


def results_of(*programs):
    """Wait for programs that run together, and read what they printed."""
    found = []
    try:
        for program in programs:
            out, err = program.communicate(timeout=TIMEOUT)
            lines = [line for line in out.splitlines() if line.startswith("RESULTS ")]
            assert lines, err[-3000:]
            found.append(json.loads(lines[0].removeprefix("RESULTS ")))
    finally:
        for program in programs:
            program.kill()
            program.communicate()
    return found


def assert_equals_one_device(found):
    """By case: the weights are those of one device, and they moved."""
    wrong = {
        case: {"difference": difference, "moved": moved}
        for case, (difference, moved) in found.items()
        if not (difference <= BOUND and moved > 100 * BOUND)
    }
    assert wrong == {}


@pytest.mark.slow
@pytest.mark.parametrize("replicas", PROGRAMS)
def test_strategies_equal_one_device(replicas):
    modes = PROGRAMS[replicas]
    (results,) = results_of(start(replicas, modes))
    assert set(results) == set(modes)
    for mode, cases in modes.items():
        assert set(results[mode]) == set(cases)
        assert_equals_one_device(results[mode])


@pytest.mark.slow
def test_two_workers_of_a_cluster_equal_one_device_and_refuse_bfloat16_slots():
    with socket.socket() as one, socket.socket() as two:
        for s in (one, two):
            s.bind(("localhost", 0))
        addresses = [f"localhost:{s.getsockname()[1]}" for s in (one, two)]
    programs = [
        start(
            1,
            WORKER,
            TF_CONFIG=json.dumps(
                {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": i}}
            ),
        )
        for i in range(2)
    ]
    for found in results_of(*programs):
        assert set(found["worker"]) == set(WORKER_CASES)
        assert_equals_one_device(found["worker"])
        (message,) = found["refused"].values()
        assert "TensorFlow cannot send bfloat16 variables from worker to worker" in message


@pytest.mark.parametrize(
    "option",
    [
        {"gradient_accumulation_steps": 2},
        {"use_ema": True},
        {"lazy_slots": True},
        {"skip_nonfinite": True},
    ],
    ids=lambda option: next(iter(option)),
)
def test_shared_variables_refuse_what_needs_copies(option):
    with tf.distribute.experimental.CentralStorageStrategy(["CPU:0"], "CPU:0").scope():
        w = keras.Variable([1.0])
        optimizer = CASES["adam-ivy"].make(**option)
        (name,) = option
        with pytest.raises(ValueError, match=f"Received: {name}=.* under CentralStorageStrategy"):
            optimizer.build([w])
    assert not optimizer.built


def test_parameter_servers_train_as_one_device_or_refuse():
    options = [{"gradient_accumulation_steps": 2}, {"use_ema": True}, {"lazy_slots": True}]
    program = [sys.executable, "-W", "ignore", "-m", "tests.optimizers.parameter_server"]
    run = subprocess.run(
        [*program, json.dumps(FEW), json.dumps(options)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    )
    lines = [line for line in run.stdout.splitlines() if line.startswith("RESULTS")]
    assert lines, run.stdout + run.stderr
    differences, refusals = json.loads(lines[0].removeprefix("RESULTS"))
    assert set(differences) == set(FEW)
    assert max(differences.values()) <= BOUND, differences
    for (name,), told in zip(options, refusals, strict=True):
        assert f"Received: {name}=" in told
        assert "under ParameterServerStrategy" in told


def test_step_refuses_replicas_that_would_share_its_state():
    optimizer, v = CASES["adam-ivy"].make(), {"w": tf.ones(2)}
    tf.function(optimizer.step, autograph=False)(v, v)
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    strategy.run(lambda: optimizer.step(v, v))  # One replica has nobody to share with.
    assert int(optimizer.state["count"]) == 2


def test_an_optimizer_of_a_scope_keeps_its_count_and_rate():
    """Only one that was made outside of the scope is placed again, when it is built in it."""
    late = Adam(0.1)
    with tf.distribute.MirroredStrategy(["CPU:0"]).scope():
        optimizer = Adam(0.1)
        own = [optimizer.iterations, optimizer._learning_rate]
        made = [variable.value for variable in own]
        w = keras.Variable([1.0])
        optimizer.build([w])
        late.build([w])
    assert all(v.value is m for v, m in zip(own, made, strict=True))
    assert all(isinstance(m, tf.distribute.DistributedValues) for m in made)
    assert isinstance(late.iterations.value, tf.distribute.DistributedValues)
