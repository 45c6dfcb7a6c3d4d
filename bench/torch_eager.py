"""PyTorch without compilation: the same networks, batches and optimizers, the images as one float32 tensor.

A softmax is part of PyTorch's cross-entropy, so its classifiers end without.
"""

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional

from bench.measurement import BATCH_SIZE, N_VALIDATION, EpochClock, Job, Measurement, measurement
from bench.networks import IMAGE_SHAPE, N_CLASSES, Network
from bench.places import RAW
from fashion_nets.data.idx import read_idx

VALIDATION_BATCH_SIZE = 500  # as in this project's way

Pair = tuple[torch.Tensor, torch.Tensor]


def _mlp() -> list[nn.Module]:
    hidden = [nn.Linear(784, 300), nn.ReLU(), nn.Linear(300, 100), nn.ReLU()]
    return [nn.Flatten(), *hidden, nn.Linear(100, N_CLASSES)]


def _elu_mlp(between: Callable[[int], nn.Module]) -> list[nn.Module]:
    hidden = [nn.Linear(784, 300), nn.ELU(), between(300), nn.Linear(300, 100), nn.ELU(), between(100)]
    return [nn.Flatten(), between(784), *hidden, nn.Linear(100, N_CLASSES)]


def _linear_autoencoder() -> list[nn.Module]:
    return [nn.Flatten(), nn.Linear(784, 2), nn.Linear(2, 784), nn.Unflatten(1, IMAGE_SHAPE)]


def _stacked_autoencoder() -> list[nn.Module]:
    encoder = [nn.Flatten(), nn.Linear(784, 100), nn.SELU(), nn.Linear(100, 30), nn.SELU()]
    decoder = [nn.Linear(30, 100), nn.SELU(), nn.Linear(100, 784), nn.Sigmoid()]
    return [*encoder, *decoder, nn.Unflatten(1, IMAGE_SHAPE)]


class _Transposed(nn.Module):
    """Another layer's weights backwards, with a bias of its own."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self._linear = [linear]  # in a list, so that it is no part of this one
        self.bias = nn.Parameter(torch.zeros(linear.in_features))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return functional.linear(inputs, self._linear[0].weight.T, self.bias)


def _tied_autoencoder() -> list[nn.Module]:
    first, second = nn.Linear(784, 100), nn.Linear(100, 30)
    encoder = [nn.Flatten(), first, nn.SELU(), second, nn.SELU()]
    decoder = [_Transposed(second), nn.SELU(), _Transposed(first), nn.Sigmoid()]
    return [*encoder, *decoder, nn.Unflatten(1, IMAGE_SHAPE)]


def _denoising_autoencoder() -> list[nn.Module]:
    flatten, *others = _stacked_autoencoder()
    return [flatten, nn.Dropout(0.5), *others]


def _convolutional_autoencoder() -> list[nn.Module]:
    sizes = (1, 16, 32, 64)
    encoder: list[nn.Module] = [nn.Unflatten(1, (1, 28))]
    for size, filters in pairwise(sizes):
        encoder += [nn.Conv2d(size, filters, 3, padding="same"), nn.SELU(), nn.MaxPool2d(2)]
    transposed = partial(nn.ConvTranspose2d, kernel_size=3, stride=2)
    doubling = {"padding": 1, "output_padding": 1}
    decoder = [transposed(64, 32), nn.SELU(), transposed(32, 16, **doubling), nn.SELU()]
    return [*encoder, *decoder, transposed(16, 1, **doubling), nn.Sigmoid(), nn.Flatten(1, 2)]


def _cnn() -> list[nn.Module]:
    convolutions = [nn.Unflatten(1, (1, 28)), nn.Conv2d(1, 64, 7, padding="same"), nn.ReLU(), nn.MaxPool2d(2)]
    for size in (64, 128):
        convolutions += [nn.Conv2d(size, 128, 3, padding="same"), nn.ReLU()]
    head = [nn.Linear(6272, 128), nn.ReLU(), nn.Dropout(), nn.Linear(128, 64), nn.ReLU(), nn.Dropout()]
    return [*convolutions, nn.MaxPool2d(2), nn.Flatten(), *head, nn.Linear(64, N_CLASSES)]


LAYERS: dict[str, Callable[[], list[nn.Module]]] = {
    "mlp": _mlp,
    "mlp_adam": _mlp,
    "mlp_dropout": partial(_elu_mlp, lambda _: nn.Dropout(0.2)),
    "mlp_batch_normalization": partial(_elu_mlp, partial(nn.BatchNorm1d, eps=1e-3, momentum=0.01)),
    "linear_autoencoder": _linear_autoencoder,
    "stacked_autoencoder": _stacked_autoencoder,
    "tied_autoencoder": _tied_autoencoder,
    "denoising_autoencoder": _denoising_autoencoder,
    "convolutional_autoencoder": _convolutional_autoencoder,
    "cnn": _cnn,
}
LOSSES = {
    "sparse_categorical_crossentropy": functional.cross_entropy,
    "mse": functional.mse_loss,
    "binary_crossentropy": functional.binary_cross_entropy,
}


def build(network: Network) -> nn.Module:
    """The network with the initial weights that Keras draws."""
    model = nn.Sequential(*LAYERS[network.name]())
    has_elu = any(isinstance(layer, nn.ELU) for layer in model)
    weights = [layer for layer in model if isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d)]
    for layer in weights:
        is_output = layer is weights[-1]
        (nn.init.kaiming_normal_ if has_elu and not is_output else nn.init.xavier_uniform_)(layer.weight)
        nn.init.zeros_(layer.bias)
    return model


def load_pairs(network: Network, n_images: int) -> tuple[Pair, Pair]:
    """Inputs and targets to train and to validate with."""
    raw = read_idx(RAW / "train-images-idx3-ubyte.gz")[: N_VALIDATION + n_images]
    x = torch.from_numpy(raw.astype("float32") / 255)
    labels = read_idx(RAW / "train-labels-idx1-ubyte.gz")[: len(x)]
    y = x if network.is_autoencoder else torch.from_numpy(labels.astype("int64"))
    return (x[N_VALIDATION:], y[N_VALIDATION:]), (x[:N_VALIDATION], y[:N_VALIDATION])


def measure(job: Job) -> Measurement:
    """Train, and measure it."""
    (x, y), validation = load_pairs(job.network, job.n_images)
    torch.manual_seed(job.seed)
    clock = EpochClock()
    model, loss_of = build(job.network), LOSSES[job.network.loss]
    optimizer = getattr(torch.optim, job.network.optimizer)(model.parameters(), lr=job.network.learning_rate)
    loss = validation_loss = 0.0
    for _ in range(job.epochs):
        total = torch.zeros(())
        model.train()
        for numbers in torch.randperm(len(x)).split(BATCH_SIZE):
            optimizer.zero_grad()
            batch_loss = loss_of(model(x[numbers]), y[numbers])
            batch_loss.backward()
            optimizer.step()
            total += batch_loss.detach() * len(numbers)
        loss = total.item() / len(x)
        validation_loss = _validate(model, loss_of, validation)
        clock.epoch_ends()
    return measurement(clock, loss, validation_loss)


def _validate(model: nn.Module, loss_of: Callable[..., torch.Tensor], validation: Pair) -> float:
    model.eval()
    batches = zip(*(part.split(VALIDATION_BATCH_SIZE) for part in validation), strict=True)
    with torch.no_grad():
        total = sum(loss_of(model(x), y).item() * len(x) for x, y in batches)
    return total / len(validation[0])
