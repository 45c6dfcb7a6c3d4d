"""The summary at the end of a run."""

import logging
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from fashion_nets.evaluation.comparison import compare_networks
from fashion_nets.hooks.metadata import stored_path, summarized_as
from fashion_nets.project import as_seen_from_the_project
from fashion_nets.reporting.names import PAGE, PART, page_dataset
from fashion_nets.reporting.page import title_of_page
from fashion_nets.reporting.parts import answer_of

logger = logging.getLogger(__name__)

COLUMNS = [
    "network",
    "architecture",
    "parameters",
    "epochs",
    "training_seconds",
    "test_cross_entropy",
    "test_accuracy",
    "test_mse",
]


class RunSummaryHook:
    """Ends a run with a table of its networks, the answers of its experiments and where to look next."""

    def __init__(self) -> None:
        self._catalog = DataCatalog()
        self._metrics: dict[str, dict[str, float]] = {}
        self._answers: dict[str, str] = {}
        self._env = ""
        self._is_tracked = True

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Find out what the commands that are advised need to know."""
        self._env = f" --env={context.env}" if context.env else ""
        self._is_tracked = context.config_loader["parameters"]["tracking"]["enabled"]

    @hook_impl
    def after_catalog_created(self, catalog: DataCatalog) -> None:
        """Keep what says which datasets are results of networks."""
        self._catalog = catalog

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any) -> None:
        """Remember the results of each network, and what each experiment has found."""
        network = summarized_as(self._catalog, dataset_name)
        if network and "parameters" in data:  # an experiment has metrics too, but is no network
            self._metrics[network] = data
        namespace, _, own = dataset_name.rpartition(".")
        if own == PART and data["kind"] == "experiment":
            self._answers[namespace] = answer_of(data)

    @hook_impl
    def after_pipeline_run(self, pipeline: Pipeline) -> None:
        """Log the table, the answers, and where to look next."""
        if self._metrics:
            table = (
                compare_networks(**self._metrics).reindex(columns=COLUMNS).dropna(axis="columns", how="all")
            )
            logger.info("Networks of this run:\n%s", table.to_string(index=False, na_rep="-"))
        paths = {name: path for name in pipeline.all_outputs() if (path := stored_path(self._catalog, name))}
        pages = {name: path for name, path in paths.items() if name.rpartition(".")[2] == PAGE}
        for experiment, answer in self._answers.items():
            if answer and (page := pages.get(page_dataset(experiment))):
                logger.info("%s: %s", title_of_page(page), answer)
        self._metrics, self._answers = {}, {}
        logger.info("Look next at: %s", ", ".join([*self._name_places(pages, paths), *self._name_tools()]))

    @staticmethod
    def _name_places(pages: Mapping[str, Path], paths: Mapping[str, Path]) -> Iterator[str]:
        """The pages in which a run ends; of one that ends in none, the folder of what it makes."""
        if pages:
            for name in sorted(pages):
                yield f"{as_seen_from_the_project(pages[name])} (all figures and tables)"
        elif folders := {path if path.is_dir() else path.parent for path in paths.values()}:
            yield as_seen_from_the_project(Path(os.path.commonpath(folders)))

    def _name_tools(self) -> Iterator[str]:
        yield f"kedro viz run{self._env} (the graph)"
        if self._is_tracked:
            yield "kedro mlflow ui (the runs)"
