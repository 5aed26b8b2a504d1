"""Recorded module snippets in which real Ivy crashes or is wrong, or that are of this package.

Each has the reason (the numbers M1 to M15 are those of the notes on Ivy's quirks), and a check of
what has to happen here. A check receives the result, or the error in its place, and the recorded
result.
"""

import numpy as np

from keras_ivy.utils.exceptions import IvyException
from tests.module.recorded import assert_equal, in_our_words, structure, without_collections

SUM = 9.54e-7  # one rounding step of a float32 sum of numbers around 8


def close(actual, expected, atol=1e-6):
    np.testing.assert_allclose(np.asarray(actual), expected, rtol=0, atol=atol)


def raises(*words):
    """The error is Ivy's and a ValueError or TypeError, and names these words."""

    def check(result, recorded):
        assert isinstance(result, IvyException), result
        assert isinstance(result, ValueError | TypeError)
        assert "Received: " in str(result)
        for word in words:
            assert word in str(result)

    return check


def returns(expected):
    return lambda result, recorded: assert_equal(expected, result)


def as_recorded_but(**changed):
    """The result is the recorded one, but for these entries, which are checked or equal."""

    def check(result, recorded):
        for key, value in recorded.items():
            if key not in changed:
                assert_equal(value, result[key], key)
        for key, value in changed.items():
            if callable(value):
                value(result[key])
            else:
                assert_equal(value, result[key], key)

    return check


def is_ivys_layout(layout):
    assert {
        path: x if x == "group" else (x["shape"], x["maxshape"]) for path, x in layout.items()
    } == {
        "l0": "group",
        "l0/b": ([5], [5]),
        "l0/w": ([5, 3], [5, 3]),
        "l1": "group",
        "l1/b": ([1], [1]),
        "l1/w": ([1, 5], [1, 5]),
    }


def has_structure(**shapes):
    expected = {
        path.replace("__", "/"): {"shape": list(shape), "dtype": "float32"}
        for path, shape in shapes.items()
    }

    def check(result, recorded=None):
        assert_equal(expected, structure(result) if hasattr(result, "cont_to_iterator") else result)

    return check


def keys(*expected):
    """The keys, in sorted order where Ivy has the order of insertion."""
    return lambda result: assert_equal(sorted(expected), list(result))


def linear_shapes(**layers):
    shapes = {}
    for path, (size_in, size_out) in layers.items():
        shapes |= {f"{path}__b": (size_out,), f"{path}__w": (size_out, size_in)}
    return shapes


def printed_layout(result, recorded):
    """Everything but the drawn numbers."""
    as_recorded_but(printed_v=lambda text: None)(result, recorded)
    ours, theirs = (
        t.splitlines() for t in (result["printed_v"], in_our_words(recorded["printed_v"]))
    )
    strip = lambda lines: [line.split("([[")[0] for line in lines]
    assert strip(ours) == strip(theirs)


def document_order(result, recorded):
    shapes = linear_shapes(
        linear__v0=(3, 64), linear__v1=(64, 64), linear__v2=(64, 64), linear3=(64, 1)
    )
    has_structure(**shapes)(result["structure"])
    assert_equal(recorded["y"], result["y"])
    assert without_collections(result["repr"]) == recorded["repr"]


def shared_in_list(result, recorded):
    assert_equal(recorded["structure"], result["structure"])
    w = np.round(0.3 * np.sin(1.7 * np.arange(1, 5)), 3).reshape(2, 2)
    b0, b1 = (np.round(0.3 * np.sin(1.7 * np.arange(1, 3) + p), 3) for p in (1.0, 2.0))
    close(result["y"], (np.array([[1.0, 2.0]]) @ w.T + b0) @ w.T + b1)
    assert result["error"] is None


def own_weight(result, recorded):
    assert_equal(recorded["structure"], result["structure"])
    assert (result["equals_own_weight"], result["equals_shared_weight"]) == (True, False)


def given_by_position(result, recorded):
    close(result["v"]["w"], [9.0, 9.0])


def everything_follows(result, recorded):
    """train and eval reach every module inside."""
    assert result["eval_returns_self"]
    assert result["train_false_returns_self"]
    assert set(result["initial"]) == set(recorded["initial"])
    assert all(result["initial"].values())
    assert not any(result["after_eval"].values())
    assert all(result["after_train"].values())


def same_module_twice(result, recorded):
    assert_equal(recorded["structure"], result["structure"])
    w = np.round(0.3 * np.sin(1.7 * np.arange(1, 5)), 3).reshape(2, 2)
    b = np.round(0.3 * np.sin(1.7 * np.arange(1, 3)), 3)
    close(result["y"], (np.array([[1.0, 2.0]]) @ w.T + b) @ w.T + b)
    assert result["error"] is None


def statistics_move(result, recorded):
    as_recorded_but(
        after_call_with_v=recorded["after_plain_call"],
        after_execute_with_gradients=recorded["after_plain_call"],
        adamw_step_on_zero_grad_stats=lambda v: (
            assert_equal(recorded["after_plain_call"]["running_mean"], v["running_mean"]),
            assert_equal(recorded["after_plain_call"]["running_var"], v["running_var"]),
        ),
    )(result, recorded)


def batchnorm_gradients(result, recorded):
    grads, expected = result["grads"], recorded["grads"]
    close(grads["b"], expected["b"], atol=2 * SUM)
    for key in ("running_mean", "running_var", "w"):
        assert_equal(expected[key], grads[key], key)
    assert_equal(recorded["loss"], result["loss"])
    assert not np.array_equal(
        result["v_after"]["running_mean"], recorded["v_after"]["running_mean"]
    )


def not_stored(result, recorded):
    as_recorded_but(
        call_without_v=lambda x: assert_equal(None, x),
        call_without_v_error=lambda e: assert_equal("IvyValueError", e["type"]),
    )(result, recorded)
    assert "store_vars=False" in result["call_without_v_error"]["message"]


def never_leaks(result, recorded):
    assert result["first_built"]
    assert result["second_built"]
    assert result["builtin_linear_built"]
    assert not result["init_var_left"]
    # A float64 input is cast to the dtype of the layer, as in Keras.
    assert result["y_dtype"] == "float32"
    assert result["fresh_linear_called_with_float64_error"] is None


def kept_after_error(result, recorded):
    assert result["keys_of_m_v_afterwards"] == ["w"]
    assert "no variable at 'q'" in result["error"]["message"]


def children_with_buffers(result, recorded):
    assert set(result["buffers"]) == {"child", "lst", "priv"}
    assert result["module_dict"] == {"child": "B", "_priv": "B"}
    assert_equal(recorded["state_dict_keys"], result["state_dict_keys"])
    assert_equal(recorded["v"], result["v"])


def child_follows_parent(result, recorded):
    as_recorded_but(child_v=recorded["parent_v_l0"])(result, recorded)


def under_key_zero(result, recorded):
    as_recorded_but(grads=lambda g: None)(result, recorded)
    assert list(result["grads"]) == ["a"]
    assert_equal(recorded["grads"]["0"], result["grads"])
    assert_equal(recorded["grads"]["0"], result["grads"]["0"])


def on_call_child(result, recorded):
    assert len(result) == 0  # its variables come with the first call


def any_array(*shape):
    def check(result, recorded):
        assert tuple(result.shape) == shape
        assert np.isfinite(result).all()

    return check


def callable_result(result, recorded):
    assert result(np.ones((1, 3), "float32")).shape == (1, 1)


DOCUMENT = "the document is right, and comes before the code"
STRUCTURE = "v does not have the structure"

#: name: (reason, check)
DEVIATIONS = {
    "save_and_load_pickle": (
        "a pickle is a program: `load` reads one where the caller says so, not where a name does",
        raises("allow_pickle=True", "m.pkl"),
    ),
    "save_weights_hdf5": (
        "datasets have no room to grow, which HDF5 gives to chunked ones alone: a full disk ends "
        "the process that writes those. Ivy reads both",
        as_recorded_but(h5_layout=is_ivys_layout),
    ),
    "fc_duplicates": (
        "M13: the alphabetically first path is shown, as in the document",
        document_order,
    ),
    "fc_duplicates_list_first": (
        "shared layers are printed under each attribute; Ivy leaves those of lists out",
        as_recorded_but(
            repr=lambda text: assert_equal(
                "FC(\n" + "".join(f"  (linear{i}): Linear()\n" for i in (0, 1, 3)) + ")", text
            )
        ),
    ),
    "sequential_example": ("M1: Ivy builds lazily here", as_recorded_but(built_after_init=True)),
    "docs_verbatim_create_variables_dev": (DOCUMENT, has_structure(w=(2,))),
    "docs_verbatim_positional_v": (DOCUMENT, given_by_position),
    "docs_verbatim_reduce_mean": (DOCUMENT, lambda r, _: close(r[0], 1.5)),
    "docs_verbatim_random_uniform_dev": (DOCUMENT, any_array(2)),
    "fc_builtin_layers": ("weights are drawn: the layout is compared", printed_layout),
    "name_int_dict_key": ("M14", has_structure(**linear_shapes(d__0=(1, 1)))),
    "name_empty_dict_key": (
        "M14; a key cannot be empty",
        lambda r, _: assert_equal(["d/_/b", "d/_/w"], list(structure(r))),
    ),
    "name_long_list_order": (
        "C11: one sorted order everywhere; layers run by index, not by this order",
        lambda r, recorded: assert_equal(sorted(recorded), r),
    ),
    "own_variable_name_clashes_with_child": ("Ivy's TypeError names nothing", raises("'lin'")),
    "own_duplicate_array": (
        "M9: kept at the first key, readable at both",
        as_recorded_but(
            structure=has_structure(a=(2,), c=(1,)),
            forward_v_a=lambda v: close(v, [0.297, -0.077]),
            error=lambda e: assert_equal(None, e),
        ),
    ),
    "duplicate_child_module": (
        "M13: shown at the alphabetically first path",
        as_recorded_but(structure=has_structure(a__b=(2,), a__w=(2, 2))),
    ),
    "shared_weight_array_in_list": ("M8", shared_in_list),
    "shared_weight_substring_key": ("M8", own_weight),
    "v_at_construction_with_variable_less_child": (
        "M2",
        lambda r, _: close(r, [[0.26771802]]),  # as without the child: v_at_construction
    ),
    "v_at_construction_wrong_key": ("the error lists paths", raises(STRUCTURE, "'l1/b'", "'l2/b'")),
    "v_at_construction_extra_key": ("the error lists paths", raises(STRUCTURE, "'zz'")),
    "v_at_construction_wrong_shape": ("the error", raises("'l0/w'", "(5, 3)", "shape=(6, 3)")),
    "v_at_construction_other_dtype": (
        "a wrong dtype is an error, as a wrong shape is",
        raises("'l0/b'", "float32", "dtype='float64'"),
    ),
    "v_at_construction_numpy_leaves": ("arrays are arrays", callable_result),
    "v_at_construction_empty": ("the error lists paths", raises(STRUCTURE, "'l0/b'", "'l1/w'")),
    "v_builtin_linear_missing_bias": ("the error lists paths", raises(STRUCTURE, "'b'")),
    "v_assignment": (
        "variables are assigned in place, so the child's follow",
        child_follows_parent,
    ),
    "v_at_call_plain_dict": ("a dict will do", lambda r, _: close(r, [[0.26771802]])),
    "v_at_call_partial": ("M5", raises(STRUCTURE, "'l1/b', 'l1/w'")),
    "v_at_call_empty_container": ("M5", raises(STRUCTURE, "'l0/b'")),
    "v_at_call_exception_leaves_v_replaced": ("M4", kept_after_error),
    "with_partial_v_unknown_key": ("the error names the key", raises("'zz'")),
    "with_partial_v_known_plus_unknown_key": ("the error names the key", raises("'zz'")),
    "with_partial_v_wrong_shape": ("the error", raises("'l0/w'", "shape=(2, 2)")),
    "build_mode_invalid": ("the error", raises("'on_init', 'explicit', 'on_call'", "'later'")),
    "build_mode_on_call_reading_v_before_call": ("M6", has_structure(w=(2,))),
    "build_mode_on_call_explicit_build": ("M6", has_structure(w=(2,))),
    "build_mode_on_call_float64_input": (
        "layers cast their inputs, as in Keras",
        any_array(1, 1),
    ),
    "build_mode_on_call_child_in_on_init_parent": ("M6", on_call_child),
    "build_mode_on_call_child_in_on_call_parent": ("M6", any_array(1, 1)),
    "store_vars_false": ("M5: a call without v is an error", not_stored),
    "setattr_module_after_build": (
        "M7",
        as_recorded_but(weights_kept_after_adding_ReLU=True),
    ),
    "append_to_list_after_build": (
        "M7: a layer appended later is noticed",
        has_structure(**linear_shapes(l__v0=(1, 1), l__v1=(1, 1))),
    ),
    "init_var_leak": ("M1", never_leaks),
    "init_var_left_after_exception": (
        "M1",
        as_recorded_but(
            init_var_left=False,
            next_builtin_built=True,
            error=lambda e: assert_equal("IvyValueError", e["type"]),
        ),
    ),
    "train_eval_propagation": ("M3", everything_follows),
    "sequential_eval_does_not_reach_dropout": ("M3", as_recorded_but(dropout=False)),
    "buffers_constructor_and_call": ("sorted", as_recorded_but(state_dict_keys=keys("w", "c"))),
    "register_buffer_and_parameter": (
        "sorted",
        as_recorded_but(state_dict_keys=keys("w", "p", "buf")),
    ),
    "child_buffers": ("M15", children_with_buffers),
    "save_weights_bare_filename": ("M11", returns(None)),
    "save_weights_scalar_variable": ("M11", returns(None)),
    "save_weights_pathlib": ("M11", returns(None)),
    "sequential_v_wrong_keys": ("the error", raises("'submodules/v0/b'", "'layers/v0/b'")),
    "sequential_v_missing_layer": ("the error", raises("'submodules/v2/b', 'submodules/v2/w'")),
    "sequential_call_v_missing_layer": ("the error", raises("'submodules/v2/b'")),
    "sequential_len_and_index": (
        "a Sequential has a length and can be indexed",
        lambda r, _: (
            assert_equal("3", r["len"]),
            assert_equal("3", r["iter"]),
            assert_equal("Linear(in_features=3, out_features=5, with_bias=True)", r["index"]),
        ),
    ),
    "sequential_with_plain_function": (
        "the error",
        raises("sub_modules[1]", "keras.layers.Lambda"),
    ),
    "sequential_of_list": ("a list is taken, as by Keras", any_array(1, 2)),
    "sequential_same_module_twice": ("M10", same_module_twice),
    "gradient_tuple_return": (
        "gradients have the structure of xs; they can be read under '0' too",
        under_key_zero,
    ),
    "gradient_through_batchnorm_running_stats": (
        "M12: the call trains, so the statistics move; b's gradient is a sum of about +-8, of "
        "which rounding is left",
        batchnorm_gradients,
    ),
    "batchnorm_running_stats_updates": ("M12: a training call updates them", statistics_move),
}
