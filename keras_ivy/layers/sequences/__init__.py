"""Layers of sequences: embedding of tokens, attention, recurrence."""
