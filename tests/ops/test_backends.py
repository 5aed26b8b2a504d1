"""The choice of a backend: TensorFlow is accepted wherever Ivy takes one, nothing else is."""

import keras
import pytest

import keras_ivy as ivy
from keras_ivy.ops.ivy import backends


@pytest.mark.parametrize("choose", ["set_backend", "set_framework", "with_backend"])
def test_the_backend_is_tensorflow(choose):
    getattr(ivy, choose)("tensorflow")
    getattr(ivy, choose)(ivy.current_backend())
    assert ivy.current_backend_str() == ivy.current_framework_str() == "tensorflow"
    for other in ("numpy", "torch", "jax", "tenserflow"):
        with pytest.raises(ValueError, match=f"no other backend: .*Received: .*='{other}'") as told:
            getattr(ivy, choose)(other)
        assert "'tensorflow'" in str(told.value)
    with pytest.raises(ValueError, match="no other backend"):
        getattr(ivy, choose)(keras)  # a module, and none of ours
    with pytest.raises(TypeError, match="A backend is a name"):
        getattr(ivy, choose)(3)


@pytest.mark.parametrize("name", ["jax", "mxnet", "numpy", "paddle", "torch"])
def test_other_backends_are_refused_by_their_functions(name):
    with pytest.raises(ValueError, match=f"Received: backend='{name}'"):
        getattr(ivy, f"set_{name}_backend")()


def test_programs_that_restore_a_backend_end():
    ivy.set_tensorflow_backend()
    while ivy.backend_stack:
        ivy.unset_backend()
    assert ivy.previous_backend() is None
    assert ivy.unset_framework() is None


def test_the_current_backend_has_the_functions():
    assert ivy.current_backend(ivy.ones((2,))) is ivy
    assert ivy.with_backend("tensorflow", cached=False).matmul is ivy.matmul


def test_a_random_backend_is_the_one_there_is():
    assert ivy.choose_random_backend() == "tensorflow"
    assert ivy.choose_random_backend(excluded=["numpy", "jax"]) == "tensorflow"
    with pytest.raises(ValueError, match="no backend but 'tensorflow'"):
        ivy.choose_random_backend(excluded=["tensorflow"])
    with pytest.raises(TypeError, match="list of names"):
        ivy.choose_random_backend(excluded="tensorflow")


def test_contexts_of_a_backend():
    with backends.ContextManager("tensorflow"), backends.use:
        assert ivy.current_backend_str() == "tensorflow"
    with pytest.raises(ValueError, match="no other backend"):
        backends.ContextManager("numpy")


def test_default_device_is_restored():
    before = ivy.default_device()
    with ivy.DefaultDevice("cpu:0") as context:
        assert ivy.default_device() == "cpu:0"
        with context:
            assert ivy.default_device() == "cpu:0"
    assert ivy.default_device() == before
    with pytest.raises(RuntimeError, match="inside"), ivy.DefaultDevice("cpu:0"):
        raise RuntimeError("inside")
    assert ivy.default_device() == before
    with pytest.raises(ValueError, match="no such device"):
        ivy.DefaultDevice("gpu:7")


def test_soft_device_mode_is_accepted():
    ivy.set_soft_device_mode(True)
    ivy.unset_soft_device_mode()
    with pytest.raises(TypeError, match=r"Received: mode='yes'"):
        ivy.set_soft_device_mode("yes")
