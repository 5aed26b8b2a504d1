"""What `initialize_model` may be told, turned into rules."""

from collections.abc import Callable, Mapping, Sequence

from keras_ivy.initializers.model.rules import (
    InitRule,
    Scheme,
    SchemeLike,
    as_rules,
    refuse_other_rules,
)
from keras_ivy.initializers.model.schemes.layers import (
    AutoScheme,
    LayerDefaultScheme,
    TorchDefaultScheme,
)
from keras_ivy.initializers.model.schemes.residual import (
    DeepNetScheme,
    DepthScaledScheme,
    FixupScheme,
    GPT2Scheme,
    TFixupScheme,
    ZeroLastScheme,
)
from keras_ivy.initializers.model.targets import Target
from keras_ivy.initializers.strings import get, known_names
from keras_ivy.utils.arguments import construct, joined
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError, nearest
from keras_ivy.utils.identifiers import parse_call

__all__ = []

#: Whole-model schemes by name.
SCHEMES: dict[str, Callable[..., Scheme]] = {
    "auto": AutoScheme,
    "deepnet": DeepNetScheme,
    "depth_scaled": DepthScaledScheme,
    "fixup": FixupScheme,
    "gpt2": GPT2Scheme,
    "layer_default": LayerDefaultScheme,
    "t_fixup": TFixupScheme,
    "torch_default": TorchDefaultScheme,
    "zero_last": ZeroLastScheme,
}

#: Names of the initialization document that stand for an initializer with arguments.
NAMES: dict[str, tuple[str, dict[str, object]]] = {
    "small_random": ("random_normal", {"stddev": 0.01}),
    "large_random": ("random_normal", {"stddev": 1.0}),
    "zero": ("zeros", {}),
}


def resolve_rules(
    initializer: SchemeLike, config: Mapping[str, object] | None, targets: Sequence[Target]
) -> list[InitRule]:
    """Return the rules that `initialize_model`'s first two arguments stand for.

    Raises:
        IvyValueError: If a name is unknown.
        IvyTypeError: If there is a config without a name, or nothing at all.
    """
    if config is not None and not isinstance(config, Mapping):
        raise IvyTypeError(
            "`initializer_config` must be a dictionary of arguments. "
            f"Received: initializer_config={config!r}"
        )
    if isinstance(initializer, str):
        return _named(initializer, dict(config or {}), targets)
    if config is not None:
        raise IvyTypeError(
            "`initializer_config` goes with a name, such as 'kaiming'. Received: "
            f"initializer={initializer!r}, initializer_config={config}"
        )
    if isinstance(initializer, Scheme):
        return initializer.rules(targets)
    refuse_other_rules(initializer)
    if isinstance(initializer, InitRule):
        return [initializer]
    if isinstance(initializer, list | tuple) or (
        isinstance(initializer, dict) and "class_name" not in initializer
    ):
        if not initializer:
            raise IvyValueError(f"There is no rule. Received: initializer={initializer!r}")
        return as_rules(initializer, targets)
    return [InitRule(".*", get(initializer))]


def _named(text: str, config: dict[str, object], targets: Sequence[Target]) -> list[InitRule]:
    name, args, words = parse_call(text) or (text.strip(), [], {})
    if name == "lsuv":
        raise IvyValueError(
            "LSUV looks at data: call `keras_ivy.initializers.lsuv(model, data)`. "
            "Received: initializer='lsuv'"
        )
    if name in SCHEMES:
        return construct(SCHEMES[name], args, joined(text, words, config)).rules(targets)
    if name in NAMES:
        plain, defaults = NAMES[name]
        if args:
            raise IvyTypeError(
                f"{name!r} takes its arguments by name. Received: initializer={text!r}"
            )
        return [InitRule(".*", get(plain, {**defaults, **joined(text, words, config)}))]
    names = [*SCHEMES, *NAMES, *known_names()]
    try:
        return [InitRule(".*", get(text, config))]
    except IvyValueError as error:
        if "Unknown initializer" not in str(error):
            raise
        raise IvyValueError(
            f"Unknown scheme. {nearest(name, names)} Received: initializer={text!r}"
        ) from error
