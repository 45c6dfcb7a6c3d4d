import json
import sys

import pytest

from bench import default_run
from bench.default_run import EVALUATES, copy_project

SCRIPT = """
import sys, time
print("INFO Completed node: split", flush=True)
time.sleep(0.3)
print("INFO Completed node: mlp.evaluate_classifier (2 of 2)", flush=True)
sys.exit({status})
"""


def time_nodes(tmp_path, status=0):
    return default_run._time_nodes([sys.executable, "-c", SCRIPT.format(status=status)], tmp_path)


def test_a_node_takes_the_time_from_the_end_of_the_one_before(tmp_path):
    seconds, nodes = time_nodes(tmp_path)
    assert list(nodes) == ["split", "mlp.evaluate_classifier"]
    assert nodes["mlp.evaluate_classifier"] >= 0.3
    assert seconds >= sum(nodes.values())


def test_a_run_that_fails_ends_the_benchmark_with_its_log(tmp_path):
    with pytest.raises(SystemExit) as end:
        time_nodes(tmp_path, status=1)
    assert "Completed node: split" in end.value.code


def test_a_copy_has_what_a_run_reads_and_nothing_of_this_machine(bench_project, tmp_path, monkeypatch):
    (bench_project / "conf" / "local" / "credentials.yml").write_text("secret: 1")
    monkeypatch.setattr(default_run, "ROOT", bench_project)
    copy_project(tmp_path)
    assert list((tmp_path / "conf" / "local").iterdir()) == []
    assert (tmp_path / "conf" / "base" / "parameters.yml").is_file()
    assert (tmp_path / "data" / "01_raw" / "fashion_mnist" / "train-images-idx3-ubyte.gz").is_file()
    assert not (tmp_path / "data" / "05_model_input").exists()


@pytest.mark.parametrize("node", ["predict_classes", "evaluate_reconstructions"])
def test_nodes_that_predict_or_evaluate_are_told_by_their_names(node):
    assert node.startswith(EVALUATES)


@pytest.mark.slow  # the default run, and the same trainings in the lecture's way
def test_a_small_measurement_runs_the_project_and_the_way_of_the_lecture(run_bench, bench_project):
    run_bench("bench.default_run", "--env=sample", "--epochs=1")
    written = json.loads((bench_project / "bench" / "results" / "default_run.json").read_text())
    ours, lecture = written["table"]
    assert (ours["way"], lecture["way"]) == ("project", "lecture")
    for row in (ours, lecture):
        assert 0 < row["training_seconds"] + row["evaluation_seconds"] < row["seconds"]
    assert set(written["measurements"]["lecture"]["networks"]) == set(
        written["measurements"]["project"]["metrics"]
    )
    assert written["targets"][0]["value"] == pytest.approx(ours["seconds"] / lecture["seconds"])
