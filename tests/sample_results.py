"""A project with results on the sample, for tests that only look at them."""

from pathlib import Path

import pytest
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from tests.conftest import make_project

EXPERIMENTS = (
    ["study", "transfer", "pretraining", "gather_more_data", "coding_size", "architectures", "filters"],
    ["sparse_autoencoder", "recurrent_autoencoder", "variational_autoencoder", "greedy_autoencoder"],
    ["explain"],  # looks into what an earlier run has stored
)
"""What there is beside the default run."""
QUICKLY = {
    "tracking": {"enabled": False},
    "mlp": {"training": {"epochs": 2}},
    "cnn": {
        "architecture": {
            "blocks": [{"filters": 4, "kernel_size": 3, "convolutions": 1}],
            "dense_units": [16],
        },
        "training": {"epochs": 1},
    },
    "linear_autoencoder": {"training": {"epochs": 1}},
    "stacked_autoencoder": {"training": {"epochs": 1}},
    "tied_autoencoder": {"training": {"epochs": 1}},
    "convolutional_autoencoder": {"training": {"epochs": 1}},
    "denoising_autoencoder": {"training": {"epochs": 1}},
    "sparse_autoencoder": {"training": {"epochs": 1}},
    "recurrent_autoencoder": {"architecture": {"hidden_units": [8]}, "training": {"epochs": 1}},
    "variational_autoencoder": {"training": {"epochs": 1}},
    "greedy_autoencoder": {"training": {"epochs": 1, "fine_tuning_epochs": 1}},
    "study": {"n_seeds": 1, "max_epochs": 1, "train_images": 500},
    "transfer": {
        "other_n_images": [],
        "n_seeds": 2,
        "epochs": 2,
        "frozen_epochs": 1,
        "min_images_per_epoch": 200,
    },
    "coding_size": {"sizes": [2, 4], "max_epochs": 1, "train_images": 500},
    "pretraining": {
        "numbers_of_images": [100],
        "n_seeds": 2,
        "min_images_per_epoch": 100,
        "frozen_epochs": 1,
        "training": {"epochs": 2},
    },
    "gather_more_data": {"smallest_size": 570, "n_seeds": 2, "epochs": 1, "min_images_per_epoch": 570},
    "compare_architectures": {"names": "lenet5 alexnet", "train_images": 200, "epochs": 1},
}


def project_with_results(folder: Path, *further_runs: list[str]) -> Path:
    """Make the project in a folder, run the default pipeline there, and further ones after it."""
    make_project(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        bootstrap_project(folder)
        for pipelines in (["__default__"], *further_runs):
            with KedroSession.create(folder, env="sample", runtime_params=QUICKLY) as session:
                session.run(pipeline_names=pipelines)
    return folder
