"""Ivy's meta-learning steps."""
