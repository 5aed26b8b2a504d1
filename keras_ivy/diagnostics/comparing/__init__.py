"""The same network begun in several ways, side by side: at the start, and while it learns."""
