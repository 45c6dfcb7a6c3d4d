"""What the trials of a study have shown."""

import numpy as np
import pandas as pd

from fashion_nets.evaluation.seeds import summarize_seeds, summarize_variants

# The numbers of each trial, with the digits that are significant.
QUANTITIES = {
    "val_accuracy": 4,
    "val_loss": 4,
    "train_accuracy": 4,
    "train_loss": 4,
    "epochs": 1,
    "seconds_per_epoch": 3,
    "seconds": 1,
}


def compare_variants(trials: pd.DataFrame) -> pd.DataFrame:
    """Average the trials of each ``variant`` as :func:`summarize_variants` does."""
    return summarize_variants(trials, "variant", QUANTITIES)


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
