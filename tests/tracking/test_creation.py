import mlflow

from fashion_nets.tracking.creation import create_database


def test_a_database_is_made_aside_whatever_a_killed_process_has_left_and_works(tmp_path):
    file = tmp_path / "mlflow.db"
    uri = f"sqlite:///{file}"
    file.touch()  # as SQLite does when it is asked for one
    (tmp_path / ".partial_mlflow.db").write_bytes(b"half of one")
    (tmp_path / ".partial_mlflow.db.x" / "new").mkdir(parents=True)
    (tmp_path / ".partial_mlflow.db.x" / "new" / "mlflow.db").write_bytes(b"half of one")
    create_database(file)
    assert [path.name for path in tmp_path.iterdir()] == ["mlflow.db"]
    client = mlflow.MlflowClient(uri)
    experiment = client.create_experiment("one")
    create_database(file)  # leaves what there is
    assert mlflow.MlflowClient(uri).get_experiment_by_name("one").experiment_id == experiment
