"""`python -m keras_ivy <command>`; what there is stands in `keras_ivy/commands`."""

import sys

from keras_ivy.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
