"""The description of a run in MLflow, in Markdown: what was run, on what, what came out, where to look."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from fashion_nets.hooks.metadata import stored_path
from fashion_nets.project import as_seen_from_the_project
from fashion_nets.reporting.names import PAGE
from fashion_nets.tracking.child_runs import ChildRun
from fashion_nets.tracking.entries import describe, id_of, page_of, set_tags
from fashion_nets.tracking.outbox import Below, Outbox

FIGURES = "comparison"
RESULTS = ("test_accuracy", "test_mse", "val_accuracy", "val_mse", "val_loss", "best_epoch")
"""What is told of a network, as far as it has it: the first ``TOLD`` of these."""
TOLD = 3
DIGITS = 16  # of a fingerprint
LONGEST_LIST = 12
EARLIER = "earlier_runs"
"""The tag with the ids of all runs that this one has taken results of, or added results to."""
IDS_IN_A_TAG = 200  # MLflow takes 8,000 characters


class Description:
    """Describes the run of ``kedro run``, as it begins and again as it ends.

    Args:
        outbox: Of the run.
        command: What repeats it.
        parameters: As conf/ and the command line state them.
        pipeline: What runs.
        catalog: Knows where the report lies.
    """

    def __init__(
        self,
        outbox: Outbox,
        command: str,
        parameters: Mapping[str, Any],
        pipeline: Pipeline,
        catalog: DataCatalog,
    ) -> None:
        self._outbox = outbox
        self._command = command
        self._images = parameters["data_ingestion"]["name"]
        self._outputs = pipeline.all_outputs()
        self._catalog = catalog

    def tell(self, is_whole: bool = False) -> None:
        """Say what is known by now.

        Args:
            is_whole: Whether the run has made all that it was to make; only then there is a page of it.
        """
        text = "\n\n".join(filter(None, self._parts(is_whole)))
        own = self._outbox.run.info.run_id
        self._outbox.put(describe(own, text))
        earlier = [id_of(run.run) for run in self._outbox.below if run.is_earlier]
        for start in range(0, len(earlier), IDS_IN_A_TAG):
            name = EARLIER if start == 0 else f"{EARLIER}_{start // IDS_IN_A_TAG + 1}"
            self._outbox.put(set_tags(own, {name: " ".join(earlier[start : start + IDS_IN_A_TAG])}))

    def _parts(self, is_whole: bool) -> Iterator[str]:
        yield f"`{self._command}`"
        yield self._tell_data()
        new = [run for run in self._outbox.below if not run.is_earlier]
        earlier = [run for run in self._outbox.below if run.is_earlier]
        yield _list("Trained:", new)
        yield _list("Trained by earlier runs:", earlier)
        yield self._tell_files(has_page=is_whole and PAGE in self._outputs)

    def _tell_data(self) -> str:
        data = list(self._outbox.data.values())
        parts = "".join(f", {each.profile['num_rows']:,} {each.context}" for each in data)
        prints = sorted({each.profile["data_fingerprint"] for each in data} - {""})
        shown = f" (fingerprint {', '.join(each[:DIGITS] for each in prints)}…)" if prints else ""
        return f"Images: {self._images}{parts}{shown}"

    def _tell_files(self, has_page: bool) -> str:
        place = stored_path(self._catalog, PAGE if has_page else FIGURES)
        if place is None:
            return ""
        if has_page:
            return f"Report: `{as_seen_from_the_project(place)}`, and among the artifacts"
        return f"Figures and tables: `{as_seen_from_the_project(place.parent)}`"


def describe_network(outbox: Outbox, run: ChildRun, place: Path | None) -> None:
    """Describe the run of a network as it ends: what it has reached, what trained it, where its figures are.

    A run that MLflow had already keeps its description.
    """
    parent = outbox.run.info
    lines = [
        f"Network `{run.name}`{_tell_results(run.results)}",
        f"Part of [{parent.run_name}]({page_of(parent.run_id)})",
        f"Figures and tables: the artifacts, and `{as_seen_from_the_project(place)}`" if place else "",
    ]
    run.describe("\n\n".join(filter(None, lines)))


def _list(title: str, runs: Iterable[Below]) -> str:
    lines = [f"- [{run.name}]({page_of(run.run)}){_tell_results(run.results)}" for run in runs]
    if len(lines) > LONGEST_LIST:
        lines = [*lines[:LONGEST_LIST], f"- and {len(lines) - LONGEST_LIST} more"]
    return "\n".join([title, "", *lines]) if lines else ""


def _tell_results(results: Mapping[str, float]) -> str:
    told = [f"{name} {results[name]:.4g}" for name in RESULTS if name in results][:TOLD]
    return f": {', '.join(told)}" if told else ""
