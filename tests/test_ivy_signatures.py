"""Every public signature of Ivy's, as recorded, against ours: the same name in the same place."""

import inspect
import json

import keras
import numpy as np
import pytest

import keras_ivy as ivy
from keras_ivy.optimizers.parts.spellings import SPELLINGS
from tests.golden.load import HERE, load
from tests.signature_differences import ALIASES, DEFAULTS, LACKING, PLACES, WITHOUT

RECORDED = json.loads((HERE / "signatures.json").read_text(encoding="utf-8"))

#: By what a class of Ivy's is called where it is called another here.
CLASSES = {n: s for n, s in RECORDED["classes"].items() if not n.startswith("_")}
METHODS = [
    (f"{owner}.{method}", recorded, getattr(getattr(ivy, owner), method))
    for owner, methods in CLASSES.items()
    for method, recorded in methods.items()
    if method != "__init__" and not isinstance(getattr(getattr(ivy, owner), method, 0), property)
]
FUNCTIONS = [
    (name, recorded, getattr(ivy, name))
    for name, recorded in RECORDED["functions"].items()
    if callable(getattr(ivy, name, None)) and not inspect.isclass(getattr(ivy, name))
]


def differences(name, recorded, ours, positional=False):
    """Which of Ivy's parameters we do not have by name, or not in the same place.

    Args:
        name: Of what is compared.
        recorded: Ivy's parameters: name, kind and default.
        ours: The class or function.
        positional: Whether keyword-only parameters of Ivy count by position too, in their order,
            which is that of Ivy's document.
    """
    parameters = [p for p in inspect.signature(ours).parameters.values() if p.name != "self"]
    by_place = [
        p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    names = {p.name for p in parameters}
    aliases = {**SPELLINGS, **ALIASES.get(name, {})}
    found = {}
    places = iter(by_place)
    for parameter, kind, *_ in recorded:
        if kind in ("*", "**"):
            if kind == "*":
                positional = False  # what follows is by name alone
            continue
        wanted = {parameter, aliases.get(parameter, parameter)}
        if kind in ("P", "") or positional:
            place = next(places, None)
            if place not in wanted:
                found[parameter] = f"in its place stands {place}"
        if kind != "P" and not wanted & names:
            found.setdefault(parameter, "lacking")
    return found


def unexplained(name, recorded, ours, positional=False):
    """The differences that no table explains, and explanations of what agrees."""
    found = differences(name, recorded, ours, positional)
    listed = {**LACKING.get(name, {}), **PLACES.get(name, {})}
    stale = set(listed) - set(found)
    return {p: why for p, why in found.items() if p not in listed and p not in WITHOUT}, stale


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_class_takes_arguments_in_ivys_order(name):
    assert hasattr(ivy, name)
    recorded = CLASSES[name].get("__init__", [])
    assert unexplained(name, recorded, getattr(ivy, name), positional=True) == ({}, set())


@pytest.mark.parametrize(("name", "recorded", "ours"), METHODS, ids=[m[0] for m in METHODS])
def test_method_takes_arguments_in_ivys_order(name, recorded, ours):
    assert unexplained(name, recorded, ours) == ({}, set())


@pytest.mark.parametrize(("name", "recorded", "ours"), FUNCTIONS, ids=[f[0] for f in FUNCTIONS])
def test_function_takes_arguments_in_ivys_order(name, recorded, ours):
    assert unexplained(name, recorded, ours) == ({}, set())


def test_tables_name_what_exists():
    known = {name for name, *_ in [*METHODS, *FUNCTIONS]} | set(CLASSES)
    assert (set(ALIASES) | set(LACKING) | set(PLACES)) <= known


# -- and calls, since a signature is only what a constructor says of itself -------------------


LAYERS = {
    case["cls"]: case["args"]
    for case in reversed(load("layers")[1])
    # Sequential takes everything but its layers by name, in Ivy too.
    if case["cls"] in CLASSES and case["cls"] != "Sequential" and not case.get("error")
}


@pytest.mark.parametrize("name", sorted(LAYERS))
def test_layer_by_position_is_the_layer_by_name(name):
    cls, given = getattr(ivy, name), list(LAYERS[name])
    order = [n for n, *_ in CLASSES[name].get("__init__", []) if n not in PLACES.get(name, {})]
    defaults = inspect.signature(cls).parameters
    chosen = {"device": "cpu", "dtype": "float32"}
    rest = {n: chosen.get(n, defaults[n].default) for n in order[len(given) :]}
    keras.utils.set_random_seed(0)
    by_name = cls(*given, **rest, name="a")
    keras.utils.set_random_seed(0)
    by_place = cls(*given, *rest.values(), name="a")
    assert by_place.get_config() == by_name.get_config()
    assert repr(by_place) == repr(by_name)
    for path, value in by_name.v.flatten().items():
        assert keras.ops.all(by_place.v.flatten()[path] == value)


def test_linear_of_the_document_by_position():
    values = {"w": [[1.0, 2.0]], "b": [3.0]}
    v = ivy.Container(values).map(ivy.array)
    layer = ivy.Linear(2, 1, ivy.GlorotUniform(), ivy.Zeros(), True, "cpu", v)
    assert layer([[1.0, 1.0]]).numpy().tolist() == [[6.0]]
    plain = ivy.Linear(2, 1, ivy.Ones(), ivy.Zeros(), False, None)
    assert list(plain.v) == ["w"]
    assert (
        plain.get_config()
        == ivy.Linear(
            2, 1, weight_initializer=ivy.Ones(), with_bias=False, name=plain.name
        ).get_config()
    )


SWITCHES = {"inplace": None, "stop_gradients": False, "trace_on_next_step": True}
DEVICE = {"device": "cpu:0"}


@pytest.mark.parametrize(
    ("cls", "given"),
    [
        (ivy.SGD, {"lr": 0.1, **SWITCHES}),
        (ivy.LARS, {"lr": 0.1, "decay_lambda": 0.2, **SWITCHES}),
        (ivy.Adam, {"lr": 0.1, "beta1": 0.5, "beta2": 0.25, "epsilon": 1e-3, **SWITCHES, **DEVICE}),
        (
            ivy.AdamW,
            {"lr": 0.1, "beta1": 0.5, "beta2": 0.25, "epsilon": 1e-3, "weight_decay": 0.2}
            | SWITCHES
            | DEVICE,
        ),
        (
            ivy.LAMB,
            {"lr": 0.1, "beta1": 0.5, "beta2": 0.25, "epsilon": 1e-3, "max_trust_ratio": 3}
            | {"decay_lambda": 0.2}
            | SWITCHES
            | DEVICE,
        ),
    ],
)
def test_optimizer_by_position_is_the_optimizer_by_name(cls, given):
    assert list(given) == [name for name, *_ in CLASSES[cls.__name__]["__init__"]]
    by_name = cls(**given, name="a").get_config()
    assert cls(*given.values(), name="a").get_config() == by_name
    again = cls.from_config(by_name)
    assert again.get_config() == by_name
    for name, value in given.items():
        assert by_name[SPELLINGS.get(name, name)] == pytest.approx(value)
    # Any number of arguments may be left off, also within the switches.
    for count in range(1, len(given)):
        some = dict(list(given.items())[:count])
        by_place = cls(*some.values(), name="a").get_config()
        assert by_place == cls(**some, name="a").get_config()


def test_numbers_in_the_place_of_switches_are_momentum():
    assert ivy.SGD(0.1, 0.9, True).get_config()["nesterov"] is True
    lars = ivy.LARS(0.1, 0.2, 0.9).get_config()
    assert (lars["momentum"], lars["inplace"]) == (0.9, None)
    assert ivy.SGD(0.1, 0).get_config()["momentum"] == 0.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ivy.SGD(0.1, None, True, False, "cpu"), "Received: 5 arguments"),
        (lambda: ivy.SGD(0.1, True, inplace=True), "takes `inplace` once"),
        (lambda: ivy.LARS(0.1, 0.0, True, 3), "`stop_gradients` must be"),
        (lambda: ivy.Adam(0.1, 0.9, 0.999, 1e-7, 1e-3), "`inplace` must be"),
        (lambda: ivy.LAMB(0.1, 0.9, 0.999, 1e-7, 10, 0.0, 0.5), "`inplace` must be"),
        (lambda: ivy.Adam(0.1, lr=0.1), "`lr` is Ivy's spelling of `learning_rate`"),
    ],
)
def test_other_positions_are_refused(call, message):
    with pytest.raises(TypeError, match=message):
        call()


def test_base_class_takes_the_documents_order_and_that_of_ivy_1():
    class Own(ivy.Optimizer):
        def _step(self, v, grads):
            return v

    document = Own(0.1, None, False, True, True, "cpu:0")
    released = Own(0.1, None, False, True, True, False, "cpu:0")
    named = Own(
        lr=0.1, inplace=None, stop_gradients=False, init_on_first_step=True,
        trace_on_next_step=True, fallback_to_non_traced=False, device="cpu:0",
    )  # fmt: skip
    for optimizer in (document, released):
        assert optimizer.get_config() | {"name": 0} == named.get_config() | {"name": 0}
        assert (optimizer.device, optimizer.trace_on_next_step) == ("cpu:0", True)
        assert optimizer.stop_gradients is False


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW", "LARS", "LAMB", "LAMBPaper", "LARSPaper"])
def test_signature_shows_every_keyword(name):
    signature = inspect.signature(getattr(ivy.optimizers, name))
    assert {"rules", "variant", "device", "use_ema", "clipnorm", "name"} <= set(
        signature.parameters
    )
    assert all(p.kind is not p.VAR_KEYWORD for p in signature.parameters.values())
    assert next(iter(signature.parameters)) == "learning_rate"


def test_random_normal_takes_a_dtype_where_ivy_has_it():
    drawn = ivy.RandomNormal().create_variables((2, 3), "cpu", "float64")
    assert drawn.dtype == "float64"
    assert ivy.RandomNormal().create_variables((2, 3), "cpu", 3, 2).dtype == "float32"


CONTAINER = {
    name: recorded
    for name, recorded in RECORDED["container"].items()
    if name != "__init__" and callable(getattr(ivy.Container, name, None))
}
#: Other names of ours for what stands in the same place.
CONTAINER_ALIASES = {
    "concat": {"xs": "containers"},
    "cont_find_sub_container": {"sub_cont_to_find": "sub_cont"},
    "cont_find_sub_structure": {"sub_struc_to_find": "sub_cont"},
    "cont_has_key": {"query_key": "query"},
    "cont_load": {"filepath": "file_path"},
    "cont_save": {"filepath": "file_path"},
    "cont_unify": {"containers": "cont"},
    "stack": {"xs": "containers"},
    "static_general_inner_product": {"x1": "a", "x2": "b"},
    "static_imag": {"val": "x"},
    "static_isin": {"element": "elements"},
}


@pytest.mark.parametrize("name", sorted(CONTAINER))
def test_no_place_of_a_container_method_means_something_else(name):
    # What Ivy has behind may be lacking here, and is then refused by position.
    parameters = inspect.signature(getattr(ivy.Container, name)).parameters.values()
    ours = [
        p.name
        for p in parameters
        if p.name != "self" and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    theirs = [parameter for parameter, kind, *_ in CONTAINER[name] if kind in ("P", "")]
    aliases = CONTAINER_ALIASES.get(name, {})
    theirs = [aliases.get(parameter, parameter) for parameter in theirs]
    assert ours[: len(theirs)] == theirs[: len(ours)]


# -- defaults ----------------------------------------------------------------------------------


COMPARED = {
    **{
        name: (methods.get("__init__", []), getattr(ivy, name)) for name, methods in CLASSES.items()
    },
    **{name: (recorded, ours) for name, recorded, ours in [*METHODS, *FUNCTIONS]},
    **{f"Container.{name}": (r, getattr(ivy.Container, name)) for name, r in CONTAINER.items()},
}


def other_defaults(name):
    """By parameter: Ivy's default and ours, as source text, where they are not the same."""
    recorded, ours = COMPARED[name]
    parameters = inspect.signature(ours).parameters
    method = name.removeprefix("Container.")
    aliases = {**SPELLINGS, **ALIASES.get(name, {}), **CONTAINER_ALIASES.get(method, {})}
    found = {}
    for parameter, kind, *default in recorded:
        own = parameters.get(parameter) or parameters.get(aliases.get(parameter))
        if kind in ("*", "**") or own is None:
            continue
        theirs = default[0] if default else "required"
        shown = "required" if own.default is own.empty else repr(own.default)
        if inspect.isfunction(own.default):
            shown = own.default.__name__
        if shown != theirs and not same_number(shown, theirs):
            found[parameter] = (theirs, shown)
    return found


def same_number(a, b):
    try:
        return float(a) == float(b.removeprefix("float('").removesuffix("')"))
    except ValueError:
        return False


@pytest.mark.parametrize("name", sorted(COMPARED))
def test_defaults_are_ivys(name):
    found, listed = other_defaults(name), DEFAULTS.get(name, {})
    assert {p: pair for p, pair in found.items() if p not in listed} == {}
    assert set(listed) <= set(found), "a table explains what agrees"


def test_table_of_defaults_names_what_exists():
    assert set(DEFAULTS) <= set(COMPARED)


def test_defaults_that_are_written_otherwise_mean_the_same(tmp_path):
    x = np.array([[1.0, 2.0, 3.0], [0.5, 0.0, 1.0]], "float32")
    # `None`, as Ivy's programs hand it on, is the number that Ivy keeps for it.
    for function, arguments in ((ivy.stable_divide, (x, x * 0)), (ivy.stable_pow, (x * 0, 0.5))):
        np.testing.assert_array_equal(function(*arguments, None), function(*arguments))
    np.testing.assert_allclose(ivy.stable_pow(0.0, 0.5), 1e-5**0.5, rtol=1e-5)
    np.testing.assert_allclose(ivy.stable_divide(1.0, 0.0), 1e12, rtol=1e-5)
    np.testing.assert_allclose(ivy.cross(x, x[::-1]), np.cross(x, x[::-1]), rtol=1e-6)
    for axes in ({"axisa": 0, "axisb": 1}, {"axisa": 0, "axisb": 1, "axisc": 0}):
        np.testing.assert_allclose(ivy.cross(x.T, x, **axes), np.cross(x.T, x, **axes), rtol=1e-6)
    np.testing.assert_allclose(ivy.cross(x.T, x.T[:, ::-1], axis=0),
                               np.cross(x.T, x.T[:, ::-1], axis=0), rtol=1e-6)  # fmt: skip
    small = np.full((1, 4, 1), 1e-3, "float32") * [[[1], [-1], [1], [-1]]]
    y = ivy.instance_norm(small, [0.0], [1.0], training=True)[0]
    np.testing.assert_allclose(np.abs(y), 1e-3 / np.sqrt(1e-6 + 1e-5), rtol=1e-4)
    c = ivy.Container(a=ivy.array(x), b=ivy.array(x))
    assert list(c.cont_restructure({"a": "z"})) == ["b", "z"]
    assert [p.a.shape for p in c.split_conts()] == [(1, 3)] * 2
    assert len(c.split_conts(axis=1)) == 3
    c.cont_save(tmp_path / "c.h5", format="h5py")
    assert sorted(ivy.Container.cont_load(tmp_path / "c.h5", format="h5py")) == ["a", "b"]


def test_gradients_are_taken_of_everything_by_default():
    xs = ivy.Container(a=ivy.array([1.0]), b=ivy.array([2.0]))
    loss, grads = ivy.execute_with_gradients(lambda v: ivy.sum(v.a * v.b), xs)
    assert float(loss) == 2.0
    assert {p: float(g[0]) for p, g in grads.flatten().items()} == {"a": 2.0, "b": 1.0}
