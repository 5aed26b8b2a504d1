"""Cost of drawing whole models' kernels: ours against Keras's own initializers.

Run `python benchmarks/initializer_draw.py`. GlorotUniform should cost what Keras's costs;
Orthogonal should cost no more, and less for tall and for large kernels.
"""

import keras
from _timing import header, interleave, report

import keras_ivy.initializers as ours

theirs = keras.initializers


def resnet50_shapes() -> list[tuple[int, ...]]:
    """Kernels of ResNet-50: 25.5 million weights."""
    shapes = [(7, 7, 3, 64)]
    width = 64
    for stage, blocks in enumerate((3, 4, 6, 3)):
        inner = 64 * 2**stage
        for block in range(blocks):
            if block == 0:
                shapes.append((1, 1, width, 4 * inner))
            shapes += [(1, 1, width, inner), (3, 3, inner, inner), (1, 1, inner, 4 * inner)]
            width = 4 * inner
    return [*shapes, (width, 1000)]


def bert_base_shapes() -> list[tuple[int, ...]]:
    """Kernels and embeddings of BERT-base: 109 million weights."""
    layer = [(768, 12, 64)] * 3 + [(12, 64, 768), (768, 3072), (3072, 768)]
    return [(30522, 768), (512, 768), (2, 768), *layer * 12, (768, 768)]


def draw(make, shapes):
    """Draw all shapes with one new initializer each, as layers do."""

    def run():
        for shape in shapes:
            make()(shape)

    return run


def main():
    print(header())
    for model, shapes in (("ResNet-50", resnet50_shapes()), ("BERT-base", bert_base_shapes())):
        medians = interleave(
            {
                "Keras": draw(theirs.GlorotUniform, shapes),
                "keras_ivy": draw(ours.GlorotUniform, shapes),
            },
            rounds=9,
        )
        report(f"GlorotUniform, {model}, {len(shapes)} kernels", medians, "Keras")
    small = [(8, 8)] * 200
    medians = interleave(
        {"Keras": draw(theirs.GlorotUniform, small), "keras_ivy": draw(ours.GlorotUniform, small)},
        rounds=15,
    )
    report("GlorotUniform, 200 kernels of 8 x 8", medians, "Keras")
    for title, shape, count in (
        ("square", (64, 64), 50),
        ("square", (256, 256), 20),
        ("square", (512, 512), 10),
        ("square", (1024, 1024), 3),
        ("square", (2048, 2048), 1),
        ("recurrent, one matrix", (256, 1024), 10),
        ("convolution", (3, 3, 256, 256), 5),
        ("wide", (768, 3072), 1),
    ):
        medians = interleave(
            {
                "Keras": draw(theirs.Orthogonal, [shape] * count),
                "keras_ivy": draw(ours.Orthogonal, [shape] * count),
            },
            rounds=9,
            warmup=1,
        )
        report(f"Orthogonal, {title} {shape} x {count}", medians, "Keras")


if __name__ == "__main__":
    main()
