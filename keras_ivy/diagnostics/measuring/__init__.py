"""What is seen of a model while it runs once: numbers, and the facts that rules read."""
