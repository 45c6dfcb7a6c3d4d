"""What several trainings have in common, and by how much they differ."""

from collections.abc import Mapping, Sequence

import pandas as pd

COSTS = ["parameters", "multiplications", "training_memory_mb"]
"""What the network of a training costs, whatever the seed."""


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


def summarize_variants(trials: pd.DataFrame, by: str, digits: Mapping[str, int]) -> pd.DataFrame:
    """Average the trainings of each variant over its seeds, the best variant first.

    Args:
        trials: A row per training: ``by``, ``diverged``, ``COSTS`` and the quantities, of which a training
            that diverged may lack some; ``val_accuracy`` is among them.
        by: Column that names a variant.
        digits: The quantities, with the digits that are significant.

    Returns:
        A row per variant: ``by``, ``n_seeds``, ``n_diverged``, ``COSTS``, and for each quantity its
        ``<quantity>_mean`` and ``<quantity>_std`` over the seeds that have it (n - 1 in the denominator), by
        falling ``val_accuracy_mean``; variants that diverged with every seed come last.
    """
    variants = trials.groupby(by, sort=False)
    rounded = {f"{name}_{kind}": number for name, number in digits.items() for kind in ("mean", "std")}
    summary = summarize_seeds(trials, [by], list(digits)).round(rounded).set_index(by)
    front = pd.DataFrame(
        {
            "n_seeds": summary.pop("n_seeds"),
            "n_diverged": variants["diverged"].sum(),
            **{cost: variants[cost].first() for cost in COSTS},
        }
    )
    return (
        front.join(summary)
        .reset_index()
        .sort_values(
            "val_accuracy_mean", ascending=False, na_position="last", kind="stable", ignore_index=True
        )
    )


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
