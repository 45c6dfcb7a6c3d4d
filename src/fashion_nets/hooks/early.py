"""What is known to be wrong once a run has its pipeline and its catalog, and before any node begins."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from fashion_nets.advice import where_to_change
from fashion_nets.config_loader import project_loader
from fashion_nets.data.sources import peek_train_labels
from fashion_nets.errors import UserError
from fashion_nets.parameters import RefusedValueError
from fashion_nets.pipelines.wiring import Check, checks_of, inputs_by_argument

INGESTION = "params:data_ingestion"
FORESEEN: Mapping[str, Callable[[Any], Any]] = {
    "class_names": lambda ingestion: ingestion.class_names,
    "raw_train_labels": peek_train_labels,
}
"""What the ingestion is going to store, by dataset: known from its parameters, or None."""


def check_values(pipeline: Pipeline, catalog: DataCatalog) -> None:
    """Call the checks of all nodes, as far as what they take is known.

    Raises:
        UserError: Names the first parameter that cannot serve, and where to change it.
    """
    made = pipeline.all_outputs()
    for node in pipeline.nodes:
        if checks := checks_of(node.func):
            datasets = inputs_by_argument(node)
            for check in checks:
                _call(check, datasets, made, catalog)


def _call(check: Check, datasets: Mapping[str, str], made: set[str], catalog: DataCatalog) -> None:
    arguments = {}
    for argument in _names(check, datasets):
        known = _load(datasets[argument], made, catalog)
        if known is None:
            return
        arguments[argument] = known
    try:
        check(**arguments)
    except RefusedValueError as error:
        group = datasets[error.argument].removeprefix("params:")
        fields = [error.field] if error.field else []
        reason = str(error).removesuffix(".")
        where = where_to_change(group, fields, project_loader())
        raise UserError(f"{group}: {reason}. {where}") from error


def _names(check: Check, datasets: Mapping[str, str]) -> list[str]:
    parameters = inspect.signature(check).parameters
    named = [name for name, parameter in parameters.items() if parameter.kind is not parameter.VAR_KEYWORD]
    others = len(named) < len(parameters)
    return [name for name in datasets if name in named or others]


def _load(name: str, made: set[str], catalog: DataCatalog) -> Any:
    if name.startswith("params:"):
        return catalog.load(name)
    if name not in made:
        return catalog.load(name) if catalog.exists(name) else None
    if name in FORESEEN and INGESTION in catalog:
        return FORESEEN[name](catalog.load(INGESTION))
    return None
