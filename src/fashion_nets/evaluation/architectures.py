"""What architectures cost and what they reach, side by side."""

from collections.abc import Mapping

import pandas as pd

from fashion_nets.evaluation.seeds import summarize_seeds
from fashion_nets.evaluation.studies import COSTS
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
    groups = trials.groupby("architecture", sort=False)
    summary = summarize_seeds(trials, ["architecture"], list(RESULTS)).set_index("architecture")
    published = {name: publication for name, publication in publications.items() if publication}
    index = summary.index
    table = pd.DataFrame(
        {
            "year": pd.Series({name: each.year for name, each in published.items()}, dtype="Int64"),
            "published_parameters": pd.Series(
                {name: each.parameters for name, each in published.items()}, dtype="Int64"
            ),
            **{cost: groups[cost].first() for cost in COSTS},
            "n_seeds": summary["n_seeds"],
            "n_diverged": groups["diverged"].sum(),
            **{name: summary[f"{name}_mean"].round(digits) for name, digits in RESULTS.items()},
            "val_accuracy_std": summary["val_accuracy_std"].round(4),
            "test_accuracy_std": summary["test_accuracy_std"].round(4),
            "source": pd.Series({name: each.citation for name, each in published.items()}, dtype="str"),
        },
        index=index,
    ).rename_axis("architecture")
    return table.reset_index().sort_values(
        "val_accuracy", ascending=False, na_position="last", kind="stable", ignore_index=True
    )
