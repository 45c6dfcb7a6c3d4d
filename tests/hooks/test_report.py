"""What pages are told, by runs of a project on its sample."""

import re

import pytest
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.io import DatasetError

from fashion_nets.hooks.report import ReportFactsDataset

PAGE = "data/sample/08_reporting/report.html"


def run(project, *pipelines, **parameters):
    bootstrap_project(project)
    with KedroSession.create(project, env="sample", runtime_params=parameters) as session:
        session.run(pipeline_names=list(pipelines))
    return (project / PAGE).read_text(encoding="utf-8")


@pytest.mark.slow  # three runs
def test_a_run_renews_its_part_and_the_page_and_what_is_out_of_date_is_said(untracked):
    page = run(untracked, "data_ingestion")
    assert "Networks on 5,000 images of 10 classes" in page
    assert page.count("<img ") == 1
    assert "in this run. Current." in page
    assert 'class="mark"' not in page
    assert "<code>kedro run --env=sample --pipelines=data_ingestion</code>" in page
    card = untracked / "data/sample/08_reporting/data/data_card.json"
    assert re.search(r'"fingerprint": "([0-9a-f]{64})"', card.read_text())[1] in page

    again = run(untracked, "report", data_ingestion={"n_examples_per_class": 5})
    assert "Parts of it are out of date." in again
    assert "images of each class (data_ingestion.n_examples_per_class 10 -&gt; 5). To make it again:" in again
    assert "kedro run --env=sample" in again

    (untracked / "data/sample/08_reporting/data/class_examples.png").unlink()
    without = run(untracked, "report")
    assert "Missing: images of each class. To make it:" in without
    assert without.count("<img ") == 0


@pytest.mark.slow  # likewise
def test_an_experiment_is_listed_in_the_page_that_is_made_after_it(untracked):
    run(untracked, "data_ingestion", "preprocessing")
    run(untracked, "filters")
    own = (untracked / "data/sample/08_reporting/filters/report.html").read_text(encoding="utf-8")
    assert "What does a convolution do to an image?" in own
    assert own.count("<img ") == 3
    page = run(untracked, "report")
    assert '<a href="filters/report.html">Filters</a>' in page


def test_facts_are_only_read():
    facts = ReportFactsDataset(metadata={"kedro-viz": {"layer": "reporting"}})
    assert facts.exists()
    with pytest.raises(DatasetError, match="report_facts cannot be saved"):
        facts.save("anything")
