"""Boxes in images, under Ivy's names."""

from __future__ import annotations

import tensorflow as tf

from keras_ivy.ops import checks
from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.kinds import numbers
from keras_ivy.ops.tensors import to_tensor
from keras_ivy.typing import Array, ArrayLike
from keras_ivy.utils.checks import is_number, received
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["nms"]


@ivy_function
def nms(
    boxes: ArrayLike,
    scores: ArrayLike | None = None,
    iou_threshold: float = 0.5,
    max_output_size: int | None = None,
    score_threshold: float = float("-inf"),
) -> Array:
    """Return which boxes are left where others of a higher score overlap them too much.

    Args:
        boxes: Corners of shape `(boxes, 4)`: `x1, y1, x2, y2`.
        scores: One number for each box. Defaults to None, all alike.
        iou_threshold: Boxes whose intersection is more than this part of the union go.
        max_output_size: The largest number of boxes to return. Defaults to None, all.
        score_threshold: Boxes whose score is not above it go first.

    Returns:
        Their numbers, the highest score first, of type int64.

    Raises:
        TypeError: If boxes or scores hold no floats.
        ValueError: If shapes or thresholds do not fit.

    Example:

    >>> boxes = [[0.0, 0.0, 2.0, 2.0], [0.0, 0.0, 2.0, 1.9], [5.0, 5.0, 6.0, 7.0]]
    >>> nms(boxes, [0.5, 0.9, 0.25]).numpy().tolist()
    [1, 2]
    """
    corners = numbers("nms", "f", boxes=boxes)
    checks.input_rank("nms", "boxes", corners, [2], "boxes and their corners")
    checks.size_of_axis("nms", "boxes", corners, 1, 4, "the numbers of two corners")
    count = tf.shape(corners)[0]
    if scores is None:
        values = tf.ones([count], tf.float32)
    else:
        values = numbers("nms", "f", scores=to_tensor(scores))
        checks.input_rank("nms", "scores", values, [1], "one score for each box")
        if None not in (corners.shape[0], values.shape[0]):
            checks.size_of_axis("nms", "scores", values, 0, corners.shape[0], "the boxes")
    checks.probability("nms", "iou_threshold", iou_threshold)
    if not is_number(score_threshold) or score_threshold != score_threshold:
        raise IvyValueError(
            f"nms: `score_threshold` is a number. {received('score_threshold', score_threshold)}"
        )
    most = (
        count
        if max_output_size is None
        else checks.positive("nms", "max_output_size", max_output_size)
    )
    # TensorFlow has kernels for float32 alone, and corners in the order y, x.
    left = tf.image.non_max_suppression(
        tf.gather(tf.cast(corners, tf.float32), [1, 0, 3, 2], axis=1),
        tf.cast(values, tf.float32),
        most,
        float(iou_threshold),
        float(score_threshold),
    )
    return tf.cast(left, tf.int64)
