"""What a person sees in kedro-viz: the graph with its layers, the code of each node, the pictures."""

import base64
import functools
import io
import json
import os
import shutil
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image
from tests.browser import open_page
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
    "sparse_autoencoder.sparsity_plot",
    *("variational_autoencoder.generated_images_plot", "variational_autoencoder.walk_plot"),
    *("study.answer", "study.curves", "activation_functions"),
    *("sweep.history_plot", "sweep.importance_plot", "sweep.parallel_coordinates_plot"),
    *("transfer.comparison_plot", "transfer.learning_curves_plot", "gather_more_data.learning_curve_plot"),
    "pretraining.comparison_plot",
    "coding_size.errors_plot",
    *("architectures.accuracy_plot", "architectures.parameters_plot", "architectures.diagrams"),
    *("filters.filtered_image_plot", "filters.convolution_matrix_plot", "filters.circulant_matrix_plot"),
    "predict.pictures_plot",
    "export.formats_plot",
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
def build(project):
    """The folder of the built page, which any web server may serve."""
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

    return project / "build"


@pytest.fixture(scope="module")
def api(build):
    """What the built page reads, by address: ``api("nodes", "837a8404")``."""
    return lambda *address: json.loads((build / "api").joinpath(*address).read_text())


class SilentHandler(SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        """Say nothing of each request."""


@pytest.fixture(scope="module")
def address(build):
    """Where a web server of Python's own, which knows nothing of Kedro, serves the built page."""
    handler = functools.partial(SilentHandler, directory=build)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


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
    autoencoders = {f"autoencoders.{network}" for network in listed_autoencoders()}
    boxes = {"__root__", "data", *CLASSIFIERS, "autoencoders", *autoencoders}
    assert set(main["modular_pipelines"]) == boxes


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


@pytest.mark.parametrize("name", ["mlp.model", "mlp.history", "stacked_autoencoder.codings", "study.trials"])
def test_networks_histories_codings_and_trials_are_shown_as_tables(name, previews):
    kind, shown = previews[name]
    assert kind == "TablePreview"
    assert shown["columns"]
    assert shown["data"]


READABLE = 9
"""Pixels of the font of a label."""
FIRST_SIGHT = (
    *(("data",), ("train_set", "validation_set", "test_set", "class_names"), ("mlp", "cnn", "autoencoders")),
    *(("mlp.metrics", "cnn.metrics", "autoencoders.collected"), ("compare_networks",), ("comparison",)),
    *(("make_report",), ("report",)),
)
"""What is drawn of the default run, from above to below."""
FIND_LABELS = """() => [...document.querySelectorAll(".pipeline-node__text")].map(text => {
    const place = text.getBoundingClientRect(), scale = text.getScreenCTM().a
    return {name: text.textContent, size: parseFloat(getComputedStyle(text).fontSize) * scale,
            left: place.left, right: place.right, top: place.top, bottom: place.bottom}
})"""


def node_in(page, name):
    return page.locator(".pipeline-node").filter(has=page.get_by_text(name, exact=True))


def labels_of(page):
    """The labels of the graph by name, once it has come to rest."""
    labels = page.evaluate(FIND_LABELS)
    for _ in range(50):
        page.wait_for_timeout(300)
        before, labels = labels, page.evaluate(FIND_LABELS)
        if labels == before != []:
            return {label["name"]: label for label in labels}
    raise AssertionError("the graph does not come to rest")


def test_the_default_run_is_read_at_first_sight_from_data_to_report(address, browser, tmp_path):
    """The picture that the README shows: FASHION_NETS_PICTURES=docs/images stores it there."""
    with open_page(browser, f"{address}?pid=__default__") as sight:
        node_in(sight.page, "make_report").wait_for()
        labels = labels_of(sight.page)
        rows = [{labels[name]["top"] for name in row} for row in FIRST_SIGHT]
        assert all(max(above) < min(below) for above, below in pairwise(rows))
        assert len(labels) <= 25
        assert_readable(labels)
        sight.page.locator(".feature-hints__close").click()
        sight.page.locator(".feature-hints").wait_for(state="detached")
        sight.page.mouse.move(10, 10)  # off the graph, whose layers are lit below it
        picture = Path(os.environ.get("FASHION_NETS_PICTURES", tmp_path)) / "graph.png"
        sight.page.screenshot(path=picture)
    assert picture.stat().st_size < 300_000


@pytest.mark.parametrize(
    "name", ["mlp", "stacked_autoencoder", "autoencoders", "study", "transfer", "explain"]
)
def test_a_chain_and_an_experiment_are_read_at_first_sight(name, address, browser):
    with open_page(browser, f"{address}?pid={name}") as sight:
        sight.page.locator(".pipeline-node").first.wait_for()
        assert_readable(labels_of(sight.page))


def assert_readable(labels):
    assert [name for name, label in labels.items() if label["size"] < READABLE] == []
    hidden = {
        name
        for name, label in labels.items()
        if label["left"] < 480 or label["right"] > 1600 or label["top"] < 0 or label["bottom"] > 1000
    }  # the list of names is 480 pixels wide
    assert hidden == set()


def test_a_network_opens_with_its_steps_in_order_and_a_click_shows_what_is_stored(address, browser):
    with open_page(browser, f"{address}?pid=__default__&fid=mlp") as sight:
        page = sight.page
        node_in(page, "mlp").dispatch_event("click")
        node_in(page, "train_classifier").wait_for()
        labels = labels_of(page)
        steps = ("train_classifier", "predict_classes", "evaluate_classifier", "make_report_part")
        tops = [labels[name]["top"] for name in steps]
        assert tops == sorted(tops)
        node_in(page, "mlp.confusion_matrix_plot").dispatch_event("click")
        picture = page.locator(".pipeline-metadata img")
        picture.wait_for()
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 200
        node_in(page, "mlp.model").dispatch_event("click")
        page.locator(".pipeline-metadata table").get_by_text("probabilities").wait_for()
