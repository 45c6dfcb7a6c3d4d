"""What is gained by reusing layers."""

import math
from collections.abc import Sequence

import pandas as pd

from fashion_nets.evaluation.seeds import gains_over, summarize_seeds

QUANTITIES = ("val_accuracy", "test_accuracy", "test_gain", "seconds")


def tabulate_ways(trials: pd.DataFrame, task: Sequence[str]) -> pd.DataFrame:
    """Keep of trials what ways are compared by.

    Args:
        trials: A row per training, with many numbers.
        task: Columns that name what each way has to do, such as ``n_images``.

    Returns:
        The columns ``task``, ``way``, ``seed``, ``val_accuracy``, ``test_accuracy`` (both NaN for what
        diverged) and ``seconds``, of all epochs.
    """
    columns = [*task, "way", "seed", "val_accuracy", "test_accuracy", "training_seconds"]
    return trials[columns].rename(columns={"training_seconds": "seconds"})


def summarize_ways(results: pd.DataFrame, task: Sequence[str]) -> pd.DataFrame:
    """Average over seeds.

    Args:
        results: As by :func:`tabulate_ways`.
        task: Columns that name what each way has to do, such as ``n_images``.

    Returns:
        A row for each task and way: those columns, then ``<quantity>_mean`` and ``<quantity>_std`` of each of
        ``QUANTITIES``, of which ``test_gain`` is the gain in test accuracy over ``scratch`` with the same
        seed, and ``n_seeds``.
    """
    gains = gains_over(results, "scratch", "test_accuracy", [*task, "seed"])
    return summarize_seeds(results.assign(test_gain=gains), [*task, "way"], QUANTITIES)


def name_metrics(summary: pd.DataFrame, prefix: str) -> dict[str, float]:
    """The test accuracies and gains of a table as metrics by name, but for what is NaN.

    Args:
        summary: As by :func:`summarize_ways`.
        prefix: What each name begins with; a column in braces stands for its value, such as
            ``"{n_images}_images_{way}_"``.
    """
    return {
        f"{prefix.format(**row)}{quantity}_{statistic}": float(row[f"{quantity}_{statistic}"])
        for row in summary.to_dict("records")
        for quantity in ("test_accuracy", "test_gain")
        for statistic in ("mean", "std")
        if not (quantity == "test_gain" and row["way"] == "scratch")
        and math.isfinite(row[f"{quantity}_{statistic}"])
    }
