"""What the trials of a comparison gave, in tables."""

import logging
from typing import NamedTuple

import pandas as pd

from fashion_nets.evaluation.seeds import COSTS
from fashion_nets.trials.planning import Plan
from fashion_nets.trials.result import TrialResult
from fashion_nets.trials.running import Records
from fashion_nets.trials.training import score_names

logger = logging.getLogger(__name__)


class TrialTables(NamedTuple):
    """What all trials of a comparison gave, in the order of the plan.

    Attributes:
        trials: A row per trial: its labels, ``seed``, ``diverged`` and the numbers of
            :class:`fashion_nets.trials.result.TrialResult`; a trial that diverged has no scores.
        histories: A row for each epoch of each trial: labels, ``seed``, ``epoch`` from 1, ``updates`` and
            ``elapsed_seconds`` up to its end, and what the fit recorded.
        measurements: Tables of further measurements by their names, with labels and ``seed``.
    """

    trials: pd.DataFrame
    histories: pd.DataFrame
    measurements: dict[str, pd.DataFrame]


def collect_trials(plan: Plan, trials: Records) -> TrialTables:
    """Put what the trials of a plan gave into tables; other stored trials are left alone.

    Trials that were made with different versions of the libraries are named in the log.
    """
    rows, histories = [], []
    tables: dict[str, list[pd.DataFrame]] = {}
    versions: dict[str, dict[str, int]] = {}
    for trial in plan.trials:
        record = trials[trial.key]()
        result = TrialResult.from_record(record)
        names = {**trial.labels, "seed": trial.seed}
        rows.append({**names, "diverged": result.diverged is not None, **result.numbers})
        histories.append(result.history.assign(**names))
        for name, table in result.measurements.items():
            tables.setdefault(name, []).append(table.assign(**names))
        for library, version in record["versions"].items():
            counts = versions.setdefault(library, {})
            counts[version] = counts.get(version, 0) + 1
    _tell_versions(plan.title, versions)
    first = plan.trials[0]
    numbers = [*COSTS, "epochs", "seconds_per_epoch", "training_seconds", "seconds", *score_names(first)]
    columns = [*first.labels, "seed", "diverged", *numbers]
    return TrialTables(
        pd.DataFrame(rows).reindex(columns=columns),  # if all diverged, no row has all
        pd.concat(histories, ignore_index=True),
        {name: pd.concat(parts, ignore_index=True) for name, parts in tables.items()},
    )


def _tell_versions(title: str, versions: dict[str, dict[str, int]]) -> None:
    different = [
        f"{library} {' and '.join(f'{version} ({count})' for version, count in counts.items())}"
        for library, counts in versions.items()
        if len(counts) > 1
    ]
    if different:
        logger.warning(
            "%s: its trials were made with different versions, of so many trials each: %s. To train all of "
            "them with one, switch its parameter 'reuse' off.",
            title,
            "; ".join(different),
        )
