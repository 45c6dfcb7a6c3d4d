"""What a layer of Keras is, as far as this project asks: one answer for all that asks."""

from typing import NamedTuple

from fashion_nets.networks.types import KerasModel, Layer, Operation, Variable

_MAP_RANK = 4  # (n, height, width, channels)


class HiddenLayer(NamedTuple):
    """A layer with a kernel and the layer that applies its activation function, often itself."""

    weights: Layer
    activation: Layer


def kernels_of(layer: Operation) -> list[Variable]:
    """The weights that a layer multiplies by, without biases: of a separable convolution two, of most one."""
    return [weights for weights in getattr(layer, "weights", ()) if "kernel" in weights.name]


def has_kernel(layer: Layer) -> bool:
    """Whether a layer multiplies by weights, as dense layers, convolutions and recurrent layers do."""
    return bool(kernels_of(layer))


def layers_with_kernel(model: KerasModel) -> list[Layer]:
    """The layers of a network that multiply by weights, from the input on."""
    return [layer for layer in model.layers if has_kernel(layer)]


def find_hidden_layers(model: KerasModel) -> list[HiddenLayer]:
    """The layers of a network that multiply by weights, from the input on, without the last one.

    Where an activation is a layer of its own, it belongs to the layer with a kernel before it, also with
    a batch normalization between the two.
    """
    layers: list[HiddenLayer] = []
    for layer in model.layers:
        if has_kernel(layer):
            layers.append(HiddenLayer(weights=layer, activation=layer))
        elif layers and is_activation(layer):
            layers[-1] = layers[-1]._replace(activation=layer)
    return layers[:-1]


def slides_kernel(layer: Layer) -> bool:
    """Whether a layer is a convolution, in however many dimensions."""
    return hasattr(layer, "kernel_size")


def puts_out_maps(layer: Layer) -> bool:
    """Whether a layer puts out feature maps, (n, height, width, channels)."""
    return len(getattr(layer.output, "shape", ())) == _MAP_RANK


def map_kernels_of(layer: Layer) -> list[Variable]:
    """The kernels of a two-dimensional convolution, also of one within a layer of layers; else none."""
    if not puts_out_maps(layer):
        return []
    return [kernel for kernel in kernels_of(layer) if len(kernel.shape) == _MAP_RANK]


def is_pooling(layer: Layer) -> bool:
    """Whether a layer pools feature maps."""
    from keras import layers

    return isinstance(
        layer,
        layers.MaxPooling2D
        | layers.AveragePooling2D
        | layers.GlobalMaxPooling2D
        | layers.GlobalAveragePooling2D,
    )


def is_activation(layer: Layer) -> bool:
    """Whether a layer does nothing but apply an activation function to each value."""
    from keras import layers

    return isinstance(layer, layers.Activation | layers.ReLU | layers.LeakyReLU | layers.PReLU | layers.ELU)


def only_moves(layer: Layer) -> bool:
    """Whether a layer computes nothing of its own: it pools, pads, crops, reshapes or drops."""
    from keras import layers

    movers = (
        layers.ZeroPadding2D | layers.Cropping2D | layers.Reshape | layers.Dropout | layers.SpatialDropout2D
    )
    return is_pooling(layer) or isinstance(layer, movers)
