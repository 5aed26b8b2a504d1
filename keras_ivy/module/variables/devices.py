"""Where the variables of a module are, and moving them."""

from typing import TYPE_CHECKING

from keras_ivy.adapters.keras import stateless
from keras_ivy.module.record import own_record, record_of
from keras_ivy.module.variables.tracking import structure_now
from keras_ivy.utils.devices import device_of, existing_device, first_device

if TYPE_CHECKING:
    from keras_ivy.module.module import Module

__all__ = ["device_of_variables", "move"]


def device_of_variables(module: "Module") -> str:
    """Return the device of the first variable that has one, else of those to come."""
    for variable in module.weights:
        if getattr(stateless.raw_value(variable), "device", ""):
            return device_of(variable)
    return own_record(module).options.device or first_device()


def move(module: "Module", device: str) -> None:
    """Move the variables to a device; those made later are made there."""
    name = existing_device(device)
    for variable in module.variables:
        stateless.move(variable, name)
    for layer in (module, *structure_now(module).layers.values()):
        record = record_of(layer)
        if record is not None:
            record.set_options(device=device)
    for function in ("train_function", "test_function", "predict_function"):
        setattr(module, function, None)  # traced with the variables of before
