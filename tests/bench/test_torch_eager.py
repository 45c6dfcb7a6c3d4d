import numpy as np
import pytest

torch = pytest.importorskip("torch")

from bench import torch_eager  # noqa: E402 only where PyTorch is installed
from bench.measurement import Job  # noqa: E402
from bench.networks import NETWORKS  # noqa: E402
from bench.torch_eager import build, load_pairs, measure  # noqa: E402


@pytest.fixture
def raw(bench_project, monkeypatch):
    monkeypatch.setattr(torch_eager, "RAW", bench_project / "data" / "01_raw" / "fashion_mnist")


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_has_as_many_weights_as_in_keras(name):
    ours = sum(weights.numel() for weights in build(NETWORKS[name]).parameters())
    assert ours == NETWORKS[name].build().count_params() - _moving_statistics(name)


def _moving_statistics(name):
    return 2 * (784 + 300 + 100) if name == "mlp_batch_normalization" else 0


@pytest.mark.parametrize("name", NETWORKS)
def test_outputs_have_the_shape_that_the_loss_takes(name):
    network = NETWORKS[name]
    outputs = build(network)(torch.zeros(2, 28, 28))
    assert tuple(outputs.shape) == ((2, 28, 28) if network.is_autoencoder else (2, 10))


def test_images_are_scaled_and_the_first_ones_validate(raw):
    (x, y), (validation_x, validation_y) = load_pairs(NETWORKS["mlp"], n_images=64)
    assert (len(x), len(y), len(validation_x), len(validation_y)) == (64, 64, 5_000, 5_000)
    assert x.dtype == torch.float32
    assert float(x.max()) <= 1
    (x, y), _ = load_pairs(NETWORKS["linear_autoencoder"], n_images=64)
    assert y.data_ptr() == x.data_ptr()


def test_a_training_follows_from_its_seed(raw):
    job = Job(NETWORKS["mlp"], epochs=2, n_images=64)
    first, again = measure(job), measure(job)
    assert len(first["epoch_seconds"]) == 2
    assert (first["loss"], first["validation_loss"]) == (again["loss"], again["validation_loss"])
    assert first["loss"] == pytest.approx(np.log(10), abs=0.4)
