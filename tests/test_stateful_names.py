"""`keras_ivy.stateful` holds the classes of Ivy's files, and nothing else."""

import importlib
import pkgutil

import pytest

import keras_ivy as ivy

PARTS = sorted(part.name for part in pkgutil.iter_modules(ivy.stateful.__path__))


def test_parts_are_those_of_ivy_and_attributes():
    assert PARTS == [
        "activations", "initializers", "layers", "losses", "module", "norms", "optimizers",
        "sequential",
    ]  # fmt: skip
    assert sorted(ivy.stateful.__all__) == PARTS


@pytest.mark.parametrize("part", PARTS)
def test_part_holds_the_classes_of_the_package(part):
    module = importlib.import_module(f"keras_ivy.stateful.{part}")
    assert getattr(ivy.stateful, part) is module
    assert module.__all__
    for name in module.__all__:
        assert getattr(module, name) is getattr(ivy, name)


def test_every_layer_of_ivy_has_a_place():
    parts = ["activations", "layers", "losses", "norms", "sequential"]
    placed = [name for part in parts for name in getattr(ivy.stateful, part).__all__]
    ours = {name for name in ivy.layers.__all__ if name[0].isupper()}
    assert len(placed) == len(set(placed))
    assert set(placed) == ours - {"GroupNorm"}  # which Ivy does not have
