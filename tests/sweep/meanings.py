"""What each argument may be of the bad values, since it means something there: all else is refused.

Every argument has a kind by its name; where one name means two things, the class goes before it.
"""

from keras_ivy import Container
from keras_ivy.container import guard
from keras_ivy.utils import plain_arguments
from tests.sweep.functions import public_functions
from tests.sweep.values import VALUES

NUMBER = ("-1", "-0.5", "0", "0.5", "10**9")
ARRAY = ("array of 3", "array of 2 x 5", "array of 0", "tensor of 3", "tensor of 1 x 2 x 3 x 4 x 5")

#: The values that a kind of argument takes, and what they mean.
KINDS = {
    "switch": {"True": "on"},
    "number": dict.fromkeys(NUMBER, "a number"),
    "at least 0": dict.fromkeys(("0", "0.5", "10**9"), "a size"),
    "above 0": dict.fromkeys(("0.5", "10**9"), "a size"),
    "bound": dict.fromkeys(("0.5", "10**9", "2**40", "10**25"), "a bound, be it never reached"),
    "share": dict.fromkeys(("0", "0.5"), "a part of one"),
    "count": {"10**9": "many"},
    "count from 0": {"0": "none", "10**9": "many"},
    "axis": {"0": "the first", "-1": "the last"},
    "text": dict.fromkeys(("'evil'", "'9'"), "a name or pattern, looked up later"),
    "name": {"None": "one by the class", "'evil'": "a name", "'9'": "a name"},
    "optional": {"None": "as by default"},
    "seed": {
        "None": "new values at every draw", "-1": "a seed", "0": "a seed", "10**9": "a seed",
        "2**40": "a seed of 64 bits",
    },
    "start": {
        **dict.fromkeys(ARRAY, "an array to start from"), "function": "of shape and dtype",
        "'evil'": "a name, looked up with the model", "'9'": "a name, looked up with the model",
    },
    "settings": {"None": "none", "{}": "none", "{'a': 1}": "by name"},
    "axes": {"None": "guessed by the rank", "[]": "none"},
    "nothing else": {},
}  # fmt: skip


OPTIONAL = {"None": "as by default"}

#: The kind of each argument, by its name, or by its class and its name.
ARGUMENTS = {
    # optimizers
    "learning_rate": "at least 0",
    "beta_1": "share", "beta_2": "share", "epsilon": "at least 0",
    "inplace": {"True": "on", "None": "as by default"},
    "stop_gradients": "switch", "trace_on_next_step": "switch",
    "init_on_first_step": {"True": "on", **OPTIONAL},
    "fallback_to_non_traced": {"True": "on", **OPTIONAL},
    "device": "optional", "dev": "optional",
    "weight_decay": {**KINDS["number"], **OPTIONAL},
    "rules": {"None": "none", "[]": "none"},
    "slot_dtype": "optional", "lazy_slots": "switch", "skip_nonfinite": "switch",
    "clipnorm": {**KINDS["bound"], **OPTIONAL},
    "clipvalue": {**KINDS["bound"], **OPTIONAL},
    "global_clipnorm": {**KINDS["bound"], **OPTIONAL},
    "use_ema": {"True": "on", **OPTIONAL},
    "ema_momentum": {**KINDS["share"], **OPTIONAL},
    "ema_overwrite_frequency": {**KINDS["count"], **OPTIONAL},
    "loss_scale_factor": {**KINDS["above 0"], **OPTIONAL},
    "gradient_accumulation_steps": {**KINDS["count"], **OPTIONAL},
    "name": {**KINDS["name"], "''": "Keras names it by its class"},
    "Module.name": "name",
    "WarmupPolynomial.name": "text", "OneCycle.name": "text", "OneCycle.peak": "at least 0",
    "OneCycle.rise": {**KINDS["at least 0"], **OPTIONAL},
    "max_trust_ratio": {**KINDS["above 0"], **OPTIONAL, "inf": "no bound"},
    "min_trust_ratio": {**KINDS["at least 0"], **OPTIONAL},
    "variant": {"None": "the first of its table"},
    "momentum": "share", "nesterov": "switch", "hyperball": "switch",
    "adam_learning_rate": {**KINDS["at least 0"], "None": "the same"},
    "adam_beta_1": {**KINDS["share"], **OPTIONAL}, "adam_beta_2": {**KINDS["share"], **OPTIONAL},
    "adam_epsilon": {**KINDS["at least 0"], **OPTIONAL}, "adam_weight_decay": "number",
    "layout": {"None": "by shape"}, "Muon.steps": "count", "iteration_dtype": "optional",
    "orthogonalize": {"True": "on", **OPTIONAL}, "Rule.hyperball": {"True": "on", **OPTIONAL},
    "Layout.rows": {"[]": "none", "{}": "none", "''": "none", "array of 0": "none"},
    "trust_coefficient": {**KINDS["above 0"], **OPTIONAL},
    "lr_in_momentum": {"True": "on", **OPTIONAL},
    "initial_scale": "above 0", "dynamic_growth_steps": "count",
    "match": {
        **KINDS["text"], "None": "everything", "''": "everything", "function": "a predicate",
        "['evil']": "any of these",
    },
    "ndim_max": {**KINDS["count from 0"], **OPTIONAL},
    "decay": {**KINDS["number"], "True": "on", **OPTIONAL},
    "adapt": {"True": "on", **OPTIONAL},
    "lr_multiplier": {**KINDS["at least 0"], **OPTIONAL},
    "required": "switch",
    "log_dir": {**KINDS["text"], **OPTIONAL}, "every": "optional",
    # callbacks that look into training; `fit` refuses inputs that the model does not take
    "directory": {**KINDS["text"], **OPTIONAL},
    "ActivationStats.every": "count", "GradientStats.every": "count",
    "ActivationStats.x": {
        "None": "the batches of training", "['evil']": "texts", "tensor of strings": "texts",
        "[-1, -1]": "two numbers",
        **dict.fromkeys([x for x in ARRAY if x != "array of 0"], "a batch"),
    },
    "peak": "above 0", "warmup": "share", "total": "count", "power": "number",
    "end": "at least 0", "start": "at least 0",
    # initializers
    "seed": "seed",
    "initializer": "start", "base": "start", "config": "settings",
    "ZeroLastScheme.base": {**KINDS["start"], "None": "the others stay"},
    "GPT2Residual.base": "above 0",
    "Rule.initializer": {**KINDS["start"], "None": "what matches stays"},
    "InitRule.initializer": {**KINDS["start"], "None": "what matches stays"},
    "Adopted.initializer": {"function": "of shape and dtype", "class": "called as a function is"},
    "embedding_std": "at least 0", "max_steps": "count",
    "units": {**KINDS["count"], **OPTIONAL},
    "constant": {**KINDS["number"], "True": "of type bool", "10**25": "as float", "2**40": "whole"},
    "encoder_layers": "count", "decoder_layers": "count from 0", "part": "optional",
    "fans": "optional", "layer": "optional", "strides": "count", "groups": "count",
    "gates": "optional", "input_axes": "axes", "output_axes": "axes", "batch_axes": "axes",
    "encoder": {**KINDS["text"], **OPTIONAL}, "decoder": {**KINDS["text"], **OPTIONAL},
    "plain": "text", "branch": "text", "projection": "text",
    "head": {**KINDS["text"], **OPTIONAL},
    "depth": {**KINDS["count"], **OPTIONAL}, "layers": "count", "branches": "count",
    "gain": "number", "factor": "number", "mean": "number", "value": "number",
    "negative_slope": {**KINDS["number"], "None": "that of the nonlinearity"},
    "nonlinearity": {"function": "its gain is computed"},
    "mode": "optional", "fan_mode": "nothing else",
    "std": "at least 0", "stddev": "at least 0", "numerator": "at least 0", "w0": "above 0",
    "cut": {**KINDS["above 0"], **OPTIONAL}, "correct": "switch", "scaled": "switch",
    "role": "optional", "sparsity": "share", "a": "number", "b": "number",
    "scale": {**KINDS["number"], "True": "on", "None": "by the size of heads"},
    # layers
    "output_size": "nothing else", "kernel_size": "nothing else", "stride": "nothing else",
    "dilations": "nothing else",
    "padding": {"0": "no border"},
    "dtype": "optional", "v": {"None": "drawn", "{}": "there are none"},
    "buffers": "settings",
    "count_include_pad": "switch", "ceil_mode": "switch",
    "divisor_override": {**KINDS["count"], **OPTIONAL},
    "num_features": {"None": "taken from the first input"},
    "input_channels": {"None": "taken from the first input"},
    "num_channels": {"None": "taken from the first input"},
    "normalized_shape": {"None": "taken from the first input"},
    "eps": {**KINDS["at least 0"], "None": "nothing is clipped"},
    "affine": "switch", "track_running_stats": "switch", "training": "switch",
    "trainable": "switch", "store_vars": "switch", "with_partial_v": "switch",
    "from_logits": "switch", "with_bias": "switch", "compute_full_loss": "switch",
    "approximate": "switch", "unroll": "switch",
    "return_sequence": "switch", "return_state": "switch",
    "go_backwards": "switch", "zero_output_for_mask": "switch",
    "elementwise_affine": "switch", "use_proj_bias": "switch",
    "output_shape": "optional",
    "axis": {**KINDS["axis"], "None": "all at once"}, "dim": "axis",
    "n": {**KINDS["count"], "None": "the size of the input"}, "norm": "optional",
    "prob": "share", "dropout_rate": "share",
    "noise_shape": {"None": "that of the input", "[]": "one for all", "[None]": "as the input"},
    "alpha": "number", "beta": "number", "threshold": {**KINDS["number"], "None": "nowhere"},
    "slope": {**KINDS["number"], **dict.fromkeys((*ARRAY, "[]", "[-1, -1]"), "one for each")},
    "new_std": "number",
    "padding_idx": {"None": "none", "-1": "no row, as in Ivy", "0": "the first row"},
    "max_norm": {**KINDS["above 0"], **OPTIONAL},
    "out": "optional", "attention_axes": "optional",
    "key_dim": "optional", "value_dim": "optional", "head_dim": "optional",
}  # fmt: skip


def allowed(name, argument):
    """The values that an argument of a callable takes, with their meaning."""
    kind = ARGUMENTS.get(f"{name.rpartition('.')[2]}.{argument}", ARGUMENTS.get(argument, {}))
    return KINDS[kind] if isinstance(kind, str) else kind


#: What the plain arguments of functions take (`keras_ivy.utils.plain_arguments`), by their check;
#: arrays too where a number may be one.
PLAIN = {
    "_axis": ("None", "-1", "0", "[]", "[-1, -1]"),
    "_switch": ("True",),
    "_whole": ("-1", "0", "10**9"),
    "_number": ("-1", "-0.5", "0", "0.5", "10**9", "2**40", "10**25", "1e300"),
    "_size": ("0", "0.5", "10**9"),
    "_tolerance": ("0", "0.5", "10**9", "2**40", "10**25", "1e300"),
    "_norm": ("-1", "-0.5", "0", "0.5", "10**9", "2**40", "10**25", "1e300", "inf", "-inf"),
    "_bound": ("0", "0.5", "10**9", "2**40", "10**25", "1e300", "inf"),
    "_share": ("0", "0.5"),
    "_ordered": ("0", "[]", "[None]", "[-1, -1]", "[[1], [2, 3]]", "tensor of strings"),
    "_dtype": ("None", "class"),
    # of Container
    "_count": ("0", "10**9"),
    "_chain": ("''", "'evil'", "'9'"),
    "_chains": ("''", "'evil'", "'9'", "[]", "{}", "{'a': 1}", "{1, 2}", "['evil']"),
    "_mapping": ("{}", "{'a': 1}"),
    "_out": (),
    "_containers": ("[]",),
    "_containers_of_one": (),
}


def _by_check(places, argument):
    """The values of a plain argument, or all values of another."""
    for name, _, check, optional in places:
        if name == argument:
            arrays = (
                ARRAY if check in plain_arguments._OF_NUMBERS or check.__name__ == "_axis" else ()
            )
            values = ("[]", "[-1, -1]") if name in plain_arguments._OF_VALUES else ()
            none = ("None",) if optional else ()
            return (*PLAIN[check.__name__], *arrays, *values, *none)
    return VALUES


def allowed_in_functions(name, argument):
    """What a function takes of the bad values: of arrays and nests most mean something."""
    if (name, argument) == ("functions.execute_with_gradients", "xs"):
        return VALUES  # a tree of arrays
    function = public_functions()[name.rpartition(".")[2]]
    return _by_check(plain_arguments.places_of(function), argument)


def allowed_in_methods(name, argument):
    """What a method takes of the bad values; those of Container have the checks of functions."""
    name = name.partition(".")[2]
    if name.startswith("Container."):
        method = getattr(Container, name.partition(".")[2])
        none = ("None",) if (argument, name[10:]) in NONE_IS_ALL else ()
        return (*_by_check(plain_arguments.places_of(method, guard._CHECKS), argument), *none)
    return METHODS.get((name, argument), METHODS.get(argument, VALUES))


#: Arguments for whose None Ivy gives the whole Container back.
NONE_IS_ALL = {("key_chains", "cont_at_key_chains"), ("key_chains", "cont_prune_key_chains")}

#: What other methods and functions of models take, by argument, or by callable and argument.
METHODS = {
    "mode": ("True",), "ignore_missing": ("True",), "with_updates": ("True",),
    "has_aux": ("True",), "dry_run": ("True",), "retain_grads": ("None", "True"),
    "training": ("None", "True"), "allow_pickle": ("True",), "device": (),
    "filepath": KINDS["text"],
    "name": KINDS["text"], "buffers": ("None", "{}"), "fn": ("function",), "state": ("None",),
    "var_list": ("None", "[]"), "var_names": ("None", "[]", "['evil']"), "weights": (),
    "grads_and_vars": (), "optimizer": (), "config": (), "layer": (), "variable": (), "cls": (),
    "seed": KINDS["seed"], "start": ("None",), "model": (),
    ("optimizer.explain", "model"): ("[]", "{}"),
    ("Module.v", "v"): (), ("Module.__call__", "v"): ("None",), ("functional_call", "v"): (),
    ("assign_variables", "v"): ("{}",),
    ("optimizer.lr", "value"): ("0", "0.5", "10**9"),
    ("optimizer.learning_rate", "value"): ("0", "0.5", "10**9"),
    ("optimizer.beta1", "value"): ("0", "0.5"), ("optimizer.beta2", "value"): ("0", "0.5"),
    ("optimizer.weight_decay", "value"): ("None", *NUMBER),
    ("optimizer.decay_lambda", "value"): ("None", *NUMBER),
    ("optimizer.rules", "value"): ("None", "[]"), ("optimizer.dev", "value"): ("None",),
}  # fmt: skip
