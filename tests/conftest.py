"""Shared fixtures: golden values, quiet TensorFlow, a fresh Keras state for every test."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import keras
import pytest


@pytest.fixture(autouse=True)
def _seeded():
    """Make every test reproducible, whatever ran before it."""
    keras.utils.set_random_seed(1234)
