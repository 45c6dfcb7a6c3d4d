"""Parts and facts written by hand, and pages of them."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure
from PIL import Image

from fashion_nets.picture import Picture
from fashion_nets.reporting.facts import DatasetFacts, RunFacts, StoredPage
from fashion_nets.reporting.parts import make_part

ATTACK = "<script>alert(1)</script>"
STARTED = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
EARLIER = STARTED - timedelta(days=1)
LATER = STARTED + timedelta(minutes=5)
FOLDER = Path("/data/08_reporting")
COMMAND = "kedro run --only-missing-outputs --pipelines=evaluate"


def picture(name="mlp/learning_curves.png", title="MLP: accuracy 0.89", width=6.0, height=4.0):
    """A figure as it is stored, at 150 dots per inch."""
    figure = Figure(figsize=(width, height), dpi=150)
    axes = figure.add_subplot()
    axes.plot([1, 2, 3], [0.2, 0.5, 0.1])
    axes.set(xlabel="epoch", ylabel="loss", title=title)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return Picture(FOLDER / name, buffer.getvalue(), title)


def plain_picture(colour="red", size=(30, 20), title="a plain picture"):
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, format="png")
    return Picture(FOLDER / "data" / "class_examples.png", buffer.getvalue(), title)


SHOWN = ("metrics", "learning_curves_plot", "history", "class_report", "mistakes_plot")


def network_part(name="mlp", **more):
    contents = {
        "metrics": {"test_accuracy": 0.891234, "test_accuracy_low": 0.88, "test_accuracy_high": 0.9},
        "learning_curves_plot": picture(title=f"{name}: validation accuracy 0.89"),
        "history": pd.DataFrame({"epoch": [1, 2], "loss": [0.5, 0.25], "val_loss": [0.6, float("nan")]}),
        "class_report": pd.DataFrame(
            {"class": [ATTACK, "Trouser", "Bag"], "recall": [0.5, 0.75, 1.0], "images": [1200, 30, 4]}
        ),
        "mistakes_plot": None,
        **more,
    }
    return make_part(name, "network", {f"{name}.{own}": value for own, value in contents.items()})


def data_part():
    card = {"source": "the web", "fingerprint": "f" * 64, "n_classes": 10, "train": {"n_images": 5000}}
    return make_part("data", "data", {"class_examples": plain_picture(), "data_card": card})


def experiment_part(**more):
    contents = {
        "transfer.comparison_plot": picture("transfer/comparison.png", "With 20 images: reuse helps"),
        "transfer.tables": pd.DataFrame(
            {"way": ["frozen", "scratch"], "seed": [1, 1], "accuracy": [0.9, 0.7]}
        ),
        **more,
    }
    return make_part("transfer", "experiment", contents)


COMPARISON = pd.DataFrame(
    {
        "network": ["mlp", "cnn", "linear_autoencoder"],
        "parameters": pd.array([266610, 34826, 1000], "Int64"),
        "test_accuracy": [0.8912, 0.9034, None],
        "test_accuracy_low": [0.88, 0.89, None],
        "test_accuracy_high": [0.9, 0.91, None],
        "test_mse": [None, None, 0.0123],
    }
)


def make_facts(states=None, experiments=()):
    """What is known, all of it current and of this run but for mistakes, and for ``states`` by dataset."""
    names = [
        *(
            "report",
            "data_part",
            "codings_comparison",
            "transfer.report",
            "study.report",
            "class_examples",
            "data_card",
            "comparison",
            "activation_functions",
        ),
        *(f"{network}.{own}" for network in ("mlp", "cnn") for own in (*SHOWN, "model", "report_part")),
        *("transfer.comparison_plot", "transfer.tables", "transfer.report_part"),
        *("linear_autoencoder.metrics", "linear_autoencoder.coding_scores"),
    ]
    datasets = {name: DatasetFacts(_path_of(name), "current", made=LATER, command=COMMAND) for name in names}
    datasets["mlp.model"] = datasets["mlp.model"]._replace(
        parameters={"seed": 42, "mlp.training": {"epochs": 3, "early_stopping": None}}
    )
    for network in ("mlp", "cnn"):
        missing = datasets[f"{network}.mistakes_plot"]._replace(state="missing", made=None)
        datasets[f"{network}.mistakes_plot"] = missing
    for name, changes in (states or {}).items():
        datasets[name] = datasets[name]._replace(**changes)
    return RunFacts(STARTED, "kedro run --env=sample", {"commit": "abc"}, datasets, experiments)


def stored_page(folder="transfer", answer="With 20 images: reuse helps", state="current"):
    return StoredPage(folder.capitalize(), FOLDER / folder / "report.html", answer, EARLIER, state)


def _path_of(name):
    namespace, _, own = name.rpartition(".")
    if own == "class_examples":
        return FOLDER / "data" / "class_examples.png"
    ending = ".html" if own == "report" else ".png" if own.endswith("_plot") else ".json"
    return FOLDER / namespace / f"{own.removesuffix('_plot')}{ending}"
