"""Calling a module: with its own variables, with others for one call, on symbolic inputs."""

from collections.abc import Callable, Mapping
from typing import Any

import tensorflow as tf

from keras_ivy.adapters import keras_modules, stateless
from keras_ivy.functional.call import refuse_symbolic
from keras_ivy.functional.scope import CallScope
from keras_ivy.module.calling.frames import Frame, frames, resolve_training
from keras_ivy.module.calling.inputs import Inputs
from keras_ivy.module.meta import Named
from keras_ivy.utils.checks import received
from keras_ivy.utils.exceptions import IvyNotImplementedException, IvyTypeError, IvyValueError

__all__ = ["Calling"]


class Calling:
    """The part of `Module` that is called."""

    #: The parameters of `_forward`, if it has `*args` or `**kwargs` too.
    _ivy_named: Named | None = None

    @tf.autograph.experimental.do_not_convert
    def __call__(
        self,
        *args: Any,
        v: Mapping | None = None,
        buffers: Mapping | None = None,
        **kwargs: Any,
    ) -> Any:
        """Call the module, and so `_forward`.

        Args:
            *args: The inputs.
            v: Values for the variables, for this call alone: a Container or nested dict of the
                structure of `module.v`; with `with_partial_v`, of any part of it. The variables
                of stock Keras layers inside, and of modules at any depth, follow.
            buffers: Values for the buffers, for this call alone.
            **kwargs: Keyword arguments of `_forward`, and `training`, which goes before
                `train()` and `eval()`.

        Returns:
            What `_forward` returns.

        Raises:
            ValueError: If `v` does not have the structure, shapes and dtypes of `module.v`, or is
                given for a symbolic input.
        """
        state = vars(self)
        if not self._ivy_made or self._ivy_options.v is not None:
            self._ivy_build_for_call(args, kwargs)
        if not state["_ivy_built"] and self._ivy_made:
            self.built = True
        if "_ivy_inputs" not in state:
            self._ivy_record_inputs(Inputs.of(args, kwargs))
        self._ivy_restore_seeds()
        if v is None and state.get("_ivy_unstored"):
            self._ivy_check_given()
        values = () if v is None and buffers is None else self._ivy_values(v, buffers, args, kwargs)
        explicit = kwargs.get("training")
        training, by_flag = resolve_training(state["_ivy_training"], explicit)
        stack = frames.stack
        frame = Frame(self, training, by_flag, v is not None)
        if self._ivy_named is not None:
            args, kwargs = _hide(frame, self._ivy_named, args, kwargs)
        stack.append(frame)
        outer = keras_modules.enclosing_training()
        try:
            if explicit is None and outer is not keras_modules.ABSENT:
                keras_modules.set_enclosing_training(training)
            if not values:
                outputs = super().__call__(*args, **kwargs)
                self._ivy_settle()
                return outputs
            with CallScope(values) as scope:
                outputs = super().__call__(*args, **kwargs)
        finally:
            stack.pop()
            if outer is not keras_modules.ABSENT:
                # Keras leaves the value of a layer behind for the layers after it.
                keras_modules.set_enclosing_training(outer)
        scope.pass_on_updates()
        for loss in scope.losses:
            self.add_loss(loss)
        return outputs

    def _forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the outputs; to override.

        A parameter `training` receives whether this call trains, as `self.training` tells too.
        """
        raise IvyNotImplementedException(
            f"{type(self).__name__} has no `_forward`. Define `_forward(self, ...)`, or `call` as "
            f"in Keras. Received: a call with {len(args)} inputs"
        )

    def _ivy_run(
        self, method: Callable, args: tuple, kwargs: dict, training: Any, takes_training: bool
    ) -> Any:
        """Run the user's method, from inside Keras's `call`."""
        stack = frames.stack
        entered = bool(stack) and stack[-1].module is self
        if not entered:  # `call` itself was called, as `stateless_call` does
            stack.append(Frame(self, *resolve_training(vars(self)["_ivy_training"], training)))
        try:
            frame = stack[-1]
            training = frame.training
            if frame.hidden:
                args = tuple(frame.hidden.get(i, x) for i, x in enumerate(args))
                kwargs = {name: frame.hidden.get(name, x) for name, x in kwargs.items()}
            if keras_modules.enclosing_training() is None:
                # The entry of the call: stock Keras layers inside ask Keras.
                keras_modules.set_enclosing_training(training)
            if takes_training:
                kwargs["training"] = training
            return method(*args, **kwargs)
        finally:
            if not entered:
                stack.pop()

    def _ivy_values(self, v: Any, buffers: Any, args: tuple, kwargs: dict) -> list:
        """Check the values given for one call and pair them with the variables."""
        word = "v=" if v is not None else "buffers="
        refuse_symbolic(f"A call with `{word}`", args, kwargs)
        pairs: list = []
        if v is not None:
            if not self.built:
                self._ivy_run_symbolically(Inputs.of(args, kwargs) or Inputs(args, kwargs))
            structure = self._ivy_structure_now()
            entries = self._ivy_entries(structure, unstored=True)
            partial = self._ivy_options.with_partial_v
            pairs = self._ivy_pair(v, entries, structure, partial=partial)
            # Running statistics are part of `v`; what the loss tells of them must not move them.
            given = {id(variable): value for variable, value in pairs}
            for variable in (e.variable for e in entries if not e.variable.trainable):
                value = given.get(id(variable), variable.value)
                pairs.append((variable, tf.stop_gradient(value)))
        if buffers is not None:
            if not isinstance(buffers, Mapping):
                raise IvyTypeError(
                    "`buffers` is a Container or a dict of arrays by name. "
                    f"{received('buffers', buffers)}"
                )
            pairs += self._ivy_pair_buffers(buffers)
        return pairs

    def _ivy_check_given(self) -> None:
        """Raise if a module that stores no variables is called without values for them."""
        if not any(frame.has_v for frame in frames.stack):
            raise IvyValueError(
                f"{type(self).__name__} {self.name!r} was made with store_vars=False and keeps no "
                "variables: call it with `v=`, such as the Container that `build()` returns. "
                "Received: v=None"
            )

    def _ivy_build_for_call(self, args: tuple, kwargs: dict) -> None:
        """Build before the first call; then a `v=` of the constructor finds late layers too."""
        if not self._ivy_made:
            if self._ivy_options.build_mode == "on_call":
                self._ivy_take_dtype((args, kwargs))
                inputs = {k: x for k, x in kwargs.items() if k != "training"}
                self._ivy_build(args, inputs)
            else:
                self._ivy_build(self._ivy_options.args, self._ivy_options.kwargs)
        if self._ivy_options.v is not None and stateless.current_scope() is None:
            inputs = Inputs.of(args, kwargs)
            if inputs is not None:
                self._ivy_run_symbolically(inputs)
            with tf.init_scope():
                self._ivy_load_given()

    def _ivy_run_symbolically(self, inputs: Inputs) -> None:
        """Run the module on shapes alone, so that the layers inside are built."""
        self.compute_output_spec(*inputs.args, **inputs.kwargs)
        self._ivy_settle()

    def _ivy_record_inputs(self, inputs: Inputs | None) -> None:
        """Keep the shapes of the first inputs, for saving and for `export`."""
        if inputs is not None:
            vars(self)["_ivy_inputs"] = inputs
            keras_modules.record_input_shapes(self, inputs.shapes(self.call))


def _hide(frame: Frame, named: Named, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
    """Put what is no tensor among `*args` and `**kwargs` aside, since Keras takes no mixture."""
    hidden = frame.hidden
    for index, x in enumerate(args[named.count :], named.count):
        if not _is_array(x):
            hidden[index] = x
    for name, x in kwargs.items():
        if name not in named.names and not _is_array(x):
            hidden[name] = x
    if not hidden:
        return args, kwargs
    return (
        tuple(None if i in hidden else x for i, x in enumerate(args)),
        {name: None if name in hidden else x for name, x in kwargs.items()},
    )


def _is_array(x: Any) -> bool:
    return isinstance(x, dict | list | tuple) or hasattr(x, "shape")
