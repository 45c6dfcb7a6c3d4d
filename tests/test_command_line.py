"""The command line as a person uses it: Kedro in a process of its own, in a copy of the project."""

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing

import mlflow
import pandas as pd
import pytest
from kedro.framework.startup import bootstrap_project
from tests.conftest import ROOT, keep_logging, make_project

from fashion_nets.cli import RunError, run

# A CNN small enough to train in a few seconds, by parameters two and three levels deep.
FAST_CNN = ["--params", "cnn.training.epochs=1,cnn.architecture.pool_size=4"]
SECONDS_UNTIL_STUCK = 300


def start(project, *command, folder=None):
    environment = {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}
    return subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=folder or project,
        env={**environment, "PYTHONPATH": str(project / "src")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process):
    output, errors = process.communicate(timeout=SECONDS_UNTIL_STUCK)
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def kedro_run(project, *options, folder=None):
    return finish(start(project, "kedro", "run", "--env=sample", *options, folder=folder))


def run_here(project, patch, *options):
    """``kedro run`` in this process, where TensorFlow is imported already."""
    patch.chdir(project)
    patch.delenv("MLFLOW_TRACKING_URI", raising=False)
    keep_logging(patch)
    bootstrap_project(project)
    run.main(["--env=sample", *options], standalone_mode=False)


def refused_here(project, patch, *options):
    """The lines in which such a run says why it does not begin."""
    with pytest.raises(RunError) as raised:
        run_here(project, patch, *options)
    return raised.value.message.splitlines()


def succeeded(done):
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    return done


def refused(done):
    """The lines in which a run that failed says why."""
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    _, is_said, message = done.stderr.rpartition("Error: ")
    assert is_said
    return message.splitlines()


def nodes_run(done):
    return set(re.findall(r"Completed node: (\S+)", done.stdout))


def tracked_runs(project):
    """The MLflow runs of the project on the sample, the latest first."""
    if not (project / "mlflow.db").exists():
        return []
    client = mlflow.MlflowClient(f"sqlite:///{project / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("fashion-nets-sample")
    return [] if experiment is None else list(client.search_runs([experiment.experiment_id]))


def statuses(project):
    return [run.info.status for run in tracked_runs(project)]


@pytest.fixture(scope="module")
def run_of_cnn(tmp_path_factory):
    """A project in which the pipeline cnn has run once, from a subfolder; and what the run said."""
    project = make_project(tmp_path_factory.mktemp("command_line"))
    return project, kedro_run(project, "--pipeline=cnn", *FAST_CNN, folder=project / "conf" / "base")


@pytest.fixture
def finished(run_of_cnn):
    project, done = run_of_cnn
    succeeded(done)
    return project


@pytest.fixture(scope="module")
def untouched(tmp_path_factory):
    """A project in which every run is refused, so that it stays as it is."""
    return make_project(tmp_path_factory.mktemp("refused"))


def test_a_pipeline_runs_from_raw_data_to_an_evaluated_network(run_of_cnn, finished):
    _, done = run_of_cnn
    data = finished / "data" / "sample"
    metrics = json.loads((data / "08_reporting/cnn/metrics.json").read_text())
    assert metrics["test_accuracy"] > 0.3  # chance is 0.1
    for path in ("06_models/cnn/model.keras", "08_reporting/cnn/confusion_matrix.png"):
        assert (data / path).stat().st_size > 0
    assert not (data / "06_models/mlp").exists()
    assert statuses(finished) == ["FINISHED", "FINISHED"]  # of kedro run and of the network
    assert re.search(r"cnn is trained: 1 epoch in \d+ s, val_accuracy 0\.\d{3}\n", done.stdout)
    assert re.search(rf"\n *cnn +lecture +{metrics['parameters']} +1 ", done.stdout)
    _, is_told, places = done.stdout.rpartition("Where to look:\n")
    assert is_told
    assert [line.split("  ")[1] for line in places.splitlines()] == [
        *("data/sample/08_reporting/report.html", "data/sample/08_reporting/cnn/"),
        *("make viz ENV=sample", "make mlflow"),
    ]


def test_dotted_parameters_take_effect(finished):
    history = pd.read_csv(finished / "data/sample/07_model_output/cnn/history.csv")
    assert history["epoch"].to_list() == [1]
    layers = pd.read_csv(finished / "data/sample/08_reporting/cnn/layers.csv")
    pooled = layers.loc[layers["type"] == "MaxPooling2D", "output_shape"]
    assert pooled.to_list() == ["7 x 7 x 64", "1 x 1 x 128"]
    assert tracked_runs(finished)[0].data.params["architecture.pool_size"] == "4"


def test_a_run_from_a_subfolder_writes_where_the_project_does(finished):
    assert {path.name for path in finished.iterdir()} == {
        ".telemetry",
        ".viz",
        "conf",
        "data",
        "mlartifacts",
        "mlflow.db",
        "mlflow.db.lock",  # of who creates the database; only who holds it may remove a lock
        "pyproject.toml",
        "src",
    }
    assert all(path.suffix == ".yml" for path in (finished / "conf" / "base").glob("*"))


@pytest.mark.slow  # a run in a process of its own
def test_another_architecture_comes_with_its_own_settings_and_what_is_stated_wins(
    finished, tmp_path, monkeypatch
):
    project = shutil.copytree(finished, tmp_path / "project")
    steps = ("--pipelines=train_cnn,evaluate", "--namespaces=cnn")
    run_here(project, monkeypatch, *steps, "--params", "cnn.architecture.name=lenet5,cnn.training.epochs=1")
    data = project / "data" / "sample"
    layers = pd.read_csv(data / "08_reporting/cnn/layers.csv")
    assert layers.set_index("layer").loc["f6", "activation"] == "tanh"
    metrics = json.loads((data / "08_reporting/cnn/metrics.json").read_text())
    assert metrics["parameters"] == 61_706
    assert metrics["epochs"] == 1  # its own settings say 10
    assert metrics["test_accuracy"] > 0.3  # chance is 0.1
    tracked = tracked_runs(project)[0].data.params
    assert tracked["architecture.name"] == "lenet5"
    assert tracked["training.precision"] == "float32"  # the lecture's network has auto
    assert not any(name.startswith("architecture_settings") for name in tracked)


@pytest.mark.slow  # a run in a process of its own
def test_the_package_runs_as_a_program_on_top_of_what_is_stored(finished):
    data = finished / "data" / "sample"
    images = data / "01_raw/fashion_mnist/train-images-idx3-ubyte.gz"
    written = images.stat().st_mtime_ns
    card = json.loads((data / "08_reporting/data/data_card.json").read_text())
    done = finish(start(finished, "fashion_nets", "--env=sample", "--pipelines=data_ingestion", "-v"))
    assert nodes_run(succeeded(done)) == {
        *("data.obtain_image_set", "data.describe_image_set", "data.plot_class_examples"),
        *("data.make_report_part", "make_report"),
    }
    assert images.stat().st_mtime_ns == written
    assert json.loads((data / "08_reporting/data/data_card.json").read_text()) == card
    assert tracked_runs(finished)[0].info.run_name == "data_ingestion"
    assert statuses(finished)[0] == "FINISHED"


def test_a_step_before_its_time_names_the_pipeline_that_goes_first(finished):
    before = statuses(finished)
    done = kedro_run(finished, "--pipelines=evaluate", "--namespaces=stacked_autoencoder")
    (message,) = refused(done)
    missing = [f"'stacked_autoencoder.{name}'" for name in ("costs", "history", "model")]
    assert message.startswith(f"{', '.join(missing)} are not stored yet. Run first:")
    assert message.endswith("kedro run --env=sample --pipelines=stacked_autoencoder")
    assert not (finished / "data/sample/08_reporting/stacked_autoencoder").exists()
    assert statuses(finished) == before  # it was refused before a run was opened


@pytest.mark.slow  # a training in a process, interrupted
def test_ctrl_c_in_training_leaves_the_stored_model_and_no_open_run(finished):
    folder = finished / "data/sample/06_models/cnn"
    before = (folder / "model.keras").read_bytes()
    # A job in the background of a shell ignores Ctrl+C, and so would what it starts.
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = start(
            finished,
            *("kedro", "run", "--env=sample", "--pipelines=train_cnn"),
            *("--params", "cnn.training.epochs=1000,cnn.architecture.pool_size=4"),
        )
    finally:
        signal.signal(signal.SIGINT, handler)
    # It goes on from an epoch.
    assert any(re.search(r"cnn, epoch \d+ of at most 1000, val_accuracy", line) for line in process.stdout)
    process.send_signal(signal.SIGINT)
    done = finish(process)
    assert done.returncode == 128 + signal.SIGINT
    assert "Stopped by SIGINT. The same command goes on" in done.stdout
    assert "Traceback" not in done.stderr
    assert {path.name for path in folder.iterdir()} == {".made_from", "model.keras"}
    assert (folder / "model.keras").read_bytes() == before
    assert statuses(finished)[0] == "KILLED"


@pytest.mark.slow  # two processes, and a lock for as long as a run
def test_a_lock_on_the_database_costs_a_run_nothing(finished):
    """From the first epoch to the end of the run; its values are imported afterwards."""
    process = start(finished, "kedro", "run", "--env=sample", "--pipelines=train_mlp", "-v", *epochs(3))
    assert any("mlp, epoch 1 of 3" in line for line in process.stdout)
    with closing(sqlite3.connect(finished / "mlflow.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        done = succeeded(finish(process))
    assert (finished / "data/sample/06_models/mlp/model.keras").exists()
    assert done.stdout.count("WARNING") == 2
    assert "takes nothing at the moment (database is locked). The run goes on" in done.stdout
    command = re.search(r"kedro (import-runs) (.*)", done.stdout)
    succeeded(finish(start(finished, "kedro", *command.groups())))
    run, parent = tracked_runs(finished)[:2]
    assert (run.info.status, parent.info.status) == ("FINISHED", "FINISHED")
    assert run.data.tags["mlflow.parentRunId"] == parent.info.run_id
    assert run.data.params["training.epochs"] == "3"
    client = mlflow.MlflowClient(f"sqlite:///{finished / 'mlflow.db'}")
    assert {point.step for point in client.get_metric_history(run.info.run_id, "val_loss")} == {1, 2, 3}
    assert run.outputs.model_outputs


@pytest.mark.slow  # a process that starts MLflow's server
def test_a_port_that_is_taken_is_named_with_who_holds_it(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = subprocess.run(
            [sys.executable, ROOT / "tools" / "mlflow_ui.py", str(port)],
            env={**os.environ, "MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path / 'mlflow.db'}"},
            capture_output=True,
            text=True,
            timeout=SECONDS_UNTIL_STUCK,
            check=False,
        )
    assert done.returncode == 1
    (said,) = done.stderr.splitlines()[-1:]
    assert said.startswith(f"Port {port} of 127.0.0.1 is taken by process {os.getpid()} (")
    assert said.endswith(f"choose another port: make mlflow PORT={port + 1}")


def test_wrong_values_are_refused_with_field_rule_value_and_place(untouched, monkeypatch):
    wrong = [
        "mlp.training.epochs=0",
        "preprocessing.validation_size=many",
        "cnn.architecture.kernel=3",
        "stacked_autoencoder.optimizer.name=Adamm",
    ]
    said = refused_here(untouched, monkeypatch, "--params", ",".join(wrong))
    assert len(said) == len(wrong)
    by_group = dict(line.split(": ", maxsplit=1) for line in said)
    assert by_group["mlp.training"] == (
        "'epochs' should be greater than 0, got 0. Change it in conf/base/parameters_train_mlp.yml "
        'or with --params "mlp.training.epochs=VALUE".'
    )
    assert by_group["preprocessing"].startswith("'validation_size' should be a whole number")
    assert "got 'many'. Change it in conf/sample/parameters_preprocessing.yml" in by_group["preprocessing"]
    assert by_group["cnn.architecture"].startswith(
        "'kernel' is not a parameter here; there are name, activation, "
    )
    assert "conf/base/parameters_train_cnn.yml" in by_group["cnn.architecture"]
    assert by_group["stacked_autoencoder.optimizer"].startswith(
        "Keras has no optimizer 'Adamm'; did you mean 'Adam'?"
    )
    assert "conf/base/parameters_train_autoencoders.yml" in by_group["stacked_autoencoder.optimizer"]
    stays_as_it_is(untouched)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--params", "mpl.training.epochs=3"], "'mpl' is not a parameter in conf/; did you mean 'mlp'?"),
        (
            ["--params", "mlp.trainig.epochs=3"],
            "'mlp.trainig' is not a parameter in conf/; did you mean 'mlp.training'?",
        ),
        (
            ["--params", "seed=-1"],
            (
                "'seed' should be greater than or equal to 0, got -1. "
                'Change it in conf/base/parameters.yml or with --params "seed=VALUE".'
            ),
        ),
        (
            ["--params", "cnn.architecture.name=lenet"],
            (
                "cnn.architecture: 'name': there is no architecture 'lenet'; did you mean 'lenet5'? "
                "There are alexnet, googlenet, lecture, lenet5, mlp, resnet101, resnet152, resnet18, "
                "resnet34, resnet50, vgg16, vgg19, xception. Change it in "
                "conf/base/parameters_train_cnn.yml or with "
                '--params "cnn.architecture.name=VALUE".'
            ),
        ),
        (
            ["--params", "mlp.architecture.name=dense"],
            (
                "mlp.architecture: 'name': dense is an architecture of autoencoders, and this network is a "
                "classifier; there are mlp, lecture, lenet5, alexnet, googlenet, vgg16, vgg19, resnet18, "
                "resnet34, resnet50, resnet101, resnet152, xception. Change it in "
                "conf/base/parameters_train_mlp.yml or with "
                '--params "mlp.architecture.name=VALUE".'
            ),
        ),
        (
            ["--params", "mlp.name=x"],
            "'mlp.name' is not a parameter in conf/; there are architecture, optimizer, training.",
        ),
        (["--env=smaple"], "There is no environment 'smaple' in conf/; there are base, local, sample."),
        (["--pipelines=mpl"], "    mlp"),
        (
            ["--pipelines=mlp", "--runner=ParallelRunner"],
            (
                "ParallelRunner's processes know nothing of the run that they belong to, and MLflow would "
                "get an empty one. Use --runner=ThreadRunner; trials run in processes anyway."
            ),
        ),
    ],
    ids=[
        "group",
        "group within a group",
        "seed",
        "architecture",
        "kind",
        "name",
        "environment",
        "pipeline",
        "runner",
    ],
)
def test_what_cannot_work_is_refused_with_what_can(options, message, untouched, monkeypatch):
    monkeypatch.setenv("KEDRO_MP_CONTEXT", "spawn")  # as for ParallelRunner, which would copy TensorFlow else
    assert refused_here(untouched, monkeypatch, *options)[-1] == message
    stays_as_it_is(untouched)


def stays_as_it_is(project):
    files = [path for path in (project / "data").rglob("*") if path.is_file()]
    assert [path for path in files if not {"01_raw", ".locks"} & set(path.parts)] == []
    assert statuses(project) == []


@pytest.mark.slow  # a run in a process of its own
def test_a_second_run_gives_the_same_network_bit_for_bit(finished):
    data = finished / "data" / "sample"

    def stored():
        history = pd.read_csv(data / "07_model_output/cnn/history.csv").drop(columns="seconds")
        return history, pd.read_parquet(data / "07_model_output/cnn/predictions.parquet")

    first = stored()
    model = (data / "06_models/cnn/model.keras").stat().st_mtime_ns
    succeeded(kedro_run(finished, "--pipelines=cnn", *FAST_CNN))
    assert (data / "06_models/cnn/model.keras").stat().st_mtime_ns > model
    for before, after in zip(first, stored(), strict=True):
        pd.testing.assert_frame_equal(before, after, check_exact=True)


@pytest.mark.slow  # three runs in processes of their own
def test_parts_of_the_graph_run_on_what_is_stored(finished):
    data = finished / "data" / "sample"
    evaluation = {
        "mlp.predict_classes",
        "mlp.evaluate_classifier",
        "mlp.class_report",
        "mlp.plot_confusion_matrix",
        "mlp.plot_mistakes",
        "mlp.make_report_part",
    }
    on_all_networks = {"compare_networks", "make_report"}
    training = {
        *("mlp.train_classifier", "mlp.describe_training"),
        *("mlp.plot_learning_curves", "mlp.estimate_costs"),
        *("mlp.plot_diagram", "mlp.plot_costs"),
    }

    def accuracy():
        return json.loads((data / "08_reporting/mlp/metrics.json").read_text())["test_accuracy"]

    # The sets are stored, the MLP is not.
    done = succeeded(kedro_run(finished, "--pipelines=mlp", "--only-missing-outputs", "-v", *epochs(1)))
    assert nodes_run(done) == training | evaluation | on_all_networks
    after_one_epoch = accuracy()

    done = succeeded(kedro_run(finished, "--namespaces=mlp", "-v", *epochs(8)))
    assert nodes_run(done) == training | evaluation
    after_eight_epochs = accuracy()
    assert after_eight_epochs > after_one_epoch

    done = succeeded(kedro_run(finished, "--pipelines=mlp", "--from-nodes=mlp.predict_classes", "-v"))
    assert nodes_run(done) == evaluation | on_all_networks
    assert accuracy() == after_eight_epochs


def epochs(number):
    return ["--params", f"mlp.training.epochs={number}"]
