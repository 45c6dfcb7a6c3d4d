import json

from bench import lecture_run
from bench.lecture_run import TRAINED
from bench.networks import NETWORKS


def test_what_the_default_run_trains_is_known_here():
    assert {"mlp", "cnn", "stacked_autoencoder"} <= set(TRAINED) <= set(NETWORKS)


def test_each_network_is_trained_and_evaluated_on_the_images_of_the_environment(run_here, monkeypatch):
    monkeypatch.setattr(lecture_run, "TRAINED", ("mlp", "linear_autoencoder"))
    results = json.loads(run_here("bench.lecture_run", "--env=sample", "--epochs=1").splitlines()[-1])
    assert list(results) == ["mlp", "linear_autoencoder"]
    assert set(results["mlp"]["test"]) == {"loss", "accuracy"}
    assert set(results["linear_autoencoder"]["test"]) == {"loss"}
    for result in results.values():
        assert result["epochs"] == 1
        assert result["training_seconds"] > 0
        assert result["evaluation_seconds"] > 0
