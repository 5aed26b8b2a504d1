"""Both spellings of an argument, and hints for one that does not exist, wherever it is typed."""

import keras
import pytest

import keras_ivy as ivy

#: Class, Keras's spelling (or the document's), the other one, the attribute.
PAIRS = [
    (ivy.RandomNormal, "std", "stddev"),
    (ivy.TruncatedNormal, "std", "stddev"),
    (ivy.Sparse, "std", "stddev"),
    (ivy.NormalInitializer, "stddev", "std"),
    (ivy.UniformInitializer, "minval", "a"),
    (ivy.UniformInitializer, "maxval", "b"),
]
IDS = [f"{cls.__name__}-{other}" for cls, other, _ in PAIRS]


def alias_of(cls):
    return next(n for n, known in ivy.registration.INITIALIZERS.items() if known is cls)


@pytest.mark.parametrize(("cls", "other", "name"), PAIRS, ids=IDS)
def test_both_spellings_mean_the_same(cls, other, name):
    value = -0.25 if name == "a" else 0.25
    alias = alias_of(cls)
    made = [
        cls(**{other: value}),
        cls(**{name: value}),
        cls.from_config({other: value}),
        cls().replace(**{other: value}),
        keras.initializers.get(f"{alias}({other}={value})"),
        keras.initializers.get({"class_name": alias, "config": {other: value}}),
        ivy.initializers.get(f"{alias}({other}={value})"),
        ivy.initializers.get(alias, {other: value}),
        ivy.initializers.get(cls, {other: value}),
    ]
    assert [getattr(init, name) for init in made] == [value] * len(made)
    assert all(init.get_config() == made[1].get_config() for init in made)


@pytest.mark.parametrize(("cls", "other", "name"), PAIRS, ids=IDS)
def test_both_spellings_at_once_are_refused(cls, other, name):
    with pytest.raises(TypeError, match=f"`{other}` is another spelling of `{name}`"):
        cls(**{other: 0.5, name: 0.5})


@pytest.mark.parametrize("text", ["truncated_normal", "normal", "random_normal"])
@pytest.mark.parametrize("word", ["std", "stddev"])
def test_normals_of_a_whole_model_take_both(text, word):
    model = keras.Sequential([keras.Input((300,)), keras.layers.Dense(300)])
    ivy.initialize_model(model, text, {word: 0.02})
    assert model.weights[0].numpy().std() == pytest.approx(0.02, rel=0.02)
    ivy.initialize_model(model, [ivy.InitRule(".*", text, {word: 0.03})])
    assert model.weights[0].numpy().std() == pytest.approx(0.03, rel=0.02)


def test_gpt2_takes_both():
    model = keras.Sequential([keras.Input((9,)), keras.layers.Dense(9, name="c_proj")])
    ivy.initialize_model(model, "gpt2(projection='c_proj', depth=1, stddev=0.0)")
    assert not model.weights[0].numpy().any()


NET = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])


@pytest.mark.parametrize(
    "read",
    [
        lambda: ivy.initializers.get("zeros", {"gain": 1}),
        lambda: ivy.initializers.get("zeros(gain=1)"),
        lambda: ivy.initializers.get(ivy.Zeros, {"gain": 1}),
        lambda: ivy.initializers.get("random_uniform", {"gain": 1}),
        lambda: ivy.Zeros.from_config({"gain": 1}),
        lambda: ivy.Siren().replace(gian=1),
        lambda: ivy.initialize_model(NET, "zeros", {"gain": 1}),
        lambda: ivy.initialize_model(NET, "truncated_normal(gain=1)"),
        lambda: ivy.initialize_model(NET, [(".*", "zeros(gain=1)")]),
        lambda: ivy.initialize_model(NET, [ivy.InitRule(".*", "zeros", {"gain": 1})]),
        lambda: ivy.initialize_model(NET, "gpt2", {"projection": "dense", "gain": 3}),
        lambda: keras.initializers.get("zeros_ivy(gain=1)"),
        lambda: keras.initializers.get({"class_name": "keras_ivy>Zeros", "config": {"gain": 1}}),
        lambda: keras.layers.Dense(2, kernel_initializer="sparse_ivy(gain=1)"),
        lambda: keras.optimizers.get("sgd_ivy(gain=1)"),
        lambda: keras.optimizers.get({"class_name": "sgd_ivy", "config": {"gain": 1}}),
        lambda: NET.compile("lamb_ivy(gain=1)"),
    ],
)
def test_an_argument_that_does_not_exist_gets_a_hint(read):
    with pytest.raises((TypeError, ValueError), match=r"has no argument 'g(ai|ia)n'") as caught:
        read()
    assert "Did you mean" in str(caught.value) or "Known names:" in str(caught.value)
    assert "unexpected keyword" not in str(caught.value)


@pytest.mark.parametrize(
    "read",
    [
        lambda: ivy.initializers.get("output_bias"),
        lambda: keras.initializers.get("output_bias_ivy()"),
        lambda: ivy.initialize_model(NET, "depth_scaled"),
        lambda: ivy.initializers.get("zeros(1, 2, 3)"),
    ],
)
def test_arguments_that_are_missing_or_too_many_are_counted(read):
    with pytest.raises(TypeError, match=r"missing a required|too many positional") as caught:
        read()
    assert "Received: " in str(caught.value)


def test_an_argument_twice_is_refused():
    with pytest.raises(TypeError, match="stands in the name and in the config"):
        ivy.initializers.get("siren(w0=6)", {"w0": 6})
    with pytest.raises(TypeError, match="stands in the name and in the config"):
        ivy.initialize_model(NET, "normal(std=6)", {"std": 6})


def test_ivys_spellings_of_optimizers_work_in_names():
    optimizer = keras.optimizers.get("lamb_ivy(lr=0.5, beta1=0.8, decay_lambda=0.1)")
    assert (optimizer.learning_rate, optimizer.beta_1) == (0.5, 0.8)
    assert optimizer.weight_decay == 0.1


@pytest.mark.parametrize(
    ("name", "cls"), [("he_ivy", ivy.KaimingNormal), ("lecun_ivy", ivy.LecunNormal)]
)
def test_short_names(name, cls):
    assert type(keras.initializers.get(name)) is cls
