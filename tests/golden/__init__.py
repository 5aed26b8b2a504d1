"""Values recorded from real systems, and the loader that reads them with NumPy alone."""
