"""The parts of an optimizer that both of its sides share, and what it reports."""
