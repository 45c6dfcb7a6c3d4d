"""A network that may be stored."""

from collections.abc import Callable
from typing import Never

from fashion_nets.datasets.damage import without_damaged
from fashion_nets.datasets.errors import StoredDataError
from fashion_nets.datasets.keras_model_dataset import KerasModelDataset
from fashion_nets.datasets.local_dataset import LocalDataset
from fashion_nets.networks.types import KerasModel


class StoredNetworkDataset(LocalDataset[Never, Callable[[], KerasModel] | None]):
    """Gives what an earlier run has left of a network: a function that loads it; None if it is not there.

    A damaged file counts as not there, with a warning. For a node that takes a stored network as it is where
    that would come out the same again.

    Example:
        .. code-block:: yaml

            "{network}.stored_model":
              type: fashion_nets.datasets.StoredNetworkDataset
              filepath: data/06_models/{network}/model.keras
    """

    def load(self) -> Callable[[], KerasModel] | None:
        """Look whether the network is stored; the function loads it."""
        stored = [self._filepath] if self._filepath.is_file() else []
        whole = list(without_damaged(stored))
        return KerasModelDataset(filepath=str(self._filepath)).load if whole else None

    def save(self, data: Never) -> Never:  # noqa: ARG002
        """Refuse: a network is saved under its own name.

        Raises:
            StoredDataError: Always.
        """
        raise StoredDataError(f"{self._filepath} is only read here; save a network as '<network>.model'")
