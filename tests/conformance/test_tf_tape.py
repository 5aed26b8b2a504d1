"""Whether TensorFlow still tells that a tape or an accumulator records."""

import tensorflow as tf

from keras_ivy.adapters.tensorflow import tape as tf_tape

MESSAGE = "`could_possibly_record` tells something else: see adapters/tensorflow/tape.py"


def test_nothing_records_without_a_tape():
    assert not tf_tape.is_recording(), MESSAGE


def test_tapes_record_until_they_end_or_are_stopped():
    with tf.GradientTape() as tape:
        assert tf_tape.is_recording(), MESSAGE
        with tape.stop_recording():
            assert not tf_tape.is_recording(), MESSAGE
    assert not tf_tape.is_recording(), MESSAGE


def test_accumulators_record():
    x = tf.constant(1.0)
    with tf.autodiff.ForwardAccumulator(x, x):
        assert tf_tape.is_recording(), MESSAGE
    assert not tf_tape.is_recording(), MESSAGE
