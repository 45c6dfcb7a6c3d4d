"""One measurement in a process of its own: train one network in one way, and print times and memory as JSON.

``python -m bench.ways mlp lecture --epochs 3 --images 55000``
"""

import argparse
import gzip
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np

ROOT = Path(__file__).parents[1]
RAW = ROOT / "data" / "01_raw" / "fashion_mnist"
SETS = ROOT / "data" / "05_model_input"
N_VALIDATION = 5_000
BATCH_SIZE = 32

Measurement = dict[str, list[float] | float]


def lecture(network: str, epochs: int, n_images: int) -> Measurement:
    """The lecture's way: plain Keras on float64 arrays, batches of 32, nothing set but the seed."""
    import keras

    images = _read_raw("train-images-idx3-ubyte.gz", offset=16).reshape(-1, 28, 28)
    labels = _read_raw("train-labels-idx1-ubyte.gz", offset=8)
    train_images = images[N_VALIDATION : N_VALIDATION + n_images] / 255.0
    train_labels = labels[N_VALIDATION : N_VALIDATION + n_images]
    validation_images, validation_labels = images[:N_VALIDATION] / 255.0, labels[:N_VALIDATION]

    keras.utils.set_random_seed(42)
    layers = keras.layers
    model = {
        "mlp": lambda: [
            keras.Input((28, 28)),
            layers.Flatten(),
            layers.Dense(300, activation="relu"),
            layers.Dense(100, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ],
        "cnn": lambda: [
            keras.Input((28, 28, 1)),
            layers.Conv2D(64, 7, activation="relu", padding="same"),
            layers.MaxPooling2D(2),
            layers.Conv2D(128, 3, activation="relu", padding="same"),
            layers.Conv2D(128, 3, activation="relu", padding="same"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ],
        "linear_autoencoder": lambda: [
            keras.Input((28, 28)),
            layers.Flatten(),
            layers.Dense(2),
            layers.Dense(784),
            layers.Reshape((28, 28)),
        ],
        "stacked_autoencoder": lambda: [
            keras.Input((28, 28)),
            layers.Flatten(),
            layers.Dense(100, activation="selu"),
            layers.Dense(30, activation="selu"),
            layers.Dense(100, activation="selu"),
            layers.Dense(784, activation="sigmoid"),
            layers.Reshape((28, 28)),
        ],
    }
    compile_options = {
        "mlp": ("sparse_categorical_crossentropy", keras.optimizers.SGD(0.01), ["accuracy"]),
        "cnn": ("sparse_categorical_crossentropy", keras.optimizers.Adam(0.001), ["accuracy"]),
        "linear_autoencoder": ("mse", keras.optimizers.SGD(0.1), []),
        "stacked_autoencoder": ("binary_crossentropy", keras.optimizers.SGD(1.5), []),
    }
    loss, optimizer, metrics = compile_options[network]
    trained = keras.Sequential(model[network]())
    trained.compile(loss=loss, optimizer=optimizer, metrics=metrics)
    is_autoencoder = network.endswith("autoencoder")
    seconds: list[float] = []
    timer = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda _epoch, _logs: seconds.append(time.perf_counter())
    )
    start = time.perf_counter()
    history = trained.fit(
        train_images,
        train_images if is_autoencoder else train_labels,
        epochs=epochs,
        batch_size=BATCH_SIZE,
        validation_data=(validation_images, validation_images if is_autoencoder else validation_labels),
        callbacks=[timer],
        verbose=0,
    )
    return _measurement(np.diff([start, *seconds]), history.history["val_loss"][-1])


def project(network: str, epochs: int, n_images: int) -> Measurement:
    """This project's way: its node, its parameters in conf/, its stored sets."""
    from kedro.config import OmegaConfigLoader
    from kedro.framework.project import settings
    from kedro.framework.startup import bootstrap_project

    from fashion_nets.data.image_set import LabelledImages
    from fashion_nets.datasets import LabelledImagesDataset
    from fashion_nets.pipeline_registry import register_pipelines

    bootstrap_project(ROOT)
    loader = OmegaConfigLoader(str(ROOT / "conf"), **settings.CONFIG_LOADER_ARGS)
    parameters = loader["parameters"]
    train_set, validation_set = (
        LabelledImagesDataset(filepath=str(SETS / name)).load() for name in ("train_set", "validation_set")
    )
    values = {
        "params:seed": parameters["seed"],
        f"params:{network}.name": network,
        "train_set": LabelledImages(train_set.images[:n_images], train_set.labels[:n_images]),
        "validation_set": validation_set,
        "class_names": parameters["data_ingestion"]["class_names"],
    }
    (train,) = [
        node for node in register_pipelines()["__default__"].nodes if f"{network}.model" in node.outputs
    ]
    groups = {
        f"params:{network}.{group}": parameters[network][group] for group in ("architecture", "optimizer")
    }
    groups[f"params:{network}.training"] = {**parameters[network]["training"], "epochs": epochs}
    hints = dict(zip(train.inputs, train.func.__annotations__.values(), strict=False))
    values |= {name: hints[name].model_validate(group) for name, group in groups.items()}
    _, history = train.func(*(values[name] for name in train.inputs))
    return _measurement(history["seconds"], history["val_loss"].iloc[-1])


def torch_eager(network: str, epochs: int, n_images: int) -> Measurement:
    """PyTorch without compilation: the same network, batch and optimizer, the data as one float32 tensor."""
    import torch
    from torch import nn

    torch.manual_seed(42)
    raw = _read_raw("train-images-idx3-ubyte.gz", offset=16).reshape(-1, 28, 28)
    images = torch.from_numpy(raw.astype("float32") / 255)
    labels = torch.from_numpy(_read_raw("train-labels-idx1-ubyte.gz", offset=8).astype("int64"))
    is_autoencoder = network.endswith("autoencoder")
    model = {
        "mlp": lambda: nn.Sequential(
            nn.Flatten(), nn.Linear(784, 300), nn.ReLU(), nn.Linear(300, 100), nn.ReLU(), nn.Linear(100, 10)
        ),
        "cnn": lambda: nn.Sequential(
            nn.Unflatten(1, (1, 28)),
            nn.Conv2d(1, 64, 7, padding="same"),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(64, 128, 3, padding="same"),
            nn.ReLU(),
            nn.Conv2d(128, 128, 3, padding="same"),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(6272, 128),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Linear(128, 64),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Linear(64, 10),
        ),
        "linear_autoencoder": lambda: nn.Sequential(
            nn.Flatten(), nn.Linear(784, 2), nn.Linear(2, 784), nn.Unflatten(1, (28, 28))
        ),
        "stacked_autoencoder": lambda: nn.Sequential(
            nn.Flatten(),
            nn.Linear(784, 100),
            nn.SELU(),
            nn.Linear(100, 30),
            nn.SELU(),
            nn.Linear(30, 100),
            nn.SELU(),
            nn.Linear(100, 784),
            nn.Sigmoid(),
            nn.Unflatten(1, (28, 28)),
        ),
    }[network]()
    loss_of: Callable = {
        "linear_autoencoder": nn.functional.mse_loss,
        "stacked_autoencoder": nn.functional.binary_cross_entropy,
    }.get(network, nn.functional.cross_entropy)
    rate = {"mlp": 0.01, "cnn": 0.001, "linear_autoencoder": 0.1, "stacked_autoencoder": 1.5}[network]
    optimizer = (torch.optim.Adam if network == "cnn" else torch.optim.SGD)(model.parameters(), lr=rate)
    x = images[N_VALIDATION : N_VALIDATION + n_images]
    y = x if is_autoencoder else labels[N_VALIDATION : N_VALIDATION + n_images]
    validation_x = images[:N_VALIDATION]
    validation_y = validation_x if is_autoencoder else labels[:N_VALIDATION]
    seconds, validation_loss = [], 0.0
    for _ in range(epochs):
        start = time.perf_counter()
        model.train()
        for batch in torch.randperm(len(x)).split(BATCH_SIZE):
            optimizer.zero_grad()
            loss_of(model(x[batch]), y[batch]).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            losses = [
                loss_of(model(a), b).item()
                for a, b in zip(validation_x.split(500), validation_y.split(500), strict=True)
            ]
        validation_loss = float(np.mean(losses))
        seconds.append(time.perf_counter() - start)
    return _measurement(seconds, validation_loss)


WAYS = {"lecture": lecture, "project": project, "torch": torch_eager}


def _read_raw(name: str, offset: int) -> np.ndarray:
    return np.frombuffer(gzip.decompress((RAW / name).read_bytes()), dtype=np.uint8, offset=offset)


def _measurement(seconds: np.ndarray | list[float], validation_loss: float) -> Measurement:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return {
        "epoch_seconds": [float(each) for each in seconds],
        "peak_mb": peak,
        "validation_loss": float(validation_loss),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network")
    parser.add_argument("way", choices=WAYS)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--images", type=int, default=55_000)
    arguments = parser.parse_args()
    print(json.dumps(WAYS[arguments.way](arguments.network, arguments.epochs, arguments.images)))


if __name__ == "__main__":
    main()
