"""Summaries for TensorBoard, which need not be installed to write them."""

from collections.abc import Sequence

import tensorflow as tf

__all__ = ["write_histogram", "write_scalar"]


def write_scalar(name: str, value: float, step: int) -> None:
    """Write a number to the summary writer that is set.

    Args:
        name: Its tag.
        value: The number.
        step: The step that it belongs to.
    """
    tf.summary.write(name, tf.constant(value, tf.float32), step, _metadata("scalars"))


def write_histogram(name: str, edges: Sequence[float], counts: Sequence[int], step: int) -> None:
    """Write counts by bin to the summary writer that is set.

    Args:
        name: Its tag.
        edges: The edges of the bins, one more than there are bins.
        counts: How many values lie in each.
        step: The step that it belongs to.
    """
    buckets = tf.constant(
        [[*ends] for ends in zip(edges[:-1], edges[1:], counts, strict=True)], tf.float64
    )
    tf.summary.write(name, buckets, step, _metadata("histograms"))


def _metadata(plugin: str) -> tf.compat.v1.SummaryMetadata:
    """What marks a summary; `tf.summary.scalar` needs TensorBoard to be installed."""
    metadata = tf.compat.v1.SummaryMetadata()
    metadata.plugin_data.plugin_name = plugin
    return metadata
