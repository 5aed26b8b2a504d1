"""The recorded cases in which Container differs from real Ivy: why, and what happens instead.

Each entry is `name: (reason, instead)`. `instead` is an exception class, or code like the case's
own that gives the right result as `r`. Reasons that begin with C and a number name a quirk of
Ivy's that is fixed.
"""

from keras_ivy.utils.exceptions import (
    IvyAttributeError,
    IvyKeyError,
    IvyTypeError,
    IvyValueError,
)

SAME_OPERATION = "unlike containers give one clear error, where Ivy has a bare IndexError"
CONVERTED = "nested dicts become containers however they come in, so that `c.a.b` always works"
CHAINS = "key chains are read and written everywhere that keys are"

DEVIATIONS = {
    "construct/dict_and_kwargs": (
        "a dict and keywords may be combined",
        "r = C(a=x0, b=x1)",
    ),
    "construct/subclass_docs_agent_example": (
        "a dict and keywords may be combined, so that the example in Ivy's documents runs",
        "r = C(position=x0)",
    ),
    "construct/mixed_type_keys": (
        "crash: whole numbers become strings before keys are sorted",
        "r = C({'0': x0, 'a': x1})",
    ),
    "construct/later_insertions_not_sorted": (
        "one sorted order, kept at every insertion: tree libraries pair leaves by it",
        "r = [['b', 'm', 'z'], ['b', 'm', 'z'], '{\\n    b: 3,\\n    m: 1,\\n    z: 2\\n}']",
    ),
    "access/missing_attr_empty_container": (
        "C1: an empty container has no attributes but its own",
        IvyAttributeError,
    ),
    "access/hasattr_empty_container": (
        "C1: an empty container has no attributes but its own",
        "r = [False, False]",
    ),
    "access/attr_of_leaves_property": (
        "Ivy's `dtype` is a method, recorded as its print; here it is Keras's name of the dtype",
        "r = [mk().map(lambda x: x.shape), 'float32', C({'a': 1, 'b': {'c': 1, 'd': 1}})]",
    ),
    "access/get": (
        "`get` finds what `in` says is there: " + CHAINS,
        "m = mk(); r = [True, None, 5, m['b']['c']]",
    ),
    "access/setitem_chain_over_leaf": (
        "C9: assigning through a leaf is an error about the key chain",
        IvyKeyError,
    ),
    "access/setitem_dict_value_not_converted": (CONVERTED, "r = 'Container'"),
    "access/setattr_dict_value_not_converted": (CONVERTED, "r = 'Container'"),
    "access/update": (CONVERTED, "r = [True, 'Container']"),
    "access/setitem_slice": (
        "keys are strings: an assignment to positions would add the key 0",
        IvyTypeError,
    ),
    "access/delitem_chain": (CHAINS, "r = C(a=x0, b={'d': x2})"),
    "access/delattr": ("what can be set as an attribute can be deleted as one", "r = C(b=mk().b)"),
    "arith/divmod": ("C5: the quotient is the whole one", "r = C({'a': (3, 1)})"),
    "arith/right_missing_key": (SAME_OPERATION, IvyValueError),
    "arith/left_missing_key": (SAME_OPERATION, IvyValueError),
    "arith/disjoint": (SAME_OPERATION, IvyValueError),
    "compare/eq_missing": (SAME_OPERATION, IvyValueError),
    "arith/dict_operand": ("crash: a dict is an operand like a container", "r = C(a=x0 + x0)"),
    "arith/list_operand": (
        "crash: a list of numbers is an operand like an array",
        "r = mk() + A([1., 2., 3.])",
    ),
    "arith/numpy_scalar_left_operand": (
        "C6: NumPy leaves the operation to the container",
        "r = C(a=x0 * 2)",
    ),
    "arith/numpy_array_left_operand": (
        "C6: NumPy leaves the operation to the container",
        "r = C(a=x0)",
    ),
    "compare/all_true_arrays": ("crash: every element counts", "r = True"),
    "query/has_key_chain_through_leaf": ("C9: there is no such chain", "r = False"),
    "query/if_exists_chain": ("C2: chains and keys are alike", "r = None"),
    "query/try_kc_flat": ("C2: chains and keys are alike", "r = mk()"),
    "set/set_at_key_chains_new_subdict": (
        "crash: new keys may be nested",
        "r = mk().set('n/q', 5)",
    ),
    "set/inplace_update": (
        "C7: nested dicts update, they do not replace",
        "r = C(a=x0, b={'c': 5, 'd': x2}, n=1)",
    ),
    "set/inplace_update_plain_dict_child": (
        "C7: nested dicts update, they do not replace",
        "r = C(c=5, d=x2)",
    ),
    "set/inplace_update_drops_config": (
        "C7: the options stay",
        "r = {**C().cont_config, 'print_limit': 3}",
    ),
    "prune/key_chains_dict_missing": (
        "crash: pruning ignores unknown chains in whatever form they come",
        "r = mk()",
    ),
    "shape/cont_dtype_python_leaves": ("crash: no arrays, no dtype", "r = None"),
    "shape/cont_dev_no_arrays": ("crash: no arrays, no device", "r = None"),
    "flatten/sort_by_key_does_not_sort": ("C7: it sorts", "r = ['a', 'z']"),
    "diff/leaf_vs_container": (
        "C8: a leaf and a container differ",
        "r = C(a={'diff_0': 1, 'diff_1': {'b': 1}})",
    ),
    "diff/container_vs_leaf": (
        "C8: a container and a leaf differ",
        "r = C(a={'diff_0': {'b': 1}, 'diff_1': 1})",
    ),
    "combine/container_over_leaf": ("C8: the last one wins", "r = C(a={'b': 1})"),
    "combine/reduce_missing_key": ("unlike containers are a ValueError everywhere", IvyValueError),
    "disk/hdf5_scalar": ("C10: arrays without axes can be saved", "r = None"),
    "disk/hdf5_python_leaf": ("C10: numbers can be saved", "r = None"),
    "disk/hdf5_append_smaller": ("C10: nothing is left of the old file", "r = C(a=A([9.]))"),
    "disk/hdf5_append_larger": ("C10: nothing is cut to the old file", "r = C(a=A([9., 8.]))"),
    "print/native_leaf": (
        "prints a backend's class in Ivy, whose own arrays wrap tensors",
        "r = '{\\n    a: tensor([1., 2.])\\n}'",
    ),
}
