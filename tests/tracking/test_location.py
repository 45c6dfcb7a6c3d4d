from fashion_nets.tracking.location import artifact_location, tracking_uri


def test_runs_are_tracked_in_the_project_from_wherever_it_is_run(project, monkeypatch):
    monkeypatch.chdir(project / "conf")
    assert tracking_uri() == f"sqlite:///{project}/mlflow.db"
    assert artifact_location() == f"file://{project}/mlartifacts"


def test_a_database_of_ones_own_has_its_artifacts_beside_it(monkeypatch, tmp_path):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mine/runs.db")
    assert tracking_uri() == f"sqlite:///{tmp_path}/mine/runs.db"
    assert artifact_location() == f"file://{tmp_path}/mine/mlartifacts"


def test_a_server_chooses_where_artifacts_are(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://localhost:5000")
    assert artifact_location() is None
