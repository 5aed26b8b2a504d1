"""Container's methods by the spellings of several years of Ivy's programs."""

import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy


def container(factor=1.0):
    return ivy.Container(
        a=tf.constant([[1.0, 2.0]]) * factor, b={"c": tf.constant([[3.0, 4.0]]) * factor}
    )


def values(c):
    return {path: np.asarray(leaf).tolist() for path, leaf in c.flatten().items()}


def test_static_functions_take_lists_of_containers_and_containers():
    first, second = container(), container(10.0)
    joined = ivy.Container.static_concat([first, second], axis=0)
    assert values(joined) == {"a": [[1, 2], [10, 20]], "b/c": [[3, 4], [30, 40]]}
    stacked = first.static_stack([first, second], axis=0)
    assert stacked.a.shape == (2, 1, 2)
    total = ivy.Container._static_sum(first, key_chains=["b/c"], prune_unapplied=True)
    assert values(total) == {"b/c": 7.0}
    product = ivy.Container.static_linear(first, tf.constant([[1.0, 1.0]]))
    assert values(product) == {"a": [[3.0]], "b/c": [[7.0]]}


def test_methods_of_older_ivy_have_no_prefix():
    first = container()
    assert values(ivy.Container.combine(first, {"b": {"d": tf.constant(5.0)}})) == {
        **values(first),
        "b/d": 5.0,
    }
    assert list(first.at_keys("a").flatten()) == ["a"]
    assert [x.shape for x in first.to_flat_list()] == [(1, 2), (1, 2)]
    assert first.identical([first, first])  # static methods do not take the instance


def test_functions_are_methods_where_nothing_else_is_called_so():
    first = container()
    assert values(first.gather(tf.constant([1]))) == {"a": [[2.0]], "b/c": [[4.0]]}
    held = first.gather(tf.constant([1]), key_chains="a")
    assert values(held) == {"a": [[2.0]], "b/c": [[3.0, 4.0]]}
    first["gather"] = 3
    assert first.gather == 3
    assert "gather" not in dir(container())


def test_questions_about_leaves_are_methods():
    first = container()
    first["b/d"] = tf.constant([1, 2])
    assert values(first.is_float_dtype()) == {"a": True, "b/c": True, "b/d": False}
    assert first.is_array(key_chains="a", prune_unapplied=True).a is True
    assert first.can_cast("float64").b.d is True
    assert ivy.Container.static_has_nans(first).cont_all_false()
    assert first.to_native().a is first.a


@pytest.mark.parametrize("name", ["linear", "dropout", "conv2d", "nope", "static_nope", "dtypes"])
def test_names_of_layers_and_unknown_ones_are_missing_keys(name):
    with pytest.raises(AttributeError, match=f"no key, and its leaves.*'{name}'"):
        getattr(container(), name)
    assert not hasattr(ivy.Container(), name)


@pytest.mark.parametrize("name", ["shape", "size", "dev"])
def test_what_libraries_look_for_on_arrays_is_none_of_an_empty_container(name):
    assert not hasattr(ivy.Container(), name)


def test_a_class_has_no_method_of_an_unknown_name():
    with pytest.raises(AttributeError, match=r"type object 'Container' has no attribute 'nope'"):
        ivy.Container.nope  # noqa: B018
    assert not hasattr(ivy.Container, "static_nope")


def test_subclasses_find_their_own_methods():
    class Spec(ivy.Container):
        def cont_area(self):
            return self.h * self.w

    assert Spec(h=2, w=3).area() == 6
    assert type(Spec(h=2, w=3).copy()) is Spec


def test_a_missing_variable_of_a_module_is_no_method():
    module = ivy.Linear(2, 1, with_bias=False)
    with pytest.raises(AttributeError, match=r"no key"):
        module.v.linear  # noqa: B018
