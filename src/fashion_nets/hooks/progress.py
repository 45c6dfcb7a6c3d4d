"""What the log says of a run: what it is, how far it is, which sets it has made."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from threading import Lock
from typing import Any, cast

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from fashion_nets.catalog import NetworkCatalog
from fashion_nets.config_loader import NetworkConfigLoader
from fashion_nets.data.image_set import LabelledImages
from fashion_nets.datasets.damage import find_damage
from fashion_nets.hooks.command import name_run
from fashion_nets.hooks.lineage import Lineage
from fashion_nets.hooks.missing import is_nothing_to_make
from fashion_nets.progress import Pace, Trainings, follow, follow_no_more
from fashion_nets.provenance.records import Contents
from fashion_nets.provenance.states import States
from fashion_nets.tracking.runs import current_outbox

MODEL, HISTORY = ".model", ".history"
SETS = {"train_set": "training", "validation_set": "validation", "test_set": "test"}
NOTHING_TO_MAKE = "nothing to make: all outputs of this run are stored and current"
SECONDS_BETWEEN_LINES = 10.0
"""While nothing else is said, so often a line tells how many steps are done."""

logger = logging.getLogger(__name__)


class ProgressHook:
    """Says what a run is as it begins, and how many of its steps are done while it lasts.

    Args:
        clock: Gives the seconds since any point in time.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._pace = Pace(SECONDS_BETWEEN_LINES, clock)
        self._lock = Lock()  # nodes may be in threads
        self._n_done = 0
        self._n_steps: int | None = None
        self._models: set[str] = set()
        self._sets_to_come: set[str] = set()
        self._sets: dict[str, int] = {}

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Keep what says what runs, and on which images."""
        self._loader = cast(NetworkConfigLoader, context.config_loader)
        self._root = context.project_path

    @hook_impl(trylast=True)  # once nothing is refused any more, and the run has its name
    def before_pipeline_run(
        self, run_params: Mapping[str, Any], pipeline: Pipeline, catalog: NetworkCatalog
    ) -> None:
        """Say what is going to be run; of its trainings find out how long they took before."""
        networks = _trained_by(pipeline)
        only_missing = run_params["only_missing_outputs"]
        if only_missing:  # the catalog says so of stale outputs too, as ProvenanceHook has come first
            networks = {name for name in networks if not all(map(catalog.exists, _made_of(name)))}
        self._pace.begin_anew()
        self._n_done = 0
        self._n_steps = None if only_missing else len(pipeline.nodes)
        self._models = {f"{network}{MODEL}" for network in networks}
        self._sets_to_come, self._sets = set(SETS) & pipeline.all_outputs(), {}
        parameters, outbox = self._loader["parameters"], current_outbox()
        logger.info(
            "Run %s: %s, environment %s, %s",
            outbox.run.info.run_name if outbox else name_run(run_params, pipeline.inputs(), parameters),
            parameters["data_ingestion"]["name"],
            self._loader.env or self._loader.default_run_env,
            NOTHING_TO_MAKE
            if is_nothing_to_make(run_params, pipeline, catalog)
            else ", ".join(_tell_size(len(pipeline.nodes), len(networks), only_missing)),
        )
        follow(Trainings(self._expect(networks, catalog)))

    def _expect(self, networks: Iterable[str], catalog: NetworkCatalog) -> dict[str, float | None]:
        """The seconds that each training took the last time, where it would be made in the same way now."""
        expected: dict[str, float | None] = dict.fromkeys(sorted(networks))
        stored = [network for network in expected if all(map(catalog.exists, _made_of(network)))]
        if stored:
            lineage = Lineage(dict(pipelines), catalog, self._loader["parameters"], self._root)
            states = States(lineage.outputs(), Contents(), find_damage)
        for network in stored:
            if all(states.of(name).kind == "current" for name in _made_of(network)):
                expected[network] = float(catalog.load(f"{network}{HISTORY}")["seconds"].sum())
        return expected

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any) -> None:
        """Say how many images there are to train, to watch and to test, once all sets are made."""
        if dataset_name not in self._sets_to_come:
            return
        with self._lock:
            self._sets_to_come.discard(dataset_name)
            self._sets[dataset_name] = len(cast(LabelledImages, data).labels)
            is_last = not self._sets_to_come
        if is_last:
            told = [f"{self._sets[name]:,} {what}" for name, what in SETS.items() if name in self._sets]
            logger.info("Sets of images: %s", ", ".join(told))

    @hook_impl
    def after_node_run(self, node: Node) -> None:
        """Count the steps, and say now and then how many are done; a network has said so itself."""
        with self._lock:
            self._n_done += 1
            done = self._n_done
            if not self._models.isdisjoint(node.outputs):
                self._pace.begin_anew()
            is_due = self._pace.is_due()
        if is_due:
            of = "" if self._n_steps is None else f" of {self._n_steps}"
            logger.info("Step %d%s is done: %s", done, of, node.name)

    @hook_impl
    def after_pipeline_run(self) -> None:
        """The run has ended."""
        follow_no_more()

    @hook_impl
    def on_pipeline_error(self) -> None:
        """The run has failed."""
        follow_no_more()


def _made_of(network: str) -> tuple[str, str]:
    """What the training of a network gives."""
    return f"{network}{MODEL}", f"{network}{HISTORY}"


def _trained_by(pipeline: Pipeline) -> set[str]:
    """The networks that the nodes of a pipeline train; not those that trials train, or reuse."""
    made = pipeline.all_outputs()
    networks = {name.removesuffix(MODEL) for name in made if name.endswith(MODEL)}
    return {network for network in networks if made.issuperset(_made_of(network))}


def _tell_size(n_steps: int, n_networks: int, only_missing: bool) -> Iterator[str]:
    steps = f"{n_steps} step{'s' if n_steps > 1 else ''}"
    yield f"what is missing of {steps}" if only_missing else steps
    if n_networks:
        yield f"{n_networks} network{'s' if n_networks > 1 else ''} to train"
