"""The file in which values wait that MLflow's store did not take."""

import json

import pytest

from fashion_nets.errors import UserError
from fashion_nets.tracking.entries import begin, end, log_file, log_metrics, log_model
from fashion_nets.tracking.unsent import Header, keep_unsent, read_unsent

HEADER = Header("sqlite:///runs.db", "Default", None)


@pytest.fixture(autouse=True)
def _project_here(monkeypatch, tmp_path):
    """The project's root, and the folder for temporary files, which others share."""
    monkeypatch.setattr("fashion_nets.tracking.unsent.project_root", lambda: tmp_path / "project")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))


def test_what_is_kept_is_read_again_the_same_and_said_without_the_password(tmp_path):
    header = Header("postgresql://me:secret@host/runs", "Default", "/artifacts")
    told = [begin("a", "mlp", {"seed": 7}), log_metrics("a", {"loss": 0.5}, 1), end("a", "FINISHED")]
    said = keep_unsent(header, told)
    file = tmp_path / "project" / "unsent_runs" / "a.jsonl"
    assert said.startswith("MLflow's store at postgresql://me:***@host/runs did not take all values")
    assert said.endswith(f"kedro import-runs {file}")
    assert read_unsent(file) == (header, told)
    assert file.stat().st_mode & 0o777 == 0o600  # it holds the password
    assert [path.name for path in file.parent.iterdir()] == ["a.jsonl"]


def test_files_and_models_are_copied_and_those_that_are_gone_stay_named(tmp_path):
    figure, saved = tmp_path / "figure.txt", tmp_path / "saved"
    figure.write_text("of this run")
    (saved / "data").mkdir(parents=True)
    (saved / "data" / "weights.txt").write_text("0.5")
    told = [
        begin("a", "mlp", {}),
        log_file("a", str(figure), "figures"),
        log_model("a", "mlp", str(saved)),
        log_file("a", str(tmp_path / "gone.txt"), "figures"),
    ]
    keep_unsent(HEADER, told)
    figure.write_text("of the next run")
    copies = tmp_path / "project" / "unsent_runs" / "a"
    _, (_, file, model, gone) = read_unsent(copies.with_suffix(".jsonl"))
    assert file.content == {"file": str(copies / "1" / "figure.txt"), "folder": "figures"}
    assert (copies / "1" / "figure.txt").read_text() == "of this run"
    assert model.content == {"name": "mlp", "folder": str(copies / "2" / "saved")}
    assert (copies / "2" / "saved" / "data" / "weights.txt").read_text() == "0.5"
    assert gone == told[3]


def test_where_the_project_takes_no_file_a_temporary_folder_of_its_own_does(tmp_path):
    (tmp_path / "project").touch()  # a file, in which no folder can be made
    keep_unsent(HEADER, [begin("a", "mlp", {})])
    (folder,) = (tmp_path / "temporary").iterdir()
    assert folder.name.startswith("fashion_nets_unsent_runs_")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert read_unsent(folder / "a.jsonl")[0] == HEADER


def test_where_nothing_takes_a_file_it_is_said_what_is_lost_and_why(tmp_path):
    (tmp_path / "project").touch()
    (tmp_path / "temporary").rmdir()
    said = keep_unsent(HEADER, [begin("a", "mlp", {}), end("a", "FAILED")])
    assert said.startswith("Values of this run are lost, 2 entries: ")
    assert str(tmp_path / "project") in said
    assert str(tmp_path / "temporary") in said
    assert said.endswith("The results in the data folder are whole.")


def test_no_copies_stay_of_a_file_that_cannot_be_written(tmp_path, monkeypatch):
    def refuse(file):
        raise OSError(28, "No space left on device", str(file))

    monkeypatch.setattr("fashion_nets.tracking.unsent.replacement", refuse)
    figure = tmp_path / "figure.txt"
    figure.write_text("of this run")
    said = keep_unsent(HEADER, [begin("a", "mlp", {}), log_file("a", str(figure), "figures")])
    assert said.count("No space left on device") == 2
    assert list((tmp_path / "project" / "unsent_runs").iterdir()) == []


def test_what_is_no_such_file_is_refused(tmp_path):
    other = tmp_path / "other.jsonl"
    with pytest.raises(UserError, match="cannot be read: No such file"):
        read_unsent(other)
    header = json.dumps(HEADER._asdict())
    for text in ("", "[]", '{"a": 1}', "no JSON", header, f"{header}\n{end('a', 'FINISHED').to_line()}"):
        other.write_text(text)
        with pytest.raises(UserError, match="is not a file of values for MLflow"):
            read_unsent(other)
