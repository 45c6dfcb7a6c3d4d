"""A folder of files, whatever they are."""

from fashion_nets.data.files import read_folder, write_folder
from fashion_nets.datasets.local_dataset import LocalDataset


class FilesDataset(LocalDataset[dict[str, bytes], dict[str, bytes]]):
    """Saves the contents of files by their paths into a folder of their own, and loads them.

    Of a catalog, files of an earlier save do not stay.

    Example:
        .. code-block:: yaml

            files:
              type: fashion_nets.datasets.FilesDataset
              filepath: data/06_models/export/cnn
    """

    owns_folder = True

    def load(self) -> dict[str, bytes]:
        """Read the contents by paths within the folder, such as ``saved_model/saved_model.pb``.

        Raises:
            FileNotFoundError: If there is no such folder.
        """
        self._filepath.stat()
        return read_folder(self._filepath)

    def save(self, data: dict[str, bytes]) -> None:
        """Write the files, and the folders that their paths name."""
        write_folder(self._filepath, data)
