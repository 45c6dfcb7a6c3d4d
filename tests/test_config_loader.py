"""Where parameters come from: an architecture, an environment, a run; and what the catalog sees of them."""

import pytest
from kedro.framework.project import settings
from kedro.framework.startup import bootstrap_project
from tests.conftest import ROOT

from fashion_nets.config_loader import NetworkConfigLoader, project_loader
from fashion_nets.errors import UserError


@pytest.fixture
def load(project):
    """The loader, with what the file conf/local/parameters.yml and --params say."""
    bootstrap_project(ROOT)

    def load_with(local="", **given):
        (project / "conf" / "local" / "parameters.yml").write_text(local)
        return NetworkConfigLoader(
            str(project / "conf"), env="local", runtime_params=given, **settings.CONFIG_LOADER_ARGS
        )

    return load_with


@pytest.fixture
def complete(load):
    """The network ``cnn`` as nodes get it."""
    return lambda local="", **given: load(local, **given)["parameters"]["cnn"]


def test_a_name_brings_the_settings_of_its_architecture(complete):
    network = complete(cnn={"architecture": {"name": "resnet34"}})
    assert network["architecture"] == {"name": "resnet34", "width": 0.25, "skip_connections": True}
    assert network["training"]["batch_size"] == 64


def test_an_environment_may_choose_and_a_run_wins_over_it(complete):
    local = "cnn: {architecture: {name: resnet34, width: 0.5}, training: {epochs: 7, batch_size: 16}}"
    network = complete(local, cnn={"training": {"epochs": 5}})  # 5, the architecture's own, though stated
    assert network["architecture"]["width"] == 0.5
    assert (network["training"]["epochs"], network["training"]["batch_size"]) == (5, 16)


def test_an_environment_may_change_the_settings_of_an_architecture(complete):
    local = "architecture_settings: {lenet5: {training: {epochs: 2}}}"
    assert complete(local, cnn={"architecture": {"name": "lenet5"}})["training"]["epochs"] == 2
    lecture = complete(local)  # the lecture's network, by itself
    assert lecture["architecture"]["dense_units"] == [128, 64]
    assert (lecture["training"]["epochs"], lecture["optimizer"]["learning_rate"]) == (5, 0.001)


def test_a_process_reads_parameters_once_until_they_would_be_others(load, monkeypatch):
    read, of_kedro = [], NetworkConfigLoader._load
    monkeypatch.setattr(
        NetworkConfigLoader, "_load", lambda loader, key: read.append(key) or of_kedro(loader, key)
    )

    def epochs(*local, **given):
        training = load(*local, **given)["parameters"]["mlp"]["training"]
        stated, training["epochs"] = training["epochs"], 99  # nobody else gets this
        return stated, read.count("parameters")

    assert [epochs(), epochs()] == [(10, 1), (10, 1)]
    assert epochs("mlp: {training: {epochs: 7}}") == (7, 2)
    assert epochs(mlp={"training": {"epochs": 3}}) == (3, 3)
    assert epochs() == (10, 3)


BLOCKS = "_training: {batch_size: 16, early_stopping: {monitor: val_loss, patience: 3}}"


def test_a_group_is_like_its_block_but_for_what_it_states(load):
    parameters = load()["parameters"]
    assert parameters["mlp"]["training"]["epochs"] == 10
    assert parameters["stacked_autoencoder"]["training"] == {
        "loss": "binary_crossentropy",
        "epochs": 10,
        "batch_size": 32,
        "checkpoint_seconds": 10,
        "resume": True,
        "precision": "float32",
        "engine": "auto",
        "steps_per_execution": 512,
        "early_stopping": None,
        "gradient_norm": None,
    }
    assert parameters["linear_autoencoder"]["training"]["epochs"] == 20
    assert parameters["architecture_settings"]["lenet5"]["training"]["label_smoothing"] == 0.0


def test_an_environment_may_change_a_block_and_a_run_single_fields(load):
    given = {"mlp": {"training": {"early_stopping": {"patience": 5}}}}
    parameters = load(BLOCKS, **given)["parameters"]
    assert parameters["stacked_autoencoder"]["training"]["batch_size"] == 16
    assert parameters["architecture_settings"]["resnet18"]["training"]["batch_size"] == 64  # its own
    assert parameters["cnn"]["training"]["batch_size"] == 16
    assert parameters["mlp"]["training"]["early_stopping"] == {"monitor": "val_loss", "patience": 5}


def test_a_group_may_be_like_another_block_in_an_environment(load):
    local = "_online: {_like: _classifier_training, batch_size: 1}\nmlp: {training: {_like: _online}}"
    training = load(local)["parameters"]["mlp"]["training"]
    assert (training["batch_size"], training["epochs"], training["engine"]) == (1, 10, "auto")


def test_blocks_are_no_parameters(load):
    def names(group):
        for name, value in group.items():
            yield name
            yield from names(value) if isinstance(value, dict) else ()

    assert [name for name in names(load()["parameters"]) if name.startswith("_")] == []


@pytest.mark.parametrize("local", ["mlp: {training: {_like: _trianing}}", "_training: {_like: _training}"])
def test_a_block_that_is_not_there_is_answered_with_those_that_are(local, load):
    with pytest.raises(UserError, match="'_like: .*', but there is no such block; there are .*_optimizer"):
        load(local)["parameters"]


def test_a_folder_may_be_named_by_a_parameter(load):
    def folder(*local, **given):
        return load(*local, **given)["catalog"]["study.trials"]["filepath"]

    assert folder().endswith("studies/optimizers")
    assert folder("study: {name: losses}").endswith("studies/losses")
    assert folder("study: {name: losses}", study={"name": "dropout"}).endswith("studies/dropout")


def test_what_conf_states_is_known_without_what_a_run_is_given(load):
    loader = load(mlp={"training": {"epochs": 3}}, typo={"epochs": 3})
    assert "typo" not in loader.without_runtime_params()
    assert loader.without_runtime_params()["mlp"]["training"]["epochs"] == 10
    assert loader["parameters"]["mlp"]["training"]["epochs"] == 3


def test_the_loader_at_work_is_the_latest_of_the_project(load, project, monkeypatch):
    loader = load(seed=1)
    assert project_loader() is loader
    monkeypatch.chdir(ROOT)
    assert project_loader() is not loader
    assert project_loader()["parameters"]["seed"] == 42


def test_a_network_without_parameters_is_named(load, project):
    (project / "conf" / "base" / "parameters_train_mlp.yml").unlink()
    with pytest.raises(
        UserError, match="The network mlp is in networks.registry.py, but conf. has no parameters"
    ):
        load()["parameters"]


@pytest.mark.parametrize("group", ["mlp", "architecture_settings"])
def test_a_group_that_is_none_is_named(group, load):
    with pytest.raises(UserError, match=f"^{group} is a group of parameters, got None.*{group}.NAME=VALUE"):
        load(f"{group}:")["parameters"]
