"""LSTM inside Keras's wrappers, and its nested outputs in every export."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy

RNG = np.random.default_rng(0)
X = RNG.normal(size=(2, 5, 3)).astype("float32")


def pair(merge, **options):
    """A Bidirectional of ours, and Keras's with the same weights."""
    ours = keras.layers.Bidirectional(
        ivy.LSTM(3, 4, return_sequence=options.get("return_sequences", False),
                 return_state=options.get("return_state", False)),
        merge_mode=merge,
    )  # fmt: skip
    theirs = keras.layers.Bidirectional(
        keras.layers.LSTM(4, use_bias=False, **options), merge_mode=merge
    )
    ours(X), theirs(X)
    for mine, other in ((ours.forward_layer, theirs.forward_layer),
                        (ours.backward_layer, theirs.backward_layer)):  # fmt: skip
        other.set_weights([mine.v.input.layer_0.w, mine.v.recurrent.layer_0.w])
    return ours, theirs


def agree(ours, theirs):
    for a, b in zip(keras.tree.flatten(ours), keras.tree.flatten(theirs), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


@pytest.mark.parametrize("merge", ["concat", "sum", "mul", "ave", None])
@pytest.mark.parametrize("sequences", [True, False])
@pytest.mark.parametrize("state", [True, False])
def test_bidirectional_gives_what_it_gives_with_keras(merge, sequences, state):
    ours, theirs = pair(merge, return_sequences=sequences, return_state=state)
    agree(ours(X), theirs(X))
    mask = np.array([[True] * 5, [True, True, False, True, False]])
    agree(ours(X, mask=mask), theirs(X, mask=mask))
    if state:
        start = [RNG.normal(size=(2, 4)).astype("float32") for _ in range(4)]
        agree(ours(X, initial_state=start), theirs(X, initial_state=start))
    assert len(ours.trainable_variables) == 4


def test_bidirectional_reloads_trains_and_knows_its_shape(tmp_path):
    inputs = keras.Input((5, 3))
    ours = keras.layers.Bidirectional(ivy.LSTM(None, 4, return_state=False))
    model = keras.Model(inputs, keras.layers.Dense(1)(ours(inputs)))
    assert ours.compute_output_shape((None, 5, 3)) == (None, 5, 8)
    model.compile(ivy.Adam(0.01), "mse")
    model.fit(X, np.zeros((2, 5, 1)), verbose=0)
    model.save(tmp_path / "m.keras")
    again = keras.saving.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(again(X), model(X), atol=1e-6)
    assert [layer.backward_layer.go_backwards for layer in again.layers[1:2]] == [True]


@pytest.mark.parametrize("options", [{"go_backwards": True}, {"zero_output_for_mask": True}])
def test_an_lstm_converts_from_and_to_keras_with_its_direction(options):
    theirs = keras.layers.LSTM(4, use_bias=False, return_sequences=True, **options)
    mask = np.array([[True] * 5, [True, True, False, True, False]])
    want = theirs(X, mask=mask)
    ours = ivy.LSTM.from_keras(theirs)
    agree(ours(X, mask=mask), want)
    agree(ours.to_keras()(X, mask=mask), want)


class Encoder(ivy.Module):
    def __init__(self):
        self.lstm = ivy.LSTM(3, 4, num_layers=2)
        ivy.Module.__init__(self)

    def _forward(self, x):
        return self.lstm(x)


def functional():
    inputs = keras.Input((5, 3))
    return keras.Model(inputs, ivy.LSTM(3, 4, num_layers=2)(inputs))


NAMES = ["cell_0", "cell_1", "hidden_0", "hidden_1", "output"]


@pytest.mark.parametrize(
    "make",
    [Encoder, functional, lambda: ivy.LSTM(3, 4, num_layers=2)],
    ids=["module", "functional", "alone"],
)
@pytest.mark.parametrize("route", ["export", "save", "archive"])
def test_states_are_served_by_name(make, route, tmp_path):
    model, path = make(), str(tmp_path / "served")
    y, (h, c) = model(X)
    if route == "export":
        model.export(path, verbose=False)
    elif route == "save":
        tf.saved_model.save(model, path)
    else:
        archive = keras.export.ExportArchive()
        archive.track(model)
        signature = [tf.TensorSpec((None, 5, 3))]
        archive.add_endpoint("serve", lambda x: model(x), input_signature=signature)
        archive.write_out(path, verbose=False)
    served = tf.saved_model.load(path)
    key = "serve" if route == "archive" else "serving_default"
    function = served.signatures[key]
    [name] = function.structured_input_signature[1]
    out = function(**{name: tf.constant(X)})
    assert sorted(out) == NAMES
    agree([out["output"], out["hidden_0"], out["hidden_1"], out["cell_0"], out["cell_1"]],
          [y, *h, *c])  # fmt: skip


def test_a_call_keeps_the_structure_of_ivy():
    out = ivy.LSTM(3, 4)(X)
    y, (h, c) = out
    assert isinstance(out, tuple)
    assert (y.shape, h[0].shape, c[0].shape) == ((2, 5, 4), (2, 4), (2, 4))
    assert len(ivy.LSTM(3, 4).predict(X, verbose=0)) == 2


def test_a_loaded_functional_model_keeps_the_structure(tmp_path):
    model = functional()
    model.save(tmp_path / "m.keras")
    for again in (
        keras.saving.load_model(tmp_path / "m.keras"),
        keras.Model.from_config(model.get_config()),
    ):
        y, (h, c) = out = again(X)
        assert type(out) is type(model(X))
        assert (y.shape, h[1].shape, c[1].shape) == ((2, 5, 4), (2, 4), (2, 4))
        again.save(tmp_path / "again.keras")
        tf.nest.assert_same_structure(keras.saving.load_model(tmp_path / "again.keras")(X), out)
    # Beside other outputs, and from inside another model.
    inputs = keras.Input((5, 3))
    inner = keras.models.clone_model(model)
    out = inner(inputs)
    outer = keras.Model(inputs, {"lstm": out, "sum": keras.layers.Dense(1)(out[0])})
    again = keras.Model.from_config(outer.get_config())
    assert len(again(X)["lstm"]) == 2


@pytest.mark.parametrize("layers", [1, 2])
def test_bidirectional_takes_the_states_that_another_gave(layers):
    first, second = (keras.layers.Bidirectional(ivy.LSTM(3, 4, num_layers=layers)) for _ in "12")
    _, *states = first(X)
    assert [s.shape for s in states] == [(2, 4)] * 4 * layers
    out = second(X, initial_state=states)
    half = 2 * layers
    for layer, own in ((second.forward_layer, states[:half]),
                       (second.backward_layer, states[half:])):  # fmt: skip
        _, (h, c) = layer(X, initial_state=(own[:layers], own[layers:]))
        place = 1 if layer is second.forward_layer else 1 + half
        agree(out[place : place + half], [*h, *c])
    assert [tuple(s)[1:] for s in first.compute_output_shape((None, 5, 3))[1:]] == [(4,)] * 2 * half


def test_steps_written_out_are_those_of_the_loop():
    loop = ivy.LSTM(3, 4, num_layers=2, go_backwards=True, zero_output_for_mask=True)
    written = ivy.LSTM.from_config({**loop.get_config(), "unroll": True})
    written(X), loop(X)
    written.v = loop.v
    mask = np.array([[True] * 5, [True, True, False, True, False]])
    agree(written(X, mask=mask), loop(X, mask=mask))
    graph = tf.function(written).get_concrete_function(tf.TensorSpec((None, 5, 3))).graph
    assert "While" not in {op.type.removeprefix("Stateless") for op in graph.get_operations()}
    with pytest.raises(ValueError, match=r"number of steps must be known.*Received: inputs of"):
        written(keras.Input((None, 3)))
    theirs = ivy.LSTM(3, 4, unroll=True, return_state=False).to_keras()
    assert theirs.unroll
    assert ivy.LSTM.from_keras(theirs).get_config()["unroll"] is True


def test_a_slope_given_as_a_tensor_is_a_constant_of_graphs():
    layer = ivy.PReLU(tf.constant([0.5, 0.25, 0.0]))
    function = tf.function(layer).get_concrete_function(tf.TensorSpec((None, 3)))
    assert not function.captured_inputs
    assert layer([[-1.0, -1.0, 2.0]]).numpy().tolist() == [[-0.5, -0.25, 2.0]]
