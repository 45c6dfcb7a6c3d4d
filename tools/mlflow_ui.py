"""Show the tracked runs in the browser, and say at which addresses: MLflow opens on another page."""

import os
import socket
import sys
import webbrowser
from pathlib import Path

from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from mlflow import MlflowClient

from fashion_nets.errors import UserError
from fashion_nets.tracking.location import without_password
from fashion_nets.tracking.views import VIEW, VIEW_TAG

PROJECT = Path(__file__).parent.parent


def main() -> None:
    """Print the address of each experiment that has runs, then do as ``kedro mlflow ui``.

    The argument, where there is one, is the port.
    """
    bootstrap_project(PROJECT)
    try:
        with KedroSession.create(PROJECT) as session:
            settings = session.load_context().mlflow
    except UserError as error:
        sys.exit(str(error))
    uri, host = settings.server.mlflow_tracking_uri, settings.ui.host
    if uri.startswith("http"):
        print(f"The runs are tracked by a server: {without_password(uri)}")
        webbrowser.open(uri)
        return
    port = int(sys.argv[1] if len(sys.argv) > 1 else settings.ui.port)
    if not is_free(host, port):
        sys.exit(
            f"Port {port} of {host} is taken by {holder_of(port)}. "
            f"End that, or choose another port: make mlflow PORT={port + 1}"
        )
    client = MlflowClient(uri)
    print("The runs, a few seconds from now (Ctrl+C ends this):")
    for experiment in client.search_experiments():
        if client.search_runs([experiment.experiment_id], max_results=1):
            view = f"&viewStateShareKey={VIEW}" if VIEW_TAG in experiment.tags else ""
            page = f"/#/experiments/{experiment.experiment_id}/runs?workflowType=machine_learning{view}"
            print(f"  {experiment.name:20} http://{host}:{port}{page}", flush=True)
    # The server's workers would push the addresses off the screen as they start.
    os.environ["UVICORN_LOG_LEVEL"] = "warning"
    os.environ["MLFLOW_LOGGING_LEVEL"] = "WARNING"
    os.environ["PYTHONWARNINGS"] = "ignore"
    # Workers for jobs that this project has none of; they take 1.8 GB.
    os.environ["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] = "false"
    server = ["-m", "mlflow", "ui", "--backend-store-uri", uri, "--host", host, "--port", str(port)]
    os.execv(sys.executable, [sys.executable, *server])  # its exit code is that of this program


def is_free(host: str, port: int) -> bool:
    """Whether a server may listen there."""
    try:
        socket.create_server((host, port)).close()
    except OSError:
        return False
    return True


def holder_of(port: int) -> str:
    """The process that listens on a port, where the system tells it; else "another program"."""
    sockets = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        if Path(table).exists():
            rows = [line.split() for line in Path(table).read_text().splitlines()[1:]]
            sockets |= {
                f"socket:[{row[9]}]" for row in rows if row[1].endswith(f":{port:04X}") and row[3] == "0A"
            }
    for opened in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if str(opened.readlink()) in sockets:
                process = opened.parent.parent
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                return f"process {process.name} ({command.strip()})"
        except OSError:  # it has ended, or is somebody else's
            continue
    return "another program"


if __name__ == "__main__":
    main()
