"""TensorFlow's object graph: the base class by which `tf.train.Checkpoint` finds children.

TensorFlow exports it only under `tf.__internal__`. A `dict` subclass that does not derive from it
is silently left out of checkpoints.
"""

import tensorflow as tf

Trackable = tf.__internal__.tracking.Trackable

__all__ = ["Trackable"]
