"""What leaves a module for a disk, and comes back."""
