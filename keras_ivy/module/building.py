"""How and when a module makes its variables, and whether all of them are there."""

import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import keras
import tensorflow as tf

from keras_ivy.adapters.keras import layers as keras_layers
from keras_ivy.adapters.keras import modules as keras_modules
from keras_ivy.adapters.keras import stateless
from keras_ivy.container import Container
from keras_ivy.functional.values import pair
from keras_ivy.module.calling.frames import frames, train
from keras_ivy.module.calling.inputs import Inputs
from keras_ivy.module.record import Event, advance, own_record, record_of
from keras_ivy.module.variables.making import initial_values, make_variables, unmake_variables
from keras_ivy.module.variables.ties import remember_sources, tie_shared
from keras_ivy.module.variables.tracking import entries_of, structure_now, sync
from keras_ivy.structure import Entry, Structure, mark_of
from keras_ivy.utils.devices import device_scope
from keras_ivy.utils.exceptions import IvyRuntimeError, IvyValueError

if TYPE_CHECKING:
    from keras_ivy.module.module import Module

__all__ = [
    "build",
    "build_for_call",
    "build_for_shapes",
    "build_on",
    "build_or_not",
    "check_complete",
    "finish",
    "is_built",
    "paired",
    "record_inputs",
    "run_symbolically",
    "settle",
    "unbuilt",
]


# -- when ---------------------------------------------------------------------------------------


def finish(module: "Module") -> None:
    """Finish the construction; the metaclass calls this when the whole constructor has run."""
    record = own_record(module)
    if not record.initialized:
        raise IvyRuntimeError(
            f"{type(module).__name__}.__init__ never called `ivy.Module.__init__(self)`. Call "
            "it as the last or the first statement of the constructor. "
            f"Received: a {type(module).__name__} that is not initialized"
        )
    sync(module)
    if record.options.build_mode == "on_init" and not record.made:
        build(module, record.options.args, record.options.kwargs)


def build_or_not(module: "Module", args: tuple, kwargs: Mapping[str, object], waits: bool) -> None:
    """Build as `Module.build` was told to, or as the constructor was if it was told nothing.

    Args:
        module: The module.
        args: The positional arguments of `build`.
        kwargs: Its keyword arguments.
        waits: Whether the module has a `_build` that may need the inputs of a call.
    """
    record = own_record(module)
    options = record.options
    if args or kwargs:
        build(module, args, kwargs or options.kwargs)
    elif not (record.made or (options.build_mode == "on_call" and waits)):
        build(module, options.args, options.kwargs)


def build_for_call(module: "Module", args: tuple, kwargs: Mapping[str, object]) -> None:
    """Build before the first call; then a `v=` of the constructor finds late layers too."""
    record = own_record(module)
    if not record.made:
        if record.options.build_mode == "on_call":
            _take_dtype(module, (args, kwargs))
            build(module, args, {k: x for k, x in kwargs.items() if k != "training"})
        else:
            build(module, record.options.args, record.options.kwargs)
    if record.options.v is not None and stateless.current_scope() is None:
        inputs = Inputs.of(args, kwargs)
        if inputs is not None:
            run_symbolically(module, inputs)
        with tf.init_scope():
            _load_given(module)


def build_for_shapes(module: "Module", inputs: Inputs) -> None:
    """Build as a file tells that the module was called, if layers inside need it."""
    record = own_record(module)
    if not record.made:
        waits = record.options.build_mode == "on_call"
        build(module, inputs.args if waits else (), inputs.kwargs if waits else {})
    if unbuilt(module):
        run_symbolically(module, inputs)
    record_inputs(module, inputs)


def build_on(module: "Module", inputs: Inputs) -> None:
    """Build for symbolic inputs, and so the layers inside."""
    record = own_record(module)
    if not record.made:
        options = record.options
        given = inputs if options.build_mode == "on_call" else options
        build(module, given.args, given.kwargs)
    run_symbolically(module, inputs)
    record_inputs(module, inputs)
    if record.options.v is not None:
        _load_given(module)


# -- how ----------------------------------------------------------------------------------------


def build(module: "Module", args: tuple, kwargs: Mapping[str, object]) -> None:
    """Run `_build`, make the own variables, and give them the values of `v=`."""
    record = own_record(module)
    if record.building:
        return
    advance(record, Event.BUILD)
    try:
        # Lifted out of a function that is being traced: variables outlive it.
        with tf.init_scope(), device_scope(record.options.device):
            built = module._build(*args, **kwargs)
            if record.created is None:
                make_variables(module, initial_values(module))
        sync(module)
        with tf.init_scope():
            _load_given(module)
    except BaseException:
        advance(record, Event.FAILED)
        raise
    advance(record, Event.UNFINISHED if built is False else Event.DONE)
    module.built = record.made
    if not record.training:
        train(module, False)  # sub-modules made just now follow


def _load_given(module: "Module") -> None:
    """Give the variables the values of `v=`, once all of them are there."""
    options = own_record(module).options
    if options.v is None:
        tie_shared(module)
        return
    structure = structure_now(module)
    entries = entries_of(module, structure)
    if unbuilt(module) and _has_unknown(options.v, structure):
        return  # for the layers that are built by the first call
    with contextlib.ExitStack() as undo:
        undo.callback(unmake_variables, module)
        pairs = paired(module, options.v, entries, structure, partial=options.with_partial_v)
        undo.pop_all()
    for variable, value in pairs:
        stateless.set_initial_value(variable, value)
    remember_sources(module, options.v, structure)
    own_record(module).set_options(v=None)
    tie_shared(module)


def paired(
    module: "Module",
    v: Mapping[str, object],
    entries: list[Entry],
    structure: Structure,
    partial: bool,
) -> list[tuple[keras.Variable, tf.Tensor | tf.Variable]]:
    """Pair the variables of the entries with values for them, after checking them."""
    if isinstance(v, Mapping) and _has_unknown(v, structure):
        late = unbuilt(module)
        if late and own_record(module).settled != mark_of(module):
            check_complete(module, "these values")
    shown = {id(entry.variable) for entry in entries}
    others = [entry for entry in structure.entries if id(entry.variable) not in shown]
    return pair(
        structure,
        entries,
        v,
        owner=f"{type(module).__name__} {module.name!r}",
        optional=others,
        partial=partial,
    )


def _has_unknown(v: Mapping[str, object], structure: Structure) -> bool:
    known = {entry.path for entry in structure.entries}
    return any(structure.resolve(path) not in known for path in Container(v).flatten())


def _take_dtype(module: "Module", inputs: Any) -> None:
    """Take over the dtype of the first input of floats, for `build_mode="on_call"`."""
    asked = own_record(module).options.dtype
    if asked is not None or module.compute_dtype != module.variable_dtype:
        return
    for x in keras.tree.flatten(inputs):
        if isinstance(x, tf.Tensor | keras.KerasTensor):
            dtype = keras.backend.standardize_dtype(x.dtype)
            if keras.backend.is_float_dtype(dtype):
                if dtype != module.variable_dtype:
                    module.dtype_policy = dtype
                return


# -- whether ------------------------------------------------------------------------------------


def is_built(module: "Module") -> bool:
    """Whether all variables are there: the module's own, and those of the layers inside."""
    record = record_of(module)
    if record is None or not record.built:  # None while Keras sets the model up
        return False
    for frame in frames.stack:
        if frame.module is module:
            return True  # what is missing, this call makes
    return record.settled == mark_of(module) or not unbuilt(module)


def settle(module: "Module") -> None:
    """Remember that what the module has now was run, and so was built as far as it is used."""
    own_record(module).settled = mark_of(module)


def unbuilt(module: "Module") -> list[str]:
    """Return the paths of the layers inside that have not made their variables yet."""
    return [path for path, layer in structure_now(module).layers.items() if _is_late(layer)]


def _is_late(layer: keras.layers.Layer) -> bool:
    record = record_of(layer)
    return keras_layers.makes_variables_later(layer) if record is None else not record.built


def check_complete(module: "Module", what: str) -> None:
    """Raise if some layer has not made its variables yet, which only a call can tell."""
    record = own_record(module)
    if not record.made:
        module.v  # noqa: B018 - reading builds, where the mode allows it
    if module.built:
        return
    late = unbuilt(module) if record.made else ["the module itself"]
    raise IvyValueError(
        f"{type(module).__name__} {module.name!r} does not have all its variables yet, so {what} "
        "would leave some out. Call it once on an input, or `build` it for an input shape, "
        f"first. Received: layers that are not built: {', '.join(late)}"
    )


# -- on shapes alone ----------------------------------------------------------------------------


def run_symbolically(module: "Module", inputs: Inputs) -> None:
    """Run the module on shapes alone, so that the layers inside are built."""
    module.compute_output_spec(*inputs.args, **inputs.kwargs)
    settle(module)


def record_inputs(module: "Module", inputs: Inputs | None) -> None:
    """Keep the shapes of the first inputs, for saving and for `export`."""
    if inputs is not None:
        own_record(module).inputs = inputs
        keras_modules.record_input_shapes(module, inputs.shapes(module.call))
