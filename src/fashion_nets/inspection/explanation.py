"""What a trained convolutional classifier sees (lecture sections "Why convolution?" and 1.4).

References:
    Selvaraju et al. (2017), Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization,
    section 3.
"""

from typing import TYPE_CHECKING

import numpy as np

from fashion_nets.data.image_set import intensities
from fashion_nets.errors import UserError
from fashion_nets.networks.reuse import copy_network
from fashion_nets.networks.types import KerasModel

if TYPE_CHECKING:
    import keras

_MAP_RANK = 4  # (n, height, width, channels)


def check_classifier(model: KerasModel, image_shape: tuple[int, ...], n_classes: int) -> None:
    """Refuse a network that does not tell the classes of these images apart.

    Args:
        model: A built model.
        image_shape: Shape of one image, (height, width).
        n_classes: Number of classes.

    Raises:
        UserError: If it takes other inputs or gives other outputs than a probability for each class.
    """
    if model.input_shape[1:] != image_shape or model.output_shape[1:] != (n_classes,):
        raise UserError(
            f"'{model.name}' maps inputs of shape {model.input_shape[1:]} to outputs of shape "
            f"{model.output_shape[1:]}; expected a classifier, from images of shape {image_shape} to "
            f"{n_classes} probabilities"
        )


def first_kernels(model: KerasModel) -> np.ndarray:
    """The kernels of the first convolution.

    Keras slides a kernel over the image without flipping it: a kernel looks like what it responds to. Where
    the grey image comes in several channels, all alike, the sum over these is what acts on it.

    Args:
        model: A built model.

    Returns:
        Weights, float32, shape (n_kernels, rows, columns).

    Raises:
        UserError: If the model has no convolution.
    """
    kernel = next(weights for weights in _first_convolution(model).weights if len(weights.shape) == _MAP_RANK)
    summed = np.asarray(kernel.numpy(), dtype=np.float32).sum(axis=2)  # (rows, columns, n_kernels)
    return np.moveaxis(summed, -1, 0)


def feature_maps(model: KerasModel, image: np.ndarray) -> dict[str, np.ndarray]:
    """What each convolution and each pooling makes of an image.

    A convolution whose activation is a layer of its own is shown behind this layer, under its name.

    Args:
        model: A built model.
        image: Grey levels (uint8) or intensities in [0, 1], shape (height, width).

    Returns:
        By name of the layer, in order: its maps, float32, shape (channels, height, width).

    Raises:
        UserError: If the model has no convolution.
    """
    import keras

    _first_convolution(model)
    copy = _copy_with_one_graph(model)
    outputs = {layer.name: layer.output for layer in _layers_to_show(copy)}
    maps = keras.Model(copy.inputs[0], outputs)(intensities(image)[np.newaxis])
    return {name: np.moveaxis(_as_float32(maps[name])[0], -1, 0) for name in outputs}


def class_heat_maps(model: KerasModel, images: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Where in images a classifier finds what speaks for a class: Grad-CAM.

    The maps of the last convolution, weighted by the mean gradient of the class's score with respect to each
    of them, added up, without what is negative. The score is the one before softmax: the gradient of a
    probability vanishes where the classifier is sure.

    Args:
        model: A built classifier.
        images: Grey levels (uint8) or intensities in [0, 1], shape (n, height, width).
        classes: For each image the class to explain, shape (n,).

    Returns:
        Relevance, float32, shape (n, height, width), each map with maximum 1; a map of zeros where nothing
        speaks for the class.

    Raises:
        UserError: If the model has no convolution.
    """
    import keras
    import tensorflow as tf

    copy = _copy_with_one_graph(model)
    scorer = keras.Model(copy.inputs[0], [heat_map_layer(copy).output, _scores(copy)])
    inputs = tf.convert_to_tensor(intensities(images), dtype=tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(inputs)  # or nothing would be recorded of a network whose layers are frozen
        maps, scores = scorer(inputs, training=False)
        chosen = tf.gather(scores, tf.convert_to_tensor(classes, dtype=tf.int32), axis=1, batch_dims=1)
    gradients = _as_float32(tape.gradient(chosen, maps))
    weights = gradients.mean(axis=(1, 2), keepdims=True)  # (n, 1, 1, channels)
    coarse = np.maximum((weights * _as_float32(maps)).sum(axis=-1, keepdims=True), 0)
    heat = np.asarray(keras.ops.image.resize(coarse, images.shape[1:], interpolation="bilinear"))[..., 0]
    maxima = heat.max(axis=(1, 2), keepdims=True)
    return np.divide(heat, maxima, out=np.zeros_like(heat), where=maxima > 0)


def heat_map_layer(model: KerasModel) -> "keras.Layer":
    """The layer whose maps Grad-CAM weights: the last one that still knows where in the image something is.

    That is the last convolution, or what joins, normalizes or activates its maps; poolings behind it
    and maps of a single pixel are left out.

    Raises:
        UserError: If the model has no convolution.
    """
    first = _first_convolution(model)
    behind = model.layers[model.layers.index(first) :]
    candidates = [layer for layer in behind if _puts_out_maps(layer) and not _only_moves(layer)]
    with_places = [layer for layer in candidates if max(layer.output.shape[1:3]) > 1]
    return (with_places or candidates)[-1]


def _copy_with_one_graph(model: KerasModel) -> KerasModel:
    """A copy each layer of which has one output that leads to the next one's input.

    A ``Sequential`` connects all its layers anew whenever one is added, and a layer's ``output`` is then
    that of its first connection.
    """
    return copy_network(model)


def _first_convolution(model: KerasModel) -> "keras.Layer":
    convolutions = [layer for layer in model.layers if _is_convolution(layer)]
    if not convolutions:
        raise UserError(
            f"'{model.name}' has no convolution to look into; its layers are "
            f"{', '.join(layer.name for layer in model.layers)}. Choose a convolutional network, such as cnn."
        )
    return convolutions[0]


def _layers_to_show(model: KerasModel) -> list["keras.Layer"]:
    shown = []
    for layer in filter(_puts_out_maps, model.layers):
        if _is_convolution(layer) or _is_pooling(layer):
            shown.append(layer)
        elif _is_activation(layer) and shown and not _is_pooling(shown[-1]):
            shown[-1] = layer
    return shown


def _puts_out_maps(layer: "keras.Layer") -> bool:
    return len(getattr(layer.output, "shape", ())) == _MAP_RANK


def _is_convolution(layer: "keras.Layer") -> bool:
    """Whether it has a kernel of a two-dimensional convolution, also one within a layer of layers."""
    return _puts_out_maps(layer) and any(len(weights.shape) == _MAP_RANK for weights in layer.weights)


def _is_pooling(layer: "keras.Layer") -> bool:
    import keras

    layers = keras.layers
    return isinstance(
        layer,
        layers.MaxPooling2D
        | layers.AveragePooling2D
        | layers.GlobalMaxPooling2D
        | layers.GlobalAveragePooling2D,
    )


def _is_activation(layer: "keras.Layer") -> bool:
    import keras

    layers = keras.layers
    return isinstance(layer, layers.Activation | layers.ReLU | layers.LeakyReLU | layers.PReLU | layers.ELU)


def _only_moves(layer: "keras.Layer") -> bool:
    """Whether a layer computes nothing of its own: it pools, pads, crops, reshapes or drops."""
    import keras

    layers = keras.layers
    movers = (
        layers.ZeroPadding2D | layers.Cropping2D | layers.Reshape | layers.Dropout | layers.SpatialDropout2D
    )
    return _is_pooling(layer) or isinstance(layer, movers)


def _scores(model: KerasModel) -> "keras.KerasTensor":
    """The output before its softmax."""
    import keras

    last = model.layers[-1]
    if isinstance(last, keras.layers.Softmax):
        return last.input
    if not hasattr(last, "activation"):
        return model.outputs[0]
    linear = type(last).from_config({**last.get_config(), "activation": "linear"})
    scores = linear(last.input)
    linear.set_weights(last.get_weights())
    return scores


def _as_float32(tensor: "keras.KerasTensor") -> np.ndarray:
    """An array from a tensor, which mixed precision has made bfloat16."""
    import keras

    return np.asarray(keras.ops.cast(tensor, "float32"))
