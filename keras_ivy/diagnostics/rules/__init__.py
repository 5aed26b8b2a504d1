"""What the facts mean: one function for each kind of finding, and the remedies."""
