"""The layer in which every classifier ends."""

from fashion_nets.networks.types import KerasTensor


def add_head(
    x: KerasTensor, n_outputs: int, dropout: float = 0.0, name: str = "probabilities"
) -> KerasTensor:
    """Drop out of flat features, and turn them into probabilities.

    Args:
        x: Features, shape (n, features).
        n_outputs: One for each class, which a softmax makes probabilities; or 1 for two classes: a sigmoid
            unit gives the probability of the second one (lecture, "Compiling the Model").
        dropout: Fraction of the features that is dropped.
        name: Name of the layer.

    Returns:
        Probabilities, shape (n, n_outputs); float32 in mixed precision too: a loss near 0 needs the digits.
    """
    import keras

    if dropout:
        x = keras.layers.Dropout(dropout, name=f"{name}_dropout")(x)
    activation = "sigmoid" if n_outputs == 1 else "softmax"
    return keras.layers.Dense(n_outputs, activation=activation, dtype="float32", name=name)(x)
