"""Schemes: initializers that choose by the variable, for whole models."""
