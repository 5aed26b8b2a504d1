"""`python -m keras_ivy diagnose model.keras data.npz`: a diagnosis for a terminal or for CI."""

import argparse
import os
import re
import sys
import warnings
import zipfile
from collections.abc import Sequence

import keras
import numpy as np

from keras_ivy.diagnostics import Diagnosis
from keras_ivy.diagnostics import diagnose as look
from keras_ivy.diagnostics.page import check_page
from keras_ivy.utils.exceptions import IvyFileError, IvyKeyError, nearest
from keras_ivy.utils.files import reading, write_all

__all__ = ["run"]

#: Keras says so of the optimizer of a model that was never fitted: a count and a rate.
_NO_SLOTS = "Skipping variable loading for optimizer.*saved optimizer has 2 variables"
#: What a model, a file or data that do not fit raise, with a sentence that is enough.
_EXPECTED = (OSError, ValueError, TypeError, KeyError, ImportError)


def run(arguments: Sequence[str]) -> int:
    """Load a model and data, print the diagnosis, and return the exit code.

    Args:
        arguments: Those of the command line.

    Returns:
        0 if there is no error among the findings, 1 if there is, 2 if it could not run.
    """
    try:
        options = _parser().parse_args(list(arguments))
    except SystemExit as ended:  # argparse has said why, or has shown its help
        return int(ended.code or 0)
    stages = _Stages()
    try:
        stages.next()
        for name in filter(None, (options.html, options.json)):
            _check_folder(name)
        if options.html:
            check_page(options.html)
        if not os.path.exists(options.model):
            raise FileNotFoundError(f"There is no such file. Received: model={options.model!r}")
        x, y = _data(options.data)
        model = _model(options.model)
        stages.next()
        report = look(
            model,
            x,
            y,
            loss=options.loss,
            optimizer=options.optimizer,
            batch_size=options.batch_size,
            seed=options.seed,
        )
        stages.next()
        _write(report, options)
    except _EXPECTED as error:
        stages.end()
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    stages.end()
    report.print()
    for line in _how_to_mend(report, options, {"x": x, "y": y}):
        print(line)
    return 0 if report.ok else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m keras_ivy diagnose",
        description="Say why a network does not train. Exit code: 0 no error, 1 errors found, "
        "2 cannot run.",
    )
    parser.add_argument("model", help="a .keras file; it is loaded in safe mode")
    parser.add_argument("data", help="a .npz file that holds x and, if wanted, y")
    parser.add_argument("--html", metavar="FILE", help="write a page with pictures")
    parser.add_argument("--json", metavar="FILE", help="write all numbers")
    parser.add_argument("--loss", help="name of a loss; by default the compiled one")
    parser.add_argument("--optimizer", help="an optimizer, such as 'adam'; by default the compiled")
    parser.add_argument("--batch-size", type=int, default=256, metavar="N", help="samples drawn")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of that draw")
    return parser


def _model(path: str) -> keras.Model:
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", _NO_SLOTS)
            return keras.models.load_model(path, safe_mode=True)
    except zipfile.BadZipFile as error:
        raise IvyFileError(f"That is no .keras file: {error}. Received: model={path!r}") from error


def _data(path: str) -> tuple[object, object]:
    """Inputs and targets; several inputs are named `x_...` as the model names them."""
    if not os.path.exists(path):
        raise FileNotFoundError(f"There is no such file. Received: data={path!r}")
    with reading(path, "an .npz file"):
        file = np.load(path, allow_pickle=False)
        arrays = {name: file[name] for name in getattr(file, "files", ())}
    if isinstance(file, np.ndarray):
        raise IvyFileError(
            "That is a single array. Inputs and targets stand in one file, "
            f'`np.savez("data.npz", x=x, y=y)`. Received: data={path!r}'
        )
    file.close()
    found = {}
    for name in ("x", "y"):
        parts = {key[2:]: value for key, value in arrays.items() if key.startswith(f"{name}_")}
        found[name] = arrays.get(name, parts or None)
    if found["x"] is None:
        raise IvyKeyError(
            f"The data hold no `x`. {nearest('x', arrays or ['nothing'])} Received: data={path!r}"
        )
    return found["x"], found["y"]


def _check_folder(path: str) -> None:
    folder = os.path.dirname(os.path.realpath(path))
    if not os.path.isdir(folder):
        raise FileNotFoundError(f"There is no folder {folder!r}: make it first. Received: {path!r}")


def _how_to_mend(
    report: Diagnosis, options: argparse.Namespace, data: dict[str, object]
) -> list[str]:
    """The program around the first remedy."""
    if not report.findings:
        return []
    remedy = report.findings[0].remedy
    lines = ["import keras", "import numpy as np", "import keras_ivy as ivy"]
    lines.append(f"model = keras.models.load_model({options.model!r})")
    for name, value in data.items():
        if value is not None and re.search(rf"\b{name}\b(?! *=)", remedy.partition("#")[0]):
            loaded = f"np.load({options.data!r})"
            parts = f'{{k[2:]: v for k, v in {loaded}.items() if k.startswith("{name}_")}}'
            lines.append(f"{name} = {parts if isinstance(value, dict) else f'{loaded}[{name!r}]'}")
    lines += [remedy, 'model.save("mended.keras")']
    return ["", "The first remedy, as a program:", *(f"    {line}" for line in lines)]


def _write(report: Diagnosis, options: argparse.Namespace) -> None:
    if options.json:
        write_all(options.json, report.to_json().encode())
    if options.html:
        report.save(options.html)


class _Stages:
    """A bar on a terminal, and nothing elsewhere."""

    def __init__(self) -> None:
        shown = sys.stdout.isatty()
        self._bar = keras.utils.Progbar(3, unit_name="stage") if shown else None
        self._done = 0

    def next(self) -> None:
        """Another stage begins."""
        if self._bar is not None:
            self._bar.update(self._done)
        self._done += 1

    def end(self) -> None:
        """All stages are over."""
        if self._bar is not None:
            self._bar.update(3, finalize=True)
