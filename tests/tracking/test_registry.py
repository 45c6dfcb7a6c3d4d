"""What the registry holds, in a real store; who becomes the champion is for tests/pipelines/register."""

import pytest
from tests.logged_classifiers import DIGEST

from fashion_nets.networks.references import CHALLENGER, CHAMPION, REGISTERED_MODEL
from fashion_nets.tracking import registry
from fashion_nets.tracking.references import find_network


@pytest.fixture
def network(registry_store, logged_classifiers):
    """A network of the store, by the name of its run."""
    return lambda name: find_network(registry_store, logged_classifiers.runs[name])


def aliases(client):
    return {
        alias: str(version)
        for alias, version in client.get_registered_model(REGISTERED_MODEL).aliases.items()
    }


def test_before_the_first_version_there_is_none_and_no_champion(registry_store, network):
    assert registry.champion(registry_store) is None
    assert registry.version_of(registry_store, network("second/cnn")) is None


def test_a_version_says_what_it_is_of(registry_store, network, logged_classifiers):
    second = network("second/cnn")
    assert registry.add_version(registry_store, second) == "1"
    assert registry.add_version(registry_store, network("first/mlp")) == "2"
    version = registry_store.get_model_version(REGISTERED_MODEL, "1")
    accuracy = registry_store.get_run(logged_classifiers.runs["second/cnn"]).data.metrics["val_accuracy"]
    assert version.run_id == logged_classifiers.runs["second/cnn"]
    assert version.tags == {
        "model_id": second.model_id,
        "network": "cnn",
        "experiment": "Default",
        "val_accuracy": f"{accuracy:.6g}",
        "validation_set": DIGEST,
    }
    assert registry.version_of(registry_store, second) == "1"
    assert registry.version_of(registry_store, network("third/cnn")) is None
    assert "McNemar" in registry_store.get_registered_model(REGISTERED_MODEL).description


def test_the_images_of_a_network_are_told_by_their_digests(registry_store, network):
    assert registry.data_of(registry_store, network("second/cnn")) == {"validation_set": DIGEST}
    assert registry.data_of(registry_store, network("elsewhere/mlp")) == {"validation_set": "another digest"}
    assert registry.digest_at_work("validation_set") is None  # no run is at work


def test_there_is_one_champion_who_is_no_challenger(registry_store, network):
    for name in ("first/mlp", "second/cnn", "third/cnn"):
        registry.add_version(registry_store, network(name))
    assert registry.call_champion(registry_store, "1") is None
    registry.call_challenger(registry_store, "2")
    registry.call_challenger(registry_store, "3")
    assert aliases(registry_store) == {CHAMPION: "1", CHALLENGER: "3"}
    assert registry.call_champion(registry_store, "3") == "1"
    assert aliases(registry_store) == {CHAMPION: "3"}
    assert registry.champion(registry_store) == "3"


def test_a_description_begins_with_the_origin_and_what_is_added_follows(registry_store, network):
    second = network("second/cnn")
    version = registry.add_version(registry_store, second)
    registry.describe_version(registry_store, version, registry.describe_origin(registry_store, second))
    registry.describe_version(registry_store, version, "It is the champion.")
    text = registry_store.get_model_version(REGISTERED_MODEL, version).description
    origin, images, signature, added = text.split("\n\n")
    run = registry_store.get_run(second.run_id)
    page = f"#/experiments/{run.info.experiment_id}/runs/{second.run_id}"
    parent = f"#/experiments/{run.info.experiment_id}/runs/{run.data.tags['mlflow.parentRunId']}"
    assert origin == (
        f"cnn of the run [{run.info.run_name}]({page}) of the experiment Default. "
        f"Report: [report.html]({parent}/artifacts/report.html)."
    )
    assert images == f"Images: validation_set {DIGEST}; fingerprint of their origin fingerprint."
    assert signature.startswith("Signature: ")
    assert "uint8" in signature
    assert added == "It is the champion."
