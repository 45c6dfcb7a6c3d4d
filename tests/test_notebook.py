"""A notebook opens the project from wherever it is, and makes what is missing alone."""

import logging

import kedro.framework.project  # noqa: F401  # configures logging, once
import pytest
from tests.conftest import keep_logging, make_project

from fashion_nets.errors import UserError


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """The project as a notebook in one of its folders opens it, and what that says."""
    folder = make_project(tmp_path_factory.mktemp("notebook") / "project")
    levels = {name: logging.getLogger(name).level for name in ("kedro", "fashion_nets", "kedro_viz")}
    said = []
    with pytest.MonkeyPatch.context() as patch:
        keep_logging(patch)  # before the import, which would choose another
        from fashion_nets import notebook

        patch.delenv("KEDRO_ENV", raising=False)
        patch.chdir(folder / "conf")
        patch.setattr("builtins.print", said.append)
        yield notebook.open_project(), said
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def test_it_is_the_sample_unless_something_else_is_said(opened):
    project, said = opened
    assert project.environment == "sample"
    assert said[0].startswith("Environment sample: 4,000 training images. ")
    assert project.load("train_set").images.shape == (4000, 28, 28)


def test_a_network_is_tried_with_other_parameters_and_not_stored(opened):
    project, _ = opened
    model, history = project.train("mlp", {"mlp.architecture.hidden_units": [5], "mlp.training.epochs": 1})
    assert model.count_params() == 784 * 5 + 5 + 5 * 10 + 10
    assert list(history["epoch"]) == [1]
    assert model.evaluate  # compiled
    assert not list(project.root.glob("data/sample/0[678]*/mlp"))


def test_what_does_not_exist_is_refused(opened):
    project, _ = opened
    with pytest.raises(UserError, match="no network 'rnn'; there are mlp, cnn"):
        project.train("rnn")
    with pytest.raises(UserError, match="epochs"):
        project.train("mlp", {"mlp.training.epochs": 0})
    with pytest.raises(UserError, match="mlp.trainings"):
        project.run("mlp", parameters={"mlp.trainings.epochs": 1})


def test_a_run_makes_what_is_missing_alone(opened):
    project, said = opened
    project.run("filters")
    files = sorted((project.root / "data/sample/08_reporting/filters").glob("*.png"))
    made = {file: file.stat().st_mtime_ns for file in files}
    files[0].unlink()
    project.run("filters")
    assert {file for file in files if file.stat().st_mtime_ns != made[file]} == {files[0]}
    assert said[-1].startswith("filters: ")
    assert not (project.root / "mlflow.db").exists()
