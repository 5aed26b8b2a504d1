"""`python -m keras_ivy run`: what a program sees and leaves, against plain Python."""

import os
import subprocess
import sys

import pytest

from keras_ivy import drop_in
from keras_ivy.commands import main
from keras_ivy.container.files.pickles import allow_everywhere, may_read

SEEN = """
import json, os, sys
import helper
print(json.dumps([sys.argv, __name__, __file__, sys.path[0], __package__, __spec__ is None]))
print(sys.modules["__main__"].SEEN, helper.NAME)
"""


@pytest.fixture
def process(monkeypatch):
    """This process, given back as it was."""
    monkeypatch.setattr(sys, "argv", ["keras_ivy", "run"])
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    yield
    sys.modules.pop("helper", None)
    drop_in.uninstall()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "helper.py").write_text("NAME = __name__\n")
    return tmp_path


def by_python(*arguments):
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)


def same_as_python(arguments, capfd):
    """Run a program here and by Python, and compare what is printed and the exit code."""
    plain = by_python(*arguments)
    code = main(["run", *arguments])
    out, err = capfd.readouterr()
    assert (out, err, code) == (plain.stdout, plain.stderr, plain.returncode)
    return plain


def test_a_program_sees_what_python_shows_it(process, folder, capfd):
    (folder / "inner").mkdir()
    (folder / "inner" / "helper.py").write_text("NAME = 'the one beside the program'\n")
    (folder / "inner" / "program.py").write_text(f"SEEN = 'main'\n{SEEN}")
    plain = same_as_python(["inner/program.py", "--rate", "0.1", "-m", "-h"], capfd)
    assert "beside the program" in plain.stdout
    assert '"--rate", "0.1", "-m", "-h"' in plain.stdout


def test_a_module_and_a_package_are_run_as_python_does(process, folder, capfd):
    package = folder / "package"
    package.mkdir()
    (package / "__init__.py").write_text("print('package', __name__)\n")
    for name in ("__main__", "part"):
        (package / f"{name}.py").write_text(
            f"SEEN = '{name}'\n{SEEN}\nprint(__spec__.name, __cached__ is not None)\n"
            "from . import part2\n"
        )
    (package / "part2.py").write_text("print('relative')\n")
    for name in ("package", "package.part"):
        sys.modules.pop("package.part2", None)
        sys.modules.pop("package", None)
        sys.path[0] = ""
        plain = same_as_python(["-m", name, "x"], capfd)
        assert "relative" in plain.stdout
    for name in ("package", "package.part2"):
        del sys.modules[name]


@pytest.mark.parametrize(
    "program",
    [
        "import sys; sys.exit(3)",
        "import sys; sys.exit()",
        "import sys; sys.exit('the data are missing')",
        "raise SystemExit(True)",
        "print('before')\ndef deeper():\n    raise KeyError('no such row')\ndeeper()",
        "try:\n    1 / 0\nexcept ZeroDivisionError as told:\n    raise ValueError('bad') from told",
        "x = (1,\ny = 2",
        "assert False, 'not so'",
        "# -*- coding: latin-1 -*-\nprint(len('\xe9'))",
        "import os, sys; sys.excepthook = lambda *told: print(told[0].__name__); raise OSError",
        "print(__debug__, __annotations__, __doc__)",
        "'what it does'\nprint(__doc__, sorted(globals()))",
    ],
)
def test_exit_codes_and_tracebacks_are_pythons(program, process, folder, capfd):
    (folder / "program.py").write_text(program, encoding="latin-1")
    same_as_python(["program.py"], capfd)


def test_a_folder_is_a_program(process, folder, capfd):
    (folder / "app").mkdir()
    (folder / "app" / "__main__.py").write_text("import sys; print(sys.argv, __name__); 1 / 0")
    plain = by_python("app", "x")
    assert main(["run", "app", "x"]) == plain.returncode == 1
    out, err = capfd.readouterr()
    assert out == plain.stdout
    assert "keras_ivy" not in err
    assert err.splitlines()[-1] == plain.stderr.splitlines()[-1]


@pytest.mark.parametrize("arguments", [["nothing.py"], ["-x"], ["-m"], []])
def test_what_is_no_program_is_told(arguments, process, folder, capfd):
    assert main(["run", *arguments]) == 2
    assert "no such program" in capfd.readouterr().err
    assert "ivy" not in sys.modules
    assert not any(isinstance(finder, drop_in.finder.Finder) for finder in sys.meta_path)


def test_a_module_that_is_not_there_ends_as_in_python(process, folder, capfd):
    for name in ("no_such_module", "helper.below", "os.path.x"):
        assert main(["run", "-m", name]) == by_python("-m", name).returncode == 1
        assert f"No module named {name}" in capfd.readouterr().err
    (folder / "broken.py").write_text("import no_such_module")
    (folder / "pack").mkdir()
    (folder / "pack" / "__init__.py").write_text("import no_such_module")
    (folder / "pack" / "part.py").write_text("")
    assert main(["run", "-m", "pack.part"]) == 1
    assert "ModuleNotFoundError: No module named 'no_such_module'" in capfd.readouterr().err


def test_help_tells_how(capfd):
    assert main(["run", "--help"]) == 0
    assert "run [--allow-pickle] program.py [arguments]" in capfd.readouterr().out


PROGRAM = """
import pickle, sys, threading, time
import ivy
from ivy.stateful.module import Module

class Regressor(Module):
    def __init__(self, width):
        self._hidden = ivy.Linear(2, width)
        self._out = ivy.Linear(width, 1)
        ivy.Module.__init__(self)

    def _forward(self, x):
        return self._out(ivy.tanh(self._hidden(x)))

model = Regressor(int(sys.argv[1]))
x = ivy.array([[0.0, 1.0], [1.0, 0.0]])
optimizer = ivy.Adam(1e-2)
loss, grads = ivy.execute_with_gradients(lambda v: ivy.mean(model(x, v=v) ** 2), model.v)
model.v = optimizer.step(model.v, grads)
print(type(pickle.loads(pickle.dumps(ivy.Container(a=1)))).__name__, model.v.hidden.w.shape)

def late():
    time.sleep(0.2)
    import ivy.stateful.losses
    print("late", ivy.stateful.losses.CrossEntropyLoss.__name__)

threading.Thread(target=late).start()
"""


def test_a_process_of_its_own(folder):
    (folder / "program.py").write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-m", "keras_ivy", "run", "program.py", "5"],
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "PYTHONPATH": os.path.dirname(os.path.dirname(drop_in.__path__[0])),
            "TF_CPP_MIN_LOG_LEVEL": "3",
        },
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "Container (5, 2)\nlate CrossEntropyLoss\n"


LOADS = """
import sys
import ivy

folder = sys.argv[1]
ivy.Sequential(ivy.Linear(2, 1)).save(folder + "/net.pkl")
ivy.Container(a=ivy.ones((2,))).cont_to_disk_as_pickled(folder + "/v.pkl")
ivy.Linear(2, 1).v.cont_to_disk_as_pickled(folder + "/w.pkl")
loads = {
    "module": lambda: ivy.Module.load(folder + "/net.pkl"),
    "container": lambda: ivy.Container.load(folder + "/v.pkl"),
    "weights": lambda: ivy.Linear(2, 1).load_weights(folder + "/w.pkl"),
}
for name, load in loads.items():
    try:
        load()
        print(name, "read")
    except ValueError as error:
        print(name, "allow_pickle=True" in str(error))
"""


@pytest.fixture
def no_pickles():
    yield
    allow_everywhere(False)


@pytest.mark.parametrize("as_module", [False, True])
def test_pickles_are_read_where_the_command_line_allows_it(
    as_module, process, folder, capfd, no_pickles
):
    (folder / "reads_pickles.py").write_text(LOADS)
    program = ["-m", "reads_pickles"] if as_module else ["reads_pickles.py"]
    assert main(["run", *program, str(folder)]) == 0
    assert capfd.readouterr().out == "module True\ncontainer True\nweights True\n"
    # After the program it is an argument of the program's.
    assert main(["run", *program, str(folder), "--allow-pickle"]) == 0
    assert capfd.readouterr().out == "module True\ncontainer True\nweights True\n"
    assert main(["run", "--allow-pickle", *program, str(folder)]) == 0
    assert capfd.readouterr().out == "module read\ncontainer read\nweights read\n"


def test_allowing_pickles_needs_a_program(folder, capfd, no_pickles):
    assert main(["run", "--allow-pickle"]) == 2
    assert main(["run", "--allow-pickle", "missing.py"]) == 2
    assert "program='missing.py'" in capfd.readouterr().err
    assert not may_read(False)
    assert main(["run", "--allow-pickle", "--help"]) == 0
    assert "A pickle is a\n" in capfd.readouterr().out
