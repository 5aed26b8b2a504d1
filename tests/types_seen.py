"""What a type checker sees of modules; mypy reads this file, nobody runs it."""

from typing import Any, assert_type

import keras

import keras_ivy as ivy
from keras_ivy import tree


class Net(ivy.Module):
    """A network with a constructor of its own."""

    def __init__(self, hidden: int = 3) -> None:
        self.fc = ivy.Linear(3, hidden)
        ivy.Module.__init__(self)

    def _forward(self, x: Any) -> Any:
        return self.fc(x)


class Bare(ivy.Module):
    """A network with the constructor of `Module`."""


def constructors_make_their_class() -> None:
    """The metaclass hides nothing, and what returns a module returns this one's class."""
    assert_type(ivy.Linear(3, 4), ivy.Linear)
    assert_type(Net(), Net)
    assert_type(Net(4).fc, ivy.Linear)
    assert_type(Bare(name="bare"), Bare)
    assert_type(Net().eval(), Net)
    assert_type(Net().train(False).to_device("cpu"), Net)
    assert_type(Net().v, ivy.Container)


def constructors_know_their_arguments() -> None:
    """A wrong call is an error: without one, mypy finds the `ignore` unused."""
    Net(hiden=4)  # type: ignore[call-arg]
    Net("wide")  # type: ignore[arg-type]
    ivy.Linear()  # type: ignore[call-arg]
    ivy.Conv1D(1, 2, filter_size=3, strides=1, padding="SAME", data_format="NCW", name="c")
    ivy.Conv1D(1, 2, filter_shape=3, strides=1, padding="SAME")  # type: ignore[call-arg]
    ivy.Conv3DTranspose(1, 2, 3, 1, "SAME", nmae="c")  # type: ignore[call-arg]
    ivy.AvgPool2D(2, 2, "SAME", "NCHW", "cpu", None, "float64", trainable=False)
    ivy.AvgPool3D(2, stride=2, padding="SAME")  # type: ignore[call-arg]
    ivy.MaxPool3D(2, 2, "SAME", device=3)  # type: ignore[arg-type]
    ivy.LSTM(3, None)  # type: ignore[arg-type]
    ivy.GELU(True, device="cpu", build_mode="on_call")
    ivy.GELU(aproximate=True)  # type: ignore[call-arg]
    ivy.Sequential([ivy.Linear(2, 2)], ivy.GELU(), name="s")


def families_make_their_class() -> None:
    """Classes of one base, which some of them take the constructor of."""
    assert_type(ivy.Conv1D(1, 2, 3, 1, "SAME"), ivy.Conv1D)
    assert_type(ivy.MaxPool2D(2, 2, "SAME"), ivy.MaxPool2D)
    layer = keras.layers.Conv2DTranspose(2, 3)
    assert_type(ivy.Conv2DTranspose.from_keras(layer), ivy.Conv2DTranspose)


def containers_make_containers(c: ivy.Container) -> None:
    """What arithmetic, merging, stacking and loading make; dicts pass where a Container does."""
    assert_type(c + 1.0, ivy.Container)
    assert_type(2 * c, ivy.Container)
    assert_type(c | c, ivy.Container)
    assert_type(c == c, ivy.Container)
    assert_type(c.merge({"a": 1}), ivy.Container)
    assert_type(ivy.Container.merge(c, c), ivy.Container)
    assert_type(c.diff(c, mode="diff_only"), ivy.Container)
    assert_type(ivy.Container.stack([c, c], axis=1), ivy.Container)
    assert_type(ivy.Container.load("weights.h5", strict=False), ivy.Container)
    assert_type(c.load("weights.h5"), ivy.Container)
    assert_type(c.map(lambda x, y: x + y, {"a": 1}), ivy.Container)
    assert_type(tree.flatten({"a": 1, "b": {"c": 2}}), dict[str, int])
    c.load("weights.h5", strictly=False)  # type: ignore[call-arg]


def optimizers_step_on_what_they_are_given(c: ivy.Container) -> None:
    """A Container for containers and dicts; keywords are those of the class."""
    adam = ivy.Adam(1e-3, variant="paper", rules="bias_norm")
    assert_type(adam.step(c, c), ivy.Container)
    assert_type(adam.step({"w": 1.0}, {"w": 2.0}), ivy.Container)
    assert_type(adam.state, ivy.Container)
    net = Net()
    _, grads = ivy.execute_with_gradients(lambda v: net.fc(1.0, v=v), net.v)
    net.v = adam.step(net.v, grads)
    ivy.LAMB(variants="paper")  # type: ignore[call-arg]


class Keras(ivy.Module):
    """A network that overrides methods as Keras's do."""

    def build(self, input_shape: tuple[int | None, ...]) -> None:  # type: ignore[override]
        """Nothing to make."""

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def call(self, x: Any) -> Any:
        return x


def modules_come_back_as_what_they_are() -> None:
    """From configs, and in calls of any kind."""
    assert_type(Net.from_config(Net().get_config()), Net)
    assert_type(Net().v.merge(Net().buffers), ivy.Container)
    assert_type(ivy.Linear(3, 4).build(), ivy.Container)


def functions_are_seen(x: Any, w: Any) -> None:
    """Packages that add their lists of names up hide none; decorators keep signatures."""
    assert_type(ivy.exists(x), bool)
    ivy.relu([0.5], complex_mode="split")
    ivy.conv2d(x, w, 1, "SAME", data_format="NCHW", bias=None)
    ivy.ops.max_pool1d(x, kernel=2, strides=2, padding="VALID")
    ivy.sin(x)
    ivy.rellu([0.5])  # type: ignore[attr-defined]
    ivy.conv2d(x, w)  # type: ignore[call-arg]
    ivy.avg_pool3d(x, 2, 2, "SAME", dilation=2)  # type: ignore[call-arg]


def initializers_know_their_options(model: keras.Model) -> None:
    """What may be said of a kernel, and what `initialize_model` returns."""
    ivy.KaimingNormal(layer="conv", strides=(2, 2), fans=(3, None))
    ivy.KaimingNormal(layers="conv")  # type: ignore[call-arg]
    ivy.KaimingNormal(groups="two")  # type: ignore[arg-type]
    assert_type(
        ivy.initialize_model(model, "kaiming", dry_run=True), ivy.initializers.InitializationReport
    )
    assert_type(ivy.initialize_model(ivy.Linear(3, 4), [("bias", "zeros")]), ivy.Linear)
