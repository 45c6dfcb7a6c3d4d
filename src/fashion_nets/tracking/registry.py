"""MLflow's registry of models: versions of the registered classifier, and which of them is the champion."""

import mlflow
from mlflow.entities import Run
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_ALREADY_EXISTS, RESOURCE_DOES_NOT_EXIST, ErrorCode
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

from fashion_nets.networks.references import CHALLENGER, CHAMPION, REGISTERED_MODEL
from fashion_nets.tracking.child_runs import FINGERPRINT
from fashion_nets.tracking.networks import NETWORK
from fashion_nets.tracking.references import ACCURACY, MODEL_ID, Network, experiment_name
from fashion_nets.tracking.runs import current_outbox

ABOUT = (
    "Classifiers of this project. The alias champion is the one to use: it moves to a new version only if "
    "that is right more often on the same validation images, by McNemar's exact test."
)
REPORT = "report.html"
EXPERIMENT = "experiment"
"""The tag of a version with the experiment that its run is of."""


def data_of(client: mlflow.MlflowClient, network: Network) -> dict[str, str]:
    """The digests of the sets that a network was trained and validated on, by name of the set."""
    inputs = client.get_run(network.run_id).inputs
    return {each.dataset.name: each.dataset.digest for each in (inputs.dataset_inputs if inputs else [])}


def digest_at_work(name: str) -> str | None:
    """The digest of a set of images that the run at work takes; None where nothing is tracked."""
    outbox = current_outbox()
    known = None if outbox is None else outbox.data.get(name)
    return None if known is None else known.digest


def version_of(client: mlflow.MlflowClient, network: Network) -> str | None:
    """The version that a network is already; None if it is none."""
    for version in client.search_model_versions(f"name = '{REGISTERED_MODEL}'"):
        if version.tags.get(MODEL_ID) == network.model_id:
            return str(version.version)
    return None


def champion(client: mlflow.MlflowClient) -> str | None:
    """The version that is the champion; None if there is none."""
    return _version_called(client, CHAMPION)


def add_version(client: mlflow.MlflowClient, network: Network) -> str:
    """Make a network a version of the registered model, which its first one makes; return its number."""
    try:
        client.create_registered_model(REGISTERED_MODEL, description=ABOUT)
    except MlflowException as error:
        if error.error_code != ErrorCode.Name(RESOURCE_ALREADY_EXISTS):
            raise
    run = client.get_run(network.run_id)
    accuracy = run.data.metrics[ACCURACY]
    tags = {
        MODEL_ID: network.model_id,
        NETWORK: network.name,
        EXPERIMENT: experiment_name(client, run),
        ACCURACY: f"{accuracy:.6g}",
        **data_of(client, network),
    }
    version = client.create_model_version(
        REGISTERED_MODEL, network.uri, network.run_id, tags=tags, model_id=network.model_id
    )
    return str(version.version)


def describe_version(client: mlflow.MlflowClient, version: str, text: str) -> None:
    """Give a version a description in Markdown, or add to the one that it has."""
    before = client.get_model_version(REGISTERED_MODEL, version).description
    client.update_model_version(REGISTERED_MODEL, version, f"{before}\n\n{text}" if before else text)


def call_champion(client: mlflow.MlflowClient, version: str) -> str | None:
    """Let a version be the champion, and no challenger any more; return the one that was it before."""
    before = champion(client)
    client.set_registered_model_alias(REGISTERED_MODEL, CHAMPION, version)
    if _version_called(client, CHALLENGER) == version:
        client.delete_registered_model_alias(REGISTERED_MODEL, CHALLENGER)
    return before


def call_challenger(client: mlflow.MlflowClient, version: str) -> None:
    """Let a version be the challenger."""
    client.set_registered_model_alias(REGISTERED_MODEL, CHALLENGER, version)


def describe_origin(client: mlflow.MlflowClient, network: Network) -> str:
    """Where a network comes from, in Markdown, with links to its run and the report of all networks."""
    run = client.get_run(network.run_id)
    parent = run.data.tags.get(MLFLOW_PARENT_RUN_ID)
    report = f" Report: [{REPORT}]({_page_of(client.get_run(parent))}/artifacts/{REPORT})." if parent else ""
    sets = ", ".join(f"{name} {digest}" for name, digest in sorted(data_of(client, network).items()))
    prints = run.data.tags.get(FINGERPRINT, "not known")
    info = mlflow.models.get_model_info(network.uri)
    signature = " ".join(str(info.signature).split()) if info.signature else "none"
    return (
        f"{network.name} of the run [{run.info.run_name}]({_page_of(run)}) of the experiment "
        f"{experiment_name(client, run)}.{report}\n\n"
        f"Images: {sets or 'not known'}; fingerprint of their origin {prints}.\n\n"
        f"Signature: {signature}"
    )


def _page_of(run: Run) -> str:
    return f"#/experiments/{run.info.experiment_id}/runs/{run.info.run_id}"


def _version_called(client: mlflow.MlflowClient, alias: str) -> str | None:
    try:
        version: ModelVersion = client.get_model_version_by_alias(REGISTERED_MODEL, alias)
    except MlflowException as error:
        if error.error_code == ErrorCode.Name(RESOURCE_DOES_NOT_EXIST) or "not found" in str(error):
            return None
        raise
    return str(version.version)
