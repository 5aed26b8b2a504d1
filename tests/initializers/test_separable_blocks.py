"""The example of the eight separable blocks keeps its promise."""

import importlib.util
import pathlib

import pytest

PATH = pathlib.Path(__file__).parents[2] / "examples" / "separable_blocks.py"


@pytest.mark.slow
def test_true_fans_train_what_the_default_leaves_at_chance(capsys):
    pytest.importorskip("sklearn", reason="the example trains on the digits of scikit-learn")
    spec = importlib.util.spec_from_file_location("separable_blocks", PATH)
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    shares = example.run(seed=1, verbose=0)
    assert shares["Keras's default"] < 0.15
    assert shares["initialize_model"] > 0.95
    assert "deviation after 8 blocks" in capsys.readouterr().out
