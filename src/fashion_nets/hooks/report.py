"""What the pages of a run are told of the run, and of what is stored."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Never

from kedro.framework.hooks import hook_impl
from kedro.io import AbstractDataset
from kedro.pipeline import Pipeline

from fashion_nets.advice import command_of_process, run_command
from fashion_nets.catalog import NetworkCatalog
from fashion_nets.config_loader import NetworkConfigLoader, project_loader
from fashion_nets.datasets.errors import StoredDataError
from fashion_nets.hooks.command import repeat_command
from fashion_nets.project import project_root
from fashion_nets.provenance.commit import commit_tags
from fashion_nets.provenance.machine import count_threads, describe_processor, library_versions
from fashion_nets.provenance.records import Record, read_record
from fashion_nets.provenance.states import Output, State
from fashion_nets.reporting.facts import DatasetFacts, RunFacts, StoredPage
from fashion_nets.reporting.page import title_of_page
from fashion_nets.reporting.parts import Part, answer_of, is_part
from fashion_nets.status import find_states

Conf = tuple[str, str | None, dict[str, Any]]
"""Folder, environment and parameters of the command line."""
FACTS = "report_facts"
PART, PAGE = "report_part.json", "report.html"


class ReportFactsDataset(AbstractDataset[Never, RunFacts]):
    """Tells a page of the run that makes it, and how all that is stored stands.

    It is read from records as it is loaded, when what the run has made before is recorded.

    Args:
        metadata: Anything for other tools, such as kedro-viz.
    """

    def __init__(self, metadata: dict[str, Any] | None = None) -> None:
        self.metadata = metadata
        self._started = datetime.now(UTC)
        self._command = command_of_process()
        self._conf: Conf | None = None

    def begin(self, loader: NetworkConfigLoader, command: str) -> None:
        """A run begins.

        Args:
            loader: Its configuration, which is remembered for whatever process the page is made in.
            command: What repeats it.
        """
        self._started = datetime.now(UTC).replace(microsecond=0)  # records have whole seconds
        self._command = command
        self._conf = _conf_of(loader)

    def load(self) -> RunFacts:
        """Look at all that is stored."""
        loader, root = self._loader(), project_root()
        outputs, states = find_states(loader, root)
        datasets = {name: _describe(output, states[name], loader) for name, output in outputs.items()}
        return RunFacts(
            started=self._started,
            command=self._command,
            facts=_facts_of_run(root),
            datasets=datasets,
            experiments=_find_experiments(root / loader["globals"]["data_folder"] / "08_reporting"),
        )

    def save(self, data: Never) -> Never:  # noqa: ARG002
        """Refuse.

        Raises:
            StoredDataError: Always.
        """
        raise StoredDataError(f"{FACTS} cannot be saved: they are found out as a page is made")

    def _loader(self) -> NetworkConfigLoader:
        from fashion_nets.settings import CONFIG_LOADER_ARGS  # here, as settings import the hooks

        loader = project_loader()
        if self._conf in (None, _conf_of(loader)):
            return loader
        return NetworkConfigLoader(*self._conf, **CONFIG_LOADER_ARGS)

    def _exists(self) -> bool:
        return True

    def _describe(self) -> dict[str, Any]:
        return {}


class ReportHook:
    """Tells the dataset of facts that a run begins."""

    @hook_impl
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: NetworkCatalog
    ) -> None:
        """Note when, and by which command."""
        if FACTS in pipeline.inputs():
            facts = catalog[FACTS]
            if isinstance(facts, ReportFactsDataset):
                loader = project_loader()
                facts.begin(loader, repeat_command(run_params, loader))


def _conf_of(loader: NetworkConfigLoader) -> Conf:
    return str(loader.conf_source), loader.env, dict(loader.runtime_params or {})


def _describe(output: Output, state: State, loader: NetworkConfigLoader) -> DatasetFacts:
    record = read_record(output.stored.path)
    return DatasetFacts(
        path=output.stored.path,
        state=state.kind,
        reasons=state.reasons if state.kind == "stale" else (),
        made=_time_of(record),
        parameters=record["parameters"] if record else {},
        command=run_command(loader, [output.pipeline], "--only-missing-outputs"),
    )


def _time_of(record: Record | None) -> datetime | None:
    return datetime.fromisoformat(record["time"]) if record else None


def _facts_of_run(root: Path) -> Mapping[str, str]:
    commit = commit_tags(root)
    changed = " with changes" if commit.get("git_dirty") == "true" else ""
    facts = {
        "commit": f"{commit['git_commit']}{changed}" if commit else "",
        "machine": f"{describe_processor()}, {count_threads()} threads",
        "versions": ", ".join(f"{name} {version}" for name, version in library_versions().items()),
    }
    return {name: value for name, value in facts.items() if value}


def _find_experiments(folder: Path) -> list[StoredPage]:
    """The pages of experiments that are stored, those of studies last."""
    parts = [*sorted(folder.glob(f"*/{PART}")), *sorted(folder.glob(f"studies/*/{PART}"))]
    return [
        StoredPage(title_of_page(file), file.parent / PAGE, answer_of(part), _time_of(read_record(file)))
        for file in parts
        if (file.parent / PAGE).exists() and (part := _read(file)) and part["kind"] == "experiment"
    ]


def _read(file: Path) -> Part | None:
    """A part; None of one that is damaged, or of something else."""
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return None
    return found if is_part(found) else None
