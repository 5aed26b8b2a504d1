"""Build what `fit` builds when it traces its first step, before it does.

Private name used: `Trainer._symbolic_build`, which `fit` itself calls under a strategy.
"""

import keras

__all__ = ["build_for"]


def build_for(model: keras.Model, data: object) -> None:
    """Build the model, its metrics, loss and optimizer for a batch; what is built stays as it is.

    Args:
        model: A compiled model.
        data: A batch as `train_step` takes it, of tensors.
    """
    model._symbolic_build(data_batch=data)
