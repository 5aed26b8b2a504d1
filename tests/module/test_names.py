"""Attributes whose names Keras has too: each works as the program means it, or is refused."""

import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy

X = np.ones((4, 2), "float32")


def layer():
    """A layer of values that need not be drawn, which takes a fifth of the time."""
    return ivy.Linear(2, 2, weight_initializer=ivy.Ones())


def net(name=None, value=None, first=False):
    class Net(ivy.Module):
        def __init__(self):
            if first:
                super().__init__()
            self.inner = layer()
            if name is not None:
                setattr(self, name, value)
            if not first:
                super().__init__()

        def _forward(self, x):
            return self.inner(x)

    return Net()


def names():
    """The names of all attributes of a model that has been compiled and called."""
    model = net()
    model.compile("sgd", "mse")
    model(X)
    known = {n for n in dir(model) if not n.startswith(("__", "_ivy", "inner"))}
    # What graph models have, and what programs like to call theirs.
    further = "inputs outputs input_shape output_shape input_names output_names history _inputs"
    return sorted(known | set(further.split()))


#: What `compile` sets, whatever there was, as in Keras.
COMPILED = {"loss", "optimizer", "steps_per_execution", "unrolled_steps_per_execution"}


def refusal(name, value, first=False):
    """Return the module, and why the attribute was refused, if it was."""
    try:
        return net(name, value, first), ""
    except (AttributeError, TypeError, ValueError) as error:
        return None, f"{type(error).__name__}: {error}"


def use(model, folder):
    """Do what models are for; an attribute that Keras misunderstands fails here."""
    model(X)
    assert len(model.v.flatten()) == 2 == len(model.weights) == len(model.trainable_variables)
    assert model.train().training
    assert not model.eval().training
    model.compile("sgd", "mse", run_eagerly=True)
    model.fit(X, X, batch_size=4, verbose=0)
    assert model.predict_on_batch(X).shape == (4, 2)
    model.summary(print_fn=lambda *_, **__: None)
    assert repr(model).startswith("Net(")
    model.save_weights(folder / "n.weights.h5")
    model.load_weights(folder / "n.weights.h5")
    assert model.get_config()
    x = keras.Input((2,))
    assert len(keras.Model(x, model(x)).weights) == 2


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("value", [3, [1, 2]], ids=["int", "list"])
def test_every_name_works_or_is_refused(name, value, tmp_path):
    model, refused = refusal(name, value)
    if model is None:
        way_out = f"such as `my_{name.strip('_')}`"
        assert way_out in refused or not refused.startswith(("Attribute", "IvyAttribute"))
        assert f"{name}={value}" in refused or "Received: " in refused or "dtype" in name
        return
    if name in COMPILED:
        assert getattr(model, name) == value
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        use(model, tmp_path)
    if name != "name":
        assert getattr(model, name) == value


@pytest.mark.parametrize("name", [name for name in names() if name != "v"])
@pytest.mark.parametrize("first", [False, True])
def test_every_name_takes_a_layer_or_is_refused(name, first, tmp_path):
    given = layer()
    model, refused = refusal(name, given, first)
    if model is None:
        assert f"such as `my_{name.strip('_')}`" in refused
        return
    assert getattr(model, name) is given
    assert len(model.v.flatten()) == 4 == len(model.weights)


def test_the_error_comes_before_anything_changes():
    model = net()
    before = dict(vars(model))
    for name in names():
        if name in COMPILED | {"history", "layers", "_layers", "v"}:
            continue
        try:
            setattr(model, name, ivy.Linear(2, 2))
        except (AttributeError, TypeError):
            assert dict(vars(model)) == before, name
        else:
            delattr(model, name)
            before = dict(vars(model))


def test_methods_may_be_replaced_by_functions():
    model = net("compute_mask", lambda inputs, previous: None)
    assert model.compute_mask(1, 2) is None
    assert net("_forward", lambda x: x * 3)(X)[0, 0] == 3
    with pytest.raises(AttributeError, match="such as `my_train`"):
        model.train = True


def test_overridden_setattr_does_not_hide_who_asks():
    class Passing(ivy.Module):
        def __init__(self):
            self._layers = [ivy.Linear(2, 2)]
            super().__init__()

        def __setattr__(self, name, value):
            super().__setattr__(name, value)

        def _forward(self, x):
            return self._layers[0](x)

    model = Passing()
    model.compile("sgd", "mse")
    model.fit(X, X, verbose=0)
    with pytest.raises(AttributeError, match="such as `my_losses`"):
        model._losses = []


#: As a class of `tf_keras` looks from here, which need not be installed.
Dense2 = type("Dense", (tf.Module,), {"__module__": "tf_keras.src.layers.core.dense"})


@pytest.mark.parametrize(
    "wrap", [lambda x: x, lambda x: [x], lambda x: {"a": (x,)}], ids=["alone", "list", "nested"]
)
def test_layers_of_tf_keras_are_refused(wrap):
    """They would be called, and neither trained nor saved."""

    class Old(ivy.Module):
        def __init__(self):
            self.head = wrap(type("Mine", (Dense2,), {})())
            super().__init__()

    with pytest.raises(TypeError, match=r"layer of `tf_keras`: it would not.*Received: head="):
        Old()


def test_other_modules_of_tensorflow_are_the_programs_own():
    class Net(ivy.Module):
        def __init__(self):
            self.table = tf.Module(name="table")
            super().__init__()

    assert isinstance(Net().table, tf.Module)
