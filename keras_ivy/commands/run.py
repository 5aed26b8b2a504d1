"""`python -m keras_ivy run program.py [arguments]`: a program of Ivy's, as Python would run it."""

import importlib.machinery
import importlib.util
import io
import os
import runpy
import sys
import types
from collections.abc import Callable, Sequence

from keras_ivy.container.files.pickles import allow_everywhere
from keras_ivy.drop_in import install

__all__ = ["run"]

_USAGE = """\
usage: python -m keras_ivy run [--allow-pickle] program.py [arguments]
       python -m keras_ivy run [--allow-pickle] -m module [arguments]

Run an Ivy program unchanged: `import ivy` finds keras_ivy, and array mode is on. All else is as
with `python program.py`: arguments, the folder that modules are imported from, `__main__`,
tracebacks and the exit code, which is 2 if there is no such program.

  --allow-pickle  let whatever the program loads be a pickle, as it may be in Ivy. A pickle is a
                  program: whoever wrote it can do anything here. Off by default, where a load
                  reads pickles only if it says so itself (`allow_pickle=True`)."""

#: What comes before the program, if its loads may read pickles.
_ALLOW = "--allow-pickle"

#: Files whose frames are no part of what a program's traceback shows.
_OURS = (__file__, runpy.__file__, "<frozen runpy>")


def run(arguments: Sequence[str]) -> int:
    """Run a program, to which the process belongs from then on.

    `sys.argv`, `sys.path`, `__main__` and what `import ivy` finds stay as the program needs them,
    since threads and exit handlers of the program may outlive its last line.

    Args:
        arguments: The program, or `-m` and a module, and before it `--allow-pickle` if what the
            program loads may be a pickle; what follows is for the program.

    Returns:
        The exit code: the program's own, 1 if it ended by an exception, which is printed as
        Python prints it, or 2 if there is no such program.
    """
    program, *rest = [*arguments, ""]
    allowed = program == _ALLOW
    if allowed:
        program, *rest = rest or [""]
    rest = rest[:-1]
    if program in ("-h", "--help"):
        print(_USAGE)
        return 0
    if program == "-m" and rest:
        _open(allowed)
        return _ended(lambda: _run_module(*rest))
    if program.startswith("-") or not os.path.exists(program):
        print(
            f"There is no such program; `run --help` tells more. Received: program={program!r}",
            file=sys.stderr,
        )
        return 2
    _open(allowed)
    return _ended(lambda: _run_path(program, *rest))


def _open(allow_pickle: bool) -> None:
    """Let the program find Ivy, and read pickles if that is allowed."""
    install()
    if allow_pickle:
        allow_everywhere()


def _run_path(path: str, *arguments: str) -> None:
    """Run a file, or the `__main__` of a folder or archive of modules."""
    if os.path.isdir(path) or path.endswith((".zip", ".pyz")):
        _prepare(path, arguments, folder=path)
        runpy.run_path(path, run_name="__main__")
        return
    _prepare(path, arguments, folder=os.path.dirname(os.path.realpath(path)))
    path = os.path.join(os.getcwd(), path)
    with io.open_code(path) as file:
        code = compile(file.read(), path, "exec", dont_inherit=True)
    loader = importlib.machinery.SourceFileLoader("__main__", path)
    exec(code, _main(__file__=path, __loader__=loader, __package__=None, __spec__=None))


def _run_module(name: str, *arguments: str) -> None:
    """Run a module, or the `__main__` of a package."""
    _prepare("-m", arguments, folder=os.getcwd())
    spec = _found(name)
    if spec is not None and spec.submodule_search_locations is not None:
        spec = _found(f"{name}.__main__")
    code = getattr(spec.loader, "get_code", lambda _: None)(spec.name) if spec else None
    if spec is None or code is None:
        sys.exit(f"{sys.executable}: No module named {name} that can be run")
    sys.argv[0] = spec.origin or name
    exec(
        code,
        _main(
            __file__=spec.origin,
            __cached__=spec.cached,
            __loader__=spec.loader,
            __package__=spec.parent,
            __spec__=spec,
        ),
    )


def _found(name: str) -> importlib.machinery.ModuleSpec | None:
    """The module of a name; importing its parents runs them, and what they raise is theirs."""
    try:
        return importlib.util.find_spec(name)
    except ModuleNotFoundError as error:
        if error.name and f"{name}.".startswith(f"{error.name}."):
            return None
        raise


def _prepare(name: str, arguments: Sequence[str], folder: str) -> None:
    """Set what Python sets before a program: its arguments, and where its modules are."""
    sys.argv[:] = [name, *arguments]
    if not sys.flags.safe_path:  # otherwise the first place is none that Python has set
        sys.path[0] = folder


def _main(**attributes: object) -> dict[str, object]:
    """Make the module `__main__`, and return its namespace."""
    main = types.ModuleType("__main__")
    vars(main).update({"__annotations__": {}, "__cached__": None, **attributes})
    sys.modules["__main__"] = main
    return vars(main)


def _ended(program: Callable[[], None]) -> int:
    """Run a program, and return its exit code, as Python does at the end of one."""
    try:
        program()
    except SystemExit as ended:
        if ended.code is None or isinstance(ended.code, int):
            return ended.code or 0
        print(ended.code, file=sys.stderr)
        return 1
    except Exception as error:  # whatever a program raises is printed, as Python prints it
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename in _OURS:
            trace = trace.tb_next
        sys.excepthook(type(error), error.with_traceback(trace), trace)
        return 1
    return 0
