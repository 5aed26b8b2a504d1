"""Cells of Keras's recurrent layers that Keras does not export.

Private names used: `keras.src.layers.rnn.conv_lstm.ConvLSTMCell`.
"""

from keras.src.layers.rnn.conv_lstm import ConvLSTMCell

__all__ = ["ConvLSTMCell"]
