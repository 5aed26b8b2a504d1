"""The variables of a module: made, shared, shown and moved."""
