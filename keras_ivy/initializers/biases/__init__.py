"""What biases start from where zero is not best."""
