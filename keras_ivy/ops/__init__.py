"""Ivy's functional names, as thin functions over `keras.ops` and TensorFlow.

Every function takes tensors, NumPy arrays, Python numbers, variables, the symbolic tensors of
Keras's functional API, and Containers, over whose leaves it maps.
"""

# Several names a line: one a line would be 700 lines.
# fmt: off
# isort: off
from keras_ivy.container import add_methods
from keras_ivy.ops.activations import (
    celu, elu, geglu, gelu, log_softmax, logit, logsigmoid, mish, selu, sigmoid, silu, softmax,
    softplus, softsign, tanh,
)
from keras_ivy.ops.adaptive import (
    adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_max_pool2d, adaptive_max_pool3d,
    interpolate,
)
from keras_ivy.ops.attention import (
    multi_head_attention, scaled_dot_product_attention,
)
from keras_ivy.ops.comparisons import (
    allclose, argwhere, isclose, isin, unique_values,
)
from keras_ivy.ops.conv import (
    conv1d, conv2d, conv3d, depthwise_conv2d,
)
from keras_ivy.ops.conv_transpose import (
    conv1d_transpose, conv2d_transpose, conv3d_transpose,
)
from keras_ivy.ops.creation import (
    arange, array, asarray, copy_array, empty, empty_like, eye, full, full_like, linspace,
    logspace, meshgrid, native_array, one_hot, ones, ones_like, zeros, zeros_like,
)
from keras_ivy.ops.decompositions import (
    cholesky, det, eigh, inv, pinv, qr, slogdet, solve, svd,
)
from keras_ivy.ops.devices import (
    default_device, dev, gpu_is_available, num_cpus, num_gpus, set_default_device, to_device,
    unset_default_device,
)
from keras_ivy.ops.dimensions import (
    atleast_1d, atleast_2d, atleast_3d, dsplit, dstack, hsplit, vsplit,
)
from keras_ivy.ops.dtypes import (
    as_dtype, astype, bfloat16, bool, cast, complex64, complex128, default_dtype,
    default_float_dtype, default_int_dtype, dtype, float16, float32, float64, int8, int16,
    int32, int64, is_bool_dtype, is_complex_dtype, is_float_dtype, is_int_dtype, promote_types,
    result_type, set_default_dtype, set_default_float_dtype, uint8, uint16, uint32, uint64,
    unset_default_dtype, unset_default_float_dtype,
)
from keras_ivy.ops.elementwise import (
    abs, acos, acosh, add, asin, asinh, atan, atan2, atanh, bitwise_and, bitwise_invert,
    bitwise_left_shift, bitwise_or, bitwise_right_shift, bitwise_xor, ceil, conj, cos, cosh,
    deg2rad, divide, equal, erf, erfc, exp, exp2, expm1, floor, floor_divide, fmin, fmod,
    greater, greater_equal, imag, isfinite, isinf, isnan, less, less_equal, log, log1p, log2,
    log10, logaddexp, logical_and, logical_not, logical_or, logical_xor, maximum, minimum,
    multiply, negative, not_equal, positive, pow, rad2deg, real, reciprocal, remainder, rsqrt,
    sign, sin, sinh, sqrt, square, squared_difference, subtract, tan, trunc,
)
from keras_ivy.ops.elementwise_options import (
    clip, clip_vector_norm, lerp, nan_to_num, round, stable_divide, stable_pow, stop_gradient,
    where,
)
from keras_ivy.ops.encodings import (
    fourier_encode,
)
from keras_ivy.ops.general import (
    Array, Device, Dtype, NativeArray, NativeDevice, NativeDtype, NativeShape, Shape, Variable,
    all_equal, array_equal, current_backend_str, default, e, exists, get_num_dims, has_nans,
    inf, inplace_decrement, inplace_increment, inplace_update, is_array, is_ivy_array,
    is_ivy_container, is_native_array, is_variable, nan, newaxis, pi, set_backend, shape, size,
    to_list, to_numpy, to_scalar, unset_backend, variable,
)
from keras_ivy.ops.indexing import (
    constant_pad, gather, gather_nd, get_item, pad, scatter_nd, set_item, take, take_along_axis,
    zero_pad,
)
from keras_ivy.ops.leafwise import leafwise
from keras_ivy.ops.linalg import (
    cross, diag, diagonal, dot, einsum, inner, kron, matmul, matrix_norm, matrix_power,
    matrix_transpose, outer, tensordot, trace, tril, triu, vecdot, vector_norm,
)
from keras_ivy.ops.losses import (
    binary_cross_entropy, cross_entropy, huber_loss, l1_loss, log_poisson_loss, mse_loss,
    smooth_l1_loss, sparse_cross_entropy,
)
from keras_ivy.ops.nests import (
    all_nested_indices, index_nest, map_nest_at_index, nested_any, nested_argwhere, nested_map,
    set_nest_at_index, vmap,
)
from keras_ivy.ops.nn import (
    dropout, dropout1d, dropout2d, dropout3d, embedding, linear,
)
from keras_ivy.ops.norms import (
    batch_norm, group_norm, instance_norm, l1_normalize, l2_normalize, layer_norm, lp_normalize,
)
from keras_ivy.ops.piecewise import (
    hardshrink, hardsigmoid, hardswish, hardtanh, leaky_relu, prelu, relu, relu6, softshrink,
    tanhshrink, thresholded_relu,
)
from keras_ivy.ops.pooling import (
    avg_pool1d, avg_pool2d, avg_pool3d, max_pool1d, max_pool2d, max_pool3d,
)
from keras_ivy.ops.random import (
    bernoulli, multinomial, randint, random_normal, random_uniform, seed, shuffle,
)
from keras_ivy.ops.rearrange import (
    einops_rearrange, einops_reduce, einops_repeat,
)
from keras_ivy.ops.recurrent import (
    lstm_update,
)
from keras_ivy.ops.reductions import (
    all, any, argmax, argmin, argsort, count_nonzero, cumprod, cumsum, diff, logsumexp, max,
    mean, median, min, nonzero, prod, reduce_max, reduce_mean, reduce_min, reduce_prod,
    reduce_std, reduce_sum, reduce_var, searchsorted, sort, std, sum, top_k, var,
)
from keras_ivy.ops.shapes import (
    broadcast_arrays, broadcast_to, concat, expand_dims, flatten, flip, hstack, moveaxis,
    permute_dims, repeat, reshape, roll, split, squeeze, stack, swapaxes, tile, transpose,
    unstack, vstack,
)
from keras_ivy.ops.spectral import (
    dct, fft, idct, ifft,
)

__all__ = [
    "Array", "Device", "Dtype", "NativeArray", "NativeDevice", "NativeDtype", "NativeShape",
    "Shape", "Variable", "abs", "acos", "acosh", "adaptive_avg_pool1d", "adaptive_avg_pool2d",
    "adaptive_max_pool2d", "adaptive_max_pool3d", "add", "all", "all_equal",
    "all_nested_indices", "allclose", "any", "arange", "argmax", "argmin", "argsort",
    "argwhere", "array", "array_equal", "as_dtype", "asarray", "asin", "asinh", "astype",
    "atan", "atan2", "atanh", "atleast_1d", "atleast_2d", "atleast_3d", "avg_pool1d",
    "avg_pool2d", "avg_pool3d", "batch_norm", "bernoulli", "bfloat16", "binary_cross_entropy",
    "bitwise_and", "bitwise_invert", "bitwise_left_shift", "bitwise_or", "bitwise_right_shift",
    "bitwise_xor", "bool", "broadcast_arrays", "broadcast_to", "cast", "ceil", "celu",
    "cholesky", "clip", "clip_vector_norm", "complex64", "complex128", "concat", "conj",
    "constant_pad", "conv1d", "conv1d_transpose", "conv2d", "conv2d_transpose", "conv3d",
    "conv3d_transpose", "copy_array", "cos", "cosh", "count_nonzero", "cross", "cross_entropy",
    "cumprod", "cumsum", "current_backend_str", "dct", "default", "default_device",
    "default_dtype", "default_float_dtype", "default_int_dtype", "deg2rad", "depthwise_conv2d",
    "det", "dev", "diag", "diagonal", "diff", "divide", "dot", "dropout", "dropout1d",
    "dropout2d", "dropout3d", "dsplit", "dstack", "dtype", "e", "eigh", "einops_rearrange",
    "einops_reduce", "einops_repeat", "einsum", "elu", "embedding", "empty", "empty_like",
    "equal", "erf", "erfc", "exists", "exp", "exp2", "expand_dims", "expm1", "eye", "fft",
    "flatten", "flip", "float16", "float32", "float64", "floor", "floor_divide", "fmin", "fmod",
    "fourier_encode", "full", "full_like", "gather", "gather_nd", "geglu", "gelu", "get_item",
    "get_num_dims", "gpu_is_available", "greater", "greater_equal", "group_norm", "hardshrink",
    "hardsigmoid", "hardswish", "hardtanh", "has_nans", "hsplit", "hstack", "huber_loss",
    "idct", "ifft", "imag", "index_nest", "inf", "inner", "inplace_decrement",
    "inplace_increment", "inplace_update", "instance_norm", "int8", "int16", "int32", "int64",
    "interpolate", "inv", "is_array", "is_bool_dtype", "is_complex_dtype", "is_float_dtype",
    "is_int_dtype", "is_ivy_array", "is_ivy_container", "is_native_array", "is_variable",
    "isclose", "isfinite", "isin", "isinf", "isnan", "kron", "l1_loss", "l1_normalize",
    "l2_normalize", "layer_norm", "leaky_relu", "lerp", "less", "less_equal", "linear",
    "linspace", "log", "log1p", "log2", "log10", "log_poisson_loss", "log_softmax", "logaddexp",
    "logical_and", "logical_not", "logical_or", "logical_xor", "logit", "logsigmoid",
    "logspace", "logsumexp", "lp_normalize", "lstm_update", "map_nest_at_index", "matmul",
    "matrix_norm", "matrix_power", "matrix_transpose", "max", "max_pool1d", "max_pool2d",
    "max_pool3d", "maximum", "mean", "median", "meshgrid", "min", "minimum", "mish", "moveaxis",
    "mse_loss", "multi_head_attention", "multinomial", "multiply", "nan", "nan_to_num",
    "native_array", "negative", "nested_any", "nested_argwhere", "nested_map", "newaxis",
    "nonzero", "not_equal", "num_cpus", "num_gpus", "one_hot", "ones", "ones_like", "outer",
    "pad", "permute_dims", "pi", "pinv", "positive", "pow", "prelu", "prod", "promote_types",
    "qr", "rad2deg", "randint", "random_normal", "random_uniform", "real", "reciprocal",
    "reduce_max", "reduce_mean", "reduce_min", "reduce_prod", "reduce_std", "reduce_sum",
    "reduce_var", "relu", "relu6", "remainder", "repeat", "reshape", "result_type", "roll",
    "round", "rsqrt", "scaled_dot_product_attention", "scatter_nd", "searchsorted", "seed",
    "selu", "set_backend", "set_default_device", "set_default_dtype", "set_default_float_dtype",
    "set_item", "set_nest_at_index", "shape", "shuffle", "sigmoid", "sign", "silu", "sin",
    "sinh", "size", "slogdet", "smooth_l1_loss", "softmax", "softplus", "softshrink",
    "softsign", "solve", "sort", "sparse_cross_entropy", "split", "sqrt", "square",
    "squared_difference", "squeeze", "stable_divide", "stable_pow", "stack", "std",
    "stop_gradient", "subtract", "sum", "svd", "swapaxes", "take", "take_along_axis", "tan",
    "tanh", "tanhshrink", "tensordot", "thresholded_relu", "tile", "to_device", "to_list",
    "to_numpy", "to_scalar", "top_k", "trace", "transpose", "tril", "triu", "trunc", "uint8",
    "uint16", "uint32", "uint64", "unique_values", "unset_backend", "unset_default_device",
    "unset_default_dtype", "unset_default_float_dtype", "unstack", "var", "variable", "vecdot",
    "vector_norm", "vmap", "vsplit", "vstack", "where", "zero_pad", "zeros", "zeros_like",
]

add_methods(leafwise())
