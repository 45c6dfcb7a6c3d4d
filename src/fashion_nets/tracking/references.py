"""Networks that MLflow has: found by a reference, and loaded."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import mlflow
from mlflow.entities import Run
from mlflow.exceptions import MlflowException
from mlflow.models import Model
from mlflow.models.model import MLMODEL_FILE_NAME
from mlflow.utils.file_utils import local_file_uri_to_path
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID
from mlflow.utils.uri import is_local_uri
from sqlalchemy.exc import SQLAlchemyError

from fashion_nets.errors import UserError, first_cause, first_line
from fashion_nets.networks.references import REGISTERED_MODEL, is_run, is_version
from fashion_nets.networks.types import KerasModel
from fashion_nets.temporary import TemporaryFolder
from fashion_nets.tracking.address import AddressError, check_address
from fashion_nets.tracking.location import tracking_uri, without_password
from fashion_nets.tracking.networks import NETWORK
from fashion_nets.tracking.runs import active_run_id

ACCURACY = "val_accuracy"
"""The metric by which classifiers are told from other networks, and the best of them is found."""


MODEL_ID = "model_id"
"""The tag of a version with the id of its logged model, which not every store tells otherwise."""


class Network(NamedTuple):
    """A network that MLflow has.

    Attributes:
        called: As people say what was asked for: ``champion (version 3)``.
        model_id: Of the logged model.
        run_id: Of the run of the network.
        name: Of the network, such as ``cnn``.
        architecture: Which it has; "" where the run does not say.
    """

    called: str
    model_id: str
    run_id: str
    name: str
    architecture: str

    @property
    def uri(self) -> str:
        """The address by which MLflow loads it."""
        return f"models:/{self.model_id}"


class Opened(NamedTuple):
    """A network that was loaded.

    Attributes:
        model: A model of Keras, which takes intensities.
        class_names: The names of its classes; none of an autoencoder.
    """

    model: KerasModel
    class_names: list[str]


@contextmanager
def store() -> Iterator[mlflow.MlflowClient]:
    """MLflow's store: that of the run at work, or else of the project.

    Raises:
        UserError: If it cannot be reached, or fails meanwhile.
    """
    uri = mlflow.get_tracking_uri() if mlflow.is_tracking_uri_set() else tracking_uri()
    try:
        check_address(uri)
    except AddressError as error:
        raise UserError(
            f"MLflow's store, in which networks are looked for, cannot be used. It is at {error.what}. Ways "
            f"out: {error.ways_out}."
        ) from error
    try:
        yield mlflow.MlflowClient(uri, registry_uri=uri)
    except (MlflowException, SQLAlchemyError, OSError) as error:
        raise UserError(
            f"MLflow's store at {without_password(uri)} does not do what it is asked for: "
            f"{first_line(first_cause(error))}."
        ) from error


def find_network(client: mlflow.MlflowClient, reference: str) -> Network:
    """Find a network by an alias, by a version of the registered model, or by the id of a run.

    Args:
        client: Of the store.
        reference: As by :func:`fashion_nets.networks.references.is_tracked`. Of a run of ``kedro run`` it is
            the best classifier below it.

    Raises:
        UserError: If there is none, with those that there are.
    """
    if is_run(reference):
        try:
            run = client.get_run(reference)
        except MlflowException as error:
            raise UserError(f"MLflow has no run {reference}: {first_line(error)}.") from error
        if _model_of(run):
            return _network_of(run, f"run {reference[:8]}")
        if best := _best(_classifiers_below(client, run)):
            return best
        raise UserError(
            f"The run '{run.info.run_name}' ({reference}) has trained and evaluated no classifier. Name "
            "another one, or run first: kedro run --pipelines=cnn"
        )
    try:
        if is_version(reference):
            reference = str(int(reference))  # 01 is 1
            version = client.get_model_version(REGISTERED_MODEL, reference)
            called = f"version {reference}"
        else:
            version = client.get_model_version_by_alias(REGISTERED_MODEL, reference)
            called = f"{reference}, version {version.version}"
    except MlflowException as error:
        raise UserError(f"{REGISTERED_MODEL} in MLflow has no '{reference}'; {_known(client)}.") from error
    network = _network_of(client.get_run(str(version.run_id)), called)
    return network._replace(model_id=version.tags.get(MODEL_ID, network.model_id))


def network_to_register(client: mlflow.MlflowClient, run_id: str | None) -> Network:
    """The best classifier of a run: the one named, the one at work, or the last that trained one.

    The last one is looked for in the experiment of the run at work alone: other environments, such as the
    sample's, have their own.

    Args:
        client: Of the store.
        run_id: Of a run of ``kedro run``, or of a network; None leaves the choice.

    Raises:
        UserError: If there is none, or nothing is named and no run is at work.
    """
    if run_id is not None:
        if not is_run(run_id):
            raise UserError(f"A run of MLflow is named by the 32 digits of its id, got '{run_id}'.")
        return find_network(client, run_id)
    run_at_work = active_run_id()
    if run_at_work is None:
        raise UserError(
            "Without a run that is tracked it is not known which one is meant. Name it: "
            'kedro run --pipelines=register --params "register.run=<id>"'
        )
    at_work = client.get_run(run_at_work)
    if best := _best(_classifiers_below(client, at_work)):
        return best
    experiment = at_work.info.experiment_id
    condition = f"tags.{NETWORK} LIKE '%' and metrics.{ACCURACY} >= 0"
    for run in client.search_runs([experiment], condition, order_by=["attributes.start_time DESC"]):
        parent = run.data.tags.get(MLFLOW_PARENT_RUN_ID)
        if parent and (best := _best(_classifiers_below(client, client.get_run(parent)))):
            return best
    raise UserError(
        f"The experiment '{experiment_name(client, at_work)}' of MLflow has no run in which a classifier was "
        "trained and evaluated. Run first: kedro run --pipelines=cnn"
    )


def experiment_name(client: mlflow.MlflowClient, run: Run) -> str:
    """The experiment that a run is of, which tells its environment."""
    return str(client.get_experiment(run.info.experiment_id).name)


def _classifiers_below(client: mlflow.MlflowClient, parent: Run) -> list[Run]:
    """The runs of the classifiers that a run of ``kedro run`` has trained and evaluated."""
    condition = f"tags.`{MLFLOW_PARENT_RUN_ID}` = '{parent.info.run_id}'"
    below = client.search_runs([parent.info.experiment_id], condition)
    return [run for run in below if ACCURACY in run.data.metrics and _model_of(run)]


def _best(classifiers: list[Run]) -> Network | None:
    """The one with the highest accuracy on validation images; None of none."""
    if not classifiers:
        return None
    best = max(classifiers, key=lambda run: (run.data.metrics[ACCURACY], run.info.run_name))
    return _network_of(best, f"run {best.info.run_id[:8]}")


def open_network(client: mlflow.MlflowClient, network: Network, load: Callable[[Path], KerasModel]) -> Opened:
    """Load a network.

    Args:
        client: Of the store.
        network: Which.
        load: Reads a ``.keras`` file, such as ``fashion_nets.load_network``.

    Raises:
        UserError: If it was logged by a version of this project that kept no names of classes.
    """
    with _downloaded(client, network) as folder:
        return Opened(load(_keras_file(network, folder)), _class_names(network, folder))


def class_names_of(client: mlflow.MlflowClient, network: Network) -> list[str]:
    """The names of its classes, without loading the network.

    Raises:
        UserError: As :func:`open_network` does.
    """
    with _downloaded(client, network, MLMODEL_FILE_NAME) as file:
        return _class_names(network, file.parent)


@contextmanager
def _downloaded(client: mlflow.MlflowClient, network: Network, part: str = "") -> Iterator[Path]:
    """What MLflow has of a network, or a file of it: where it lies, or a copy that goes again."""
    location = client.get_logged_model(network.model_id).artifact_location
    if is_local_uri(location):
        yield Path(local_file_uri_to_path(location)) / part
        return
    with TemporaryFolder() as place:
        uri = f"{location}/{part}".rstrip("/")
        yield Path(
            mlflow.artifacts.download_artifacts(uri, dst_path=str(place), tracking_uri=client.tracking_uri)
        )


def _keras_file(network: Network, folder: Path) -> Path:
    found = sorted(folder.rglob("*.keras"))
    if len(found) != 1:
        raise UserError(
            f"{network.called} of MLflow has no model of Keras, or several; take another network."
        )
    return found[0]


def _class_names(network: Network, folder: Path) -> list[str]:
    config = Model.load(str(folder)).flavors.get("python_function", {}).get("config") or {}
    if "class_names" not in config:
        raise UserError(
            f"{network.called} of MLflow was logged by an earlier version of this project, without the names "
            "of its classes. Train it again."
        )
    return list(config["class_names"])


def _network_of(run: Run, called: str) -> Network:
    tags = run.data.tags
    name = tags.get(NETWORK, run.info.run_name)
    return Network(called, _model_of(run), run.info.run_id, name, tags.get("architecture", ""))


def _model_of(run: Run) -> str:
    """The id of the last model that a run has logged; "" of one without."""
    outputs = run.outputs.model_outputs if run.outputs else []
    return outputs[-1].model_id if outputs else ""


def _known(client: mlflow.MlflowClient) -> str:
    """Which versions and aliases there are, or how the first one is made."""
    versions = client.search_model_versions(f"name = '{REGISTERED_MODEL}'")
    if not versions:
        return "nothing is registered yet. Run first: kedro run --pipelines=register"
    aliases = client.get_registered_model(REGISTERED_MODEL).aliases
    numbers = ", ".join(sorted((str(each.version) for each in versions), key=int))
    named = "".join(f", {alias} is {version}" for alias, version in sorted(aliases.items()))
    return f"there are the versions {numbers}{named}"
