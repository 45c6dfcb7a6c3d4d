"""A set of images with their labels as a Kedro dataset."""

import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from fashion_nets.data.files import leftovers
from fashion_nets.data.image_set import LabelledImages
from fashion_nets.datasets.errors import StoredDataError
from fashion_nets.datasets.local_dataset import LocalDataset
from fashion_nets.datasets.previews import ImagePreview, preview_classes

OPENINGS = 5  # of a set that is replaced each time while it is opened
LOOKS, PAUSE = 20, 0.05  # how often to look for a folder that is being replaced, and seconds between


class LabelledImagesDataset(LocalDataset[LabelledImages, LabelledImages]):
    """Loads and saves a set of labelled images as a folder with ``images.npy`` and ``labels.npy``.

    Images are grey levels, uint8, shape (n, height, width), a byte per pixel.

    Loading maps the files into memory, read-only: it takes no time, and all processes and repeated
    loads share one copy, the operating system's. Images and labels of different saves never stand
    side by side: the catalog replaces the folder as a whole, and a set that is replaced while it is
    loaded is loaded again, a few times at most. kedro-viz shows a row of images for each class.

    Example:
        .. code-block:: yaml

            train_set:
              type: fashion_nets.datasets.LabelledImagesDataset
              filepath: data/05_model_input/train_set
    """

    owns_folder = True

    def __init__(self, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        super().__init__(filepath, metadata)
        self._images_path = self._filepath / "images.npy"
        self._labels_path = self._filepath / "labels.npy"

    def load(self) -> LabelledImages:
        """Map images and labels into memory, read-only.

        Raises:
            StoredDataError: If a file is missing or damaged, they differ in number, the images are not grey
                levels, or other runs do not stop to replace the set.
        """
        try:
            data = self._map()
        except FileNotFoundError as error:
            raise StoredDataError(f"{error.filename} is not there") from error
        except (ValueError, EOFError) as error:
            raise StoredDataError(f"{self._filepath} is damaged: {error}") from error
        except OSError as error:
            raise StoredDataError(f"{self._filepath} cannot be read: {error.strerror or error}") from error
        self._check(data)
        return data

    def save(self, data: LabelledImages) -> None:
        """Write images and labels.

        Raises:
            StoredDataError: If they differ in number, or the images are not grey levels.
        """
        self._check(data)
        self._filepath.mkdir(parents=True, exist_ok=True)
        np.save(self._images_path, data.images)
        np.save(self._labels_path, data.labels)

    def preview(self, n_images: int = 100) -> ImagePreview:
        """Show the first images of each class, a row per class, about ``n_images`` in all."""
        return preview_classes(self.load(), n_images)

    def _map(self) -> LabelledImages:
        """Open both files of one save."""
        for _ in range(OPENINGS):
            self._wait_while_replaced()
            folder = self._identify_folder()
            try:
                data = LabelledImages(_load(self._images_path), _load(self._labels_path))
            except FileNotFoundError:
                if folder == self._identify_folder():
                    raise
            else:
                if folder == self._identify_folder():
                    return data
        raise StoredDataError(
            f"{self._filepath} was replaced {OPENINGS} times while it was opened. "
            "Wait until the other runs have ended"
        )

    def _wait_while_replaced(self) -> None:
        """Wait while neither the old folder nor the new one has its name, a second at most."""
        path = Path(os.path.realpath(self._filepath))
        for _ in range(LOOKS):
            if path.exists() or all(target != path for _, target in leftovers(path.parent)):
                return
            time.sleep(PAUSE)

    def _identify_folder(self) -> int | None:
        """The number of the folder that has the name now; None if none has."""
        try:
            return self._filepath.stat().st_ino
        except FileNotFoundError:
            return None

    def _check(self, data: LabelledImages) -> None:
        if len(data.images) != len(data.labels):
            raise StoredDataError(
                f"{self._filepath}: every image needs one label, got {len(data.images):,} images and "
                f"{len(data.labels):,} labels"
            )
        if data.images.dtype != np.uint8:
            raise StoredDataError(
                f"{self._filepath}: images must be grey levels from 0 to 255 (uint8), got "
                f"{data.images.dtype}; earlier versions stored floats"
            )

    def _exists(self) -> bool:
        self._wait_while_replaced()
        return self._images_path.is_file() and self._labels_path.is_file()


def _load(path: Path) -> np.ndarray:
    """Map an array: what its header announces must be in the file, and nothing in it is run."""
    array: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    return array
