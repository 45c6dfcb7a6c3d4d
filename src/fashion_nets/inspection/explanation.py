"""What a trained convolutional classifier sees (lecture sections "Why convolution?" and 1.4).

References:
    Selvaraju et al. (2017), Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization,
    section 3.
"""

import numpy as np

from fashion_nets.data.image_set import intensities
from fashion_nets.errors import UserError
from fashion_nets.networks.layer_kinds import (
    is_activation,
    is_pooling,
    map_kernels_of,
    only_moves,
    puts_out_maps,
)
from fashion_nets.networks.types import KerasModel, KerasTensor, Layer


def check_classifier(model: KerasModel, image_shape: tuple[int, ...], n_classes: int) -> None:
    """Refuse a network that does not tell the classes of these images apart.

    Args:
        model: A built model.
        image_shape: Shape of one image, (height, width).
        n_classes: Number of classes.

    Raises:
        UserError: If it takes other inputs or gives other outputs than a probability for each class.
    """
    known = {(n_classes,), (1,)} if n_classes == 2 else {(n_classes,)}  # one sigmoid unit tells two apart
    if model.input_shape[1:] != image_shape or model.output_shape[1:] not in known:
        raise UserError(
            f"'{model.name}' maps inputs of shape {model.input_shape[1:]} to outputs of shape "
            f"{model.output_shape[1:]}; expected a classifier, from images of shape {image_shape} to "
            f"{n_classes} probabilities. Take another network, or train it on these images."
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
    kernel, *_ = map_kernels_of(_first_convolution(model))
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
    outputs = {layer.name: layer.output for layer in _layers_to_show(model)}
    maps = keras.Model(model.inputs[0], outputs)(intensities(image)[np.newaxis])
    return {name: np.moveaxis(_as_float32(maps[name])[0], -1, 0) for name in outputs}


def class_heat_maps(model: KerasModel, images: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Where in images a classifier finds what speaks for a class: Grad-CAM.

    The maps of the last convolution, weighted by the mean gradient of the class's score with respect to each
    of them, added up, without what is negative. The score is the one before softmax or sigmoid: the gradient
    of a probability vanishes where the classifier is sure. Where one unit tells two classes apart, its score
    is that of the second one, and speaks against the first one.

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

    last = model.layers[-1]
    looked_at = keras.Model(model.inputs[0], [heat_map_layer(model).output, last.input])
    inputs = tf.convert_to_tensor(intensities(images), dtype=tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(inputs)  # or nothing would be recorded of a network whose layers are frozen
        maps, features = looked_at(inputs, training=False)
        scores = _scores(last, features)
        chosen = tf.gather(scores, tf.convert_to_tensor(classes, dtype=tf.int32), axis=1, batch_dims=1)
    gradients = _as_float32(tape.gradient(chosen, maps))
    weights = gradients.mean(axis=(1, 2), keepdims=True)  # (n, 1, 1, channels)
    coarse = np.maximum((weights * _as_float32(maps)).sum(axis=-1, keepdims=True), 0)
    heat = np.asarray(keras.ops.image.resize(coarse, images.shape[1:], interpolation="bilinear"))[..., 0]
    maxima = heat.max(axis=(1, 2), keepdims=True)
    return np.divide(heat, maxima, out=np.zeros_like(heat), where=maxima > 0)


def heat_map_layer(model: KerasModel) -> Layer:
    """The layer whose maps Grad-CAM weights: the last one that still knows where in the image something is.

    That is the last convolution, or what joins, normalizes or activates its maps; poolings behind it
    and maps of a single pixel are left out.

    Raises:
        UserError: If the model has no convolution.
    """
    first = _first_convolution(model)
    behind = model.layers[model.layers.index(first) :]
    candidates = [layer for layer in behind if puts_out_maps(layer) and not only_moves(layer)]
    with_places = [layer for layer in candidates if max(layer.output.shape[1:3]) > 1]
    return (with_places or candidates)[-1]


def _first_convolution(model: KerasModel) -> Layer:
    convolutions = [layer for layer in model.layers if map_kernels_of(layer)]
    if not convolutions:
        raise UserError(
            f"'{model.name}' has no convolution to look into; its layers are "
            f"{', '.join(layer.name for layer in model.layers)}. Choose a convolutional network, such as cnn."
        )
    return convolutions[0]


def _layers_to_show(model: KerasModel) -> list[Layer]:
    shown = []
    for layer in filter(puts_out_maps, model.layers):
        if map_kernels_of(layer) or is_pooling(layer):
            shown.append(layer)
        elif is_activation(layer) and shown and not is_pooling(shown[-1]):
            shown[-1] = layer
    return shown


def _scores(last: Layer, features: KerasTensor) -> KerasTensor:
    """The score of each class before softmax or sigmoid, from what the last layer takes."""
    import keras

    if isinstance(last, keras.layers.Dense):
        features = keras.ops.matmul(features, last.kernel)
        scores = features if last.bias is None else features + last.bias
    elif isinstance(last, keras.layers.Softmax | keras.layers.Activation):
        scores = features
    else:
        scores = last(features)
    return keras.ops.concatenate([-scores, scores], axis=1) if scores.shape[1] == 1 else scores


def _as_float32(tensor: KerasTensor) -> np.ndarray:
    """An array from a tensor, which mixed precision has made bfloat16."""
    import keras

    return np.asarray(keras.ops.cast(tensor, "float32"))
