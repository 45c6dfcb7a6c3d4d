"""What pages are told, by runs of a project on its sample."""

import re

import pytest
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.io import DatasetError

from fashion_nets.hooks.report import state_by_images
from fashion_nets.provenance.content import Stored
from fashion_nets.provenance.records import FORMAT, NESTED, Record, write_record
from fashion_nets.provenance.states import Output

REPORTS = "data/sample/08_reporting"
PAGE = f"{REPORTS}/report.html"


def run(project, *pipelines, nodes=None, **parameters):
    bootstrap_project(project)
    with KedroSession.create(project, env="sample", runtime_params=parameters) as session:
        session.run(pipeline_names=list(pipelines), node_names=nodes)
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


@pytest.mark.slow  # five runs
def test_an_experiment_is_listed_in_the_page_that_is_made_after_it_with_how_it_stands(untracked):
    """The experiment is ``filters``, which is of a moment: it needs a training set and trains nothing."""
    run(untracked, "data_ingestion", "preprocessing")
    main = (untracked / PAGE).read_bytes()
    run(untracked, "filters")
    own = (untracked / REPORTS / "filters/report.html").read_text(encoding="utf-8")
    assert "What does a convolution do to an image?" in own
    assert "in this run. Current." in own
    assert own.count("<img ") == 3
    assert (untracked / PAGE).read_bytes() == main  # it may run beside what makes that page

    page = run(untracked, "report")
    assert re.search(r'<a href="filters/report.html">Filters</a>: .* UTC; current\)', page)
    again = run(untracked, "report", filters={"image_index": 2})
    assert re.search(r'<a href="filters/report.html">Filters</a>: .* UTC; out of date\)', again)


@pytest.mark.slow  # three runs
def test_a_part_that_was_not_made_again_is_not_current_and_a_run_that_fails_keeps_the_page(untracked):
    run(untracked, "data_ingestion")
    more = {"n_examples_per_class": 5}
    run(untracked, "data_ingestion", nodes=["data.plot_class_examples"], data_ingestion=more)
    page = run(untracked, "report", nodes=["make_report"], data_ingestion=more)
    assert "Parts of it are out of date." in page
    assert "by now there is another: images of each class. To renew it:" in page

    figure = untracked / REPORTS / "data/class_examples.png"
    figure.unlink()
    (figure / "in the way").mkdir(parents=True)
    with pytest.raises(DatasetError, match=r"class_examples\.png"):
        run(untracked, "data_ingestion")
    assert (untracked / PAGE).read_text(encoding="utf-8") == page


@pytest.mark.parametrize(
    ("now", "state"), [("as it was", "unknown"), ("another", "stale"), (None, "unknown")]
)
def test_a_study_that_conf_does_not_choose_is_stale_by_its_images_alone(now, state, tmp_path):
    part, images = tmp_path / "report_part.json", tmp_path / "train_set"
    outputs = {"train_set": Output(Stored("train_set", images), "split", "preprocessing", {}, ())}
    assert state_by_images(part, outputs) == "unknown"
    write_record(part, make_record(sets={"train_set": "as it was"}))
    if now is not None:
        write_record(images, make_record(content={"digest": now, "files": {}}))
    assert state_by_images(part, outputs) == state


def make_record(**fields):
    empty = {name: {} for name in NESTED} | {"content": {"digest": "", "files": {}}}
    return {**dict.fromkeys(Record.__required_keys__, ""), **empty, "format": FORMAT, **fields}
