"""The summary at the end of a run."""

import logging
from pathlib import Path
from typing import Any

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog

from fashion_nets.evaluation.comparison import compare_networks
from fashion_nets.hooks.metadata import summarized_as

logger = logging.getLogger(__name__)

COLUMNS = [
    "network",
    "parameters",
    "epochs",
    "training_seconds",
    "test_loss",
    "test_accuracy",
    "test_mse",
]


class RunSummaryHook:
    """Ends a run with a table of its networks and where to look next."""

    def __init__(self) -> None:
        self._catalog = DataCatalog()
        self._metrics: dict[str, dict[str, float]] = {}
        self._reporting_folder = Path()

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Find out where reports are stored in this environment."""
        self._reporting_folder = Path(context.config_loader["globals"]["data_folder"]) / "08_reporting"

    @hook_impl
    def after_catalog_created(self, catalog: DataCatalog) -> None:
        """Keep what says which datasets are results of networks."""
        self._catalog = catalog

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any) -> None:
        """Remember the results of each network."""
        network = summarized_as(self._catalog, dataset_name)
        if network and "parameters" in data:  # an experiment has metrics too, but is no network
            self._metrics[network] = data

    @hook_impl
    def after_pipeline_run(self) -> None:
        """Log the table, and where to look next."""
        if self._metrics:
            table = (
                compare_networks(**self._metrics).reindex(columns=COLUMNS).dropna(axis="columns", how="all")
            )
            logger.info("Networks of this run:\n%s", table.to_string(index=False, na_rep="-"))
            self._metrics = {}
        logger.info(
            "Look next at: %s (figures and tables), kedro viz run (the graph), kedro mlflow ui (the runs)",
            self._reporting_folder,
        )
