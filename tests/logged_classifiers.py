"""Classifiers in a store of MLflow, logged as runs of this project do, without any training."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import keras
import mlflow
import numpy as np

from fashion_nets.data.image_set import scale_pixels
from fashion_nets.inspection.prediction import accuracy_of
from fashion_nets.tracking import ChildRun
from fashion_nets.tracking.entries import Input
from fashion_nets.tracking.models import save_network
from fashion_nets.tracking.runs import close_outbox, open_outbox
from fashion_nets.tracking.unsent import Header

DIGEST = "digest of validation"
"""Of the validation images of all runs but the last."""
RUNS = {
    "first": {"cnn": "random", "mlp": "poor"},
    "second": {"cnn": "good"},
    "third": {"cnn": "alike"},
    "elsewhere": {"mlp": "good"},
}
"""What networks are like by the run of ``kedro run`` that has trained them, in the order of these runs."""


class Logged(NamedTuple):
    """What was logged.

    Attributes:
        database: Of the store.
        runs: The ids of the runs, by name: ``first`` and ``first/cnn``.
        models: The models, by name of the network's run.
    """

    database: Path
    runs: dict[str, str]
    models: dict[str, keras.Model]


def classifier(kind, train_set):
    """A linear classifier that takes an image for the class whose mean image is nearest."""
    random = np.random.default_rng(0)
    pixels = scale_pixels(train_set.images).reshape(-1, 784)
    means = np.stack([pixels[train_set.labels == label].mean(axis=0) for label in range(10)])
    if kind == "random":
        means = random.normal(size=means.shape)
    elif kind == "poor":  # it sees the upper rows alone
        means[:, 200:] = 0
    elif kind == "alike":
        means = means + random.normal(0, 0.002, means.shape)
    inputs = keras.Input((28, 28))
    outputs = keras.layers.Dense(10, "softmax")(keras.layers.Flatten()(inputs))
    model = keras.Model(inputs, outputs, name=kind)
    model.set_weights([means.T, -np.square(means).sum(axis=1) / 2])
    return model


def log_classifiers(folder, empty_database, train_set, validation_set, class_names):
    """Log all of ``RUNS`` into a copy of an empty database."""
    database = Path(shutil.copy(empty_database, folder / "mlflow.db"))
    with closing(sqlite3.connect(database)) as connection, connection:
        artifacts = [(folder / "artifacts").as_uri()]
        connection.execute("UPDATE experiments SET artifact_location = ?", artifacts)
    uri, models = f"sqlite:///{database}", {}
    client = mlflow.MlflowClient(uri)
    for name, networks in RUNS.items():
        parent = client.create_run("0", run_name=name)
        outbox = open_outbox(Header(uri, "Default", None), parent)
        digest = "another digest" if name == "elsewhere" else DIGEST
        profile = {"data_fingerprint": "fingerprint"}
        outbox.data["validation_set"] = Input("validation_set", "validation", digest, "data", profile)
        for network, kind in networks.items():
            model = models[f"{name}/{network}"] = classifier(kind, train_set)
            run = ChildRun(network, {}, {"network": network, "architecture": "mlp"})
            run.log_inputs(["validation_set"])
            save_network(model, folder / name / network, class_names, validation_set.images[:1])
            run.log_model(network, str(folder / name / network))
            run.log_results({"val_accuracy": accuracy_of(model, validation_set)}, model=network)
            run.end("FINISHED")
        close_outbox("FINISHED")
    runs = client.search_runs(["0"])
    names = {run.info.run_id: run.info.run_name for run in runs}
    parents = {run.info.run_id: run.data.tags.get("mlflow.parentRunId") for run in runs}
    paths = {"/".join(names[each] for each in (parents[run_id], run_id) if each): run_id for run_id in names}
    return Logged(database, paths, models)
