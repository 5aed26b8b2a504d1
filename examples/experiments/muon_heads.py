"""A small transformer on digits: Muon by heads and by shape against AdamW, in steps.

An image is a sequence of its eight rows. Every optimizer has the rate of one grid with which a
sixth seed ends lowest; what counts is after how many steps it has the loss that AdamW ends with.
Both Muons compute Keras's formula with one rate for all; they differ in what they take for a
matrix: Keras's every variable of two dimensions, which are the embedding of rows, the feed-forward
layers and the output layer, and ours, by `layout_of`, each head of attention and no output layer.
"""

import keras
import numpy as np
import tensorflow as tf
from _experiment import Experiment, digits

import keras_ivy as ivy

GRID = (1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
#: What that gives; `--quick` does not look for it.
BEST = {"AdamW": 3e-3, "Keras's Muon": 1e-2, "Muon by layout": 3e-3}
STEPS, EVERY, BATCH, BLOCKS, WIDTH, HEADS = 240, 8, 64, 2, 32, 4
COLORS = {"AdamW": "#009e73", "Keras's Muon": "#d55e00", "Muon by layout": "#0072b2"}


def network() -> keras.Model:
    """A transformer with layer norms in front, and a mean over the rows of the image."""
    layers = keras.layers
    i = keras.Input((8, 8))
    x = layers.Dense(WIDTH, name="rows")(i)
    x = x + layers.Embedding(8, WIDTH, name="positions")(keras.ops.arange(8))
    for n in range(BLOCKS):
        y = layers.LayerNormalization(name=f"norm{n}")(x)
        x = x + layers.MultiHeadAttention(HEADS, WIDTH // HEADS, name=f"attention{n}")(y, y)
        y = layers.LayerNormalization(name=f"inner{n}")(x)
        y = layers.Dense(4 * WIDTH, "gelu", name=f"up{n}")(y)
        x = x + layers.Dense(WIDTH, name=f"down{n}")(y)
    x = layers.GlobalAveragePooling1D()(layers.LayerNormalization(name="last")(x))
    return keras.Model(i, layers.Dense(10, name="head")(x))


def optimizers(model: keras.Model) -> dict[str, keras.optimizers.Optimizer]:
    """The three, with weight decay alike."""
    layout, decays = ivy.layout_of(model), {"weight_decay": 0.01, "adam_weight_decay": 0.01}
    return {
        "AdamW": keras.optimizers.AdamW(1e-3, weight_decay=0.01),
        "Keras's Muon": keras.optimizers.Muon(1e-3, **decays),
        "Muon by layout": ivy.Muon(
            1e-3, variant="keras", adam_learning_rate=None, layout=layout, **decays
        ),
    }


class Runs:
    """Trains the same network again and again with one optimizer."""

    def __init__(self, label: str):
        (self.x, self.y), _ = digits(flat=False)
        self.x = self.x[..., 0]
        self.model = network()
        self.optimizer = optimizers(self.model)[label]
        self.optimizer.build(self.model.trainable_variables)
        self.fresh = [v.numpy() for v in self.optimizer.variables]
        x, y = tf.constant(self.x), tf.constant(self.y)
        loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

        @tf.function
        def train(order: tf.Tensor) -> tf.Tensor:
            losses = tf.TensorArray(tf.float32, STEPS // EVERY)
            for i in tf.range(STEPS):
                with tf.GradientTape() as tape:
                    logits = self.model(tf.gather(x, order[i]), training=True)
                    loss = loss_of(tf.gather(y, order[i]), logits)
                self.optimizer.apply(tape.gradient(loss, self.model.trainable_variables))
                if (i + 1) % EVERY == 0:
                    losses = losses.write(i // EVERY, loss_of(y, self.model(x)))
            return losses.stack()

        self.train = train

    def losses(self, rate: float, seed: int) -> np.ndarray:
        """The loss on all training images after every few steps."""
        ivy.initialize_model(self.model, "glorot_ivy", seed=seed)
        for variable, value in zip(self.optimizer.variables, self.fresh, strict=True):
            variable.assign(value)
        self.optimizer.learning_rate.assign(rate)
        random = np.random.default_rng(seed)
        order = np.stack([random.permutation(len(self.x))[:BATCH] for _ in range(STEPS)])
        return np.asarray(self.train(tf.constant(order.astype("int32"))))


def main() -> None:
    run = Experiment(__doc__)
    seeds = range(1) if run.quick else range(5)
    curves = {}
    for label in COLORS:
        runs = Runs(label)
        rate = BEST[label]
        if not run.quick:
            ends = {each: runs.losses(each, 5)[-1] for each in GRID}
            rate = min(ends, key=lambda each: ends[each] if np.isfinite(ends[each]) else np.inf)
            tried = ", ".join(f"{each:g}: {end:.3g}" for each, end in ends.items())
            run.note(f"{label}: best rate {rate:g} of {tried}")
        curves[label] = np.stack([runs.losses(rate, seed) for seed in seeds])
        run.note(f"{label}: loss at the end {curves[label][:, -1].mean():.4g}")
    goals = curves["AdamW"][:, -1]
    reached = {}
    for label, found in curves.items():
        below = found <= goals[:, None]
        first = np.where(below.any(1), below.argmax(1) + 1, np.inf)
        reached[label] = [EVERY * float(steps) for steps in first]
    for label, steps in reached.items():
        what = f"{label}: steps until AdamW's final loss"
        if label == "Muon by layout":
            run.check(what, steps, most=STEPS)
        else:  # what Keras's Muon makes of a single seed is expected of nobody
            run.note(f"{what}: {', '.join(f'{each:g}' for each in steps)}")
    figure, ax = run.figure()
    if figure:
        from keras_ivy.utils.plots import name_axes

        steps = EVERY * (1 + np.arange(STEPS // EVERY))
        for label, color in COLORS.items():
            low, high = curves[label].min(0), curves[label].max(0)
            ax.fill_between(steps, low, high, color=color, alpha=0.2, linewidth=0)
            ax.plot(steps, curves[label].mean(0), color=color, label=label)
        ax.axhline(goals.mean(), color="0.4", linewidth=1, linestyle=":")
        ax.set_yscale("log")
        name_axes(ax, "step", "training loss", f"digits as sequences, {len(seeds)} seeds")
        ax.legend(fontsize="small")
    run.end(figure)


if __name__ == "__main__":
    main()
