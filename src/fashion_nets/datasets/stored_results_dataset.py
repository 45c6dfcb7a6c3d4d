"""What earlier runs have stored of each network."""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Never

from fashion_nets.data.files import visible_files
from fashion_nets.datasets.damage import without_damaged
from fashion_nets.datasets.errors import StoredDataError
from fashion_nets.datasets.local_dataset import LocalDataset
from fashion_nets.datasets.records_dataset import read_record

logger = logging.getLogger(__name__)


class StoredResultsDataset(LocalDataset[Never, dict[str, Callable[[], Any]]]):
    """Gives a function for each JSON file below a folder, which reads it, by its path: ``mlp/metrics``.

    For what sets the results of all networks side by side, whichever of these are stored. Nothing is read
    before it is asked for. A damaged file reads as None, with a warning, and so does one without names and
    values.

    Example:
        .. code-block:: yaml

            stored_results:
              type: fashion_nets.datasets.StoredResultsDataset
              filepath: data/08_reporting
    """

    def load(self) -> dict[str, Callable[[], Any]]:
        """Find the files; there may be none."""
        return {
            file.relative_to(self._filepath).with_suffix("").as_posix(): partial(_read_whole, file)
            for file in visible_files(self._filepath, "*.json")
        }

    def save(self, data: Never) -> Never:  # noqa: ARG002
        """Refuse: results are saved under their own names.

        Raises:
            StoredDataError: Always.
        """
        raise StoredDataError(f"{self._filepath} is only read here; save what belongs there by its own name")

    def _exists(self) -> bool:
        return True


def _read_whole(file: Path) -> Any:
    for whole in without_damaged([file]):
        found = read_record(whole)
        if isinstance(found, Mapping):
            return found
        logger.warning("%s is damaged: it holds no names with values: it counts as not there", file)
    return None
