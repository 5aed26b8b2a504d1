"""Configs of modules, from which Keras makes them again."""
