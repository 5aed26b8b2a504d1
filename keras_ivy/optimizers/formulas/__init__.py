"""What optimizers compute, apart from where they keep their state: see `formula`."""
