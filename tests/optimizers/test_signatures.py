"""Constructors name every keyword that they take, by which editors complete them."""

import inspect

import pytest

from keras_ivy import optimizers
from keras_ivy.optimizers import Adam, Optimizer
from tests.optimizers.cases import CASES

CLASSES = {case.cls for case in CASES.values()} | {Optimizer}


@pytest.mark.parametrize("cls", sorted(CLASSES, key=str), ids=lambda c: c.__name__)
def test_every_keyword_is_named(cls):
    parameters = inspect.signature(vars(cls)["__init__"]).parameters
    assert not any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    wanted = set(cls().get_config()) | {"init_on_first_step", "fallback_to_non_traced"}
    assert set(parameters) - {"self"} == wanted
    assert list(inspect.signature(cls).parameters) == list(parameters)[1:]


@pytest.mark.parametrize("cls", sorted(CLASSES, key=str), ids=lambda c: c.__name__)
def test_every_keyword_reaches_the_optimizer(cls):
    other = {"rules": "bias_norm", "name": "mine", "use_ema": True, "device": "cpu:0"}
    other |= {"clipnorm": 0.5, "ema_momentum": 0.5, "ema_overwrite_frequency": 3, "inplace": True}
    other |= {"loss_scale_factor": 2.0, "gradient_accumulation_steps": 2, "slot_dtype": "bfloat16"}
    other |= {"lazy_slots": True, "schedule_counts": "updates", "skip_nonfinite": True}
    other |= {"stop_gradients": False, "trace_on_next_step": True, "weight_decay": 0.25}
    config = cls(**other).get_config()
    assert {name: config[name] for name in other if name != "rules"} == {
        name: value for name, value in other.items() if name != "rules"
    }
    assert len(config["rules"]) == 1
    for name in ("clipvalue", "global_clipnorm"):
        assert cls(**{name: 0.5}).get_config()[name] == 0.5


def test_rooms_do_not_show():
    for name in optimizers.__all__:
        thing = getattr(optimizers, name)
        if isinstance(thing, type):
            assert thing.__module__ == "keras_ivy.optimizers", name
    assert repr(Adam) == "<class 'keras_ivy.optimizers.Adam'>"


def test_keywords_of_a_subclass_are_shown():
    class Own(Adam):
        def __init__(self, extra=1, **kwargs):
            super().__init__(**kwargs)

    shown = inspect.signature(Own).parameters
    assert {"extra", "beta_1", "rules", "clipnorm"} <= set(shown)
    with pytest.raises(ValueError, match=r"Own has no argument 'rulez'.*'rules'"):
        Own(rulez=[])


def test_config_with_exclusions_is_taken_by_constructors():
    optimizer = Adam(0.1, weight_decay=0.1)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    config = optimizer.get_config()
    assert Adam(**config).get_config() == config
