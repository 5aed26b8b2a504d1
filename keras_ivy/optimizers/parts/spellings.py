"""Ivy's spellings of constructor arguments, normalised here and nowhere else."""

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.typing import LearningRate, Scalar, Variable
from keras_ivy.utils import checks
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError, nearest, shown

#: What Ivy programs write, and what Keras configs hold.
SPELLINGS = {
    "lr": "learning_rate",
    "beta1": "beta_1",
    "beta2": "beta_2",
    "decay_lambda": "weight_decay",
    "dev": "device",
}

#: Keywords of Keras's base class that clip gradients, and that average weights.
CLIPPING = ("clipnorm", "clipvalue", "global_clipnorm")

_ANY_FLOAT32 = float(np.finfo("float32").max)
AVERAGING = ("use_ema", "ema_momentum", "ema_overwrite_frequency")

#: Keywords that every optimizer takes from Keras's base class.
KERAS_KEYWORDS = (
    "weight_decay",
    *CLIPPING,
    *AVERAGING,
    "loss_scale_factor",
    "gradient_accumulation_steps",
    "name",
)


#: Ivy's last arguments, in its order.
SWITCHES = ("inplace", "stop_gradients", "trace_on_next_step")


#: What to write for a list of names, as optimizers of TensorFlow Addons take them.
_INSTEAD_OF_LISTS = (
    'Write `rules="bias_norm"`, or `rules=[Rule("head", decay=False)]` for what you name; '
    "`from_tfa_config` takes a config with such lists."
)

Init = TypeVar("Init", bound=Callable[..., None])


def ivy_spellings(*, switches_at: int | None = None) -> Callable[[Init], Init]:
    """Let a constructor take Ivy's keywords beside its own, and Ivy's order of arguments.

    Args:
        switches_at: Where Ivy's `inplace`, `stop_gradients` and `trace_on_next_step` stand by
            position, if this constructor has a number there: a bool or `None` is Ivy's.

    Returns:
        A decorator of an `__init__` whose own parameters have Keras's names: `lr=0.1` reaches it
        as `learning_rate=0.1`. To type checkers and editors it stays what it is.
    """
    return functools.partial(_spelled, switches_at)


def _spelled(switches_at: int | None, init: Init) -> Init:
    signature = inspect.signature(init)
    parameters = list(signature.parameters.values())[1:]
    names = [p.name for p in parameters]
    places = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]

    @functools.wraps(init)
    def wrapper(self: object, *args: Any, **kwargs: Any) -> None:
        if switches_at is not None and len(args) > switches_at:
            args, kwargs = _switches_by_name(type(self), switches_at, args, kwargs)
        if len(args) > len(places):
            raise IvyTypeError(
                f"{type(self).__name__} takes a learning rate and up to {len(places) - 1} further "
                f"arguments by position: {', '.join(places)}. Received: {len(args)} arguments"
            )
        for ivy, name in SPELLINGS.items():
            if ivy not in kwargs:
                continue
            value = kwargs.pop(ivy)
            if name in kwargs or name in signature.bind_partial(self, *args).arguments:
                raise _given_twice(ivy, name, value)
            kwargs[name] = value
        if "exclusions" in kwargs:  # In configs: what `exclude_from_weight_decay` was told.
            vars(self)["_exclusions_given"] = kwargs.pop("exclusions")
        _check_keywords(kwargs, names, type(self))
        outer = vars(self).get("_making", False)
        vars(self)["_making"] = True  # Until all options are there; see `options`.
        try:
            init(self, *args, **kwargs)
        finally:
            vars(self)["_making"] = outer

    vars(wrapper)["also_spelled"] = SPELLINGS
    return cast("Init", wrapper)


def _switches_by_name(cls: type, at: int, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
    """Return arguments in which Ivy's switches stand by name."""
    switches = args[at:]
    if not isinstance(switches[0], bool | np.bool_ | None):
        return args, kwargs
    if len(switches) > len(SWITCHES):
        raise IvyTypeError(
            f"{cls.__name__} takes {at + len(SWITCHES)} arguments by position in Ivy's order, of "
            f"which the last are {', '.join(SWITCHES)}. Received: {len(args)} arguments"
        )
    named = dict(zip(SWITCHES, switches, strict=False))
    for name, value in named.items():
        if name in kwargs:
            raise IvyTypeError(
                f"{cls.__name__} takes `{name}` once. Received: {name}={value!r} by position "
                f"beside {name}={kwargs[name]!r}"
            )
    return args[:at], kwargs | named


def complete_signature(cls: type) -> inspect.Signature:
    """Return the signature of a class with every keyword that its `**kwargs` take, by name.

    `help` and the completion of a notebook show it.
    """
    own, *bases = (c for c in cls.__mro__ if "__init__" in c.__dict__)
    found = {
        p.name: p for p in list(inspect.signature(vars(own)["__init__"]).parameters.values())[1:]
    }
    for base in bases:
        rest = next((p.name for p in found.values() if p.kind is p.VAR_KEYWORD), None)
        if rest is None:
            break
        ours = base.__module__.startswith("keras_ivy")
        for parameter in list(inspect.signature(vars(base)["__init__"]).parameters.values())[1:]:
            variadic = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
            if not variadic and (ours or parameter.name in KERAS_KEYWORDS):
                found.setdefault(
                    parameter.name, parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
                )
    if bases and rest is not None:
        del found[rest]  # The base class refuses what it does not name.
    return inspect.Signature(sorted(found.values(), key=lambda p: p.kind))


def keras_spellings(arguments: dict) -> dict:
    """Return arguments by their Keras names.

    Raises:
        IvyTypeError: If one is given in both spellings.

    Example:

    >>> keras_spellings({"lr": 0.1, "beta_1": 0.8})
    {'learning_rate': 0.1, 'beta_1': 0.8}
    """
    for ivy, name in SPELLINGS.items():
        if ivy in arguments and name in arguments:
            raise _given_twice(ivy, name, arguments[ivy])
    return {SPELLINGS.get(name, name): value for name, value in arguments.items()}


def _given_twice(ivy: str, name: str, value: Any) -> IvyTypeError:
    return IvyTypeError(
        f"`{ivy}` is Ivy's spelling of `{name}`: give one of them. "
        f"Received: {ivy}={value!r} beside `{name}`"
    )


def _check_keywords(kwargs: dict, places: Iterable[str], cls: type) -> None:
    """Refuse keywords that a constructor does not know.

    Raises:
        IvyValueError: If there is one; it names the nearest known ones.
    """
    unknown = sorted(set(kwargs) - set(places))
    if unknown:
        lists = unknown[0].startswith(("exclude_from_", "include_in_"))
        way = _INSTEAD_OF_LISTS if lists else nearest(unknown[0], places)
        raise IvyValueError(
            f"{cls.__name__} has no argument {unknown[0]!r}. {way} "
            f"Received: {shown({name: kwargs[name] for name in unknown})}"
        )


def checked_options(**options: Any) -> dict[str, Any]:
    """Return options of Keras's base class, which takes some that are out of range for none.

    They are Python's own numbers, which a config can hold.

    Raises:
        IvyTypeError: If a switch is not a bool.
        IvyValueError: If a value is out of range.
    """
    given = {name: value for name, value in options.items() if value is not None}
    checked = dict(options)
    for name in (*CLIPPING, "loss_scale_factor"):
        if name in given:
            # A limit that no norm reaches is how people switch clipping off.
            largest = _ANY_FLOAT32 if name in CLIPPING else checks.LARGEST_NUMBER
            checked[name] = check_range(name, given[name], 0.0, None, "()", largest)
    if "ema_momentum" in given:
        checked["ema_momentum"] = check_range("ema_momentum", given["ema_momentum"], 0.0, 1.0, "[]")
    if "use_ema" in given:
        checked["use_ema"] = check_flag("use_ema", given["use_ema"])
    for name, least in (("gradient_accumulation_steps", 2), ("ema_overwrite_frequency", 1)):
        if name in given:
            checked[name] = check_whole(name, given[name], least)
    return checked


class VariableRate:
    """A learning rate that follows a variable; in a config it is the value of that moment."""

    def __init__(self, variable: Variable):
        self.variable = variable

    def __call__(self) -> tf.Tensor:
        """Read the variable."""
        return tf.convert_to_tensor(self.variable)

    def assign(self, value: Scalar) -> None:
        """Set the variable, as callbacks do that change the learning rate."""
        self.variable.assign(value)


def as_learning_rate(
    value: LearningRate,
) -> float | keras.optimizers.schedules.LearningRateSchedule | Callable[[], Scalar]:
    """Return a learning rate in a form that Keras's base class takes.

    Args:
        value: A Python, NumPy or tensor scalar (an integer too), a schedule, a callable of no
            arguments, or a scalar variable, which is followed.

    Returns:
        A `float`, a schedule or a callable.

    Raises:
        IvyValueError: If it is none of these.
    """
    if isinstance(value, tf.Variable | keras.Variable):
        if tuple(value.shape) == () and tf.as_dtype(value.dtype).is_floating:
            return VariableRate(value)
    elif callable(value):
        if is_callable_rate(value):
            return value
    elif _is_rate(value):
        return _checked_rate(value)
    raise IvyValueError(
        "`learning_rate` must be a finite number, a `LearningRateSchedule`, a scalar floating "
        "variable or a callable of no arguments. "
        f"{checks.received('learning_rate', value)}"
    )


def is_callable_rate(value: Any) -> bool:
    """Whether something can be called without arguments, or is a schedule."""
    if isinstance(value, keras.optimizers.schedules.LearningRateSchedule):
        return True
    if isinstance(value, type):
        return False
    try:
        inspect.signature(value).bind()
    except TypeError:
        return False
    except ValueError:  # written in C: it does not tell what it takes
        return True
    return True


def _checked_rate(value: Any) -> float:
    """Return a rate as a float, if it does not point uphill."""
    rate = float(value)
    if rate < 0:
        raise IvyValueError(
            "A learning rate must not be negative: it would climb. To maximize, negate the loss. "
            f"Received: learning_rate={rate}"
        )
    checks.at_most("learning_rate", rate)
    return rate


def _is_rate(value: Any) -> bool:
    """Whether a value is one finite real number, neither a bool nor text."""
    if isinstance(value, bool) or not (isinstance(value, int | float) or hasattr(value, "dtype")):
        return False
    if tf.is_tensor(value) and not hasattr(value, "numpy"):
        return False  # A tensor of a trace has no value yet.
    value = np.asarray(value)
    return value.ndim == 0 and value.dtype.kind in "iufV" and bool(np.isfinite(float(value)))


def check_new_rate(value: Scalar) -> None:
    """Refuse what cannot replace the number that is a learning rate.

    Raises:
        IvyValueError: If it is not one finite number. In a trace its value is not known.
    """
    tensor: Any = value
    symbolic = tf.is_tensor(tensor) and not hasattr(tensor, "numpy")
    scalar = symbolic and tensor.shape.is_compatible_with(()) and tensor.dtype.is_floating
    if not (scalar or _is_rate(value)):
        raise IvyValueError(
            "A learning rate can be set to a finite number, or to a `LearningRateSchedule`. "
            f"{checks.received('learning_rate', value)}"
        )
    if not symbolic:
        _checked_rate(value)


def check_range(
    name: str,
    value: float,
    low: float,
    high: float | None,
    closed: str,
    largest: float = checks.LARGEST_NUMBER,
) -> float:
    """Return a hyperparameter as a float, if it is in its range.

    Args:
        name: Name of the argument.
        value: What was given.
        low: Lower end.
        high: Upper end, or `None`.
        closed: Two characters, such as `"[)"`: which ends belong to the range.
        largest: The size beyond which a number means nothing, where the range has no end.

    Returns:
        The number.

    Raises:
        IvyValueError: If `value` is outside, or not a number.
    """
    number = checks.is_number(value)
    inside = number and (value >= low if closed[0] == "[" else value > low)
    if high is not None:
        inside = inside and (value <= high if closed[1] == "]" else value < high)
    elif number and closed[1] == ")":
        inside = inside and value < float("inf")
    if not inside:
        end = "inf" if high is None else high
        raise IvyValueError(
            f"`{name}` must be in {closed[0]}{low}, {end}{closed[1]}. "
            f"{checks.received(name, value)}"
        )
    if value != float("inf"):
        checks.at_most(name, value, largest)
    return float(value)


def check_flag(name: str, value: object) -> bool:
    """Return a switch, if it is a bool.

    Raises:
        IvyTypeError: If it is anything else: `"no"` would count as true.
    """
    return checks.flag(name, value)


def check_whole(name: str, value: float, least: int) -> int:
    """Return a whole number, if it is one of at least `least`.

    Raises:
        IvyValueError: If it is smaller, not whole, or not a number.
    """
    if check_range(name, value, least, None, "[)") != int(value):
        raise IvyValueError(f"`{name}` must be a whole number. {checks.received(name, value)}")
    checks.at_most(name, value, checks.LARGEST_COUNT)
    return int(value)


def given(value: float | None, default: float | None) -> float | None:
    """Return a value, or the variant's default where it is `None`."""
    return default if value is None else float(value)


def check_bounds(minimum: float | None, maximum: float | None) -> None:
    """Refuse bounds of the trust ratio that are negative or cross.

    Raises:
        IvyValueError: If they do.
    """
    if minimum is not None:
        check_range("min_trust_ratio", minimum, 0.0, None, "[)")
    if maximum is not None:
        check_range("max_trust_ratio", maximum, 0.0, None, "(]")
    if minimum is not None and maximum is not None and minimum > maximum:
        raise IvyValueError(
            "`min_trust_ratio` must not exceed `max_trust_ratio`. "
            f"Received: min_trust_ratio={minimum}, max_trust_ratio={maximum}"
        )
