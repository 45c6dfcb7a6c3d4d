"""What a run that fails says."""

from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from fashion_nets.errors import UserError
from fashion_nets.hooks.metadata import is_optional
from fashion_nets.pipeline_registry import maker_of


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
        if not _is_about_a_missing_file(error):
            return
        missing = {
            name: maker_of(name)
            for name in sorted(pipeline.inputs())
            if not name.startswith("params:") and not (is_optional(catalog, name) or catalog.exists(name))
        }
        if makers := [maker for maker in pipelines if maker in missing.values()]:
            stored_by_others = [f"'{name}'" for name, maker in missing.items() if maker]
            names = ", ".join(stored_by_others) + (" is" if len(stored_by_others) == 1 else " are")
            raise UserError(
                f"{names} not stored yet. Run first, in the same environment: "
                f"kedro run --pipelines={','.join(makers)}"
            ) from error
        for name in missing:
            kind = name.rpartition(".")[2]
            similar = [each.removesuffix(f".{kind}") for each in _all_outputs() if each.endswith(f".{kind}")]
            if similar:
                raise UserError(
                    f"'{name}' is not stored, and no pipeline makes it. There can be a {kind} of "
                    f"{', '.join(sorted(similar))}."
                ) from error


def _all_outputs() -> set[str]:
    return set().union(*(pipeline.all_outputs() for pipeline in pipelines.values()))


def _is_about_a_missing_file(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, FileNotFoundError):
        error = error.__cause__
    return error is not None
