"""Whether TensorFlow still tells, while it traces, that XLA is going to compile."""

import pytest
import tensorflow as tf

from keras_ivy.adapters.tensorflow import xla as tf_xla

MESSAGE = "`GraphOrParentsInXlaContext` tells something else: see adapters/tensorflow/xla.py"


def seen_by(wrap):
    """What `is_compiling` said at every trace of a function, which is also run."""
    seen = []

    def body(x):
        seen.append(tf_xla.is_compiling())
        return x + 1.0

    value = wrap(body)(tf.constant(1.0))
    assert float(value) == 2.0
    assert seen
    return set(seen)


def xla(fn):
    return tf.function(fn, jit_compile=True, autograph=False)


def plain(fn):
    return tf.function(fn, autograph=False)


def branch(fn):
    """Call inside a condition, whose branches are graphs of their own."""
    return lambda x: tf.cond(x > 0.0, lambda: fn(x), lambda: x)


def loop(fn):
    """Call inside a loop, whose body is a graph of its own."""
    return lambda x: tf.while_loop(lambda i, y: i < 1, lambda i, y: (i + 1, fn(y)), (0, x))[1]


@pytest.mark.parametrize(
    ("wrap", "compiling"),
    [
        (xla, True),
        (lambda fn: xla(plain(fn)), True),
        (lambda fn: xla(branch(fn)), True),
        (lambda fn: xla(loop(fn)), True),
        (lambda fn: xla(plain(branch(plain(fn)))), True),
        (lambda fn: plain(xla(fn)), True),
        (plain, False),
        (lambda fn: plain(plain(fn)), False),
        (lambda fn: plain(branch(fn)), False),
        (lambda fn: plain(loop(fn)), False),
        (lambda fn: fn, False),
    ],
    ids=[
        "xla",
        "function in xla",
        "branch in xla",
        "loop in xla",
        "branch of functions in xla",
        "xla in function",
        "function",
        "function in function",
        "branch",
        "loop",
        "eager",
    ],
)
def test_is_compiling_tells_what_is_traced(wrap, compiling):
    assert seen_by(wrap) == {compiling}, MESSAGE


def test_function_traced_before_keeps_its_trace():
    """The limit that the adapter names; should TensorFlow lift it, the note can go."""
    seen = []

    @plain
    def inner(x):
        seen.append(tf_xla.is_compiling())
        return x + 1.0

    inner(tf.constant(1.0))
    xla(lambda x: inner(x))(tf.constant(1.0))
    assert seen == [False], "traces know of XLA now: see adapters/tensorflow/xla.py"


def test_eager_code_in_init_scope_is_not_compiled():
    seen = []

    @xla
    def traced(x):
        with tf.init_scope():
            seen.append(tf_xla.is_compiling())
        return x

    traced(tf.constant(1.0))
    assert seen == [False], MESSAGE
