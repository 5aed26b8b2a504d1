"""Write docs/ivy_support.md: every module of Ivy, and how much of it is here.

    python tools/ivy_support.py            # writes the page
    python tools/ivy_support.py --check    # fails if the page is another

Ivy's public names are recorded in tests/golden/public_names.json. What is here is asked of the
package; every name that is not has a reason in keras_ivy/ops/ivy/left_out.py, as errors tell too.
"""

import json
import pathlib
import sys
from collections.abc import Iterator

import keras_ivy
from keras_ivy.ops.ivy.left_out import REASONS, reason_of

ROOT = pathlib.Path(__file__).parents[1]
PAGE = ROOT / "docs" / "ivy_support.md"
RECORDED = json.loads((ROOT / "tests" / "golden" / "public_names.json").read_text(encoding="utf-8"))

<<<<<<< HEAD
=======
#: Why names are left out: the reason, and the names. `static_*` methods share it.
REASONS = {
    "it belongs to the tracer, transpiler or compiler": """
        Module.show_graph Module.trace_graph ModuleConverters
    """,
    "it is a part of Ivy's own machinery": """
        ModuleHelpers ModuleMeta handle_exceptions ContextManager dynamic_backend_converter
        prevent_access_locally set_backend_to_specific_version handle_soft_device_variable
        cont_handle_inplace cont_multi_map_in_function container_types is_ivy_nested_array
        generate_einsum_equation get_interpolate_kernel check_float check_scalar
        duplicate_array_index_chains optional_get_element
    """,
    "there is one backend, and one class of arrays": """
        cont_ivy cont_with_ivy_backend dynamic_backend to_dlpack from_dlpack set_shape_array_mode
        unset_shape_array_mode set_nestable_mode unset_nestable_mode
    """,
    "TensorFlow tells which types and devices a kernel takes when it is called": """
        function_supported_dtypes function_unsupported_dtypes function_supported_devices
        function_unsupported_devices function_supported_devices_and_dtypes
        function_unsupported_devices_and_dtypes
    """,
    "Keras has one default, that of floats; give others where arrays are made": """
        set_default_complex_dtype set_default_int_dtype set_default_uint_dtype
        unset_default_complex_dtype unset_default_int_dtype unset_default_uint_dtype
    """,
    "TensorFlow counts memory by `tf.config.experimental.get_memory_info`, and no arrays": """
        clear_cached_mem_on_dev dev_util get_all_ivy_arrays_on_dev num_ivy_arrays_on_dev
        percent_used_mem_on_dev print_all_ivy_arrays_on_dev total_mem_on_dev used_mem_on_dev
        get_all_arrays_in_memory get_referrers_recursive num_arrays_in_memory
        print_all_arrays_in_memory
    """,
    '`tf.config.list_logical_devices("TPU")` tells': "tpu_is_available",
    "arrays never change, and have no memory of their own": """
        set_inplace_mode unset_inplace_mode strides as_strided
    """,
    "tracebacks are Python's": """
        set_exception_trace_mode unset_exception_trace_mode set_show_func_wrapper_trace_mode
        unset_show_func_wrapper_trace_mode
    """,
    "it hides errors: write `try` and `except`": "try_except try_else_none",
    "it is Python's own: `tempfile`, `multiprocessing`, `isinstance`": """
        set_tmp_dir unset_tmp_dir set_queue_timeout unset_queue_timeout multiprocessing
    """,
    "it reads or writes files: `Module.save`, `Container.save` and their `load` do": """
        save load frombuffer h5_file_size shuffle_h5_file
    """,
    "the layer `LSTM` and `lstm_update` are here; this is the kernel of a torch module": "lstm",
    "`keras.layers.RNN` does it": "rnn",
    "Keras CV, or `tf.image`, does it": "roi_align ssim_loss",
    "`tf.custom_gradient` does it": "bind_custom_gradient_function",
    "the definition of Ivy 1.0.0.5 is another than NumPy's, whose name it has": "tensorsolve",
    "decompositions of tensors are TensorLy's, which runs on TensorFlow": """
        eigh_tridiagonal initialize_tucker khatri_rao kronecker lu_factor lu_solve
        make_svd_non_negative mode_dot multi_mode_dot partial_tucker svd_flip tensor_train
        truncated_svd tt_matrix_to_tensor tucker fold unfold matricize partial_fold
        partial_tensor_to_vec partial_unfold partial_vec_to_tensor random_cp random_parafac2
        random_tr random_tt random_tucker
    """,
    "signals are `tf.signal`'s": """
        kaiser_bessel_derived_window mel_weight_matrix vorbis_window
    """,
    "`interpolate` and the pools are here; these are steps of them": """
        area_interpolate nearest_interpolate max_unpool1d reduce_window sliding_window
    """,
    "no network is known that calls it; TensorFlow or NumPy has it": """
        associative_scan binarizer choose frexp gradient histogram modf nextafter reduce
        soft_thresholding sparsify_tensor trim_zeros unique_consecutive
    """,
    "sparse arrays are TensorFlow's `tf.SparseTensor`": """
        is_ivy_sparse_array is_native_sparse_array native_sparse_array
        native_sparse_array_to_indices_values_and_shape
    """,
    "printing is `cont_show`, and its options are those of the container": """
        cont_dev_str cont_show_sub_container cont_update_config
    """,
    "layers and keys are called so: `static_` in front, or the function, reaches it": """
        avg_pool1d avg_pool2d avg_pool3d batch_norm beta gamma conv1d conv1d_transpose conv2d
        conv2d_transpose conv3d conv3d_transpose depthwise_conv2d dev dropout dropout1d dropout2d
        dropout3d embedding group_norm instance_norm layer_norm linear lstm_update max_pool1d
        max_pool2d max_pool3d multi_head_attention scaled_dot_product_attention size
    """,
    "call the function: `ivy.adam_update(container, ...)`": """
        adam_step adam_update gradient_descent_update lamb_update lars_update optimizer_update
    """,
    "it asks about shapes or several arrays: call the function": "broadcast_shapes result_type",
}

#: The reason of each name.
REASON_OF = {name: reason for reason, names in REASONS.items() for name in names.split()}

>>>>>>> 5b08887 (Add settings of stable functions, questions about single values and what changes in place)
#: The parts of Ivy, with their titles, and the objects in which their names are looked for.
PARTS = {
    "functional": ("Functions", "ivy.functional.ivy"),
    "container": ("Methods of Container", "ivy.data_classes.container"),
    "stateful": ("Classes", "ivy.stateful"),
    "utils": ("Utilities", "ivy.utils"),
}


def is_here(part: str, name: str) -> bool:
    """Whether a name of Ivy's is one of this package."""
    places: list[object] = [keras_ivy]
    if part == "container":
        places = [keras_ivy.Container]
    elif part == "utils":
        places += [keras_ivy.utils.assertions, keras_ivy.utils.exceptions]
    *owners, last = name.split(".")
    for place in places:
        here = place
        for owner in owners:
            here = getattr(here, owner)
        if hasattr(here, last):
            return True
    return False


def modules(part: str) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield each module of a part, the names of it that are here, and those that are not."""
    for module, names in RECORDED[part].items():
        here = [name for name in names if is_here(part, name)]
        yield module, here, [name for name in names if name not in here]


def page() -> str:
    """Return the page."""
    total = {part: [0, 0] for part in PARTS}
    tables, missing = [], {}
    for part, (title, where) in PARTS.items():
        rows = ["| module of Ivy | names | here | left out |", "|---|---|---|---|"]
        for module, here, lacking in modules(part):
            total[part][0] += len(here)
            total[part][1] += len(here) + len(lacking)
            shown = ", ".join(f"`{name}`" for name in lacking)
            rows.append(
                f"| `{where}.{module}` | {len(here) + len(lacking)} | {len(here)} | {shown} |"
            )
            for name in lacking:
                missing.setdefault(reason_of(name) or "", set()).add(name)
        tables.append(f"## {title}\n\n" + "\n".join(rows))
    counts = "\n".join(
        f"| {title} | {total[part][1]} | {total[part][0]} |" for part, (title, _) in PARTS.items()
    )
    reasons = "\n".join(
        f"| {', '.join(f'`{name}`' for name in sorted(missing[reason]))} | {reason} |"
        for reason in REASONS
        if reason in missing
    )
    return "\n\n".join(
        [
            "<!-- Made by tools/ivy_support.py. -->",
            "# What of Ivy is here",
            "Every public name of Ivy 1.0.0.5, by the module that has it, and why the rest is left "
            "out. Arguments that differ\nare told by the functions; where results differ on "
            "purpose, [Ivy's quirks](ivy_quirks.md) says so. Methods of\narrays are those of "
            "[array mode](migrate/ivy.md), the transpiler, tracer and compilers are no part of "
            "this.",
            f"| | names | here |\n|---|---|---|\n{counts}",
            *tables,
            f"## Why names are left out\n\n| names | reason |\n|---|---|\n{reasons}\n",
        ]
    )


def main(arguments: list[str]) -> int:
    """Write the page, or compare it."""
    made = page()
    if "--check" in arguments:
        return int(PAGE.read_text(encoding="utf-8") != made)
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
