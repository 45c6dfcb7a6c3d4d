"""What ``kedro status`` prints, on a project in which little is stored."""

import pytest
from click.testing import CliRunner
from kedro.framework.startup import bootstrap_project
from tests.conftest import keep_logging

from fashion_nets import cli

FIGURES = ("costs_plot", "diagram_plot", "learning_curves_plot")


@pytest.fixture
def status(untracked, monkeypatch):
    keep_logging(monkeypatch)
    bootstrap_project(untracked)
    labels = untracked / "data" / "sample" / "05_model_input" / "test_set" / "labels.npy"
    labels.parent.mkdir(parents=True)
    labels.write_bytes(b"as an earlier version stored it")
    return lambda *options: CliRunner().invoke(cli.cli, ["status", "--env=sample", *options])


def test_outputs_in_the_same_state_share_a_line_and_the_command_that_makes_them_follows(status):
    shown = status("--pipelines=preprocessing,train_mlp")
    assert shown.exit_code == 0
    *states, advice, explanation = shown.output.splitlines()
    assert states == [
        "missing   report: mlp: report_part; report",
        "unknown   preprocessing: test_set",
        "missing   preprocessing: train_set, validation_set",
        f"missing   train_mlp: mlp: model, history, about, layers, costs, {', '.join(FIGURES)}",
    ]
    assert advice.endswith(
        "kedro run --env=sample --only-missing-outputs --pipelines=mlp,report,preprocessing"
    )
    assert explanation.startswith("What is unknown was stored by an earlier version")


def test_without_a_pipeline_it_is_the_default_run_and_what_else_is_stored(status, untracked):
    matrix = untracked / "data" / "sample" / "08_reporting" / "filters" / "convolution_matrix.png"
    matrix.parent.mkdir(parents=True)
    matrix.write_bytes(b"as an earlier version stored it")
    lines = status().output.splitlines()
    assert any(line.startswith("missing   train_cnn: cnn: model, ") for line in lines)
    assert "unknown   filters: filters: convolution_matrix_plot" in lines
    assert lines[-1].startswith("Nothing is stored of: register, study, sweep, transfer, ")
    assert "filters" not in lines[-1]
    assert not any(line.startswith("missing   study") for line in lines)


def test_what_is_misspelt_is_refused_in_one_line(status):
    for option, refusal in (
        ("--pipelines=train_mpl", "There is no pipeline train_mpl; there are report, data_ingestion, "),
        ("--params=mlp.trainin.epochs=3", "'mlp.trainin' is not a parameter in conf/; did you mean"),
    ):
        shown = status(option)
        assert shown.exit_code == 1
        assert refusal in shown.output
        assert len(shown.output.splitlines()) == 1


def test_a_dataset_of_the_catalog_may_name_credentials(status, untracked):
    entry = "{type: json.JSONDataset, filepath: 's3://bucket/answer.json', credentials: store}"
    conf = untracked / "conf" / "sample"
    (conf / "catalog_remote.yml").write_text(f"answer: {entry}\n")
    (conf / "credentials.yml").write_text("store: {key: abc}\n")
    shown = status("--pipelines=preprocessing")
    assert shown.exit_code == 0, shown.output
