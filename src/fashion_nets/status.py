"""``kedro status``: how each stored output stands, by what, and which pipeline makes it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any

from kedro.config import MissingConfigException
from kedro.framework.project import pipelines
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from fashion_nets import pipeline_registry
from fashion_nets.advice import Configuration, run_command
from fashion_nets.config_loader import NetworkConfigLoader
from fashion_nets.datasets.damage import find_damage
from fashion_nets.errors import UserError
from fashion_nets.hooks.lineage import Lineage
from fashion_nets.provenance.states import Output, State, States

WIDTH = 110  # characters of a line
INDENT = " " * 10
SHOWN_REASONS = 4


def describe_status(loader: NetworkConfigLoader, root: Path, names: Sequence[str] = ()) -> str:
    """Say how outputs stand, those with the same state and reasons together.

    Nothing is loaded, and TensorFlow is not imported.

    Args:
        loader: Of the environment and the parameters of the command line.
        root: Of the project.
        names: Pipelines to look at; none: ``__default__``, and all others of which something is stored.

    Raises:
        UserError: If there is no pipeline of a name.
    """
    registered = dict(pipelines)
    if unknown := set(names) - set(registered):
        raise UserError(
            f"There is no pipeline {', '.join(sorted(unknown))}; there are {', '.join(registered)}."
        )
    outputs, finder = look_at_outputs(loader, root)
    states = {name: finder.of(name) for name in outputs}
    shown, left_out = _choose(registered, outputs, states, names)
    lines = []
    for (pipeline, state), members in _group(shown, outputs, states).items():
        lines += _wrap(f"{state.kind:<{len(INDENT)}}{pipeline}: {_join_names(members)}")
        if state.kind == "stale":
            lines += _wrap(f"{INDENT}by {_shorten(state.reasons)}")
    return "\n".join([*lines, *_advise(shown, outputs, states, loader), *_mention(left_out)])


def look_at_outputs(loader: NetworkConfigLoader, root: Path) -> tuple[dict[str, Output], States]:
    """All outputs that are stored or could be, by name, and what tells how each stands.

    Args:
        loader: Of the environment and the parameters.
        root: Of the project.
    """
    catalog = DataCatalog.from_config(loader["catalog"], _credentials(loader))
    outputs = Lineage(dict(pipelines), catalog, loader["parameters"], root).outputs()
    return outputs, States(outputs, find_damage=find_damage)


def _credentials(loader: NetworkConfigLoader) -> dict[str, Any]:
    """Those of conf/, which entries of the catalog may name; most projects have none."""
    try:
        return loader["credentials"]
    except MissingConfigException:
        return {}


def _choose(
    registered: Mapping[str, Pipeline],
    outputs: Mapping[str, Output],
    states: Mapping[str, State],
    names: Sequence[str],
) -> tuple[list[str], list[str]]:
    """The outputs to show, and the pipelines left out as nothing is stored of them."""
    default = registered["__default__"].all_outputs()
    if names:
        asked = set().union(*(registered[name].all_outputs() for name in names))
        return [name for name in outputs if name in asked], []
    begun = {output.pipeline for name, output in outputs.items() if states[name].kind != "missing"}
    shown = [name for name, output in outputs.items() if name in default or output.pipeline in begun]
    left_out = {outputs[name].pipeline for name in outputs if name not in shown}
    return shown, [name for name in registered if name in left_out]


def _group(
    shown: Iterable[str], outputs: Mapping[str, Output], states: Mapping[str, State]
) -> dict[tuple[str, State], list[str]]:
    groups: dict[tuple[str, State], list[str]] = {}
    for name in shown:
        state = states[name] if states[name].kind == "stale" else State(states[name].kind)
        groups.setdefault((outputs[name].pipeline, state), []).append(name)
    return groups


def _join_names(names: Sequence[str]) -> str:
    """``data_card, class_examples; mlp, cnn: model, history``: networks that store the same together."""
    by_namespace: dict[str, list[str]] = {}
    for name in names:
        namespace, _, own = name.rpartition(".")
        by_namespace.setdefault(namespace, []).append(own)
    namespaces: dict[tuple[str, ...], list[str]] = {}
    for namespace, own_names in by_namespace.items():
        namespaces.setdefault(tuple(own_names), []).append(namespace)
    return "; ".join(
        ", ".join(who) + (": " if any(who) else "") + ", ".join(what) for what, who in namespaces.items()
    )


def _shorten(reasons: Sequence[str]) -> str:
    further = len(reasons) - SHOWN_REASONS
    return ", ".join(reasons[:SHOWN_REASONS]) + (f" and {further} more" if further > 0 else "")


def _wrap(line: str) -> list[str]:
    return wrap(line, WIDTH, subsequent_indent=INDENT, break_long_words=False, break_on_hyphens=False)


def _advise(
    shown: Iterable[str], outputs: Mapping[str, Output], states: Mapping[str, State], conf: Configuration
) -> Iterator[str]:
    renewing = dict.fromkeys(
        pipeline_registry.renewed_by(name, outputs[name].pipeline)
        for name in shown
        if states[name].kind in ("stale", "missing")
    )
    if renewing:
        command = run_command(conf, renewing, "--only-missing-outputs")
        yield f"Make what is stale or missing: {command}"
    if any(states[name].kind == "unknown" for name in shown):
        yield "What is unknown was stored by an earlier version, which did not say what it was made from."


def _mention(left_out: Sequence[str]) -> Iterator[str]:
    if left_out:
        yield f"Nothing is stored of: {', '.join(left_out)}"
