"""Networks as Keras stores them. To import this module lets ``keras.saving.load_model`` load them, too."""

import re
from os import PathLike
from pathlib import Path

import keras

# These register what a stored network and its optimizer may be made of.
import fashion_nets.layers.dense_transpose
import fashion_nets.layers.radial_basis
import fashion_nets.layers.sampling
import fashion_nets.training.learning_rates  # noqa: F401
from fashion_nets.errors import UserError
from fashion_nets.networks.types import KerasModel


def load_network(path: str | PathLike[str]) -> KerasModel:
    """Load a network from a ``.keras`` file, with its optimizer, in Keras's safe mode.

    Args:
        path: Of the file.

    Raises:
        FileNotFoundError: If it is not there.
        UserError: If it is made of something that neither Keras nor this project has.
    """
    Path(path).stat()  # Keras says of a file that is not there that it is no zip file
    try:
        return keras.saving.load_model(path, safe_mode=True)
    except TypeError as error:
        unknown = re.search(r"Could not locate \w+ '([^']+)'", str(error))
        if unknown is None:
            raise
        raise UserError(
            f"{path} has a '{unknown[1]}' in it, which is neither of Keras nor of this project. Import the "
            "module that defines and registers it, and load the network again."
        ) from error
