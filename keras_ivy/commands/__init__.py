"""The command line: one command, `keras-ivy` or `python -m keras_ivy`, with sub-commands.

A sub-command is a function of its arguments that returns the exit code. A module of this folder
defines it, and `COMMANDS` names it.
"""

import sys
import traceback
from collections.abc import Callable, Sequence

from keras_ivy.commands import convert, diagnose, run, selftest
from keras_ivy.utils.exceptions import nearest
from keras_ivy.version import __version__

__all__ = ["CANNOT_RUN", "COMMANDS", "main"]

#: Sub-commands by name: the function, and what it does.
COMMANDS: dict[str, tuple[Callable[[Sequence[str]], int], str]] = {
    "convert": (convert.run, "write weights that Ivy saved as a file of Keras's"),
    "diagnose": (diagnose.run, "say why a network does not train"),
    "run": (run.run, "run an Ivy program unchanged"),
    "selftest": (selftest.run, "check this installation"),
}

#: The exit code for what could not even be tried, by any sub-command.
CANNOT_RUN = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a sub-command.

    Args:
        arguments: What follows the name of the program; by default the process's own.

    Returns:
        The exit code: what the sub-command says, or 2 if it could not run.

    Example:

    >>> main(["--version"])
    keras_ivy ...
    0
    """
    name, *rest = [*(sys.argv[1:] if arguments is None else arguments), ""][:-1] or ["--help"]
    if name in ("-h", "--help", "help"):
        print("usage: python -m keras_ivy <command> [arguments]\n")
        for command, (_, what) in COMMANDS.items():
            print(f"  {command:12s} {what}")
        print("\npython -m keras_ivy <command> --help tells the arguments of one.")
        return 0
    if name == "--version":
        print(f"keras_ivy {__version__}")
        return 0
    if name not in COMMANDS:
        hint = nearest(name, COMMANDS)
        print(f"There is no such command. {hint} Received: {name!r}", file=sys.stderr)
        return CANNOT_RUN
    finished = False
    try:
        code = COMMANDS[name][0](rest)
        finished = True
    except SystemExit as ended:  # argparse, with what it has to say
        return ended.code if isinstance(ended.code, int) else CANNOT_RUN
    finally:
        if not finished and not isinstance(sys.exc_info()[1], SystemExit | KeyboardInterrupt):
            # A fault of ours or of the model's own code: Python would leave with 1, which says
            # that the sub-command has found something.
            traceback.print_exc()
            raise SystemExit(CANNOT_RUN)
    return code
