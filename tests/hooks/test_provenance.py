"""Records beside what real runs on the sample store, and what is said of inputs that are out of date."""

import errno
import json
import logging
import shutil

import numpy as np
import pytest
from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from tests.conftest import make_project

from fashion_nets.config_loader import NetworkConfigLoader
from fashion_nets.data.image_set import RawImageSet, fingerprint
from fashion_nets.hooks.lineage import Lineage
from fashion_nets.hooks.recorder import Recorder
from fashion_nets.provenance import records
from fashion_nets.provenance.content import Stored
from fashion_nets.provenance.records import Contents, read_record
from fashion_nets.settings import CONFIG_LOADER_ARGS
from fashion_nets.status import describe_status


def run(project, *names, only_missing=False, **parameters):
    bootstrap_project(project)
    with KedroSession.create(project, env="sample", runtime_params=parameters) as session:
        session.run(pipeline_names=list(names), only_missing_outputs=only_missing)


def status(project, *names, **parameters):
    loader = NetworkConfigLoader(str(project / "conf"), "sample", parameters, **CONFIG_LOADER_ARGS)
    return describe_status(loader, project, names)


@pytest.fixture(scope="module")
def project_with_sets(tmp_path_factory):
    """A project with the sets of the sample, made once."""
    folder = make_project(tmp_path_factory.mktemp("provenance"))
    (folder / "conf" / "sample" / "parameters_untracked.yml").write_text("tracking: {enabled: false}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        run(folder, "data_ingestion", "preprocessing")
    return folder


@pytest.fixture
def sets(project_with_sets, monkeypatch):
    """The same, as the working directory."""
    monkeypatch.chdir(project_with_sets)
    return project_with_sets


def test_an_output_says_what_made_it(sets):
    data = sets / "data" / "sample"
    record = read_record(data / "05_model_input" / "train_set")
    card = json.loads((data / "08_reporting" / "data" / "data_card.json").read_text())
    assert record["output"] == "train_set"
    assert record["node"] == "data.split_training_images"
    # The first images validate, whatever the seed.
    assert record["parameters"] == {"preprocessing": {"validation_size": 1000, "validation_method": "first"}}
    assert set(record["inputs"]) == {"raw_train_images", "raw_train_labels"}
    raw = read_record(data / "01_raw" / "fashion_mnist" / "train-images-idx3-ubyte.gz")
    assert record["inputs"]["raw_train_images"] == raw["content"]["digest"]
    assert record["fingerprints"] == [card["fingerprint"]]
    assert set(record["content"]["files"]) == {"images.npy", "labels.npy"}
    assert record["machine"]["threads"] >= 1
    assert record["machine"]["processor"]
    assert record["run"] is None  # tracking is off


@pytest.mark.slow  # two runs and a look at all outputs
def test_a_run_does_not_fail_where_what_made_an_output_cannot_be_recorded(sets, said, monkeypatch):
    def vanished(files, folder):
        raise FileNotFoundError(errno.ENOENT, "No such file or directory", str(folder))

    with monkeypatch.context() as patch:
        patch.setattr(records, "describe_files", vanished)
        run(sets, "filters")
    assert "What made filters.filtered_image_plot could not be recorded: No such file or directory" in said()
    run(sets, "filters")
    assert "stale" not in status(sets, "filters")


def test_status_names_the_parameter_that_made_outputs_stale(sets):
    assert "stale" not in status(sets, "preprocessing")
    *lines, advice = status(sets, "preprocessing", preprocessing={"validation_size": 500}).splitlines()
    assert advice.endswith(
        "kedro run --env=sample --params=preprocessing.validation_size=500 --only-missing-outputs "
        "--pipelines=preprocessing"
    )
    assert lines == [
        "current   preprocessing: test_set",
        "stale     preprocessing: train_set, validation_set",
        "          by preprocessing.validation_size 1000 -> 500",
    ]
    assert "stale" not in status(sets, "preprocessing", tracking={"enabled": True})
    assert "stale" not in status(sets, "preprocessing", seed=7)
    stratified = {"validation_method": "stratified"}
    assert "seed none -> 7" in status(sets, "preprocessing", seed=7, preprocessing=stratified)


def test_outputs_of_a_version_with_other_names_of_nodes_are_current(sets):
    def names(nodes):
        for file, record in stored.items():
            file.write_text(json.dumps(json.loads(record) | {"node": nodes(json.loads(record)["node"])}))

    stored = {file: file.read_text() for file in sets.rglob(".made_from/*.json")}
    assert len(stored) > 8
    names(lambda node: node.removeprefix("data."))
    shown = status(sets, "data_ingestion", "preprocessing")
    names(lambda node: node)
    assert "current" in shown
    assert not {"stale", "unknown", "missing"} & set(shown.split())


def test_status_calls_damaged_what_was_cut(sets):
    card = sets / "data" / "sample" / "08_reporting" / "data" / "data_card.json"
    whole = card.read_bytes()
    card.write_bytes(whole[:-9])
    shown = status(sets, "data_ingestion")
    card.write_bytes(whole)
    assert "by data_card is damaged: it is no whole JSON file" in shown
    assert "stale" not in status(sets, "data_ingestion")


def test_only_missing_outputs_makes_again_what_is_stale_and_nothing_else(sets, said):
    stored = sets / "data" / "sample" / "05_model_input"
    times = {name: (stored / name / "images.npy").stat().st_mtime_ns for name in ("train_set", "test_set")}
    run(sets, "preprocessing", only_missing=True)
    assert (
        "Run preprocessing (only missing outputs): The sample of Fashion-MNIST, environment sample, "
        "nothing to make: all outputs of this run are stored and current"
    ) in said()
    run(sets, "preprocessing", only_missing=True, preprocessing={"validation_size": 500})
    assert (
        "Out of date, and made again: train_set, validation_set (preprocessing.validation_size 1000 -> 500)"
    ) in said()
    assert len(np.load(stored / "validation_set" / "labels.npy")) == 500
    assert (stored / "test_set" / "images.npy").stat().st_mtime_ns == times["test_set"]
    assert "stale" not in status(sets, "preprocessing", preprocessing={"validation_size": 500})
    run(sets, "preprocessing")
    assert (stored / "train_set" / "images.npy").stat().st_mtime_ns > times["train_set"]
    assert "stale" not in status(sets, "preprocessing")


@pytest.mark.slow  # two runs
def test_a_run_on_sets_of_other_images_says_so_and_carries_their_fingerprint(sets, caplog):
    data = sets / "data" / "sample"
    old = read_record(data / "05_model_input" / "test_set")["fingerprints"]
    with KedroSession.create(sets, env="sample") as session:
        catalog = session.load_context().catalog
        images, labels = catalog.load("raw_test_images"), catalog.load("raw_test_labels")
        catalog.save("raw_test_images", np.flip(images, axis=2))
        raw = RawImageSet(
            catalog.load("raw_train_images"),
            catalog.load("raw_train_labels"),
            np.flip(images, axis=2),
            labels,
        )
    caplog.set_level(logging.WARNING, logger="fashion_nets")
    run(sets, "filters")
    drawn = read_record(data / "08_reporting" / "filters" / "filtered_image.png")["time"]
    run(sets, "filters", only_missing=True)  # to draw it again on what is stale would not change it
    assert read_record(data / "08_reporting" / "filters" / "filtered_image.png")["time"] == drawn
    (warning, _) = (line.getMessage() for line in caplog.records if "out of date" in line.getMessage())
    assert "test_set (raw_test_images was changed after it was stored" in warning
    assert "kedro run --env=sample --only-missing-outputs --pipelines=preprocessing" in warning
    record = read_record(data / "08_reporting" / "filters" / "filtered_image.png")
    assert record["fingerprints"] == old
    assert list(record["stale_inputs"]) == ["test_set"]
    caplog.set_level(logging.INFO, logger="fashion_nets")
    run(sets, "preprocessing")  # the data card is about other images, so that these are looked at themselves
    assert read_record(data / "05_model_input" / "test_set")["fingerprints"] == [fingerprint(raw)]


@pytest.fixture
def network(sets):
    """A file as a training on the sets stores it, with a record of these."""
    run(sets, "preprocessing")
    stored = sets / "data" / "sample" / "05_model_input"
    made = {name: read_record(stored / name) for name in ("train_set", "validation_set")}
    path = sets / "data" / "sample" / "06_models" / "mlp" / "model.keras"
    path.parent.mkdir(parents=True)
    path.write_text("weights")
    content = Contents().describe(Stored("mlp.model", path))
    inputs = {name: record["content"]["digest"] for name, record in made.items()}
    record = made["train_set"] | {"output": "mlp.model", "inputs": inputs, "content": content}
    records.write_record(path, record)
    yield path
    shutil.rmtree(path.parent)
    run(sets, "preprocessing")


def out_of_date_by_runs(lines):
    return [line for line in lines if line.startswith("Out of date by this run")]


def test_a_run_names_what_it_has_made_stale_where_a_parameter_is_the_cause(sets, network, said):
    run(sets, "preprocessing", preprocessing={"validation_size": 500})
    (line,) = out_of_date_by_runs(said())
    assert line.startswith("Out of date by this run: mlp.model. To make it again: kedro run --env=sample ")
    shown = " ".join(status(sets, "train_mlp").split())
    assert "mlp: model by train_set has changed, validation_set has changed, " in shown
    assert "validation_size 500 -> 1000" not in shown  # that is by what the sets are stale
    run(sets, "preprocessing", preprocessing={"validation_size": 500})
    assert out_of_date_by_runs(said()) == [line]  # as it was before


def test_a_run_does_not_answer_for_what_another_one_stores_meanwhile(sets, network, said):
    with KedroSession.create(sets, env="sample") as session:
        context = session.load_context()
        lineage = Lineage(dict(pipelines), context.catalog, context.config_loader["parameters"], sets)
    recorder = Recorder(lineage, pipelines["filters"], context.catalog, sets)
    recorder.warn_of_stale_inputs()
    run(sets, "preprocessing", preprocessing={"validation_size": 500})
    assert len(out_of_date_by_runs(said())) == 1
    recorder.finish_all()
    recorder.tell_what_is_out_of_date()
    assert len(out_of_date_by_runs(said())) == 1
