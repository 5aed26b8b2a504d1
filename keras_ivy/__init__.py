"""Ivy's stateful API, native in Keras 3: initializers, layers, optimizers and containers.

`import keras_ivy as ivy` reads like Ivy; `import keras_ivy` beside `import keras` reads like
Keras. Importing registers every class and string name with Keras.
"""

from keras_ivy import utils
from keras_ivy.version import __version__

__all__ = ["__version__", "utils"]
