"""Convolution layers; what all of them share is in `base`."""
