"""Every recorded initializer case of real Ivy: limits, deviations, constants, dtypes, errors."""

import inspect
import re

import keras
import numpy as np
import pytest

import keras_ivy.initializers as initializers
from keras_ivy.utils.exceptions import IvyException
from tests.golden.load import load

META, CASES = load("initializers")


def cases(kind):
    return [case for case in CASES if case["kind"] == kind]


def make(case):
    return getattr(initializers, case["cls"])(**case["init"])


def label(case):
    words = [case["cls"], *case["init"].values(), case.get("fan_in"), case.get("fan_out")]
    return "-".join(map(str, words))


def variables(init, case, shape=(2, 3), **words):
    return init.create_variables(
        shape, "cpu", fan_out=case.get("fan_out"), fan_in=case.get("fan_in"), **words
    )


def test_every_recorded_case_is_tested():
    tested = {"uniform_limit", "normal_std", "constant", "dtype", "empirical", "error"}
    assert {case["kind"] for case in CASES} == tested
    assert len(CASES) == 562


@pytest.mark.parametrize("case", cases("uniform_limit"), ids=label)
def test_uniform_limit_equals_ivy(case):
    limit = make(case).limit(case["fan_in"], case["fan_out"])
    assert limit == pytest.approx(case["high"], rel=1e-12)
    assert -limit == pytest.approx(case["low"], rel=1e-12)


@pytest.mark.parametrize("case", cases("uniform_limit")[::7], ids=label)
def test_uniform_draw_fills_the_range_of_ivy(case):
    draw = np.asarray(variables(make(case), case, (4000,)))
    assert case["low"] <= draw.min() < 0.99 * case["low"]
    assert 0.99 * case["high"] < draw.max() <= np.float32(case["high"])


KAIMING = [case for case in cases("normal_std") if case["cls"] == "KaimingNormal"]


@pytest.mark.parametrize("case", KAIMING, ids=lambda c: f"{label(c)}-{c['negative_slope']}")
def test_kaiming_normal_deviation_equals_ivy(case):
    slope = case["negative_slope"]
    init = initializers.KaimingNormal(**case["init"], negative_slope=slope)
    assert init.stddev(case["fan_in"], case["fan_out"]) == pytest.approx(case["std"], rel=1e-12)
    assert init.mean == case["mean"]


@pytest.mark.parametrize("case", KAIMING[::11], ids=lambda c: f"{label(c)}-{c['negative_slope']}")
def test_kaiming_normal_draw_has_the_moments_of_ivy(case):
    init = initializers.KaimingNormal(**case["init"])
    count = 40_000
    draw = variables(init, case, (count,), negative_slope=case["negative_slope"], dtype="float64")
    scores = (np.asarray(draw) - case["mean"]) / case["std"]
    assert abs(scores.mean()) < 4.5 / count**0.5
    assert abs(scores.var() - 1) < 4.5 * (2 / count) ** 0.5


@pytest.mark.parametrize(
    "case", [c for c in cases("normal_std") if c["cls"] == "RandomNormal"], ids=label
)
def test_random_normal_equals_ivy(case):
    init = make(case)
    assert (init.mean, init.stddev) == (case["mean"], case["std"])
    first, second = (np.asarray(init.create_variables((50,), "cpu")) for _ in range(2))
    assert (first == second).all() == case["same_seed_gives_identical_draws"]


@pytest.mark.parametrize("case", cases("constant"), ids=lambda c: f"{label(c)}-{c['dtype']}")
def test_constant_equals_ivy(case):
    out = make(case).create_variables(case["var_shape"], "cpu", dtype=case["dtype"])
    assert tuple(out.shape) == tuple(case["out_shape"])
    assert keras.backend.standardize_dtype(out.dtype) == case["out_dtype"]
    np.testing.assert_array_equal(
        np.asarray(out), np.asarray(case["out"]).reshape(case["out_shape"])
    )


@pytest.mark.parametrize("case", cases("dtype"), ids=lambda c: f"{c['cls']}-{c['dtype']}")
def test_dtype_equals_ivy(case):
    init = getattr(initializers, case["cls"])()
    if case["error"]:  # an error of the backend in Ivy, a sentence that names the dtype here
        with pytest.raises(IvyException, match=f"dtype='{case['dtype']}'"):
            variables(init, case, (3, 2), dtype=case["dtype"])
        return
    out = variables(init, case, (3, 2), dtype=case["dtype"])
    assert keras.backend.standardize_dtype(out.dtype) == case["result"]["out_dtype"]
    assert list(out.shape) == case["result"]["out_shape"]


EMPIRICAL = {
    "GlorotUniform": lambda args: initializers.GlorotUniform(),
    "FirstLayerSiren": lambda args: initializers.FirstLayerSiren(),
    "Siren": lambda args: initializers.Siren(),
    "Uniform": lambda args: initializers.Uniform(1, "fan_in", 0.5, 4.0),
    "KaimingNormal": lambda args: initializers.KaimingNormal(),
    "KaimingNormal(mean,fan_out,slope)": lambda args: initializers.KaimingNormal(
        0.5, "fan_out", 0.2
    ),
    "RandomNormal": lambda args: initializers.RandomNormal(args["mean"], args["std"]),
}


@pytest.mark.parametrize(
    "case", cases("empirical"), ids=lambda c: f"{c['cls']}-{list(c['args'].values())}"
)
def test_large_draw_has_the_moments_recorded_for_ivy(case):
    init = EMPIRICAL[case["cls"]](case["args"])
    draw = np.asarray(variables(init, case, case["var_shape"]), "float64")
    std = case["expected"]["std"]
    assert draw.mean() == pytest.approx(case["expected"]["mean"], abs=4.5 * std / draw.size**0.5)
    assert draw.std() == pytest.approx(std, rel=4.5 / (2 * draw.size) ** 0.5)
    # Ivy's own draw of that size lies as near to the exact moments.
    assert case["measured"]["std"] == pytest.approx(std, rel=4.5 / (2 * draw.size) ** 0.5)


FANS = re.compile(r"(\w+)\[(\w+)\] fan_in=(\w+) fan_out=(\w+)")
FAN_ERRORS = [case for case in cases("error") if FANS.match(case["what"])]


@pytest.mark.parametrize("case", FAN_ERRORS, ids=lambda c: c["what"])
def test_missing_and_zero_fans_fail_as_in_ivy(case):
    name, mode, fan_in, fan_out = FANS.match(case["what"]).groups()
    init = {
        "Uniform": lambda: initializers.Uniform(6, mode, 0.5, 1),
        "KaimingNormal": lambda: initializers.KaimingNormal(fan_mode=mode),
    }[name]()
    fans = {
        key: None if text == "None" else int(text)
        for key, text in (("fan_in", fan_in), ("fan_out", fan_out))
    }
    if case["error"] is None:
        assert init.create_variables((2, 3), "cpu", **fans).shape == (2, 3)
        return
    recorded = case["error"]["mro"][0]
    kind = {"IvyException": IvyException, "ZeroDivisionError": ZeroDivisionError}[recorded]
    sentence = case["error"]["message"] if kind is IvyException else "must not be zero"
    with pytest.raises(kind, match=re.escape(sentence)) as caught:
        init.create_variables((2, 3), "cpu", **fans)
    assert isinstance(caught.value, ValueError)
    assert f"fan_in={fan_in}, fan_out={fan_out}" in str(caught.value)


OTHER_ERRORS = {case["what"]: case for case in cases("error") if not FANS.match(case["what"])}

#: Calls that fail in Ivy, and what they must raise here.
RAISED = {
    "Uniform(fan_mode='bad')": (
        lambda: initializers.Uniform(6, "bad", 0.5, 1),
        (IvyException, ValueError),
    ),
    "KaimingNormal(fan_mode='bad')": (
        lambda: initializers.KaimingNormal(fan_mode="bad"),
        (IvyException, ValueError),
    ),
    "Uniform(fan_mode=None)": (
        lambda: initializers.Uniform(6, None, 0.5, 1),
        (IvyException, ValueError),
    ),
    "Initializer()": (lambda: initializers.Initializer(), (TypeError,)),
    "Siren(w0=0)": (lambda: initializers.Siren(w0=0), (ZeroDivisionError, ValueError)),
}

#: Calls that fail in Ivy for no good reason and work here.
ALLOWED = {
    # API.md gives `device` the default None.
    "GlorotUniform.create_variables without device": lambda: (
        initializers.GlorotUniform().create_variables((2, 3), fan_out=3, fan_in=2)
    ),
    # I2 of the facts: layers pass fans, RandomNormal accepts and ignores them.
    "RandomNormal.create_variables(fan_out=,fan_in=)": lambda: (
        initializers.RandomNormal().create_variables((2, 3), "cpu", fan_out=3, fan_in=2)
    ),
    "RandomNormal as Linear weight_initializer": lambda: (
        initializers.RandomNormal().create_variables((2, 3), "cpu", 2, 3, dtype="float32")
    ),
    "RandomNormal as Linear bias_initializer": lambda: initializers.RandomNormal().create_variables(
        (2, 3), "cpu", 2, 3, dtype="float32"
    ),
    "RandomNormal as Conv2D weight_initializer": lambda: (
        initializers.RandomNormal().create_variables((2, 3), "cpu", 2, 3, dtype="float32")
    ),
    "RandomNormal as Embedding weight_initializer": lambda: (
        initializers.RandomNormal().create_variables((2, 3), "cpu", 3, 2, dtype="float32")
    ),
}


def test_every_other_error_is_listed():
    assert set(OTHER_ERRORS) == set(RAISED) | set(ALLOWED)


@pytest.mark.parametrize("what", RAISED)
def test_bad_arguments_fail_as_in_ivy(what):
    call, kinds = RAISED[what]
    with pytest.raises(kinds) as caught:
        call()
    assert all(isinstance(caught.value, kind) for kind in kinds)
    if kinds[0] is IvyException:
        assert OTHER_ERRORS[what]["error"]["message"] in str(caught.value)


@pytest.mark.parametrize("what", ALLOWED)
def test_calls_that_ivy_refuses_for_no_reason_work(what):
    assert ALLOWED[what]().shape == (2, 3)


def test_constructor_arguments_stand_in_the_order_of_ivy():
    for name, recorded in META["signatures"].items():
        words = [w for w in re.findall(r"(?:^|[(,]\s*)(\w+)", recorded["init"]) if w != "self"]
        ours = list(inspect.signature(getattr(initializers, name)).parameters)
        assert ours[: len(words)] == words, name
