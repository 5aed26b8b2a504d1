"""Training functions that leave: SavedModels that go on without keras_ivy, and TFLite's."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.optimizers import LAMB, LARS, SGD, Adam
from keras_ivy.optimizers.formulas.norms import VAST
from keras_ivy.optimizers.keras_side import packs
from tests.optimizers.cases import CASES, variable_at
from tests.optimizers.cases import FEW as SOME

SUMS = {"use_ema": True, "gradient_accumulation_steps": 2, "ema_overwrite_frequency": 3}

#: So many tensors of one shape are a pack here: of more, a SavedModel holds more of the same.
FEW = 2

#: Two packs, tensors of which there are too few for one, and large ones that take turns.
SHAPES = [
    *[(3,)] * FEW,
    *[(2, 2)] * (FEW + 1),
    (5,),
    (7, 4),
    *[(packs.SMALL // 128 + 1, 128)] * 3,
]

#: Loads what stands in the standard input, steps, saves, loads and steps again.
GO_ON = """
import sys
import numpy as np
import tensorflow as tf

for folder in sys.stdin.read().split():
    module = tf.saved_model.load(folder)
    for _ in range(2):
        module.step()
    tf.saved_model.save(module, folder + "-again")
    module = tf.saved_model.load(folder + "-again")
    for _ in range(2):
        found = module.step()
    np.savez(folder + ".npz", *[x.numpy() for x in found])
assert "keras_ivy" not in sys.modules
"""


class Trainer(tf.Module):
    """What a user exports: weights and an optimizer, and below a function that trains.

    One function a class: saving traces them all, called or not.
    """

    def __init__(self, optimizer, shapes):
        super().__init__()
        rng = np.random.default_rng(0)
        self.trained = [variable_at(f"l{i}/w", rng.normal(size=s)) for i, s in enumerate(shapes)]
        self.grads = [tf.constant(rng.normal(size=s), "float32") for s in shapes]
        self.optimizer = optimizer
        optimizer.build(self.trained)


class Stepper(Trainer):
    """Takes steps by gradients that are given."""

    @tf.function(input_signature=[], autograph=False)
    def step(self):
        self.optimizer.apply(self.grads, self.trained)
        return [v + 0.0 for v in self.trained]


class Learner(Trainer):
    """Takes steps by the gradients of a loss."""

    @tf.function(input_signature=[tf.TensorSpec([], tf.float32)], autograph=False)
    def train(self, x):
        with tf.GradientTape() as tape:
            loss = tf.add_n([tf.reduce_sum((x * v.value) ** 2) for v in self.trained])
        grads = tape.gradient(loss, [v.value for v in self.trained])
        self.optimizer.apply(grads, self.trained)
        return {"loss": loss}


@pytest.fixture(scope="module", autouse=True)
def small_packs():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packs, "FEW", FEW)
        yield


@pytest.fixture(scope="module")
def continued(tmp_path_factory, small_packs):
    """Every case saved after a step, and continued in one fresh process."""
    folder, wanted = tmp_path_factory.mktemp("saved"), {}
    for name in [*SOME, "lars-ivy"]:
        for options in ({}, SUMS):
            trainer = Stepper(CASES[name].make(**options), SHAPES)
            trainer.step()
            key = f"{name}{'-sums' if options else ''}"
            tf.saved_model.save(trainer, folder / key)
            for _ in range(4):
                want = trainer.step()
            wanted[key] = [x.numpy() for x in want]
    result = subprocess.run(
        [sys.executable, "-c", GO_ON],
        input="\n".join(str(folder / key) for key in wanted),
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": ""},
    )
    assert result.returncode == 0, result.stderr
    return folder, wanted


@pytest.mark.slow
@pytest.mark.parametrize("sums", [False, True])
@pytest.mark.parametrize("name", [*SOME, "lars-ivy"])
def test_training_goes_on_without_keras_ivy(continued, name, sums):
    folder, wanted = continued
    key = f"{name}{'-sums' if sums else ''}"
    with np.load(folder / f"{key}.npz") as archive:
        got = [archive[name] for name in archive.files]
    for a, b in zip(got, wanted[key], strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", ["lamb-ivy", "lamb-paper", "adam-ivy"])
def test_tensors_that_take_turns_equal_the_eager_step(name):
    traced, eager = Stepper(CASES[name].make(), SHAPES), Stepper(CASES[name].make(), SHAPES)
    for _ in range(3):
        traced.step()
        eager.optimizer.apply(eager.grads, eager.trained)
    for a, b in zip(traced.trained, eager.trained, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), atol=2e-6)


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [
        lambda: keras.optimizers.Lamb(0.1),
        lambda: SGD(0.1, momentum=0.9),
        lambda: Adam(0.1),
        lambda: LARS(0.1, momentum=0.5, clipnorm=1.0),
        lambda: LARS(0.1, variant="paper"),
        lambda: LAMB(0.1),
        lambda: LAMB(0.1, variant="paper", weight_decay=0.1, global_clipnorm=1.0),
    ],
    ids=["keras's lamb", "sgd", "adam", "lars-ivy", "lars-paper", "lamb-ivy", "lamb-paper"],
)
def test_training_signature_is_converted_to_tflite(make, tmp_path):
    trainer = Learner(make(), [(3,)] * FEW + [(4, 3), (5,)])
    assert len(converted(trainer, tmp_path)) > 1000


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [
        lambda: LARS(0.1, variant="paper", momentum=0.9, clipnorm=1.0),
        lambda: LAMB(0.1, global_clipnorm=1.0),
    ],
    ids=["lars", "lamb"],
)
def test_training_signature_of_a_vast_tensor_is_converted_to_tflite(make, tmp_path):
    trainer = Learner(make(), [(VAST // 512, 512)])
    assert len(converted(trainer, tmp_path)) > 1000


def converted(trainer, folder):
    """The model of TFLite that a SavedModel of a training function becomes."""
    tf.saved_model.save(trainer, folder, signatures={"train": trainer.train})
    converter = tf.lite.TFLiteConverter.from_saved_model(str(folder))
    converter.target_spec.supported_ops = [
        tf.lite.OpsSet.TFLITE_BUILTINS,
        tf.lite.OpsSet.SELECT_TF_OPS,
    ]
    converter.experimental_enable_resource_variables = True
    return converter.convert()
