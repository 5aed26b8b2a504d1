"""What kernels start from: the schemes, a class each."""
