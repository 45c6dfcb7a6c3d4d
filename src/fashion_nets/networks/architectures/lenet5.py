"""LeNet-5 (lecture, "LeNet-5 (1998)")."""

from typing import Literal

from fashion_nets.errors import UserError
from fashion_nets.networks.architectures.blocks import begin_with_grey_images
from fashion_nets.networks.head import add_head
from fashion_nets.networks.parameters import Activation, ArchitectureParams
from fashion_nets.networks.types import KerasModel, KerasTensor

SIDE = 32  # pixels; the fifth layer then sees 5 x 5 of them
CODE_LENGTH = 84

Output = Literal["softmax", "rbf"]
"""``softmax`` is a dense layer; ``rbf`` compares the layer below it with a fixed code for each class."""


class LeNet5Params(ArchitectureParams):
    """What LeNet-5 looks like.

    Attributes:
        activation: Of every hidden layer, pooling included.
        output: How probabilities come about.
    """

    name: Literal["lenet5"]
    activation: Activation
    output: Output


def build_lenet5(
    architecture: LeNet5Params, image_shape: tuple[int, ...], n_outputs: int, name: str
) -> KerasModel:
    """Build LeNet-5, with a frame of zeros around images of less than 32 x 32 pixels, as in the paper.

    Raises:
        UserError: If one unit should compare with a code for each class.
    """
    import keras

    if architecture.output == "rbf" and n_outputs == 1:
        raise UserError(
            "LeNet-5 with the output rbf compares an image with a code for each class, and cannot end in the "
            "one unit that training.loss=binary_crossentropy asks for. Choose architecture.output=softmax or "
            "another loss."
        )
    images, x = begin_with_grey_images(image_shape)
    missing = [max(0, SIDE - side) for side in image_shape]
    if any(missing):
        frame = tuple((pixels // 2, pixels - pixels // 2) for pixels in missing)
        x = keras.layers.ZeroPadding2D(frame, name="frame")(x)
    probabilities = _add_layers(x, n_outputs, architecture.activation, architecture.output)
    return keras.Model(images, probabilities, name=name)


def build_original_lenet5(name: str, n_classes: int, output: Output = "softmax") -> KerasModel:
    """Build the lecture's table, for images (n, 32, 32, 1).

    The paper has 60,000 trainable parameters: its third layer lacks 900 of the connections between maps and
    its poolings have a factor and a bias for each map, 44 in all; its centres are fixed. The table counts
    60,856 without the output.
    """
    import keras

    images = keras.Input((SIDE, SIDE, 1), name="images")
    return keras.Model(images, _add_layers(images, n_classes, "tanh", output), name=name)


def _add_layers(x: KerasTensor, n_outputs: int, activation: str, output: Output) -> KerasTensor:
    """The rows of the table, by the names that it gives them."""
    import keras

    layers = keras.layers
    x = layers.Conv2D(6, 5, activation=activation, name="c1")(x)
    x = layers.AveragePooling2D(2, name="s2")(x)
    x = layers.Activation(activation, name="s2_activation")(x)
    x = layers.Conv2D(16, 5, activation=activation, name="c3")(x)
    x = layers.AveragePooling2D(2, name="s4")(x)
    x = layers.Activation(activation, name="s4_activation")(x)
    x = layers.Conv2D(120, 5, activation=activation, name="c5")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(CODE_LENGTH, activation=activation, name="f6")(x)
    if output == "softmax":
        return add_head(x, n_outputs)

    from fashion_nets.layers.radial_basis import RadialBasis

    # The class whose code is nearest is the likeliest, as in the paper's loss (equation 9). Float32 as all
    # that ends in probabilities.
    distances = RadialBasis(n_outputs, dtype="float32", name="distances")(x)
    scores = layers.Rescaling(-1.0, dtype="float32", name="nearness")(distances)
    return layers.Softmax(dtype="float32", name="probabilities")(scores)
