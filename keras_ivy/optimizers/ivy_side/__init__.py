"""How an optimizer steps on Containers, and what it keeps between two steps."""
