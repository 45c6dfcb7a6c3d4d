"""What a run that fails says."""

import logging
import sys

from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog, DatasetError
from kedro.pipeline import Pipeline

from fashion_nets.errors import UserError, find_cause
from fashion_nets.hooks.missing import check_inputs


class FailureHook:
    """Names the pipeline that goes first where a dataset is missing, and knows whether nodes may have run.

    Attributes:
        is_running: Whether the run that a person asked for has begun: the errors before are about what was
            asked for, such as a pipeline that there is not.
    """

    def __init__(self) -> None:
        self.is_running = False

    @hook_impl
    def after_context_created(self) -> None:
        """A session has begun."""
        self.is_running = False
        logging.getLogger("kedro.pipeline.node").addFilter(_is_news)

    @hook_impl(tryfirst=True)
    def before_pipeline_run(self) -> None:
        """What was asked for is there."""
        self.is_running = True

    @hook_impl(trylast=True)
    def on_pipeline_error(self, error: Exception, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Say what is not stored yet, and what stores it.

        Raises:
            UserError: If files are missing, with the pipelines that make them, or if none does, with what
                there is instead.
        """
        if find_cause(error, FileNotFoundError):
            try:
                check_inputs(pipeline, catalog)
            except UserError as missing:
                raise missing from error


def _is_news(record: logging.LogRecord) -> bool:
    """Leave out that a node failed where the command says why: Kedro logs it while it handles the error."""
    return record.levelno < logging.ERROR or not isinstance(sys.exc_info()[1], UserError | DatasetError)
