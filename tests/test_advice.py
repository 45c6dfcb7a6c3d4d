from pathlib import Path
from typing import NamedTuple

import pytest

from fashion_nets.advice import run_command, where_to_change


class Conf(NamedTuple):
    conf_source: str
    env: str | None


def conf(env):
    return Conf(str(Path.cwd() / "conf"), env)


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
