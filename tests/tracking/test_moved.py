import shutil
from pathlib import Path

import mlflow
import pytest

from fashion_nets.tracking.moved import take_along_artifacts


@pytest.fixture
def project(empty_database, tmp_path):
    """A folder with a database of MLflow, and a run of it with an artifact."""
    folder = tmp_path / "project"
    folder.mkdir()
    shutil.copy(empty_database, folder)
    client = client_of(folder)
    for name, place in (("ours", folder / "mlartifacts"), ("elsewhere", tmp_path / "elsewhere")):
        experiment = client.create_experiment(name, artifact_location=place.as_uri())
        client.log_text(client.create_run(experiment).info.run_id, name, "note.txt")
    return folder


def client_of(folder):
    return mlflow.MlflowClient(f"sqlite:///{folder / 'mlflow.db'}")


def location(folder):
    return (folder / "mlartifacts").as_uri()


def places(folder):
    """Where the runs of each experiment go, and where the one that there is has stored."""
    client = client_of(folder)
    experiments = [client.get_experiment_by_name(name) for name in ("ours", "elsewhere")]
    runs = [client.search_runs([experiment.experiment_id])[0] for experiment in experiments]
    return [experiment.artifact_location for experiment in experiments], [
        run.info.artifact_uri for run in runs
    ]


def test_a_copy_names_its_own_folder_and_leaves_what_others_chose(project, tmp_path):
    before = places(project)
    copy = Path(shutil.copytree(project, tmp_path / "a copy #2"))
    take_along_artifacts(copy / "mlflow.db", location(copy))
    (ours, elsewhere), (stored, stored_elsewhere) = places(copy)
    assert ours == location(copy)
    assert stored == before[1][0].replace(location(project), location(copy))
    assert (elsewhere, stored_elsewhere) == (before[0][1], before[1][1])
    note = mlflow.artifacts.load_text(f"{stored}/note.txt")
    assert note == "ours"
    assert places(project) == before


def test_what_was_not_taken_along_stays_where_it_was(project, tmp_path):
    before = places(project)
    copy = tmp_path / "copy"
    copy.mkdir()
    shutil.copy(project / "mlflow.db", copy)
    take_along_artifacts(copy / "mlflow.db", location(copy))
    assert places(copy) == ([location(copy), before[0][1]], before[1])


def test_what_lies_in_a_bucket_stays_there(project, tmp_path):
    client_of(project).create_experiment("bucket", artifact_location="s3://bucket/mlartifacts")
    copy = Path(shutil.copytree(project, tmp_path / "copy"))
    take_along_artifacts(copy / "mlflow.db", location(copy))
    stored = client_of(copy).get_experiment_by_name("bucket").artifact_location
    assert stored == "s3://bucket/mlartifacts"
    assert places(copy)[0][0] == location(copy)


def test_where_nothing_was_moved_nothing_changes(project, tmp_path):
    before = (project / "mlflow.db").read_bytes()
    take_along_artifacts(project / "mlflow.db", location(project))
    assert (project / "mlflow.db").read_bytes() == before
    take_along_artifacts(tmp_path / "none.db", location(project))
    assert not (tmp_path / "none.db").exists()
