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
def hook(shared_project, clock):
    """The hook in a session on the sample."""
    bootstrap_project(shared_project)
    hook = RunSummaryHook(clock)
    with KedroSession.create(shared_project, env="sample") as session:
        context = session.load_context()
        hook.after_context_created(context)
        hook.after_catalog_created(context.catalog)
    return hook


def test_a_run_ends_with_the_results_of_its_networks_and_where_they_lie(hook, clock, caplog):
    clock.now += 1000  # of a session that does something else first
    hook.before_pipeline_run()
    clock.now += 114
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
    assert places.splitlines() == [
        "Done in 2 min. Where to look:",
        "  data/sample/08_reporting/report.html  all figures and tables in one page, to look at and to send",
        "  data/sample/08_reporting/mlp/         the files of this run",
        "  make viz ENV=sample                   the graph of the pipelines, with its pictures",
    ]


def test_a_run_of_one_step_names_the_page_too(hook, caplog):
    with caplog.at_level(logging.INFO):
        hook.after_pipeline_run(pipelines["train_mlp"])
    assert caplog.text.count("  data/sample/08_reporting/report.html  all figures and tables in one") == 1


def test_the_next_run_starts_its_table_anew_also_after_one_that_failed(hook, caplog):
    hook.after_dataset_saved("mlp.metrics", MLP)
    hook.before_pipeline_run()
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
    assert [line.split("  ")[1] for line in places.splitlines()[1:]] == [
        *("data/sample/08_reporting/transfer/report.html", "data/sample/08_reporting/transfer/"),
        "make viz ENV=sample",
    ]


def test_what_ends_in_no_page_ends_with_the_folder_of_what_it_makes(hook, caplog):
    with caplog.at_level(logging.INFO):
        hook.after_pipeline_run(pipelines["preprocessing"])
    assert caplog.text.count("  data/sample/05_model_input/  the files of this run\n") == 1


def test_the_runs_are_named_where_they_are_tracked(project, caplog):
    bootstrap_project(project)
    hook = RunSummaryHook()
    with KedroSession.create(project, env="sample") as session:
        hook.after_context_created(session.load_context())
    with caplog.at_level(logging.INFO):
        hook.after_pipeline_run(Pipeline([]))
    assert caplog.messages[-1].splitlines()[1:] == [
        "  make viz ENV=sample  the graph of the pipelines, with its pictures",
        "  make mlflow          the tracked runs: parameters, learning curves, models",
    ]
