"""What a page says of the run that made it, and of what is stored."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from fashion_nets.provenance.states import StateName


class DatasetFacts(NamedTuple):
    """What is known of a stored dataset.

    Attributes:
        path: Where it lies.
        state: As ``kedro status`` says it.
        reasons: By what it is stale.
        made: When it was stored; None if nothing says so.
        parameters: Those that made it, by name as nodes take them.
        command: What makes it again.
        replaced: Datasets that it was made of, of which something else is stored now.
    """

    path: Path
    state: StateName
    reasons: tuple[str, ...] = ()
    made: datetime | None = None
    parameters: Mapping[str, Any] = {}
    command: str = ""
    replaced: frozenset[str] = frozenset()


UNKNOWN = DatasetFacts(Path(), "unknown")
"""Of what nothing is known."""


def is_changed(name: str, known: DatasetFacts) -> bool:
    """Whether a dataset is stale by itself, and not only as what it was made of is."""
    return any(reason.startswith(f"{name} ") for reason in known.reasons)


def made_as_shown(stored: DatasetFacts, copy: DatasetFacts) -> datetime | None:
    """When what a copy shows of a dataset was made: what was stored again since then is shown as before."""
    return min(stored.made, copy.made) if stored.made and copy.made else None


class StoredPage(NamedTuple):
    """The page of an experiment.

    Attributes:
        title: Name of the experiment or the study.
        path: Where it lies.
        answer: What it has found.
        made: When it was stored.
        state: As ``kedro status`` says it; of a study that conf/ does not choose it is unknown, unless the
            images are others.
    """

    title: str
    path: Path
    answer: str
    made: datetime | None
    state: StateName


class RunFacts(NamedTuple):
    """What is known while a page is made.

    Attributes:
        started: When the run began.
        command: That of the run.
        facts: Further facts of the run by name, such as the commit, in the order in which they are shown.
        datasets: What is stored, by name in the catalog.
        experiments: The pages of experiments that are stored.
        absent: The networks that conf/ names and that are not stored.
        command_of_absent: What makes these.
    """

    started: datetime
    command: str
    facts: Mapping[str, str]
    datasets: Mapping[str, DatasetFacts]
    experiments: Sequence[StoredPage] = ()
    absent: Sequence[str] = ()
    command_of_absent: str = ""
