"""Tell whether a `tf.GradientTape` or a `ForwardAccumulator` records what runs now.

Private name used: `tensorflow.python.eager.record.could_possibly_record`.
"""

from tensorflow.python.eager import record


def is_recording() -> bool:
    """Whether operations that run now may be recorded for a derivative."""
    return bool(record.could_possibly_record())
