"""What the catalog says about its datasets, apart from how they are stored: their ``metadata``.

.. code-block:: yaml

    "{network}.metrics":
      type: json.JSONDataset
      filepath: data/08_reporting/{network}/metrics.json
      metadata:
        mlflow: {metrics: "{network}", artifacts: "{network}"}
        summary: "{network}"
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from kedro.io import DataCatalog
from kedro.utils import load_obj
from pydantic import Field

from fashion_nets import datasets
from fashion_nets.catalog import local_path
from fashion_nets.errors import UserError
from fashion_nets.parameters import Parameters, find_value
from fashion_nets.provenance.content import ANY_FILE

KNOWN = ("mlflow", "summary", "ingredient", "depends_on", "kedro-viz")
"""What ``metadata`` may say; the last is Kedro-Viz's own."""


class TrackedAs(Parameters):
    """How MLflow receives what a dataset saves, ``metadata.mlflow`` in the catalog; null: not at all.

    Args:
        metrics: Its numbers by name become metrics with this prefix, ``<metrics>/<name>``; in the run of a
            network without it.
        artifacts: Its files become artifacts in this folder of the run; "" is the run's own, and so is the
            name of a network in the network's run.
        model: It is a Keras model, and becomes one of this name in the run of its network.
    """

    metrics: str | None = None
    artifacts: str | None = None
    model: str | None = None


class DependsOn(Parameters):
    """What a dataset depends on where it is not all that its node takes, ``metadata.depends_on``.

    Args:
        parameters: The only parameters that count, such as ``data_ingestion.files``; None: all that its node
            takes.
        unless: Parameters that do not count where others have these values, such as
            ``{seed: {preprocessing.validation_method: first}}``.
    """

    parameters: tuple[str, ...] | None = None
    unless: dict[str, dict[str, Any]] = Field(default_factory=dict)


def tracked_as(catalog: DataCatalog, name: str) -> TrackedAs:
    """How MLflow receives what a dataset saves.

    Raises:
        UserError: If the catalog says what MLflow does not know.
    """
    try:
        return TrackedAs.model_validate(_metadata(catalog, name).get("mlflow") or {})
    except UserError as error:
        raise UserError(f"metadata.mlflow of '{name}' in the catalog: {error}") from error


def summarized_as(catalog: DataCatalog, name: str) -> str | None:
    """The network whose results a dataset saves, by which the summary of a run calls it."""
    return _metadata(catalog, name).get("summary")


def is_ingredient(catalog: DataCatalog, name: str) -> bool:
    """Whether what is made with a dataset depends on it; ``metadata.ingredient`` is false where it does not.

    So it is with what an earlier run has left, from which a node goes on.

    Raises:
        UserError: If the catalog says neither true nor false.
    """
    said = _metadata(catalog, name).get("ingredient", True)
    if not isinstance(said, bool):
        raise UserError(
            f"metadata.ingredient of '{name}' in the catalog: expected true or false, got {said!r}"
        )
    return said


def parameters_that_matter(catalog: DataCatalog, name: str) -> tuple[str, ...] | None:
    """The parameters that a dataset depends on; None: all that its node takes."""
    return _depends_on(catalog, name).parameters


def parameters_that_do_not_count(catalog: DataCatalog, name: str, parameters: Any) -> frozenset[str]:
    """Those that a dataset would depend on if other parameters had other values."""
    return frozenset(
        path
        for path, others in _depends_on(catalog, name).unless.items()
        if all(find_value(parameters, other) == value for other, value in others.items())
    )


def is_optional(catalog: DataCatalog, name: str) -> bool:
    """Whether a dataset loads as empty where it is not stored."""
    return bool(_says(catalog, name, "loads_as_empty"))


def stored_path(catalog: DataCatalog, name: str) -> Path | None:
    """The file or folder of a dataset; None if it is only in memory."""
    return local_path(_config(catalog, name))


def file_pattern(catalog: DataCatalog, name: str) -> str:
    """Which files belong to a dataset that is a folder."""
    return _says(catalog, name, "file_pattern") or ANY_FILE


def saved_files(catalog: DataCatalog, name: str, data: Iterable[str] | Any) -> list[Path]:
    """The file of a dataset, or where that is a folder, the files that it saves into it by name.

    Args:
        catalog: Has the dataset by an entry or a pattern with a ``filepath`` on a local disk.
        name: Of the dataset.
        data: What was saved.
    """
    path = Path(_config(catalog, name)["filepath"])
    return [path / file for file in data] if path.is_dir() else [path]


def _says(catalog: DataCatalog, name: str, attribute: str) -> Any:
    """What the class of a dataset says of itself; None of those of other packages, which are not imported."""
    kind = _config(catalog, name)["type"]
    if isinstance(kind, str):
        kind = load_obj(kind) if kind.startswith(f"{datasets.__name__}.") else None
    return getattr(kind, attribute, None)


def _depends_on(catalog: DataCatalog, name: str) -> DependsOn:
    try:
        return DependsOn.model_validate(_metadata(catalog, name).get("depends_on") or {})
    except UserError as error:
        raise UserError(f"metadata.depends_on of '{name}' in the catalog: {error}") from error


def _metadata(catalog: DataCatalog, name: str) -> Mapping[str, Any]:
    said = _config(catalog, name).get("metadata") or {}
    unknown = [key for key in said if key not in KNOWN] if isinstance(said, Mapping) else [said]
    if unknown:
        raise UserError(
            f"metadata of '{name}' in the catalog: nothing here knows {unknown[0]!r}; "
            f"there are {', '.join(KNOWN)}"
        )
    return cast(Mapping[str, Any], said)


def _config(catalog: DataCatalog, name: str) -> dict[str, Any]:
    return catalog.config_resolver.resolve_pattern(name)
