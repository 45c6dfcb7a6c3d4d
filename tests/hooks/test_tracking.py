"""The hook between the project's catalog and a database of MLflow's own, without a run of minutes."""

import json
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from threading import Barrier

import keras
import mlflow
import numpy as np
import pandas as pd
import pytest
from kedro.framework.hooks import hook_impl
from kedro.framework.hooks.manager import _create_hook_manager
from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.pipeline import Pipeline, node
from kedro.runner import ThreadRunner
from matplotlib.figure import Figure
from tests.conftest import CLASS_NAMES, all_written, make_project

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.errors import UserError
from fashion_nets.hooks.interruptions import InterruptionHook
from fashion_nets.hooks.tracking import TrackingHook
from fashion_nets.tracking import ChildRun, TrainingLog
from fashion_nets.tracking.entries import Earlier
from fashion_nets.tracking.runs import close_outbox, current_outbox, leave_active_run
from fashion_nets.tracking.views import VIEW_TAG

NOTHING_CHOSEN = dict.fromkeys(
    ("tags", "node_names", "from_nodes", "to_nodes", "from_inputs", "load_versions"), None
)
CARD = {"fingerprint": "c0ffee", "classes": 10}


@pytest.fixture(scope="module")
def tracking_project(tmp_path_factory):
    """A project whose database of MLflow is made once."""
    return make_project(tmp_path_factory.mktemp("tracking"))


@pytest.fixture
def begin(tracking_project, monkeypatch):
    """The hook and the catalog, with a run begun on the sample."""
    monkeypatch.chdir(tracking_project)
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    bootstrap_project(tracking_project)

    def begin_run(pipeline=None, **given):
        hook, catalog = hook_and_catalog(**given)
        run_params = {**NOTHING_CHOSEN, "pipeline_names": ["mlp"]}
        hook.before_pipeline_run(run_params, pipeline or Pipeline([]), catalog)
        return hook, catalog

    yield begin_run
    leave_active_run()
    close_outbox("KILLED")
    shutil.rmtree(tracking_project / "data" / "sample" / "06_models", ignore_errors=True)


def hook_and_catalog(**given):
    """A hook of its own beside that of the settings, which the context of a session sets up."""
    hook = TrackingHook()
    with KedroSession.create(env="sample", runtime_params=given) as session:
        context = session.load_context()
        hook.after_context_created(context)
        return hook, context.catalog


def small_model():
    inputs = keras.Input((28, 28))
    return keras.Model(inputs, keras.layers.Dense(10)(keras.layers.Flatten()(inputs)))


def save(hook, catalog, name, data):
    catalog.save(name, data)
    hook.after_dataset_saved(name, data)


def end(hook):
    """As Kedro's hooks do around the others."""
    for _ in hook.after_pipeline_run():
        pass


def tracked(run_id):
    if outbox := current_outbox():
        assert all_written(outbox)
    return mlflow.MlflowClient().get_run(run_id)


def below(run_id):
    """The runs of networks, the first one first."""
    experiment = tracked(run_id).info.experiment_id
    condition = f"tags.`mlflow.parentRunId` = '{run_id}'"
    return mlflow.MlflowClient().search_runs([experiment], condition, order_by=["start_time"])


def artifacts(run_id, folder=None):
    tracked(run_id)
    return {file.path for file in mlflow.MlflowClient().list_artifacts(run_id, folder) if not file.is_dir}


def test_what_is_saved_is_mirrored_as_the_catalog_says(begin):
    hook, catalog = begin()
    run_id = hook.run_id
    TrainingLog("mlp")(3, {"val_loss": 0.5})
    save(hook, catalog, "data_card", CARD)
    save(hook, catalog, "mlp.metrics", {"val_loss": 0.25, "test_accuracy": 0.8})
    save(hook, catalog, "mlp.costs_plot", Figure())
    save(hook, catalog, "architectures.metrics", {"lenet5_val_accuracy": 0.8})
    save(hook, catalog, "architectures.diagrams", {"lenet5.png": Figure(), "lecture.png": Figure()})
    assert tracked(run_id).data.metrics == {"architectures/lenet5_val_accuracy": 0.8}
    assert artifacts(run_id, "data") == {"data/data_card.json"}
    assert artifacts(run_id, "diagrams") == {"diagrams/lecture.png", "diagrams/lenet5.png"}
    assert artifacts(run_id, "mlp") == set()
    (mlp,) = below(run_id)
    assert mlp.info.run_name == mlp.data.tags["network"] == "mlp"
    assert mlp.data.metrics == {"val_loss": 0.25, "test_accuracy": 0.8}  # of what is stored
    assert artifacts(mlp.info.run_id) == {"metrics.json", "costs.png"}


def test_the_part_of_a_network_that_there_is_not_begins_no_run(begin):
    report = pipelines["report"].filter(node_names=["mlp.make_report_part"])
    hook, catalog = begin(report)
    (part,) = report.nodes
    hook.before_node_run(node=part, inputs=dict.fromkeys(part.inputs))
    save(hook, catalog, "mlp.report_part", {"items": []})
    assert below(hook.run_id) == []


def test_a_table_of_all_networks_lies_beside_their_folders(begin):
    hook, catalog = begin()
    save(hook, catalog, "comparison", pd.DataFrame({"network": ["mlp"]}))
    assert artifacts(hook.run_id) == {"comparison.csv"}


def test_the_results_of_a_network_belong_to_its_model(begin):
    hook, catalog = begin()
    images = LabelledImages(np.full((3, 28, 28), 9, np.uint8), np.zeros(3, np.uint8))
    hook.before_node_run(TRAINING, {"train_set": images})
    TrainingLog("mlp", CLASS_NAMES)(1, {"val_loss": 0.5})
    save(hook, catalog, "mlp.model", small_model())
    save(hook, catalog, "mlp.metrics", {"test_accuracy": 0.8})
    experiment = tracked(hook.run_id).info.experiment_id
    (logged,) = mlflow.MlflowClient().search_logged_models([experiment])
    assert logged.name == "mlp"
    assert [(metric.key, metric.value) for metric in logged.metrics] == [("test_accuracy", 0.8)]
    assert logged.source_run_id == below(hook.run_id)[0].info.run_id
    network = mlflow.pyfunc.load_model(logged.model_uri)
    np.testing.assert_array_equal(network.input_example["images"], images.images[:1])
    assert list(network.predict(network.input_example).columns) == ["class_name", "probability", *CLASS_NAMES]


def test_a_run_has_seed_and_name_from_its_beginning(begin):
    hook, _ = begin(seed=7)
    run = tracked(hook.run_id)
    assert run.info.run_name == "mlp"
    assert run.data.tags["seed"] == "7"


@pytest.mark.parametrize("content", ["", "{}", "[1]"])
def test_a_damaged_data_card_costs_a_run_nothing(content, begin, tracking_project):
    card = tracking_project / "data" / "sample" / "08_reporting" / "data" / "data_card.json"
    card.parent.mkdir(parents=True, exist_ok=True)
    card.write_text(content)
    hook, _ = begin()
    card.unlink()
    assert tracked(hook.run_id).data.tags["seed"] == "42"


def test_the_run_of_a_study_has_its_name(begin):
    draw = node(lambda study: None, inputs="params:study", outputs="drawn", name="draw")
    hook, _ = begin(Pipeline([draw]), study={"name": "losses"})
    assert tracked(hook.run_id).info.run_name == "mlp losses"


IMAGES = LabelledImages(np.zeros((3, 28, 28), np.uint8), np.zeros(3, np.uint8))


def train(*_):
    pass


TRAINING = node(
    train,
    ["params:seed", "train_set", "params:mlp.training", "params:mlp.optimizer", "checkpoints"],
    ["mlp.model", "mlp.history"],
    name="mlp.train_classifier",
)
DRAWING = node(train, ["mlp.history", "params:seed"], "mlp.learning_curves_plot", name="mlp.plot")
INGESTION = node(train, "params:data_ingestion", ["raw_train_images", "class_names"], name="obtain_image_set")


def test_parameters_of_a_network_are_in_its_run_one_by_one_and_only_those_that_count(begin):
    hook, catalog = begin(mlp={"training": {"epochs": 4}})
    catalog.save("train_set", IMAGES)
    hook.before_node_run(TRAINING, {"train_set": IMAGES})
    hook.before_node_run(INGESTION, {})
    (mlp,) = below(hook.run_id)
    assert mlp.data.params["training.epochs"] == "4"
    assert mlp.data.params["seed"] == "42"
    assert not {"training.resume", "training.checkpoint_seconds"} & set(mlp.data.params)
    (used,) = mlp.inputs.dataset_inputs
    assert (used.dataset.name, used.tags[0].value) == ("train_set", "training")
    assert len(used.dataset.digest) == 16
    assert json.loads(used.dataset.source) == {"uri": "data/sample/05_model_input/train_set"}
    assert json.loads(used.dataset.profile)["num_rows"] == 3
    params = tracked(hook.run_id).data.params
    assert params["data_ingestion.first_label"] == "0"
    assert {name.split(".")[1] for name in params} == {"files", "first_label", "class_names"}


def test_nodes_in_threads_share_the_run_of_their_network(begin):
    """MLflow adds a parameter but once, and refuses two who do so at the same time."""
    hook, _ = begin()
    run_id = hook.run_id
    ready = Barrier(4, timeout=10)

    def run_nodes(_):
        ready.wait()
        hook.before_node_run(DRAWING, {})
        TrainingLog("cnn")(1, {"loss": 0.5})

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(run_nodes, range(4)))
    assert sorted(run.info.run_name for run in below(run_id)) == ["cnn", "mlp"]


def test_the_run_of_a_network_ends_with_the_last_of_its_outputs(begin):
    hook, catalog = begin(Pipeline([TRAINING, DRAWING]))
    hook.before_node_run(TRAINING, {"train_set": IMAGES})
    hook.before_node_run(DRAWING, {})
    hook.after_dataset_saved("mlp.history", None)
    save(hook, catalog, "mlp.learning_curves_plot", Figure())
    assert [run.info.status for run in below(hook.run_id)] == ["RUNNING"]
    save(hook, catalog, "mlp.model", small_model())
    (mlp,) = below(hook.run_id)
    assert mlp.info.status == "FINISHED"
    assert mlp.outputs.model_outputs
    note = mlp.data.tags["mlflow.note.content"]
    assert f"Part of [mlp](#/experiments/{mlp.info.experiment_id}/runs/{hook.run_id})" in note
    assert "`data/sample/08_reporting/mlp`" in note
    assert tracked(hook.run_id).info.status == "RUNNING"


EVALUATION = node(train, ["mlp.model", "test_set"], "mlp.metrics", name="mlp.evaluate_classifier")


def train_mlp(begin):
    hook, catalog = begin(Pipeline([TRAINING]))
    hook.before_node_run(TRAINING, {"train_set": IMAGES})
    TrainingLog("mlp")(1, {"val_loss": 0.5})
    TrainingLog("mlp")(2, {"val_loss": 0.75})
    save(hook, catalog, "mlp.model", small_model())
    end(hook)
    return hook


def evaluate_mlp(begin, accuracy, **given):
    hook, catalog = begin(Pipeline([EVALUATION]), **given)
    hook.before_node_run(EVALUATION, {"test_set": IMAGES})
    save(hook, catalog, "mlp.metrics", {"val_loss": 0.5, "test_accuracy": accuracy})
    end(hook)
    return hook


def test_results_of_a_later_run_belong_to_the_run_that_trained_the_network(begin):
    hook = train_mlp(begin)
    first = hook.run_id
    for accuracy in (0.8, 0.9):
        hook = evaluate_mlp(begin, accuracy, seed=7)
        assert below(hook.run_id) == []
    (mlp,) = below(first)
    assert mlp.info.status == "FINISHED"
    assert mlp.data.metrics["test_accuracy"] == 0.9
    assert mlp.data.metrics["val_loss"] == 0.5
    assert mlp.data.params["seed"] == "42"  # that it was trained with
    points = mlflow.MlflowClient().get_metric_history(mlp.info.run_id, "val_loss")
    assert [(point.step, point.value) for point in points] == [(1, 0.5), (2, 0.75), (2, 0.5), (2, 0.5)]
    note = tracked(hook.run_id).data.tags["mlflow.note.content"]
    assert f"[mlp](#/experiments/{mlp.info.experiment_id}/runs/{mlp.info.run_id})" in note
    assert tracked(hook.run_id).data.tags["earlier_runs"] == mlp.info.run_id


def test_results_of_a_model_that_somebody_has_put_there_have_one_run_of_their_own(begin):
    """So have those of a network that was trained without tracking."""
    trained = train_mlp(begin)
    _, catalog = hook_and_catalog()
    catalog.save("mlp.model", small_model())
    first = evaluate_mlp(begin, 0.8)
    second = evaluate_mlp(begin, 0.9)
    assert "test_accuracy" not in below(trained.run_id)[0].data.metrics
    (own,) = below(first.run_id)
    assert own.data.metrics["test_accuracy"] == 0.9
    assert below(second.run_id) == []
    for hook in (first, second):
        note = tracked(hook.run_id).data.tags["mlflow.note.content"]
        assert "Trained by earlier runs:" in note
        assert "Trained:" not in note


def test_the_description_links_to_some_earlier_runs_and_a_tag_names_all(begin):
    hook, _ = begin()
    client, experiment = mlflow.MlflowClient(), tracked(hook.run_id).info.experiment_id
    known = [client.create_run(experiment, tags={"trial": str(number)}).info.run_id for number in range(15)]
    for number in range(15):
        ChildRun(f"trial {number}", {}, {}, Earlier({"trial": str(number)}, goes_on=False))
    run_id = hook.run_id
    end(hook)
    tags = tracked(run_id).data.tags
    assert "and 3 more" in tags["mlflow.note.content"]
    assert tags["earlier_runs"].split() == known


def test_nodes_in_threads_end_the_run_of_their_network_once(begin):
    """Figures that are the last of a network are saved at the same time."""
    figures = [f"mlp.{name}_plot" for name in ("learning_curves", "costs", "diagram", "mistakes")]
    ready = Barrier(len(figures), timeout=60)

    def draw(_):
        ready.wait()
        return Figure()

    pipeline = Pipeline([node(draw, "params:seed", name, name=name) for name in figures])
    hook, catalog = begin(pipeline)
    hooks = _create_hook_manager()
    hooks.register(hook)
    ThreadRunner(max_workers=len(figures)).run(pipeline, catalog, hooks)
    (mlp,) = below(hook.run_id)
    assert mlp.info.status == "FINISHED"
    assert artifacts(mlp.info.run_id) == {f"{name[4:-5]}.png" for name in figures}


def test_a_parameter_says_in_which_experiment_a_run_is(begin):
    hook, _ = begin(tracking={"experiment": "trial and error", "run_name": "wide"})
    run = tracked(hook.run_id)
    experiment = mlflow.get_experiment(run.info.experiment_id)
    assert (experiment.name, run.info.run_name) == ("trial and error", "wide")
    assert VIEW_TAG in experiment.tags


def test_only_experiments_of_the_projects_own_database_get_a_view(begin, empty_store, monkeypatch, tmp_path):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")
    hook, _ = begin()
    run = tracked(hook.run_id)
    assert VIEW_TAG not in mlflow.get_experiment(run.info.experiment_id).tags


@pytest.mark.parametrize("trained", [True, False])
def test_a_base_has_a_run_where_it_is_trained_and_none_where_it_is_taken_as_it_is(trained, begin):
    preparing = node(
        train, ["plan", "train_set"], ["transfer_base.model", "transfer_base.origin"], name="transfer.prepare"
    )
    hook, catalog = begin(Pipeline([preparing]))
    hook.before_node_run(preparing, {"train_set": IMAGES})
    if trained:
        TrainingLog("transfer_base")(1, {"val_loss": 0.5})
    save(hook, catalog, "transfer_base.model", small_model())
    hook.after_dataset_saved("transfer_base.origin", {})
    told = [(run.data.tags["network"], run.info.status) for run in below(hook.run_id)]
    assert told == ([("transfer_base", "FINISHED")] if trained else [])
    for run in below(hook.run_id):
        assert run.data.params["seed"] == run.data.tags["seed"] == "42"
        assert [each.dataset.name for each in run.inputs.dataset_inputs] == ["train_set"]


def test_a_network_of_which_mlflow_has_no_training_gets_a_run_of_its_own(begin):
    evaluation = node(train, ["cnn.model", "test_set"], "cnn.metrics", name="cnn.evaluate_classifier")
    hook, catalog = begin(Pipeline([evaluation]))
    hook.before_node_run(evaluation, {"test_set": IMAGES})
    save(hook, catalog, "cnn.metrics", {"test_accuracy": 0.8})
    (cnn,) = below(hook.run_id)
    assert cnn.data.metrics == {"test_accuracy": 0.8}


def test_the_settings_of_architectures_are_left_to_the_runs_of_trials_and_their_budget_is_not(begin):
    hook, _ = begin(architectures={"epochs": 3})
    trials = node(
        train,
        ["params:architectures", "params:architecture_settings", "params:mlp", "params:seed"],
        "architectures.trials",
        name="train",
    )
    hook.before_node_run(trials, {})
    params = tracked(hook.run_id).data.params
    assert params["architectures.epochs"] == "3"
    assert not any(name.startswith(("architecture_settings", "mlp")) for name in params)
    assert "architectures.reuse" not in params


class Failing:
    """Another hook, which fails as the run ends."""

    @hook_impl
    def after_pipeline_run(self):
        raise UserError("no room")

    @hook_impl
    def on_pipeline_error(self):
        raise UserError("no room")


class Refusing:
    """Another hook, which refuses a run."""

    @hook_impl
    def before_pipeline_run(self):
        raise UserError("not today")


@pytest.mark.parametrize("others", [(), (Failing(),)])
@pytest.mark.parametrize("last", ["after_pipeline_run", "on_pipeline_error"])
def test_a_run_ends_well_or_as_failed_whatever_other_hooks_do(last, others, begin):
    hook, _ = begin(pipelines["report"])
    hooks = _create_hook_manager()
    for each in (hook, *others):
        hooks.register(each)
    with pytest.raises(UserError, match="no room") if others else nullcontext():
        getattr(hooks.hook, last)(
            error=None, run_params={}, run_result={}, pipeline=Pipeline([]), catalog=None
        )
    assert mlflow.active_run() is None
    status = "FINISHED" if last == "after_pipeline_run" and not others else "FAILED"
    ended = tracked(hook.run_id)
    assert ended.info.status == status
    has_page = "Report: `data/sample/08_reporting/report.html`" in ended.data.tags["mlflow.note.content"]
    assert has_page == (status == "FINISHED")


def test_a_run_that_has_nothing_to_make_is_no_run_of_mlflow(begin):
    describe = node(lambda: None, inputs=None, outputs="data_card", name="describe")
    hook, catalog = begin()
    end(hook)
    catalog.save("data_card", CARD)
    run_params = {**NOTHING_CHOSEN, "pipeline_names": ["mlp"], "only_missing_outputs": True}
    for to_make_again, is_a_run in ((set(), False), ({"data_card"}, True)):
        hook, _ = hook_and_catalog()
        catalog.to_make_again = to_make_again
        hook.before_pipeline_run(run_params, Pipeline([describe]), catalog)
        assert (mlflow.active_run() is not None) is is_a_run
        end(hook)
        assert mlflow.active_run() is None


def test_what_cannot_track_is_refused_within_seconds_and_before_anything_is_made(project, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    bootstrap_project(project)
    began = time.monotonic()
    with pytest.raises(UserError, match="the variable MLFLOW_TRACKING_URI names: no server answers there"):
        hook_and_catalog()
    assert time.monotonic() - began < 60  # MLflow would try for minutes; the probe itself takes seconds
    assert not (project / "mlflow.db").exists()


def test_a_copied_project_logs_into_itself(begin, tracking_project, monkeypatch, tmp_path):
    hook, catalog = begin()
    save(hook, catalog, "comparison", pd.DataFrame({"network": ["mlp"]}))
    end(hook)
    before = stored_files(tracking_project / "mlartifacts")
    copy = Path(shutil.copytree(tracking_project, tmp_path / "a copy"))
    monkeypatch.chdir(copy)
    bootstrap_project(copy)
    second, catalog = begin()
    save(second, catalog, "comparison", pd.DataFrame({"network": ["cnn"]}))
    end(second)
    table = "mlartifacts/{}/artifacts/comparison.csv"
    assert "cnn" in (copy / table.format(second.run_id)).read_text()
    assert stored_files(tracking_project / "mlartifacts") == before
    assert (
        tracked(hook.run_id).info.artifact_uri == (copy / "mlartifacts" / hook.run_id / "artifacts").as_uri()
    )
    assert artifacts(hook.run_id) == {"comparison.csv"}


def stored_files(folder):
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def test_the_next_run_ends_what_a_dead_process_left_open(begin):
    hook, _ = begin()
    client, run = mlflow.MlflowClient(), tracked(hook.run_id)
    machine, pid, began = json.loads(run.data.tags["process"])
    assert pid == os.getpid()

    def left_open(process, name, experiment=run.info.experiment_id):
        run_id = client.create_run(experiment, run_name=name, tags={"process": process}).info.run_id
        client.log_metric(run_id, "loss", 0.5, timestamp=2_000_000_000_000)
        return run_id

    others = [
        left_open(json.dumps([machine, pid, "another time"]), "dead"),
        left_open(json.dumps([machine, pid, began]), "alive"),
        left_open(json.dumps(["another machine", 1, "1"]), "elsewhere"),
        left_open("by hand", "unknown"),
        left_open(json.dumps([machine, pid, "another time"]), "dead", client.create_experiment("another")),
    ]
    end(hook)
    begin()
    infos = [tracked(run_id).info for run_id in others]
    assert [info.status for info in infos] == ["KILLED", "RUNNING", "RUNNING", "RUNNING", "KILLED"]
    assert infos[0].end_time == 2_000_000_000_000


def test_a_cell_that_was_stopped_leaves_a_killed_run_and_the_next_one_works(begin):
    first, _ = begin()
    first.before_node_run(TRAINING, {"train_set": IMAGES})
    # An exception that is none of Kedro's, such as Ctrl+C, ends a run without a hook.
    second, _ = begin(seed=7)
    second.before_node_run(TRAINING, {"train_set": IMAGES})
    assert tracked(first.run_id).info.status == "KILLED"
    assert [run.info.status for run in below(first.run_id)] == ["KILLED"]
    assert below(second.run_id)[0].data.params["seed"] == "7"
    assert mlflow.active_run().info.run_id == second.run_id


def test_a_run_that_a_script_has_opened_survives_one_that_is_refused(begin):
    hook_and_catalog()  # sets MLflow up
    with mlflow.start_run(run_name="mine") as mine:
        hook, catalog = begin()
        assert hook.run_id == mine.info.run_id
        hooks = _create_hook_manager()
        for each in (hook, InterruptionHook(release=lambda _: None), Refusing()):
            hooks.register(each)
        run_params = {**NOTHING_CHOSEN, "pipeline_names": ["mlp"]}
        with pytest.raises(UserError, match="not today"):
            hooks.hook.before_pipeline_run(run_params=run_params, pipeline=Pipeline([]), catalog=catalog)
        assert current_outbox() is None
        assert mlflow.active_run().info.run_id == mine.info.run_id
    assert tracked(mine.info.run_id).info.status == "FINISHED"


def test_without_tracking_nothing_of_mlflow_is_touched(untracked):
    bootstrap_project(untracked)
    hook, catalog = hook_and_catalog()
    hook.before_pipeline_run({}, Pipeline([]), catalog)
    hook.before_node_run(DRAWING, {"params:seed": 42})
    save(hook, catalog, "data_card", CARD)
    end(hook)
    assert mlflow.active_run() is None
    assert not (untracked / "mlflow.db").exists()
