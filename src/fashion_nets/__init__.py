"""Fashion-MNIST networks as Kedro pipelines: trained, evaluated, projected, explained and tracked."""

from os import PathLike
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fashion_nets.networks.types import KerasModel

__version__ = "0.1.0"


def load_network(path: "str | PathLike[str]") -> "KerasModel":
    """Load a network that this project has stored, such as ``data/06_models/cnn/model.keras``.

    Keras alone loads those that have nothing of this project in them, and says of the others that it could
    not locate a class. Keras is imported at the first call.

    Args:
        path: Of the ``.keras`` file.

    Raises:
        FileNotFoundError: If it is not there.
        UserError: If it is made of something that neither Keras nor this project has.
    """
    from fashion_nets.training import stored

    return stored.load_network(path)
