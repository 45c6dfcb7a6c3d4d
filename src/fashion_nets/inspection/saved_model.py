"""A network with all that it needs around it, as one function of TensorFlow that loads without Keras."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fashion_nets.data.image_set import scale_pixels
from fashion_nets.networks.autoencoders.parts import CODINGS_LAYER
from fashion_nets.networks.types import KerasModel

IMAGES, PROBABILITIES, RECONSTRUCTIONS, CODINGS = "images", "probabilities", "reconstructions", "codings"
"""What the function calls what it takes, and what it gives."""


def is_autoencoder(model: KerasModel) -> bool:
    """Whether a network of this project gives images back, and not the probabilities of classes."""
    return any(layer.name == CODINGS_LAYER for layer in model.layers)


def serving_function(model: KerasModel) -> Any:
    """Make a function of a network that takes images as they are published.

    Args:
        model: A classifier or an autoencoder of this project, float32 images (n, height, width) in.

    Returns:
        A ``tf.function`` of ``images``, grey levels 0 to 255, uint8, (n, height, width). It gives tensors by
        name, float32: of a classifier ``probabilities`` (n, n_classes), of an autoencoder ``reconstructions``
        (n, height, width) and ``codings`` (n, n_codings).
    """
    import keras
    import tensorflow as tf

    outputs = {PROBABILITIES: model.output}
    if is_autoencoder(model):
        outputs = {RECONSTRUCTIONS: model.output, CODINGS: model.get_layer(CODINGS_LAYER).output}
    named = keras.Model(model.input, outputs, name=f"{model.name}_served")

    def serve(images: Any) -> dict[str, Any]:
        with _without_penalties(model):
            outputs = named(scale_pixels(images))
        given = {name: tf.cast(each, tf.float32) for name, each in outputs.items()}
        if PROBABILITIES in given and given[PROBABILITIES].shape[-1] == 1:  # the second of two classes
            one = given[PROBABILITIES]
            given[PROBABILITIES] = tf.concat([1 - one, one], axis=-1)
        return given

    shape = (None, *model.input_shape[1:])
    return tf.function(serve, input_signature=[tf.TensorSpec(shape, tf.uint8, IMAGES)], autograph=False)


@contextmanager
def _without_penalties(model: KerasModel) -> Iterator[None]:
    """Let layers leave out penalties on their outputs, which are for training, and make ONNX fail."""
    penalties = {layer.name: layer.activity_regularizer for layer in model.layers}
    for layer in model.layers:
        layer.activity_regularizer = None
    try:
        yield
    finally:
        for layer in model.layers:
            layer.activity_regularizer = penalties[layer.name]


def write_saved_model(model: KerasModel, folder: Path) -> None:
    """Write a network as a SavedModel, whose signature ``serving_default`` is :func:`serving_function`.

    ``model.export`` of Keras does the same in twice the time and space: it keeps each weight twice.

    Args:
        model: As :func:`serving_function` takes it.
        folder: Made for it.
    """
    import tensorflow as tf

    module = tf.Module()
    module.variables_of_network = [variable.value for variable in model.variables]
    module.serve = serving_function(model)
    tf.saved_model.save(module, str(folder), signatures={"serving_default": module.serve})
