"""What `print(module)` shows: layers by attribute, in lists, tuples and dicts, at any depth."""

import keras

import keras_ivy as ivy

LINEAR = "Linear(in_features=2, out_features=2, with_bias=True)"


def layer():
    return ivy.Linear(2, 2)


def printed(fill):
    class Net(ivy.Module):
        def __init__(self):
            fill(self)
            super().__init__()

    return repr(Net())


def test_lists_tuples_and_dicts():
    def fill(m):
        m.linear = [[layer(), layer()], layer(), ivy.ReLU()]
        m.pair = (layer(), 3)
        m.named = {"key0": layer(), 1: ivy.Container(k=layer())}
        m.settings = [1, {"a": 2}]

    assert printed(fill) == (
        "Net(\n"
        "  (linear): [\n"
        "    (v0): [\n"
        f"      (v0): {LINEAR}\n"
        f"      (v1): {LINEAR}\n"
        "    ]\n"
        f"    (v1): {LINEAR}\n"
        "    (v2): ReLU(complex_mode=jax)\n"
        "  ]\n"
        "  (named): {\n"
        f"    (key0): {LINEAR}\n"
        "    (1): {\n"
        f"      (k): {LINEAR}\n"
        "    }\n"
        "  }\n"
        "  (pair): (\n"
        f"    (v0): {LINEAR}\n"
        "  )\n"
        ")"
    )


def test_ivys_commonest_spelling_and_nets_in_lists():
    def inner(m):
        m._layers = [layer()]

    class Inner(ivy.Module):
        def __init__(self):
            inner(self)
            super().__init__()

    text = f"Inner(\n  (layers): [\n    (v0): {LINEAR}\n  ]\n)"
    assert repr(Inner()) == text
    indented = text.replace("\n", "\n    ")
    assert printed(lambda m: setattr(m, "nets", [Inner()])) == (
        f"Net(\n  (nets): [\n    (v0): {indented}\n  ]\n)"
    )


def test_frozen_shared_and_unbuilt_layers():
    def fill(m):
        m.items = [layer()]
        m.again = m.items[0]
        m.frozen = keras.layers.Dense(1, name="frozen")
        m.frozen.build((None, 2))
        m.frozen.trainable = False
        m.late = keras.layers.Dense(1, name="late")
        m.act = ivy.ReLU()  # no variables: not shown, as in Ivy
        m._hidden = layer()

    assert printed(fill) == (
        "Net(\n"
        f"  (again): {LINEAR}\n"
        "  (frozen): <Dense name=frozen, built=True>\n"
        "  (items): [\n"
        f"    (v0): {LINEAR}\n"
        "  ]\n"
        "  (late): <Dense name=late, built=False>\n"
        ")"
    )
