import mlflow
import numpy as np
import pytest

from fashion_nets import load_network
from fashion_nets.errors import UserError
from fashion_nets.inspection.prediction import class_probabilities
from fashion_nets.networks.references import REGISTERED_MODEL, is_tracked
from fashion_nets.tracking.references import (
    class_names_of,
    find_network,
    network_to_register,
    open_network,
    store,
)
from fashion_nets.tracking.registry import add_version, call_champion


@pytest.mark.parametrize(
    ("reference", "tracked"),
    [
        ("champion", True),
        ("challenger", True),
        ("3", True),
        ("0123456789abcdef0123456789abcdef", True),
        ("cnn", False),
        ("transfer_base", False),
        ("3a", False),
        ("0123456789abcdef", False),
        ("", False),
    ],
)
def test_what_mlflow_has_is_told_from_stored_names(reference, tracked):
    assert is_tracked(reference) == tracked


def test_a_run_is_a_reference(registry_store, logged_classifiers):
    network = find_network(registry_store, logged_classifiers.runs["first/cnn"])
    assert (network.name, network.architecture) == ("cnn", "mlp")
    assert network.run_id == logged_classifiers.runs["first/cnn"]
    assert network.called == f"run {network.run_id[:8]}"
    best = find_network(registry_store, logged_classifiers.runs["first"])
    assert best.run_id == logged_classifiers.runs["first/mlp"]  # of a run of kedro run the best one


def test_versions_and_aliases_are_references(registry_store, logged_classifiers):
    network = find_network(registry_store, logged_classifiers.runs["second/cnn"])
    assert add_version(registry_store, network) == "1"
    call_champion(registry_store, "1")
    for reference, called in (("1", "version 1"), ("champion", "champion, version 1")):
        assert find_network(registry_store, reference) == network._replace(called=called)


def test_what_is_loaded_is_the_network_with_its_classes(
    registry_store, logged_classifiers, test_set, class_names
):
    network = find_network(registry_store, logged_classifiers.runs["second/cnn"])
    opened = open_network(registry_store, network, load_network)
    assert opened.class_names == class_names_of(registry_store, network) == class_names
    expected = class_probabilities(logged_classifiers.models["second/cnn"], test_set.images)
    np.testing.assert_array_equal(class_probabilities(opened.model, test_set.images), expected)


def test_what_is_served_gives_the_same_as_this_project(
    registry_store, logged_classifiers, test_set, class_names
):
    """No skew: MLflow's model takes the same grey levels, and knows its own scaling."""
    network = find_network(registry_store, logged_classifiers.runs["second/cnn"])
    served = mlflow.pyfunc.load_model(network.uri).predict(test_set.images)
    ours = class_probabilities(logged_classifiers.models["second/cnn"], test_set.images)
    np.testing.assert_allclose(served[class_names], ours, rtol=1e-5, atol=1e-7)


def test_the_run_that_is_named_is_the_one_to_register(registry_store, logged_classifiers):
    with pytest.raises(UserError, match="Without a run that is tracked it is not known which one is meant"):
        network_to_register(registry_store, None)
    assert (
        network_to_register(registry_store, logged_classifiers.runs["first"]).run_id
        == logged_classifiers.runs["first/mlp"]
    )


def test_references_to_nothing_are_refused_with_what_there_is(registry_store, logged_classifiers):
    with pytest.raises(UserError, match="has no 'champion'; nothing is registered yet. Run first: kedro run"):
        find_network(registry_store, "champion")
    add_version(registry_store, find_network(registry_store, logged_classifiers.runs["first/cnn"]))
    call_champion(registry_store, "1")
    for reference in ("7", "challenger"):
        expected = (
            f"{REGISTERED_MODEL} in MLflow has no '{reference}'; there are the versions 1, champion is 1"
        )
        with pytest.raises(UserError, match=expected):
            find_network(registry_store, reference)
    with pytest.raises(UserError, match="MLflow has no run 0123456789abcdef0123456789abcdef"):
        find_network(registry_store, "0123456789abcdef0123456789abcdef")
    with pytest.raises(UserError, match="named by the 32 digits of its id, got 'cnn'"):
        network_to_register(registry_store, "cnn")


@pytest.mark.usefixtures("empty_store")
def test_a_run_without_classifiers_says_what_to_run():
    client = mlflow.MlflowClient()
    run = client.create_run("0", run_name="filters")
    with pytest.raises(UserError, match="The run 'filters' .* has trained and evaluated no classifier"):
        find_network(client, run.info.run_id)


@pytest.mark.parametrize("uri", ["http://127.0.0.1:9", "sqlite:////nowhere/mlflow.db"])
def test_a_store_that_cannot_be_reached_is_said_at_once(uri, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    mlflow.set_tracking_uri(uri)
    with (
        pytest.raises(
            UserError, match="in which networks are looked for, cannot be used. It is at "
        ) as refused,
        store(),
    ):
        pass
    assert "track" not in str(refused.value)
    assert str(refused.value).endswith(", or unset the variable.")
