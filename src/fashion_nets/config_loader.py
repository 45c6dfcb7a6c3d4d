"""Kedro's configuration, completed by what a network takes from its architecture."""

from collections.abc import Mapping
from typing import Any

from kedro.config import OmegaConfigLoader

from fashion_nets.errors import UserError
from fashion_nets.training.classifiers import complete_network


class NetworkConfigLoader(OmegaConfigLoader):
    """Kedro's own loader; the parameters of the network ``cnn`` come with the settings of its architecture.

    What is stated under ``cnn``, in an environment or for one run, wins over these. The loader does it,
    since every tool that reads the project asks it, Kedro-Viz and notebooks included.
    """

    def __getitem__(self, key: str) -> dict[str, Any]:
        """Load one kind of configuration.

        Raises:
            UserError: If there is no architecture of the name that ``cnn`` states.
        """
        config = super().__getitem__(key)
        return _complete(config) if key == "parameters" else config


def _complete(parameters: Mapping[str, Any]) -> dict[str, Any]:
    try:
        network = complete_network(parameters["cnn"], parameters["architectures"])
    except UserError as error:
        raise UserError(
            f"cnn.architecture: {error}. Change it in conf/base/parameters_train_cnn.yml or with "
            '--params "cnn.architecture.name=NAME".'
        ) from error
    return {**parameters, "cnn": network}
