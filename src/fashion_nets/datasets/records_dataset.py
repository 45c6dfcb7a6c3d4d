"""A folder of JSON files."""

import json
from collections.abc import Callable
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from fashion_nets.data.files import visible_files
from fashion_nets.datasets.damage import without_damaged
from fashion_nets.datasets.errors import StoredDataError
from fashion_nets.datasets.local_dataset import LocalDataset
from fashion_nets.datasets.previews import TablePreview, preview_records


class RecordsDataset(LocalDataset[dict[str, Any], dict[str, Callable[[], Any]]]):
    """Saves records by name, each as a JSON file in a folder, beside those that are there already.

    As with Kedro's ``PartitionedDataset``, a name is the path below the folder without ``.json``, and
    loading gives a function for each record, which reads it. Unlike that one, a folder without files
    is empty and no error, so that a job that was interrupted can ask what is done. A damaged record
    counts as not there, with a warning: whoever made it makes it again.

    Attributes:
        file_pattern: Which files below the folder are records.

    Example:
        .. code-block:: yaml

            study_trials:
              type: fashion_nets.datasets.RecordsDataset
              filepath: data/07_model_output/studies/optimizers
    """

    file_pattern = "*.json"

    def load(self) -> dict[str, Callable[[], Any]]:
        """Find the records; each of the functions raises a ``StoredDataError`` if its file cannot be read."""
        return {self._name_of(path): partial(read_record, path) for path in without_damaged(self._files())}

    def save(self, data: dict[str, Any]) -> None:
        """Write records, each into its file."""
        for name, record in data.items():
            path = self._filepath / f"{name}.json"
            content = json.dumps(record, indent=2, allow_nan=False)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")

    def preview(self, n_records: int = 20) -> TablePreview:
        """Show the first records as a table, with their numbers."""
        return preview_records((name, read()) for name, read in islice(self.load().items(), n_records))

    def _files(self) -> list[Path]:
        return visible_files(self._filepath, self.file_pattern)

    def _name_of(self, path: Path) -> str:
        return path.relative_to(self._filepath).with_suffix("").as_posix()

    def _exists(self) -> bool:
        return bool(self._files())


def read_record(path: Path) -> Any:
    """Read a record.

    Raises:
        StoredDataError: If it cannot be read.
    """
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise StoredDataError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise StoredDataError(f"{path} is damaged: {error}. Delete it, and make it again.") from error
