"""Into MLflow, what an earlier run could not write."""

import logging
import os
from pathlib import Path

import mlflow

from fashion_nets.errors import UserError, first_cause, first_line
from fashion_nets.tracking.location import without_password
from fashion_nets.tracking.unsent import Header, read_unsent
from fashion_nets.tracking.writer import RefusedError, Writer

logger = logging.getLogger(__name__)


def import_unsent(file: Path) -> str:
    """Write what a run has kept in a file; what is there already is not doubled.

    The store is that of the variable ``MLFLOW_TRACKING_URI`` where it is set, else that of the run.

    Args:
        file: As the warning of that run named it.

    Returns:
        A sentence about what was written.

    Raises:
        UserError: If it is no such file, or the store takes nothing.
    """
    header, entries = read_unsent(file)
    uri = os.environ.get("MLFLOW_TRACKING_URI") or header.tracking_uri
    try:
        client = mlflow.MlflowClient(uri)
        writer = Writer(client, _find_experiment(client, header))
        for entry in entries:
            try:
                writer.write(entry, again=True)
            except RefusedError as reason:
                logger.warning("MLflow does not take a value: %s", reason)
    except Exception as error:
        raise UserError(
            f"MLflow's store at {without_password(uri)} takes nothing at the moment "
            f"({first_line(first_cause(error))}). "
            "Import the file again later; what is there already is not doubled."
        ) from error
    runs = [entry.content["name"] for entry in entries if entry.kind == "begin"]
    below = f" and {len(runs) - 1} below it" if len(runs) > 1 else ""
    return (
        f"The run {runs[0]}{below} is in MLflow's store at {without_password(uri)}. The file can go: {file}"
    )


def _find_experiment(client: mlflow.MlflowClient, header: Header) -> str:
    experiment = client.get_experiment_by_name(header.experiment)
    if experiment is not None:
        return experiment.experiment_id
    return client.create_experiment(header.experiment, artifact_location=header.artifact_location)
