"""The multilayer perceptron (lecture, "Creating the model using the Sequential API")."""

from fashion_nets.models.classifier_head import add_classifier_head
from fashion_nets.models.parameters import Activation, DropoutRate, Units
from fashion_nets.models.types import KerasModel
from fashion_nets.parameters import Parameters


class MlpParams(Parameters):
    """What an MLP looks like: its hidden layers, first to last."""

    hidden_units: Units
    activation: Activation
    dropout: DropoutRate


def build_mlp(architecture: MlpParams, image_shape: tuple[int, ...], n_classes: int, name: str) -> KerasModel:
    """Build an MLP that gives a probability for each class.

    With hidden units (300, 100) and 28 x 28 images it has the lecture's 266,610 parameters.

    Args:
        architecture: Hidden layers, their activation and the dropout behind each.
        image_shape: Shape of one image, (height, width).
        n_classes: Number of classes.
        name: Name of the model.

    Returns:
        An uncompiled model, (n, height, width) in, (n, n_classes) out.
    """
    import keras

    model = keras.Sequential([keras.Input(image_shape), keras.layers.Flatten(name="flatten")], name=name)
    add_classifier_head(
        model, architecture.hidden_units, architecture.activation, architecture.dropout, n_classes
    )
    return model
