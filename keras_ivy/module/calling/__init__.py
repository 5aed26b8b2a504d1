"""Calls: whether they train, what they were given, and what wrappers ask before them."""
