r"""Schemes for networks with residual branches.

The sum of many branches grows with their number; each scheme keeps it small at the start. The
branches are found by a pattern: a regular expression for the path of what contains a branch,
structural or Keras's, as in `InitRule`. Each path that matches is a branch. If the layers of a
branch stand side by side, a group named `branch` tells which belong together:
`r"(?P<branch>conv\d_block\d+)_[123]_.*"` for `keras.applications.ResNet50`.
"""

from collections.abc import Sequence

from keras_ivy.initializers.checks import (
    check_number,
    check_pattern,
    check_scheme,
    check_whole,
)
from keras_ivy.initializers.kernels.normals import RandomNormal
from keras_ivy.initializers.kernels.residual import (
    deepnet_constants,
    depth_scale,
    fixup_scale,
    tfixup_scale,
)
from keras_ivy.initializers.model.rules import InitRule, Scheme
from keras_ivy.initializers.model.targets import Target
from keras_ivy.typing import InitializerLike
from keras_ivy.utils.arguments import also_spelled
from keras_ivy.utils.exceptions import IvyValueError
from keras_ivy.utils.patterns import compile_pattern

__all__ = [
    "DeepNetScheme",
    "DepthScaledScheme",
    "FixupScheme",
    "GPT2Scheme",
    "TFixupScheme",
    "ZeroLastScheme",
]


def find_branches(pattern: str, targets: Sequence[Target]) -> dict[str, list[Target]]:
    """Return the variables of each branch in order of creation, by the name of the branch.

    Raises:
        IvyValueError: If the pattern matches nothing.
    """
    compiled = compile_pattern(pattern, "branch")
    branches: dict[str, list[Target]] = {}
    for target in sorted(targets, key=lambda target: target.position):
        found = compiled.first_fit(target.place.spans)
        if found is not None:
            place, match = found
            name = match.groupdict().get("branch") or place
            branches.setdefault(name, []).append(target)
    if not branches:
        paths = ", ".join(f"{t.path} ({t.keras_path})" for t in targets[:8])
        raise IvyValueError(
            f"The pattern matches nothing in the model, which has: {paths}, ... "
            f"Received: {pattern!r}"
        )
    return branches


def layers_of(branch: Sequence[Target]) -> list[list[Target]]:
    """Return the weights of a branch, layer by layer in order of creation."""
    layers: dict[int, list[Target]] = {}
    for target in branch:
        if target.is_weight:
            layers.setdefault(id(target.layer), []).append(target)
    return list(layers.values())


def paths_rule(
    targets: Sequence[Target],
    initializer: InitializerLike | None,
    *,
    role: str | None = None,
    scale: float = 1.0,
) -> InitRule:
    """Return a rule for just these variables."""
    paths = {target.path for target in targets}
    return InitRule(lambda target: target.path in paths, initializer, role=role, scale=scale)


class ZeroLastScheme(Scheme):
    """Zero the end of every residual branch, so that each block starts as its skip connection.

    If the branch ends with a normalisation that has a scale, the scale becomes zero, as in
    Goyal et al.; otherwise the last kernel does.

    Args:
        branch: Pattern of the branches; see the top of this file.
        base: Scheme of all other weights, or None to leave them; default `"kaiming"`.

    Reference: Goyal et al. 2017, arXiv:1706.02677; Zhang et al. 2019, arXiv:1901.09321.
    """

    __module__ = "keras_ivy.initializers"

    def __init__(self, branch: str, base: InitializerLike | None = "kaiming"):
        self.branch = check_pattern("branch", branch)
        self.base = check_scheme("base", base, optional=True)

    def rules(self, targets: Sequence[Target]) -> list[InitRule]:
        """Return the rules; see `Scheme`."""
        rules = []
        for branch in find_branches(self.branch, targets).values():
            last = [t for t in branch if t.is_weight or (t.is_normalization and t.role == "scale")]
            if not last:
                raise IvyValueError(
                    f"A branch has nothing to zero: {', '.join(t.path for t in branch)}. "
                    f"Received: branch={self.branch!r}"
                )
            end = [t for t in last if t.layer is last[-1].layer]
            rules.append(paths_rule(end, "zeros", role="any"))
        return rules + ([] if self.base is None else [InitRule(".*", self.base, required=False)])


class FixupScheme(Scheme):
    """Train deep residual networks without normalisation.

    With `L` branches of `m` layers each: the first `m - 1` layers of a branch are scaled by
    `L ** (-1 / (2 m - 2))`, the last is zero, and so is the classifier. Scalar biases become 0,
    scalar multipliers 1.

    Args:
        branch: Pattern of the branches; see the top of this file.
        head: Pattern of the classifier; by default the layer with weights that was created last.
        base: Scheme that is scaled, default `"kaiming"`.

    Reference: Zhang et al. 2019, arXiv:1901.09321.
    """

    __module__ = "keras_ivy.initializers"

    def __init__(
        self, branch: str, head: str | None = None, base: InitializerLike | None = "kaiming"
    ):
        self.branch = check_pattern("branch", branch)
        self.head = check_pattern("head", head, optional=True)
        self.base = check_scheme("base", base)

    def rules(self, targets: Sequence[Target]) -> list[InitRule]:
        """Return the rules; see `Scheme`."""
        branches = find_branches(self.branch, targets)
        head = InitRule(self.head, "zeros") if self.head else self._last_layer(branches, targets)
        rules = [head]
        for branch in branches.values():
            *first, last = layers_of(branch) or [[]]
            if not last:
                raise IvyValueError(
                    f"A branch has no weights: {', '.join(t.path for t in branch)}. "
                    f"Received: branch={self.branch!r}"
                )
            rules.append(paths_rule(last, "zeros"))
            if first:
                scale = fixup_scale(len(branches), len(first) + 1)
                rules.append(
                    paths_rule([t for layer in first for t in layer], self.base, scale=scale)
                )
        scalars = [t for t in targets if t.variable.shape in ((), (1,)) and not t.is_normalization]
        for role, value in (("bias", "zeros"), ("scale", "ones")):
            if any(target.role == role for target in scalars):
                rules.append(paths_rule(scalars, value, role=role))
        return [*rules, InitRule(".*", self.base, required=False)]

    def _last_layer(self, branches: dict, targets: Sequence[Target]) -> InitRule:
        inside = {target.path for branch in branches.values() for target in branch}
        weights = [t for t in targets if t.is_weight]
        last = max(weights, key=lambda target: target.position)
        if last.path in inside:
            raise IvyValueError(
                f"The layer created last, {last.path!r}, stands in a branch; name the classifier "
                f"with `head`. Received: branch={self.branch!r}, head=None"
            )
        return paths_rule([t for t in weights if t.layer is last.layer], "zeros")


class DepthScaledScheme(Scheme):
    """Scale the last layer of every residual branch by `1 / sqrt(2 L)`.

    Args:
        branch: Pattern of the branches; see the top of this file.
        depth: `L`, default the number of branches.
        base: Scheme of all weights, default `"kaiming"`.
    """

    __module__ = "keras_ivy.initializers"

    def __init__(
        self, branch: str, depth: int | None = None, base: InitializerLike | None = "kaiming"
    ):
        self.branch = check_pattern("branch", branch)
        self.depth = depth if depth is None else check_whole("depth", depth, least=1)
        self.base = check_scheme("base", base)

    def rules(self, targets: Sequence[Target]) -> list[InitRule]:
        """Return the rules; see `Scheme`."""
        branches = find_branches(self.branch, targets)
        scale = depth_scale(self.depth or len(branches))
        last = [layers_of(branch)[-1] for branch in branches.values() if layers_of(branch)]
        return [
            paths_rule([t for layer in last for t in layer], self.base, scale=scale),
            InitRule(".*", self.base, required=False),
        ]


class GPT2Scheme(Scheme):
    """All weights `N(0, std ** 2)`, residual projections smaller by `sqrt(2 * depth)`.

    Args:
        projection: Pattern of the layers that end a branch, such as `"(attn|mlp)/c_proj"`.
        depth: Number of transformer layers, by default half the number of projections, since
            each layer has two.
        std: Standard deviation, default 0.02.

    Reference: Radford et al. 2019, Language models are unsupervised multitask learners.
    """

    __module__ = "keras_ivy.initializers"

    @also_spelled(stddev="std")
    def __init__(self, projection: str, depth: int | None = None, std: float = 0.02):
        self.projection = check_pattern("projection", projection)
        self.depth = depth if depth is None else check_whole("depth", depth, least=1)
        self.std = check_number("std", std, least=0)

    def rules(self, targets: Sequence[Target]) -> list[InitRule]:
        """Return the rules; see `Scheme`."""
        projections = find_branches(self.projection, targets)
        depth = self.depth or max(1, len(projections) // 2)
        ends = [t for branch in projections.values() for t in branch if t.is_weight]
        base = RandomNormal(stddev=self.std)
        return [
            paths_rule(ends, base, scale=depth_scale(depth)),
            InitRule(".*", base, role="position", required=False),
            InitRule(".*", base, required=False),
        ]


class _TransformerScheme(Scheme):
    """What DeepNet and T-Fixup share: encoder and decoder layers, queries and keys left plain.

    Args:
        encoder: Pattern of the encoder's layers, such as `r"encoder/v\\d+"`, or None.
        decoder: Pattern of the decoder's layers, or None.
        plain: Pattern, within a layer, of the query and key projections, whose gain stays 1.
        base: Scheme that is scaled, default Xavier's with a normal draw.
    """

    def __init__(
        self,
        encoder: str | None = None,
        decoder: str | None = None,
        plain: str = ".*(query|key)(_dense)?",
        base: InitializerLike | None = "xavier_normal",
    ):
        if encoder is None and decoder is None:
            raise IvyValueError("Name the layers of the encoder or of the decoder. Received none.")
        self.encoder = check_pattern("encoder", encoder, optional=True)
        self.decoder = check_pattern("decoder", decoder, optional=True)
        self.plain = check_pattern("plain", plain)
        self.base = check_scheme("base", base)

    def _layers(self, targets: Sequence[Target]) -> dict[str, dict[str, list[Target]]]:
        patterns = {"encoder": self.encoder, "decoder": self.decoder}
        return {part: find_branches(p, targets) for part, p in patterns.items() if p is not None}

    def _scaled(self, layers: dict[str, list[Target]], scale: float) -> InitRule:
        plain = InitRule(self.plain, self.base)
        weights = [
            target
            for branch in layers.values()
            for target in branch
            if target.is_weight and not plain.matches(target)
        ]
        return paths_rule(weights, self.base, scale=scale)


class DeepNetScheme(_TransformerScheme):
    """Xavier with the gain `beta` for feed-forward, value and output projections.

    Queries, keys and everything outside the layers have the gain 1. The skip connections have to
    be multiplied by the `alpha` of `deepnet_constants` in the model itself.

    Args:
        encoder: Pattern of the encoder's layers, such as `r"encoder/v\\d+"`, or None.
        decoder: Pattern of the decoder's layers, or None.
        plain: Pattern of the query and key projections.
        base: Scheme that is scaled, default Xavier's with a normal draw.

    Reference: Wang et al. 2022, arXiv:2203.00555.
    """

    __module__ = "keras_ivy.initializers"

    def rules(self, targets: Sequence[Target]) -> list[InitRule]:
        """Return the rules; see `Scheme`."""
        layers = self._layers(targets)
        counts = {f"{part}_layers": len(found) for part, found in layers.items()}
        constants = deepnet_constants(**counts)
        scaled = [self._scaled(found, constants[part][1]) for part, found in layers.items()]
        return [*scaled, InitRule(".*", self.base, required=False)]


class TFixupScheme(_TransformerScheme):
    """Train a transformer without warm-up and layer normalisation.

    Value, output and feed-forward kernels are scaled by `0.67 N ** (-1/4)` in the encoder and by
    `(9 M) ** (-1/4)` in the decoder; embeddings are `N(0, 1 / dim)`, scaled like the decoder if
    there is one; queries and keys are Xavier's.

    Args:
        encoder: Pattern of the encoder's layers, such as `r"encoder/v\\d+"`, or None.
        decoder: Pattern of the decoder's layers, or None.
        plain: Pattern of the query and key projections.
        base: Scheme that is scaled, default Xavier's with a normal draw.

    Reference: Huang et al. 2020, Improving transformer optimization through better
    initialization.
    """

    __module__ = "keras_ivy.initializers"

    def rules(self, targets: Sequence[Target]) -> list[InitRule]:
        """Return the rules; see `Scheme`."""
        layers = self._layers(targets)
        scales = {part: tfixup_scale(len(found), part) for part, found in layers.items()}
        scaled = [self._scaled(found, scales[part]) for part, found in layers.items()]
        embeddings = InitRule(
            ".*",
            "variance_scaling",
            {"mode": "fan_out"},
            role="embedding",
            scale=scales.get("decoder", 1.0),
            required=False,
        )
        return [*scaled, embeddings, InitRule(".*", self.base, required=False)]
