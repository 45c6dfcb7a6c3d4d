"""The networks that are measured: each is defined once, and every way of training takes it from here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras

IMAGE_SHAPE = (28, 28)
N_CLASSES = 10
CLASSIFIER_LOSS = "sparse_categorical_crossentropy"


@dataclass(frozen=True)
class Network:
    """A network of the lecture, and how it is trained.

    Attributes:
        name: What tables call it.
        layers: Gives its Keras layers behind the input, first to last.
        settings_of: The network in conf/ whose training settings this project's way takes.
        times_faster: How many times faster than the lecture's way it should be; None for no target.
        times_torch: How many times faster than PyTorch it should be; None for no target.
        loss: Name of the loss in Keras.
        optimizer: Name of the optimizer in Keras.
        learning_rate: Of the optimizer.
        n_images: Training images; a part of them where an epoch of all would take minutes.
    """

    name: str
    layers: "Callable[[], list[keras.Layer]]"
    settings_of: str
    times_faster: float | None = None
    times_torch: float | None = None
    loss: str = CLASSIFIER_LOSS
    optimizer: str = "SGD"
    learning_rate: float = 0.01
    n_images: int = 55_000

    @property
    def is_autoencoder(self) -> bool:
        """Whether its targets are its inputs."""
        return self.loss != CLASSIFIER_LOSS

    @property
    def metrics(self) -> list[str]:
        """What Keras follows beside the loss."""
        return [] if self.is_autoencoder else ["accuracy"]

    def build(self) -> "keras.Model":
        """The network in Keras, uncompiled, under the dtype policy in force."""
        import keras

        return keras.Sequential([keras.Input(IMAGE_SHAPE), *self.layers()], name=self.name)

    def build_optimizer(self) -> "keras.Optimizer":
        """Its optimizer in Keras."""
        import keras

        return getattr(keras.optimizers, self.optimizer)(self.learning_rate)


class ResidualNetwork(Network):
    """A residual network of this project, whose layers are no chain."""

    def build(self) -> "keras.Model":
        """ResNet-18 for small images, a quarter as wide as published."""
        from fashion_nets.networks.architectures.resnet import ResNetParams, build_resnet

        architecture = ResNetParams(name="resnet18", width=0.25, skip_connections=True)
        return build_resnet(architecture, IMAGE_SHAPE, N_CLASSES, self.name)


def _mlp() -> "list[keras.Layer]":
    from keras import layers

    return [
        layers.Flatten(),
        layers.Dense(300, activation="relu"),
        layers.Dense(100, activation="relu"),
        layers.Dense(N_CLASSES, activation="softmax"),
    ]


def _elu_mlp(between: "Callable[[], keras.Layer]") -> "list[keras.Layer]":
    """The lecture's MLP with a layer on the inputs and behind each hidden layer."""
    from keras import layers

    return [
        layers.Flatten(),
        between(),
        layers.Dense(300, activation="elu", kernel_initializer="he_normal"),
        between(),
        layers.Dense(100, activation="elu", kernel_initializer="he_normal"),
        between(),
        layers.Dense(N_CLASSES, activation="softmax"),
    ]


def _mlp_dropout() -> "list[keras.Layer]":
    from keras import layers

    return _elu_mlp(lambda: layers.Dropout(0.2))


def _mlp_batch_normalization() -> "list[keras.Layer]":
    from keras import layers

    return _elu_mlp(layers.BatchNormalization)


def _linear_autoencoder() -> "list[keras.Layer]":
    from keras import layers

    return [layers.Flatten(), layers.Dense(2), layers.Dense(784), layers.Reshape(IMAGE_SHAPE)]


def _stacked_autoencoder() -> "list[keras.Layer]":
    from keras import layers

    return [
        layers.Flatten(),
        layers.Dense(100, activation="selu"),
        layers.Dense(30, activation="selu"),
        layers.Dense(100, activation="selu"),
        layers.Dense(784, activation="sigmoid"),
        layers.Reshape(IMAGE_SHAPE),
    ]


def _tied_autoencoder() -> "list[keras.Layer]":
    from keras import layers

    from fashion_nets.layers.dense_transpose import DenseTranspose

    encoder = [layers.Dense(100, activation="selu"), layers.Dense(30, activation="selu")]
    decoder = [
        DenseTranspose(encoder[1], activation="selu"),
        DenseTranspose(encoder[0], activation="sigmoid"),
    ]
    return [layers.Flatten(), *encoder, *decoder, layers.Reshape(IMAGE_SHAPE)]


def _denoising_autoencoder() -> "list[keras.Layer]":
    from keras import layers

    flatten, *others = _stacked_autoencoder()
    return [flatten, layers.Dropout(0.5), *others]


def _convolutional_autoencoder() -> "list[keras.Layer]":
    from keras import layers

    def convolution(filters: int) -> "keras.Layer":
        return layers.Conv2D(filters, 3, padding="same", activation="selu")

    return [
        layers.Reshape((*IMAGE_SHAPE, 1)),
        convolution(16),
        layers.MaxPooling2D(2),
        convolution(32),
        layers.MaxPooling2D(2),
        convolution(64),
        layers.MaxPooling2D(2),
        layers.Conv2DTranspose(32, 3, strides=2, padding="valid", activation="selu"),
        layers.Conv2DTranspose(16, 3, strides=2, padding="same", activation="selu"),
        # Intensities and probabilities stay float32 in mixed precision, as in this project's networks.
        layers.Conv2DTranspose(1, 3, strides=2, padding="same", activation="sigmoid", dtype="float32"),
        layers.Reshape(IMAGE_SHAPE, dtype="float32"),
    ]


def _cnn() -> "list[keras.Layer]":
    from keras import layers

    return [
        layers.Reshape((*IMAGE_SHAPE, 1)),
        layers.Conv2D(64, 7, padding="same", activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(128, 3, padding="same", activation="relu"),
        layers.Conv2D(128, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(64, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(N_CLASSES, activation="softmax", dtype="float32"),
    ]


_ADAM = {"optimizer": "Adam", "learning_rate": 0.001}
_MSE = {"loss": "mse", "learning_rate": 0.1}
_CROSSENTROPY = {"loss": "binary_crossentropy", "learning_rate": 1.5}

NETWORKS = {
    network.name: network
    for network in (
        Network("mlp", _mlp, "mlp", 5, 1.8),
        Network("mlp_adam", _mlp, "mlp", 5, 1.8, **_ADAM),
        Network("mlp_dropout", _mlp_dropout, "mlp", 3, 1.2),
        Network("mlp_batch_normalization", _mlp_batch_normalization, "mlp", 3, 1.2),
        Network("linear_autoencoder", _linear_autoencoder, "linear_autoencoder", **_MSE),
        Network("stacked_autoencoder", _stacked_autoencoder, "stacked_autoencoder", 4, 1.5, **_CROSSENTROPY),
        Network("tied_autoencoder", _tied_autoencoder, "tied_autoencoder", **_CROSSENTROPY),
        Network("denoising_autoencoder", _denoising_autoencoder, "denoising_autoencoder", **_CROSSENTROPY),
        Network(
            "convolutional_autoencoder",
            _convolutional_autoencoder,
            "convolutional_autoencoder",
            times_faster=1.5,
            times_torch=1,
            **_CROSSENTROPY,
            n_images=22_000,
        ),
        Network("cnn", _cnn, "cnn", 1.6, 1, **_ADAM, n_images=5_500),
    )
}
"""Chains of layers."""

RESNET = ResidualNetwork("resnet18", list, "cnn", **_ADAM, n_images=11_000)
ALL_NETWORKS = {**NETWORKS, RESNET.name: RESNET}
