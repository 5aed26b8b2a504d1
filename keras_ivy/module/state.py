"""What a module has besides its variables: buffers, the training flag, the device, its parts."""

import types
from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf

from keras_ivy.adapters import keras_modules, stateless
from keras_ivy.container import Container
from keras_ivy.functional.values import as_tensor
from keras_ivy.module.calling.frames import frames
from keras_ivy.structure import Entry
from keras_ivy.utils.devices import device_of, existing_device, first_device
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError, nearest

__all__ = ["State"]


class State:
    """The part of `Module` that keeps everything but the variables."""

    # -- training or not ----------------------------------------------------------------------

    @property
    def training(self) -> bool:
        """Whether the module trains: in this call, or, outside of one, in calls that don't say."""
        for frame in reversed(frames.stack):
            if frame.module is self:
                return frame.training
        return vars(self)["_ivy_training"]

    @training.setter
    def training(self, value: bool) -> None:
        vars(self)["_ivy_training"] = bool(value)

    def train(self, mode: bool = True) -> "State":
        """Let calls that do not say so train, here and in all modules inside.

        Args:
            mode: Whether they train.

        Returns:
            The module.
        """
        if not isinstance(mode, bool):
            raise IvyTypeError(f"`train` takes a bool. Received: mode={mode!r}")
        for layer in (self, *self._ivy_structure_now().layers.values()):
            if "_ivy_training" in vars(layer):
                vars(layer)["_ivy_training"] = mode
        return self

    def eval(self) -> "State":
        """Let calls that do not say so not train, here and in all modules inside."""
        return self.train(False)

    # -- buffers ------------------------------------------------------------------------------

    @property
    def buffers(self) -> Container:
        """The buffers of the module and of those inside, as a Container."""
        entries, others = [], {}
        layers = {"": self} | self._ivy_structure_now().layers
        for path, layer in layers.items():
            for name, value in vars(layer).get("_ivy_buffers", {}).items():
                full = f"{path}/{name}" if path else name
                if isinstance(value, keras.Variable):
                    entries.append(Entry(full, layer, name, value))
                else:
                    others[full] = value
        view = Container({entry.path: entry.variable for entry in entries} | others)
        return view

    def register_buffer(self, name: str, value: Any) -> None:
        """Keep an array with the module that is saved and not trained.

        Args:
            name: The key in `buffers`.
            value: An array or tensor; anything else is kept as it is, None as an attribute.
        """
        _check_name(name)
        if value is None:
            setattr(self, name, None)
            return
        buffers = vars(self)["_ivy_buffers"]
        old = buffers.pop(name, None)
        if isinstance(old, keras.Variable):
            keras_modules.untrack(self, old)
        if tf.is_tensor(value) or hasattr(value, "__array__"):
            with tf.init_scope():
                tensor = tf.convert_to_tensor(value)
                with keras_modules.name_scope(self):
                    value = keras.Variable(
                        lambda shape, dtype: tf.cast(tensor, dtype),
                        shape=tuple(tensor.shape),
                        dtype=tensor.dtype.name,
                        trainable=False,
                        autocast=False,
                        name=name,
                    )
            keras_modules.track_variable(self, value)
            keras_modules.track_for_checkpoints(self, value, f"buffers.{name}")
        buffers[name] = value
        self._ivy_changed()

    def _ivy_pair_buffers(self, given: Mapping) -> list:
        """Pair the buffers with the values given for one call, after checking them."""
        known = self.buffers.flatten()
        pairs = []
        for path, value in Container(given).flatten().items():
            buffer = known.get(path)
            if not isinstance(buffer, keras.Variable):
                raise IvyValueError(
                    f"{type(self).__name__} has no buffer {path!r} that holds an array. "
                    f"{nearest(path, known)} Received: buffers with {path!r}"
                )
            pairs.append((buffer, as_tensor(value, buffer, path)))
        return pairs

    def register_parameter(self, name: str, value: Any) -> None:
        """Add a variable to those of the module.

        Args:
            name: The key in `v`; no attribute may have it.
            value: The initial value, an array or tensor.
        """
        _check_name(name)
        if name in vars(self) or f"_{name}" in vars(self) or name in self.v:
            raise IvyValueError(
                f"{type(self).__name__} has something at the key {name!r} already. "
                f"Received: name={name!r}"
            )
        with tf.init_scope():
            variable = self._ivy_variable(name, value)
        keras_modules.track_variable(self, variable)
        keras_modules.track_for_checkpoints(self, variable, f"v.{name}")
        vars(self)["_ivy_created"][name] = variable
        self._ivy_changed()

    # -- parts --------------------------------------------------------------------------------

    @property
    def state_dict(self) -> dict[str, Any]:
        """The variables and the buffers, as a dict of Containers and arrays."""
        return dict(self.v.merge(self.buffers)) if self.buffers else dict(self.v)

    @property
    def module_dict(self) -> Mapping[str, keras.layers.Layer]:
        """The sub-layers that are attributes, by the name of the attribute."""
        # No dict: Keras would save the layers under this name.
        return types.MappingProxyType(
            {
                name: value
                for name, value in vars(self).items()
                if isinstance(value, keras.layers.Layer) and not name.startswith("__")
            }
        )

    # -- device -------------------------------------------------------------------------------

    @property
    def build_mode(self) -> str:
        """When the variables are made: `"on_init"`, `"explicit"` or `"on_call"`."""
        return self._ivy_options.build_mode

    @property
    def device(self) -> str:
        """The device of the variables, as Ivy writes it: `"cpu"`, `"gpu:0"`."""
        for variable in self.weights:
            if getattr(stateless.raw_value(variable), "device", ""):
                return device_of(variable)
        return self._ivy_options.device or first_device()

    @device.setter
    def device(self, device: str) -> None:
        self.to_device(device)

    def to_device(self, device: str) -> "State":
        """Move the variables to a device; those made later are made there.

        Args:
            device: Such as `"cpu"`, `"gpu:0"` or TensorFlow's `"/CPU:0"`.

        Returns:
            The module.

        Raises:
            ValueError: If there is no such device.
        """
        name = existing_device(device)
        for variable in self.variables:
            stateless.move(variable, name)
        for layer in (self, *self._ivy_structure_now().layers.values()):
            if isinstance(layer, State):
                layer._ivy_set_options(device=device)
        for function in ("train_function", "test_function", "predict_function"):
            setattr(self, function, None)  # traced with the variables of before
        return self


def _check_name(name: Any) -> None:
    if not isinstance(name, str) or not name or "/" in name or "." in name:
        raise IvyValueError(f"A name is a string without '/' and '.'. Received: name={name!r}")
