"""An IDX file as a Kedro dataset."""

import numpy as np

from fashion_nets.data.idx import IdxError, holds_array, read_idx, write_idx
from fashion_nets.datasets.errors import StoredDataError
from fashion_nets.datasets.local_dataset import LocalDataset
from fashion_nets.datasets.previews import ImagePreview, preview_images, preview_labels


class IdxDataset(LocalDataset[np.ndarray, np.ndarray]):
    """Loads and saves an array of 8-bit unsigned integers as an IDX file.

    A file is read whether it is compressed with gzip or not, and written compressed where its name
    ends in ``.gz``. A catalog leaves it alone where it holds the array already. kedro-viz shows images as
    a grid and labels as a bar chart.

    Example:
        .. code-block:: yaml

            raw_train_images:
              type: fashion_nets.datasets.IdxDataset
              filepath: data/01_raw/fashion_mnist/train-images-idx3-ubyte.gz
    """

    def load(self) -> np.ndarray:
        """Read the array, uint8, of any rank, read-only.

        Raises:
            StoredDataError: If the file is missing, damaged or no IDX file.
        """
        try:
            return read_idx(self._filepath)
        except IdxError as error:
            raise StoredDataError(str(error)) from error

    def save(self, data: np.ndarray) -> None:
        """Write the array, uint8, of any rank.

        Raises:
            StoredDataError: If the array is of another type or the file cannot be written.
        """
        try:
            write_idx(self._filepath, data)
        except IdxError as error:
            raise StoredDataError(str(error)) from error

    def holds(self, data: np.ndarray) -> bool:
        """Whether the file has this array already."""
        return holds_array(self._filepath, data)

    def preview(self, n_images: int = 50) -> ImagePreview:
        """Show images as a grid of the first ``n_images``, labels as a bar chart of their counts."""
        array = self.load()
        return preview_labels(array) if array.ndim == 1 else preview_images(array, n_images)
