"""A folder of JSON files."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from fashion_nets.data.files import atomic_write
from fashion_nets.datasets.errors import StoredDataError
from fashion_nets.datasets.local_dataset import LocalDataset


class RecordsDataset(LocalDataset[dict[str, Any], dict[str, Callable[[], Any]]]):
    """Saves records by name, each as a JSON file in a folder, beside those that are there already.

    As with Kedro's ``PartitionedDataset``, a name is the path below the folder without ``.json``, and
    loading gives a function for each record, which reads it. Unlike that one, a folder without files
    is empty and no error, and an interrupted save leaves no half of a file behind: a job that was
    interrupted can ask what is done.

    Example:
        .. code-block:: yaml

            study_trials:
              type: fashion_nets.datasets.RecordsDataset
              filepath: data/07_model_output/studies/optimizers
    """

    def load(self) -> dict[str, Callable[[], Any]]:
        """Find the records; each of the functions raises a ``StoredDataError`` if its file is damaged."""
        return {self._name_of(path): partial(_read, path) for path in self._files()}

    def save(self, data: dict[str, Any]) -> None:
        """Write records, each in one step.

        Raises:
            StoredDataError: If a file cannot be written.
        """
        for name, record in data.items():
            path = self._filepath / f"{name}.json"
            content = json.dumps(record, indent=2, allow_nan=False)
            try:
                with atomic_write(path) as file:
                    file.write(content.encode())
            except OSError as error:
                raise StoredDataError(f"{path} cannot be written: {error.strerror or error}") from error

    def _files(self) -> list[Path]:
        return sorted(self._filepath.rglob("*.json"))

    def _name_of(self, path: Path) -> str:
        return path.relative_to(self._filepath).with_suffix("").as_posix()

    def _exists(self) -> bool:
        return bool(self._files())


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise StoredDataError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise StoredDataError(f"{path} is damaged: {error}. Delete it, and make it again.") from error
