"""Locks between runs, as the hook takes them; other writers are mostly threads of this process."""

import json
import os
import re
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from kedro.framework.hooks.manager import _create_hook_manager
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.pipeline import Pipeline, node
from tests.conftest import killed_after

from fashion_nets.catalog import NetworkCatalog
from fashion_nets.errors import UserError
from fashion_nets.hooks.locks import FILE_TYPES, LockHook, scope_of

PATHS = {
    "train_set": "05_model_input/train_set",
    "mlp.metrics": "08_reporting/mlp/metrics.json",
    "transfer.metrics": "08_reporting/transfer/metrics.json",
    "activation_functions": "08_reporting/studies/activation_functions.png",
    "losses.curves": "08_reporting/studies/losses/curves.png",
    "ways.curves": "08_reporting/studies/ways/curves.png",
}
ALIVE = []
HOLD = """
import sys
from tests.hooks.test_locks import hold_for_ever
hold_for_ever(sys.argv[1], sys.argv[2])
"""


def make_nothing():
    return {}


def hook_in(folder, data_folder="data"):
    hook = LockHook()
    loader = {"globals": {"data_folder": data_folder}}
    hook.after_context_created(SimpleNamespace(project_path=Path(folder), config_loader=loader))
    return hook


class Run:
    """What Kedro does around a run that writes some datasets, with the hooks of one process."""

    def __init__(self, folder, *written, hook=None):
        config = {
            name: {"type": "json.JSONDataset", "filepath": str(Path(folder) / "data" / path)}
            for name, path in PATHS.items()
        }
        self.pipeline = Pipeline(
            [node(make_nothing, None, name, name=name.replace(".", "_")) for name in written]
        )
        self.catalog = NetworkCatalog.from_config(config)
        self.params = {"run_id": f"run of {written}"}
        self.manager = _create_hook_manager()
        self.manager.register(hook or hook_in(folder))
        self.hooks = self.manager.hook

    def begin(self):
        ALIVE.append(self)  # as settings hold their hooks; a lock that nobody holds is given back
        self.hooks.before_pipeline_run(run_params=self.params, pipeline=self.pipeline, catalog=self.catalog)
        return self

    def tell_of_node(self, outputs):
        (node,) = self.pipeline.nodes
        self.hooks.after_node_run(
            node=node, catalog=self.catalog, inputs={}, outputs=outputs, is_async=False, **self.params
        )

    def end(self):
        self.hooks.after_pipeline_run(
            run_params=self.params, run_result={}, pipeline=self.pipeline, catalog=self.catalog
        )

    def fail(self):
        error = ValueError("no luck")
        self.hooks.on_pipeline_error(
            error=error, run_params=self.params, pipeline=self.pipeline, catalog=self.catalog
        )


def hold_for_ever(folder, *written):
    Run(folder, *written).begin()
    sys.stdout.write("held\n")
    sys.stdout.flush()
    sys.stdin.read()


@pytest.fixture(autouse=True)
def _no_run_outlives_its_test():
    yield
    ALIVE.clear()


@pytest.fixture
def elsewhere():
    """Do something in another thread, whose locks are not those of this one."""
    with ThreadPoolExecutor(1) as thread:
        yield lambda function: thread.submit(function).result(timeout=30)


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("01_raw/fashion_mnist/source.txt", "networks"),
        ("05_model_input/train_set", "networks"),
        ("06_models/mlp/model.keras", "networks"),
        ("06_models/transfer_base/model.keras", "transfer_base"),
        ("06_models/transfer_base", "transfer_base"),
        ("07_model_output/mlp/codings.parquet", "networks"),
        ("07_model_output/transfer", "transfer"),
        ("07_model_output/studies/losses", "studies/losses"),
        ("07_model_output/studies/v1.5", "studies/v1.5"),
        ("08_reporting/studies/v1.5/curves.png", "studies/v1.5"),
        ("08_reporting/comparison.csv", "networks"),
        ("08_reporting/report.html", "networks"),
        ("08_reporting/transfer/report.html", "transfer"),
        ("08_reporting/studies/losses/report_part.json", "studies/losses"),
        ("08_reporting/data/data_card.json", "networks"),
        ("08_reporting/explain/kernels.png", "explain"),
        ("08_reporting/architectures/diagrams", "architectures"),
        ("08_reporting/studies/losses/curves.png", "studies/losses"),
        ("08_reporting/studies/activation_functions.png", "studies"),
        ("08_reporting/sweeps/mine/best.yml", "sweeps/mine"),
        ("07_model_output/sweeps/mine/finals", "sweeps/mine"),
    ],
)
def test_networks_are_one_lock_and_each_experiment_has_one_of_its_own(path, scope):
    assert scope_of(Path("/project/data") / path, Path("/project/data")) == scope


def test_a_file_of_the_catalog_is_told_from_a_folder_by_its_ending():
    files = (Path(__file__).parents[2] / "conf" / "base").glob("catalog*.yml")
    paths = [path for file in files for path in re.findall(r"filepath: (\S+)", file.read_text())]
    endings = {Path(re.sub(r"\$?{[^}]+}", "name", path)).suffix for path in paths}
    assert {".png", ".keras"} < endings <= FILE_TYPES | {""}


def test_a_second_writer_is_refused_with_the_name_of_the_first(tmp_path, elsewhere):
    Run(tmp_path, "train_set").begin()
    with pytest.raises(UserError) as raised:
        elsewhere(Run(tmp_path, "mlp.metrics").begin)
    message = str(raised.value)
    assert message.startswith(f"Process {os.getpid()} (")
    assert f"writes sets and networks in {tmp_path / 'data'}. Wait until it has ended" in message
    note = json.loads((tmp_path / "data" / ".locks" / "networks.json").read_text())
    assert note["process"] == os.getpid()
    assert f"since {note['since']}" in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (["train_set"], ["transfer.metrics"]),
        (["losses.curves", "activation_functions"], ["ways.curves", "activation_functions"]),
        (["train_set"], ["activation_functions"]),
        (["train_set"], ["in_memory_only"]),
    ],
)
def test_who_writes_something_else_is_not_hindered(first, second, tmp_path, elsewhere):
    Run(tmp_path, *first).begin()
    elsewhere(Run(tmp_path, *second).begin)


def test_other_environments_are_not_hindered(tmp_path, elsewhere):
    Run(tmp_path / "one", "train_set").begin()
    elsewhere(Run(tmp_path / "other", "train_set").begin)


@pytest.mark.parametrize("end", [Run.end, Run.fail])
def test_the_lock_ends_with_the_run(end, tmp_path, elsewhere):
    run = Run(tmp_path, "train_set").begin()
    end(run)
    assert not list((tmp_path / "data" / ".locks").glob("*.json"))
    elsewhere(Run(tmp_path, "train_set").begin)


@pytest.mark.parametrize("end", [Run.end, Run.fail, Run.begin])  # the next one in this thread, after Ctrl+C
def test_what_a_node_yields_is_ended_before_the_lock_is_given_back(end, tmp_path, elsewhere):
    locked = []

    def yield_pieces():
        try:
            yield
        finally:
            locked.extend(path.name for path in (tmp_path / "data" / ".locks").glob("*.json"))

    run = Run(tmp_path, "train_set").begin()
    pieces = yield_pieces()
    next(pieces)
    elsewhere(lambda: run.tell_of_node({"train_set": pieces}))  # as under ThreadRunner
    assert locked == []
    end(run)
    assert locked == ["networks.json"]


def test_a_run_that_another_hook_refuses_holds_nothing(tmp_path, elsewhere):
    from kedro.framework.hooks import hook_impl

    class Refusal:
        @hook_impl
        def before_pipeline_run(self):
            raise UserError("not today")

    run = Run(tmp_path, "train_set")
    run.manager.register(Refusal())
    with pytest.raises(UserError, match="not today"):
        run.begin()
    elsewhere(Run(tmp_path, "train_set").begin)


def test_of_several_locks_none_is_kept_if_one_is_held_elsewhere(tmp_path, elsewhere):
    Run(tmp_path, "transfer.metrics").begin()
    with pytest.raises(UserError, match="writes transfer in"):
        elsewhere(Run(tmp_path, "train_set", "transfer.metrics").begin)
    elsewhere(Run(tmp_path, "train_set").begin)


def test_after_an_interrupted_cell_of_a_notebook_the_next_run_begins(tmp_path):
    hook = hook_in(tmp_path)
    Run(tmp_path, "train_set", hook=hook).begin()  # Kedro calls no hook after KeyboardInterrupt
    Run(tmp_path, "train_set", hook=hook).begin()


def test_what_cannot_be_locked_is_one_line(tmp_path):
    (tmp_path / "data").write_text("mine")
    with pytest.raises(UserError, match=r"data/.locks cannot be written: .* move it away\.$"):
        Run(tmp_path, "train_set").begin()


def test_the_lock_of_a_killed_process_does_not_outlive_it(tmp_path):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path), "train_set"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        try:
            with killed_after(other):
                assert other.stdout.readline() == "held\n"
            with pytest.raises(UserError, match=f"Process {other.pid} .* writes sets and networks"):
                Run(tmp_path, "mlp.metrics").begin()
        finally:
            other.send_signal(signal.SIGKILL)
        other.wait(timeout=30)
    Run(tmp_path, "mlp.metrics").begin().end()


def test_leftovers_of_killed_runs_are_cleared_away_where_nobody_else_writes(tmp_path, elsewhere):
    studies = tmp_path / "data" / "08_reporting" / "studies"
    (studies / ".partial_activation_functions.png.x" / "new").mkdir(parents=True)
    (studies / "losses" / ".partial_curves.png.y" / "new").mkdir(parents=True)
    elsewhere(Run(tmp_path, "activation_functions").begin)
    assert not (studies / ".partial_activation_functions.png.x").exists()
    (studies / ".partial_activation_functions.png.z" / "new").mkdir(parents=True)  # of the other, at work
    Run(tmp_path, "losses.curves", "activation_functions").begin()
    assert not list((studies / "losses").glob(".partial_*"))
    assert (studies / ".partial_activation_functions.png.z").exists()


def test_leftovers_of_records_and_of_notes_go_too_where_nobody_else_writes(tmp_path, elsewhere):
    data = tmp_path / "data"
    reports, locks = data / "08_reporting", data / ".locks"
    own = [
        data / "05_model_input" / ".made_from" / ".partial_train_set.json.x",
        reports / "studies" / "losses" / ".made_from" / ".partial_curves.png.json.x",
        locks / ".partial_networks.json.x",
        locks / "studies" / ".partial_losses.json.x",
    ]
    of_others = [
        reports / "studies" / ".made_from" / ".partial_activation_functions.png.json.x",
        locks / "studies" / ".partial_ways.json.x",
    ]
    elsewhere(Run(tmp_path, "activation_functions").begin)
    for folder in [*own, *of_others]:
        (folder / "new").mkdir(parents=True)
    Run(tmp_path, "train_set", "losses.curves", "activation_functions").begin()
    assert not any(folder.exists() for folder in own)
    assert all(folder.exists() for folder in of_others)


def test_a_folder_that_was_being_replaced_is_whole_after_the_next_run(tmp_path):
    sets = tmp_path / "data" / "05_model_input"
    for state in ("new", "before"):
        (sets / ".partial_train_set.x" / state / "train_set").mkdir(parents=True)
        (sets / ".partial_train_set.x" / state / "train_set" / "images.npy").write_text(state)
    Run(tmp_path, "train_set").begin().end()
    assert (sets / "train_set" / "images.npy").read_text() == "new"
    assert [path.name for path in sets.iterdir()] == ["train_set"]


def test_a_session_takes_the_lock_and_gives_it_back(untracked, elsewhere):
    bootstrap_project(untracked)

    def run():
        with KedroSession.create(untracked, env="sample") as session:
            session.run(pipeline_names=["data_ingestion"])

    report = untracked / "data" / "sample" / "08_reporting" / "data"
    (report / ".partial_data_card.json.x" / "new").mkdir(parents=True)
    other = Run(untracked, "train_set", hook=hook_in(untracked, "data/sample"))
    elsewhere(other.begin)
    with pytest.raises(UserError, match=r"writes sets and networks in .*/data/sample\."):
        run()
    assert not (report / "data_card.json").exists()
    elsewhere(other.end)
    run()
    assert not list(report.glob(".partial_*"))
    assert (report / "data_card.json").is_file()
    elsewhere(other.begin)  # nobody holds it any more
