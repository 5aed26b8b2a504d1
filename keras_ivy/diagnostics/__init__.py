"""Seeing what a network does, and why it does not train."""

from keras_ivy.diagnostics.comparing.initializations import (
    ComparedRow,
    InitializationComparison,
    compare_initializations,
)
from keras_ivy.diagnostics.comparing.training import (
    TrainingComparison,
    TrainingRun,
    compare_training,
)
from keras_ivy.diagnostics.diagnose import diagnose
from keras_ivy.diagnostics.diagnosis import Diagnosis
from keras_ivy.diagnostics.finding import KINDS, SEVERITIES, Finding
from keras_ivy.diagnostics.monitoring.activation_stats import ActivationStats
from keras_ivy.diagnostics.monitoring.gradient_stats import GradientStats
from keras_ivy.diagnostics.monitoring.records import ActivationRecord, GradientRecord, Records
from keras_ivy.diagnostics.rows import Row
from keras_ivy.diagnostics.settling import settle_statistics
from keras_ivy.diagnostics.weight_stats import WeightRow, WeightStats, weight_stats

__all__ = [
    "KINDS",
    "SEVERITIES",
    "ActivationRecord",
    "ActivationStats",
    "ComparedRow",
    "Diagnosis",
    "Finding",
    "GradientRecord",
    "GradientStats",
    "InitializationComparison",
    "Records",
    "Row",
    "TrainingComparison",
    "TrainingRun",
    "WeightRow",
    "WeightStats",
    "compare_initializations",
    "compare_training",
    "diagnose",
    "settle_statistics",
    "weight_stats",
]
