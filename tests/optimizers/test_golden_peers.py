"""Trajectories of peers: optax, Model Garden, Keras, and ports of PyTorch's systems."""

import json
import pathlib

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.optimizers import LAMB, LARS, SGD, Adam, AdamW, Rule

PEERS = json.loads(
    (pathlib.Path(__file__).parents[1] / "golden" / "peers_optimizers.json").read_text("utf-8")
)
SHARED = PEERS["shared_problem"]
PROBLEM = SHARED["problem"]

LARS_PAPER = {"variant": "paper", "momentum": 0.9, "trust_coefficient": 0.01}
LARS_SIMCLR = {**LARS_PAPER, "variant": "simclr"}
LARS_POPULAR = {**LARS_PAPER, "variant": "popular"}
LAMB_PAPER = {"variant": "paper", "epsilon": 1e-6}

#: What a recording's name starts with -> (class, arguments). The rest of the name says decay,
#: schedule, nesterov and exclusions.
MADE = {
    "optax_lars": (LARS, LARS_SIMCLR),
    "mg_lars": (LARS, LARS_SIMCLR),
    "optax_lamb": (LAMB, LAMB_PAPER),
    "mg_lamb": (LAMB, LAMB_PAPER),
    "keras_lamb": (LAMB, {"variant": "keras", "epsilon": 1e-6}),
    "paper_lars": (LARS, LARS_PAPER),
    "paper_lamb": (LAMB, LAMB_PAPER),
    "timm_lars": (LARS, {**LARS_PAPER, "lr_in_momentum": False, "epsilon": 1e-8}),
    "apex_larc": (LARS, {"variant": "larc", "momentum": 0.9, "epsilon": 1e-8}),
    "lambc": (LAMB, {"variant": "lambc", "epsilon": 1e-6}),
    "timm_lamb": (LAMB, {"variant": "apex", "epsilon": 1e-6, "global_clipnorm": 1e9}),
    "deepspeed_fusedlamb": (LAMB, {"variant": "deepspeed", "epsilon": 1e-8}),
    "torch_optimizer_lamb": (LAMB, {"variant": "torch_optimizer", "epsilon": 1e-6}),
    "ivy_SGD": (SGD, {}),
    "ivy_LARS": (LARS, {}),
    "ivy_Adam": (Adam, {}),
    "ivy_AdamW": (AdamW, {}),
    "ivy_LAMB": (LAMB, {}),
}

#: Recordings of rules that no variant here has: LARS with decay in the ratio alone, systems that
#: treat vectors as a special case, LAMB with L2 in the gradient or with an epsilon in the ratio.
OTHERS = (
    "tfcontrib_lars",
    "timm_larc",
    "bolts_lars",
    "pytorch_optimizer_lars",
    "apex_fusedlamb",
    "pytorch_optimizer_lamb",
    "flax_lamb",
)

#: Model Garden and Keras hold rates and betas as float32, whatever the type of the variables.
BOUNDS = {"mg_lars": 1e-9, "mg_lamb": 1e-7, "keras_lamb": 1e-5}

#: Real Ivy divides zero by zero here; a tensor of norm zero does not move.
NOT_A_NUMBER = {("ivy_LARS decay=0.01", "dense/bias")}


def arguments(name):
    """The optimizer that a recording's name describes."""
    cls, kwargs = MADE[name.split()[0]]
    kwargs = dict(kwargs)
    for word in name.split():
        head, _, value = word.partition("=")
        if head in ("wd", "decay"):
            kwargs["weight_decay"] = float(value)
        elif head == "max_trust":
            kwargs["max_trust_ratio"] = float(value)
        elif word == "classic=False":
            kwargs["variant"] = "popular"
        elif word in ("nesterov=True", "nesterov"):
            kwargs["nesterov"] = True
        elif "bias|gamma" in word:
            kwargs["rules"] = [Rule(match="bias|gamma", decay=False, adapt=False)]
    return cls, kwargs


def variables_of(dtype):
    """The variables of the shared problem."""
    made = []
    for path, w in zip(PROBLEM["variables"], PROBLEM["w0"], strict=True):
        layer, leaf = path.split("/")
        with keras.name_scope(layer):
            made.append(keras.Variable(np.array(w), dtype=dtype, name=leaf))
    return made


def run(name, dtype="float64"):
    """The weights after every step of the shared problem."""
    cls, kwargs = arguments(name)
    rates = iter(PROBLEM["lr_sched"])
    optimizer = cls((lambda: next(rates)) if "sched" in name else PROBLEM["lr_const"], **kwargs)
    variables = variables_of(dtype)
    for grads in PROBLEM["grads_per_step"]:
        optimizer.apply([tf.constant(g, dtype) for g in grads], variables)
        yield [v.numpy() for v in variables]


def assert_steps(name, steps, dtype, bound):
    """Every recorded step is met within `bound`."""
    for i, (got, want) in enumerate(zip(run(name, dtype), steps, strict=True)):
        for path, a, b in zip(PROBLEM["variables"], got, want, strict=True):
            if (name, path) in NOT_A_NUMBER:
                b = np.zeros(3)
            assert np.max(np.abs(a - np.array(b, "float64"))) <= bound, f"step {i}, {path}"


@pytest.mark.filterwarnings("ignore:.*will never move")
@pytest.mark.parametrize("name", [n for n in SHARED["trajectories"] if not n.startswith(OTHERS)])
def test_variant_equals_peer(name):
    bound = BOUNDS.get(name.split()[0], 1e-10)
    assert_steps(name, SHARED["trajectories"][name]["steps"], "float64", bound)


@pytest.mark.parametrize("name", PEERS["shared_problem_float32_final"]["values"])
def test_variant_equals_peer_in_float32(name):
    *_, got = run(name, "float32")
    for a, b in zip(got, PEERS["shared_problem_float32_final"]["values"][name], strict=True):
        # Keras's Lamb works with float32 rates and betas in every step.
        loose = 10 if name.startswith("keras_lamb") else 1
        np.testing.assert_allclose(a, b, rtol=loose * 1e-6, atol=loose * 1e-7)
