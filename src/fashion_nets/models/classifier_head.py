"""The dense layers that end in a probability for each class."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras


def add_classifier_head(
    model: "keras.Sequential", units: tuple[int, ...], activation: str, dropout: float, n_classes: int
) -> None:
    """Add dense layers, each with its dropout, and a softmax layer named ``probabilities``.

    Args:
        model: The model to add to; its output so far is flat.
        units: Sizes of the hidden layers, in order.
        activation: Activation of the hidden layers.
        dropout: Fraction dropped behind each hidden layer; 0 adds no dropout layer.
        n_classes: Number of classes.
    """
    import keras

    for number, size in enumerate(units, start=1):
        model.add(keras.layers.Dense(size, activation=activation, name=f"hidden_{number}"))
        if dropout:
            model.add(keras.layers.Dropout(dropout, name=f"dropout_{number}"))
    # Probabilities stay float32 in mixed precision: a loss near 0 needs the digits.
    model.add(keras.layers.Dense(n_classes, activation="softmax", dtype="float32", name="probabilities"))
