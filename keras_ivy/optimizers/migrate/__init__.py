"""Taking over optimizers of Keras, TensorFlow Addons and the Model Garden."""
