"""What a run is called, and the command that repeats it, read again as a shell and Kedro do."""

import json
import shlex
import subprocess
from types import SimpleNamespace

import click
import pytest

from fashion_nets.cli import OPTIONS, PlainCommand
from fashion_nets.hooks.command import name_run, repeat_command
from fashion_nets.project import project_root

PARAMETERS = {"study": {"name": "losses"}, "sweep": {"name": "mine"}, "explain": {"network": "cnn"}}
CONF = SimpleNamespace(conf_source=str(project_root() / "conf"), env="sample", runtime_params={})


def read_again(command, folder):
    """What ``kedro run`` would be given, once a shell has run what comes before it."""
    *first, last = command.split(" && ")
    for each in first:
        subprocess.run(["sh", "-c", each], cwd=folder, check=True, timeout=30)
    kedro, run, *arguments = shlex.split(last)
    assert (kedro, run) == ("kedro", "run")
    arguments = [
        f"--config={folder / each.removeprefix('--config=')}" if each.startswith("--config=") else each
        for each in arguments
    ]
    given = {}
    command = PlainCommand("run", params=OPTIONS, callback=lambda **typed: given.update(typed))
    command.main(arguments, prog_name="run", standalone_mode=False)
    return given


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"pipeline_names": ["mlp", "cnn"]},
        {"namespaces": ["mlp"], "tags": ["training", "figures"], "only_missing_outputs": True},
        {"pipeline_names": ["mlp"], "from_nodes": ["mlp.train_classifier"], "to_nodes": ["mlp.plot_costs"]},
        {"node_names": ["mlp.train_classifier"], "from_inputs": ["train_set"], "to_outputs": ["mlp.model"]},
        {"load_versions": {"mlp.model": "2026-11-27T03.00.00.000Z"}},
        {"runtime_params": {"mlp": {"training": {"epochs": 3, "early_stopping": None}}, "seed": 7}},
        {"runtime_params": {"mlp": {"optimizer": {"learning_rate": 1e-05, "nesterov": True}}}},
        {"runtime_params": {"a": "it's #1", "b": "[1].jpg", "c": "no", "d": "1e3", "e": "x: y", "f": "é ü"}},
        {"runtime_params": {"study": {"name": "losses"}, "list": [1, "two", None], "text": "a, b"}},
        {"runtime_params": {"text": "two\nlines"}},
    ],
)
def test_the_command_repeats_the_run(given, tmp_path):
    again = read_again(repeat_command(given, CONF), tmp_path)
    assert again["env"] == "sample"
    assert sorted(again["pipelines"]) == sorted(given.get("pipeline_names", []))
    for option in ("tags", "node_names", "from_nodes", "to_nodes", "from_inputs", "to_outputs", "namespaces"):
        assert list(again[option]) == given.get(option, [])
    assert again["load_versions"] == given.get("load_versions", {})
    assert again["only_missing_outputs"] is given.get("only_missing_outputs", False)
    assert json.dumps(again["params"] or {}) == json.dumps(given.get("runtime_params", {}))


def test_a_runner_and_how_it_runs_are_part_of_the_command(tmp_path):
    context = click.Context(click.Command("run"))
    context.params = {"runner": "ThreadRunner", "is_async": True, "runner_params": {"max_workers": 2}}
    with context:
        again = read_again(repeat_command({}, CONF), tmp_path)
    assert (again["runner"], again["is_async"]) == ("ThreadRunner", True)
    assert again["runner_params"] == {"max_workers": 2}
    told = "<kedro.runner.thread_runner.ThreadRunner object at 0x7f>"
    assert read_again(repeat_command({"runner": told}, CONF), tmp_path)["runner"] == "ThreadRunner"


def test_another_folder_of_configuration_is_part_of_the_command(tmp_path):
    other = SimpleNamespace(conf_source=str(tmp_path), env=None, runtime_params={})
    assert repeat_command({}, other) == f"kedro run --conf-source={tmp_path}"


@pytest.mark.parametrize(
    ("given", "inputs", "name"),
    [
        ({}, [], "__default__"),
        ({"pipeline_names": ["mlp", "cnn"]}, [], "cnn+mlp"),
        ({"pipeline_names": ["study"]}, ["params:study", "params:seed"], "study losses"),
        ({"pipeline_names": ["sweep"]}, ["params:sweep"], "sweep mine"),
        ({"pipeline_names": ["explain"]}, ["params:explain"], "explain cnn"),
        ({"pipeline_names": ["mlp"], "only_missing_outputs": True}, [], "mlp (only missing outputs)"),
        ({"node_names": ["d", "c", "b", "a"]}, [], "__default__ (nodes a, b, c, 1 more)"),
        (
            {"pipeline_names": ["mlp"], "from_nodes": ["mlp.plot_costs"], "tags": ["figures"]},
            [],
            "mlp (tags figures, from mlp.plot_costs)",
        ),
    ],
)
def test_a_name_says_what_ran_in_one_order(given, inputs, name):
    assert name_run(given, inputs, PARAMETERS) == name
