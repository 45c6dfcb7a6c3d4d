"""The project in a notebook: what is stored, and what is missing made in the same process, quietly."""

import logging
import os
import sys
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from fashion_nets.project import project_root

LOGGING = project_root() / "conf" / "logging.yml"
if LOGGING.is_file():  # Kedro looks for it in the working directory, and else writes in boxes and colours
    os.environ.setdefault("KEDRO_LOGGING_CONFIG", str(LOGGING))
# Jupyter's widgets would show bars of progress, of which there are none.
warnings.filterwarnings("ignore", message="IProgress not found")

import pandas as pd  # noqa: E402
from kedro.framework.project import pipelines  # noqa: E402
from kedro.framework.session import KedroSession  # noqa: E402
from kedro.framework.startup import bootstrap_project  # noqa: E402

from fashion_nets.catalog import NetworkCatalog  # noqa: E402
from fashion_nets.errors import UserError  # noqa: E402
from fashion_nets.hooks.early import check_values  # noqa: E402
from fashion_nets.networks.registry import NETWORKS  # noqa: E402
from fashion_nets.networks.types import KerasModel  # noqa: E402
from fashion_nets.training.checkpoints import NOT_KEPT  # noqa: E402

STDERR = 2
SAMPLE = "sample"
SETS = ("data_ingestion", "preprocessing")
"""The pipelines that make the image sets, which all others take."""
UNTRACKED = {"tracking": {"enabled": False}}
LOGGED = {
    "kedro": logging.WARNING,
    "fashion_nets": logging.WARNING,
    "kedro_viz": logging.ERROR,  # warns of each run whose course it does not keep
}
"""From which level on a cell shows what is logged."""


class Project:
    """The project with one of its environments, as :func:`open_project` opens it.

    Attributes:
        root: Its folder.
        environment: The folder of ``conf/`` whose parameters count, which also says where results are.
    """

    def __init__(self, root: Path, environment: str) -> None:
        self.root = root
        self.environment = environment

    def load(self, name: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """Load what is stored, by its name in the catalog, such as ``mlp.history`` or ``train_set``.

        Args:
            name: Of a dataset.
            parameters: Those of the run that stored it, where they say in which folder that is:
                ``{"study.name": "optimizers"}``.

        Raises:
            DatasetError: If it is not stored, or damaged.
        """
        catalog = self._open_catalog(parameters) if parameters else self.catalog
        catalog.release(name)  # of what a run before has left in memory
        return catalog.load(name)

    @cached_property
    def catalog(self) -> NetworkCatalog:
        """Kedro's catalog of the environment, with its parameters as conf/ states them."""
        return self._open_catalog()

    def run(self, *names: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Make what is missing or out of date of some pipelines, and store it: only that is made.

        It is ``kedro run --only-missing-outputs --pipelines=NAMES --params=PARAMETERS`` without a word in
        between and without MLflow. The image sets are made first where they are missing.

        Args:
            names: Of pipelines: of a network, such as ``mlp``, or of an experiment, such as ``study``.
            parameters: Other values than those of ``conf/`` by their paths, such as
                ``{"study.name": "optimizers"}``. What is stored of a network is replaced by that with these;
                :meth:`train` leaves it alone.

        Raises:
            UserError: If a pipeline or a parameter does not exist, or cannot serve.
        """
        started = time.monotonic()
        self._session(parameters).run(pipeline_names=[*SETS, *names], only_missing_outputs=True)
        if names:
            print(f"{', '.join(names)}: {time.monotonic() - started:.0f} s")  # noqa: T201  # what a cell shows

    def train(
        self, network: str, parameters: Mapping[str, Any] | None = None
    ) -> tuple[KerasModel, pd.DataFrame]:
        """Train a network on the stored sets to try something, without storing anything.

        Args:
            network: Its name, such as ``mlp``.
            parameters: Other values than those of ``conf/`` by their paths, such as
                ``{"mlp.optimizer.momentum": 0.9}``.

        Returns:
            The network, compiled, and its history, a row per epoch.

        Raises:
            UserError: If the network or a parameter does not exist, or cannot serve.
        """
        if network not in NETWORKS:
            raise UserError(f"There is no network '{network}'; there are {', '.join(NETWORKS)}.")
        catalog = self._open_catalog(parameters)
        (node,) = (each for each in pipelines[network].nodes if f"{network}.model" in each.outputs)
        check_values(pipelines[network].only_nodes(node.name), catalog)
        inputs = (NOT_KEPT if name == "checkpoints" else catalog.load(name) for name in node.inputs)
        return node.func(*inputs)  # not node.run, which logs what it raises as well

    def _open_catalog(self, parameters: Mapping[str, Any] | None = None) -> NetworkCatalog:
        return cast(NetworkCatalog, self._session(parameters).load_context().catalog)

    def _session(self, parameters: Mapping[str, Any] | None) -> KedroSession:
        stated = {**UNTRACKED, **_nest(parameters or {})}
        return KedroSession.create(self.root, env=self.environment, runtime_params=stated)


def open_project(environment: str | None = None) -> Project:
    """Open the project, whatever the working directory is, and make its image sets where they are missing.

    Import and call it in the first cell: Keras and TensorFlow are set up for the project by it. It prints one
    line, which says which environment this is.

    Args:
        environment: A folder of ``conf/``; by default that of the variable ``KEDRO_ENV``, or else ``sample``.

    Raises:
        UserError: If there is no such environment.
    """
    root = project_root()
    bootstrap_project(root)
    _log_warnings_alone()
    with _no_chatter():
        import keras  # noqa: F401  # else it is a cell of the notebook that shows it
    project = Project(root, environment or os.environ.get("KEDRO_ENV") or SAMPLE)
    project.run()
    n_images = len(project.load("train_set").labels)
    print(f"Environment {project.environment}: {n_images:,} training images. {_advise(project)}")  # noqa: T201
    return project


def _log_warnings_alone() -> None:
    """As the command line logs, but what is wrong alone, and where a notebook shows it in red."""
    for handler in logging.getLogger().handlers:
        if type(handler) is logging.StreamHandler:  # not one of its kinds, which write elsewhere
            handler.setStream(sys.stderr)
    for name, level in LOGGED.items():
        logging.getLogger(name).setLevel(level)


@contextmanager
def _no_chatter() -> Iterator[None]:
    """Leave out what TensorFlow's libraries write to standard error as they are loaded.

    They write past its log level and past Python, into the file itself, which a notebook shows as well.
    """
    kept, nowhere = os.dup(STDERR), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, STDERR)
    try:
        yield
    finally:
        os.dup2(kept, STDERR)
        os.close(kept)
        os.close(nowhere)


def _advise(project: Project) -> str:
    if project.environment == SAMPLE:
        return 'The whole data: "make run" in a terminal, then open_project("base").'
    return 'The sample, where all is quicker: open_project("sample").'


def _nest(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """``{"mlp.training.epochs": 3}`` as the groups that Kedro takes."""
    groups: dict[str, Any] = {}
    for path, value in parameters.items():
        *above, name = path.split(".")
        group = groups
        for each in above:
            group = group.setdefault(each, {})
        group[name] = value
    return groups
