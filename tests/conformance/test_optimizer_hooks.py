"""What `keras_ivy.optimizers` overrides in, and reads of, Keras's optimizer base class.

These are underscore names of a public class: Keras may rename them in any release. A failure here
says which one has changed, and what stands on it.
"""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.optimizers import base as ours
from keras_ivy.optimizers.keras_side import exported, hooks
from keras_ivy.optimizers.keras_side.loss_scale import LossScaleOptimizer

Keras = keras.optimizers.Optimizer

#: Methods -> (their parameters, what relies on them).
METHODS = {
    "_backend_apply_gradients": (("grads", "trainable_variables"), "hooks: the pipeline's entry"),
    "_apply_weight_decay": (("variables",), "hooks: says what the formulas let decay"),
    "_use_weight_decay": (("variable",), "hooks: says what the formulas let decay"),
    "_all_reduce_sum_gradients": (("grads_and_vars",), "hooks: sums over replicas"),
    "_backend_update_step": (("grads", "trainable_variables", "learning_rate"), "hooks: fast ways"),
    "_distributed_tf_update_step": (
        ("distribution", "grads_and_vars", "learning_rate"),
        "adapters/keras/optimizers: merge_update",
    ),
    "_clip_by_norm": (("values", "axes"), "hooks, gradients: norms that do not overflow"),
    "_backend_increment_gradient_accumulators": (("grads", "acc_grads"), "hooks: each replica"),
    "_backend_reset_gradient_accumulators": ((), "hooks: each replica"),
    "_update_model_variables_moving_average": (("trainable_variables",), "hooks: each replica"),
    "_overwrite_model_variables_with_average_value": (
        ("trainable_variables",),
        "hooks: each replica",
    ),
    "assign": (("variable", "value"), "overrides: asked whether it is replaced"),
    "assign_add": (("variable", "value"), "overrides: asked whether it is replaced"),
    "assign_sub": (("variable", "value"), "overrides: asked whether it is replaced"),
    "_get_current_learning_rate": ((), "base: `schedule_counts`; stepping: the rate"),
    "_overwrite_variable_with_gradient": (("variable",), "base: float8 scales are no weights"),
    "_get_variable_index": (("variable",), "fast, apply: slots of a variable"),
    "_clip_gradients": (("grads",), "hooks: clipping"),
    "_untrack_variable": (("variable",), "base: a rate or count remade under a strategy"),
    "_var_key": (("variable",), "adapters/keras/optimizers: excluded variables"),
    "_check_variables_are_known": (("variables",), "hooks: variables that join"),
    "save_own_variables": (("store",), "labels: whose slots a file holds"),
    "load_own_variables": (("store",), "labels: whose slots a file holds"),
    "update_step": (("gradient", "variable", "learning_rate"), "hooks: documented to be replaced"),
    "add_variable_from_reference": (("reference_variable", "name", "initializer"), "base: slots"),
    "add_optimizer_variables": (("trainable_variables", "name", "initializer"), "base: slots"),
    "add_variable": (
        ("shape", "initializer", "dtype", "aggregation", "layout", "name"),
        "base: the rate in float64",
    ),
    "exclude_from_weight_decay": (("var_list", "var_names"), "base: `exclusions`"),
    "apply": (("grads", "trainable_variables"), "base: gradients prepared"),
    "build": (("variables",), "base: slots"),
    "set_weights": (("weights",), "checks: counted before anything is set"),
}


@pytest.mark.parametrize("name", METHODS)
def test_method_takes_these_parameters(name):
    parameters, user = METHODS[name]
    method = getattr(Keras, name, None)
    assert method is not None, f"keras.optimizers.Optimizer has no `{name}` any more ({user})"
    found = tuple(inspect.signature(method).parameters)[1:]
    assert found == parameters, f"`{name}` takes {found} now ({user})"


#: Attributes of a built optimizer -> what relies on them.
ATTRIBUTES = {
    "_iterations": "apply, state: the raw count, accumulated steps included",
    "_learning_rate": "base, stepping: the rate as given, or its variable",
    "_trainable_variables": "state, telemetry: what it was built for",
    "_trainable_variables_indices": "surgery: which variables are known",
    "_tracker": "adapters/keras/optimizers: set_variables",
    "_distribution_strategy": "base: where slots are made",
    "_accumulated_gradients": "apply: one accumulator for each variable",
    "_model_variables_moving_average": "apply: one average for each variable",
}


def variables():
    return [keras.Variable([1.0, 2.0], name="w"), keras.Variable([3.0], name="b")]


class Recorder(Keras):
    """Writes down which hook is called, and with what."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.__dict__["calls"] = []

    def note(self, name, *values):
        self.calls.append((name, *values))

    def add_variable_from_reference(self, reference_variable, name=None, initializer="zeros"):
        self.note("add_variable_from_reference", reference_variable.name, name)
        return super().add_variable_from_reference(reference_variable, name, initializer)

    def _backend_apply_gradients(self, grads, trainable_variables):
        values = [g.numpy().tolist() for g in grads]
        names = [v.name for v in trainable_variables]
        self.note("_backend_apply_gradients", values, names, int(self._iterations))
        super()._backend_apply_gradients(grads, trainable_variables)

    def _clip_gradients(self, grads):
        self.note("_clip_gradients")
        return super()._clip_gradients(grads)

    def _apply_weight_decay(self, variables):
        self.note("_apply_weight_decay")

    def _get_current_learning_rate(self):
        self.note("_get_current_learning_rate")
        return super()._get_current_learning_rate()

    def update_step(self, gradient, variable, learning_rate):
        self.note("update_step", type(variable).__name__, float(learning_rate))
        self.assign_sub(variable, gradient * tf.cast(learning_rate, gradient.dtype))


def names(recorder):
    return [call[0] for call in recorder.calls]


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_attribute_is_there_once_built(name):
    recorder = Recorder(0.1, use_ema=True, gradient_accumulation_steps=2)
    recorder.build(variables())
    assert name in dir(recorder), f"a built optimizer has no `{name}` any more ({ATTRIBUTES[name]})"
    value = getattr(recorder, name)
    if isinstance(value, list):
        assert len(value) == 2, f"`{name}` is no list by variable any more ({ATTRIBUTES[name]})"


def test_build_makes_averages_and_accumulators_from_references():
    recorder = Recorder(0.1, use_ema=True, gradient_accumulation_steps=2)
    recorder.build(variables())
    made = [call[1:] for call in recorder.calls if call[0] == "add_variable_from_reference"]
    assert made == [
        ("w", "average"),
        ("b", "average"),
        ("w", "gradient_accumulator"),
        ("b", "gradient_accumulator"),
    ], "`build` no longer makes its copies by `add_variable_from_reference`, which types them"


def test_apply_gives_the_backend_hook_unscaled_gradients_that_exist():
    recorder, (w, b) = Recorder(0.5, loss_scale_factor=4.0), variables()
    with pytest.warns(UserWarning, match="Gradients do not exist"):
        recorder.apply([tf.constant([4.0, 8.0]), None], [w, b])
    got = [call for call in recorder.calls if call[0] == "_backend_apply_gradients"]
    expected = [("_backend_apply_gradients", [[1.0, 2.0]], ["w"], 0)]
    assert got == expected, "apply filters, unscales, or counts elsewhere now (apply.apply)"
    assert int(recorder._iterations) == 1, "`apply` itself no longer counts after the hook"


def test_apply_constrains_after_the_backend_hook():
    w = keras.Variable([3.0], name="w")
    w.constraint = lambda x: tf.minimum(x, 1.0)
    Recorder(0.5).apply([tf.constant([1.0])], [w])
    assert w.numpy().tolist() == [1.0], "constraints are no longer applied by `apply`"


def test_own_way_clips_decays_and_steps_in_this_order():
    recorder, (w, b) = Recorder(0.5, clipnorm=1.0, weight_decay=0.1), variables()
    recorder.apply([tf.constant([3.0, 4.0]), tf.constant([0.5])], [w, b])
    assert names(recorder) == [
        "_backend_apply_gradients",
        "_clip_gradients",
        "_apply_weight_decay",
        "_get_current_learning_rate",
        "update_step",
        "update_step",
    ], "Keras's own way, which parameter servers take, calls other hooks now (replicas.is_local)"
    assert recorder.calls[-1] == ("update_step", "ResourceVariable", 0.5), (
        "`update_step` receives something else than the raw variable and the rate (base)"
    )
    np.testing.assert_allclose(w.numpy(), [1.0 - 0.3, 2.0 - 0.4], rtol=1e-6)


def test_learning_rate_reads_the_hook():
    recorder = Recorder(0.5)
    assert float(recorder.learning_rate) == 0.5
    assert names(recorder) == ["_get_current_learning_rate"], (
        "`learning_rate` is read elsewhere now: `schedule_counts` has no effect (base)"
    )


@pytest.mark.parametrize(
    ("kwargs", "want"),
    [
        ({}, [[3.0, 4.0], [-9.0]]),
        ({"clipvalue": 2.0}, [[2.0, 2.0], [-2.0]]),
        ({"clipnorm": 1.0}, [[0.6, 0.8], [-1.0]]),
    ],
)
def test_clip_gradients_takes_and_gives_lists(kwargs, want):
    clipped = Recorder(0.5, **kwargs)._clip_gradients(
        [tf.constant([3.0, 4.0]), tf.constant([-9.0])]
    )
    for a, b in zip(clipped, want, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6, err_msg="`_clip_gradients` (gradients.clip)")


def test_index_is_the_position_in_build():
    recorder, (w, b) = Recorder(0.5), variables()
    recorder.build([w, b])
    found = [recorder._get_variable_index(v) for v in (w, b, w.value, b.value)]
    assert found == [0, 1, 0, 1], "`_get_variable_index` (fast, apply)"


def test_untracked_variable_leaves_the_saved_ones():
    recorder = Recorder(0.5)
    rate = recorder._learning_rate
    assert rate in recorder.variables
    recorder._untrack_variable(rate)
    assert rate not in recorder.variables, "`_untrack_variable` (base._join_strategy)"


def test_learning_rate_is_a_property_that_can_be_set():
    recorder = Recorder(0.5)
    Keras.learning_rate.fset(recorder, 0.25)
    assert float(recorder._learning_rate) == 0.25, "the setter sets another (checks)"


def test_callable_rate_makes_no_variable():
    recorder = Recorder(lambda: 0.5)
    assert [v.name for v in recorder.variables] == ["iteration"], (
        "a callable rate is kept in a variable now: base makes one of its own, in float64"
    )


def test_variable_that_gradients_overwrite_is_told_by_the_hook():
    w = keras.Variable([1.0], name="w")
    recorder = Recorder(0.5)
    assert not recorder._overwrite_variable_with_gradient(w)
    w.overwrite_with_gradient = True
    assert recorder._overwrite_variable_with_gradient(w), "`_overwrite_variable_with_gradient`"
    recorder.apply([tf.constant([7.0])], [w])
    assert w.numpy().tolist() == [7.0]
    assert names(recorder) == [], "such variables reach the backend hook now (apply.apply)"


def test_loss_scale_asks_check_finite_once_a_step(monkeypatch):
    asked = []

    def check(self, grads):
        asked.append([g.numpy().tolist() for g in grads])
        return tf.constant(False)

    monkeypatch.setattr(LossScaleOptimizer, "check_finite", check)
    optimizer = LossScaleOptimizer(keras.optimizers.SGD(0.5), initial_scale=8.0)
    w = keras.Variable([1.0])
    optimizer.apply([tf.constant([8.0])], [w])
    assert asked == [[[8.0]]], "`LossScaleOptimizer.apply` asks `check_finite` otherwise now"
    assert w.numpy().tolist() == [1.0], "a step that `check_finite` refuses is made now"
    assert float(optimizer.dynamic_scale) == 4.0


#: Names of ours that are meant to replace Keras's.
REPLACED = {
    "_check_variables_are_known",
    "from_config",
    "load_own_variables",
    "save_own_variables",
    "__init__",
    "__doc__",
    "__module__",
    "_backend_apply_gradients",
    "_backend_increment_gradient_accumulators",
    "_backend_maybe_overwrite_model_variables",  # From 3.16 on.
    "_backend_reset_gradient_accumulators",
    "_backend_update_step",
    "_all_reduce_sum_gradients",
    "_apply_weight_decay",
    "_clip_by_norm",
    "_clip_gradients",
    "_overwrite_model_variables_with_average_value",
    "_update_model_variables_moving_average",
    "_use_weight_decay",
    "_get_current_learning_rate",
    "add_variable_from_reference",
    "apply",
    "apply_gradients",
    "build",
    "exclude_from_weight_decay",
    "get_config",
    "learning_rate",
    "set_weights",
    "update_step",
}


def test_our_names_are_free_in_keras():
    classes = (ours.Optimizer, hooks.Hooks, exported.Exported)
    taken = set()
    for cls in classes:
        own = {name for name in vars(cls) if not name.startswith("__")}
        taken |= own & set(dir(Keras)) - REPLACED
    attributes = set(vars(ours.Optimizer(0.1))) - set(vars(Recorder(0.1)))
    taken |= attributes & set(dir(Keras))
    assert not taken, f"keras.optimizers.Optimizer has these of our names now: {sorted(taken)}"
