"""What `print(module)` shows: layers by attribute, in lists, tuples and dicts, at any depth."""

import keras
import pytest
import tensorflow as tf

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


def test_private_names_hide_layers_and_no_collections():
    def fill(m):
        m._head = layer()
        m._blocks = [layer()]
        m._by_name = {"a": layer()}

    assert printed(fill) == (
        f"Net(\n  (blocks): [\n    (v0): {LINEAR}\n  ]\n  (by_name): {{\n    (a): {LINEAR}\n  }}\n)"
    )


class Late(ivy.Module):
    """A module that knows its sizes from its first input."""

    def __init__(self):
        super().__init__(build_mode="on_call")
        self.width = 3

    def _extra_repr(self):
        return f"width={self.width}"

    def _build(self, x):
        self.linear = ivy.Linear(x.shape[-1], self.width)
        return True

    def _forward(self, x):
        return self.linear(x)


def test_a_module_says_that_it_is_not_built():
    net = Late()
    assert repr(net) == "Late(width=3, built=False)"
    assert "built=False" in net._repr_html_()
    net(tf.ones((1, 2)))
    assert repr(net).startswith("Late(\n  width=3\n  (linear): Linear(")
    assert "built=False" not in net._repr_html_()


def test_a_module_prints_at_every_moment_of_its_construction():
    seen = []

    class Net(ivy.Module):
        def __init__(self, first):
            seen.append((repr(self), self._repr_html_()))
            self.linear = layer()
            seen.append((repr(self), self._repr_html_()))
            if first:
                super().__init__()
                seen.append((repr(self), self._repr_html_()))
            self.width = 3
            if not first:
                super().__init__()

        def _extra_repr(self):
            return f"width={self.width}"

        def _create_variables(self, device, dtype):
            seen.append((repr(self), self._repr_html_()))
            return {}

    for first in (True, False):
        seen.clear()
        text = repr(Net(first))
        assert text == f"Net(\n  width=3\n  (linear): {LINEAR}\n)"
        assert seen[0][0] == "Net(built=False)"
        assert "built=False" in seen[1][0]
        if first:
            assert any(text.startswith("Net(\n  ...") for text, _ in seen)
    net, traced = Net(True), []
    tf.function(lambda: traced.append(repr(net)))()
    assert LINEAR in traced[0]


def test_a_module_that_holds_itself_prints_what_is_wrong():
    net = Late()
    net.items = [layer()]
    net.items.append(net)
    for text in (repr(net), net._repr_html_()):
        assert "cannot hold itself" in text
    with pytest.raises(ValueError, match="cannot hold itself"):
        ivy.structure.walk(net)


def test_tree_shows_layers_variables_and_what_is_not_trained():
    class Net(ivy.Module):
        def __init__(self):
            self.blocks = [ivy.Linear(2, 2) for _ in range(11)]
            self.norm = keras.layers.BatchNormalization(name="<norm>")
            self.norm.build((None, 2))
            super().__init__()

    text = Net()._repr_html_()
    assert text.startswith("<details open><summary>Net()")
    assert text.count("<details") == text.count("</details>") == 1 + 1 + 11 + 1
    assert "Linear(in_features=2, out_features=2, with_bias=True), 6 values" in text
    assert "2x2 float32" in text
    assert "2 float32, not trainable" in text
    assert "&lt;norm&gt;" in text
    assert "<norm>" not in text
    assert text.index("<b>v2</b>") < text.index("<b>v10</b>")
