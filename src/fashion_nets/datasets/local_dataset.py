"""What the datasets of this project have in common."""

from pathlib import Path
from typing import Any, Generic, TypeVar

from kedro.io import AbstractDataset

Saved = TypeVar("Saved")
Loaded = TypeVar("Loaded")


class LocalDataset(AbstractDataset[Saved, Loaded], Generic[Saved, Loaded]):
    """A file or a folder on a local disk.

    Args:
        filepath: The file or the folder.
        metadata: Anything for other tools, such as kedro-viz.

    Attributes:
        owns_folder: What is saved is all that the folder should have, so that a catalog replaces all of it.
    """

    owns_folder = False

    def __init__(self, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        self._filepath = Path(filepath)
        self.metadata = metadata

    def holds(self, data: Saved) -> bool:  # noqa: ARG002
        """Whether this is stored already, so that the catalog leaves the file alone."""
        return False

    def _exists(self) -> bool:
        return self._filepath.exists()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath}
