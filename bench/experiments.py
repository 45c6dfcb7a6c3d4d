"""What docs/ tell of the full data: where a project stores it, and what docs/ keep of it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from bench.places import ROOT

DOCS = ROOT / "docs"
KEPT = DOCS / "results"
ABOUT = "result.json"
REPORTING, TRIALS = Path("08_reporting"), Path("07_model_output")
STUDIES = (
    "initializers",
    "activations",
    "batch_normalization",
    "gradient_clipping",
    "optimizers",
    "schedules",
    "regularization",
    "dropout",
    "dropout_overfitting",
    "network_growing",
    "network_pruning",
    "early_stopping",
    "losses",
    "batch_size",
    "vanishing_gradients",
    "kernel_size",
    "pooling",
    "skip_connections",
)
SWEEPS = ("mlp_accuracy", "cnn_budget")


class Experiment(NamedTuple):
    """Where the results of one command lie, in the folder of data of a project and in docs/.

    Attributes:
        tables: Their places in the data, by the names that they get in ``docs/results/<experiment>``; what is
            JSON may have a ``sentence``, which is the answer.
        trained: What tells by its record which run has trained it, a place in the data.
        pictures: Their places in the data, by the places that they get in ``docs/images``.
        trials: The folder of its trials, whose files tell the seeds; None where it is one run with one seed.
    """

    tables: Mapping[str, Path]
    trained: Path
    pictures: Mapping[str, Path] = {}
    trials: Path | None = None


class Result(NamedTuple):
    """What docs/ keep of an experiment.

    Attributes:
        about: ``command``, ``seeds``, ``date``, ``minutes``, ``commit``, ``machine``, ``versions``;
            ``finished_earlier`` where some trials are of an earlier run, ``told_after`` where the tables were
            told from stored trials by a later commit.
        tables: As the experiment has stored them, by file name without its ending.
        numbers: What it has stored as JSON, such as a conclusion or a verdict, likewise.
    """

    about: dict[str, Any]
    tables: dict[str, pd.DataFrame]
    numbers: dict[str, dict[str, Any]]


def _study(name: str, **further: str) -> Experiment:
    folder = REPORTING / "studies" / name
    pictures = {f"studies/{name}.png": folder / "answer.png"}
    pictures |= {f"studies/{kept}.png": folder / file for kept, file in further.items()}
    return Experiment(
        tables={name: folder / name for name in ("comparison.csv", "conclusion.json")},
        trained=TRIALS / "studies" / name,
        pictures=pictures,
        trials=TRIALS / "studies" / name,
    )


def _sweep(name: str) -> Experiment:
    folder, pictures = REPORTING / "sweeps" / name, ("history", "importance", "parallel_coordinates")
    return Experiment(
        tables={
            kept: folder / kept for kept in ("verdict.json", "importance.csv", "trials.csv", "winner.csv")
        },
        trained=TRIALS / "sweeps" / name / "finals",
        pictures={f"sweeps/{name}_{picture}.png": folder / f"{picture}.png" for picture in pictures},
        trials=TRIALS / "sweeps" / name,
    )


_FURTHER_PICTURES = {
    "activations": {"activation_functions": "../activation_functions.png"},
    "network_pruning": {"network_pruning_sparsity": "further_figures/sparsity.png"},
    "skip_connections": {"skip_connections_curves": "curves.png"},
    "vanishing_gradients": {"vanishing_gradients_dead_units": "further_figures/dead_units.png"},
}
_STACKED, _LINEAR, _CONVOLUTIONAL, _DENOISING = (
    REPORTING / f"{name}_autoencoder" for name in ("stacked", "linear", "convolutional", "denoising")
)

EXPERIMENTS = {
    "default": Experiment(
        tables={
            "comparison.csv": REPORTING / "comparison.csv",
            "codings_comparison.csv": REPORTING / "codings_comparison.csv",
            "stacked_projections.csv": _STACKED / "projection_scores.csv",
            "linear_projections.csv": _LINEAR / "projection_scores.csv",
            "denoising.csv": _DENOISING / "denoising_scores.csv",
            "pca_comparison.json": _LINEAR / "pca_comparison.json",
        },
        trained=REPORTING / "comparison.csv",
        pictures={
            "thumbnails.png": _STACKED / "thumbnails.png",
            "autoencoders/pca_comparison.png": _LINEAR / "pca_comparison.png",
            "autoencoders/reconstructions.png": _CONVOLUTIONAL / "reconstructions.png",
        },
    ),
    **{name: _study(name, **_FURTHER_PICTURES.get(name, {})) for name in STUDIES},
    **{name: _sweep(name) for name in SWEEPS},
    "transfer": Experiment(
        tables={"comparison.csv": REPORTING / "transfer" / "comparison.csv"},
        trained=TRIALS / "transfer",
        pictures={"studies/transfer.png": REPORTING / "transfer" / "comparison.png"},
        trials=TRIALS / "transfer",
    ),
    "gather_more_data": Experiment(
        tables={
            "errors.csv": REPORTING / "gather_more_data" / "errors.csv",
            "verdict.json": REPORTING / "gather_more_data" / "verdict.json",
        },
        trained=TRIALS / "gather_more_data",
        pictures={"studies/gather_more_data.png": REPORTING / "gather_more_data" / "learning_curve.png"},
        trials=TRIALS / "gather_more_data",
    ),
}
"""By the name under which docs/ keep it."""


def read_result(name: str, folder: Path = KEPT) -> Result | None:
    """What docs/ keep of an experiment; None where it was not run since results are kept.

    Args:
        name: One of ``EXPERIMENTS``.
        folder: ``docs/results`` of a project.
    """
    if not (folder / name / ABOUT).exists():
        return None
    numbers = {path.stem: json.loads(path.read_text()) for path in sorted((folder / name).glob("*.json"))}
    tables = {path.stem: pd.read_csv(path) for path in sorted((folder / name).glob("*.csv"))}
    return Result(numbers.pop(Path(ABOUT).stem), tables, numbers)
