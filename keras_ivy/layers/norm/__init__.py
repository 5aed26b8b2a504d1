"""Normalization layers, exact in derivatives of any order."""
