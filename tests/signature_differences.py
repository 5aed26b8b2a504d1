"""Where a signature differs from Ivy's, and why; everything else is compared.

Two tables: parameters that no function of the package has, and single differences. A name that
stands here although it agrees fails the test too.
"""

#: Ivy's parameters that are left out wherever they occur.
WITHOUT = {
    "out": "arrays never change, so no result can be written into one",
    "copy": "arrays never change, so nobody sees whether memory is shared",
    "as_native": "there is one class of arrays, TensorFlow's",
    "to_ivy_array": "there is one class of arrays, TensorFlow's",
    "dynamic_backend": "there is one backend",
    "ensure_in_backend": "there is one backend",
    "keep_input_dtype": "a variable keeps its dtype anyhow",
    "_index": "Ivy's recursion hands this to itself",
    "_base": "Ivy's recursion hands this to itself",
    "_result": "Ivy's recursion hands this to itself",
    "_tuple_check_fn": "Ivy's recursion hands this to itself",
    "_list_check_fn": "Ivy's recursion hands this to itself",
    "_dict_check_fn": "Ivy's recursion hands this to itself",
    "from_call": "Ivy's call hands this to itself",
    "stream": "TensorFlow has no streams",
    "use_where": "no difference in the result but for NaN's sign",
}

#: Ivy's parameter -> the other name under which it stands in the same place.
ALIASES = {
    "count_nonzero": {"a": "x"},
    "default_device": {"device": "item"},
    "imag": {"val": "x"},
    "is_bool_dtype": {"dtype_in": "x"},
    "is_complex_dtype": {"dtype_in": "x"},
    "is_float_dtype": {"dtype_in": "x"},
    "is_int_dtype": {"dtype_in": "x"},
    "logsigmoid": {"input": "x"},
    "median": {"input": "x"},
    "native_array": {"x": "obj"},
    "set_default_float_dtype": {"float_dtype": "dtype"},
    "value_and_grad": {"func": "fn"},
    "Module.load": {"filename": "filepath"},
    "Module.save": {"filename": "filepath"},
    "Module.save_weights": {"weights_path": "filepath"},
}

_NUMPY = "the array standard, which these functions follow, does not have it"
_DRAWS = "no use of it is known, and a wrong draw would be silent: refused by Python"

#: Ivy's parameter -> why a function or method lacks it.
LACKING = {
    "Module.build": dict.fromkeys(["device", "dtype"], "those of the constructor count"),
    "add": {"alpha": _NUMPY},
    "all_equal": {"equality_matrix": "compare pairs by `equal`"},
    "argmax": {"select_last_index": _NUMPY},
    "argmin": {"select_last_index": _NUMPY},
    "argsort": {"stable": "always stable"},
    "bernoulli": {"logits": "give `probs=sigmoid(logits)`"},
    "celu": {"complex_mode": "real numbers alone"},
    "conv1d": {"x_dilations": _NUMPY},
    "conv2d": {"x_dilations": _NUMPY},
    "conv3d": {"x_dilations": _NUMPY},
    "count_nonzero": {"dtype": "cast the result"},
    "cross": {"axisa": _NUMPY, "axisb": _NUMPY, "axisc": _NUMPY},
    "default_float_dtype": {"input": _NUMPY, "float_dtype": _NUMPY},
    "default_int_dtype": {"input": _NUMPY, "int_dtype": _NUMPY},
    "diff": {"prepend": _NUMPY, "append": _NUMPY},
    "eigh": {"UPLO": _NUMPY},
    "flatten": {"order": "row by row alone"},
    "fourier_encode": {"flatten": "call `flatten`"},
    "get_num_dims": {"as_array": "it is a Python number"},
    "interpolate": {"recompute_scale_factor": "sizes are always computed once"},
    "isin": {"assume_unique": "it changes the speed alone"},
    "isinf": {"detect_positive": _NUMPY, "detect_negative": _NUMPY},
    "matmul": {"adjoint_a": _NUMPY, "adjoint_b": _NUMPY},
    "matrix_norm": {"dtype": "cast the argument"},
    "matrix_transpose": {"conjugate": _NUMPY},
    "meshgrid": {"sparse": _NUMPY},
    "min": {"initial": _NUMPY, "where": _NUMPY},
    "multi_head_attention": dict.fromkeys(
        ["batch_first", "key_padding_mask", "bias_k", "bias_v", "static_k", "static_v",
         "add_zero_attn"],
        "arguments of a torch module, which Ivy's own layer does not have",
    ),
    "nested_argwhere": {"stop_after_n_found": "take the first of the result"},
    "nested_map": {"shallow": "nests never change"},
    "nonzero": {"as_tuple": _NUMPY, "size": _NUMPY, "fill_value": _NUMPY},
    "pad": {"stat_length": _NUMPY, "end_values": _NUMPY, "reflect_type": _NUMPY},
    "promote_types": {"array_api_promotion": "there is one table"},
    "remainder": {"modulus": _NUMPY},
    "reshape": {"allowzero": "a 0 is the size 0, as in NumPy"},
    "searchsorted": {"sorter": "sort first", "ret_dtype": "cast the result"},
    "sign": {"np_variant": "of complex numbers alone"},
    "sort": {"stable": "equal numbers look the same"},
    "stop_gradient": {"preserve_type": "there is one class of arrays"},
    "subtract": {"alpha": _NUMPY},
    "take": {"mode": _DRAWS, "fill_value": _DRAWS},
    "take_along_axis": {"mode": _DRAWS},
    "top_k": {"sorted": "always sorted"},
    "vector_norm": {"dtype": "cast the argument"},
}  # fmt: skip

_SWITCHES = "a bool or None in this place is Ivy's; tested below"

#: Ivy's parameter -> why the place of a class's own argument is another.
PLACES = {
    "MultiHeadAttention": dict.fromkeys(
        ["key_dim", "value_dim", "num_heads", "head_dim", "dropout_rate", "use_proj_bias",
         "attention_axes", "scale", "device", "v", "build_mode", "dtype", "training"],
        "by name alone, in Ivy too: `MultiHeadAttention(512, 8)` means 8 heads to most",
    ),
    "SGD": dict.fromkeys(["inplace", "stop_gradients", "trace_on_next_step"], _SWITCHES),
    "LARS": dict.fromkeys(["inplace", "stop_gradients", "trace_on_next_step"], _SWITCHES),
    "RandomNormal.create_variables": {"dtype": "a dtype in the place of `fan_out` is Ivy's"},
}  # fmt: skip
