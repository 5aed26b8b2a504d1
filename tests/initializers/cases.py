"""Every initializer class with arguments and shapes that suit it: one row, all shared tests."""

import keras

import keras_ivy.initializers as initializers

ANY = [(), (3,), (3, 4), (2, 3, 4), (2, 2, 3, 4), (2, 1, 2, 3, 4)]
MATRIX = ANY[2:]
CONVOLUTION = [(3, 2, 4), (3, 2, 2, 4), (2, 1, 3, 2, 4)]

#: (class name, arguments, shapes that it can fill, whether it draws at random)
CASES = [
    ("Constant", {"constant": 2.5}, ANY, False),
    ("Zeros", {}, ANY, False),
    ("Ones", {}, ANY, False),
    ("Uniform", {"numerator": 2, "fan_mode": "fan_geo_avg", "power": 1, "gain": 0.5}, ANY, True),
    ("GlorotUniform", {}, ANY, True),
    ("XavierUniform", {"gain": 2.0}, ANY, True),
    ("KaimingUniform", {"fan_mode": "fan_out", "negative_slope": 0.2}, ANY, True),
    ("LecunUniform", {"gain": 0.5}, ANY, True),
    ("TorchDefault", {"fans": [4, 5]}, ANY, True),
    ("UniformInitializer", {"a": -0.5, "b": 0.25}, ANY, True),
    ("FirstLayerSiren", {}, ANY, True),
    ("Siren", {"w0": 6.0}, ANY, True),
    ("Normal", {"numerator": 2, "fan_mode": "fan_avg", "power": 0.5, "mean": 1.0}, ANY, True),
    ("KaimingNormal", {"mean": 0.5, "fan_mode": "fan_sum", "negative_slope": 0.1}, ANY, True),
    ("XavierNormal", {"gain": 2.0, "cut": 3.0}, ANY, True),
    ("LecunNormal", {"cut": 2.0}, ANY, True),
    ("RandomNormal", {"mean": 1.0, "stddev": 0.2}, ANY, True),
    ("NormalInitializer", {"mean": 1.0, "std": 0.2}, ANY, True),
    ("TruncatedNormal", {"stddev": 0.2, "cut": "absolute", "bounds": [-0.5, 0.5]}, ANY, True),
    ("VarianceScaling", {"scale": 2.0, "distribution": "truncated_normal"}, ANY, True),
    ("XavierInitializer", {"gain": 2.0, "distribution": "normal"}, ANY, True),
    ("KaimingInitializer", {"mode": "fan_out", "nonlinearity": "gelu"}, ANY, True),
    ("Orthogonal", {"gain": 2.0, "scaled": True}, MATRIX, True),
    ("Sparse", {"sparsity": 0.3, "stddev": 0.1}, MATRIX, True),
    ("Identity", {"gain": 2.0}, MATRIX, False),
    ("DeltaOrthogonal", {"gain": 2.0}, CONVOLUTION, True),
    ("Dirac", {"groups": 2}, CONVOLUTION, False),
    ("ICNR", {"scale": 2, "initializer": "xavier_normal_ivy"}, CONVOLUTION, True),
    ("ForgetBias", {"value": 2.0}, [(8,), (2, 8)], False),
    ("ChronoBias", {"max_steps": 50, "layer": "gru", "units": 4}, [(12,), (2, 12)], True),
    ("OutputBias", {"frequencies": [0.25, 0.75]}, [(2,)], False),
    ("Scaled", {"initializer": "orthogonal_ivy", "factor": 0.5}, MATRIX, True),
    ("Fixup", {"branches": 4, "layers": 3}, ANY, True),
    ("DepthScaled", {"branches": 4, "initializer": "glorot_ivy"}, ANY, True),
    ("GPT2Residual", {"layers": 12}, ANY, True),
    ("DeepNet", {"encoder_layers": 6, "decoder_layers": 6, "part": "decoder"}, ANY, True),
    ("TFixup", {"layers": 6, "part": "decoder"}, ANY, True),
    ("Adopted", {"initializer": {"class_name": "RandomUniform", "config": {}}}, ANY, True),
]
NAMES = [case[0] for case in CASES]
RANDOM = [case for case in CASES if case[3]]


def make(name, arguments, **more):
    return getattr(initializers, name)(**{**arguments, **more})


def concrete():
    """The classes of the package that can be made, but for the bases of others."""
    bases = {"Drawn", "FanScaled", "Initializer", "KernelInitializer", "Wrapper"}
    return {
        name
        for name in initializers.__all__
        if isinstance(cls := getattr(initializers, name), type)
        and issubclass(cls, keras.initializers.Initializer)
        and name not in bases
    }
