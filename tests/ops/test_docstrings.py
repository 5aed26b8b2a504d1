"""Every function of the package: its docstring's example runs and is not empty.

`pytest --doctest-modules` passes over functions that a decorator or a table made, so the examples
are run here.
"""

import doctest
import sys

import pytest

from keras_ivy import ops

FUNCTIONS = sorted(n for n in ops.__all__ if callable(getattr(ops, n)) and n[0].islower())

#: Random or trivially delegated functions whose docstring says all, without a number to check.
WITHOUT_EXAMPLE = {
    "copy_array", "constant_pad", "default_float_dtype", "default_int_dtype", "diagonal", "eigh",
    "empty", "empty_like", "gpu_is_available", "hstack", "native_array", "num_cpus", "num_gpus",
    "ones_like", "qr", "slogdet", "svd", "transpose", "unset_backend", "vstack", "zeros_like",
    "clear_backend_stack", "previous_backend", "unset_framework", "unset_soft_device_mode",
}  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_example_of_the_docstring_runs(name):
    function = getattr(ops, name)
    module = sys.modules[function.__module__]
    names = {**vars(module), "keras_ivy": ops}
    test = doctest.DocTestParser().get_doctest(function.__doc__, names, name, None, 0)
    assert bool(test.examples) == (name not in WITHOUT_EXAMPLE)
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    runner = doctest.DocTestRunner(optionflags=flags, verbose=False)
    report = []
    runner.run(test, out=report.append, clear_globs=False)
    assert not runner.failures, "".join(report)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_docstring_begins_with_a_sentence(name):
    first = getattr(ops, name).__doc__.splitlines()[0]
    assert first.endswith(".")
    assert len(first) <= 100
