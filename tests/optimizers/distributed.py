"""Train small models on several logical CPUs and on one device; print how far they differ.

A program of its own, since devices are set before TensorFlow starts:

    python -m tests.optimizers.distributed REPLICAS '{"loop": ["adam-ivy/alone"], "fit": [...]}'

The modes are `loop` and `fit` under a `MirroredStrategy` of so many replicas, `one` and `central`
under other strategies, and `worker` and `refused` in a cluster, which a worker finds in TF_CONFIG.
"""

import functools
import gc
import json
import sys

import tensorflow as tf

if __name__ == "__main__":
    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0],
        [tf.config.LogicalDeviceConfiguration()] * int(sys.argv[1]),
    )

import keras
import numpy as np
import pytest

import keras_ivy
from keras_ivy.optimizers import LossScaleOptimizer, Rule
from keras_ivy.optimizers.keras_side import packs
from tests.optimizers.cases import CASES

STEPS = 6
BATCH = 8

#: Everything that Keras's base class does around an update, all at once.
TOGETHER = {
    "global_clipnorm": 0.5,
    "gradient_accumulation_steps": 2,
    "use_ema": True,
    "ema_momentum": 0.8,
    "ema_overwrite_frequency": 2,
    "weight_decay": 0.1,
}

#: Options that one strategy or another has been known to get wrong, each on its own.
FEATURES = {
    "alone": {},
    "together": TOGETHER,
    "clipnorm": {"clipnorm": 0.05},
    "clipvalue": {"clipvalue": 0.02},
    "accumulation": {"gradient_accumulation_steps": 3},
    "ema": {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 3},
    "skip": {"skip_nonfinite": True},
    "bfloat16 slots": {"slot_dtype": "bfloat16"},
    "loss scale": {"loss_scale_factor": 8.0},
    "dynamic scale": {},
    "packed": {"global_clipnorm": 0.5, "gradient_accumulation_steps": 2},
    "own update_step": TOGETHER,
    "own decay": TOGETHER,
    "own merge": {"global_clipnorm": 0.5},
}


#: What is trained by `fit` alone: a layer is unfrozen half-way, and its variables join.
JOINING = {"joins": {"use_ema": True, "ema_momentum": 0.8}}

#: Hooks of Keras's that a subclass replaces, and that then call what they replace.
HOOKS = {
    "own update_step": "update_step",
    "own decay": "_apply_weight_decay",
    "own merge": "_distributed_tf_update_step",
}


#: Features that skip a step. The gradients of one are out of range, in the last replica alone.
SKIPPING = ("skip", "dynamic scale")


def data(feature: str) -> tuple[np.ndarray, np.ndarray]:
    """One batch after another, each of `BATCH` examples."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=(STEPS * BATCH, 4)).astype("float32")
    y = np.tanh(x[:, :2]) + 0.5
    if feature in SKIPPING:
        y[2 * BATCH - 1] = np.inf
    return x, y


class Many(keras.layers.Layer):
    """Adds up many small variables, whose slots are kept together."""

    def build(self, shape):
        """Make them."""
        self.parts = [self.add_weight(shape=shape[-1:]) for _ in range(packs.FEW + 1)]

    def call(self, x):
        """Add them, each with a factor of its own."""
        return x + sum(0.1 * i * tf.tanh(part) for i, part in enumerate(self.parts))


@functools.cache
def start(feature: str) -> list[np.ndarray]:
    """The weights of a new model."""
    return model(feature).get_weights()


def model(feature: str) -> keras.Model:
    """A layer or two, whose variables have norms other than zero.

    As few as a feature needs: nearly all the time goes into tracing an update for each variable.
    """
    first = [keras.layers.Dense(5, "tanh")] if feature == "joins" else []
    last = [Many()] if feature == "packed" else []
    net = keras.Sequential([keras.Input((4,)), *first, keras.layers.Dense(2), *last])
    rng = np.random.default_rng(6)
    net.set_weights([rng.normal(size=w.shape) for w in net.weights])
    return net


def hooked(base: type, name: str) -> type:
    """A subclass that replaces one of Keras's hooks by what it does."""

    def replacement(self, *args):
        return getattr(super(cls, self), name)(*args)

    cls = type(base.__name__, (base,), {name: replacement})
    return cls


def make(case: str, feature: str, replaced: bool = True) -> keras.optimizers.Optimizer:
    """The optimizer of a row of the case list, with a feature."""
    options = dict((FEATURES | JOINING)[feature])
    if feature in HOOKS and replaced:
        row = CASES[case]
        return row._replace(cls=hooked(row.cls, HOOKS[feature])).make(0.05, **options)
    if feature == "together":
        options["rules"] = [Rule("bias", decay=False, adapt=False, lr_multiplier=0.5)]
    optimizer = CASES[case].make(0.05, **options)
    if feature == "dynamic scale":
        return LossScaleOptimizer(optimizer, initial_scale=16.0, dynamic_growth_steps=3)
    return optimizer


def gradients(net: keras.Model, optimizer, x: tf.Tensor, y: tf.Tensor, replicas: int) -> list:
    """Gradients of this replica's share of the mean squared error, scaled."""
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((net(x, training=True) - y) ** 2) / replicas
        loss = optimizer.scale_loss(loss)
    return tape.gradient(loss, net.trainable_variables)


@functools.cache
def alone(case: str, feature: str) -> list[np.ndarray]:
    """The weights after training on one device, on whole batches: what every mode is to equal."""
    net, optimizer = model(feature), make(case, feature, replaced=False)
    net.layers[0].trainable = feature != "joins"
    optimizer.build(net.trainable_variables)
    x, y = data(feature)
    for i in range(0, len(x), BATCH):
        if feature == "joins" and i == len(x) // 2:
            net.layers[0].trainable = True
            optimizer.extend(net.trainable_variables)
        grads = gradients(net, optimizer, x[i : i + BATCH], y[i : i + BATCH], 1)
        optimizer.apply(grads, net.trainable_variables)
    return net.get_weights()


def loop(strategy: tf.distribute.Strategy, case: str, feature: str) -> list[np.ndarray]:
    """The weights after a custom loop under a strategy; every replica has to hold the same."""
    replicas = strategy.num_replicas_in_sync
    with strategy.scope():
        net, optimizer = model(feature), make(case, feature)
    x, y = data(feature)
    share = BATCH // replicas

    def build():
        if not optimizer.built:  # Another replica may have built it.
            optimizer.build(net.trainable_variables)

    if feature != "alone":  # A function that makes variables is traced twice: let that be short.
        tf.function(lambda: strategy.run(build), autograph=False)()

    @tf.function(autograph=False)
    def train(i):
        def step():
            replica = tf.distribute.get_replica_context().replica_id_in_sync_group
            rows = i + replica * share + tf.range(share)
            grads = gradients(net, optimizer, tf.gather(x, rows), tf.gather(y, rows), replicas)
            optimizer.apply(grads, net.trainable_variables)

        strategy.run(step)

    for i in range(0, len(x), BATCH):
        train(tf.constant(i))
    for v in net.trainable_variables:
        copies = [np.asarray(c) for c in strategy.experimental_local_results(v.value)]
        assert all(np.array_equal(c, copies[0]) for c in copies), f"replicas differ in {v.path}"
    return net.get_weights()


def fit(strategy: tf.distribute.Strategy, case: str, feature: str) -> list[np.ndarray]:
    """The weights after `fit` under a strategy, before the averages overwrite them at its end."""
    with strategy.scope():
        net, optimizer = model(feature), make(case, feature)
        net.compile(optimizer, "mse")
    x, y = data(feature)
    seen = {}

    def note(batch, logs):
        seen["weights"] = net.get_weights()

    callback = keras.callbacks.LambdaCallback(on_train_batch_end=note)
    parts = [slice(None)] if feature != "joins" else [slice(len(x) // 2), slice(len(x) // 2, None)]
    for part in parts:
        if feature == "joins":  # A layer is unfrozen, and the model compiled again.
            net.set_weights(seen.get("weights", net.get_weights()))
            net.layers[0].trainable = part.start is not None
            with strategy.scope():
                net.compile(optimizer, "mse")
        net.fit(x[part], y[part], BATCH, shuffle=False, verbose=0, callbacks=[callback])
    return seen["weights"]


def farthest(one: list, other: list) -> float:
    """The largest difference between two lists of arrays."""
    return max(float(np.max(np.abs(a - b))) for a, b in zip(one, other, strict=True))


def compare(train, cases: list[str]) -> dict:
    """`{case: [largest difference, how far the weights moved]}`."""
    results = {}
    for name in cases:
        print("training", name, file=sys.stderr, flush=True)
        case, feature = name.split("/")
        got, want = train(case, feature), alone(case, feature)
        results[name] = [farthest(got, want), farthest(want, start(feature))]
    return results


#: How `step` may run in replicas: in a function once or twice a call, and eagerly.
STEPPING = ("function", "twice", "eager")


def compare_steps(strategy: tf.distribute.Strategy, names: list[str]) -> dict:
    """As `compare`, of `step` in replicas, outside, and in replicas again."""
    v = keras_ivy.Container(w=tf.constant([1.0, 2.0, 3.0]), b=tf.constant([0.5]))
    g = 0.1 * v
    results = {}
    shared = CASES["adam-ivy"].make(0.05)
    tf.function(shared.step, autograph=False)(v, g)
    with pytest.raises(ValueError, match="outside of the strategy"):
        strategy.run(lambda: shared.step(v, g))
    for name in names:
        case, how = name.split("/")
        optimizer, other = CASES[case].make(0.05), CASES[case].make(0.05)
        once = functools.partial(optimizer.step, v, g)

        def run(once=once, times=2 if how == "twice" else 1):
            return strategy.run(lambda: [once() for _ in range(times)])

        run = run if how == "eager" else tf.function(run, autograph=False)
        made = [*run(), *run(), once(), *run(), optimizer.step(v, g)]
        wanted = [other.step(v, g).flatten() for _ in made]
        assert int(optimizer.state["count"]) == len(made)
        worst = moved = 0.0
        for new, want in zip(made, wanted, strict=True):
            for path, x in new.flatten().items():
                copies = [np.asarray(c) for c in strategy.experimental_local_results(x)]
                worst = max(worst, farthest(copies, [want[path]] * len(copies)))
                moved = max(moved, farthest(copies[:1], [v[path]]))
        assert optimizer.trust_ratios().keys() == other.trust_ratios().keys()
        results[name] = [worst, moved]
    return results


def refusal(strategy: tf.distribute.Strategy, case: str, feature: str) -> str | None:
    """What an optimizer says when it is built under a strategy, if that is refused."""
    with strategy.scope():
        net, optimizer = model(feature), make(case, feature)
        try:
            optimizer.build(net.trainable_variables)
        except ValueError as error:
            return str(error)
    return None


def strategy_of(mode: str, replicas: int) -> tf.distribute.Strategy:
    """The strategy of a mode."""
    devices = [f"CPU:{i}" for i in range(replicas)]
    if mode == "one":
        return tf.distribute.OneDeviceStrategy("CPU:0")
    if mode == "central":
        return tf.distribute.experimental.CentralStorageStrategy(devices, "CPU:0")
    if mode in ("worker", "refused"):
        return tf.distribute.MultiWorkerMirroredStrategy()
    return tf.distribute.MirroredStrategy(devices)


def main() -> None:
    """Print the comparison of every mode as JSON."""
    # An optimizer looks for its layers among all objects: not among those of the libraries.
    gc.set_threshold(20_000, 20, 100)
    gc.freeze()
    packs.FEW = 4  # Tensors that make a pack: fewer are traced in less time.
    modes, strategies, results = json.loads(sys.argv[2]), {}, {}
    for mode, cases in modes.items():
        # One object for all modes that share a strategy: TensorFlow numbers what replicas exchange.
        kind = {"fit": "loop", "step": "loop", "refused": "worker"}.get(mode, mode)
        if kind not in strategies:
            strategies[kind] = strategy_of(kind, int(sys.argv[1]))
        strategy = strategies[kind]
        if mode == "refused":
            results[mode] = {name: refusal(strategy, *name.split("/")) for name in cases}
        elif mode == "step":
            results[mode] = compare_steps(strategy, cases)
        else:
            train = functools.partial(fit if mode == "fit" else loop, strategy)
            results[mode] = compare(train, cases)
    print("RESULTS", json.dumps(results), flush=True)


if __name__ == "__main__":
    main()
