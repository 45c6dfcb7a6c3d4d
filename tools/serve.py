"""Serve a network over HTTP on this machine, and print a request that works."""

import argparse
import os
import signal
import sys
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.io import DatasetError
from mlflow_ui import holder_of, is_free

from fashion_nets.errors import UserError
from fashion_nets.temporary import TemporaryFolder

PROJECT = Path(__file__).parent.parent
HOST = "127.0.0.1"
EXAMPLE = "serving_input_example.json"
"""A request, among what MLflow keeps of a network."""


def main() -> None:
    """Serve what MLflow has of a network, or would keep of a stored one, as ``mlflow models serve`` does.

    One process does it all, so that whatever ends it leaves no other behind.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--network",
        default="cnn",
        help="name of a stored network; champion, a version of the registered model, or the id of a run",
    )
    parser.add_argument("--env", help="environment of conf/ whose networks are meant, such as sample")
    parser.add_argument("--port", type=int, default=5002)
    given = parser.parse_args()
    os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", MLFLOW_LOGGING_LEVEL="WARNING")
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    if not is_free(HOST, given.port):
        sys.exit(
            f"Port {given.port} of {HOST} is taken by {holder_of(given.port)}. "
            f"End that, or choose another port: make serve PORT={given.port + 1}"
        )
    bootstrap_project(PROJECT)
    with TemporaryFolder() as place:
        folder = place / given.network
        try:
            put_network(given.network, given.env, folder)
        except (UserError, DatasetError) as error:
            sys.exit(str(error))
        serve(folder, given.network, given.port)


def put_network(reference: str, env: str | None, folder: Path) -> None:
    """Put a network into a folder as MLflow keeps it.

    Raises:
        DatasetError: If it is not stored.
        UserError: If MLflow does not have it.
    """
    from fashion_nets.networks.references import is_tracked

    if is_tracked(reference):
        copy_of_mlflows(reference, env, folder)
    else:
        save_stored_network(reference, env, folder)


def copy_of_mlflows(reference: str, env: str | None, folder: Path) -> None:
    """Copy what MLflow has of a network."""
    import mlflow

    from fashion_nets.tracking.references import find_network, store

    with KedroSession.create(PROJECT, env=env) as session:
        session.load_context()  # knows where MLflow's store is
    with store() as client:
        network = find_network(client, reference)
        folder.mkdir()
        mlflow.artifacts.download_artifacts(
            network.uri, dst_path=str(folder), tracking_uri=client.tracking_uri
        )
    if not (folder / EXAMPLE).exists():
        raise UserError(
            f"{network.called} was logged by an earlier version of this project, for images in [0, 1]. Train "
            "it again."
        )


def save_stored_network(network: str, env: str | None, folder: Path) -> None:
    """Save a stored network."""
    from fashion_nets.inspection.saved_model import is_autoencoder
    from fashion_nets.tracking.models import save_network

    with KedroSession.create(PROJECT, env=env) as session:
        catalog = session.load_context().catalog
    model = catalog.load(f"{network}.model")
    names = [] if is_autoencoder(model) else catalog.load("class_names")
    try:
        example = np.array(catalog.load("train_set").images[:1])
    except DatasetError:  # a network may be stored without them
        example = np.zeros((1, *model.input_shape[1:]), np.uint8)
    save_network(model, folder, names, example)


def serve(folder: Path, network: str, port: int) -> None:
    """Serve what is saved in a folder until somebody ends it."""
    import mlflow.pyfunc
    from mlflow.pyfunc import scoring_server

    class Server(uvicorn.Server):
        async def startup(self, *given: Any, **named: Any) -> None:
            await super().startup(*given, **named)
            if not self.should_exit:
                print(
                    f"{network} answers at http://{HOST}:{port}/invocations (Ctrl+C ends it), for instance:"
                )
                print(
                    "  curl --header 'Content-Type: application/json' "
                    f"--data @{folder / EXAMPLE} http://{HOST}:{port}/invocations",
                    flush=True,
                )

    model = mlflow.pyfunc.load_model(str(folder))
    model.predict(model.input_example)  # the first call takes a second longer
    app = scoring_server.init(model)
    server = Server(uvicorn.Config(app, host=HOST, port=port, log_level="warning"))
    try:
        server.run()
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
    if not server.started:
        sys.exit(1)  # uvicorn has said why


if __name__ == "__main__":
    main()
