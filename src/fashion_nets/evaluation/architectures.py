"""What architectures cost and what they reach, side by side."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from fashion_nets.evaluation.differences import SeedNoise, compare_accuracies, guessing_accuracy
from fashion_nets.evaluation.seeds import COSTS, summarize_variants
from fashion_nets.intervals import half_interval
from fashion_nets.networks.architectures.publications import Publication

# What is averaged over the seeds, with the digits that are significant.
RESULTS = {"seconds_per_epoch": 3, "val_accuracy": 4, "test_accuracy": 4}


def compare_architectures(
    trials: pd.DataFrame, publications: Mapping[str, Publication | None]
) -> pd.DataFrame:
    """Average the trainings of each architecture, the best first.

    Args:
        trials: A row per training: ``architecture``, ``diverged``, ``parameters``, ``multiplications``,
            ``training_memory_mb``, ``seconds_per_epoch`` and, unless it diverged, ``val_accuracy`` and
            ``test_accuracy``.
        publications: Where each architecture was published; None where it was not.

    Returns:
        A row per architecture, by falling ``val_accuracy``: ``architecture``, ``year``,
        ``published_parameters`` (both missing for what was not published), ``parameters``,
        ``multiplications`` (of one image, forward), ``training_memory_mb`` (of a batch, estimated),
        ``n_seeds``, ``n_diverged``, ``seconds_per_epoch``, ``val_accuracy``, ``test_accuracy`` (means), their
        ``val_accuracy_std`` and ``test_accuracy_std`` (missing for one seed) and ``source``.
    """
    trials = trials.reindex(columns=["architecture", "diverged", *COSTS, *RESULTS])
    summary = summarize_variants(trials, "architecture", RESULTS)
    published = {name: publication for name, publication in publications.items() if publication}
    publication = pd.DataFrame(
        {
            "year": pd.Series({name: each.year for name, each in published.items()}, dtype="Int64"),
            "published_parameters": pd.Series(
                {name: each.parameters for name, each in published.items()}, dtype="Int64"
            ),
            "source": pd.Series({name: each.citation for name, each in published.items()}, dtype="str"),
        }
    )
    means = {f"{name}_mean": name for name in RESULTS}
    table = summary.join(publication, on="architecture").rename(columns=means)
    first, counts = ["architecture", "year", "published_parameters"], ["n_seeds", "n_diverged"]
    return table[[*first, *COSTS, *counts, *RESULTS, "val_accuracy_std", "test_accuracy_std", "source"]]


def find_alike(comparison: pd.DataFrame, test_labels: np.ndarray) -> list[str]:
    """Name the architectures whose test accuracy is not behind the highest beyond noise, but for that one.

    Args:
        comparison: As by :func:`compare_architectures`.
        test_labels: Of the images on which the accuracies are measured.
    """
    there = comparison.dropna(subset=["test_accuracy"]).set_index("architecture")
    if there.empty:
        return []
    n_images, guess = len(test_labels), guessing_accuracy(test_labels)
    accuracies, n_seeds = there["test_accuracy"], there["n_seeds"] - there["n_diverged"]
    learns = accuracies > guess + accuracies.map(lambda accuracy: half_interval(accuracy, n_images))
    counted = there[learns] if learns.any() else there  # what guesses differs by nothing from seed to seed
    degrees = n_seeds[counted.index] - 1
    freedom = int(degrees.sum())
    squares = float((counted["test_accuracy_std"].fillna(0) ** 2 * degrees).sum())
    noise = SeedNoise(squares / freedom if freedom else 0.0, freedom)
    best = str(accuracies.idxmax())
    differences = {
        str(name): compare_accuracies(
            (accuracies[name], accuracies[best]), (n_seeds[name], n_seeds[best]), noise, n_images
        )
        for name in accuracies.index.drop(best)
    }
    return [name for name, difference in differences.items() if not difference.is_beyond_noise]
