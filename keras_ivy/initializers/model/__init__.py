"""Every variable of a model at once: `initialize_model` and `lsuv`."""
