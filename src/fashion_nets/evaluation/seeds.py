"""What several trainings have in common, and by how much they differ."""

from collections.abc import Sequence

import pandas as pd


def summarize_seeds(results: pd.DataFrame, by: Sequence[str], values: Sequence[str]) -> pd.DataFrame:
    """Average over seeds.

    Args:
        results: A row per training, each seed once in a group.
        by: Columns that name a group.
        values: Columns of numbers.

    Returns:
        A row per group, in the order of their first appearance: the columns ``by``, then for each value its
        ``<value>_mean`` and ``<value>_std`` (with n - 1 in the denominator; missing for one seed), and
        ``n_seeds``.
    """
    groups = results.groupby(list(by), sort=False)
    summary = groups[list(values)].agg(["mean", "std"])
    summary.columns = ["_".join(column) for column in summary.columns]
    return summary.assign(n_seeds=groups.size()).reset_index()


def gains_over(results: pd.DataFrame, way: str, value: str, trial: Sequence[str]) -> pd.Series:
    """By how much each training is better than the one of another way in the same trial.

    Args:
        results: A row per training, each ``way`` once in a trial.
        way: The way to compare with.
        value: Column of numbers.
        trial: Columns that name a trial, such as the seed.

    Returns:
        The differences, one for each row of ``results``; 0 for ``way`` itself.
    """
    compared = results[results["way"] == way].set_index(list(trial))[value]
    trials = pd.MultiIndex.from_frame(results[list(trial)])
    return results[value] - compared.loc[trials].to_numpy()
