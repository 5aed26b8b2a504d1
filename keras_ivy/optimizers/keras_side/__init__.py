"""How an optimizer trains variables: everything between Keras's `apply` and the formula."""
