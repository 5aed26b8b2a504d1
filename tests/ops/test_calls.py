"""Every function of the package, on every kind of argument and every data type.

The rows are in `calls.py`. What a function has no meaning for is refused by name: never by an
operation of TensorFlow's, and never by numbers that mean nothing.
"""

import importlib.util
import pathlib

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy import ops

_spec = importlib.util.spec_from_file_location("calls", pathlib.Path(__file__).parent / "calls.py")
calls = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(calls)

NAMES = sorted(calls.ROWS)
BOUNDS = {"float16": 4e-3, "bfloat16": 3e-2, "float64": 1e-10, "complex128": 1e-10}
#: Lists are Python's numbers, which become these types alone; every kind is tried with them.
LISTED = ("bool", "int32", "float32")


#: Complex numbers come of real ones.
FOURIER = {"fft", "ifft", "dft"}
#: Python's numbers, draws of the default type, and statistics in at least float32.
OWN_TYPE = {"to_list", "to_scalar", "bernoulli", "batch_norm", "instance_norm"}


def flat(y):
    """The arrays of a result, in order."""
    plain = isinstance(y, list) and y and isinstance(y[0], int | float | complex | list)
    if isinstance(y, list | tuple) and not plain:
        return [a for part in y for a in flat(part)]
    y = y.value if isinstance(y, keras.Variable) else y
    return [np.asarray(y.numpy() if hasattr(y, "numpy") else y)]


def wide(x):
    return x.astype("complex128" if x.dtype.kind == "c" else "float64")


def agree(got, want, dtype, loose=1.0):
    bound = BOUNDS.get(dtype, 2e-6) * loose
    assert [a.shape for a in got] == [b.shape for b in want]
    for a, b in zip(got, want, strict=True):
        finite = np.abs(wide(b))[np.isfinite(wide(b))]
        scale = max(1.0, np.max(finite, initial=0))
        np.testing.assert_allclose(wide(a), wide(b), rtol=4 * bound, atol=bound * scale)


def expected(name, letter, dtype):
    """What a function gives, from NumPy, or from itself in float64."""
    row = calls.ROWS[name]
    numbers = letter in "bi" and "B" in row.types
    if row.oracle is None:
        dtype = "float64" if letter == "f" and not row.draws else dtype
        return flat(calls.call(getattr(ops, name), row.make(calls.Maker("tensor", dtype))))
    with np.errstate(all="ignore"):
        return flat(calls.call(row.oracle, row.make(calls.Maker("oracle", dtype, numbers))))


def run(name, kind, dtype):
    return calls.call(getattr(ops, name), calls.ROWS[name].make(calls.Maker(kind, dtype)))


def test_every_function_has_a_row():
    functions = {n for n in ops.__all__ if callable(getattr(ops, n))}
    functions -= {n for n in functions if isinstance(getattr(ops, n), type)}
    assert functions == set(calls.ROWS) | calls.OTHERS
    assert not set(calls.ROWS) & calls.OTHERS


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_and_type_of_argument_gives_the_numbers(name):
    row = calls.ROWS[name]
    for letter, dtypes in calls.DTYPES.items():
        for dtype in dtypes:
            if row.once and dtype != "float32":
                continue
            if letter not in row.types.lower():
                with pytest.raises((TypeError, ValueError), match=r"(?s)(takes|holds).*Received: "):
                    run(name, "tensor", dtype)
                continue
            want, types = expected(name, letter, dtype), []
            for kind in calls.KINDS:
                if kind not in ("tensor", "keras") and dtype not in LISTED:
                    continue
                got = flat(run(name, kind, dtype))
                agree(got, want, dtype, row.loose)
                types.append([a.dtype for a in got])
            assert all(t == types[0] for t in types), types
            if letter in "fc" and not row.once and name not in OWN_TYPE:
                # No type is narrowed, or widened, on the way.
                real = {"complex64": "float32", "complex128": "float64"}.get(dtype, dtype)
                kept = {t.name for t in types[0] if t.name not in ("bool", "int32", "int64")}
                kept -= {"complex64"} if name in FOURIER and "16" in dtype else set()
                allowed = {dtype, real, {"float64": "complex128", "float32": "complex64"}.get(
                    dtype if name in FOURIER else "")}  # fmt: skip
                assert kept <= allowed, (dtype, kept)


@pytest.mark.parametrize("name", [n for n in NAMES if calls.ROWS[n].gradient])
@pytest.mark.parametrize("kind", ["keras", "variable"])
def test_gradients_flow_to_variables_as_to_tensors(name, kind):
    row = calls.ROWS[name]
    if "f" not in row.types or row.once:
        return
    grads = []
    for how in ("tensor", kind):
        maker = calls.Maker(how, "float32")
        made = row.make(maker)
        sources = [x.value if isinstance(x, keras.Variable) else x for x in maker.made]
        with tf.GradientTape() as tape:
            tape.watch(sources)
            out = [y for y in tf.nest.flatten(calls.call(getattr(ops, name), made))
                   if tf.is_tensor(y) and (y.dtype.is_floating or y.dtype.is_complex)]  # fmt: skip
            total = tf.add_n([tf.reduce_sum(tf.math.real(y) ** 2) for y in out]) if out else 0.0
        grads.append(tape.gradient(total, sources) if out else [])
    for a, b in zip(*grads, strict=True):
        assert (a is None) == (b is None)
        if a is not None:
            np.testing.assert_allclose(tf.convert_to_tensor(b), tf.convert_to_tensor(a), rtol=1e-5)


#: Sizes that depend on values, and what has no kernel in XLA on a CPU.
NO_XLA = {"argwhere", "nonzero", "unique_values", "det", "slogdet", "eig", "eigvals", "i0"}
#: Whose factors have signs of their own under XLA.
SIGNED = {"eigh", "qr"}


SYMBOLIC = [n for n in NAMES if calls.ROWS[n].symbolic]
UNDER_XLA = [n for n in SYMBOLIC if n not in NO_XLA | SIGNED and not calls.ROWS[n].draws]
#: XLA takes four times as long to compile twenty functions one by one as to compile them at once.
TOGETHER = 20


def groups(names):
    return [names[i : i + TOGETHER] for i in range(0, len(names), TOGETHER)]


def arguments(name):
    dtype = "int32" if calls.ROWS[name].types in ("i", "bi") else "float32"
    return calls.ROWS[name].make(calls.Maker("keras", dtype))


@pytest.mark.parametrize(
    ("jit", "names"),
    [(False, names) for names in groups(SYMBOLIC)] + [(True, names) for names in groups(UNDER_XLA)],
    ids=lambda value: "xla" if value is True else "" if value is False else value[0],
)
def test_functions_compile(jit, names):
    made = {name: arguments(name) for name in names}

    def run_all(some):
        return {name: calls.call(getattr(ops, name), made[name]) for name in some}

    got, eager = tf.function(lambda: run_all(names), jit_compile=jit)(), run_all(names)
    wrong = {}
    for name in names:
        try:
            agree(flat(got[name]), flat(eager[name]), "float32", 8 * calls.ROWS[name].loose)
        except AssertionError as error:
            wrong[name] = str(error)
    assert wrong == {}


@pytest.mark.parametrize("name", SYMBOLIC)
def test_functions_are_nodes_of_functional_models(name):
    row, dtype = calls.ROWS[name], "int32" if calls.ROWS[name].types in ("i", "bi") else "float32"
    if row.draws or row.once:
        return
    maker = calls.Maker("tensor", dtype)
    made = row.make(maker)
    inputs = [keras.Input(batch_shape=x.shape, dtype=x.dtype.name) for x in maker.made]
    places = {id(x): i for x, i in zip(maker.made, inputs, strict=True)}

    def swap(value):
        if isinstance(value, list):
            return [swap(v) for v in value]
        if isinstance(value, dict):
            return {k: swap(v) for k, v in value.items()}
        return places.get(id(value), value)

    outputs = calls.call(getattr(ops, name), tuple(swap(v) for v in made))
    function = keras.Function(inputs, keras.tree.flatten(outputs))
    agree(flat(function(maker.made)), flat(calls.call(getattr(ops, name), made)), dtype)


@pytest.mark.parametrize("name", [n for n in NAMES if calls.ROWS[n].container])
def test_functions_map_over_containers_of_variables(name):
    row, dtype = calls.ROWS[name], "int32" if calls.ROWS[name].types in ("i", "bi") else "float32"
    made = row.make(calls.Maker("keras", dtype))
    place = 1 if isinstance(made[0], str) else 0
    want = calls.call(getattr(ops, name), made)
    args = list(made)
    args[place] = ivy.Container(a=made[place], b={"c": made[place]})
    out = calls.call(getattr(ops, name), tuple(args))
    assert isinstance(out, ivy.Container)
    for leaf in (out.a, out.b.c):
        agree(flat(leaf), flat(want), "float32", row.loose)
