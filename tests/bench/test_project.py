import logging

import pytest

from bench import project
from bench.measurement import Job
from bench.networks import NETWORKS
from bench.processes import STATUS


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


@pytest.mark.parametrize(
    ("error", "logger", "outcome"),
    [
        (ValueError("no gradient"), "fashion_nets.training.blocks", "cannot compile"),
        (MemoryError(), "fashion_nets.training.blocks", "out of memory"),
        (None, "fashion_nets.training.fit", "failed"),
    ],
)
def test_a_warning_ends_the_process_and_says_why(error, logger, outcome, measure, monkeypatch, capsys):
    def fit(*_):
        try:
            if error:
                raise error
        finally:
            logging.getLogger(logger).warning("Another one runs it")

    monkeypatch.setattr(project, "_fit", fit)
    with pytest.raises(SystemExit) as end:
        measure("mlp")
    assert end.value.code == STATUS[outcome]
    assert capsys.readouterr().err.endswith("Another one runs it\n")
