"""What is asked of Keras beyond its public names."""
