import mlflow
import pytest
import yaml
from tests.conftest import ROOT
from tests.logged_classifiers import DIGEST

from fashion_nets.errors import UserError
from fashion_nets.evaluation.differences import compare_pairs
from fashion_nets.inspection.prediction import class_probabilities
from fashion_nets.networks.references import CHALLENGER, CHAMPION, REGISTERED_MODEL
from fashion_nets.parameters import RefusedValueError
from fashion_nets.pipelines.register.nodes import RegisterParams, check_run, register_classifier
from fashion_nets.pipelines.wiring import checks_of
from fashion_nets.tracking.entries import Input
from fashion_nets.tracking.references import network_to_register
from fashion_nets.tracking.runs import close_outbox, open_outbox
from fashion_nets.tracking.unsent import Header

CONF = yaml.safe_load((ROOT / "conf" / "base" / "parameters_register.yml").read_text())["register"]


@pytest.fixture
def register(registry_store, logged_classifiers, validation_set):
    """Registers as a run of the pipeline does, which knows the digest of the images that it takes."""

    def run(name=None, images=validation_set, digest=DIGEST, **changes):
        parent = registry_store.create_run("0", run_name="register")
        outbox = open_outbox(Header(mlflow.get_tracking_uri(), "Default", None), parent)
        if digest:
            outbox.data["validation_set"] = Input("validation_set", "validation", digest, "data", {})
        given = {**CONF, "run": logged_classifiers.runs[name] if name else None, **changes}
        try:
            return register_classifier(RegisterParams.model_validate(given), True, images, cnn={}, mlp={})
        finally:
            close_outbox("FINISHED")

    return run


def aliases(client):
    named = client.get_registered_model(REGISTERED_MODEL).aliases
    return {alias: str(version) for alias, version in named.items()}


def description(client, version):
    return client.get_model_version(REGISTERED_MODEL, version).description


def test_the_first_version_is_the_champion_and_the_best_of_its_run(
    register, registry_store, logged_classifiers
):
    decision = register("first")
    assert (decision["version"], decision["alias"], decision["network"]) == ("1", CHAMPION, "mlp")
    assert decision["run_id"] == logged_classifiers.runs["first/mlp"]
    assert aliases(registry_store) == {CHAMPION: "1"}
    version = registry_store.get_model_version(REGISTERED_MODEL, "1")
    assert version.run_id == logged_classifiers.runs["first/mlp"]
    assert version.tags["validation_set"] == DIGEST
    text = version.description
    assert f"runs/{version.run_id})" in text
    assert f"runs/{logged_classifiers.runs['first']}/artifacts/report.html)" in text
    assert f"validation_set {DIGEST}; fingerprint of their origin fingerprint" in text
    assert "uint8" in text
    assert "There was no champion, so it is the champion." in text


def test_the_champion_moves_to_what_is_better_beyond_chance_and_not_to_what_is_alike(
    register, registry_store, logged_classifiers, validation_set
):
    register("first")
    decision = register("second")
    assert (decision["alias"], aliases(registry_store)) == (CHAMPION, {CHAMPION: "2"})
    right = [
        class_probabilities(logged_classifiers.models[name], validation_set.images).argmax(axis=1)
        == validation_set.labels
        for name in ("second/cnn", "first/mlp")
    ]
    assert tuple(
        decision[name] for name in ("only_this_right", "only_champion_right", "p_value")
    ) == compare_pairs(*right)
    assert decision["val_accuracy"] == right[0].mean()
    assert decision["champion_val_accuracy"] == right[1].mean()
    text = description(registry_store, "2")
    assert f"gets {right[0].mean():.4f} right, and the champion, version 1, {right[1].mean():.4f}" in text
    assert "by McNemar's exact test. So it is the champion." in text
    decision = register("third")
    assert decision["p_value"] > 0.05
    assert (decision["alias"], aliases(registry_store)) == (CHALLENGER, {CHAMPION: "2", CHALLENGER: "3"})
    assert description(registry_store, "3").endswith("So it is the challenger.")


def test_what_is_worse_is_a_challenger(register, registry_store):
    register("second")
    decision = register("first")
    assert decision["p_value"] < 0.05
    assert aliases(registry_store) == {CHAMPION: "1", CHALLENGER: "2"}


def test_a_champion_of_other_images_is_scored_anew_on_these(register, registry_store):
    register("elsewhere")
    assert register("second")["p_value"] == 1.0  # the same network
    assert "validated on other images and is scored anew on these" in description(registry_store, "2")


@pytest.mark.parametrize("changes", [{"images": None}, {"digest": "of other images"}, {"digest": None}])
def test_without_the_validation_images_of_its_run_nothing_moves(changes, register, registry_store):
    register("first")
    decision = register("second", **changes)
    assert (decision["version"], decision["alias"]) == ("2", None)
    assert aliases(registry_store) == {CHAMPION: "1"}
    assert "not compared with the champion, version 1, and no alias moves" in description(registry_store, "2")


def test_one_command_makes_an_earlier_version_the_champion_again(register, registry_store):
    register("first")
    register("second")
    register("third")
    decision = register(version=3)  # a challenger no more
    assert aliases(registry_store) == {CHAMPION: "3"}
    decision = register(version=1)
    assert aliases(registry_store) == {CHAMPION: "1"}
    assert (
        decision["sentence"]
        == f"Version 1 of {REGISTERED_MODEL} (mlp) is now the champion in place of version 3."
    )
    assert "Made the champion by hand in place of version 3, " in description(registry_store, "1")
    assert "is the champion already" in register(version=1)["sentence"]
    with pytest.raises(UserError, match="has no '9'; there are the versions 1, 2, 3, champion is 1"):
        register(version=9)


def test_a_network_is_registered_once(register, registry_store):
    register("second")
    decision = register("second")
    assert decision["version"] == "1"
    assert "is version 1 of fashion-classifier already" in decision["sentence"]
    assert len(registry_store.search_model_versions(f"name = '{REGISTERED_MODEL}'")) == 1


@pytest.mark.parametrize("version", ["champion", "0" * 32, "01", 0, 10**9])
def test_what_is_no_number_of_a_version_is_refused_before_anything_runs(version):
    with pytest.raises(UserError, match=f"'version' should be .* number|'version' .*, got {version}"):
        RegisterParams.model_validate({"run": None, "version": version})


def test_the_last_run_of_other_environments_is_not_taken(register, registry_store, logged_classifiers):
    sample = registry_store.create_experiment("fashion-nets-sample")
    parent = registry_store.create_run(sample, run_name="register")
    open_outbox(Header(mlflow.get_tracking_uri(), "fashion-nets-sample", None), parent)
    try:
        with pytest.raises(UserError, match="The experiment 'fashion-nets-sample' of MLflow has no run in"):
            network_to_register(registry_store, None)
    finally:
        close_outbox("FINISHED")
    assert register()["run_id"] == logged_classifiers.runs["elsewhere/mlp"]
    assert registry_store.get_model_version(REGISTERED_MODEL, "1").tags["experiment"] == "Default"
    assert " of the experiment Default." in description(registry_store, "1")


def test_a_run_and_a_version_at_once_are_refused():
    with pytest.raises(UserError, match="either a 'run' is registered or a 'version' is made the champion"):
        RegisterParams.model_validate({"run": "a", "version": 3})


def test_without_tracking_a_run_or_a_version_has_to_be_named_before_anything_is_trained():
    assert check_run in checks_of(register_classifier)
    for given in ({"run": "0" * 32, "version": None}, {"run": None, "version": 3}):
        check_run(RegisterParams.model_validate(given), is_tracked=False)
    unnamed = RegisterParams.model_validate({"run": None, "version": None})
    check_run(unnamed, is_tracked=True)
    with pytest.raises(RefusedValueError, match="'run': should be the id of a run in MLflow, as this one is"):
        check_run(unnamed, is_tracked=False)
