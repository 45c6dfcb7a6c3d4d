"""Where the settings of the network ``cnn`` come from: its architecture, an environment, a run."""

import pytest
from kedro.framework.project import settings
from kedro.framework.startup import bootstrap_project
from tests.conftest import ROOT

from fashion_nets.config_loader import NetworkConfigLoader


@pytest.fixture
def complete(project):
    """The network as nodes get it, with what the file conf/local/parameters.yml and --params say."""
    bootstrap_project(ROOT)

    def complete_with(local="", **given):
        (project / "conf" / "local" / "parameters.yml").write_text(local)
        loader = NetworkConfigLoader(
            str(project / "conf"), env="local", runtime_params=given, **settings.CONFIG_LOADER_ARGS
        )
        return loader["parameters"]["cnn"]

    return complete_with


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
