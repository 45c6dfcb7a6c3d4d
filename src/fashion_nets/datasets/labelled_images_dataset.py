"""A set of images with their labels as a Kedro dataset."""

from typing import Any

import numpy as np

from fashion_nets.data.files import atomic_write
from fashion_nets.data.image_set import LabelledImages
from fashion_nets.datasets.errors import StoredDataError
from fashion_nets.datasets.local_dataset import LocalDataset
from fashion_nets.datasets.previews import ImagePreview, preview_classes

AGAIN = "Run the pipeline that stores it: kedro run --pipelines=preprocessing"


class LabelledImagesDataset(LocalDataset[LabelledImages, LabelledImages]):
    """Loads and saves a set of labelled images as a folder with ``images.npy`` and ``labels.npy``.

    Images are grey levels, uint8, shape (n, height, width), a byte per pixel.

    Loading maps the files into memory, read-only: it takes no time, and all processes and repeated
    loads share one copy, the operating system's. Images and labels of different saves never stand
    side by side: an interrupted save leaves the earlier set or, at the worst moment, one without
    images, which counts as not there. kedro-viz shows a row of images for each class.

    Example:
        .. code-block:: yaml

            train_set:
              type: fashion_nets.datasets.LabelledImagesDataset
              filepath: data/05_model_input/train_set
    """

    def __init__(self, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        super().__init__(filepath, metadata)
        self._images_path = self._filepath / "images.npy"
        self._labels_path = self._filepath / "labels.npy"

    def load(self) -> LabelledImages:
        """Map images and labels into memory, read-only.

        Raises:
            StoredDataError: If a file is missing or damaged, they differ in number, or the images are not
                grey levels.
        """
        try:
            data = LabelledImages(
                np.load(self._images_path, mmap_mode="r"), np.load(self._labels_path, mmap_mode="r")
            )
        except FileNotFoundError as error:
            raise StoredDataError(f"{error.filename} is not there. {AGAIN}") from error
        except (ValueError, EOFError) as error:
            raise StoredDataError(f"{self._filepath} is damaged: {error}. {AGAIN}") from error
        except OSError as error:
            raise StoredDataError(f"{self._filepath} cannot be read: {error.strerror}") from error
        self._check(data)
        return data

    def save(self, data: LabelledImages) -> None:
        """Write images and labels, together.

        Raises:
            StoredDataError: If they differ in number, the images are not grey levels, or they cannot be
                written.
        """
        self._check(data)
        try:
            # The files take their places as the blocks end, the labels first. Without the old images
            # there is then no moment at which they would stand beside the new labels.
            with atomic_write(self._images_path) as images, atomic_write(self._labels_path) as labels:
                np.save(images, data.images)
                np.save(labels, data.labels)
                images.flush()
                labels.flush()
                self._images_path.unlink(missing_ok=True)
        except OSError as error:
            raise StoredDataError(f"{self._filepath} cannot be written: {error.strerror or error}") from error

    def preview(self, n_images: int = 100) -> ImagePreview:
        """Show the first images of each class, a row per class, about ``n_images`` in all."""
        return preview_classes(self.load(), n_images)

    def _check(self, data: LabelledImages) -> None:
        if len(data.images) != len(data.labels):
            raise StoredDataError(
                f"{self._filepath}: every image needs one label, got {len(data.images):,} images and "
                f"{len(data.labels):,} labels"
            )
        if data.images.dtype != np.uint8:
            raise StoredDataError(
                f"{self._filepath}: images must be grey levels from 0 to 255 (uint8), got "
                f"{data.images.dtype}; earlier versions stored floats. {AGAIN}"
            )

    def _exists(self) -> bool:
        return self._images_path.is_file() and self._labels_path.is_file()
