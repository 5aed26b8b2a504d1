"""Pooling layers: by windows, and to a fixed size."""
