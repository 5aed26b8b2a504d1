"""AutoGraph raises our exceptions as they are, through an attribute that it doesn't document."""

import pytest
import tensorflow as tf

from keras_ivy.utils import exceptions

KINDS = [
    kind
    for kind in vars(exceptions).values()
    if isinstance(kind, type) and issubclass(kind, exceptions.IvyException)
]


@pytest.mark.parametrize("kind", KINDS)
def test_autograph_passes_our_exceptions_through(kind):
    @tf.function
    def fail(x):
        if x > 0:
            raise kind("a sentence")
        return x

    with pytest.raises(kind, match="a sentence") as caught:
        fail(tf.constant(1))
    assert type(caught.value) is kind, (
        "AutoGraph no longer honours `ag_pass_through`: inside a tf.function, `except ValueError` "
        "misses our errors"
    )
