"""Ivy's programs, unchanged: `import ivy` finds this package, in this process alone.

Start a program by `python -m keras_ivy run program.py`, or call `install()` before the first
`import ivy`. Real Ivy need not be installed; where it is, its files stay as they are, and
`uninstall()` makes them what `import ivy` finds again.

Example:

>>> with keras_ivy.drop_in.install():
...     import ivy
...     from ivy.stateful.layers import Linear
>>> Linear is keras_ivy.Linear
True
"""

from keras_ivy.drop_in.door import Installation, install, uninstall

__all__ = ["Installation", "install", "uninstall"]
