"""How many inputs a weight sums and how many outputs it feeds: by its layer, or by its shape."""
