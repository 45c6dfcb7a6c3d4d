"""How functions become the nodes of a pipeline, and what is known to be wrong before they run."""

import inspect
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar

from kedro.pipeline import Node, Pipeline, node

from fashion_nets.networks.registry import AUTOENCODERS, CLASSIFIERS
from fashion_nets.parameters import RefusedValueError


class NetworkInputs(NamedTuple):
    """The datasets of a network that a pipeline is told by name.

    Attributes:
        model: The network.
        about: What it is, as by ``describe_training``.
        class_names: The names of its classes.
    """

    model: str
    about: str
    class_names: str


Function = TypeVar("Function", bound=Callable[..., Any])
Check = Callable[..., None]

_CHECKS: dict[Callable[..., Any], list[Check]] = {}
_DOING_WITHOUT: set[Callable[..., Any]] = set()
_ARGUMENTS: dict[tuple[Callable[..., Any], str], list[str]] = {}
"""The arguments of a checked function in the order of the inputs of its node, by function and name."""


def step(
    function: Callable[..., Any],
    inputs: str | list[str] | dict[str, str],
    outputs: str | list[str],
    tags: str | Iterable[str] | None = None,
    name: str | None = None,
) -> Node:
    """Make a node, called as its function unless ``name`` says otherwise, of names in the catalog."""
    made = node(function, inputs, outputs, name=name or function.__name__, tags=tags)
    if checks_of(function):
        _ARGUMENTS[function, made.short_name] = _bind(function, inputs)
    return made


def inputs_by_argument(made: Node) -> dict[str, str]:
    """The names in the catalog that a node takes, by argument of its function, which has checks."""
    return dict(zip(_ARGUMENTS[made.func, made.short_name], made.inputs, strict=True))


def _bind(function: Callable[..., Any], inputs: str | list[str] | dict[str, str]) -> list[str]:
    """The arguments that get the inputs of a node, in the order in which Kedro lists these."""
    signature = inspect.signature(function)
    if isinstance(inputs, dict):
        bound = signature.bind(**{argument: argument for argument in inputs})
        return [*bound.args, *bound.kwargs.values()]
    return list(signature.parameters)[: 1 if isinstance(inputs, str) else len(inputs)]


def checked_by(*checks: Check) -> Callable[[Function], Function]:
    """Let a function of a node refuse what it cannot work with before any node of a run begins.

    Args:
        checks: Each takes some of the arguments of the function, by their names, and raises a
            :class:`fashion_nets.parameters.RefusedValueError` where these cannot serve together. It is called
            before the run is tracked, if all that it takes is known by then: parameters are, and what is
            stored and not made anew by the run. Where the function is a method, ``self`` is what it belongs
            to. It should take no longer than a second.
    """

    def register(function: Function) -> Function:
        _CHECKS[function] = [*checks]
        return function

    return register


def tried_beforehand(function: Function) -> Function:
    """Let a function that plans be a check of its own, after the others: it is called before the run too."""
    checks = _CHECKS.setdefault(function, [])
    if function not in checks:
        checks.append(function)
    return function


def checks_of(function: Callable[..., Any]) -> list[Check]:
    """The checks of a function or of a method."""
    return _CHECKS.get(getattr(function, "__func__", function), [])


def refuse_autoencoder(argument: str, network: str) -> None:
    """Refuse the name of an autoencoder where a classifier is wanted.

    Args:
        argument: The argument that holds the group of parameters whose ``network`` it is.
        network: The name.

    Raises:
        RefusedValueError: If it is one.
    """
    if network in AUTOENCODERS:
        raise RefusedValueError(
            argument,
            "network",
            f"should be a classifier, such as {CLASSIFIERS[-1]}, got an autoencoder, {network}",
        )


def doing_without(function: Function) -> Function:
    """Let the node of a function take what is not stored as None, instead of refusing the run."""
    _DOING_WITHOUT.add(function)
    return function


def inputs_done_without(pipeline: Pipeline) -> set[str]:
    """The inputs of a pipeline that nobody in it needs: all nodes that take them can do without."""
    needed: set[str] = set()
    others: set[str] = set()
    for each in pipeline.nodes:
        function = getattr(each.func, "__func__", each.func)
        (others if function in _DOING_WITHOUT else needed).update(each.inputs)
    return {name for name in others - needed if not name.startswith("params:")}
