"""The summary at the end of a run."""

import logging
import os
import shlex
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from fashion_nets.evaluation.comparison import compare_networks
from fashion_nets.formatting import NO_BREAK, format_duration
from fashion_nets.hooks.metadata import stored_path, summarized_as
from fashion_nets.project import as_seen_from_the_project, has_project
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
    """Ends a run with a table of its networks, the answers of its experiments and where to look.

    Args:
        clock: Gives the seconds since any point in time.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._start = clock()
        self._catalog = DataCatalog()
        self._metrics: dict[str, dict[str, float]] = {}
        self._answers: dict[str, str] = {}
        self._env = ""
        self._is_tracked = True

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Find out what the commands that are advised need to know."""
        self._env = f" ENV={shlex.quote(context.env)}" if context.env else ""
        self._is_tracked = context.config_loader["parameters"]["tracking"]["enabled"]

    @hook_impl
    def after_catalog_created(self, catalog: DataCatalog) -> None:
        """Keep what says which datasets are results of networks."""
        self._catalog = catalog

    @hook_impl
    def before_pipeline_run(self) -> None:
        """A run begins."""
        self._start = self._clock()
        self._metrics, self._answers = {}, {}

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any) -> None:
        """Remember the results of each network, and what each experiment has found."""
        network = summarized_as(self._catalog, dataset_name)
        if network and "parameters" in data:  # an experiment has metrics too, but is no network
            self._metrics[network] = data
        namespace, _, own = dataset_name.rpartition(".")
        if own == PART and data["kind"] == "experiment":
            self._answers[namespace] = answer_of(data).replace(NO_BREAK, " ")

    @hook_impl
    def after_pipeline_run(self, pipeline: Pipeline) -> None:
        """Log the table, the answers, and where to look."""
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
        places = {**self._name_places(pages, paths), **self._name_tools()}
        width = max(map(len, places), default=0)
        lines = [f"  {place:<{width}}  {what}" for place, what in places.items()]
        seconds = self._clock() - self._start
        logger.info("Done in %s. Where to look:\n%s", format_duration(seconds), "\n".join(lines))

    @staticmethod
    def _name_places(pages: Mapping[str, Path], paths: Mapping[str, Path]) -> dict[str, str]:
        """The pages in which a run ends, and the folder of what they show; else that of all that it makes."""
        what = "all figures and tables in one page, to look at and to send"
        places = {as_seen_from_the_project(pages[name]): what for name in sorted(pages)}
        shown = [
            path
            for name, path in paths.items()
            if "." in name and any(path.is_relative_to(page.parent) for page in pages.values())
        ]
        if folders := {path if path.is_dir() else path.parent for path in shown or paths.values()}:
            common = Path(os.path.commonpath(folders))
            places[f"{as_seen_from_the_project(common)}/"] = "the files of this run"
        return places

    def _name_tools(self) -> dict[str, str]:
        """What shows more, in a checkout of the project."""
        viz = {f"make viz{self._env}": "the graph of the pipelines, with its pictures"}
        runs = {"make mlflow": "the tracked runs: parameters, learning curves, models"}
        return {**viz, **(runs if self._is_tracked else {})} if has_project() else {}
