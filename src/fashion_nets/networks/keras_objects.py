"""Objects of Keras from configuration: a name that Keras knows, or a mapping of a name and settings.

The names are those of Keras's own modules; nothing is listed here.
"""

import difflib
import inspect
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import ModuleType
from typing import Any, TypeVar

from fashion_nets.errors import UserError
from fashion_nets.networks.types import Initializer, Layer, Regularizer

Specification = str | dict[str, Any]
"""Such as ``"he_normal"`` or ``{"name": "random_normal", "stddev": 1.0}``."""

T = TypeVar("T")


def split(specification: Any) -> tuple[str, dict[str, Any]]:
    """The name and the settings of a specification.

    Raises:
        UserError: If it is neither a name nor a mapping with one.
    """
    if isinstance(specification, str):
        return specification, {}
    if isinstance(specification, Mapping) and isinstance(specification.get("name"), str):
        settings = dict(specification)
        return settings.pop("name"), settings
    raise UserError(f"expected a name or a mapping with a name and settings, got {specification!r}")


def activation_function(name: str) -> Callable[..., Any]:
    """The function of ``keras.activations`` of this name.

    Raises:
        UserError: If there is none.
    """
    import keras

    try:
        return keras.activations.get(name)
    except ValueError:
        known = {key for key, item in vars(keras.activations).items() if inspect.isfunction(item)}
        known -= {"deserialize", "get", "serialize"}
        raise UserError(f"Keras has no activation {name!r}; {suggest(name, known)}") from None


def hidden_activation(
    specification: Specification, layer_name: str | None = None, shared_axes: Sequence[int] | None = None
) -> str | Layer:
    """The activation of a hidden layer: the name of a function, or a new layer if it has settings or weights.

    Args:
        specification: The name of a function in ``keras.activations`` or ``prelu``; or with settings,
            those of the layer that Keras has for it, such as ``{"name": "elu", "alpha": 0.2}``.
        layer_name: Name of the layer, if there is one.
        shared_axes: Axes along which ``prelu`` shares its slopes, unless its settings say otherwise.

    Raises:
        UserError: If Keras has no such activation, or no such settings for it.
    """
    import keras

    name, settings = split(specification)
    if name == "prelu":  # has weights, so there is no function of this name
        return construct(keras.layers.PReLU, {"shared_axes": shared_axes, **settings}, name=layer_name)
    activation_function(name)
    if not settings:
        return name
    layers = {key.lower(): item for key, item in vars(keras.layers).items()}
    try:
        layer = layers[name.replace("_", "")]
    except KeyError:
        raise UserError(f"{name} has no settings in Keras, got {settings}; give its name alone") from None
    return construct(layer, settings, name=layer_name)


def initializer(specification: Specification) -> Initializer:
    """A new initializer of ``keras.initializers``."""
    import keras

    return _construct_from(keras.initializers, keras.Initializer, specification, "initializer")


def regularizer(specification: Specification) -> Regularizer:
    """A new regularizer of ``keras.regularizers``."""
    import keras

    return _construct_from(keras.regularizers, keras.Regularizer, specification, "regularizer")


def keeps_variance(specification: Specification) -> bool:
    """Whether an initializer is LeCun's by whatever name: variance 1 / fan-in (LeCun et al., 1998)."""
    import keras

    made = initializer(specification)
    return isinstance(made, keras.initializers.VarianceScaling) and (made.scale, made.mode) == (1, "fan_in")


def _construct_from(module: ModuleType, base: type[T], specification: Specification, kind: str) -> T:
    name, settings = split(specification)
    return construct(find_class(module, base, name, kind), settings)


def find_class(
    module: ModuleType, base: type[T], name: str, kind: str, argument: str | None = None
) -> type[T]:
    """The class of a module of Keras by any name that it has there, in upper or lower case.

    Args:
        module: Such as ``keras.initializers``.
        base: What the class derives from.
        name: Such as ``"he_normal"`` or ``"HeNormal"``.
        kind: What messages call such a class.
        argument: Leaves out the classes that do not take it.

    Raises:
        UserError: If the module has none of this name; tells which it has.
    """
    found = {
        key: item
        for key, item in vars(module).items()
        if inspect.isclass(item) and issubclass(item, base) and item is not base
        if argument is None or argument in inspect.signature(item).parameters
    }
    try:
        return {key.lower(): item for key, item in found.items()}[name.lower()]
    except KeyError:
        last_names = {item: key for key, item in found.items()}  # he_normal comes after HeNormal
        raise UserError(f"Keras has no {kind} {name!r}; {suggest(name, last_names.values())}") from None


def construct(item: type[T], settings: Mapping[str, Any], **options: Any) -> T:
    """An instance of a class of Keras.

    Args:
        item: The class.
        settings: Its arguments as a person gave them.
        options: Further arguments, which no person chooses.

    Raises:
        UserError: If the class has no such setting, or refuses its value.
    """
    known = set(inspect.signature(item).parameters) - {"name", "kwargs"}
    if unknown := set(settings) - known:
        raise UserError(
            f"{item.__name__} has no setting {', '.join(map(repr, sorted(unknown)))}; "
            f"it has {', '.join(sorted(known)) or 'none'}"
        )
    for setting, value in settings.items():
        _check_setting(item, setting, value)
    try:
        return item(**settings, **options)
    except (ValueError, TypeError) as error:
        raise UserError(f"Keras refuses {dict(settings)} for {item.__name__}: {error}") from error


def _check_setting(item: type[Any], setting: str, value: Any) -> None:
    """Refuse numbers that are none, which Keras would take: infinite ones, truth values, texts.

    The kind of a setting is that of its default.
    """
    default = inspect.signature(item).parameters[setting].default
    is_number = isinstance(default, int | float) and not isinstance(default, bool)
    rule = None
    if isinstance(value, float) and not math.isfinite(value):
        rule = "a finite number"
    elif isinstance(default, bool) and not isinstance(value, bool):
        rule = "true or false"
    elif (isinstance(value, bool) and default is None) or (is_number and isinstance(value, bool | str)):
        rule = "a number"
    if rule:
        raise UserError(f"{item.__name__} takes for '{setting}' {rule}, got {value!r}")


def suggest(name: str, known: Iterable[str]) -> str:
    """What exists instead: ``"did you mean 'relu'? There are elu, relu"``."""
    by_lower_case = {each.lower(): each for each in known}
    close = difflib.get_close_matches(name.lower(), by_lower_case, n=1)
    meant = f"did you mean {by_lower_case[close[0]]!r}? There" if close else "there"
    return f"{meant} are {', '.join(sorted(by_lower_case.values()))}"
