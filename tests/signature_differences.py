"""Where a signature differs from Ivy's, and why; everything else is compared.

Tables of parameters that no function of the package has, of single differences, and of defaults. A
name that stands here although it agrees fails the test too.
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
    "dirichlet": {"alpha": "concentration"},
    "gamma": {"alpha": "concentration", "beta": "rate"},
    "xlogy": {"x": "x1", "y": "x2"},
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
    "cov": {"fweights": _NUMPY, "aweights": _NUMPY, "dtype": "cast the result"},
    "diagflat": dict.fromkeys(["padding_value", "align", "num_rows", "num_cols"], _NUMPY),
    "eigvalsh": {"UPLO": _NUMPY},
    "nanmean": {"dtype": "cast the result"},
    "nanmedian": {"overwrite_input": "arrays never change"},
    "nanmin": {"initial": _NUMPY, "where": _NUMPY},
    "nanprod": {"dtype": "cast the argument", "initial": _NUMPY, "where": _NUMPY},
    "nansum": {"dtype": "cast the argument"},
    "nested_multi_map": dict.fromkeys(
        ["index_chain", "config", "to_ivy"], "Ivy's recursion hands this to itself"
    ),
    "promote_types_of_inputs": {"array_api_promotion": "there is one table"},
    "poisson": {"fill_value": "rates are positive"},
    "svdvals": {"driver": "TensorFlow has one"},
    "unique_all": {"axis": _NUMPY, "by_value": "always by value"},
    "unique_inverse": {"axis": _NUMPY},
    "default_float_dtype": {"input": _NUMPY, "float_dtype": _NUMPY},
    "default_int_dtype": {"input": _NUMPY, "int_dtype": _NUMPY},
    "diff": {"prepend": _NUMPY, "append": _NUMPY},
    "eigh": {"UPLO": _NUMPY},
    "flatten": {"order": "row by row alone"},
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

_OURS = "may be left out here"

#: Ivy's parameter -> why its default is written otherwise, or means something else.
DEFAULTS = {
    **{name: {"inplace": "None is what the variables allow, and they change in place"}
       for name in ("Adam", "AdamW", "LARS", "SGD")},
    "LAMB": {
        "inplace": "None is what the variables allow, and they change in place",
        "max_trust_ratio": "None is the variant's own, which is 10 for Ivy's",
    },
    "Optimizer": {
        "lr": _OURS,
        "inplace": "None is what the variables allow, and they change in place",
        "init_on_first_step": "taken and reported, but it changes nothing",
        "fallback_to_non_traced": "taken and reported, but it changes nothing",
    },
    "Constant": {"constant": _OURS},
    "Uniform": dict.fromkeys(["numerator", "fan_mode", "power", "gain"], _OURS),
    **{f"{name}.create_variables": {"device": _OURS}
       for name in ("Constant", "Initializer", "Uniform")},
    "KaimingNormal.create_variables": {
        "device": _OURS, "negative_slope": "None is the constructor's, which is 0",
    },
    "RandomNormal.create_variables": {"var_shape": "Ivy's None raises as well"},
    "copy_nest": {"include_derived": "subclasses are nests, as in `nested_map`"},
    "igamma": {"x": "needed in Ivy too"},
    "indices": {"dtype": "another way to write it"},
    "all_nested_indices": {"nest": "there are no indices of nothing"},
    "execute_with_gradients": {
        "retain_grads": "taken for Ivy's programs",
        "xs_grad_idxs": "None is everything, which is what Ivy's default comes to",
        "ret_grad_idxs": "None is everything, which is what Ivy's default comes to",
    },
    "instance_norm": {"eps": "Ivy declares 0 and computes with 1e-5: recorded in functions.json"},
    "interpolate": {"size": "or `scale_factor`"},
    "Container.concat": {"xs": "the container itself is the first"},
    "Container.stack": {"xs": "the container itself is the first"},
    "Container.cont_from_disk_as_hdf5": {"slice_obj": "written otherwise"},
    "Container.cont_list_stack": {"dim": _OURS},
    "Container.cont_load": {"format": "another name of the same"},
    "Container.cont_save": {"format": "another name of the same"},
    "Container.cont_to_disk_as_hdf5": {
        "mode": "a file is replaced, so that nothing of another container is left in it; rows that "
        "go behind others are added",
    },
}  # fmt: skip
