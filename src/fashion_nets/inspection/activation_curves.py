"""Activation functions as curves (lecture section 1.2, "Non-Saturating Activation Functions")."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fashion_nets.networks import keras_objects
from fashion_nets.networks.keras_objects import Specification

LARGEST_INPUT = 4.0
N_POINTS = 401


def activation_curves(activations: Sequence[Specification]) -> pd.DataFrame:
    """Compute activation functions and their derivatives.

    Args:
        activations: As a network's ``activation``: names, or names with settings.

    Returns:
        A row for each function and input: ``activation``, its name with its settings; ``input``, from -4
        to 4; ``output``; ``derivative``, as backpropagation computes it.

    Raises:
        UserError: If Keras does not have one of them.
    """
    return pd.concat([_curve(specification) for specification in activations], ignore_index=True)


def _curve(specification: Specification) -> pd.DataFrame:
    import keras
    import tensorflow as tf

    activation = keras.activations.get(keras_objects.hidden_activation(specification))
    inputs = tf.linspace(-LARGEST_INPUT, LARGEST_INPUT, N_POINTS)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = activation(inputs)
    name, settings = keras_objects.split(specification)
    return pd.DataFrame(
        {
            "activation": " ".join([name, *(f"{key}={value}" for key, value in settings.items())]),
            "input": np.asarray(inputs),
            "output": np.asarray(outputs),
            "derivative": np.asarray(tape.gradient(outputs, inputs)),
        }
    )
