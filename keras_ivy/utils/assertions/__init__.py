"""Checks under Ivy's names, for programs that call `ivy.utils.assertions.check_equal` and the like.

Each returns nothing if what it asks for holds, and raises otherwise. In a `tf.function` the values
of arrays are not known; a comparison of arrays is then checked when the function runs, and raises
TensorFlow's `InvalidArgumentError`.
"""

from keras_ivy.utils.assertions.shapes import (
    check_dev_correct_formatting,
    check_dimensions,
    check_gather_input_valid,
    check_gather_nd_input_valid,
    check_inplace_sizes_valid,
    check_kernel_padding_size,
    check_one_way_broadcastable,
    check_same_dtype,
    check_shape,
    check_shapes_broadcastable,
    check_unsorted_segment_valid_params,
)
from keras_ivy.utils.assertions.values import (
    check_all,
    check_all_or_any_fn,
    check_any,
    check_elem_in_list,
    check_equal,
    check_exists,
    check_false,
    check_greater,
    check_isinstance,
    check_less,
    check_true,
)

__all__ = [
    "check_all",
    "check_all_or_any_fn",
    "check_any",
    "check_dev_correct_formatting",
    "check_dimensions",
    "check_elem_in_list",
    "check_equal",
    "check_exists",
    "check_false",
    "check_gather_input_valid",
    "check_gather_nd_input_valid",
    "check_greater",
    "check_inplace_sizes_valid",
    "check_isinstance",
    "check_kernel_padding_size",
    "check_less",
    "check_one_way_broadcastable",
    "check_same_dtype",
    "check_shape",
    "check_shapes_broadcastable",
    "check_true",
    "check_unsorted_segment_valid_params",
]
