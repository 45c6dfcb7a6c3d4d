"""Kedro's configuration, completed by what a network takes from its architecture."""

from collections.abc import Mapping
from typing import Any

from kedro.config import OmegaConfigLoader

from fashion_nets.errors import UserError
from fashion_nets.networks.registry import NETWORKS
from fashion_nets.training.recipe import complete_network


class NetworkConfigLoader(OmegaConfigLoader):
    """Kedro's own loader; a network comes with the settings of its architecture, where that has any.

    What is stated under the network, in an environment or for one run, wins over these. The loader does it,
    since every tool that reads the project asks it, Kedro-Viz and notebooks included.
    """

    def __getitem__(self, key: str) -> dict[str, Any]:
        """Load one kind of configuration.

        Raises:
            UserError: If there is no architecture of the name that a network states.
        """
        config = super().__getitem__(key)
        return _complete(config) if key == "parameters" else config


def _complete(parameters: Mapping[str, Any]) -> dict[str, Any]:
    completed = dict(parameters)
    for name, (kind, *_) in NETWORKS.items():
        try:
            completed[name] = complete_network(parameters[name], parameters["architectures"], kind)
        except UserError as error:
            file = name if kind == "classifier" else "autoencoders"
            raise UserError(
                f"{name}.architecture: {error}. Change it in conf/base/parameters_train_{file}.yml or with "
                f'--params "{name}.architecture.name=NAME".'
            ) from error
    return completed
