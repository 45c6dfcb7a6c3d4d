"""Whatever of a pipeline is asked for, it takes what it does not make as it is stored."""

import pytest
from kedro.framework.project import settings
from kedro.framework.startup import bootstrap_project
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from tests.conftest import ROOT

from fashion_nets.config_loader import NetworkConfigLoader
from fashion_nets.errors import UserError
from fashion_nets.networks.registry import CLASSIFIERS
from fashion_nets.pipeline_registry import register_pipelines
from fashion_nets.pipelines.joints import is_collected
from fashion_nets.project_pipeline import joints

TAGS = ("data", "training", "evaluation", "figures", "report")


@pytest.fixture(scope="module")
def registered():
    return register_pipelines()


@pytest.fixture(scope="module")
def default(registered):
    return Pipeline([]) + registered["__default__"]  # as Kedro's sessions begin


@pytest.fixture(scope="module")
def catalog():
    bootstrap_project(ROOT)
    loader = NetworkConfigLoader(str(ROOT / "conf"), env="sample", **settings.CONFIG_LOADER_ARGS)
    return DataCatalog.from_config(loader["catalog"])


def not_stored(pipeline, catalog):
    """What it takes that nothing in it makes, and that lies nowhere."""
    free = [name for name in pipeline.inputs() if not name.startswith("params:")]
    return [name for name in free if type(catalog.get(name)).__name__ == "MemoryDataset"]


def ways_to_choose(pipeline):
    """One choice after the other that ``kedro run`` can make, as Kedro hands it on."""
    for node in pipeline.nodes:
        yield {"from_nodes": [node.name]}
        yield {"to_nodes": [node.name]}
        if not any(map(is_collected, node.outputs)):
            yield {"node_names": [node.name]}
        if node.namespace:
            yield {"node_namespaces": [node.namespace]}
    for name in pipeline.datasets():
        if name in pipeline.all_outputs():
            yield {"to_outputs": [name]}
        if not name.startswith("params:") and name in pipeline.all_inputs():
            yield {"from_inputs": [name]}
    for tag in TAGS:
        yield {"tags": [tag]}
    yield {"node_namespaces": ["tied_autoencoder", "data"]}
    # as a runner does with --only-missing-outputs, where what is collected is always missing
    collectors = [node.name for node in pipeline.nodes if any(map(is_collected, node.outputs))]
    yield {"node_names": [*collectors, "make_report"]}
    yield {"node_names": [*collectors, "mlp.evaluate_classifier", "compare_networks"]}


def test_whatever_is_asked_for_takes_nothing_that_is_not_stored(registered, catalog):
    pipeline = Pipeline([]) + registered["mlp"] + registered["tied_autoencoder"]
    for choice in ways_to_choose(pipeline):
        chosen = pipeline.filter(**choice)
        assert chosen.nodes, choice
        assert not_stored(chosen, catalog) == [], choice


@pytest.mark.parametrize(
    ("asked_for", "made"),
    [
        ({"node_names": ["compare_networks"]}, {"comparison"}),
        ({"from_nodes": ["compare_networks"]}, {"comparison", "report"}),
        ({"tags": ["evaluation"]}, {"comparison", *(f"{network}.metrics" for network in CLASSIFIERS)}),
    ],
)
def test_results_of_what_is_not_asked_for_are_taken_as_they_are_stored(asked_for, made, default):
    part = default.filter(**asked_for)
    assert "stored_results" in part.inputs()
    assert made <= part.all_outputs()


@pytest.mark.parametrize("which", ["collect_all", "tied_autoencoder.collect_results"])
def test_to_hand_on_what_nothing_makes_is_refused(which, default):
    with pytest.raises(UserError, match=rf"autoencoders.{which} makes nothing by itself.*compare_networks"):
        default.filter(node_names=[f"autoencoders.{which}"])


def test_a_network_is_chosen_by_its_name_also_in_several_pipelines(registered):
    session = Pipeline([])
    session += registered["train_autoencoders"]
    session += registered["evaluate"]
    for namespace in ("stacked_autoencoder", "autoencoders.stacked_autoencoder"):
        chosen = session.filter(node_namespaces=[namespace])
        assert {node.namespace for node in chosen.nodes} == {"autoencoders.stacked_autoencoder"}
        assert chosen.all_outputs() >= {"stacked_autoencoder.model", "stacked_autoencoder.metrics"}
    with pytest.raises(ValueError, match=r"not contain nodes .* \['deep_autoencoder'\]"):
        session.filter(node_namespaces=["deep_autoencoder"])


def test_what_joints_read_lies_where_the_catalog_stores_it(catalog):
    def path_of(name):
        return catalog.config_resolver.resolve_pattern(name)["filepath"]

    for joint in joints():
        for network in joint.members:
            stored = f"{path_of('stored_results')}/{network}/{joint.what}.json"
            assert path_of(f"{network}.{joint.what}") == stored
