"""All networks that are stored."""

from collections.abc import Callable
from typing import Never

from fashion_nets.datasets.damage import visible_files, without_damaged
from fashion_nets.datasets.errors import StoredDataError
from fashion_nets.datasets.local_dataset import LocalDataset
from fashion_nets.networks.types import KerasModel

MODEL_FILE = "model.keras"


class StoredNetworksDataset(LocalDataset[Never, dict[str, Callable[[], KerasModel]]]):
    """Loads the networks in a folder by name, each when it is asked for; a folder without any is empty.

    A damaged file counts as not there, with a warning. For a node whose parameters say which network it
    takes. A name is the path below the folder to where ``model.keras`` is.

    Example:
        .. code-block:: yaml

            stored_networks:
              type: fashion_nets.datasets.StoredNetworksDataset
              filepath: data/06_models
    """

    def load(self) -> dict[str, Callable[[], KerasModel]]:
        """Find the networks; each of the functions loads one."""
        from fashion_nets.datasets.keras_model_dataset import KerasModelDataset

        return {
            path.parent.relative_to(self._filepath).as_posix(): KerasModelDataset(filepath=str(path)).load
            for path in without_damaged(visible_files(self._filepath, MODEL_FILE))
        }

    def save(self, data: Never) -> Never:  # noqa: ARG002
        """Refuse: a network is saved under its own name.

        Raises:
            StoredDataError: Always.
        """
        raise StoredDataError(f"{self._filepath} is only read here; save a network as '<network>.model'")
