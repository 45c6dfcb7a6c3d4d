"""The whole default graph on the embedded sample, and the MLflow run it leaves, read back."""

import json
import logging
import math
import re
import shutil
import subprocess
import sys
from pathlib import Path

import keras
import mlflow
import numpy as np
import pandas as pd
import pytest
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from mlflow.entities import RunStatus
from tests.sample_results import EPOCHS, QUICKLY

from fashion_nets.config_loader import NetworkConfigLoader
from fashion_nets.data.image_set import scale_pixels
from fashion_nets.inspection.prediction import predict
from fashion_nets.networks import registry
from fashion_nets.networks.registry import CLASSIFIERS
from fashion_nets.pipeline_registry import listed_autoencoders
from fashion_nets.provenance.commit import commit_tags
from fashion_nets.provenance.machine import count_threads
from fashion_nets.provenance.records import read_record
from fashion_nets.settings import CONFIG_LOADER_ARGS
from fashion_nets.status import describe_status

AUTOENCODERS = listed_autoencoders()
NETWORKS = (*CLASSIFIERS, *AUTOENCODERS)
MODEL_FILES = {"MLmodel", "conda.yaml", "python_env.yaml", "requirements.txt"}  # listed with the run's own


def run(project, parameters=None, env="sample", **options):
    bootstrap_project(project)
    with KedroSession.create(project, env=env, runtime_params=parameters) as session:
        return session.run(**options)


def stored_test_images(data):
    """The stored test images as networks take them."""
    return scale_pixels(np.load(data / "05_model_input/test_set/images.npy"))


def latest_run(project):
    client = mlflow.MlflowClient(f"sqlite:///{project / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("fashion-nets-sample")
    return client.search_runs([experiment.experiment_id], order_by=["start_time DESC"])[0]


@pytest.fixture(scope="module")
def data(finished_run):
    return finished_run / "data" / "sample"


def test_stored_networks_predict_in_a_process_without_this_package(data, tmp_path):
    program = """
import sys
sys.modules["fashion_nets"] = None  # an import of it fails
import keras, numpy
for network in ("mlp", "cnn"):
    model = keras.saving.load_model(f"{sys.argv[1]}/{network}/model.keras")
    numpy.save(f"{network}.npy", model.predict(numpy.zeros((3, 28, 28)), verbose=0))
"""
    subprocess.run([sys.executable, "-c", program, data / "06_models"], cwd=tmp_path, check=True)
    for network in ("mlp", "cnn"):
        predicted = np.load(tmp_path / f"{network}.npy")
        np.testing.assert_allclose(predicted.sum(axis=1), [1, 1, 1], rtol=1e-5)


def test_all_that_is_stored_says_what_made_it_and_is_current(finished_run, monkeypatch):
    monkeypatch.chdir(finished_run)
    loader = NetworkConfigLoader(
        str(finished_run / "conf"),
        "sample",
        {**QUICKLY, "tracking": {"enabled": False}},
        **CONFIG_LOADER_ARGS,
    )
    lines = describe_status(loader, finished_run, ["__default__"]).splitlines()
    assert {line.split()[0] for line in lines if not line.startswith(" ")} == {"current"}
    record = read_record(finished_run / "data/sample/06_models/mlp/model.keras")
    assert record["parameters"]["mlp.training"]["epochs"] == EPOCHS
    assert set(record["inputs"]) == {"train_set", "validation_set", "class_names"}
    assert record["machine"]["device"] == "CPU"
    assert len(record["run"]) == 32
    metrics = read_record(finished_run / "data/sample/08_reporting/mlp/metrics.json")
    assert metrics["inputs"]["mlp.model"] == record["content"]["digest"]
    assert set(metrics["sets"]) == {"train_set", "validation_set", "test_set"}


@pytest.fixture
def copied(finished_run, tmp_path, monkeypatch):
    """A copy of the project with its results, the working directory of the test."""
    project = tmp_path / "project"
    shutil.copytree(finished_run, project)
    monkeypatch.chdir(project)
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    return project


@pytest.fixture
def tracked(finished_run):
    """The first MLflow run of the project's database, and those below it by network."""
    mlflow.set_tracking_uri(f"sqlite:///{finished_run / 'mlflow.db'}")
    client = mlflow.MlflowClient()
    experiment = client.get_experiment_by_name("fashion-nets-sample").experiment_id
    first = client.search_runs([experiment], order_by=["start_time"])[0]
    below = client.search_runs([experiment], f"tags.`mlflow.parentRunId` = '{first.info.run_id}'")
    return client, first, {run.data.tags["network"]: run for run in below}


def test_what_is_stored_has_the_names_that_are_interface(data):
    for network in NETWORKS:
        for path in (
            f"06_models/{network}/model.keras",
            f"07_model_output/{network}/history.csv",
            f"08_reporting/{network}/metrics.json",
            f"08_reporting/{network}/learning_curves.png",
            f"08_reporting/{network}/diagram.png",
            f"08_reporting/{network}/layers.csv",
            f"08_reporting/{network}/costs.json",
            f"08_reporting/{network}/costs.png",
            f"08_reporting/{network}/about.json",
        ):
            assert (data / path).stat().st_size > 0, path
    for network in CLASSIFIERS:
        assert (data / f"07_model_output/{network}/predictions.parquet").exists()
        assert (data / f"08_reporting/{network}/confusion_matrix.png").exists()
        assert (data / f"08_reporting/{network}/mistakes.png").exists()
    for network in AUTOENCODERS:
        assert (data / f"08_reporting/{network}/reconstructions.png").exists()
        assert (data / f"08_reporting/{network}/projections.png").exists()
        assert (data / f"08_reporting/{network}/thumbnails.png").exists()
        page = data / f"08_reporting/{network}/projection.html"
        assert 1e6 < page.stat().st_size < 3e6
    for name in ("filter_sizes.csv", "denoising_scores.csv", "denoising_metrics.json", "denoised_images.png"):
        assert (data / "08_reporting/denoising_autoencoder" / name).exists()
    assert (data / "08_reporting/data/class_examples.png").exists()


def test_nothing_is_written_outside_the_environments_folders(finished_run):
    assert {path.name for path in (finished_run / "data").iterdir()} == {"01_raw", "sample"}
    assert {path.name for path in (finished_run / "data" / "01_raw").iterdir()} == {"fashion_mnist_sample"}
    assert {path.name for path in finished_run.iterdir()} == {
        ".telemetry",
        ".viz",  # the run's statistics, for kedro-viz
        "conf",
        "data",
        "mlartifacts",
        "mlflow.db",
        "mlflow.db.lock",  # of who creates the database; only who holds it may remove a lock
        "pyproject.toml",
        "src",
    }
    assert not (finished_run / "conf" / "mlflow.db").exists()


@pytest.mark.parametrize("network", CLASSIFIERS)
def test_metrics_of_classifiers_follow_from_what_is_stored(network, data):
    metrics = json.loads((data / f"08_reporting/{network}/metrics.json").read_text())
    predictions = pd.read_parquet(data / f"07_model_output/{network}/predictions.parquet")
    labels = np.load(data / "05_model_input/test_set/labels.npy")
    assert metrics["test_accuracy"] == pytest.approx(np.mean(predictions["predicted_label"] == labels))
    assert metrics["test_accuracy_low"] < metrics["test_accuracy"] < metrics["test_accuracy_high"]
    assert metrics["epochs"] == EPOCHS
    model = keras.saving.load_model(data / f"06_models/{network}/model.keras")
    images = stored_test_images(data)
    loss, accuracy = model.evaluate(images, labels, verbose=0)
    assert metrics["test_accuracy"] == pytest.approx(accuracy)
    assert metrics["test_loss"] == pytest.approx(loss, rel=1e-4)
    assert metrics["parameters"] == model.count_params()


@pytest.mark.parametrize("network", NETWORKS)
def test_costs_are_those_of_the_layers(network, data):
    layers = pd.read_csv(data / f"08_reporting/{network}/layers.csv")
    costs = json.loads((data / f"08_reporting/{network}/costs.json").read_text())
    metrics = json.loads((data / f"08_reporting/{network}/metrics.json").read_text())
    assert costs["batch_size"] == 32
    assert costs["multiplications"] == metrics["multiplications"] == layers["multiplications"].sum()
    assert costs["activations_mb"] == pytest.approx(32 * layers["activation_bytes"].sum() / 1e6)
    assert costs["training_memory_mb"] == metrics["training_memory_mb"]
    optimizer = 2 * costs["gradients_mb"] if network == "cnn" else 0  # Adam, SGD
    assert costs["optimizer_mb"] == pytest.approx(optimizer)


@pytest.mark.parametrize("network", AUTOENCODERS)
def test_metrics_of_autoencoders_follow_from_what_is_stored(network, data):
    metrics = json.loads((data / f"08_reporting/{network}/metrics.json").read_text())
    model = keras.saving.load_model(data / f"06_models/{network}/model.keras")
    images = stored_test_images(data)
    reconstructions = model.predict(images, verbose=0)
    assert metrics["test_mse"] == pytest.approx(np.mean((images - reconstructions) ** 2), rel=1e-4)
    history = pd.read_csv(data / f"07_model_output/{network}/history.csv")
    assert metrics["val_loss"] == pytest.approx(history["val_loss"].iloc[-1], rel=1e-4)
    loss = "mse" if network == "linear_autoencoder" else "binary_crossentropy"
    assert metrics["test_loss"] == pytest.approx(metrics[f"test_{loss}"], rel=1e-4)


def test_a_fifth_of_the_training_images_is_kept_for_validation(data):
    sizes = {
        name: np.load(data / f"05_model_input/{name}/images.npy", mmap_mode="r")
        for name in ("train_set", "validation_set", "test_set")
    }
    assert {name: images.shape for name, images in sizes.items()} == {
        "train_set": (4000, 28, 28),
        "validation_set": (1000, 28, 28),
        "test_set": (1000, 28, 28),
    }
    assert all(images.dtype == np.uint8 for images in sizes.values())


def test_the_comparison_has_a_row_a_network(data):
    comparison = pd.read_csv(data / "08_reporting/comparison.csv")
    assert set(comparison["network"]) == set(NETWORKS)
    assert comparison.set_index("network").loc["cnn", "architecture"] == "lecture"
    assert comparison["test_cross_entropy"].notna().sum() == len(CLASSIFIERS)


def test_projections_show_validation_images(data):
    for network, methods in (
        ("linear_autoencoder", ["codings", "pixels_pca"]),
        ("stacked_autoencoder", ["pca", "lda"]),
    ):
        scores = pd.read_csv(data / f"08_reporting/{network}/projection_scores.csv")
        assert list(scores["method"]) == methods
        assert scores["knn_accuracy"].between(0.15, 1).all()  # better than chance, 0.1
        projections = pd.read_parquet(data / f"07_model_output/{network}/projections.parquet")
        assert len(projections) == 1000 * len(methods)


def test_codings_are_compared_with_each_other_and_with_pca(data):
    comparison = pd.read_csv(data / "08_reporting/codings_comparison.csv").set_index("network")
    assert set(comparison.index) == set(AUTOENCODERS)
    assert comparison["linear_probe_accuracy"].is_monotonic_decreasing
    for network in AUTOENCODERS:
        scores = json.loads((data / f"08_reporting/{network}/coding_scores.json").read_text())
        metrics = json.loads((data / f"08_reporting/{network}/metrics.json").read_text())
        assert scores["val_mse"] == pytest.approx(metrics["val_mse"], rel=1e-4)
        assert comparison.loc[network, "knn_accuracy"] == pytest.approx(scores["knn_accuracy"], abs=1e-4)
        assert scores["pca_explained_variance"] > 0.3


def test_the_linear_autoencoder_is_held_against_pca(data):
    numbers = json.loads((data / "08_reporting/linear_autoencoder/pca_comparison.json").read_text())
    scores = json.loads((data / "08_reporting/linear_autoencoder/coding_scores.json").read_text())
    assert numbers["codings_size"] == 2
    assert 0 < numbers["largest_principal_angle"] <= 90
    assert numbers["val_mse"] == pytest.approx(scores["val_mse"])
    assert numbers["pca_val_mse"] == pytest.approx(scores["pca_val_mse"])
    assert numbers["pca_val_mse"] < numbers["val_mse"]
    assert (data / "08_reporting/linear_autoencoder/pca_comparison.png").exists()


def test_the_report_has_every_figure_of_every_network_and_nothing_is_missing_or_out_of_date(data):
    page = (data / "08_reporting/report.html").read_text(encoding="utf-8")
    figures = [file for file in (data / "08_reporting").rglob("*.png") if "studies" not in file.parts]
    assert page.count("<img ") == page.count('src="data:image/webp;base64,') == len(figures) > 40
    assert re.findall(r'class="mark">([^<]*)', page) == []
    for network in NETWORKS:
        assert f'<section id="{network}"' in page
        assert f'<a href="#{network}">' in page
    assert len(page) < 15e6  # bytes: it may be sent by mail


def test_one_run_is_one_mlflow_run_that_ended_well(tracked):
    _, parent, below = tracked
    assert parent.info.run_name == "__default__"
    assert sorted(below) == sorted(NETWORKS)
    assert {run.info.status for run in (parent, *below.values())} == {"FINISHED"}
    assert " && kedro run --env=sample --config=run-" in parent.data.tags["kedro_command"]  # it has a list
    note = parent.data.tags["mlflow.note.content"]
    assert f"[mlp](#/experiments/{parent.info.experiment_id}/runs/{below['mlp'].info.run_id})" in note


def test_parameters_are_tracked_one_by_one(tracked):
    _, parent, below = tracked
    parameters = {network: run.data.params for network, run in below.items()}
    assert parameters["mlp"]["training.epochs"] == str(EPOCHS)
    assert parameters["mlp"]["architecture.hidden_units"] == "[300, 100]"
    assert parameters["cnn"]["optimizer.name"] == "Adam"
    assert parameters["stacked_autoencoder"]["optimizer.learning_rate"] == "1.5"
    assert {each["seed"] for each in parameters.values()} == {"42"}
    assert parent.data.params["preprocessing.validation_size"] == "1000"
    values = [
        *parent.data.params.values(),
        *(value for each in parameters.values() for value in each.values()),
    ]
    assert not any("://" in value or value.startswith("/") for value in values)


@pytest.mark.parametrize("network", NETWORKS)
def test_each_epoch_and_each_result_is_tracked_in_the_run_of_its_network(network, tracked, data):
    client, _, below = tracked
    run = below[network]
    history = pd.read_csv(data / f"07_model_output/{network}/history.csv")
    *curve, stored = client.get_metric_history(run.info.run_id, "val_loss")
    by_epoch = {point.step: point.value for point in curve}
    assert by_epoch == pytest.approx(dict(zip(history["epoch"], history["val_loss"], strict=True)))
    metrics = json.loads((data / f"08_reporting/{network}/metrics.json").read_text())
    assert (stored.step, stored.value) == (len(history), metrics["val_loss"])
    assert (
        run.data.tags["architecture"]
        == metrics.pop("architecture")
        == registry.NETWORKS[network].architecture
    )
    numbers = {name: value for name, value in metrics.items() if not isinstance(value, str)}
    assert numbers.items() <= run.data.metrics.items()  # what MLflow shows is of the stored network
    assert run.data.metrics["best_epoch"] <= len(history)


def test_each_network_is_found_by_what_it_has_reached_and_by_its_data(tracked):
    client, parent, below = tracked
    found = client.search_runs(
        [parent.info.experiment_id], "metrics.test_accuracy > 0.3 and tags.network = 'cnn'"
    )
    assert [run.info.run_id for run in found] == [below["cnn"].info.run_id]
    (digest,) = {
        each.dataset.digest for each in below["mlp"].inputs.dataset_inputs if each.dataset.name == "test_set"
    }
    on_the_same = client.search_runs([parent.info.experiment_id], f"dataset.digest = '{digest}'")
    assert {run.info.run_id for run in below.values()} <= {run.info.run_id for run in on_the_same}
    contexts = {each.dataset.name: each.tags[0].value for each in below["cnn"].inputs.dataset_inputs}
    assert contexts == {"train_set": "training", "validation_set": "validation", "test_set": "test"}


def test_scores_of_denoising_are_tracked_beside_the_results_of_the_network(tracked, data):
    scores = pd.read_csv(data / "08_reporting/denoising_autoencoder/denoising_scores.csv").set_index("method")
    tracked_metrics = tracked[2]["denoising_autoencoder"].data.metrics
    for method in ("noisy", "mean_filter", "median_filter", "autoencoder"):
        for name in ("mse", "psnr", "gain"):
            tracked_value = tracked_metrics[f"denoising_{method}_{name}"]
            assert tracked_value == pytest.approx(scores.loc[method, name], rel=1e-4)


def test_figures_and_tables_are_tracked_as_they_are_stored(tracked, data):
    client, parent, below = tracked

    def names(run, folder=None):
        listed = client.list_artifacts(run.info.run_id, folder)
        return {Path(file.path).name for file in listed if not file.is_dir} - MODEL_FILES

    def stored(folder):
        files = (data / "08_reporting" / folder).iterdir()
        return {path.name for path in files if path.is_file()} - {"report_part.json"}

    assert names(parent) == stored("")
    assert names(parent, "data") == stored("data")
    for network in NETWORKS:
        assert names(below[network]) == stored(network)


@pytest.mark.parametrize("network", NETWORKS)
def test_models_are_tracked_with_a_signature_and_load_again(network, tracked, data, class_names):
    client, _, below = tracked
    run = below[network]
    (logged,) = [
        model
        for model in client.search_logged_models([run.info.experiment_id])
        if model.name == network and model.source_run_id == run.info.run_id
    ]
    on = {metric.key: metric.dataset_name for metric in logged.metrics}
    assert (on["val_loss"], on["test_loss"]) == ("validation_set", "test_set")
    signature = mlflow.models.get_model_info(logged.model_uri).signature
    assert signature.inputs.inputs[0].shape == (-1, 28, 28)
    assert signature.inputs.inputs[0].type == np.dtype("uint8")
    outputs = (
        ["class_name", "probability", *class_names]
        if network in CLASSIFIERS
        else ["reconstructions", "codings"]
    )
    assert signature.outputs.input_names() == outputs
    reloaded = mlflow.pyfunc.load_model(logged.model_uri)
    grey_levels = np.load(data / "05_model_input/train_set/images.npy")[:1]
    np.testing.assert_array_equal(reloaded.input_example["images"], grey_levels)
    grey_levels = np.load(data / "05_model_input/test_set/images.npy")[:5]
    given = reloaded.predict(grey_levels)
    stored = keras.saving.load_model(data / f"06_models/{network}/model.keras")
    expected = predict(stored, grey_levels)
    values = given[class_names] if network in CLASSIFIERS else given["reconstructions"]
    np.testing.assert_allclose(values, expected, rtol=1e-4, atol=1e-6)


def test_the_run_is_tagged_with_seed_data_commit_and_machine(tracked, data, finished_run):
    tags = tracked[1].data.tags
    card = json.loads((data / "08_reporting/data/data_card.json").read_text())
    assert tags["seed"] == "42"
    assert tags["data_fingerprint"] == card["fingerprint"]
    assert (tags["device"], tags["threads"]) == ("CPU", str(count_threads()))
    assert tags["processor"]
    assert tags.get("git_commit") == commit_tags(finished_run).get("git_commit")
    assert "stale_inputs" not in tags
    assert len(card["fingerprint"]) == 64


def test_a_step_runs_alone_on_what_is_stored_and_tracks_its_data(copied):
    data = copied / "data" / "sample"
    before = (data / "08_reporting/mlp/metrics.json").read_text()
    (data / "08_reporting/mlp/metrics.json").unlink()
    run(copied, pipeline_names=["evaluate"], namespaces=["mlp"])
    assert (data / "08_reporting/mlp/metrics.json").read_text() == before
    latest = latest_run(copied)
    assert latest.info.run_name == "evaluate (namespaces mlp)"
    assert len(latest.data.tags["data_fingerprint"]) == 64


def test_only_missing_outputs_are_made(copied, caplog):
    data = copied / "data" / "sample"
    model = (data / "06_models/mlp/model.keras").stat().st_mtime_ns
    (data / "08_reporting/mlp/learning_curves.png").unlink()
    with caplog.at_level(logging.INFO, logger="kedro.runner"):
        run(copied, QUICKLY, only_missing_outputs=True)
    assert (data / "08_reporting/mlp/learning_curves.png").exists()
    assert (data / "06_models/mlp/model.keras").stat().st_mtime_ns == model
    assert "Completed node: mlp.plot_learning_curves" in caplog.text
    assert "Completed node: mlp.train_classifier" not in caplog.text


def test_without_tracking_mlflow_is_left_alone(project):
    run(project, {"tracking": {"enabled": False}}, pipeline_names=["data_ingestion"])
    assert (project / "data/sample/08_reporting/data/data_card.json").exists()
    assert not (project / "mlflow.db").exists()
    assert mlflow.active_run() is None


@pytest.mark.slow  # two runs
def test_a_failed_run_is_tracked_as_failed_and_closed(project):
    parameters = {"mlp": {"optimizer": {"learning_rate": 1e30}, "training": {"epochs": 1}}}
    run(project, pipeline_names=["data_ingestion", "preprocessing"])
    with pytest.raises(ValueError, match="The loss of mlp became"):
        run(project, parameters, pipeline_names=["train_mlp"])
    assert mlflow.active_run() is None
    latest = latest_run(project)
    assert latest.info.status == RunStatus.to_string(RunStatus.FAILED)
    assert not (project / "data/sample/06_models/mlp").exists()
    assert (latest.info.run_name, latest.data.tags["network"]) == ("mlp", "mlp")
    assert math.isnan(latest.data.metrics["loss"]) or latest.data.metrics["loss"] > 1e10
