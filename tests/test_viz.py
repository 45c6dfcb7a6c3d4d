"""What a person sees in kedro-viz: the graph with its layers, the code of each node, the pictures."""

import base64
import io
import json
import os
import shutil
import subprocess
import sys

import pandas as pd
import pytest
from PIL import Image
from tests.sample_results import EXPERIMENTS, run_quickly

from fashion_nets.networks.registry import AUTOENCODERS, CLASSIFIERS
from fashion_nets.pipeline_registry import listed_autoencoders, register_pipelines

pytestmark = pytest.mark.slow  # every pipeline runs for it

NETWORKS = (*CLASSIFIERS, *AUTOENCODERS)
FIGURES = {
    "class_examples",
    *(
        f"{network}.{name}"
        for network in NETWORKS
        for name in ("diagram_plot", "costs_plot", "learning_curves_plot")
    ),
    *(f"{network}.{name}" for network in CLASSIFIERS for name in ("confusion_matrix_plot", "mistakes_plot")),
    *(
        f"{network}.{name}"
        for network in AUTOENCODERS
        for name in ("reconstructions_plot", "projections_plot", "thumbnails_plot")
    ),
    "linear_autoencoder.pca_comparison_plot",
    "denoising_autoencoder.denoised_images_plot",
    *("variational_autoencoder.generated_images_plot", "variational_autoencoder.walk_plot"),
    *("study.answer", "study.curves", "activation_functions"),
    *("transfer.comparison_plot", "transfer.learning_curves_plot", "gather_more_data.learning_curve_plot"),
    "pretraining.comparison_plot",
    "coding_size.errors_plot",
    *("architectures.accuracy_plot", "architectures.parameters_plot", "architectures.diagrams"),
    *("filters.filtered_image_plot", "filters.convolution_matrix_plot", "filters.circulant_matrix_plot"),
    *("explain.kernels_plot", "explain.feature_maps_plot", "explain.heat_maps_plot"),
}
IMAGE_SETS = {"raw_train_images", "raw_test_images", "train_set", "validation_set", "test_set"}
LABELS = {"raw_train_labels", "raw_test_labels"}


@pytest.fixture(scope="module")
def project(finished_run, tmp_path_factory):
    """A copy of the project with the default run, in which the experiments have run as well."""
    folder = tmp_path_factory.mktemp("viz") / "project"
    shutil.copytree(finished_run, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for pipelines in EXPERIMENTS:
            run_quickly(folder, *pipelines)
    return folder


@pytest.fixture(scope="module")
def api(project):
    """What the built page reads, by address: ``api("nodes", "837a8404")``."""
    environment = {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}
    done = subprocess.run(
        [sys.executable, "-m", "kedro", "viz", "build", "--include-previews"],
        cwd=project,
        env={**environment, "KEDRO_ENV": "sample", "PYTHONPATH": str(project / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "could not be previewed" not in done.stdout + done.stderr

    def read(*address):
        return json.loads((project / "build" / "api").joinpath(*address).read_text())

    return read


@pytest.fixture(scope="module")
def previews(api):
    """Kind and content of the preview of each dataset, by the dataset's name."""
    details = {node["name"]: api("nodes", node["id"]) for node in nodes_of(api, "data")}
    return {name: (detail.get("preview_type"), detail.get("preview")) for name, detail in details.items()}


def nodes_of(api, kind):
    nodes = {node["id"]: node for name in register_pipelines() for node in api("pipelines", name)["nodes"]}
    return [node for node in nodes.values() if node["type"] == kind]


def picture(preview):
    kind, content = preview
    assert kind == "ImagePreview"
    return Image.open(io.BytesIO(base64.b64decode(content)))


def test_the_page_has_every_pipeline_and_the_layers_in_their_order(api):
    main = api("main")
    assert [pipeline["id"] for pipeline in main["pipelines"]] == list(register_pipelines())
    assert main["layers"] == ["raw", "model_input", "models", "model_output", "reporting"]
    assert set(main["modular_pipelines"]) == {"__root__", *CLASSIFIERS, *listed_autoencoders()}


@pytest.mark.parametrize("name", list(register_pipelines()))
def test_each_pipeline_shows_its_nodes(name, api):
    shown = [node["full_name"] for node in api("pipelines", name)["nodes"] if node["type"] == "task"]
    assert len(shown) == len(register_pipelines()[name].nodes)


def test_every_stored_dataset_is_in_a_layer(api):
    stored = [node for node in nodes_of(api, "data") if "memory_dataset" not in node["dataset_type"]]
    assert [node["name"] for node in stored if node["layer"] is None] == []


def test_each_node_shows_its_code_with_its_docstring(api):
    for node in nodes_of(api, "task"):
        code = api("nodes", node["id"])["code"]
        assert code.count('"""') >= 2, node["full_name"]


def test_figures_are_shown_as_they_are_stored(previews, project):
    shown = {name for name, (kind, content) in previews.items() if kind == "ImagePreview" and content}
    assert shown == FIGURES | IMAGE_SETS | LABELS
    for name in FIGURES:
        assert min(picture(previews[name]).size) > 200  # pixels
    confusion_matrix = project / "data/sample/08_reporting/mlp/confusion_matrix.png"
    assert base64.b64decode(previews["mlp.confusion_matrix_plot"][1]) == confusion_matrix.read_bytes()


@pytest.mark.parametrize("name", sorted(IMAGE_SETS))
def test_images_are_shown_dark_on_white_ten_in_a_row(name, previews):
    grid = picture(previews[name])
    assert grid.mode == "L"
    assert grid.width == 10 * 30 * 2  # images of 28 pixels and a gap of 2, enlarged twice
    assert grid.getextrema() == (0, 255)
    assert grid.getpixel((grid.width - 1, grid.height - 1)) == 255


@pytest.mark.parametrize("network", NETWORKS)
def test_metrics_are_shown_as_they_are_stored(network, previews, project):
    kind, shown = previews[f"{network}.metrics"]
    assert kind == "JSONPreview"
    stored = project / f"data/sample/08_reporting/{network}/metrics.json"
    assert json.loads(shown) == json.loads(stored.read_text())


def test_the_comparison_is_shown_as_a_table(previews, project):
    kind, shown = previews["comparison"]
    assert kind == "TablePreview"
    stored = pd.read_csv(project / "data/sample/08_reporting/comparison.csv")
    assert shown["columns"] == stored.columns.to_list()
    assert [row[0] for row in shown["data"]] == stored["network"].to_list()
