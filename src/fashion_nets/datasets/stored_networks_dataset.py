"""All networks that are stored."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Never

from kedro.io import AbstractDataset

from fashion_nets.datasets.errors import StoredDataError
from fashion_nets.networks.types import KerasModel

MODEL_FILE = "model.keras"


class StoredNetworksDataset(AbstractDataset[Never, dict[str, Callable[[], KerasModel]]]):
    """Loads the networks in a folder by name, each when it is asked for; a folder without any is empty.

    For a node whose parameters say which network it takes. A name is the path below the folder to where
    ``model.keras`` is.

    Example:
        .. code-block:: yaml

            stored_networks:
              type: fashion_nets.datasets.StoredNetworksDataset
              filepath: data/06_models

    Args:
        filepath: The folder, on a local disk.
        metadata: Anything for other tools, such as kedro-viz.
    """

    def __init__(self, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        self._filepath = Path(filepath)
        self.metadata = metadata

    def load(self) -> dict[str, Callable[[], KerasModel]]:
        """Find the networks; each of the functions loads one."""
        from fashion_nets.datasets.keras_model_dataset import KerasModelDataset

        return {
            path.parent.relative_to(self._filepath).as_posix(): KerasModelDataset(filepath=str(path)).load
            for path in sorted(self._filepath.rglob(MODEL_FILE))
        }

    def save(self, data: Never) -> Never:  # noqa: ARG002
        """Refuse: a network is saved under its own name.

        Raises:
            StoredDataError: Always.
        """
        raise StoredDataError(f"{self._filepath} is only read here; save a network as '<network>.model'")

    def _exists(self) -> bool:
        return self._filepath.is_dir()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath}
