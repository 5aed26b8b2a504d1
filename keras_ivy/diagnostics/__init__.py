"""Seeing what a network does, and why it does not train."""

from keras_ivy.diagnostics.diagnose import diagnose
from keras_ivy.diagnostics.diagnosis import Diagnosis
from keras_ivy.diagnostics.finding import KINDS, SEVERITIES, Finding
from keras_ivy.diagnostics.rows import Row
from keras_ivy.diagnostics.settling import settle_statistics
from keras_ivy.diagnostics.weight_stats import WeightRow, WeightStats, weight_stats

__all__ = [
    "KINDS",
    "SEVERITIES",
    "Diagnosis",
    "Finding",
    "Row",
    "WeightRow",
    "WeightStats",
    "diagnose",
    "settle_statistics",
    "weight_stats",
]
