import pytest

from fashion_nets.advice import where_to_change


@pytest.fixture
def stated(project):
    """conf/sample states the epochs of the MLP, and nothing else of it."""
    (project / "conf/sample/parameters_mine.yml").write_text("mlp: {training: {epochs: 3}}\n")


def test_a_field_is_changed_where_it_is_stated_first_in_the_environment(stated):
    assert where_to_change("mlp.training", ["epochs"], "sample") == (
        'Change it in conf/sample/parameters_mine.yml or with --params "mlp.training.epochs=VALUE".'
    )
    assert where_to_change("mlp.training", ["epochs"], None) == (
        'Change it in conf/base/parameters_train_mlp.yml or with --params "mlp.training.epochs=VALUE".'
    )


def test_what_no_file_states_is_changed_where_its_group_is(project):
    for fields in (["kernel"], [], ["activation", "dropout"]):
        assert where_to_change("mlp.architecture", fields, "sample") == (
            'Change it in conf/base/parameters_train_mlp.yml or with --params "mlp.architecture.NAME=VALUE".'
        )


def test_a_parameter_of_no_group_has_its_own_file(project):
    assert where_to_change("", ["seed"], "sample") == (
        'Change it in conf/base/parameters.yml or with --params "seed=VALUE".'
    )


def test_a_group_that_no_file_has_is_somewhere_in_conf(project):
    assert where_to_change("nowhere", [], None) == 'Change it in conf/ or with --params "nowhere.NAME=VALUE".'


def test_the_environment_is_that_of_kedro_env_where_none_is_named(stated, monkeypatch):
    monkeypatch.setenv("KEDRO_ENV", "sample")
    assert "conf/sample/" in where_to_change("mlp.training", ["epochs"], None)


def test_what_a_block_states_is_changed_there_or_for_the_one_group(project):
    assert where_to_change("mlp.training", ["engine"], "sample") == (
        'Change it in conf/base/parameters_shared.yml or with --params "mlp.training.engine=VALUE".'
    )
    (project / "conf/local/parameters.yml").write_text("_training: {batch_size: abc}\n")
    assert where_to_change("mlp.training", ["batch_size"], None) == (
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
    assert where_to_change(group, [field], "sample") == (
        f'Change it in conf/base/{file} or with --params "{group}.{field}=VALUE".'
    )


def test_what_a_network_states_itself_or_cannot_take_is_not_sought_in_settings(project):
    (project / "conf/local/parameters.yml").write_text("cnn: {training: {epochs: 0}}\n")
    assert "conf/local/parameters.yml" in where_to_change("cnn.training", ["epochs"], None)
    assert "parameters_train_mlp.yml" in where_to_change("mlp.architecture", ["pool_size"], None)
