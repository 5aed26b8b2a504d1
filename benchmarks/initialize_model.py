"""What whole-model initialization costs, against Keras's own initializers.

Keras's way to new values is `variable.assign(initializer(variable.shape))`, one by one. The models
have the variables of ResNet-50 and of BERT base.

    python benchmarks/initialize_model.py
"""

import keras
from _timing import header, interleave, report

import keras_ivy
from keras_ivy.structure import walk


def resnet50() -> keras.Model:
    return keras.applications.ResNet50(weights=None)


def bert_base() -> keras.Model:
    """Embeddings and twelve encoder layers of width 768: 110 million values in 199 variables."""
    ids = keras.Input((8,), dtype="int32")
    x = keras.layers.Embedding(30522, 768)(ids) + keras.layers.Embedding(512, 768)(ids)
    x = keras.layers.LayerNormalization()(x + keras.layers.Embedding(2, 768)(ids))
    for _ in range(12):
        attention = keras.layers.MultiHeadAttention(12, 64)
        x = keras.layers.LayerNormalization()(x + attention(x, x))
        y = keras.layers.Dense(768)(keras.layers.Dense(3072, "gelu")(x))
        x = keras.layers.LayerNormalization()(x + y)
    return keras.Model(ids, keras.layers.Dense(768, "tanh")(x[:, 0]))


def split(model: keras.Model) -> tuple[list[keras.Variable], list[keras.Variable]]:
    """The weights, which both sides draw, and the biases, which both set to zero."""
    roles = {
        e.variable.path: (e.variable, keras_ivy.initializers.geometry_of(e.layer, e.variable))
        for e in walk(model)
    }
    weights = [variable for variable, geometry in roles.values() if geometry.is_weight]
    return weights, [variable for variable, geometry in roles.values() if geometry.role == "bias"]


def keras_way(variables: list[keras.Variable], scheme: str) -> None:
    for variable in variables:
        initializer = keras.initializers.get(scheme)
        variable.assign(initializer(variable.shape, dtype=variable.dtype))


def compare(name: str, model: keras.Model, keras_name: str, scheme: object, rounds: int) -> None:
    weights, biases = split(model)

    def both() -> None:
        keras_way(weights, keras_name)
        keras_way(biases, "zeros")

    initialize = keras_ivy.initialize_model
    medians = interleave(
        {
            "Keras": both,
            "initialize_model": lambda: initialize(model, scheme),
            "Keras, weights alone": lambda: keras_way(weights, keras_name),
            "ours, weights alone": lambda: initialize(model, scheme, bias=None),
        },
        rounds=rounds,
    )
    report(f"{name}, {keras_name}", medians, "Keras")


def main() -> None:
    print(header())
    for name, make in (("ResNet-50", resnet50), ("BERT base", bert_base)):
        model = make()
        compare(name, model, "glorot_uniform", keras_ivy.GlorotUniform(), rounds=9)
        compare(name, model, "he_normal", "he_normal", rounds=3)
    convolutions = resnet50()
    compare("ResNet-50", convolutions, "orthogonal", "orthogonal", rounds=1)


if __name__ == "__main__":
    main()
