"""The names of the methods of Ivy's arrays, as its class `Array` has them in version 1.0.0.5."""

__all__ = ["METHODS", "PROMOTING"]

_METHODS = """
    abs acos acosh adam_step adam_update adaptive_avg_pool1d adaptive_avg_pool2d adaptive_max_pool2d
    adaptive_max_pool3d add adjoint all all_equal allclose amax amin angle any argmax argmin argsort
    argwhere array_equal as_strided asarray asin asinh assert_supports_inplace associative_scan
    astype atan atan2 atanh atleast_1d atleast_2d atleast_3d avg_pool1d avg_pool2d avg_pool3d
    batch_norm batched_outer bernoulli beta binarizer binary_cross_entropy bincount bitwise_and
    bitwise_invert bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor blackman_window
    broadcast_arrays broadcast_to can_cast ceil celu cholesky clip clip_matrix_norm clip_vector_norm
    column_stack concat concat_from_sequence cond conj constant_pad conv1d conv1d_transpose conv2d
    conv2d_transpose conv3d conv3d_transpose copy_array copysign corrcoef cos cosh count_nonzero cov
    cross cross_entropy cummax cummin cumprod cumsum dct default deg2rad depthwise_conv2d det dev
    dft diag diagflat diagonal diff digamma dirichlet divide dot dropout dropout1d dropout2d
    dropout3d dsplit dstack dtype eig eigh eigh_tridiagonal eigvals eigvalsh einops_rearrange
    einops_reduce einops_repeat einsum elu embedding empty_like equal erf erfc erfinv exists exp
    exp2 expand expand_dims expm1 eye_like fft fft2 fill_diagonal finfo fix flatten flip fliplr
    flipud float_power floor floor_divide fmax fmin fmod fold fourier_encode frexp from_dlpack
    full_like gamma gather gather_nd gcd gelu general_inner_product get_num_dims gradient
    gradient_descent_update greater greater_equal group_norm hardshrink hardsilu hardswish hardtanh
    has_nans heaviside higher_order_moment hinge_embedding_loss histogram hsplit hstack huber_loss
    hypot i0 idct ifft ifftn igamma iinfo initialize_tucker inner inplace_decrement
    inplace_increment inplace_update instance_norm interpolate inv is_array is_bool_dtype
    is_float_dtype is_int_dtype is_ivy_array is_ivy_container is_native_array is_uint_dtype isclose
    isfinite isin isinf isnan isreal kl_div kron l1_loss l1_normalize l2_normalize lamb_update
    lars_update layer_norm lcm ldexp leaky_relu lerp less less_equal lexsort lgamma linear linspace
    log log10 log1p log2 log_poisson_loss log_softmax logaddexp logaddexp2 logical_and logical_not
    logical_or logical_xor logit logsigmoid logspace lp_normalize lstm_update make_svd_non_negative
    matmul matricize matrix_exp matrix_norm matrix_power matrix_rank matrix_transpose max max_pool1d
    max_pool2d max_pool3d max_unpool1d maximum mean median meshgrid min minimum mish mode_dot modf
    moveaxis msort multi_dot multi_head_attention multi_mode_dot multinomial multiply nan_to_num
    nanmean nanmedian nanmin nanprod nansum native_array negative nextafter nonzero not_equal
    one_hot ones_like optimizer_update optional_get_element outer pad partial_fold
    partial_tensor_to_vec partial_tucker partial_unfold partial_vec_to_tensor permute_dims pinv
    poisson poisson_nll_loss positive pow prelu prod put_along_axis qr quantile rad2deg randint
    random_normal random_uniform real reciprocal reduce reduce_window relu relu6 remainder repeat
    reshape result_type rfft rfftn roll rot90 round scaled_dot_product_attention scaled_tanh
    scatter_flat scatter_nd searchsorted selu shuffle sigmoid sign signbit silu sin sinc sinh
    sliding_window slogdet smooth_l1_loss soft_margin_loss soft_thresholding softmax softplus
    softshrink solve sort sparse_cross_entropy sparsify_tensor split sqrt square squeeze
    stable_divide stable_pow stack std stft stop_gradient subtract sum supports_inplace_updates svd
    svd_flip svdvals swapaxes take take_along_axis tan tanh tanhshrink tensor_train tensordot
    tensorsolve threshold thresholded_relu tile to_device to_file to_list to_numpy to_scalar top_k
    trace trapz tril trilu trim_zeros triu trunc trunc_divide truncated_svd tt_matrix_to_tensor
    tucker unflatten unfold unique_all unique_consecutive unique_counts unique_inverse unique_values
    unravel_index unsorted_segment_mean unsorted_segment_min unsorted_segment_sum unstack
    value_is_nan vander var vecdot vector_norm vector_to_skew_symmetric_matrix view vsplit vstack
    where xlogy zero_pad zeros_like zeta
"""


_PROMOTING = """
    add allclose atan2 bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor
    copysign cross divide dot equal float_power floor_divide fmax fmin fmod gcd greater
    greater_equal hypot inner isclose kron lcm less less_equal logaddexp logaddexp2 matmul maximum
    minimum multiply nextafter not_equal outer pow remainder subtract tensordot trunc_divide vecdot
    xlogy
"""

#: All methods by name.
METHODS = frozenset(_METHODS.split())
#: Those of two arrays that compute with numbers of one type.
PROMOTING = frozenset(_PROMOTING.split())
