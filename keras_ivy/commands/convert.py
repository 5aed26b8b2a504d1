"""`python -m keras_ivy convert program.py:make weights.hdf5 net.keras`: Ivy's weights to Keras."""

import argparse
import inspect
import os
import runpy
import sys
from collections.abc import Callable, Sequence

import keras_ivy
from keras_ivy.drop_in import install
from keras_ivy.utils.exceptions import IvyTypeError

__all__ = ["run"]

CANNOT_RUN = 2


def run(arguments: Sequence[str]) -> int:
    """Load weights that real Ivy saved into a program's module, and write a file of Keras's.

    Args:
        arguments: The program and what makes the module, the weights, and the new file.

    Returns:
        The exit code: 0, or 2 if nothing was written.
    """
    parser = argparse.ArgumentParser(
        prog="python -m keras_ivy convert",
        description="Write weights that Ivy saved as a file of Keras's.",
    )
    parser.add_argument(
        "module", help="the program and the class, or function, that makes the module: net.py:Net"
    )
    parser.add_argument("source", help="the weights: HDF5, or a pickle")
    parser.add_argument("target", help="the new file: *.keras, or *.weights.h5")
    parser.add_argument(
        "--allow-pickle",
        action="store_true",
        help="read a pickle, which is a program: whoever wrote it can do anything here",
    )
    options = parser.parse_args(arguments)
    path, _, name = options.module.rpartition(":")
    if not path or not os.path.isfile(path):
        print(
            "The module is given as the program and a name in it, such as `net.py:Net`. "
            f"Received: {options.module!r}",
            file=sys.stderr,
        )
        return CANNOT_RUN
    with install():
        sys.path.insert(0, os.path.dirname(os.path.realpath(path)))
        try:
            made = runpy.run_path(path, run_name="keras_ivy_program")
            if not callable(made.get(name)):
                known = sorted(n for n, x in made.items() if callable(x) and n[0] != "_")
                print(
                    f"The program has no such class or function; it has {known}. "
                    f"Received: {name!r}",
                    file=sys.stderr,
                )
                return CANNOT_RUN
            module = _made(made[name], options.module)
            keras_ivy.convert_weights(
                module, options.source, options.target, allow_pickle=options.allow_pickle
            )
        except (OSError, ValueError, TypeError) as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
            return CANNOT_RUN
        finally:
            del sys.path[0]
    print(f"{options.target}: {len(module.weights)} weights of {options.source}")
    return 0


def _made(make: Callable[..., keras_ivy.Module], given: str) -> keras_ivy.Module:
    """Call what makes the module; say what does where it takes arguments."""
    try:
        inspect.signature(make).bind()
    except TypeError as error:
        raise IvyTypeError(
            f"Making the module takes arguments ({error}): write a function that gives them, such "
            "as `def make(): return Net(3)` in a file `factory.py`, and name it: "
            f"`factory.py:make`. Received: {given!r}"
        ) from error
    return make()
