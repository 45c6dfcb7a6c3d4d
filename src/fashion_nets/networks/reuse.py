"""Networks that take over layers of another one (lecture, "Transfer Learning").

Layers are counted as people speak of them: a dense layer or a convolution is a layer, and what stands in
front of it or behind it without a kernel (normalization, activation, dropout, pooling) goes with it.
"""

from itertools import pairwise

from fashion_nets.errors import UserError
from fashion_nets.networks.head import add_head
from fashion_nets.networks.layer_kinds import has_kernel, layers_with_kernel
from fashion_nets.networks.types import KerasModel, Layer


def count_hidden_layers(model: KerasModel) -> int:
    """The number of layers with a kernel, without the output layer."""
    return count_layers(model) - 1


def count_layers(model: KerasModel) -> int:
    """The number of layers with a kernel."""
    return len(layers_with_kernel(model))


def check_reused_layers(base: KerasModel, n_reused: int) -> None:
    """Refuse to reuse more hidden layers than there are, and layers that form no chain.

    Raises:
        UserError: If ``base`` has fewer than ``n_reused``, has branches, or does not end in a dense layer.
    """
    if not is_chain(base):
        raise UserError(
            f"{base.name} cannot be reused: its layers branch, so its lowest {n_reused} are not defined. "
            "The MLP is a chain of layers, and so is the CNN with the architecture lecture, lenet5, alexnet, "
            'vgg16 or vgg19: --params "cnn.architecture.name=lecture".'
        )
    if any(layer.weights for layer in base.layers[base.layers.index(_output_layer(base)) + 1 :]):
        raise UserError(
            f"{base.name} cannot be reused: it does not end in a dense layer that a new one could replace. "
            'With the architecture lenet5 say --params "cnn.architecture.output=softmax".'
        )
    if n_reused > (n_hidden := count_hidden_layers(base)):
        raise UserError(
            f"reused_layers must be at most {n_hidden}, the hidden layers of {base.name}, got {n_reused}"
        )


def is_chain(model: KerasModel) -> bool:
    """Whether each layer takes what the one before it puts out, and nothing else."""
    return all(after.input is before.output for before, after in pairwise(model.layers))


def _output_layer(model: KerasModel) -> Layer:
    return layers_with_kernel(model)[-1]


def reuse_layers(base: KerasModel, n_reused: int, n_outputs: int, name: str) -> KerasModel:
    """Build a classifier like another network, with the lowest of its layers and all others new.

    The output layer of ``base``, which answers another question, makes way for one of ``n_outputs``
    probabilities. ``base`` itself stays as it is: its weights are copied.

    Args:
        base: A built network whose layers form a chain; a classifier or an autoencoder.
        n_reused: Number of hidden layers whose weights are taken over, from the input up. 0 gives a
            network from scratch with the same hidden layers.
        n_outputs: Of the new task: one for each class, or 1 for two classes.
        name: Name of the new network.

    Returns:
        An uncompiled model, all of whose layers are trainable.

    Raises:
        UserError: If ``base`` has fewer hidden layers.
    """
    import keras

    check_reused_layers(base, n_reused)
    return classify_outputs(keras.Model(base.inputs[0], _output_layer(base).input), n_reused, n_outputs, name)


def classify_outputs(hidden: KerasModel, n_reused: int, n_outputs: int, name: str) -> KerasModel:
    """Build a classifier on layers like those of another network, with the lowest of them and all others new.

    Args:
        hidden: A built network whose layers form a chain and put out flat values, such as an encoder; its
            weights are copied.
        n_reused: Number of its layers with a kernel whose weights are taken over, from the input up. 0
            gives a network from scratch.
        n_outputs: One for each class, or 1 for two classes.
        name: Name of the new network.

    Returns:
        An uncompiled model, all of whose layers are trainable: those of ``hidden``, and on them one of
        ``n_outputs`` probabilities.
    """
    import keras

    body = keras.models.clone_model(hidden)  # with new weights
    model = keras.Model(body.inputs[0], add_head(body.output, n_outputs), name=name)
    for layer in lowest_layers(model, n_reused):
        if layer.weights:
            layer.set_weights(hidden.get_layer(layer.name).get_weights())
    freeze_layers(model, 0)
    return model


def copy_network(model: KerasModel) -> KerasModel:
    """A network with the same layers and a copy of the weights, uncompiled."""
    import keras

    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    return copy


def freeze_layers(model: KerasModel, n_frozen: int) -> None:
    """Freeze the lowest layers and make all others trainable; takes effect when the model is compiled.

    A frozen layer keeps its weights bit by bit. A frozen batch normalization also keeps its moving
    averages, and normalizes by these.

    Args:
        model: A built network whose layers form a chain.
        n_frozen: Number of hidden layers, from the input up.
    """
    frozen = {layer.name for layer in lowest_layers(model, n_frozen)}
    for layer in model.layers:
        layer.trainable = layer.name not in frozen


def lowest_layers(model: KerasModel, n_layers: int) -> list[Layer]:
    """The lowest ``n_layers`` layers with a kernel, and all that stands below the next one; none for 0."""
    if n_layers == 0:
        return []
    with_kernel = [index for index, layer in enumerate(model.layers) if has_kernel(layer)]
    return model.layers[: with_kernel[n_layers]]
