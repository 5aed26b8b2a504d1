"""What a strategy means for an update: who has a copy of which variable, and sums over replicas."""

from collections.abc import Sequence

import tensorflow as tf

from keras_ivy.optimizers.keras_side.tensors import raw
from keras_ivy.typing import Variable
from keras_ivy.utils.exceptions import IvyValueError


def is_local(variables: Sequence[Variable]) -> bool:
    """Whether an update of these variables can be made on every replica by itself.

    It can without a strategy, on one device, and in a replica of a strategy that mirrors its
    variables. It cannot where variables live elsewhere (parameter servers, central storage).

    Raises:
        IvyValueError: In the cross-replica context, where one call stands for all replicas.
    """
    if tf.distribute.in_cross_replica_context():
        raise IvyValueError(
            "Under a strategy, `apply` belongs into a replica: call it in a function that "
            "`strategy.run` runs. Received: a call from the scope of the strategy itself"
        )
    return is_mirrored(variables)


def is_mirrored(variables: Sequence[Variable]) -> bool:
    """Whether every replica has its own copy of these variables; there may be just one."""
    one = tf.distribute.OneDeviceStrategy
    if not tf.distribute.has_strategy() or isinstance(tf.distribute.get_strategy(), one):
        return True
    return all(isinstance(raw(v), tf.distribute.DistributedValues) for v in variables)


def sum_over_replicas(grads: list) -> list:
    """Add up the replicas' tensors; the identity without a strategy, and outside of replicas."""
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return grads
    return list(context.all_reduce(tf.distribute.ReduceOp.SUM, grads))
