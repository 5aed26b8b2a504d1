"""A network that stays at chance, what `diagnose` says of it, and what its remedy makes of it.

The network is that of `separable_blocks.py`: eight depthwise and 1 x 1 convolutions without
normalisation. Nothing in `fit` tells why its loss does not fall. `diagnose` looks once, forwards
and backwards, and names the cause with a line that mends it. The data, 1,797 images of 8 x 8
pixels, comes inside the scikit-learn package. About a minute on two cores.

    python examples/why_it_does_not_train.py                  prints
    python examples/why_it_does_not_train.py report.html      and writes the page of the diagnosis
    python examples/why_it_does_not_train.py report.html picture.png
"""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
from separable_blocks import accuracy, load, network

import keras_ivy as ivy

EXPLAINED = 4  # findings that are printed; the rest say the same of further layers


def main(page: str | None = None, picture: str | None = None) -> None:
    (x, y), test = load()
    keras.utils.set_random_seed(1)
    model = network()
    print(f"as it is: test accuracy {accuracy(model, (x, y), test, verbose=0):.3f}\n")

    keras.utils.set_random_seed(1)
    model = network()
    before = ivy.diagnose(model, x, y)
    print(f"diagnose: {before.verdict}")
    for finding in before.findings[:EXPLAINED]:
        print(finding)
    assert before.findings[0].remedy == 'ivy.initialize_model(model, "auto", seed=0)'

    ivy.initialize_model(model, "auto", seed=0)

    after = ivy.diagnose(model, x, y)
    print(f"\nafter the remedy: {after.verdict}")
    share = accuracy(model, (x, y), test, verbose=0)
    print(f"test accuracy {share:.3f}")
    assert share > 0.95, f"test accuracy {share:.3f} is not above 95 %"
    if page:
        before.save(page)
    if picture:
        draw(before, after, picture)


def draw(before: ivy.Diagnosis, after: ivy.Diagnosis, path: str) -> None:
    """Draw signal and gradient by depth, before and after."""
    from keras_ivy.utils.plots import new_figure

    figure, axes = new_figure(1, 2, size=(9, 3.6), sharey=True)
    for report, ax, title in zip(
        (before, after), axes, ("Keras's default", "after the remedy"), strict=True
    ):
        report.plot(ax=ax)
        ax.set_title(title)
        ax.set_xticks(range(len(report)), [])
        ax.set_xlabel(f"{len(report)} layers, in the order of calls")
    axes[1].set_ylabel("")
    axes[1].get_legend().remove()
    figure.savefig(path, dpi=100)


if __name__ == "__main__":
    main(*sys.argv[1:])
