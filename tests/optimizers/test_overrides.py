"""What a subclass, a mixin or an instance replaces of an optimizer is heard, not skipped."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.optimizers import LAMB, SGD, Adam, AdamW, LossScaleOptimizer
from keras_ivy.optimizers.keras_side import packs
from keras_ivy.optimizers.parts.overrides import BEYOND_STEP
from keras_ivy.utils.exceptions import IvyNotImplementedException
from tests.optimizers.cases import CASES, gradients, variable_at, variables

Keras = keras.optimizers.Optimizer

#: Hooks of Keras's base class whose replacement, if it calls `super()`, changes nothing.
HOOKS = (
    "apply",
    "update_step",
    "_backend_apply_gradients",
    "_backend_update_step",
    "_distributed_tf_update_step",
    "_all_reduce_sum_gradients",
    "_clip_gradients",
    "_clip_by_norm",
    "_apply_weight_decay",
    "_use_weight_decay",
    "_backend_increment_gradient_accumulators",
    "_backend_reset_gradient_accumulators",
    "_update_model_variables_moving_average",
    "_overwrite_model_variables_with_average_value",
    "_filter_empty_gradients",
    "_overwrite_variables_directly_with_gradients",
    "_overwrite_variable_with_gradient",
    "_get_current_learning_rate",
    "_get_variable_index",
    "_var_key",
    "assign",
    "build",
    "add_variable",
    "add_variable_from_reference",
    "add_optimizer_variables",
)
#: What it takes for a hook to be called.
NEEDS = {
    "_clip_by_norm": {"clipnorm": 0.5},
    "_use_weight_decay": {"weight_decay": 0.1},
    "_backend_increment_gradient_accumulators": {"gradient_accumulation_steps": 2},
    "_backend_reset_gradient_accumulators": {"gradient_accumulation_steps": 2},
    "_update_model_variables_moving_average": {"use_ema": True},
    "_overwrite_model_variables_with_average_value": {
        "use_ema": True,
        "ema_overwrite_frequency": 2,
    },
}


def recording(base, hook):
    """A subclass in which a hook notes that it was called, and does what it replaces."""
    calls = []

    def replacement(self, *args, **kwargs):
        calls.append(hook)
        return getattr(super(cls, self), hook)(*args, **kwargs)

    cls = type(f"Own{base.__name__}", (base,), {hook: replacement})
    return cls, calls


def train(optimizer, steps=3, trained=None):
    trained = variables() if trained is None else trained
    for step in range(steps):
        optimizer.apply([tf.constant(g, tf.float32) for g in gradients(step)], trained)
    return [v.numpy() for v in trained]


def apply(optimizer, trained, *grads):
    optimizer.apply(list(grads), trained)


def assert_same(got, want, bound=2e-6):
    for a, b in zip(got, want, strict=True):
        np.testing.assert_allclose(a, b, rtol=bound, atol=bound)


@pytest.mark.parametrize("hook", HOOKS)
def test_replaced_hook_is_called_and_super_does_what_it_replaces(hook):
    cls, calls = recording(AdamW, hook)
    kwargs = {"weight_decay": 0.1, "variant": "paper", **NEEDS.get(hook, {})}
    got = train(cls(0.1, **kwargs))
    assert calls, f"`{hook}` was never called"
    assert_same(got, train(AdamW(0.1, **kwargs)))


@functools.cache
def trained_the_fast_way(name):
    """The weights of a case after some steps, and its last trust ratios."""
    optimizer = CASES[name].make(0.1)
    return train(optimizer), optimizer.trust_ratios()


@pytest.mark.parametrize("hook", ["update_step", "_backend_update_step", "_apply_weight_decay"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_general_way_equals_the_fast_one(case, hook):
    cls, calls = recording(case.cls, hook)
    own = cls(0.1, **case.kwargs)
    want, ratios = trained_the_fast_way(case.name)
    assert_same(train(own), want)
    assert calls
    assert own.trust_ratios() == pytest.approx(ratios, rel=1e-5)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_update_step_that_does_nothing_does_nothing(case):
    cls = type(f"Frozen{case.cls.__name__}", (case.cls,), {"update_step": lambda *args: None})
    start = [v.numpy() for v in variables()]
    assert_same(train(cls(0.1, **case.kwargs)), start, 0.0)


def test_update_step_may_change_the_gradient_and_the_rate():
    class Own(Adam):
        def update_step(self, gradient, variable, learning_rate):
            super().update_step(3.0 * gradient, variable, 0.5 * learning_rate)

    trained = variables()
    want = Adam(0.05)
    for step in range(3):
        want.apply([3.0 * tf.constant(g, tf.float32) for g in gradients(step)], trained)
    assert_same(train(Own(0.1)), [v.numpy() for v in trained])


def test_update_step_of_keras_documentation_runs():
    class Documented(SGD):
        def update_step(self, gradient, variable, learning_rate):
            learning_rate = keras.ops.cast(learning_rate, variable.dtype)
            gradient = keras.ops.cast(gradient, variable.dtype)
            self.assign_sub(variable, keras.ops.multiply(gradient, learning_rate))

    assert_same(train(Documented(0.1)), train(keras.optimizers.SGD(0.1)))


def test_backend_update_step_may_change_the_rate():
    class Own(LAMB):
        def _backend_update_step(self, grads, trainable_variables, learning_rate):
            super()._backend_update_step(grads, trainable_variables, 0.5 * learning_rate)

    assert_same(train(Own(0.1)), train(LAMB(0.05)))


def test_replacement_on_the_instance_is_heard_after_the_build():
    optimizer, trained = Adam(0.1), variables()
    train(optimizer, 1, trained)
    before = [v.numpy() for v in trained]
    optimizer.update_step = lambda gradient, variable, learning_rate: None
    assert_same(train(optimizer, 1, trained), before, 0.0)
    del optimizer.update_step
    with pytest.raises(AssertionError):
        assert_same(train(optimizer, 1, trained), before)


def test_replacement_in_a_mixin_is_heard():
    class Nothing:
        def update_step(self, gradient, variable, learning_rate):
            pass

    class Own(Nothing, Adam):
        pass

    assert_same(train(Own(0.1)), [v.numpy() for v in variables()], 0.0)


def test_keras_update_step_ahead_in_the_bases_is_heard():
    class Own(keras.optimizers.SGD, SGD):
        def __init__(self, rate):
            SGD.__init__(self, rate)

        def build(self, trained):
            self.momentums = []
            SGD.build(self, trained)

    assert_same(train(Own(0.1)), train(keras.optimizers.SGD(0.1)))


@pytest.mark.parametrize("variant", ["ivy", "paper", "keras"])
def test_weight_decay_that_is_replaced_by_nothing_does_not_decay(variant):
    cls = type("Own", (AdamW,), {"_apply_weight_decay": lambda self, variables: None})
    got = train(cls(0.1, weight_decay=0.5, variant=variant))
    assert_same(got, train(AdamW(0.1, variant=variant)))


@pytest.mark.parametrize("variant", ["ivy", "paper", "keras"])
def test_use_weight_decay_chooses(variant):
    class Own(AdamW):
        def _use_weight_decay(self, variable):
            return "bias" not in variable.name and super()._use_weight_decay(variable)

    want = AdamW(0.1, weight_decay=0.5, variant=variant)
    want.exclude_from_weight_decay(var_names=["bias"])
    assert_same(train(Own(0.1, weight_decay=0.5, variant=variant)), train(want))


def test_weight_decay_of_ones_own_is_done_where_keras_does_it():
    def shrink(self, variables):
        for v in variables:
            v.assign(0.5 * v)

    own, theirs = (type("Own", (c,), {"_apply_weight_decay": shrink}) for c in (Adam, KerasAdam))
    assert_same(train(own(0.1, variant="keras")), train(theirs(0.1)), 1e-5)


KerasAdam = keras.optimizers.Adam


@pytest.mark.parametrize("norm", ["clipnorm", "global_clipnorm", "clipvalue"])
def test_clipping_of_ones_own_is_done(norm):
    class Own(SGD):
        def _clip_gradients(self, grads):
            return [keras.ops.clip(g, -0.01, 0.01) for g in grads]

    got = train(Own(0.1, **{norm: 100.0}))
    assert_same(got, train(SGD(0.1, clipvalue=0.01)))
    values = {f"w{i}": tf.constant(v) for i, v in enumerate(variables())}
    grads = {f"w{i}": tf.constant(g, tf.float32) for i, g in enumerate(gradients(0))}
    step = Own(0.1, **{norm: 100.0}).step(values, grads)
    assert_same(
        step.flatten().values(), SGD(0.1, clipvalue=0.01).step(values, grads).flatten().values()
    )


@pytest.mark.parametrize("name", ["assign", "assign_add", "assign_sub"])
def test_replaced_writes_are_used(name):
    cls, calls = recording(Adam, name)
    assert_same(train(cls(0.1)), train(Adam(0.1)))
    assert calls


def test_replaced_formula_is_not_left_out_for_the_kernel():
    class Signed(Adam):
        def _update(self, w, g, slots, scalars, treatment, norm):
            return w - scalars.rate * tf.sign(g), slots, None

    many = [variable_at(f"net/l{i}/w", [1.0, 2.0]) for i in range(packs.FEW)]
    large = variable_at("net/large", np.ones(packs.SMALL, "float32"))
    for trained in (many, [large], [*many, large]):
        before = [v.numpy() for v in trained]
        Signed(0.25).apply([tf.ones(v.shape) for v in trained], trained)
        assert_same([v.numpy() for v in trained], [b - 0.25 for b in before])


def test_replaced_makers_of_variables_are_heard_by_packs():
    class Own(Adam):
        def add_variable_from_reference(self, reference_variable, name=None, initializer="zeros"):
            return keras.optimizers.Optimizer.add_variable_from_reference(
                self, reference_variable, name, initializer
            )

    def trained():
        return [variable_at(f"net/l{i}/w", [1.0, 2.0]) for i in range(packs.FEW)]

    results = []
    for cls in (Own, Adam):
        vs, optimizer = trained(), cls(0.1)
        for scale in (1.0, 2.0):
            optimizer.apply([tf.constant([scale, 1.0])] * len(vs), vs)
        results.append([v.numpy() for v in vs])
    assert_same(*results)


@pytest.mark.parametrize("wrap", ["loss scale", "keras loss scale", "multi"])
def test_hooks_are_called_inside_wrappers(wrap):
    cls, calls = recording(Adam, "update_step")
    inner = cls(0.1)
    outer = {
        "loss scale": lambda: LossScaleOptimizer(inner, initial_scale=1.0),
        "keras loss scale": lambda: keras.optimizers.LossScaleOptimizer(inner, initial_scale=1.0),
        "multi": lambda: keras.optimizers.MultiOptimizer(keras.optimizers.OptimizerMap(inner)),
    }[wrap]()
    assert_same(train(outer), train(Adam(0.1)))
    assert calls


@pytest.mark.parametrize("compiled", [False, True])
def test_hooks_are_called_in_functions(compiled):
    cls, calls = recording(LAMB, "update_step")
    results = []
    for optimizer in (cls(0.1), LAMB(0.1)):
        trained = variables()
        optimizer.build(trained)

        step = tf.function(
            functools.partial(apply, optimizer, trained), jit_compile=compiled, autograph=False
        )
        for i in range(2):
            step(*(tf.constant(g, tf.float32) for g in gradients(i)))
        results.append([v.numpy() for v in trained])
    assert_same(*results)
    assert calls


def test_update_step_gets_the_rows_of_lazy_slots():
    seen = []

    class Own(Adam):
        def update_step(self, gradient, variable, learning_rate):
            seen.append(type(gradient))
            super().update_step(gradient, variable, learning_rate)

    results = []
    for cls in (Own, Adam):
        table, optimizer = keras.Variable(np.ones((5, 2), "float32")), cls(0.1, lazy_slots=True)
        for rows in ([0, 3, 3], [1]):
            grad = tf.IndexedSlices(tf.ones((len(rows), 2)), tf.constant(rows), (5, 2))
            optimizer.apply([grad], [table])
        results.append(table.numpy())
    assert_same(*([x] for x in results))
    assert seen == [tf.IndexedSlices] * 2
    own = Own(0.1, lazy_slots=True, gradient_accumulation_steps=2)
    own.apply([grad], [table])
    with pytest.raises(IvyNotImplementedException, match="Leave `lazy_slots` out"):
        own.apply([grad], [table])


@pytest.mark.parametrize("hook", BEYOND_STEP)
def test_step_refuses_what_it_cannot_call(hook):
    cls, _ = recording(Adam, hook)
    with pytest.raises(IvyNotImplementedException, match=f"cannot call `{hook}`.*override `_upd"):
        cls(0.1).step({"w": tf.ones(2)}, {"w": tf.ones(2)})
    with pytest.raises(IvyNotImplementedException, match=f"cannot call `{hook}`"):
        cls(0.1).stateless_step({"w": tf.ones(2)}, {"w": tf.ones(2)})


def test_step_follows_the_replaced_formula_and_rate():
    class Own(SGD):
        def _update(self, w, g, slots, scalars, treatment, norm):
            return w - scalars.rate, slots, None

        def _get_current_learning_rate(self):
            return tf.constant(0.5)

    assert float(Own(0.1).step({"w": tf.ones(1)}, {"w": tf.ones(1)}).w[0]) == 0.5


def test_variable_that_its_gradient_overwrites_has_no_moments():
    scale, w = keras.Variable([1.0], name="scale"), keras.Variable([1.0], name="w")
    scale.overwrite_with_gradient = True
    optimizer = AdamW(0.1, weight_decay=0.5, variant="paper")
    optimizer.apply([tf.constant([7.0]), tf.constant([1.0])], [scale, w])
    assert float(scale[0]) == 7.0
    assert set(optimizer.state.mw.flatten()) == {"w"}
    optimizer.set_state(optimizer.state)
    assert [row.decay for row in optimizer.explain([scale, w])] == [0.0, 0.5]
    v = {"scale": scale, "w": w}
    new = AdamW(0.1).step(v, {"scale": tf.constant([9.0]), "w": tf.constant([1.0])})
    assert float(new.scale[0]) == 9.0
