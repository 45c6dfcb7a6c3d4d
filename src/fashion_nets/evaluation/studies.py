"""What the trials of a study have shown."""

import numpy as np
import pandas as pd

from fashion_nets.evaluation.seeds import summarize_seeds

# What each trial is summed up to, with the digits that mean something.
QUANTITIES = {
    "val_accuracy": 4,
    "val_loss": 4,
    "train_accuracy": 4,
    "train_loss": 4,
    "epochs": 1,
    "seconds_per_epoch": 3,
    "seconds": 1,
}
# What a variant's network costs, whatever the seed.
COSTS = ["parameters", "multiplications", "training_memory_mb"]


def compare_variants(trials: pd.DataFrame) -> pd.DataFrame:
    """Average the trials of each variant, the best variant first.

    Args:
        trials: A row a trial: ``variant``, ``seed``, ``diverged``, ``COSTS`` and ``QUANTITIES``, of which a
            trial that diverged has no losses and accuracies.

    Returns:
        A row a variant: ``variant``, ``n_seeds``, ``n_diverged``, ``COSTS``, and for each quantity its
        ``<quantity>_mean`` and ``<quantity>_std`` over the seeds that have it (n - 1 in the denominator), by
        falling ``val_accuracy_mean``; variants that diverged with every seed come last.
    """
    digits = {f"{name}_{kind}": digits for name, digits in QUANTITIES.items() for kind in ("mean", "std")}
    summary = summarize_seeds(trials, ["variant"], list(QUANTITIES)).round(digits)
    by_variant = trials.groupby("variant", sort=False)
    summary.insert(1, "n_seeds", summary.pop("n_seeds"))
    summary.insert(2, "n_diverged", by_variant["diverged"].sum().to_numpy())
    for place, cost in enumerate(COSTS, start=3):
        summary.insert(place, cost, by_variant[cost].first().to_numpy())
    return summary.sort_values(
        "val_accuracy_mean", ascending=False, na_position="last", kind="stable", ignore_index=True
    )


def average_histories(histories: pd.DataFrame) -> pd.DataFrame:
    """Average the epochs of each variant over the seeds.

    Args:
        histories: A row for each ``epoch`` of each trial, with its ``variant`` and ``seed``.

    Returns:
        A row for each ``variant`` and ``epoch``: ``<column>_mean`` and ``<column>_std`` of each other column,
        over the seeds that got so far and have a finite value.
    """
    finite = histories.replace([np.inf, -np.inf], np.nan)
    return summarize_seeds(finite, ["variant", "epoch"], finite.columns.drop(["variant", "seed", "epoch"]))
