import logging

import pytest
from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.pipeline import Pipeline
from tests.reporting.pages import experiment_part, network_part

from fashion_nets.hooks.summary import RunSummaryHook

MLP = {
    "architecture": "mlp",
    "parameters": 266_610,
    "epochs": 2,
    "training_seconds": 0.7,
    "test_loss": 0.5,
    "test_accuracy": 0.8,
}
DENSE = {"parameters": 163_814, "epochs": 1, "test_loss": 0.4, "test_mse": 0.05}


@pytest.fixture
def hook(untracked):
    """The hook in a session on the sample."""
    bootstrap_project(untracked)
    hook = RunSummaryHook()
    with KedroSession.create(untracked, env="sample") as session:
        context = session.load_context()
        hook.after_context_created(context)
        hook.after_catalog_created(context.catalog)
    return hook


def test_a_run_ends_with_the_results_of_its_networks_and_where_they_lie(hook, caplog):
    hook.after_dataset_saved("mlp.metrics", MLP)
    hook.after_dataset_saved("stacked_autoencoder.metrics", DENSE)
    hook.after_dataset_saved("transfer.metrics", {"scratch_test_accuracy": 0.9})  # of no single network
    hook.after_dataset_saved("mlp.costs", {"parameters": 1})
    with caplog.at_level(logging.INFO):
        hook.after_pipeline_run(pipelines["mlp"])
    table, places = (record.getMessage() for record in caplog.records)
    assert [line.split()[0] for line in table.splitlines()[2:]] == ["mlp", "stacked_autoencoder"]
    assert "266610" in table
    assert "architecture" in table
    assert "transfer" not in table
    assert places == (
        "Look next at: data/sample/08_reporting/report.html (all figures and tables), "
        "kedro viz run --env=sample (the graph)"
    )


def test_a_run_of_one_step_names_the_page_too(hook, caplog):
    with caplog.at_level(logging.INFO):
        hook.after_pipeline_run(pipelines["train_mlp"])
    assert caplog.text.count("Look next at: data/sample/08_reporting/report.html (all figures and ") == 1


def test_the_next_run_starts_its_table_anew(hook, caplog):
    hook.after_dataset_saved("mlp.metrics", MLP)
    hook.after_pipeline_run(pipelines["mlp"])
    caplog.clear()
    with caplog.at_level(logging.INFO):
        hook.after_pipeline_run(pipelines["mlp"])
    assert "Networks of this run" not in caplog.text


def test_an_experiment_ends_with_its_answer_and_its_page(hook, caplog):
    hook.after_dataset_saved("transfer.report_part", experiment_part())
    hook.after_dataset_saved("mlp.report_part", network_part())
    with caplog.at_level(logging.INFO):
        hook.after_pipeline_run(pipelines["transfer"])
    answer, places = (record.getMessage() for record in caplog.records)
    assert answer == "Transfer: With 20 images: reuse helps"
    assert places.startswith("Look next at: data/sample/08_reporting/transfer/report.html (all")


def test_what_ends_in_no_page_ends_with_the_folder_of_what_it_makes(hook, caplog):
    with caplog.at_level(logging.INFO):
        hook.after_pipeline_run(pipelines["preprocessing"])
    assert caplog.text.count("Look next at: data/sample/05_model_input, ") == 1


def test_the_runs_are_named_where_they_are_tracked(project, caplog):
    bootstrap_project(project)
    hook = RunSummaryHook()
    with KedroSession.create(project, env="sample") as session:
        hook.after_context_created(session.load_context())
    with caplog.at_level(logging.INFO):
        hook.after_pipeline_run(Pipeline([]))
    assert caplog.messages[-1] == (
        "Look next at: kedro viz run --env=sample (the graph), kedro mlflow ui (the runs)"
    )
