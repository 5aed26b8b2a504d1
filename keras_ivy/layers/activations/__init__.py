"""Activation layers: Ivy's activation functions as modules."""
