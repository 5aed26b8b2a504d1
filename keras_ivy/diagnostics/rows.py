"""One row for each call of a layer."""

from dataclasses import dataclass

__all__ = ["Row"]


@dataclass(frozen=True)
class Row:
    """What one call of a layer showed.

    Args:
        layer: Name of the layer.
        path: Structural path.
        type: Its class.
        call: How often it had been called before, and one: above 1 for layers that are shared.
        shape: Shape of the output, without the batch.
        parameters: How many trainable values it holds itself.
        activation: Names of the activations that ran on its output, or in it.
        rms: Root of the mean square of the output.
        mean: Mean of the output.
        std: Standard deviation of the output.
        min: Its least value.
        max: Its greatest.
        zeros: Share of exact zeros.
        dead: Share of units of which a ReLU lets nothing through, for any sample.
        saturated: Share of values at the ends of tanh or sigmoid.
        similarity: Root mean square of the cosine between the outputs of two samples.
        input_rms: Root of the mean square of the input.
        grad_rms: Root of the mean square of the loss's gradient by the output.
        grad_norm: Euclidean norm of it.
        kernel_grad_norm: Euclidean norm of the gradient by the kernels of the layer.
        update_ratio: Norm of what a step of the optimizer changes in its kernels by their norm.
        weight_ratio: Standard deviation of its first kernel by the one that its true fans and its
            activation ask for.
        finite: Whether all values and gradients are finite.
    """

    layer: str
    path: str
    type: str
    call: int
    shape: tuple[int | None, ...]
    parameters: int
    activation: str
    rms: float
    mean: float
    std: float
    min: float
    max: float
    zeros: float
    dead: float | None
    saturated: float | None
    similarity: float | None
    input_rms: float | None
    grad_rms: float | None
    grad_norm: float | None
    kernel_grad_norm: float | None
    update_ratio: float | None
    weight_ratio: float | None
    finite: bool

    @property
    def name(self) -> str:
        """The layer's name, with the number of the call from the second on."""
        return self.layer if self.call == 1 else f"{self.layer}:{self.call}"
