"""Nodes that end a run in its report."""

import logging
from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from fashion_nets.errors import UserError
from fashion_nets.networks.registry import NETWORKS
from fashion_nets.pipelines.joints import Stored, results_of_all
from fashion_nets.pipelines.wiring import doing_without
from fashion_nets.project import as_seen_from_the_project
from fashion_nets.reporting.facts import RunFacts
from fashion_nets.reporting.names import DATA, PART, part_dataset
from fashion_nets.reporting.page import render_experiment, render_report
from fashion_nets.reporting.parts import Kind, Part, is_empty, make_part, read_part
from fashion_nets.trials.collecting import TrialTables

logger = logging.getLogger(__name__)


class PartNodes(NamedTuple):
    """The node of one part, which knows its name: Kedro tells a function nothing of its namespace.

    Attributes:
        name: Of the network or the experiment; ``data`` for that of the images.
        kind: What the part is about.
        shared: The datasets that are of no namespace.
    """

    name: str
    kind: Kind
    shared: tuple[str, ...] = ()

    @doing_without
    def make_report_part(self, **contents: Any) -> Part:
        """Put figures, tables and numbers into a part of the report, with what is missing of them."""
        return make_part(
            self.name, self.kind, {self._dataset(own): _shown(value) for own, value in contents.items()}
        )

    def make_experiment_report(self, report_facts: RunFacts, report_part: Part) -> str:
        """Make the page of an experiment.

        Raises:
            UserError: If its part is not as this version stores it.
        """
        part = read_part(report_part, self.name, self.kind)
        if part is None:
            raise UserError(
                f"{_file_of(self.name, report_facts)} is not as this version stores it: it was changed, or "
                "another version has stored it. Run the whole experiment again: "
                f"kedro run --pipelines={self.name}"
            )
        return render_experiment(report_facts, part)

    def _dataset(self, own: str) -> str:
        return own if own in self.shared else f"{self.name}.{own}"


def _shown(value: Any) -> Any:
    """Of trials, a row for each of them."""
    return value.trials if isinstance(value, TrialTables) else value


@doing_without
def make_report(
    report_facts: RunFacts,
    comparison: pd.DataFrame | None,
    codings_comparison: pd.DataFrame | None,
    data: Part | None,
    stored: Stored,
    collected: Mapping[str, Any] | None = None,
    **networks: Part | None,
) -> str:
    """Join the parts of all networks, those of this run and those stored before, to one page."""
    stored_parts = {DATA: data, **results_of_all(PART, NETWORKS, networks, stored, collected)}
    parts = {
        name: read_part(part, name, "data" if name == DATA else "network")
        for name, part in stored_parts.items()
        if part is not None
    }
    if others := [_file_of(name, report_facts) for name, part in parts.items() if part is None]:
        logger.warning(
            "The report is without what is not as this version stores it: %s. The pipeline report makes it "
            "again.",
            ", ".join(others),
        )
    of_networks = [part for name, part in parts.items() if name != DATA and part and not is_empty(part)]
    tables = {"comparison": comparison, "codings_comparison": codings_comparison}
    return render_report(report_facts, parts.get(DATA), of_networks, tables)


def _file_of(name: str, facts: RunFacts) -> str:
    return as_seen_from_the_project(facts.datasets[part_dataset(name)].path)
