"""Variables of the test networks, written down by hand from Ivy's rules.

Keys are attribute names without one leading underscore, `v0, v1, ...` for members of lists and
tuples and of `Sequential` (below `submodules`), and dict keys; what has no variables is left out.
Shapes are those that Ivy's layers have: `(out, in)` for Linear, `(*filter, in, out)` for
convolutions, `(*filter, out, in)` for transposed ones.
"""


def linear(size_in, size_out):
    return {"b": (size_out,), "w": (size_out, size_in)}


def conv(filter_size, size_in, size_out):
    return {"b": (1, 1, 1, size_out), "w": (filter_size, filter_size, size_in, size_out)}


def conv_without_bias(filter_size, size_in, size_out):
    return {"w": (filter_size, filter_size, size_in, size_out)}


def layer_norm(size):
    return {"bias": (size,), "weight": (size,)}


def batch_norm(size):
    return {"b": (size,), "running_mean": (size,), "running_var": (size,), "w": (size,)}


#: ResNet(widths=(4, 8), depths=(1, 2), num_classes=3, in_channels=1)
RESNET = {
    "stem": {"submodules": {"v0": conv_without_bias(3, 1, 4), "v1": batch_norm(4)}},
    "stages": {
        "v0": {
            "submodules": {
                "v0": {
                    "conv1": conv_without_bias(3, 4, 4),
                    "bn1": batch_norm(4),
                    "conv2": conv_without_bias(3, 4, 4),
                    "bn2": batch_norm(4),
                }
            }
        },
        "v1": {
            "submodules": {
                "v0": {
                    "conv1": conv_without_bias(3, 4, 8),
                    "bn1": batch_norm(8),
                    "conv2": conv_without_bias(3, 8, 8),
                    "bn2": batch_norm(8),
                    "downsample": {
                        "submodules": {"v0": conv_without_bias(1, 4, 8), "v1": batch_norm(8)}
                    },
                },
                "v1": {
                    "conv1": conv_without_bias(3, 8, 8),
                    "bn1": batch_norm(8),
                    "conv2": conv_without_bias(3, 8, 8),
                    "bn2": batch_norm(8),
                },
            }
        },
    },
    "head": linear(8, 3),
}


def _double_conv(size_in, size_out):
    return {
        "body": {"submodules": {"v0": conv(3, size_in, size_out), "v2": conv(3, *2 * [size_out])}}
    }


#: UNet(in_channels=1, num_classes=2, width=4, depth=2)
UNET = {
    "inc": _double_conv(1, 4),
    "down": {"v0": _double_conv(4, 8), "v1": _double_conv(8, 16)},
    "up": {
        "v0": {
            "reduce": {"b": (1, 1, 1, 8), "w": (2, 2, 8, 16)},
            "conv": _double_conv(16, 8),
        },
        "v1": {
            "reduce": {"b": (1, 1, 1, 4), "w": (2, 2, 4, 8)},
            "conv": _double_conv(8, 4),
        },
    },
    "outc": conv(1, 4, 2),
}


def _convnext_block(size):
    return {
        "dwconv": {"b": (1, 1, 1, size), "w": (3, 3, size)},
        "gamma": (size,),
        "norm": layer_norm(size),
        "pwconv1": linear(size, 4 * size),
        "pwconv2": linear(4 * size, size),
    }


#: ConvNeXt(in_channels=1, num_classes=3, depths=(1, 2), dims=(4, 8))
CONVNEXT = {
    "downsample_layers": {
        "v0": {"submodules": {"v0": conv(2, 1, 4), "v1": layer_norm(4)}},
        "v1": {"submodules": {"v0": layer_norm(4), "v1": conv(2, 4, 8)}},
    },
    "stages": {
        "v0": {"submodules": {"v0": _convnext_block(4)}},
        "v1": {"submodules": {"v0": _convnext_block(8), "v1": _convnext_block(8)}},
    },
    "norm": layer_norm(8),
    "head": linear(8, 3),
}

_BERT_LAYER = {
    "attention": {
        "in_proj_bias": (24,),
        "in_proj_weights": (24, 8),
        "out_proj_bias": (8,),
        "out_proj_weights": (8, 8),
    },
    "attention_norm": layer_norm(8),
    "ffn": {"intermediate": linear(8, 16), "output": linear(16, 8)},
    "output_norm": layer_norm(8),
}

#: BertClassifier(num_classes=2, hidden_size=8)
BERT = {
    "bert": {
        "embeddings": {
            "LayerNorm": layer_norm(8),
            "position_embeddings": (12, 8),
            "token_type_embeddings": {"w": (2, 8)},
            "word_embeddings": {"w": (20, 8)},
        },
        "encoder": {"v0": _BERT_LAYER, "v1": _BERT_LAYER},
        "pooler": {"submodules": {"v0": linear(8, 8)}},
    },
    "classifier": linear(8, 2),
}


def _attend(context):
    found = {
        "fn": {
            "to_q": {"w": (8, 8)},
            "to_kv": {"w": (16, context)},
            "to_out": {"submodules": {"v0": linear(8, 8)}},
        },
        "norm": layer_norm(8),
    }
    return found if context == 8 else {**found, "norm_context": layer_norm(context)}


_FEED = {
    "fn": {"net": {"submodules": {"v0": linear(8, 32), "v2": linear(16, 8)}}},
    "norm": layer_norm(8),
}

_READING = {
    "cross": {"v0": _attend(11), "v1": _FEED},
    "self": {"v0": {"v0": _attend(8), "v1": _FEED}},
}

#: Perceiver(PerceiverSpec(input_dim=1, input_axes=2, output_dim=3)): the context has 1 channel and
#: for each of 2 axes the position and 2 sines and cosines, so 11 channels.
PERCEIVER = {
    "latents": (4, 8),
    "readings": {"v0": _READING, "v1": _READING},
    "to_logits": {"submodules": {"v0": layer_norm(8), "v1": linear(8, 3)}},
}


def flat(tree, prefix=""):
    """Return `{"a/b": shape}` for nested dicts."""
    found = {}
    for key, value in tree.items():
        path = f"{prefix}{key}"
        found.update(flat(value, f"{path}/") if isinstance(value, dict) else {path: value})
    return found
