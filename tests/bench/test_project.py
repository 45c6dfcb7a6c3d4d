import pytest

from bench import project
from bench.measurement import Job
from bench.networks import NETWORKS


@pytest.fixture
def measure(stored_sets):
    def measure_it(network, **options):
        return project.measure(Job(NETWORKS[network], epochs=1, n_images=64, sets=stored_sets, **options))

    return measure_it


def test_a_classifier_is_measured_on_the_stored_sets_and_follows_from_its_seed(measure):
    first, again, other = (measure("mlp", seed=seed, with_test=True) for seed in (1, 1, 2))
    assert len(first["epoch_seconds"]) == 1
    assert first["peak_mb"] > 100
    results = ("loss", "validation_loss", "test_accuracy")
    assert [first[name] for name in results] == [again[name] for name in results]
    assert first["loss"] != other["loss"]
    assert first["test_accuracy"] * 300 == pytest.approx(round(first["test_accuracy"] * 300), abs=1e-3)


def test_an_autoencoder_is_trained_with_the_loss_and_the_rate_of_the_lecture(measure):
    measured = measure("linear_autoencoder")
    assert (measured["engine"], measured["precision"]) == ("xla", "float32")
    assert 0 < measured["loss"] < 1  # a mean square of intensities
