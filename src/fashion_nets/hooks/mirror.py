"""What nodes take and save, told to MLflow as the catalog says: of a network in the network's own run."""

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import mkdtemp
from threading import Lock
from typing import Any

import numpy as np
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from fashion_nets.errors import UserError
from fashion_nets.hooks.description import describe_network
from fashion_nets.hooks.lineage import Lineage
from fashion_nets.hooks.metadata import TrackedAs, saved_files, stored_path, tracked_as
from fashion_nets.parameters import flatten_parameters
from fashion_nets.project import as_seen_from_the_project
from fashion_nets.provenance.records import Contents, read_record
from fashion_nets.tracking.child_runs import ChildRun
from fashion_nets.tracking.entries import Input, log_file, log_inputs, log_metrics, log_params
from fashion_nets.tracking.models import save_network
from fashion_nets.tracking.networks import (
    MODEL_DIGEST,
    continue_network_run,
    end_network_run,
    is_at_work,
    network_run,
)
from fashion_nets.tracking.outbox import Outbox
from fashion_nets.tracking.parameters import that_matter

TRAIN_SET = "train_set"
CONTEXTS = {TRAIN_SET: "training", "validation_set": "validation", "test_set": "test"}
"""The sets of images by name, and what they are for."""
MODEL, METRICS, HISTORY = ".model", ".metrics", ".history"
DIGITS = 16  # of a digest: MLflow takes 36 at most, and its pages show all of them

logger = logging.getLogger(__name__)


class Mirror:
    """Tells MLflow of one run of a pipeline.

    Args:
        outbox: Where it is told.
        lineage: Knows the parameters that make each output, and where sets of images lie.
        pipelines: All that are registered: what has a model in any of them is a network.
        pipeline: What runs.
        catalog: Says under ``metadata.mlflow`` what MLflow gets of each dataset.
        tags: Of the run of each network.
    """

    def __init__(
        self,
        outbox: Outbox,
        lineage: Lineage,
        pipelines: Mapping[str, Pipeline],
        pipeline: Pipeline,
        catalog: DataCatalog,
        tags: Mapping[str, Any],
    ) -> None:
        self._outbox = outbox
        self._lineage = lineage
        self._catalog = catalog
        self._tags = tags
        self._contents = Contents()
        self._networks = {
            name.removesuffix(MODEL)
            for each in pipelines.values()
            for name in each.datasets()
            if name.endswith(MODEL)
        }
        self._makers = {name: node for node in pipeline.nodes for name in node.outputs}
        self._example: np.ndarray | None = None  # an image that networks were trained with
        self._lock = Lock()  # nodes may be in threads
        self._left = {name: network for name in self._makers if (network := self._network_in(name))}

    def begin_node(self, node: Node, inputs: Mapping[str, Any]) -> None:
        """Tell which parameters count for what a node makes, and which images it takes."""
        network, sets = self._network_of(node), _sets_of(node)
        for name in (each for each in sets if inputs[each] is not None):
            self._describe(name, inputs[name])
        if TRAIN_SET in sets:
            self._example = np.array(inputs[TRAIN_SET].images[:1])
        self._put_into_parent(self._parameters_of(node) if network is None else {}, sets)
        if network is None or (not sets and not any(map(self._is_tracked, node.outputs))):
            return  # such as its part of the report, which is also made where there is no network
        if not _may_be_taken(network, node):  # else its run begins with the first epoch, if one does
            self._tell_node(self._run_of(network, trains=f"{network}{MODEL}" in node.outputs), node)

    def saved(self, name: str, data: Any) -> None:
        """Mirror what was saved as the catalog says; end the run of a network with its last output."""
        network = self._network_in(name)
        if network is not None and name == f"{network}{MODEL}" and is_at_work(network):
            self._tell_training(network)
        self._tell(name, data)
        with self._lock:  # each thread has told what it saved before it comes here, and one is the last
            was_left = self._left.pop(name, None) is not None
            is_last = was_left and network not in self._left.values()
        if network is not None and is_last:
            if is_at_work(network):
                place = stored_path(self._catalog, f"{network}{METRICS}")
                describe_network(self._outbox, self._run_of(network), place.parent if place else None)
            end_network_run(network)

    def _tell_training(self, network: str) -> None:
        """Tell by what model the run is found again, and what was not told as the training began."""
        run = self._run_of(network)
        if digest := self._digest_of_model(network):
            run.tag({MODEL_DIGEST: digest})
        node = self._makers.get(f"{network}{MODEL}")
        if node is not None and _may_be_taken(network, node):
            run.tag({name: str(value) for name, value in self._tags.items()})
            self._tell_node(run, node)

    def _tell_node(self, run: ChildRun, node: Node) -> None:
        """Tell the run of a network which parameters count for what a node makes of it, and its images."""
        parameters = self._parameters_of(node)
        run.log_parameters({name.removeprefix(f"{run.name}."): value for name, value in parameters.items()})
        run.log_inputs(_sets_of(node))

    def _parameters_of(self, node: Node) -> dict[str, Any]:
        """Those that count for what a node makes, flat."""
        parameters: dict[str, Any] = {}
        for name in node.outputs:
            if (output := self._lineage.output(name)) is not None:
                parameters |= output.parameters
        if self._network_of(node) is None:  # trials have runs of their own, with those of their networks
            of_trials = self._networks | {"architecture_settings"}
            parameters = {name: value for name, value in parameters.items() if name not in of_trials}
        return that_matter(flatten_parameters(parameters))

    def _tell(self, name: str, data: Any) -> None:
        tracked = tracked_as(self._catalog, name)
        network = self._network_in(name)
        if not self._is_tracked(name):
            return
        if tracked.model is not None and network is not None and not is_at_work(network):
            return  # it is taken as it was trained, which is told already
        run = None if network is None else self._run_of(network)
        files = [] if tracked.artifacts is None else saved_files(self._catalog, name, data)
        if run is None:
            own = self._outbox.run.info.run_id
            if tracked.metrics is not None:
                named = {f"{tracked.metrics}/{key}": value for key, value in data.items()}
                self._outbox.put(log_metrics(own, named))
            for file in files:
                self._outbox.put(log_file(own, str(file.absolute()), tracked.artifacts or ""))
            return
        if tracked.model is not None:
            self._save_model(run, tracked.model, data)
        if tracked.metrics is not None:
            words = {key: value for key, value in data.items() if isinstance(value, str)}
            run.tag(words)  # the architecture, which conf/ may have changed
            run.log_results({key: value for key, value in data.items() if key not in words}, model=network)
        for file in files:
            folder = (tracked.artifacts or "").removeprefix(network or "")
            run.log_file(str(file.absolute()), folder)

    def _is_tracked(self, dataset: str) -> bool:
        return tracked_as(self._catalog, dataset) != TrackedAs()

    def _network_of(self, node: Node) -> str | None:
        """The network that a node makes something of."""
        return next(filter(None, map(self._network_in, node.outputs)), None)

    def _network_in(self, dataset: str) -> str | None:
        namespace = dataset.partition(".")[0]
        return namespace if namespace in self._networks else None

    def _run_of(self, network: str, trains: bool = False) -> ChildRun:
        if trains:
            return network_run(network, self._tags)
        digest = None if is_at_work(network) else self._digest_of_model(network)
        return continue_network_run(network, digest, self._tags)

    def _digest_of_model(self, network: str) -> str | None:
        """That of what is stored, whoever has put it there; None where nothing is."""
        stored = self._lineage.stored(f"{network}{MODEL}")
        if stored is None or not stored.path.exists():
            return None
        try:
            return self._contents.describe(stored, read_record(stored.path))["digest"]
        except OSError as error:
            logger.warning("MLflow is not told which model of %s it is: %s", network, error)
            return None

    def _put_into_parent(self, parameters: Mapping[str, Any], sets: Iterable[str]) -> None:
        run = self._outbox.run.info.run_id
        if parameters:
            self._outbox.put(log_params(run, parameters))
        if known := [self._outbox.data[name] for name in sets if name in self._outbox.data]:
            self._outbox.put(log_inputs(run, known))

    def _describe(self, name: str, images: Any) -> None:
        """Let all runs of this process know what a set of images is."""
        stored = self._lineage.stored(name)
        if stored is None:
            return
        try:
            record = read_record(stored.path)
            digest = self._contents.describe(stored, record)["digest"]
        except OSError as error:  # it is loaded already, so that the run does not need this
            logger.warning("MLflow is not told of %s: %s", name, error)
            return
        profile = {
            "num_rows": len(images.labels),
            "image_shape": list(images.images.shape[1:]),
            "data_fingerprint": ", ".join(record["fingerprints"]) if record else "",
        }
        source = as_seen_from_the_project(stored.path)
        self._outbox.data[name] = Input(name, CONTEXTS[name], digest[:DIGITS], source, profile)

    def _save_model(self, run: ChildRun, name: str, model: Any) -> None:
        blank = np.zeros((1, *model.input_shape[1:]), np.uint8)
        try:
            folder = Path(mkdtemp(dir=self._outbox.folder)) / "model"
            save_network(model, folder, run.class_names, blank if self._example is None else self._example)
        except (OSError, UserError) as error:
            logger.warning("MLflow gets no model %s, and the run goes on: %s", name, error)
            return
        run.log_model(name, str(folder))


def _sets_of(node: Node) -> list[str]:
    """The sets of images that a node takes."""
    return [name for name in CONTEXTS if name in node.inputs]


def _may_be_taken(network: str, node: Node) -> bool:
    """Whether a node may give a network as it is stored, as experiments do with what they reuse.

    One that trains it gives its history too.
    """
    return f"{network}{MODEL}" in node.outputs and f"{network}{HISTORY}" not in node.outputs
