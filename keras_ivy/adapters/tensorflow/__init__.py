"""What is asked of TensorFlow beyond its public names."""
