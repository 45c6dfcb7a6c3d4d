"""The multilayer perceptron (lecture, "Creating the model using the Sequential API")."""

from typing import Literal

from fashion_nets.networks.head import add_head
from fashion_nets.networks.hidden_layers import add_dense_layers, add_input_layers
from fashion_nets.networks.parameters import HiddenLayerParams, Units
from fashion_nets.networks.types import KerasModel


class MlpParams(HiddenLayerParams):
    """What an MLP looks like: the sizes of its hidden layers, first to last, and what they have in common."""

    name: Literal["mlp"]
    hidden_units: Units


def build_mlp(architecture: MlpParams, image_shape: tuple[int, ...], n_outputs: int, name: str) -> KerasModel:
    """Build an MLP that gives a probability for each class.

    With hidden units (300, 100) and 28 x 28 images it has the lecture's 266,610 parameters; with batch
    normalization on the inputs and after each activation 271,346, of which 2,368 are not trainable.
    """
    import keras

    images = keras.Input(image_shape, name="images")
    x = add_input_layers(keras.layers.Flatten(name="flatten")(images), architecture)
    x = add_dense_layers(x, architecture.hidden_units, architecture)
    return keras.Model(images, add_head(x, n_outputs), name=name)
