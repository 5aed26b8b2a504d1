"""The name scope by which `adapters/tensorflow/vectorized.py` knows `tf.vectorized_map`."""

import tensorflow as tf

from keras_ivy.adapters.tensorflow.vectorized import is_mapping


def test_mapping_is_seen_inside_of_it_alone():
    seen = []

    def probe(x):
        seen.append(is_mapping())
        with tf.name_scope("inner"):
            seen.append(is_mapping())
        tf.function(lambda: seen.append(is_mapping()))()
        return x

    tf.vectorized_map(probe, tf.zeros((2, 1)))
    tf.function(lambda: tf.vectorized_map(probe, tf.zeros((2, 1))))()
    assert seen
    assert all(seen)
    assert not is_mapping()
    assert not tf.function(lambda: tf.constant(is_mapping()))()
