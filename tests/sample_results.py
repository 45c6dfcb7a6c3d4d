"""Runs on the sample, in seconds, that leave results for tests to look at."""

from pathlib import Path

from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

from fashion_nets.provenance.machine import count_threads

EXPERIMENTS = (
    ["study", "transfer", "pretraining", "gather_more_data", "coding_size", "architectures", "filters"],
    ["sweep"],
    ["sparse_autoencoder", "recurrent_autoencoder", "variational_autoencoder", "greedy_autoencoder"],
    ["explain", "predict", "export"],  # take what an earlier run has stored
)
"""What there is beside the default run."""
THREADS = count_threads()  # as many as this process has, so that trials need no processes of their own
EPOCHS = 2  # of each network of the default run
QUICKLY = {
    "trials": {"workers": 1, "threads": THREADS, "ray": None},
    "mlp": {"training": {"epochs": EPOCHS}},
    "cnn": {
        "architecture": {
            "blocks": [{"filters": 4, "kernel_size": 3, "convolutions": 1}],
            "dense_units": [16],
        },
        "training": {"epochs": EPOCHS},
    },
    "linear_autoencoder": {"training": {"epochs": EPOCHS}},
    "stacked_autoencoder": {"training": {"epochs": EPOCHS}},
    "tied_autoencoder": {"training": {"epochs": EPOCHS}},
    "convolutional_autoencoder": {"training": {"epochs": EPOCHS}},
    "denoising_autoencoder": {"training": {"epochs": EPOCHS}},
    "sparse_autoencoder": {"training": {"epochs": 1}},
    "recurrent_autoencoder": {"architecture": {"hidden_units": [8]}, "training": {"epochs": 1}},
    "variational_autoencoder": {"training": {"epochs": 1}},
    "greedy_autoencoder": {"training": {"epochs": 1, "fine_tuning_epochs": 1}},
    "study": {"n_seeds": 1, "max_epochs": 1, "n_train_images": 500},
    "sweep": {"n_trials": 2, "max_epochs": 1, "n_train_images": 500, "n_seeds": 1},
    "transfer": {
        "other_n_images": [],
        "n_seeds": 2,
        "epochs": 2,
        "frozen_epochs": 1,
        "min_images_per_epoch": 200,
    },
    "coding_size": {"sizes": [2, 4], "max_epochs": 1, "n_train_images": 500},
    "pretraining": {
        "numbers_of_images": [100],
        "n_seeds": 2,
        "min_images_per_epoch": 100,
        "frozen_epochs": 1,
        "training": {"epochs": 2},
    },
    "gather_more_data": {"smallest_size": 500, "n_seeds": 2, "epochs": 1, "min_images_per_epoch": 500},
    "architectures": {"names": "lenet5 alexnet", "n_train_images": 200, "epochs": 1},
}


def run_quickly(project: Path, *pipelines: str, track: bool = False) -> None:
    """Run pipelines of a project on the sample; the working directory is one of its folders."""
    bootstrap_project(project)
    parameters = {**QUICKLY, "tracking": {"enabled": track}}
    with KedroSession.create(project, env="sample", runtime_params=parameters) as session:
        session.run(pipeline_names=list(pipelines))
