"""A call of every public function that means something; the sweep spoils one argument a time."""

import inspect

import keras
import numpy as np
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy import diagnostics, functional, initializers, ops, optimizers

SQUARE = np.float32([[2.0, 0.5, 0.25], [0.5, 1.0, 0.5], [0.25, 0.5, 3.0]])
VECTOR = np.float32([0.2, 0.5, 0.3])
WHOLE = np.int32([[3, 1, 2], [0, 2, 1]])


def image(rank, size=4, channels=2):
    return np.linspace(0, 1, size**rank * channels, dtype="float32").reshape(
        1, *[size] * rank, channels
    )


def window(rank, *channels):
    return np.ones((*[2] * rank, *channels), "float32")


def model(*between):
    """A small model, made anew for every callable."""
    dense = keras.layers.Dense
    return keras.Sequential([keras.Input((3,)), dense(2), *between, dense(1)])


#: Good values, by the name of the argument.
BY_NAME = {
    "a": SQUARE, "b": SQUARE, "arr": SQUARE, "arrays": [VECTOR, VECTOR], "ary": image(3),
    "axis0": 0, "axis1": 1, "base": SQUARE, "condition": SQUARE > 0.5, "denominator": SQUARE,
    "numerator": SQUARE, "dim": 0, "dtype": "float32", "exponent": 2.0, "fill_value": 2.0,
    "high": 5, "low": 0, "index": (0,), "indices": np.int32([0, 1]), "input": SQUARE, "k": 2,
    "lr": 0.1, "max_freq": 4.0, "max_norm": 1.0, "n": 2, "n_rows": 3, "nest": [1, [2, 3]],
    "num": 3, "obj": [1.0, 2.0], "prob": 0.5, "shape": (2, 3), "shift": 1, "slope": 0.1,
    "start": 1.0, "stop": 2.0, "step": 1, "target": SQUARE, "type1": "int8", "type2": "float32",
    "w": VECTOR, "dcdw": VECTOR, "mw": VECTOR, "vw": VECTOR, "mw_tm1": VECTOR, "vw_tm1": VECTOR,
    "effective_grad": VECTOR, "true": SQUARE / 4, "pred": SQUARE / 4, "val": VECTOR,
    "x": SQUARE, "x0": SQUARE, "x1": SQUARE, "x2": SQUARE, "repeats": 2, "device": "cpu",
    "pad_width": [(0, 0), (1, 1)], "padding": "VALID", "kernel": 2, "strides": 1,
    "value": SQUARE, "activation": "relu", "branches": 2, "layers": 2, "default_val": 1,
    "base_batch": 32, "base_lr": 0.1, "batch": 64, "initializer": "zeros", "params": SQUARE,
    "weights": SQUARE, "end": SQUARE, "weight": SQUARE, "query": SQUARE, "key": SQUARE,
    "source": 0, "destination": 1, "v": SQUARE[0], "probs": VECTOR, "updates": VECTOR[:2],
    "elements": SQUARE, "test_elements": VECTOR, "mean": VECTOR, "variance": VECTOR,
    "normalized_idxs": [-1], "output_size": 2, "axes": (1, 0), "identifier": "zeros",
    "encoder_layers": 2, "data": np.random.default_rng(0).normal(size=(8, 3)).astype("float32"),
    "index_or": 0,
    "fn": lambda x: x, "func": lambda x: keras.ops.sum(x), "xs": [VECTOR, VECTOR],
}  # fmt: skip


def _total(xs):
    return tf.add_n([tf.reduce_sum(x) for x in keras.tree.flatten(xs)])


BITS = {"x1": WHOLE, "x2": WHOLE}


def _cost(batch, v):
    return tf.reduce_mean((v["w"] - batch["x"]) ** 2)


#: Arguments of the steps of meta-learning.
META = {
    "batch": {"x": VECTOR},
    "variables": {"w": VECTOR},
    "cost_fn": _cost,
    "inner_cost_fn": _cost,
    "outer_cost_fn": None,
    "inner_grad_steps": 1,
    "inner_learning_rate": 0.1,
}


#: Good values of single functions; a key without a star in front is an argument.
BY_FUNCTION = {
    "all_equal": {"*": (VECTOR, VECTOR)},
    "arange": {"start": 1, "stop": 4, "step": 1},
    "atleast_1d": {"*": (VECTOR,)}, "atleast_2d": {"*": (VECTOR,)}, "atleast_3d": {"*": (VECTOR,)},
    "meshgrid": {"*": (VECTOR, VECTOR)}, "result_type": {"*": (VECTOR, VECTOR)},
    "broadcast_arrays": {"*": (VECTOR, VECTOR)},
    "avg_pool1d": {"x": image(1)}, "avg_pool2d": {"x": image(2)}, "avg_pool3d": {"x": image(3)},
    "max_pool1d": {"x": image(1)}, "max_pool2d": {"x": image(2)}, "max_pool3d": {"x": image(3)},
    "conv1d": {"x": image(1), "filters": window(1, 2, 3)},
    "conv2d": {"x": image(2), "filters": window(2, 2, 3)},
    "conv3d": {"x": image(3), "filters": window(3, 2, 3)},
    "conv1d_transpose": {"x": image(1), "filters": window(1, 3, 2)},
    "conv2d_transpose": {"x": image(2), "filters": window(2, 3, 2)},
    "conv3d_transpose": {"x": image(3), "filters": window(3, 3, 2)},
    "depthwise_conv2d": {"x": image(2), "filters": window(2, 2)},
    "adaptive_avg_pool1d": {"input": image(1)}, "adaptive_avg_pool2d": {"input": image(2)},
    "adaptive_max_pool2d": {"input": image(2)}, "adaptive_max_pool3d": {"input": image(3)},
    "interpolate": {"x": image(2), "size": (2, 2)},
    "acosh": {"x": SQUARE + 1}, "acos": {"x": SQUARE / 4}, "asin": {"x": SQUARE / 4},
    "atanh": {"x": SQUARE / 4}, "logit": {"x": SQUARE / 4},
    "bitwise_and": BITS, "bitwise_or": BITS, "bitwise_xor": BITS, "bitwise_left_shift": BITS,
    "bitwise_right_shift": BITS, "bitwise_invert": {"x": WHOLE},
    "embedding": {"indices": np.int32([0, 1])},
    "einsum": {"equation": "ij,jk->ik", "*": (SQUARE, SQUARE)},
    "einops_rearrange": {"pattern": "a b -> b a"}, "einops_repeat": {"pattern": "a b -> a b 2"},
    "einops_reduce": {"pattern": "a b -> a", "reduction": "mean"},
    "hsplit": {"indices_or_sections": 2}, "vsplit": {"ary": SQUARE[:2], "indices_or_sections": 2},
    "dsplit": {"ary": image(2)[..., 0], "indices_or_sections": 2},
    "split": {"num_or_size_splits": 3},
    "kernel_fans": {"shape": (3, 3, 2, 4)},
    "batch_norm": {"x": SQUARE},
    "instance_norm": {"x": image(1), "mean": VECTOR[:2], "variance": VECTOR[:2]},
    "group_norm": {"x": image(1), "num_groups": 2},
    "lstm_update": {
        "x": np.ones((2, 5, 3), "float32"), "init_h": np.ones((2, 4), "float32"),
        "init_c": np.ones((2, 4), "float32"), "kernel": np.ones((3, 16), "float32"),
        "recurrent_kernel": np.ones((4, 16), "float32"),
    },
    "multi_head_attention": {"query": np.ones((2, 3, 8), "float32"), "num_heads": 2},
    "multinomial": {"population_size": 3, "num_samples": 2, "probs": None},
    "scaled_dot_product_attention": {
        "query": np.ones((2, 3, 4), "float32"), "key": np.ones((2, 3, 4), "float32"),
        "value": np.ones((2, 3, 4), "float32"),
    },
    "one_hot": {"depth": 3}, "sparse_cross_entropy": {"true": np.int32([0, 1, 2])},
    "take_along_axis": {"indices": np.int64([[0, 1, 0]]), "axis": 0},
    "take": {"axis": 0}, "gather_nd": {"indices": np.int32([[0, 1]])},
    "scatter_nd": {"indices": np.int32([[0], [2]]), "shape": (4,)},
    "get_item": {"query": 0}, "set_item": {"query": 0, "val": VECTOR},
    "searchsorted": {"x": np.float32([0.1, 0.4]), "v": np.float32([0.2])},
    "set_backend": {"backend": "tensorflow"}, "set_framework": {"f": "tensorflow"},
    "with_backend": {"backend": "tensorflow"}, "set_soft_device_mode": {"mode": True},
    "set_array_mode": {"mode": False}, "set_precise_mode": {"mode": True},
    **dict.fromkeys(f"set_{b}_backend" for b in ("jax", "mxnet", "numpy", "paddle", "torch")),
    "set_default_dtype": {"dtype": "float32"}, "set_default_float_dtype": {"dtype": "float32"},
    "set_default_device": {"device": "cpu"},
    "index_nest": {"index": (1, 0)}, "set_nest_at_index": {"index": (1, 0), "value": 3},
    "map_nest_at_index": {"index": (1, 0)},
    "nested_any": {"fn": lambda x: x == 2}, "nested_argwhere": {"fn": lambda x: x == 2},
    "nested_map": {"x": [1, [2, 3]]},
    "vmap": {"func": lambda x: x}, "linear": {"bias": VECTOR},
    "execute_with_gradients": {"xs": VECTOR, "func": _total},
    "from_tfa_config": None, "from_keras": None,
    "inplace_update": None, "inplace_increment": None, "inplace_decrement": None,
    "supports_inplace_updates": {"x": tf.constant(SQUARE)},
    "assert_supports_inplace": None,  # arrays do not
    "value_is_nan": {"x": 1.0}, "isscalar": {}, "closest_valid_dtype": {"type": "int8"},
    "set_min_base": {"val": 0.5}, "set_min_denominator": {"val": 0.5},
    "conv": {"x": image(2), "filters": window(2, 2, 3), "bias": None},
    "conv_general_dilated": {"x": image(2), "filters": window(2, 2, 3)},
    "conv_general_transpose": {"x": image(2), "filters": window(2, 3, 2)},
    "pool": {"x": image(2), "window_shape": 2, "pool_type": "MAX"},
    "local_response_norm": {"x": image(2), "size": 2}, "dft": {"axis": 0},
    "stft": {"signals": SQUARE, "frame_length": 2, "frame_step": 1},
    "nms": {"boxes": np.float32([[0, 0, 2, 2], [1, 1, 3, 3]]), "scores": VECTOR[:2]},
    "maml_step": META, "fomaml_step": META, "reptile_step": META,
    "convert_weights": None,  # of a module and a file of its own
    "functional_call": None, "assign_variables": None, "variables": {"model": model()},
    "initialize_model": {"model": model()}, "lsuv": {"model": model()},
    "layerwise": {"model": model()}, "layout_of": {"model": model()},
    "diagnose": {"model": model(), "x": SQUARE}, "weight_stats": {"model": model()},
    "compare_initializations": {"schemes": {"he": "kaiming"}, "make_model": model, "x": SQUARE},
    "compare_training": None,  # every call would train
    "settle_statistics": {"model": model(keras.layers.BatchNormalization()), "x": SQUARE},
    "fans_of": None, "geometry_of": None, "register_fans": None, "adopt": {"initializer": len},
    "list_initializers": None, "list_optimizers": None, "register": None,
    "layer_norm": {"scale": VECTOR}, "cross": {"x1": VECTOR, "x2": VECTOR},
    "deepnet_constants": {"encoder_layers": 2}, "geglu": {"x": np.ones((2, 4), "float32")},
    "constant_pad": {}, "zero_pad": {}, "fmod": {}, "prelu": {"slope": VECTOR},
    "dropout1d": {"x": image(1)}, "dropout2d": {"x": image(2)}, "dropout3d": {"x": image(3)},
    "fft": {"x": tf.cast(SQUARE, tf.complex64), "dim": 0},
    "ifft": {"x": tf.cast(SQUARE, tf.complex64)},
    "unstack": {"axis": 0}, "squeeze": {"x": SQUARE[None], "axis": 0}, "expand_dims": {"axis": 0},
    "reshape": {"shape": (9,)}, "broadcast_to": {"shape": (2, 3, 3)},
    "to_scalar": {"x": np.float32([2.0])}, "matrix_power": {"n": 2}, "tile": {"repeats": (2, 1)},
    "bernoulli": {}, "randint": {"shape": (2,)}, "random_uniform": {"shape": (2,)},
    "random_normal": {"shape": (2,)}, "swapaxes": {}, "clip": {"x_min": 0.0, "x_max": 1.0},
    "lerp": {"end": SQUARE, "weight": 0.5}, "exists": {"x": 1}, "default": {"x": 1},
    "calculate_gain": {}, "seed": {"seed_value": 1},
    "gcd": BITS, "lcm": BITS, "ldexp": {"x2": WHOLE[0]}, "trapz": {"y": SQUARE},
    "is_uint_dtype": {"dtype_in": "uint8"},
    "zeta": {"x": SQUARE + 2, "q": SQUARE + 1}, "igamma": {"a": SQUARE, "x": SQUARE},
    "polyval": {"coeffs": VECTOR}, "xlogy": {}, "erfinv": {"x": SQUARE / 4},
    "bincount": {"x": WHOLE[0]}, "quantile": {"q": 0.5}, "higher_order_moment": {"order": 2},
    "lexsort": {"keys": WHOLE}, "invert_permutation": {"x": np.int32([2, 0, 1])},
    "cov": {"x1": SQUARE}, "vander": {"x": VECTOR}, "column_stack": {},
    "multi_dot": {"x": [SQUARE, SQUARE]}, "vector_to_skew_symmetric_matrix": {"vector": VECTOR},
    "batched_outer": {"tensors": [SQUARE, SQUARE]}, "unflatten": {"dim": 0, "shape": (3, 1)},
    "concat_from_sequence": {"input_sequence": [VECTOR, VECTOR]}, "expand": {"shape": (2, 3, 3)},
    "fliplr": {"m": SQUARE}, "flipud": {"m": SQUARE}, "rot90": {"m": SQUARE},
    "scatter_flat": {"size": 4}, "fill_diagonal": {"v": 1.0}, "angle": {"z": SQUARE},
    "unravel_index": {"shape": (2, 3)}, "indices": {"dimensions": (2, 3)},
    "put_along_axis": {"indices": np.int64([[0, 1, 0]]), "values": 1.0, "axis": 0},
    "unsorted_segment_sum": {"data": SQUARE, "segment_ids": np.int32([0, 1, 0]), "num_segments": 2},
    "unsorted_segment_min": {"data": SQUARE, "segment_ids": np.int32([0, 1, 0]), "num_segments": 2},
    "unsorted_segment_mean": {
        "data": SQUARE, "segment_ids": np.int32([0, 1, 0]), "num_segments": 2
    },
    "pad_sequence": {"sequences": [VECTOR, VECTOR[:2]]}, "broadcast_shapes": {"*": ((2, 3), (3,))},
    "beta": {"a": 2.0, "b": 1.0}, "gamma": {"concentration": 2.0, "rate": 1.0},
    "dirichlet": {"concentration": VECTOR}, "poisson": {"lam": 3.0, "shape": (2,)},
    "hann_window": {"size": 3}, "blackman_window": {"size": 3},
    "hamming_window": {"window_length": 3}, "kaiser_window": {"window_length": 3},
    "complex": {"real": SQUARE, "imag": SQUARE}, "threshold": {"threshold": 1.0, "value": 0.0},
    "interp": {"xp": np.float32([0, 1, 2]), "fp": VECTOR}, "kl_div": {}, "rfft": {}, "rfftn": {},
    "wasserstein_loss_generator": {"pred_fake": VECTOR},
    "wasserstein_loss_discriminator": {"p_real": VECTOR, "p_fake": VECTOR},
    "tril_indices": {}, "triu_indices": {}, "cond": {}, "set_split_factor": {"factor": 0.0},
    "cache_fn": {"func": lambda x: x}, "arg_names": {"receiver": lambda x: x},
    "arg_info": {"idx": 0}, "match_kwargs": {"kwargs": {"x": 1}, "*": (lambda x: x,)},
    "if_else": None, "while_loop": None, "for_loop": None, "map": None, "nested_multi_map": None,
    "split_func_call": {"func": lambda x: x, "inputs": [SQUARE], "mode": "concat"},
    "grad": None, "jac": None, "jvp": None, "vjp": None,  # functions of a function of the user's
    "finfo": {"type": "float32"}, "iinfo": {"type": "int32"}, "can_cast": {"from_": "int8",
        "to": "int32"}, "dtype_bits": {"dtype_in": "int8"},
    "as_ivy_dtype": {"dtype_in": "int8"}, "as_native_dtype": {"dtype_in": "int8"},
    "multi_index_nest": {"indices": [(1, 0)]},
    "set_nest_at_indices": {"indices": [(1, 0)], "values": [3]},
    "map_nest_at_indices": {"indices": [(1, 0)]},
    "insert_into_nest_at_index": {"nest": (1, (2, 3)), "index": (1, 0), "value": 3},
    "insert_into_nest_at_indices": {"nest": (1, (2, 3)), "indices": [(1, 0)], "values": [3]},
    "prune_nest_at_indices": {"nest": (1, (2, 3)), "indices": [(1, 0)]},
    "prune_nest_at_index": {"nest": (1, (2, 3)), "index": (1, 0)},
    "is_int_dtype": {"x": "int32"}, "nonzero": {}, "shuffle": {}, "depth_scale": {},
}  # fmt: skip


def public_functions():
    """Every function that the package exports, by name."""
    found = {}
    for part in (ops, optimizers, initializers, functional, diagnostics, ivy):
        for name in part.__all__:
            thing = getattr(part, name)
            if (inspect.isfunction(thing) or inspect.isbuiltin(thing)) and name not in found:
                found[name] = thing
    return found


def functions():
    """Pairs of a name and `(function, good arguments by name)`."""
    for name, function in sorted(public_functions().items()):
        own = BY_FUNCTION.get(name, {})
        if own is None:
            continue
        good = {}
        for p in inspect.signature(function).parameters.values():
            if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD):
                value = own.get(p.name, BY_NAME.get(p.name) if p.default is p.empty else p.default)
                good[p.name] = value
        yield f"functions.{name}", (_call(function, own.get("*", ())), good)


def _call(function, more):
    """A function that takes everything by name, and passes on by position what must be so."""
    parameters = inspect.signature(function).parameters.values()
    first = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    last = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]

    def call(**arguments):
        given = [arguments[name] for name in first]
        return function(*given, *more, **{name: arguments[name] for name in last})

    return call
