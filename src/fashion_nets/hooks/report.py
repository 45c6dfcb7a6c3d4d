"""What the pages of a run are told of the run, and of what is stored."""

import json
import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.pipeline import Pipeline

from fashion_nets.advice import run_command
from fashion_nets.catalog import NetworkCatalog
from fashion_nets.config_loader import NetworkConfigLoader, project_loader
from fashion_nets.datasets.report_facts_dataset import ReportFactsDataset
from fashion_nets.hooks.command import repeat_command
from fashion_nets.networks.registry import CLASSIFIERS
from fashion_nets.pipeline_registry import renewed_by
from fashion_nets.project import as_seen_from_the_project, project_root
from fashion_nets.provenance.commit import commit_tags
from fashion_nets.provenance.machine import count_threads, describe_processor, library_versions
from fashion_nets.provenance.records import Record, read_record
from fashion_nets.provenance.states import Output, StateName, States
from fashion_nets.reporting.facts import DatasetFacts, RunFacts, StoredPage
from fashion_nets.reporting.names import FACTS, STUDY, SWEEP, page_dataset, part_dataset
from fashion_nets.reporting.page import title_of_page
from fashion_nets.reporting.parts import Part, answer_of, read_part
from fashion_nets.reporting.questions import QUESTIONS
from fashion_nets.status import look_at_outputs

logger = logging.getLogger(__name__)


class ReportHook:
    """Tells the dataset of facts that a run begins."""

    @hook_impl
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: NetworkCatalog
    ) -> None:
        """Note when, by which command, and with which configuration."""
        if FACTS in pipeline.inputs():
            facts = catalog[FACTS]
            if isinstance(facts, ReportFactsDataset):
                loader = project_loader()
                started = datetime.now(UTC).replace(microsecond=0)  # records have whole seconds
                facts.find_by(partial(find_facts, loader, started, repeat_command(run_params, loader)))


def find_facts(loader: NetworkConfigLoader, started: datetime, command: str) -> RunFacts:
    """Look at all that is stored: at records, when what the run has made before is recorded.

    Args:
        loader: Of the run.
        started: When it began.
        command: What repeats it.
    """
    root = project_root()
    outputs, finder = look_at_outputs(loader, root)
    wanted = (*CLASSIFIERS, *loader["parameters"]["autoencoders"])
    absent = [network for network in wanted if finder.of(f"{network}.model").kind == "missing"]
    return RunFacts(
        started=started,
        command=command,
        facts=_facts_of_run(root),
        datasets={name: _describe(output, finder, loader) for name, output in outputs.items()},
        experiments=list(_find_experiments(outputs, finder)),
        absent=absent,
        command_of_absent=run_command(loader, absent, "--only-missing-outputs") if absent else "",
    )


def _describe(output: Output, finder: States, loader: NetworkConfigLoader) -> DatasetFacts:
    record = read_record(output.stored.path)
    state = finder.of(output.name)
    return DatasetFacts(
        path=output.stored.path,
        state=state.kind,
        reasons=state.reasons if state.kind == "stale" else (),
        made=_time_of(record),
        parameters=record["parameters"] if record else {},
        command=run_command(loader, [renewed_by(output.name, output.pipeline)], "--only-missing-outputs"),
        replaced=finder.replaced(output.name),
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


def _find_experiments(outputs: Mapping[str, Output], finder: States) -> Iterator[StoredPage]:
    """The pages of experiments that are stored, those of studies and sweeps last."""
    for name in sorted(set(QUESTIONS) - {SWEEP}):
        part, page = outputs[part_dataset(name)].stored.path, outputs[page_dataset(name)].stored.path
        yield from _read_page(name, part, page, finder.of(page_dataset(name)).kind)
    for name in (STUDY, SWEEP):
        part, page = outputs[part_dataset(name)].stored.path, outputs[page_dataset(name)].stored.path
        for folder in sorted(part.parent.parent.glob("*/")):
            chosen = finder.of(page_dataset(name)).kind if folder == part.parent else None
            file = folder / part.name
            yield from _read_page(name, file, folder / page.name, chosen or state_by_images(file, outputs))


def _read_page(name: str, part: Path, page: Path, state: StateName) -> Iterator[StoredPage]:
    if page.exists() and (read := _read(part, name)):
        yield StoredPage(title_of_page(page), page, answer_of(read), _time_of(read_record(part)), state)


def state_by_images(file: Path, outputs: Mapping[str, Output]) -> StateName:
    """Of what other parameters have made there is only known whether it was made of other images."""
    record = read_record(file)
    for name, digest in (record["sets"] if record else {}).items():
        now = read_record(outputs[name].stored.path)
        if now is not None and now["content"]["digest"] != digest:
            return "stale"
    return "unknown"


def _read(file: Path, name: str) -> Part | None:
    """A part; None, with a warning, of one that is damaged, or of something else."""
    try:
        part = read_part(json.loads(file.read_bytes()), name, "experiment")
    except (OSError, ValueError):
        part = None
    if part is None:
        shown = as_seen_from_the_project(file)
        logger.warning(
            "The report does not list the page beside %s, which is not as this version stores it. The "
            "pipeline %s makes it again.",
            shown,
            name,
        )
    return part
