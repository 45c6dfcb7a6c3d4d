"""A JSON file that need not be there."""

from textwrap import shorten
from typing import Any, Never

from kedro.io import Version
from kedro_datasets.json import JSONDataset

from fashion_nets.datasets.errors import StoredDataError


class OptionalJSONDataset(JSONDataset):
    """Kedro's own, but for a file that is not there: it loads as a mapping without anything in it.

    For what sets the results of all networks side by side, whichever of these are stored.

    Attributes:
        loads_as_empty: A run need not wait for what stores it.

    Example:
        .. code-block:: yaml

            "{network}.metrics":
              type: fashion_nets.datasets.OptionalJSONDataset
              filepath: data/08_reporting/{network}/metrics.json
    """

    loads_as_empty = True

    def __init__(
        self,
        *,
        filepath: str,
        save_args: dict[str, Any] | None = None,
        version: Version | None = None,
        credentials: dict[str, Any] | None = None,
        fs_args: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(
            filepath=filepath,
            save_args=save_args,
            version=version,
            credentials=credentials,
            fs_args=fs_args,
            metadata=metadata,
        )
        self._place = filepath

    def load(self) -> Any:
        """Read the file, or give an empty :class:`NotStored`.

        Raises:
            StoredDataError: If it holds no mapping.
        """
        if not self.exists():
            return NotStored(self._place)
        loaded = super().load()
        if not isinstance(loaded, dict):
            raise StoredDataError(
                f"{self._place} is damaged: expected names with values, got {shorten(repr(loaded), 40)}. "
                "Delete it, and make it again; kedro status says what makes it."
            )
        return loaded


class NotStored(dict[str, Never]):
    """What a file that is not there holds: nothing; whoever asks it for a value is told so.

    Args:
        path: Where the file would be.
    """

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path

    def __missing__(self, key: str) -> Never:
        """Refuse.

        Raises:
            StoredDataError: Always.
        """
        raise StoredDataError(
            f"{self._path} is not there, and with it '{key}'. kedro status says what makes it."
        )
