"""Where parameters come from: an architecture, an environment, a run; and what the catalog sees of them."""

import pytest
from kedro.framework.project import settings
from kedro.framework.startup import bootstrap_project
from tests.conftest import ROOT

from fashion_nets.config_loader import NetworkConfigLoader, project_loader


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
    local = "architectures: {lenet5: {training: {epochs: 2}}}"
    assert complete(local, cnn={"architecture": {"name": "lenet5"}})["training"]["epochs"] == 2
    lecture = complete(local)  # the lecture's network, by itself
    assert lecture["architecture"]["dense_units"] == [128, 64]
    assert (lecture["training"]["epochs"], lecture["optimizer"]["learning_rate"]) == (5, 0.001)


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
