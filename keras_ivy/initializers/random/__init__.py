"""Seeds, and the draws that everything random is made of."""
