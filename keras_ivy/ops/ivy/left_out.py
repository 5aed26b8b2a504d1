"""Names of Ivy's that this package leaves out, and why: for errors, and for the support table."""

__all__ = ["REASONS", "REASON_OF", "TRANSLATORS", "reason_of", "sentence"]

#: The sentence on what would need another framework, or a compiler of Ivy's.
TRANSLATORS = "Ivy's tracer and translators between frameworks are not part of keras_ivy"
#: The same, with what to do instead.
_INSTEAD = (
    f"{TRANSLATORS}; `tf.function(fn)` makes a graph of a function, and `tf.function(fn, "
    "jit_compile=True)` compiles it"
)
#: Names of the tracer and the translators.
_TRACED = (
    "compile",
    "graph_transpile",
    "show_graph",
    "source_to_source",
    "trace_graph",
    "transpile",
    "unify",
)

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
        avg_pool1d avg_pool2d avg_pool3d batch_norm beta conv1d conv1d_transpose conv2d
        conv2d_transpose conv3d conv3d_transpose depthwise_conv2d dev dropout dropout1d dropout2d
        dropout3d embedding gamma group_norm instance_norm layer_norm linear lstm_update max_pool1d
        max_pool2d max_pool3d multi_head_attention scaled_dot_product_attention size
    """,
    "call the function: `ivy.adam_update(container, ...)`": """
        adam_step adam_update gradient_descent_update lamb_update lars_update optimizer_update
    """,
    "it asks about shapes or several arrays: call the function": "broadcast_shapes result_type",
}

#: The reason of each name.
REASON_OF = {name: reason for reason, names in REASONS.items() for name in names.split()}


def reason_of(name: str) -> str | None:
    """Return why a name of Ivy's is not here, or None if there is no such name.

    Args:
        name: A function, or a method of a Container; `static_` in front does not count.

    Example:

    >>> reason_of("rnn")
    '`keras.layers.RNN` does it'
    """
    return REASON_OF.get(name, REASON_OF.get(name.removeprefix("static_")))


def sentence(name: str) -> str | None:
    """Return the sentence that an error says of a name of Ivy's that is not here, or None."""
    if name in _TRACED:
        return _INSTEAD
    reason = REASON_OF.get(name)
    return None if reason is None else f"keras_ivy leaves Ivy's `{name}` out: {reason}"
