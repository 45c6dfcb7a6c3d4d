"""The two parts of an autoencoder (lecture, "Autoencoders (AEs)").

Every autoencoder of this project is one flat graph whose layer ``codings`` puts out the codings, flat, so
that it can be cut there; parts share their weights with the whole. In a variational autoencoder a layer
``sampling`` stands between the codings and the decoder.
"""

from fashion_nets.errors import UserError
from fashion_nets.networks.types import KerasModel, Layer

CODINGS_LAYER = "codings"
SAMPLING_LAYER = "sampling"


def encoder_of(autoencoder: KerasModel) -> KerasModel:
    """The part of an autoencoder that turns images into codings, (n, height, width) to (n, n_codings).

    Raises:
        UserError: If the model has no layer ``codings``.
    """
    import keras

    codings = _layer_of(autoencoder).output
    return keras.Model(autoencoder.input, codings, name=f"{autoencoder.name}_encoder")


def decoder_of(autoencoder: KerasModel) -> KerasModel:
    """The part of an autoencoder that turns codings into images, (n, n_codings) to (n, height, width).

    Raises:
        UserError: If the model has no layer ``codings``.
    """
    import keras

    last = _layer_of(autoencoder)
    if any(layer.name == SAMPLING_LAYER for layer in autoencoder.layers):
        last = autoencoder.get_layer(SAMPLING_LAYER)
    return keras.Model(last.output, autoencoder.output, name=f"{autoencoder.name}_decoder")


def _layer_of(autoencoder: KerasModel) -> Layer:
    try:
        return autoencoder.get_layer(CODINGS_LAYER)
    except ValueError as error:
        raise UserError(
            f"'{autoencoder.name}' has no layer named '{CODINGS_LAYER}', so it is not an autoencoder of this "
            f"project. Its layers: {', '.join(layer.name for layer in autoencoder.layers)}."
        ) from error
