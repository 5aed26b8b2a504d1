"""Reading and setting the variables of modules: second paths, NumPy's dtypes, late builds."""

import numpy as np
import pytest

import keras_ivy as ivy


class Tied(ivy.Module):
    def __init__(self):
        self._lin = ivy.Linear(2, 3)
        super().__init__()

    def _create_variables(self, device=None, dtype=None):
        return ivy.Container(x=self._lin.v, y=ivy.ones((2,)))

    def _forward(self, x):
        return self._lin(x)


def test_branches_under_second_paths():
    net = Tied()
    assert "x" in net.v
    assert "x/w" in net.v
    assert "q" not in net.v
    assert "x/q" not in net.v
    assert net.v.x.w is net.v["x"]["w"] is net._lin.v.w
    assert list(net.v.x) == ["b", "w"]
    net.v.x.w = np.ones((3, 2))
    net.v.x = {"w": net.v.x.w + 1.0, "b": [1.0, 2.0, 3.0]}
    np.testing.assert_array_equal(net._lin.v.w, np.full((3, 2), 2.0))
    np.testing.assert_array_equal(net._lin.v.b, [1.0, 2.0, 3.0])


def test_numpy_values_are_cast_where_nothing_but_digits_is_lost():
    net = Tied()
    x = np.ones((1, 2), "float32")
    for dtype in ("float64", "float16", "int32", "int64", "uint8", "bool"):
        values = {"lin": {"w": np.ones((3, 2), dtype), "b": np.ones(3, dtype)}, "y": [1.0, 2.0]}
        np.testing.assert_array_equal(net(x, v=values), [[3.0, 3.0, 3.0]])
        np.testing.assert_array_equal(ivy.functional_call(net, values, x), [[3.0, 3.0, 3.0]])
        net.v = ivy.Container(values)
        assert {w.dtype for w in net.v.flatten().values()} == {"float32"}
        np.testing.assert_array_equal(net(x), [[3.0, 3.0, 3.0]])
    before = np.array(net.v.y)
    with pytest.raises(ValueError, match=r"'y' does not fit.*complex128"):
        net.v.y = np.ones(2) * 1j
    np.testing.assert_array_equal(net.v.y, before)


def test_fractions_do_not_become_whole_numbers():
    class Counter(ivy.Module):
        def _create_variables(self, device=None, dtype=None):
            return {"n": np.array([1, 2])}

    net = Counter()
    with pytest.raises(ValueError, match="expected dtype 'int64'"):
        net.v = {"n": np.array([1.5, 2.0])}
    net.v = {"n": np.array([3, 4], "int32")}
    np.testing.assert_array_equal(net.v.n, [3, 4])


def test_build_of_a_child_that_waits_for_a_call():
    class OnCall(ivy.Module):
        def __init__(self):
            super().__init__(build_mode="on_call")

        def _build(self, x):
            self._lin = ivy.Linear(x.shape[-1], 2)

        def _forward(self, x):
            return self._lin(x)

    child = OnCall()
    assert len(child.build()) == 0
    assert not child.built
    assert child(np.ones((1, 3), "float32")).shape == (1, 2)
    assert list(child.build().flatten()) == ["lin/b", "lin/w"]
