import shlex
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import click
import pytest
from kedro.framework.cli.project import run as kedro_run

from fashion_nets.advice import run_command, where_to_change
from fashion_nets.options import with_plain_values


class Conf(NamedTuple):
    conf_source: str
    env: str | None
    runtime_params: Mapping[str, Any] = MappingProxyType({})


def conf(env, **params):
    return Conf(str(Path.cwd() / "conf"), env, params)


@pytest.fixture
def stated(project):
    """conf/sample states the epochs of the MLP, and nothing else of it."""
    (project / "conf/sample/parameters_mine.yml").write_text("mlp: {training: {epochs: 3}}\n")


def test_a_field_is_changed_where_it_is_stated_first_in_the_environment(stated):
    assert where_to_change("mlp.training", ["epochs"], conf("sample")) == (
        'Change it in conf/sample/parameters_mine.yml or with --params "mlp.training.epochs=VALUE".'
    )
    assert where_to_change("mlp.training", ["epochs"], conf(None)) == (
        'Change it in conf/base/parameters_train_mlp.yml or with --params "mlp.training.epochs=VALUE".'
    )


def test_what_no_file_states_is_changed_where_its_group_is(project):
    for fields in (["kernel"], [], ["activation", "dropout"]):
        assert where_to_change("mlp.architecture", fields, conf("sample")) == (
            'Change it in conf/base/parameters_train_mlp.yml or with --params "mlp.architecture.NAME=VALUE".'
        )


def test_a_parameter_of_no_group_has_its_own_file(project):
    assert where_to_change("", ["seed"], conf("sample")) == (
        'Change it in conf/base/parameters.yml or with --params "seed=VALUE".'
    )


def test_a_group_that_no_file_has_is_somewhere_in_conf(project):
    assert (
        where_to_change("nowhere", [], conf(None))
        == 'Change it in conf/ or with --params "nowhere.NAME=VALUE".'
    )


def test_the_environment_is_that_of_kedro_env_where_none_is_named(stated, monkeypatch):
    monkeypatch.setenv("KEDRO_ENV", "sample")
    assert "conf/sample/" in where_to_change("mlp.training", ["epochs"], conf(None))


def test_what_a_block_states_is_changed_there_or_for_the_one_group(project):
    assert where_to_change("mlp.training", ["engine"], conf("sample")) == (
        'Change it in conf/base/parameters_shared.yml or with --params "mlp.training.engine=VALUE".'
    )
    (project / "conf/local/parameters.yml").write_text("_training: {batch_size: abc}\n")
    assert where_to_change("mlp.training", ["batch_size"], conf(None)) == (
        'Change it in conf/local/parameters.yml or with --params "mlp.training.batch_size=VALUE".'
    )


@pytest.mark.parametrize(
    ("group", "field", "file"),
    [
        ("cnn.architecture", "dropout", "parameters_architectures.yml"),
        ("cnn.training", "epochs", "parameters_architectures.yml"),
        ("cnn.training", "engine", "parameters_shared.yml"),  # the settings take it from a block
        ("cnn.architecture", "skip_connections", "parameters_architectures.yml"),  # of another architecture
        ("cnn.architecture", "name", "parameters_train_cnn.yml"),
    ],
)
def test_what_a_network_takes_from_its_architecture_is_changed_there_or_for_it(group, field, file, project):
    assert where_to_change(group, [field], conf("sample")) == (
        f'Change it in conf/base/{file} or with --params "{group}.{field}=VALUE".'
    )


def test_what_a_network_states_itself_or_cannot_take_is_not_sought_in_settings(project):
    (project / "conf/local/parameters.yml").write_text("cnn: {training: {epochs: 0}}\n")
    assert "conf/local/parameters.yml" in where_to_change("cnn.training", ["epochs"], conf(None))
    assert "parameters_train_mlp.yml" in where_to_change("mlp.architecture", ["pool_size"], conf(None))


def test_with_other_files_these_are_named(project, tmp_path):
    base = tmp_path / "elsewhere" / "base"
    base.mkdir(parents=True)
    (base / "parameters.yml").write_text("mlp: {training: {epochs: 3}}\n")
    other = Conf(str(base.parent), None)
    assert f"Change it in {base}/parameters.yml or" in where_to_change("mlp.training", ["epochs"], other)
    assert f"Change it in {base.parent}/ or" in where_to_change("nowhere", [], other)


def test_a_command_reads_the_configuration_that_the_run_had(project, tmp_path):
    assert run_command(conf(None), ["mlp", "cnn"]) == "kedro run --pipelines=mlp,cnn"
    assert run_command(conf("sample"), ["mlp"], "--only-missing-outputs") == (
        "kedro run --env=sample --only-missing-outputs --pipelines=mlp"
    )
    assert run_command(Conf(f"{tmp_path}/my conf", None), ["mlp"]) == (
        f"kedro run '--conf-source={tmp_path}/my conf' --pipelines=mlp"
    )


GIVEN = {
    "seed": 7,
    "mlp": {"training": {"epochs": 3, "early_stopping": None}, "optimizer": {"nesterov": True}},
    "filters": {"image": "holiday #1.jpg", "mean_size": 3},
    "data_ingestion": {"name": "3", "source_folder": ""},
    "study": {"name": "[odd: one"},
    "transfer": {"unfrozen_rate_factor": 1e-05},
}


def test_a_command_states_the_parameters_of_the_run_as_its_options_read_them(project):
    command = run_command(conf(None, **GIVEN), ["mlp"])
    (option,) = (each for each in shlex.split(command) if each.startswith("--params="))
    (params,) = (each for each in with_plain_values(kedro_run.params) if each.name == "params")
    read = params.callback(click.Context(kedro_run), params, option.removeprefix("--params="))
    assert not read["data_ingestion"].pop("source_folder")
    assert read == GIVEN | {"data_ingestion": {"name": "3"}}


def test_what_params_cannot_carry_is_stated_by_the_file_that_had_it(project):
    given = {"seed": 7, "mlp": {"architecture": {"hidden_units": [16]}}}
    assert run_command(conf(None, **given), ["mlp"]) == "kedro run --params=seed=7 --pipelines=mlp"
    command = click.Command("run", params=[click.Option(["--config"])])
    with command.make_context("run", ["--config=my run.yml"]):
        assert run_command(conf(None, **given), ["mlp"]) == "kedro run '--config=my run.yml' --pipelines=mlp"
        assert run_command(conf(None, seed=7), ["mlp"]) == "kedro run --params=seed=7 --pipelines=mlp"


def test_the_package_alone_is_run_as_a_program(project, monkeypatch):
    monkeypatch.setattr("fashion_nets.advice.has_project", lambda: False)
    assert run_command(conf(None), ["mlp"]) == "python -m fashion_nets --pipelines=mlp"
