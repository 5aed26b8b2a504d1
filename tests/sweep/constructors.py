"""A call of every public constructor that means something; the sweep spoils one argument a time."""

import inspect

import keras_ivy as ivy
from keras_ivy import diagnostics, initializers, layers, optimizers
from tests.golden.load import load

LAYERS = {
    case["cls"]: tuple(case["args"])
    for case in reversed(load("layers")[1])
    if hasattr(layers, case["cls"]) and not case.get("error") and case["cls"] != "Sequential"
} | {"GroupNorm": (2, 4), "Sequential": ()}

#: Arguments that Module has, which all layers take beside their own.
MODULE = {
    "device": None, "v": None, "buffers": None, "build_mode": "on_init", "store_vars": True,
    "with_partial_v": False, "training": True, "dtype": None, "dev": None, "name": None,
    "trainable": True,
}  # fmt: skip

REQUIRED = {
    "Adopted": {"initializer": initializers.Zeros()},
    "DeepNetScheme": {"encoder": "layer.*"},
    "TFixupScheme": {"encoder": "layer.*"},
    "DepthScaled": {"branches": 2},
    "DepthScaledScheme": {"branch": "a(?P<branch>.*)"},
    "FanScaled": {"numerator": 1.0, "fan_mode": "fan_in", "power": 0.5, "gain": 1.0},
    "Fixup": {"branches": 2},
    "FixupScheme": {"branch": "a(?P<branch>.*)"},
    "GPT2Residual": {"layers": 2},
    "GPT2Scheme": {"projection": "proj"},
    "OutputBias": {"frequencies": [0.5, 0.5]},
    "Rule": {"match": ".*", "initializer": "zeros"},
    "InitRule": {"match": ".*", "initializer": "zeros"},
    "TFixup": {"layers": 2},
    "ZeroLastScheme": {"branch": "a(?P<branch>.*)"},
    "Wrapper": {"initializer": "zeros"},
    "PerTarget": {"choose": lambda target: None},
    "DeepNet": {"encoder_layers": 2},
}
#: Abstract, or records that the package itself fills.
RECORDS = {
    "Drawn", "FanScaled", "Geometry", "InitializationReport", "InitializationRow", "Initializer",
    "KernelInitializer", "LSUVReport", "LSUVRow", "Scheme", "Target", "Wrapper", "PerTarget",
}  # fmt: skip

WITHOUT_OPTIONS = (
    initializers.ICNR,
    initializers.Wrapper,
    initializers.Fixup,
    initializers.DepthScaled,
    initializers.Scaled,
    initializers.TFixup,
)


def arguments(cls, given):
    """Every named argument of a constructor with a good value: the given ones, and defaults."""
    found = {}
    for p in inspect.signature(cls).parameters.values():
        if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD):
            continue
        found[p.name] = given.get(p.name, p.default)
        assert found[p.name] is not p.empty, f"{cls.__name__} needs {p.name}"
    if "options" in inspect.signature(cls).parameters and cls not in WITHOUT_OPTIONS:
        for p in inspect.signature(initializers.KernelInitializer).parameters.values():
            if p.kind is not p.VAR_KEYWORD:
                found.setdefault(p.name, p.default)
    return found


def constructors():
    """Pairs of a name and `(class, good arguments by name)`."""
    for name in sorted(layers.__all__):
        cls = getattr(layers, name)
        if not inspect.isclass(cls) or name == "Sequential":
            continue
        names = [p for p in inspect.signature(cls).parameters if p != "kwargs"]
        given = dict(zip(names, LAYERS[name], strict=False))
        yield f"layers.{name}", (cls, arguments(cls, given))
    yield "Module", (ivy.Module, MODULE)
    for name in sorted(optimizers.__all__):
        cls = getattr(optimizers, name)
        if inspect.isclass(cls):
            given = {
                "Rule": {},
                "WarmupPolynomial": {"peak": 0.1, "warmup": 2, "total": 4},
                "Layout": {"rows": ()},
                "OneCycle": {"start": 0.1, "peak": 0.2, "end": 0.1, "total": 4, "rise": 2},
                "LossScaleOptimizer": {"inner_optimizer": optimizers.SGD()},
            }.get(name, {})
            yield f"optimizers.{name}", (cls, arguments(cls, given))
    for name in sorted(initializers.__all__):
        cls = getattr(initializers, name)
        if inspect.isclass(cls) and name not in RECORDS:
            good = arguments(cls, REQUIRED.get(name, {}))
            yield f"initializers.{name}", (cls, good)
    for name in ("ActivationStats", "GradientStats"):
        cls = getattr(diagnostics, name)
        yield f"diagnostics.{name}", (cls, arguments(cls, {}))
