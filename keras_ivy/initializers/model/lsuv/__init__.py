"""Layer-sequential unit variance: kernels scaled by what the layers put out on data."""
