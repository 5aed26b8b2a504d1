"""Ivy's optimizers, as Keras optimizers that also step on Containers."""

from keras_ivy.optimizers.adam import Adam, AdamW
from keras_ivy.optimizers.base import Optimizer
from keras_ivy.optimizers.ivy_side.functional import (
    adam_step,
    adam_update,
    gradient_descent_update,
    lamb_update,
    lars_update,
    optimizer_update,
)
from keras_ivy.optimizers.ivy_side.meta.steps import fomaml_step, maml_step, reptile_step
from keras_ivy.optimizers.keras_side.loss_scale import LossScaleOptimizer
from keras_ivy.optimizers.lamb import LAMB, LAMBPaper
from keras_ivy.optimizers.lars import LARS, LARSPaper
from keras_ivy.optimizers.migrate.addons import from_tfa_config
from keras_ivy.optimizers.migrate.interop import from_keras
from keras_ivy.optimizers.muon import Muon
from keras_ivy.optimizers.parts.callbacks import TrustRatioLogger
from keras_ivy.optimizers.parts.schedules import OneCycle, WarmupPolynomial, scale_lr
from keras_ivy.optimizers.rules import Rule, layerwise
from keras_ivy.optimizers.rules.layouts import Layout, layout_of
from keras_ivy.optimizers.sgd import SGD
from keras_ivy.registration import keep_former_files, list_optimizers, register

__all__ = [
    "LAMB",
    "LARS",
    "SGD",
    "Adam",
    "AdamW",
    "LAMBPaper",
    "LARSPaper",
    "Layout",
    "LossScaleOptimizer",
    "Muon",
    "OneCycle",
    "Optimizer",
    "Rule",
    "TrustRatioLogger",
    "WarmupPolynomial",
    "adam_step",
    "adam_update",
    "fomaml_step",
    "from_keras",
    "from_tfa_config",
    "gradient_descent_update",
    "lamb_update",
    "lars_update",
    "layerwise",
    "layout_of",
    "list_optimizers",
    "maml_step",
    "optimizer_update",
    "register",
    "reptile_step",
    "scale_lr",
]

keep_former_files(__name__, ["loss_scale", "schedules"])
