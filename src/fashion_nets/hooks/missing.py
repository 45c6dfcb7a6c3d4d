"""What a run needs that is not stored, and what stores it; whether it has anything to make."""

from collections.abc import Iterable, Mapping
from typing import Any

from kedro.framework.project import pipelines
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from fashion_nets.advice import run_command
from fashion_nets.config_loader import project_loader
from fashion_nets.datasets.damage import find_damage
from fashion_nets.errors import UserError
from fashion_nets.hooks.metadata import is_optional, stored_path
from fashion_nets.networks.references import CHALLENGER, CHAMPION
from fashion_nets.networks.registry import CLASSIFIERS, NETWORKS
from fashion_nets.pipeline_registry import makers
from fashion_nets.pipelines.wiring import inputs_done_without

ASKING = {"explain": CLASSIFIERS, "predict": CLASSIFIERS, "export": tuple(NETWORKS)}
"""The groups of parameters that name a network to use, and which it may be of those that pipelines make."""


def check_inputs(pipeline: Pipeline, catalog: DataCatalog) -> None:
    """Ask for all that a pipeline takes and nobody has stored yet, at once.

    Raises:
        UserError: Names what is missing, and one command that makes all of it; or if no pipeline makes it,
            what there is instead.
    """
    registered = dict(pipelines)
    made_by = {name: made.all_outputs() for name, made in registered.items()}
    makeable = set().union(*made_by.values())
    missing = _missing(pipeline, catalog)
    for name in sorted(missing - makeable):
        network, _, kind = name.rpartition(".")
        if similar := [each.removesuffix(f".{kind}") for each in makeable if each.endswith(f".{kind}")]:
            tracked = ""
            if group := _asking(network, pipeline):
                similar = [each for each in similar if each in ASKING[group]]
                tracked = (
                    f". And {group}.network takes {CHAMPION}, {CHALLENGER}, the number of a version and the "
                    "id of a run of MLflow"
                )
            raise UserError(
                f"'{name}' is not stored, and no pipeline makes it. There can be a {kind} of "
                f"{', '.join(sorted(similar))}{tracked}."
            )
    if missing & makeable:
        needs = {name: _missing(each, catalog) & makeable for name, each in registered.items()}
        choices = [[name] for name in registered if missing & makeable <= made_by[name] and not needs[name]]
        choices.append(_one_after_another(missing & makeable, registered, needs))
        cheapest = min(choices, key=lambda names: _cost(registered[name] for name in names))
        raise UserError(
            f"{_describe(missing & makeable, catalog)}. Run first: {run_command(project_loader(), cheapest)}"
        )


def is_nothing_to_make(run_params: Mapping[str, Any], pipeline: Pipeline, catalog: DataCatalog) -> bool:
    """Whether Kedro is going to skip all nodes, as their outputs exist."""
    stored = (name for name in pipeline.all_outputs() if stored_path(catalog, name) is not None)
    return bool(run_params.get("only_missing_outputs")) and all(map(catalog.exists, stored))


def _asking(network: str, pipeline: Pipeline) -> str | None:
    """The group of parameters that names a network to use, where it names this one; None where none does."""
    for group in ASKING:
        is_used = f"params:{group}" in pipeline.inputs()
        if is_used and project_loader()["parameters"][group]["network"] == network:
            return group
    return None


def _describe(missing: set[str], catalog: DataCatalog) -> str:
    """``'mlp.model' is damaged``: what is there, and counts as not there, beside what is not stored."""
    paths = {name: stored_path(catalog, name) for name in sorted(missing)}
    damaged = {name for name, path in paths.items() if path is not None and find_damage(path)}
    states = {"not stored yet": [name for name in paths if name not in damaged], "damaged": sorted(damaged)}
    return "; ".join(
        f"{', '.join(map(repr, names))} {'is' if len(names) == 1 else 'are'} {state}"
        for state, names in states.items()
        if names
    )


def _missing(pipeline: Pipeline, catalog: DataCatalog) -> set[str]:
    """What is taken and not there, but for what a node can do without."""
    return {
        name
        for name in pipeline.inputs() - inputs_done_without(pipeline)
        if not name.startswith("params:") and not (is_optional(catalog, name) or catalog.exists(name))
    }


def _one_after_another(
    missing: set[str], registered: Mapping[str, Pipeline], needs: Mapping[str, set[str]]
) -> list[str]:
    """The first pipeline that makes each thing that is missing, and what these miss in turn."""
    chosen: set[str] = set()
    first = makers(registered)
    wanted = missing
    while wanted:
        chosen |= {first[name][0] for name in wanted}
        made = set().union(*(registered[name].all_outputs() for name in chosen))
        wanted = set().union(*(needs[name] for name in chosen)) - made
    return [name for name in registered if name in chosen]


def _cost(chosen: Iterable[Pipeline]) -> tuple[int, int]:
    """The number of trainings, then that of all nodes."""
    together = sum(chosen, Pipeline([]))
    return sum(name.endswith(".model") for name in together.all_outputs()), len(together.nodes)
