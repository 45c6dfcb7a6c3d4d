"""A network that MLflow has."""

from typing import Any, Literal, Never

from kedro.io import AbstractDataset

from fashion_nets import load_network
from fashion_nets.datasets.errors import StoredDataError
from fashion_nets.errors import UserError
from fashion_nets.tracking.references import Network, class_names_of, find_network, open_network, store

Part = Literal["model", "about", "class_names"]


class TrackedNetworkDataset(AbstractDataset[Never, Any]):
    """Gives a network that MLflow has, by an alias, a version of the registered model or the id of a run.

    Args:
        reference: As by :func:`fashion_nets.networks.references.is_tracked`.
        part: ``model``, the model of Keras; ``about``, what it is called and which architecture it has; or
            ``class_names``.
        metadata: Anything for other tools, such as kedro-viz.

    Example:
        .. code-block:: yaml

            "{reference}.tracked_{part}":
              type: fashion_nets.datasets.TrackedNetworkDataset
              reference: "{reference}"
              part: "{part}"
    """

    def __init__(self, reference: str, part: Part, metadata: dict[str, Any] | None = None) -> None:
        self._reference = str(reference)
        self._part = part
        self.metadata = metadata

    def load(self) -> Any:
        """Find the network, and load this part of it.

        Raises:
            StoredDataError: If MLflow has no such network, or cannot be reached.
        """
        try:
            with store() as client:
                network = find_network(client, self._reference)
                if self._part == "about":
                    return _describe(network)
                if self._part == "class_names":
                    return class_names_of(client, network)
                return open_network(client, network, load_network).model
        except UserError as error:
            raise StoredDataError(str(error)) from error

    def save(self, data: Never) -> Never:  # noqa: ARG002
        """Refuse: networks come to MLflow by their runs.

        Raises:
            StoredDataError: Always.
        """
        raise StoredDataError(f"'{self._reference}' is only read here; MLflow gets networks from their runs")

    def _exists(self) -> bool:
        """Say yes: whether it is there, MLflow tells with its reason."""
        return True

    def _describe(self) -> dict[str, Any]:
        return {"reference": self._reference, "part": self._part}


def _describe(network: Network) -> dict[str, str]:
    """What figures call it: as ``about.json`` of a stored network, and which it is."""
    known = {"architecture": network.architecture} if network.architecture else {}
    return {"called": network.called, "network": network.name, **known}
