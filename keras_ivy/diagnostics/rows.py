"""One row for each call of a layer."""

from dataclasses import dataclass

__all__ = ["LEGEND", "Row"]

#: What the columns of a diagnosis and the numbers below it say, by their headings.
LEGEND: dict[str, str] = {
    "layer": "Name of the layer; `:2` is its second call.",
    "type": "Its class.",
    "shape": "Shape of what it puts out, without the batch.",
    "act": "Activations that ran in it or on its output.",
    "rms": "Root of the mean square of its output: the size of the signal. About 1 is well.",
    "mean": "Mean of its output.",
    "std": "Standard deviation of its output.",
    "zeros": "Share of exact zeros in its output; half after a ReLU.",
    "dead": "Share of units that a ReLU shuts for every sample.",
    "satur.": "Share of values at an end of tanh or sigmoid, where the slope is gone.",
    "cosine": "Cosine between the outputs of two samples, root mean square; at 1 they are alike.",
    "dL/da": "Gradient of the loss by its output, root mean square.",
    "dL/dW": "Norm of the gradient of the loss by its kernels.",
    "update": "Norm of a step of the optimizer by the norm of the kernel; 1e-3 is usual.",
    "x fan": "Standard deviation of its first kernel by what its true fans and its activation "
    "ask for; 1 is right.",
    "layers": "How many layers were called.",
    "parameters": "How many values all variables hold.",
    "loss": "The loss of the batch, without what layers add to it.",
    "expected loss": "That of a network that gives every class the same chance, or the mean.",
    "informed loss": "That of one that knows how frequent the classes are.",
    "loss of": "Which loss it is.",
    "rms per layer": "Factor of the signal from one layer with a kernel to the next; 1 keeps it.",
    "gradient per layer": "The same of the norm of the loss's gradient by the signal.",
    "cosine before the last layer": "The cosine of two samples where the last kernel reads them.",
    "optimizer": "Whose step was taken, and undone.",
}


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
