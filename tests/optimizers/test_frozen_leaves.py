"""`step` leaves variables alone that are not trainable, such as running statistics."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy import optimizers
from keras_ivy.container import Container


@pytest.mark.parametrize(
    "optimizer",
    [
        optimizers.SGD(0.1),
        optimizers.Adam(0.1),
        optimizers.AdamW(0.1, weight_decay=0.5),
        optimizers.LARS(0.1),
        optimizers.LAMB(0.1),
    ],
    ids=lambda o: type(o).__name__,
)
@pytest.mark.parametrize("stateless", [False, True])
def test_step_keeps_variables_that_are_not_trainable(optimizer, stateless):
    v = Container(stat=keras.Variable([2.0, 3.0], trainable=False), w=keras.Variable([2.0, 3.0]))
    grads = Container(stat=tf.constant([1.0, 1.0]), w=tf.constant([1.0, 1.0]))
    new = optimizer.stateless_step(v, grads)[0] if stateless else optimizer.step(v, grads)
    np.testing.assert_array_equal(new.stat, [2.0, 3.0])
    assert np.abs(np.asarray(new.w) - [2.0, 3.0]).min() > 1e-3
    without = Container(w=grads.w)
    again = optimizer.stateless_step(v, without)[0] if stateless else optimizer.step(v, without)
    np.testing.assert_array_equal(again.stat, [2.0, 3.0])
